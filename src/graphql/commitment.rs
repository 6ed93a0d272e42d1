//! Commitments as both sides see and change them.

use std::sync::Arc;

use async_graphql::{Context, Description, InputObject, Interface, Object, OneofObject};

use super::{
    ContextExt,
    error::{ApiError, payloads},
    history::{self, HistoryEntry},
    page::{PageArgs, Paged},
    plan::{Plan, reading},
    progress::{CommitmentProgress, figures},
    scalars::{Date, Decimal, Money},
    user::User,
};
use crate::{
    domain::{
        commitment::{
            CommitmentKind, EnablementKind, MilestoneKind, OwedBy, PipelineActivityKind,
            ResourceKind, SupportKind,
        },
        id::{CommitmentId, PlanId, UserId},
        money::{Currency, Unit},
        part::PlanPart,
        target::Metric,
        terms::Terms,
    },
    entity::{commitment, plan},
    service::commitments::{self, CommitmentSpec},
};

/// A commitment with its plan.
#[derive(Clone, Debug)]
pub struct CommitmentRow {
    /// The plan that it is part of.
    pub plan: Arc<plan::Model>,
    /// The commitment.
    pub row: commitment::Model,
}

impl CommitmentRow {
    fn money(&self, minor: i64) -> Money {
        Money::new(minor, self.plan.currency)
    }

    async fn owner(&self, ctx: &Context<'_>) -> Result<Option<User>, ApiError> {
        match self.row.owner_id {
            Some(id) => Ok(ctx.load(id).await?.map(User)),
            None => Ok(None),
        }
    }

    async fn progress(
        &self,
        ctx: &Context<'_>,
        as_of: Option<Date>,
    ) -> Result<Option<CommitmentProgress>, ApiError> {
        let Some(plan) = figures(ctx, &self.plan, as_of).await? else { return Ok(None) };
        let found = plan.commitment(self.row.id);
        Ok(found.map(|figures| CommitmentProgress::of(&plan, figures)))
    }

    /// A waiver is beside what was signed, and no side alone can make one, so only figures know of it.
    async fn is_waived(&self, ctx: &Context<'_>) -> Result<bool, ApiError> {
        let Some(plan) = figures(ctx, &self.plan, None).await? else { return Ok(false) };
        Ok(plan.commitment(self.row.id).is_some_and(|figures| figures.delivered.is_waived))
    }
}

/// Something that one side, or both, has promised to do by a day.
#[expect(clippy::duplicated_attributes, reason = "arguments of one type")]
#[derive(Debug, Interface)]
#[graphql(
    field(name = "id", ty = "CommitmentId", desc = "Its id."),
    field(name = "plan", ty = "Plan", desc = "The plan that it is part of."),
    field(name = "kind", ty = "CommitmentKind", desc = "What kind of promise it is."),
    field(name = "title", ty = "String", desc = "Its title."),
    field(name = "owed_by", ty = "OwedBy", desc = "Who owes it."),
    field(name = "owner", ty = "Option<User>", desc = "Who sees to it."),
    field(name = "starts_on", ty = "Date", desc = "When it begins."),
    field(name = "due_on", ty = "Option<Date>", desc = "When it is due."),
    field(
        name = "quantity",
        ty = "Decimal",
        desc = "How much is promised, in the unit of its kind."
    ),
    field(
        name = "is_waived",
        ty = "bool",
        desc = "Whether both sides have agreed that it need not be kept."
    ),
    field(
        name = "progress",
        ty = "Option<CommitmentProgress>",
        desc = "Where it stands on a day; null until the plan is signed.",
        arg(
            name = "as_of",
            ty = "Option<Date>",
            desc = "The day; today in the vendor's time zone when absent."
        )
    ),
    field(
        name = "history",
        ty = "Paged<HistoryEntry>",
        desc = "What was done to it, by whom, the latest first.",
        arg(
            name = "first",
            ty = "Option<i32>",
            desc = "Entries from the beginning: 20 unless said, 100 at most."
        ),
        arg(name = "after", ty = "Option<String>", desc = "Only what comes after this cursor."),
        arg(name = "last", ty = "Option<i32>", desc = "Entries from the end."),
        arg(name = "before", ty = "Option<String>", desc = "Only what comes before this cursor.")
    )
)]
pub enum Commitment {
    /// Programmes to carry out.
    CoMarketing(CoMarketingCommitment),
    /// People to train or certify.
    Enablement(EnablementCommitment),
    /// Pipeline work.
    PipelineActivity(PipelineActivityCommitment),
    /// A pipeline figure to reach.
    PipelineMilestone(PipelineMilestone),
    /// Support that the vendor owes.
    VendorSupport(VendorSupportCommitment),
    /// People, money or time.
    ResourceInvestment(ResourceInvestment),
}

