//! Mutations of plans: drafting, sharing, editing, cadence and rates.

use async_graphql::{Context, InputObject, Object};

use super::{
    ContextExt,
    error::{ApiError, payloads},
    plan::Plan,
    scalars::{CurrencyCode, Date, Decimal},
};
use crate::{
    domain::{
        calendar::PeriodKind,
        content::{Objective, PlanContent, ReviewCadence, Swot},
        id::{ObjectiveId, PartnershipId, PlanId, UserId},
        review::{Cadence, DEFAULT_OFFSET_DAYS, ReviewFormat, ReviewKind},
    },
    op::Op,
    service::{drafting, plans, terms},
};

/// Begins to draft a plan.
#[derive(Clone, Debug, InputObject)]
pub struct CreatePlanInput {
    /// For which partnership.
    pub partnership_id: PartnershipId,
    /// Its name.
    pub name: String,
    /// What kind of period it covers.
    pub period_kind: PeriodKind,
    /// Its first day: of a fiscal period, the first of the vendor's fiscal year or half.
    pub starts_on: Date,
    /// Its last day; only a custom period needs it.
    pub ends_on: Option<Date>,
    /// What money is counted in; the vendor's currency when absent. The programme fills in the money of a light plan in the
    /// vendor's currency alone.
    pub currency: Option<CurrencyCode>,
    /// Why a vendor admin drafts a plan for a tier that is offered none.
    pub override_reason: Option<String>,
    /// A key of the caller's choice: the same input under the same key gives the same plan for 24 hours.
    pub idempotency_key: Option<String>,
}

/// Something that the plan is to achieve.
#[derive(Clone, Debug, InputObject)]
pub struct ObjectiveInput {
    /// The objective, if it is there already.
    pub id: Option<ObjectiveId>,
    /// In a few words.
    pub title: String,
    /// In more words.
    pub description: Option<String>,
}

/// The whole narrative of a plan; what is absent is empty from now on.
#[derive(Clone, Debug, InputObject)]
pub struct NarrativeInput {
    /// Where both want to be.
    pub vision: Option<String>,
    /// Why customers buy from both together.
    pub value_proposition: Option<String>,
    /// What has to go right.
    #[graphql(default)]
    pub success_factors: Vec<String>,
    /// What both do well.
    #[graphql(default)]
    pub strengths: Vec<String>,
    /// What both lack.
    #[graphql(default)]
    pub weaknesses: Vec<String>,
    /// What the market offers.
    #[graphql(default)]
    pub opportunities: Vec<String>,
    /// What could go wrong.
    #[graphql(default)]
    pub threats: Vec<String>,
    /// What the plan is to achieve.
    #[graphql(default)]
    pub objectives: Vec<ObjectiveInput>,
}

impl NarrativeInput {
    fn content(self, op: &Op) -> PlanContent {
        PlanContent {
            vision: self.vision,
            value_proposition: self.value_proposition,
            success_factors: self.success_factors,
            swot: Swot {
                strengths: self.strengths,
                weaknesses: self.weaknesses,
                opportunities: self.opportunities,
                threats: self.threats,
            },
            objectives: self
                .objectives
                .into_iter()
                .map(|objective| Objective {
                    id: objective.id.unwrap_or_else(|| op.mint()),
                    title: objective.title,
                    description: objective.description,
                })
                .collect(),
            ..PlanContent::default()
        }
    }
}

/// Changes name, narrative and sponsors of a plan; what is absent stays.
#[derive(Clone, Debug, InputObject)]
pub struct EditPlanInput {
    /// The plan.
    pub plan_id: PlanId,
    /// The plan's revision that the editor saw.
    pub expected_revision: i32,
    /// Its name.
    pub name: Option<String>,
    /// The whole narrative.
    pub narrative: Option<NarrativeInput>,
    /// The vendor's executive sponsor.
    pub vendor_sponsor_id: Option<UserId>,
    /// The partner's executive sponsor.
    pub partner_sponsor_id: Option<UserId>,
}

/// Shows a draft to the other side.
#[derive(Clone, Debug, InputObject)]
pub struct SharePlanInput {
    /// The plan.
    pub plan_id: PlanId,
    /// The plan's revision that the editor saw.
    pub expected_revision: i32,
}

/// Throws a draft away.
#[derive(Clone, Debug, InputObject)]
pub struct DiscardPlanInput {
    /// The plan.
    pub plan_id: PlanId,
    /// The plan's revision that the editor saw.
    pub expected_revision: i32,
}

/// Gives a plan up before it was signed.
#[derive(Clone, Debug, InputObject)]
pub struct WithdrawPlanInput {
    /// The plan.
    pub plan_id: PlanId,
    /// The plan's revision that the editor saw.
    pub expected_revision: i32,
    /// Why.
    pub reason: String,
}

/// Says when a plan is reviewed.
#[derive(Clone, Debug, InputObject)]
pub struct SetReviewCadenceInput {
    /// The plan.
    pub plan_id: PlanId,
    /// The plan's revision that the editor saw.
    pub expected_revision: i32,
    /// How often.
    pub cadence: Cadence,
    /// What kind of review.
    pub kind: ReviewKind,
    /// How the people meet.
    pub format: ReviewFormat,
    /// Days after the end of what is reviewed, 0 to 90; 10 when absent.
    pub offset_days: Option<i32>,
    /// The days, only with the cadence `DATES`.
    #[graphql(default)]
    pub dates: Vec<Date>,
}

