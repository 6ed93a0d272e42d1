//! Partnerships, their teams and their legal frames.

use async_graphql::{Context, Description, Object, SimpleObject};
use chrono::{DateTime, Utc};

use super::{
    ContextExt,
    error::ApiError,
    loaders::{AgreementsOf, TeamOf},
    organization::Organization,
    page::{List, PageArgs, Paged, Total},
    policy::PlanningPolicy,
    programme::Tier,
    quality::DataQuality,
    scalars::Date,
    user::User,
};
use crate::{
    domain::{
        actor::Side,
        id::{AgreementId, OrganizationId, PartnershipId},
        partnership::RiskRating,
        policy::PartnerType,
    },
    entity::{agreement, partnership},
    error::Error,
    service::{partnerships, programmes},
};

/// One vendor's relation with one partner.
#[derive(Clone, Debug, Description)]
pub struct Partnership(pub partnership::Model);

#[Object(use_type_description)]
impl Partnership {
    /// Its id.
    pub async fn id(&self) -> PartnershipId {
        self.0.id
    }

    /// The company that runs the programme.
    async fn vendor(&self, ctx: &Context<'_>) -> Result<Organization, ApiError> {
        organization(ctx, self.0.vendor_id).await
    }

    /// The company that takes part in it.
    async fn partner(&self, ctx: &Context<'_>) -> Result<Organization, ApiError> {
        organization(ctx, self.0.partner_id).await
    }

    /// The partner's tier in the vendor's programme.
    async fn tier(&self, ctx: &Context<'_>) -> Result<Tier, ApiError> {
        let found = ctx.load(self.0.tier_id).await?;
        Ok(Tier(found.ok_or(Error::NotFound("tier"))?))
    }

    /// How the partner does business with the vendor.
    async fn partner_type(&self) -> PartnerType {
        self.0.partner_type
    }

    /// What tier and partner type are offered and asked today; a plan keeps what held when it was begun.
    async fn planning_policy(&self, ctx: &Context<'_>) -> Result<PlanningPolicy, ApiError> {
        let policy = programmes::policy_for(ctx.op().db.read(), &self.0).await?;
        Ok(PlanningPolicy(policy))
    }

    /// How likely the vendor thinks it is that the partnership fails. Null for the partner, for the vendor's viewers and
    /// integrations, and while nobody has said.
    async fn risk_rating(&self, ctx: &Context<'_>) -> Option<RiskRating> {
        self.0.risk_rating.filter(|_| ctx.op().actor.reads_private_of(Side::Vendor))
    }

    /// Grows by one with every change of the risk rating; give it back as `expectedRevision` of `setRiskRating`. Null for those who
    /// do not read the rating.
    async fn risk_revision(&self, ctx: &Context<'_>) -> Option<i32> {
        let reads = ctx.op().actor.reads_private_of(Side::Vendor);
        reads.then_some(self.0.risk_revision)
    }

    /// The people of both sides who work on it, in the order of joining. An integration needs the scope `PLANS_READ`.
    async fn team(&self, ctx: &Context<'_>) -> Result<Vec<TeamMember>, ApiError> {
        let team = ctx.load(TeamOf(self.0.id)).await?.unwrap_or_default();
        let people = ctx.loaders().load_many(team.iter().map(|member| member.user_id)).await?;
        Ok(team
            .into_iter()
            .filter_map(|member| {
                let user = people.get(&member.user_id)?.clone();
                Some(TeamMember {
                    side: user.role.side(),
                    user: User(user),
                    joined_at: member.created_at,
                })
            })
            .collect())
    }

    /// The agreements that frame it, the earliest first. An integration needs the scope `PLANS_READ`.
    async fn agreements(&self, ctx: &Context<'_>) -> Result<Vec<PartnerAgreement>, ApiError> {
        let found = ctx.load(AgreementsOf(self.0.id)).await?;
        Ok(found.unwrap_or_default().into_iter().map(PartnerAgreement).collect())
    }

    /// How good its facts are: what is not understood, not converted, disputed, told twice, or has not come for long.
    async fn data_quality(&self) -> DataQuality {
        DataQuality(self.0.clone())
    }

    /// Grows by one with every change of tier or partner type; give it back as `expectedRevision`.
    async fn revision(&self) -> i32 {
        self.0.revision
    }

    /// When it began here.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// Whether the viewer works on it: may draft and edit plans, and record agreements.
    async fn viewer_can_work(&self, ctx: &Context<'_>) -> bool {
        ctx.op().actor.works_on(self.0.id)
    }

    /// Whether the viewer may put people of the own company on the team.
    async fn viewer_can_manage_team(&self, ctx: &Context<'_>) -> bool {
        let actor = &ctx.op().actor;
        actor.administers(self.0.vendor_id) || actor.administers(self.0.partner_id)
    }

    /// Whether the viewer may set tier and partner type.
    async fn viewer_can_set_tier(&self, ctx: &Context<'_>) -> bool {
        ctx.op().actor.runs_programme(self.0.vendor_id)
    }
}

/// A person's place on the team of a partnership.
#[derive(Clone, Debug, SimpleObject)]
pub struct TeamMember {
    /// The person.
    pub user: User,
    /// Whose person it is.
    pub side: Side,
    /// Since when they have been on the team.
    pub joined_at: DateTime<Utc>,
}

/// The legal frame of a partnership: signed once, apart from the plans inside it.
#[derive(Clone, Debug, Description)]
pub struct PartnerAgreement(pub agreement::Model);

#[Object(use_type_description)]
impl PartnerAgreement {
    /// Its id.
    pub async fn id(&self) -> AgreementId {
        self.0.id
    }

    /// What the parties call it.
    async fn reference(&self) -> &str {
        &self.0.reference
    }

    /// When it was signed.
    async fn signed_on(&self) -> Date {
        self.0.signed_on.into()
    }

    /// From when it holds.
    async fn effective_on(&self) -> Date {
        self.0.effective_on.into()
    }

    /// Its last day; null when it runs until it is ended.
    async fn expires_on(&self) -> Option<Date> {
        self.0.expires_on.map(Date::from)
    }

    /// The partnership that it frames.
    async fn partnership(&self, ctx: &Context<'_>) -> Result<Partnership, ApiError> {
        let found = ctx.load(self.0.partnership_id).await?;
        Ok(Partnership(found.ok_or(Error::NotFound("partnership"))?))
    }
}

/// Asking for partnerships.
#[derive(Debug, Default)]
pub struct PartnershipQuery;

#[Object]
impl PartnershipQuery {
    /// The partnerships of the viewer's company, oldest first: for a partner, those with all of its vendors.
    async fn partnerships(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the beginning; 20 unless said, at most 100.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end; not together with `first`.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Paged<Partnership>, ApiError> {
        page(ctx, &PageArgs { first, after, last, before }).await
    }
}

/// A page of the viewer's partnerships.
pub async fn page(ctx: &Context<'_>, args: &PageArgs) -> Result<Paged<Partnership>, ApiError> {
    let op = ctx.op().clone();
    let list = List::new("partnerships", &());
    let found = partnerships::list(&op, &list.page(args)?).await?;
    let total = Total::new(move || {
        let op = op.clone();
        async move { partnerships::count(&op).await }
    });
    Ok(list.connection(found, total, |row| row.id.0, Partnership))
}

async fn organization(ctx: &Context<'_>, id: OrganizationId) -> Result<Organization, ApiError> {
    let found = ctx.load(id).await?;
    Ok(Organization(found.ok_or(Error::NotFound("organization"))?))
}
