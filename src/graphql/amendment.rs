//! Amendments, what differs between versions, and the end of a plan.

use std::sync::Arc;

use async_graphql::{Context, Description, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};

use super::{
    ContextExt,
    commitment::Commitment,
    error::{ApiError, payloads},
    plan::{Plan, PlanCadence, person},
    readiness::Finding,
    scalars::Date,
    target::Target,
    user::User,
};
use crate::{
    domain::{
        actor::Side,
        content::Termination,
        diff::{self, DifferenceKind, DifferenceSubject},
        id::{CommitmentId, PlanId, TargetId},
        plan::AmendmentState,
    },
    entity::plan,
    service::{amendments, content, ending},
};

/// An amendment under way: the plan as it is to be, while the version in force goes on counting.
#[derive(Clone, Debug, Description)]
pub struct Amendment(pub Arc<plan::Model>);

impl Amendment {
    /// The plan as the working copy has it.
    fn written(&self) -> plan::Model {
        content::as_written(plan::Model::clone(&self.0))
    }
}

#[Object(use_type_description)]
impl Amendment {
    /// Whether it is still edited, or awaits signatures.
    async fn state(&self) -> Option<AmendmentState> {
        self.0.amendment
    }

    /// The number of the signed version that it changes.
    async fn base_version(&self) -> Option<i32> {
        self.0.working_copy.as_ref().map(|copy| copy.base)
    }

    /// Why the plan is to be amended.
    async fn reason(&self) -> Option<&str> {
        self.0.working_copy.as_ref().map(|copy| copy.reason.as_str())
    }

    /// The side that began it.
    async fn begun_by(&self) -> Option<Side> {
        self.0.working_copy.as_ref().map(|copy| copy.begun_by)
    }

    /// When it was begun.
    async fn begun_at(&self) -> Option<DateTime<Utc>> {
        self.0.working_copy.as_ref().map(|copy| copy.begun_at)
    }

    /// The day from which it is to count; null until it is proposed.
    async fn effective_on(&self) -> Option<Date> {
        self.0.working_copy.as_ref().and_then(|copy| copy.effective_on).map(Date)
    }

    /// The plan's name as it is to be.
    async fn name(&self) -> String {
        self.written().name
    }

    /// The vision as it is to be.
    async fn vision(&self) -> Option<String> {
        self.written().content.vision.clone()
    }

    /// The value proposition as it is to be.
    async fn value_proposition(&self) -> Option<String> {
        self.written().content.value_proposition.clone()
    }

    /// The review cadence as it is to be.
    async fn review_cadence(&self) -> Option<PlanCadence> {
        self.written().content.cadence.clone().map(PlanCadence::from)
    }

    /// The vendor's executive sponsor as it is to be.
    async fn vendor_sponsor(&self, ctx: &Context<'_>) -> Result<Option<User>, ApiError> {
        person(ctx, self.written().vendor_sponsor_id).await
    }

    /// The partner's executive sponsor as it is to be.
    async fn partner_sponsor(&self, ctx: &Context<'_>) -> Result<Option<User>, ApiError> {
        person(ctx, self.written().partner_sponsor_id).await
    }

    /// The targets as they are to be; the progress of one is that of the version in force.
    async fn targets(&self, ctx: &Context<'_>) -> Result<Vec<Target>, ApiError> {
        let (rows, _) = content::of_plan(ctx.op().db.read(), self.0.id).await?;
        Ok(rows.into_iter().map(|row| Target { plan: Arc::clone(&self.0), row }).collect())
    }

    /// The commitments as they are to be.
    async fn commitments(&self, ctx: &Context<'_>) -> Result<Vec<Commitment>, ApiError> {
        let (_, rows) = content::of_plan(ctx.op().db.read(), self.0.id).await?;
        Ok(rows.into_iter().map(|row| Commitment::of(Arc::clone(&self.0), row)).collect())
    }

    /// What it changes, field by field.
    async fn changes(&self, ctx: &Context<'_>) -> Result<Vec<Difference>, ApiError> {
        let found = amendments::changes_of(ctx.op(), &self.0).await?;
        Ok(found.into_iter().map(Difference::from).collect())
    }

    /// What keeps it from being proposed, and what both should know before they propose it.
    async fn readiness(&self, ctx: &Context<'_>) -> Result<Vec<Finding>, ApiError> {
        let found = content::readiness(ctx.op().db.read(), &self.0).await?;
        Ok(found.into_iter().map(Finding::from).collect())
    }
}

/// One thing that differs between two versions of a plan.
#[derive(Clone, Debug, SimpleObject)]
pub struct Difference {
    /// Whether it came, went or changed.
    pub kind: DifferenceKind,
    /// What it is about.
    pub subject: DifferenceSubject,
    /// The id of the plan, target or commitment.
    pub subject_id: async_graphql::ID,
    /// What that is called.
    pub name: String,
    /// The field, such as `amount` or `terms.mdfAllocated`; null where a whole target or commitment came or went.
    pub field: Option<String>,
    /// What it said before; amounts are decimals, lists are JSON.
    pub before: Option<String>,
    /// What it says now.
    pub after: Option<String>,
}

impl From<diff::Difference> for Difference {
    fn from(difference: diff::Difference) -> Self {
        let diff::Difference { kind, subject, id, name, field, before, after } = difference;
        let subject_id = match subject {
            DifferenceSubject::Plan => PlanId(id).to_string(),
            DifferenceSubject::Target => TargetId(id).to_string(),
            DifferenceSubject::Commitment => CommitmentId(id).to_string(),
        };
        Self { kind, subject, subject_id: subject_id.into(), name, field, before, after }
    }
}

