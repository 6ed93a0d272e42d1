//! What is done about partnerships: begun, placed in the programme, staffed, framed.

use async_graphql::{Context, InputObject, Object, OneofObject, SimpleObject};

use super::{
    ContextExt,
    error::{ApiError, MutationError, Outcome, payloads},
    partnership::{PartnerAgreement, Partnership},
    scalars::{CountryCode, Date},
};
use crate::{
    domain::{
        id::{OrganizationId, PartnershipId, TierId, UserId},
        partnership::RiskRating,
        policy::PartnerType,
    },
    service::{
        agreements::{self, NewAgreement},
        partnerships::{self, Edited, NewPartner, NewPartnership},
        teams,
    },
};

/// A partnership that is to begin.
#[derive(Debug, InputObject)]
pub struct CreatePartnershipInput {
    /// With whom.
    pub partner: PartnerInput,
    /// The tier that the partner begins in.
    pub tier_id: TierId,
    /// How the partner does business with the vendor.
    pub partner_type: PartnerType,
}

/// With whom a partnership begins: a company known here, or a new one.
#[derive(Debug, OneofObject)]
pub enum PartnerInput {
    /// A partner company that the viewer can see already.
    OrganizationId(OrganizationId),
    /// A company that is new here.
    Organization(NewPartnerInput),
}

/// A partner company that is new here.
#[derive(Debug, InputObject)]
pub struct NewPartnerInput {
    /// What it is called.
    pub name: String,
    /// Where it is registered.
    pub country: Option<CountryCode>,
    /// Its first admin, who invites the others.
    pub admin: PartnerAdminInput,
}

/// The first admin of a partner company.
#[derive(Debug, InputObject)]
pub struct PartnerAdminInput {
    /// What they are called.
    pub name: String,
    /// What they will sign in with.
    pub email: String,
}

/// Which tier a partner is moved to.
#[derive(Debug, InputObject)]
pub struct SetTierInput {
    /// The partnership.
    pub partnership_id: PartnershipId,
    /// The revision that the viewer has read.
    pub expected_revision: i32,
    /// The tier.
    pub tier_id: TierId,
}

/// How a partner does business from now on.
#[derive(Debug, InputObject)]
pub struct SetPartnerTypeInput {
    /// The partnership.
    pub partnership_id: PartnershipId,
    /// The revision that the viewer has read.
    pub expected_revision: i32,
    /// The partner type.
    pub partner_type: PartnerType,
}

/// How likely a partnership is to fail.
#[derive(Debug, InputObject)]
pub struct SetRiskRatingInput {
    /// The partnership.
    pub partnership_id: PartnershipId,
    /// The `riskRevision` that the viewer has read.
    pub expected_revision: i32,
    /// The rating; null takes it back.
    pub risk_rating: Option<RiskRating>,
}

/// Who joins a team.
#[derive(Debug, InputObject)]
pub struct AddTeamMemberInput {
    /// The partnership.
    pub partnership_id: PartnershipId,
    /// Somebody of the own company.
    pub user_id: UserId,
}

/// Who leaves a team.
#[derive(Debug, InputObject)]
pub struct RemoveTeamMemberInput {
    /// The partnership.
    pub partnership_id: PartnershipId,
    /// Somebody of the own company.
    pub user_id: UserId,
}

/// An agreement that has been signed.
#[derive(Debug, InputObject)]
pub struct RecordAgreementInput {
    /// The partnership that it frames.
    pub partnership_id: PartnershipId,
    /// What the parties call it.
    pub reference: String,
    /// When it was signed.
    pub signed_on: Date,
    /// From when it holds.
    pub effective_on: Date,
    /// Its last day; absent when it runs until it is ended.
    pub expires_on: Option<Date>,
}

/// The answer to `createPartnership`.
#[derive(Debug, SimpleObject)]
pub struct CreatePartnershipPayload {
    /// The partnership.
    pub partnership: Option<Partnership>,
    /// The password for the first sign-in of a new partner's admin. It is shown here once, and kept nowhere.
    pub initial_password: Option<String>,
    /// Why nothing was done; empty when it was.
    pub errors: Vec<MutationError>,
}

payloads! {
    /// The answer to `setTier`.
    SetTierPayload {
        /// The partnership in its tier.
        partnership: Partnership
    }
    /// The answer to `setPartnerType`.
    SetPartnerTypePayload {
        /// The partnership with its partner type.
        partnership: Partnership
    }
    /// The answer to `setRiskRating`.
    SetRiskRatingPayload {
        /// The partnership with its rating.
        partnership: Partnership
    }
    /// The answer to `addTeamMember`.
    AddTeamMemberPayload {
        /// The partnership with its team.
        partnership: Partnership
    }
    /// The answer to `removeTeamMember`.
    RemoveTeamMemberPayload {
        /// The partnership with its team.
        partnership: Partnership
    }
    /// The answer to `recordAgreement`.
    RecordAgreementPayload {
        /// The agreement.
        agreement: PartnerAgreement
    }
}