impl Commitment {
    /// A commitment by its kind.
    pub fn of(plan: impl Into<Arc<plan::Model>>, row: commitment::Model) -> Self {
        let kind = row.terms.kind();
        let row = CommitmentRow { plan: plan.into(), row };
        match kind {
            CommitmentKind::CoMarketing => Self::CoMarketing(CoMarketingCommitment(row)),
            CommitmentKind::Enablement => Self::Enablement(EnablementCommitment(row)),
            CommitmentKind::PipelineActivity => {
                Self::PipelineActivity(PipelineActivityCommitment(row))
            }
            CommitmentKind::PipelineMilestone => Self::PipelineMilestone(PipelineMilestone(row)),
            CommitmentKind::VendorSupport => Self::VendorSupport(VendorSupportCommitment(row)),
            CommitmentKind::ResourceInvestment => Self::ResourceInvestment(ResourceInvestment(row)),
        }
    }
}

/// A commitment of a plan that the viewer sees; one that the plan does not have any more is as it was last written.
pub async fn of_plan(
    ctx: &Context<'_>,
    plan: &Arc<plan::Model>,
    id: CommitmentId,
) -> Result<Option<Commitment>, ApiError> {
    let rows = reading(ctx, plan).await?.commitments(plan);
    let row = match rows.into_iter().find(|row| row.id == id) {
        Some(row) => Some(row),
        None => Box::pin(commitments::find(ctx.op(), id)).await?.map(|(_, row)| row),
    };
    Ok(row.map(|row| Commitment::of(Arc::clone(plan), row)))
}

