//! Versions and signatures, and the mutations that lead to them.

use async_graphql::{Context, Description, InputObject, Object};
use chrono::{DateTime, Utc};

use super::{
    ContextExt,
    error::{ApiError, payloads},
    plan::Plan,
    scalars::Date,
    user::User,
};
use crate::{
    domain::{
        actor::{Role, Side},
        id::{PlanId, SignatureId, VersionId},
    },
    entity::{plan_version, signature},
    service::signing,
};

/// A plan's content as it was proposed; it never changes.
#[derive(Clone, Debug, Description)]
pub struct PlanVersion(pub plan_version::Model);

#[Object(use_type_description)]
impl PlanVersion {
    /// Its id.
    pub async fn id(&self) -> VersionId {
        self.0.id
    }

    /// Its number, from 1.
    async fn number(&self) -> i32 {
        self.0.number
    }

    /// The SHA-256 of `content`, in hexadecimal: what signatures are bound to.
    async fn hash(&self) -> &str {
        &self.0.hash
    }

    /// The content as JSON, byte for byte as it is hashed; amounts are integers of the smallest unit.
    async fn content(&self) -> &str {
        &self.0.content
    }

    /// The side that proposed it.
    async fn proposed_by(&self) -> Side {
        self.0.proposed_side
    }

    /// When it was proposed.
    async fn proposed_at(&self) -> DateTime<Utc> {
        self.0.proposed_at
    }

    /// The day from which an amendment counts; null for a plan's first version, which counts from the beginning.
    async fn effective_on(&self) -> Option<Date> {
        self.0.effective_on.map(Date)
    }

    /// When the second side signed it; null while it is not signed by both.
    async fn sealed_at(&self) -> Option<DateTime<Utc>> {
        self.0.sealed_at
    }
}

/// A person's signature under exactly one version of a plan.
#[derive(Clone, Debug, Description)]
pub struct Signature(pub signature::Model);

#[Object(use_type_description)]
impl Signature {
    /// Its id.
    pub async fn id(&self) -> SignatureId {
        self.0.id
    }

    /// The number of the version.
    async fn version(&self) -> i32 {
        self.0.number
    }

    /// The hash of the version, as the signer saw it.
    async fn hash(&self) -> &str {
        &self.0.hash
    }

    /// The side for which it was given.
    async fn side(&self) -> Side {
        self.0.side
    }

    /// Who signed.
    async fn person(&self, ctx: &Context<'_>) -> Result<Option<User>, ApiError> {
        Ok(ctx.load(self.0.user_id).await?.map(User))
    }

    /// In which role.
    async fn role(&self) -> Role {
        self.0.role
    }

    /// When.
    async fn signed_at(&self) -> DateTime<Utc> {
        self.0.signed_at
    }

    /// When it ceased to count, because the proposal was rejected, taken back or edited.
    async fn voided_at(&self) -> Option<DateTime<Utc>> {
        self.0.voided_at
    }
}

/// Freezes a plan into a version to be signed.
#[derive(Clone, Debug, InputObject)]
pub struct ProposePlanInput {
    /// The plan.
    pub plan_id: PlanId,
    /// The plan's revision that the proposer saw.
    pub expected_revision: i32,
}

/// Signs a version.
#[derive(Clone, Debug, InputObject)]
pub struct SignPlanInput {
    /// The plan.
    pub plan_id: PlanId,
    /// The number of the version.
    pub version: i32,
    /// Its hash: what is signed is exactly what the signer saw.
    pub hash: String,
}

/// Refuses a proposed version.
#[derive(Clone, Debug, InputObject)]
pub struct RejectPlanInput {
    /// The plan.
    pub plan_id: PlanId,
    /// Why.
    pub reason: String,
}

/// Takes a proposal back.
#[derive(Clone, Debug, InputObject)]
pub struct WithdrawProposalInput {
    /// The plan.
    pub plan_id: PlanId,
    /// Why.
    pub reason: String,
}

payloads! {
    /// The proposed plan, or why it was not proposed.
    ProposePlanPayload {
        /// The plan.
        plan: Plan
    }
    /// The signed plan, or why it was not signed.
    SignPlanPayload {
        /// The plan.
        plan: Plan
    }
    /// The plan, negotiated again, or why it still awaits signatures.
    RejectPlanPayload {
        /// The plan.
        plan: Plan
    }
    /// The plan, negotiated again, or why it still awaits signatures.
    WithdrawProposalPayload {
        /// The plan.
        plan: Plan
    }
}

/// Mutations that lead to signatures.
#[derive(Clone, Copy, Debug, Default)]
pub struct SigningMutation;

#[Object]
impl SigningMutation {
    /// Freezes a negotiated plan into its next version and asks both sides to sign it; refused with the blockers while it is not ready.
    async fn propose_plan(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to propose.")] input: ProposePlanInput,
    ) -> Result<ProposePlanPayload, ApiError> {
        let result = signing::propose(ctx.op(), input.plan_id, input.expected_revision).await;
        ProposePlanPayload::of(result, Plan::from)
    }

    /// Signs the proposed version for the own side; the second side's signature puts the plan in force. A full plan is signed by the
    /// executive sponsors, a light one by the channel account manager and a partner manager or admin.
    async fn sign_plan(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to sign.")] input: SignPlanInput,
    ) -> Result<SignPlanPayload, ApiError> {
        let signing = signing::Signing { version: input.version, hash: input.hash };
        SignPlanPayload::of(signing::sign(ctx.op(), input.plan_id, signing).await, Plan::from)
    }

    /// Refuses the proposed version; signatures under it no longer count, and both sides go on negotiating.
    async fn reject_plan(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to refuse, and why.")] input: RejectPlanInput,
    ) -> Result<RejectPlanPayload, ApiError> {
        RejectPlanPayload::of(
            signing::reject(ctx.op(), input.plan_id, &input.reason).await,
            Plan::from,
        )
    }

    /// Takes the proposal back; signatures under it no longer count, and both sides go on negotiating.
    async fn withdraw_proposal(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to take back, and why.")] input: WithdrawProposalInput,
    ) -> Result<WithdrawProposalPayload, ApiError> {
        let result = signing::withdraw_proposal(ctx.op(), input.plan_id, &input.reason).await;
        WithdrawProposalPayload::of(result, Plan::from)
    }
}