/// Notice that a plan ends before its time.
#[derive(Clone, Debug, SimpleObject)]
pub struct PlanTermination {
    /// The first day on which the plan is not in force any more.
    pub effective_on: Date,
    /// Why.
    pub reason: String,
    /// The side that gave notice.
    pub by: Side,
    /// When it gave notice.
    pub noticed_at: DateTime<Utc>,
}

impl From<Termination> for PlanTermination {
    fn from(termination: Termination) -> Self {
        let Termination { effective_on, reason, by, noticed_at } = termination;
        Self { effective_on: Date(effective_on), reason, by, noticed_at }
    }
}

/// Opens a working copy of a plan in force.
#[derive(Clone, Debug, InputObject)]
pub struct BeginAmendmentInput {
    /// The plan.
    pub plan_id: PlanId,
    /// The plan's revision that the caller saw.
    pub expected_revision: i32,
    /// Why it is to be amended.
    pub reason: String,
}

/// Freezes the working copy into a version to be signed.
#[derive(Clone, Debug, InputObject)]
pub struct ProposeAmendmentInput {
    /// The plan.
    pub plan_id: PlanId,
    /// The plan's revision that the proposer saw.
    pub expected_revision: i32,
    /// The day from which it is to count: today or later, inside the plan's period.
    pub effective_on: Date,
}

/// Throws the working copy away.
#[derive(Clone, Debug, InputObject)]
pub struct WithdrawAmendmentInput {
    /// The plan.
    pub plan_id: PlanId,
    /// Why.
    pub reason: String,
}

/// Closes a plan.
#[derive(Clone, Debug, InputObject)]
pub struct ClosePlanInput {
    /// The plan.
    pub plan_id: PlanId,
    /// The plan's revision that the caller saw.
    pub expected_revision: i32,
}

/// Ends a plan before its time.
#[derive(Clone, Debug, InputObject)]
pub struct TerminatePlanInput {
    /// The plan.
    pub plan_id: PlanId,
    /// The plan's revision that the caller saw.
    pub expected_revision: i32,
    /// The first day on which it is not in force any more: today, or a later day of its period to give notice.
    pub effective_on: Date,
    /// Why.
    pub reason: String,
}

payloads! {
    /// The plan with its working copy, or why none was opened.
    BeginAmendmentPayload {
        /// The plan.
        plan: Plan
    }
    /// The plan whose amendment awaits signatures, or why it was not proposed.
    ProposeAmendmentPayload {
        /// The plan.
        plan: Plan
    }
    /// The plan without its working copy, or why it still has one.
    WithdrawAmendmentPayload {
        /// The plan.
        plan: Plan
    }
    /// The closed plan, or why it is not closed.
    ClosePlanPayload {
        /// The plan.
        plan: Plan
    }
    /// The plan that ends, or why it does not.
    TerminatePlanPayload {
        /// The plan.
        plan: Plan
    }
}

/// Mutations of plans in force.
#[derive(Clone, Copy, Debug, Default)]
pub struct AmendmentMutation;

#[Object]
impl AmendmentMutation {
    /// Opens a working copy of a plan in force. Until both sides have signed it, the mutations that edit a plan change the working
    /// copy alone, and the version in force goes on counting. A plan has one amendment at a time.
    async fn begin_amendment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which plan to amend, and why.")] input: BeginAmendmentInput,
    ) -> Result<BeginAmendmentPayload, ApiError> {
        let BeginAmendmentInput { plan_id, expected_revision, reason } = input;
        let result = amendments::begin(ctx.op(), plan_id, expected_revision, reason).await;
        BeginAmendmentPayload::of(result, Plan::from)
    }

    /// Freezes the working copy into the next version, to count from a day on, and asks both sides to sign it with `signPlan`.
    /// `rejectPlan`, `withdrawProposal` and any edit open it again.
    async fn propose_amendment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to propose, and from when.")] input: ProposeAmendmentInput,
    ) -> Result<ProposeAmendmentPayload, ApiError> {
        let ProposeAmendmentInput { plan_id, expected_revision, effective_on } = input;
        let result =
            amendments::propose(ctx.op(), plan_id, expected_revision, effective_on.0).await;
        ProposeAmendmentPayload::of(result, Plan::from)
    }

    /// Throws the working copy away; the plan stays as both signed it.
    async fn withdraw_amendment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which amendment to give up, and why.")] input: WithdrawAmendmentInput,
    ) -> Result<WithdrawAmendmentPayload, ApiError> {
        let result = amendments::withdraw(ctx.op(), input.plan_id, &input.reason).await;
        WithdrawAmendmentPayload::of(result, Plan::from)
    }

    /// Closes a plan whose period is over: its figures no longer move, whatever is recorded later.
    async fn close_plan(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which plan to close.")] input: ClosePlanInput,
    ) -> Result<ClosePlanPayload, ApiError> {
        let result = ending::close(ctx.op(), input.plan_id, input.expected_revision).await;
        ClosePlanPayload::of(result, Plan::from)
    }

    /// Ends a plan before its time: at once, or with notice, when the day has come. A later notice takes the place of an earlier one.
    async fn terminate_plan(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which plan to end, when and why.")] input: TerminatePlanInput,
    ) -> Result<TerminatePlanPayload, ApiError> {
        let TerminatePlanInput { plan_id, expected_revision, effective_on, reason } = input;
        let result =
            ending::terminate(ctx.op(), plan_id, expected_revision, effective_on.0, reason).await;
        TerminatePlanPayload::of(result, Plan::from)
    }
}