/// Declares the commitment types: the fields that all have, and those of each.
macro_rules! commitment_types {
    ($($(#[$doc:meta])* $name:ident { $($own:tt)* })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Description)]
        pub struct $name(pub CommitmentRow);

        #[Object(use_type_description)]
        impl $name {
            /// Its id.
            pub async fn id(&self) -> CommitmentId {
                self.0.row.id
            }

            /// The plan that it is part of.
            pub async fn plan(&self) -> Plan {
                Plan(Arc::clone(&self.0.plan))
            }

            /// What kind of promise it is.
            pub async fn kind(&self) -> CommitmentKind {
                self.0.row.terms.kind()
            }

            /// Its title.
            pub async fn title(&self) -> String {
                self.0.row.title.clone()
            }

            /// Who owes it.
            pub async fn owed_by(&self) -> OwedBy {
                self.0.row.owed_by
            }

            /// Who sees to it.
            pub async fn owner(&self, ctx: &Context<'_>) -> Result<Option<User>, ApiError> {
                self.0.owner(ctx).await
            }

            /// When it begins.
            pub async fn starts_on(&self) -> Date {
                Date(self.0.row.starts_on)
            }

            /// When it is due.
            pub async fn due_on(&self) -> Option<Date> {
                self.0.row.due_on.map(Date)
            }

            /// How much is promised, in the unit of its kind.
            pub async fn quantity(&self) -> Decimal {
                Decimal(self.0.row.terms.unit(self.0.plan.currency).decimal(self.0.row.quantity))
            }

            /// Whether both sides have agreed that it need not be kept.
            pub async fn is_waived(&self, ctx: &Context<'_>) -> Result<bool, ApiError> {
                self.0.is_waived(ctx).await
            }

            /// Where it stands on a day; null until the plan is signed.
            pub async fn progress(
                &self,
                ctx: &Context<'_>,
                #[graphql(desc = "The day; today in the vendor's time zone when absent.")] as_of: Option<Date>,
            ) -> Result<Option<CommitmentProgress>, ApiError> {
                self.0.progress(ctx, as_of).await
            }

            /// What was done to it, by whom, the latest first.
            pub async fn history(
                &self,
                ctx: &Context<'_>,
                #[graphql(desc = "Entries from the beginning: 20 unless said, 100 at most.")] first: Option<i32>,
                #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
                #[graphql(desc = "Entries from the end.")] last: Option<i32>,
                #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
            ) -> Result<Paged<HistoryEntry>, ApiError> {
                let args = PageArgs { first, after, last, before };
                Box::pin(history::of_part(ctx, self.0.plan.id, PlanPart::Commitment(self.0.row.id), args)).await
            }

            $($own)*
        }
    )*};
}

commitment_types! {
    /// Marketing programmes to carry out, with the funds for them; the quantity counts executions.
    CoMarketingCommitment {
        /// The kind of campaign; null for any.
        async fn campaign_type(&self) -> Option<String> {
            match &self.0.row.terms {
                Terms::CoMarketing { campaign_type, .. } => campaign_type.clone(),
                _ => None,
            }
        }

        /// Market development funds that the vendor gives.
        async fn mdf_allocated(&self) -> Option<Money> {
            match &self.0.row.terms {
                Terms::CoMarketing { mdf_allocated, .. } => Some(self.0.money(*mdf_allocated)),
                _ => None,
            }
        }

        /// What the partner adds.
        async fn partner_co_funding(&self) -> Option<Money> {
            match &self.0.row.terms {
                Terms::CoMarketing { partner_co_funding, .. } => Some(self.0.money(*partner_co_funding)),
                _ => None,
            }
        }

        /// Leads that both expect.
        async fn expected_leads(&self) -> Option<Decimal> {
            match &self.0.row.terms {
                Terms::CoMarketing { expected_leads, .. } => Some(Decimal((*expected_leads).into())),
                _ => None,
            }
        }
    }

    /// People to train or certify; the quantity counts people.
    EnablementCommitment {
        /// Training or certification.
        async fn enablement(&self) -> Option<EnablementKind> {
            match &self.0.row.terms {
                Terms::Enablement { kind, .. } => Some(*kind),
                _ => None,
            }
        }

        /// The course's or certification's code.
        async fn code(&self) -> Option<String> {
            match &self.0.row.terms {
                Terms::Enablement { code, .. } => Some(code.clone()),
                _ => None,
            }
        }
    }

    /// Pipeline work: account mapping, joint calls, named accounts; the quantity counts mappings, calls, registered deals.
    PipelineActivityCommitment {
        /// Which work.
        async fn activity(&self) -> Option<PipelineActivityKind> {
            match &self.0.row.terms {
                Terms::PipelineActivity { kind, .. } => Some(*kind),
                _ => None,
            }
        }

        /// The named accounts.
        async fn accounts(&self) -> Vec<String> {
            match &self.0.row.terms {
                Terms::PipelineActivity { accounts, .. } => accounts.clone(),
                _ => Vec::new(),
            }
        }
    }

    /// A pipeline figure to reach by a day, counted from its start; the quantity is in the metric's unit.
    PipelineMilestone {
        /// Which pipeline stage it is about.
        async fn milestone(&self) -> Option<MilestoneKind> {
            match &self.0.row.terms {
                Terms::PipelineMilestone { kind, .. } => Some(*kind),
                _ => None,
            }
        }

        /// What is measured.
        async fn metric(&self) -> Option<Metric> {
            match &self.0.row.terms {
                Terms::PipelineMilestone { metric, .. } => Some(*metric),
                _ => None,
            }
        }
    }

    /// Support that the vendor owes; the quantity is hours, people or assets.
    VendorSupportCommitment {
        /// Which support.
        async fn support(&self) -> Option<SupportKind> {
            match &self.0.row.terms {
                Terms::VendorSupport { kind } => Some(*kind),
                _ => None,
            }
        }
    }

    /// People, money or time that a side puts in.
    ResourceInvestment {
        /// Which resource.
        async fn resource(&self) -> Option<ResourceKind> {
            match &self.0.row.terms {
                Terms::ResourceInvestment { kind } => Some(*kind),
                _ => None,
            }
        }
    }
}

/// Programmes to carry out; the quantity counts executions. Money is in the plan's currency.
#[derive(Clone, Debug, InputObject)]
pub struct CoMarketingTermsInput {
    /// The kind of campaign; absent for any.
    pub campaign_type: Option<String>,
    /// Market development funds that the vendor gives.
    pub mdf_allocated: Decimal,
    /// What the partner adds; nothing when absent.
    pub partner_co_funding: Option<Decimal>,
    /// Leads that both expect.
    #[graphql(default)]
    pub expected_leads: i32,
}

/// People to train or certify; the quantity counts people.
#[derive(Clone, Debug, InputObject)]
pub struct EnablementTermsInput {
    /// Training or certification.
    pub kind: EnablementKind,
    /// The course's or certification's code.
    pub code: String,
}

/// Pipeline work; the quantity counts mappings, calls, registered deals.
#[derive(Clone, Debug, InputObject)]
pub struct PipelineActivityTermsInput {
    /// Which work.
    pub kind: PipelineActivityKind,
    /// The named accounts, for `TARGET_ACCOUNTS`.
    #[graphql(default)]
    pub accounts: Vec<String>,
}

/// A pipeline figure to reach; the quantity is in the metric's unit.
#[derive(Clone, Debug, InputObject)]
pub struct PipelineMilestoneTermsInput {
    /// Which pipeline stage it is about.
    pub kind: MilestoneKind,
    /// What is measured; about deals.
    pub metric: Metric,
}

/// What exactly is promised: exactly one of these.
#[derive(Clone, Debug, OneofObject)]
pub enum CommitmentTermsInput {
    /// Marketing programmes.
    CoMarketing(CoMarketingTermsInput),
    /// Training or certification.
    Enablement(EnablementTermsInput),
    /// Pipeline work.
    PipelineActivity(PipelineActivityTermsInput),
    /// A pipeline figure.
    PipelineMilestone(PipelineMilestoneTermsInput),
    /// Support that the vendor owes: which kind.
    VendorSupport(SupportKind),
    /// People, money or time: which of them.
    ResourceInvestment(ResourceKind),
}

impl CommitmentTermsInput {
    /// The terms, with money in a plan's currency.
    pub fn terms(self, currency: Currency) -> crate::error::Result<Terms> {
        let unit = Unit::Money(currency);
        let money = |field: &str, value: Decimal| {
            crate::service::targets::amount(unit, &format!("terms.coMarketing.{field}"), value.0)
        };
        Ok(match self {
            Self::CoMarketing(input) => Terms::CoMarketing {
                campaign_type: input.campaign_type,
                mdf_allocated: money("mdfAllocated", input.mdf_allocated)?,
                partner_co_funding: input
                    .partner_co_funding
                    .map_or(Ok(0), |value| money("partnerCoFunding", value))?,
                expected_leads: input.expected_leads.into(),
            },
            Self::Enablement(input) => Terms::Enablement { kind: input.kind, code: input.code },
            Self::PipelineActivity(input) => {
                Terms::PipelineActivity { kind: input.kind, accounts: input.accounts }
            }
            Self::PipelineMilestone(input) => {
                Terms::PipelineMilestone { kind: input.kind, metric: input.metric }
            }
            Self::VendorSupport(kind) => Terms::VendorSupport { kind },
            Self::ResourceInvestment(kind) => Terms::ResourceInvestment { kind },
        })
    }
}

/// What a commitment says.
#[derive(Clone, Debug, InputObject)]
pub struct CommitmentInput {
    /// Its title.
    pub title: String,
    /// Who owes it; the vendor can be asked for commitments by the partner, and the other way round.
    pub owed_by: OwedBy,
    /// Who sees to it: a person of the side that owes it.
    pub owner_id: Option<UserId>,
    /// When it begins; with the plan when absent.
    pub starts_on: Option<Date>,
    /// When it is due.
    pub due_on: Option<Date>,
    /// How much is promised, in the unit of its kind.
    pub quantity: Decimal,
    /// What exactly.
    pub terms: CommitmentTermsInput,
}

impl CommitmentInput {
    fn spec(self, currency: Currency) -> crate::error::Result<CommitmentSpec> {
        Ok(CommitmentSpec {
            title: self.title,
            owed_by: self.owed_by,
            owner: self.owner_id,
            starts_on: self.starts_on.map(|day| day.0),
            due_on: self.due_on.map(|day| day.0),
            quantity: self.quantity.0,
            terms: self.terms.terms(currency)?,
        })
    }
}

/// Adds a commitment of either side to a plan.
#[derive(Clone, Debug, InputObject)]
pub struct AddCommitmentInput {
    /// The plan.
    pub plan_id: PlanId,
    /// The plan's revision that the editor saw.
    pub expected_revision: i32,
    /// The commitment.
    pub commitment: CommitmentInput,
}

/// Changes a commitment.
#[derive(Clone, Debug, InputObject)]
pub struct EditCommitmentInput {
    /// The commitment.
    pub commitment_id: CommitmentId,
    /// The plan's revision that the editor saw.
    pub expected_revision: i32,
    /// What it says from now on.
    pub commitment: CommitmentInput,
}

/// Removes a commitment.
#[derive(Clone, Debug, InputObject)]
pub struct RemoveCommitmentInput {
    /// The commitment.
    pub commitment_id: CommitmentId,
    /// The plan's revision that the editor saw.
    pub expected_revision: i32,
}

/// Agrees, for the own side, that a commitment need not be kept.
#[derive(Clone, Debug, InputObject)]
pub struct WaiveCommitmentInput {
    /// The commitment.
    pub commitment_id: CommitmentId,
    /// Why.
    pub reason: String,
}

payloads! {
    /// The plan with the new commitment, or why there is none.
    AddCommitmentPayload {
        /// The plan.
        plan: Plan
    }
    /// The plan with the changed commitment, or why it is as before.
    EditCommitmentPayload {
        /// The plan.
        plan: Plan
    }
    /// The plan without the commitment, or why it is still there.
    RemoveCommitmentPayload {
        /// The plan.
        plan: Plan
    }
    /// The plan of the commitment, or why it is not waived.
    WaiveCommitmentPayload {
        /// The plan.
        plan: Plan
    }
}

/// Mutations of commitments.
#[derive(Clone, Copy, Debug, Default)]
pub struct CommitmentMutation;

#[Object]
impl CommitmentMutation {
    /// Adds a commitment of either side to a plan that is a draft or negotiated.
    async fn add_commitment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to add.")] input: AddCommitmentInput,
    ) -> Result<AddCommitmentPayload, ApiError> {
        let op = ctx.op();
        let result = async {
            let plan = crate::service::plans::get(op, input.plan_id).await?;
            let spec = input.commitment.spec(plan.currency)?;
            commitments::add(op, input.plan_id, input.expected_revision, spec).await
        };
        AddCommitmentPayload::of(result.await, Plan::from)
    }

    /// Changes a commitment of a plan that is a draft or negotiated.
    async fn edit_commitment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change.")] input: EditCommitmentInput,
    ) -> Result<EditCommitmentPayload, ApiError> {
        let op = ctx.op();
        let result = async {
            let (plan, _) = commitments::get(op, input.commitment_id).await?;
            let spec = input.commitment.spec(plan.currency)?;
            commitments::edit(op, input.commitment_id, input.expected_revision, spec).await
        };
        EditCommitmentPayload::of(result.await, Plan::from)
    }

    /// Removes a commitment from a plan that is a draft or negotiated.
    async fn remove_commitment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to remove.")] input: RemoveCommitmentInput,
    ) -> Result<RemoveCommitmentPayload, ApiError> {
        let result =
            commitments::remove(ctx.op(), input.commitment_id, input.expected_revision).await;
        RemoveCommitmentPayload::of(result, Plan::from)
    }

    /// Agrees, for the own side, that a commitment of a signed plan need not be kept; it is waived once both sides have.
    async fn waive_commitment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to waive, and why.")] input: WaiveCommitmentInput,
    ) -> Result<WaiveCommitmentPayload, ApiError> {
        let result = commitments::waive(ctx.op(), input.commitment_id, &input.reason).await;
        WaiveCommitmentPayload::of(result, Plan::from)
    }
}