/// What is done about partnerships.
#[derive(Debug, Default)]
pub struct PartnershipMutation;

#[Object]
impl PartnershipMutation {
    /// Begins a partnership of the own programme. For vendor admins.
    async fn create_partnership(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "With whom, and where in the programme.")] input: CreatePartnershipInput,
    ) -> Result<CreatePartnershipPayload, ApiError> {
        let vendor = ctx.op().member()?.organization;
        let CreatePartnershipInput { partner, tier_id: tier, partner_type } = input;
        let new = NewPartnership { vendor, partner: partner.into(), tier, partner_type };
        let Outcome { done, errors } = Outcome::of(partnerships::create(ctx.op(), new).await)?;
        let (partnership, initial_password) =
            done.map(|begun| (Partnership(begun.partnership), begun.password)).unzip();
        let initial_password = initial_password.flatten();
        Ok(CreatePartnershipPayload { partnership, initial_password, errors })
    }

    /// Moves a partner to another tier. Plans stay as they are; what is offered at renewal changes. For vendor admins.
    async fn set_tier(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The partnership and the tier.")] input: SetTierInput,
    ) -> Result<SetTierPayload, ApiError> {
        let SetTierInput { partnership_id: id, expected_revision, tier_id } = input;
        let result =
            partnerships::set_tier(ctx.op(), Edited { id, expected_revision }, tier_id).await;
        SetTierPayload::of(result, Partnership)
    }

    /// Says how a partner does business with the vendor. For vendor admins.
    async fn set_partner_type(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The partnership and the partner type.")] input: SetPartnerTypeInput,
    ) -> Result<SetPartnerTypePayload, ApiError> {
        let SetPartnerTypeInput { partnership_id: id, expected_revision, partner_type } = input;
        let edited = Edited { id, expected_revision };
        let result = partnerships::set_partner_type(ctx.op(), edited, partner_type).await;
        SetPartnerTypePayload::of(result, Partnership)
    }

    /// Says how likely a partnership is to fail; the partner never learns it. For the vendor's people who work on it.
    async fn set_risk_rating(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The partnership and the rating.")] input: SetRiskRatingInput,
    ) -> Result<SetRiskRatingPayload, ApiError> {
        let SetRiskRatingInput { partnership_id: id, expected_revision, risk_rating } = input;
        let edited = Edited { id, expected_revision };
        let result = partnerships::set_risk_rating(ctx.op(), edited, risk_rating).await;
        SetRiskRatingPayload::of(result, Partnership)
    }

    /// Puts somebody of the own company on a partnership's team. For admins of either side.
    async fn add_team_member(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The partnership and the person.")] input: AddTeamMemberInput,
    ) -> Result<AddTeamMemberPayload, ApiError> {
        let result = teams::add(ctx.op(), input.partnership_id, input.user_id).await;
        AddTeamMemberPayload::of(result, Partnership)
    }

    /// Takes somebody of the own company off a partnership's team. For admins of either side.
    async fn remove_team_member(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The partnership and the person.")] input: RemoveTeamMemberInput,
    ) -> Result<RemoveTeamMemberPayload, ApiError> {
        let result = teams::remove(ctx.op(), input.partnership_id, input.user_id).await;
        RemoveTeamMemberPayload::of(result, Partnership)
    }

    /// Records an agreement that has been signed. For those of either side who work on the partnership.
    async fn record_agreement(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The agreement.")] input: RecordAgreementInput,
    ) -> Result<RecordAgreementPayload, ApiError> {
        let new = NewAgreement {
            partnership: input.partnership_id,
            reference: input.reference,
            signed_on: input.signed_on.0,
            effective_on: input.effective_on.0,
            expires_on: input.expires_on.map(|day| day.0),
        };
        let result = agreements::record(ctx.op(), new).await;
        RecordAgreementPayload::of(result, PartnerAgreement)
    }
}

impl From<PartnerInput> for NewPartner {
    fn from(input: PartnerInput) -> Self {
        match input {
            PartnerInput::OrganizationId(id) => Self::Known(id),
            PartnerInput::Organization(NewPartnerInput { name, country, admin }) => Self::Fresh {
                name,
                country: country.map(|code| code.0),
                admin_name: admin.name,
                admin_email: admin.email,
            },
        }
    }
}