/// States what a unit of another currency is worth in the plan's.
#[derive(Clone, Debug, InputObject)]
pub struct SetExchangeRateInput {
    /// The plan.
    pub plan_id: PlanId,
    /// The plan's revision that the editor saw.
    pub expected_revision: i32,
    /// The other currency.
    pub currency: CurrencyCode,
    /// Units of the plan's currency for one of it.
    pub rate: Decimal,
}

payloads! {
    /// The new plan, or why there is none.
    CreatePlanPayload {
        /// The plan.
        plan: Plan
    }
    /// The changed plan, or why it is as before.
    EditPlanPayload {
        /// The plan.
        plan: Plan
    }
    /// The shared plan, or why it is still a draft.
    SharePlanPayload {
        /// The plan.
        plan: Plan
    }
    /// The discarded draft, or why it is still there.
    DiscardPlanPayload {
        /// The plan.
        plan: Plan
    }
    /// The withdrawn plan, or why it goes on.
    WithdrawPlanPayload {
        /// The plan.
        plan: Plan
    }
    /// The plan with its cadence, or why it has none.
    SetReviewCadencePayload {
        /// The plan.
        plan: Plan
    }
    /// The plan with the rate, or why it has none.
    SetExchangeRatePayload {
        /// The plan.
        plan: Plan
    }
}

/// Mutations of plans.
#[derive(Clone, Copy, Debug, Default)]
pub struct PlanMutation;

#[Object]
impl PlanMutation {
    /// Begins to draft a plan. Either side may; until it is shared, the other does not know of it.
    ///
    /// A light plan begins with what the programme states: a pipeline target, a deal registration target, and a co-marketing
    /// commitment over the MDF entitlement.
    async fn create_plan(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to draft.")] input: CreatePlanInput,
    ) -> Result<CreatePlanPayload, ApiError> {
        let new = drafting::NewPlan {
            partnership: input.partnership_id,
            name: input.name,
            period_kind: input.period_kind,
            starts_on: input.starts_on.0,
            ends_on: input.ends_on.map(|day| day.0),
            currency: input.currency.map(|currency| currency.0),
            override_reason: input.override_reason,
        };
        let result = drafting::create(ctx.op(), input.idempotency_key.as_deref(), new).await;
        CreatePlanPayload::of(result, Plan::from)
    }

    /// Changes name, narrative and sponsors of a plan that is a draft or negotiated.
    async fn edit_plan(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change.")] input: EditPlanInput,
    ) -> Result<EditPlanPayload, ApiError> {
        let op = ctx.op();
        let edit = plans::PlanEdit {
            name: input.name,
            kept: input
                .narrative
                .iter()
                .flat_map(|narrative| &narrative.objectives)
                .map(|one| one.id)
                .collect(),
            content: input.narrative.map(|narrative| narrative.content(op)),
            vendor_sponsor: input.vendor_sponsor_id,
            partner_sponsor: input.partner_sponsor_id,
        };
        EditPlanPayload::of(
            plans::edit(op, input.plan_id, input.expected_revision, edit).await,
            Plan::from,
        )
    }

    /// Shows a draft to the other side: from now on both edit it.
    async fn share_plan(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to share.")] input: SharePlanInput,
    ) -> Result<SharePlanPayload, ApiError> {
        SharePlanPayload::of(
            plans::share(ctx.op(), input.plan_id, input.expected_revision).await,
            Plan::from,
        )
    }

    /// Throws a draft away; the other side never knew of it.
    async fn discard_plan(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to throw away.")] input: DiscardPlanInput,
    ) -> Result<DiscardPlanPayload, ApiError> {
        let result = plans::discard(ctx.op(), input.plan_id, input.expected_revision).await;
        DiscardPlanPayload::of(result, Plan::from)
    }

    /// Gives a negotiated plan up.
    async fn withdraw_plan(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to give up, and why.")] input: WithdrawPlanInput,
    ) -> Result<WithdrawPlanPayload, ApiError> {
        let result =
            plans::withdraw(ctx.op(), input.plan_id, input.expected_revision, &input.reason).await;
        WithdrawPlanPayload::of(result, Plan::from)
    }

    /// Says how often, and in what form, a plan is reviewed; the dated reviews come with the second signature.
    async fn set_review_cadence(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "When it is reviewed.")] input: SetReviewCadenceInput,
    ) -> Result<SetReviewCadencePayload, ApiError> {
        let result = async {
            let offset_days = match input.offset_days {
                None => DEFAULT_OFFSET_DAYS,
                Some(days) => u32::try_from(days).map_err(|_negative| terms::bad_offset(days))?,
            };
            let cadence = ReviewCadence {
                cadence: input.cadence,
                kind: input.kind,
                format: input.format,
                offset_days,
                dates: input.dates.into_iter().map(|day| day.0).collect(),
            };
            terms::set_cadence(ctx.op(), input.plan_id, input.expected_revision, cadence).await
        };
        SetReviewCadencePayload::of(result.await, Plan::from)
    }

    /// States the planning rate of another currency, and counts the facts that waited for it. A signed rate changes by amendment only.
    async fn set_exchange_rate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which rate.")] input: SetExchangeRateInput,
    ) -> Result<SetExchangeRatePayload, ApiError> {
        let result = terms::set_rate(
            ctx.op(),
            input.plan_id,
            input.expected_revision,
            input.currency.0,
            input.rate.0,
        );
        SetExchangeRatePayload::of(result.await, Plan::from)
    }
}
