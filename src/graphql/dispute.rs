//! Disputes: either side says that a fact is not so, the vendor decides.

use async_graphql::{Context, Description, InputObject, Object};
use chrono::{DateTime, Utc};

use super::{
    ContextExt,
    activity::Activity,
    error::{ApiError, payloads},
};
use crate::{
    domain::{
        actor::Side,
        dispute::{DisputeOutcome, DisputeState},
        id::ActivityId,
    },
    entity::dispute,
    service::disputes::{self, Resolution},
};

/// One side's word that a fact is not so, and what became of it.
#[derive(Clone, Debug, Description)]
pub struct Dispute(pub dispute::Model);

#[Object(use_type_description)]
impl Dispute {
    /// What became of it.
    async fn state(&self) -> DisputeState {
        self.0.state
    }

    /// Why the fact is not so, in the words of whoever disputes it.
    async fn reason(&self) -> &str {
        &self.0.reason
    }

    /// Who disputes it: the id of a person or integration.
    async fn raised_by_id(&self) -> &str {
        &self.0.raised_by
    }

    /// For which side; null for the system.
    async fn raised_by_side(&self) -> Option<Side> {
        self.0.raised_side
    }

    /// When.
    async fn raised_at(&self) -> DateTime<Utc> {
        self.0.raised_at
    }

    /// Why it was decided so; null while it is open, and for a correction that gave no reason.
    async fn resolution(&self) -> Option<&str> {
        self.0.resolution.as_deref()
    }

    /// Who decided, or recorded the correction; null while it is open.
    async fn resolved_by_id(&self) -> Option<&str> {
        self.0.resolved_by.as_deref()
    }

    /// When; null while it is open.
    async fn resolved_at(&self) -> Option<DateTime<Utc>> {
        self.0.resolved_at
    }

    /// The fact that took the disputed one's place or took it back; null for others.
    async fn superseded_by_id(&self) -> Option<ActivityId> {
        self.0.superseded_by_id
    }
}

/// Says that a fact is not so.
#[derive(Clone, Debug, InputObject)]
pub struct DisputeActivityInput {
    /// The fact; one that counts, and that nobody disputes.
    pub activity_id: ActivityId,
    /// Why it is not so.
    pub reason: String,
}

/// Decides a dispute.
#[derive(Clone, Debug, InputObject)]
pub struct ResolveDisputeInput {
    /// The fact that is disputed.
    pub activity_id: ActivityId,
    /// What is so. To say how it was instead, record a fact that supersedes the disputed one: that resolves the dispute as `CORRECTED`.
    pub outcome: DisputeOutcome,
    /// Why.
    pub reason: String,
}

payloads! {
    /// The answer to `disputeActivity`.
    DisputeActivityPayload {
        /// The fact, disputed.
        activity: Activity
    }
    /// The answer to `resolveDispute`.
    ResolveDisputePayload {
        /// The fact, as it stands now.
        activity: Activity
    }
}

/// What is done about disputes.
#[derive(Clone, Copy, Debug, Default)]
pub struct DisputeMutation;

#[Object]
impl DisputeMutation {
    /// Says that a fact is not so. It goes on counting, as `DISPUTED`, until the vendor resolves the dispute. For those of either side who
    /// may record facts about the partnership.
    async fn dispute_activity(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which fact, and why.")] input: DisputeActivityInput,
    ) -> Result<DisputeActivityPayload, ApiError> {
        let result = disputes::raise(ctx.op(), input.activity_id, &input.reason).await;
        DisputeActivityPayload::of(result, Activity)
    }

    /// Decides a dispute: the fact is taken back, or vouched for as before. For those of the vendor who may record facts about the
    /// partnership.
    async fn resolve_dispute(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which dispute, and what is so.")] input: ResolveDisputeInput,
    ) -> Result<ResolveDisputePayload, ApiError> {
        let ResolveDisputeInput { activity_id, outcome, reason } = input;
        let resolution = Resolution { activity: activity_id, outcome, reason };
        ResolveDisputePayload::of(disputes::resolve(ctx.op(), resolution).await, Activity)
    }
}
