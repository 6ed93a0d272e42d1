//! Mutations of action items and recovery actions.

use async_graphql::{Context, InputObject, Object, OneofObject};

use super::{
    ContextExt,
    action_item::ActionItem,
    error::{ApiError, payloads},
    scalars::Date,
};
use crate::{
    domain::id::{ActionItemId, AlertId, CommitmentId, PlanId, ReviewId, TargetId, UserId},
    service::{
        action_items,
        assigning::{self, NewActionItem},
        recovery::{self, NewRecovery, Source},
    },
};

/// Something that is to be done.
#[derive(Clone, Debug, InputObject)]
pub struct ActionItemInput {
    /// What; 200 characters at most.
    pub title: String,
    /// By whom: an active person of one of the two sides.
    pub owner_id: UserId,
    /// By when.
    pub due_on: Date,
    /// The target that it is about.
    pub target_id: Option<TargetId>,
    /// The commitment that it is about.
    pub commitment_id: Option<CommitmentId>,
    /// What it is to bring about; 10,000 characters at most.
    pub expected_effect: Option<String>,
}

impl From<ActionItemInput> for NewActionItem {
    fn from(input: ActionItemInput) -> Self {
        Self {
            title: input.title,
            owner: input.owner_id,
            due_on: input.due_on.0,
            target: input.target_id,
            commitment: input.commitment_id,
            expected_effect: input.expected_effect,
        }
    }
}

/// Gives somebody something to do.
#[derive(Clone, Debug, InputObject)]
pub struct AddActionItemInput {
    /// The plan.
    pub plan_id: PlanId,
    /// The review that agreed on it, which was held.
    pub review_id: Option<ReviewId>,
    /// What is to be done.
    pub action: ActionItemInput,
    /// A key of the caller's choice: the same input under the same key gives the same action item for 24 hours.
    pub idempotency_key: Option<String>,
}

/// Says that something was done.
#[derive(Clone, Debug, InputObject)]
pub struct CompleteActionItemInput {
    /// The action item.
    pub action_item_id: ActionItemId,
    /// What came of it; 10,000 characters at most.
    pub outcome: Option<String>,
}

/// Says that something need not be done any more.
#[derive(Clone, Debug, InputObject)]
pub struct CancelActionItemInput {
    /// The action item.
    pub action_item_id: ActionItemId,
    /// Why.
    pub reason: String,
}

/// Gives something to somebody else to do.
#[derive(Clone, Debug, InputObject)]
pub struct ReassignActionItemInput {
    /// The action item.
    pub action_item_id: ActionItemId,
    /// Who is to do it from now on: an active person of one of the two sides.
    pub owner_id: UserId,
    /// By when; as before when absent.
    pub due_on: Option<Date>,
}

/// A target that a review looked at.
#[derive(Clone, Debug, InputObject)]
pub struct ReviewedTargetInput {
    /// The review, which was held.
    pub review_id: ReviewId,
    /// The target.
    pub target_id: TargetId,
}

/// What shows that something has to be brought back on course: exactly one of these.
#[derive(Clone, Debug, OneofObject)]
pub enum RecoverySourceInput {
    /// An open alert of the viewer's side.
    AlertId(AlertId),
    /// A target that a review looked at.
    Reviewed(ReviewedTargetInput),
}

/// Records what is to bring something back on course.
#[derive(Clone, Debug, InputObject)]
pub struct RecordRecoveryActionInput {
    /// What shows that something has to be done.
    pub source: RecoverySourceInput,
    /// What; 200 characters at most.
    pub title: String,
    /// By whom: an active person of one of the two sides.
    pub owner_id: UserId,
    /// By when.
    pub due_on: Date,
    /// What it is to bring about; 10,000 characters at most.
    pub expected_effect: String,
    /// A key of the caller's choice: the same input under the same key gives the same action for 24 hours.
    pub idempotency_key: Option<String>,
}

payloads! {
    /// The action item, or why there is none.
    AddActionItemPayload {
        /// The action item.
        action_item: ActionItem
    }
    /// The action item, done, or why it is not.
    CompleteActionItemPayload {
        /// The action item.
        action_item: ActionItem
    }
    /// The action item, cancelled, or why it still stands.
    CancelActionItemPayload {
        /// The action item.
        action_item: ActionItem
    }
    /// The action item of its new owner, or why it still has the old one.
    ReassignActionItemPayload {
        /// The action item.
        action_item: ActionItem
    }
    /// The recovery action, or why there is none.
    RecordRecoveryActionPayload {
        /// The recovery action.
        action_item: ActionItem
    }
}

/// Mutations of action items.
#[derive(Clone, Copy, Debug, Default)]
pub struct FollowUpMutation;

#[Object]
impl FollowUpMutation {
    /// Gives a person of either side something to do by a day. What is open comes up again in every later review.
    async fn add_action_item(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be done.")] input: AddActionItemInput,
    ) -> Result<AddActionItemPayload, ApiError> {
        let AddActionItemInput { plan_id, review_id, action, idempotency_key } = input;
        let key = idempotency_key.as_deref();
        let result = assigning::add(ctx.op(), key, plan_id, review_id, action.into()).await;
        AddActionItemPayload::of(result, |(plan, row)| ActionItem { plan: plan.into(), row })
    }

    /// Says that something was done; of a recovery action the figure is frozen as it is now, beside the one before.
    async fn complete_action_item(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What was done.")] input: CompleteActionItemInput,
    ) -> Result<CompleteActionItemPayload, ApiError> {
        let result = action_items::complete(ctx.op(), input.action_item_id, input.outcome).await;
        CompleteActionItemPayload::of(result, |(plan, row)| ActionItem { plan: plan.into(), row })
    }

    /// Says that something need not be done any more.
    async fn cancel_action_item(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to cancel, and why.")] input: CancelActionItemInput,
    ) -> Result<CancelActionItemPayload, ApiError> {
        let result = action_items::cancel(ctx.op(), input.action_item_id, input.reason).await;
        CancelActionItemPayload::of(result, |(plan, row)| ActionItem { plan: plan.into(), row })
    }

    /// Gives something to somebody else to do, perhaps of the other side, perhaps by another day.
    async fn reassign_action_item(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to give to whom.")] input: ReassignActionItemInput,
    ) -> Result<ReassignActionItemPayload, ApiError> {
        let ReassignActionItemInput { action_item_id, owner_id, due_on } = input;
        let due_on = due_on.map(|day| day.0);
        let result = action_items::reassign(ctx.op(), action_item_id, owner_id, due_on).await;
        ReassignActionItemPayload::of(result, |(plan, row)| ActionItem { plan: plan.into(), row })
    }

    /// Records what is to bring a figure back on course, and the figure as it is now. The alerts of both sides about it show the action.
    async fn record_recovery_action(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be done, and about what.")] input: RecordRecoveryActionInput,
    ) -> Result<RecordRecoveryActionPayload, ApiError> {
        let source = match input.source {
            RecoverySourceInput::AlertId(alert) => Source::Alert(alert),
            RecoverySourceInput::Reviewed(reviewed) => {
                Source::Review(reviewed.review_id, reviewed.target_id)
            }
        };
        let new = NewRecovery {
            source,
            title: input.title,
            owner: input.owner_id,
            due_on: input.due_on.0,
            expected_effect: input.expected_effect,
        };
        let result = recovery::record(ctx.op(), input.idempotency_key.as_deref(), new).await;
        RecordRecoveryActionPayload::of(result, |(plan, row)| ActionItem { plan: plan.into(), row })
    }
}
