//! A vendor's programme: tiers, and what each is offered and asked.

use async_graphql::{Context, Description, InputObject, Object, SimpleObject};

use super::{
    ContextExt,
    error::{ApiError, payloads},
    loaders::PoliciesOf,
    policy::{PlanningPolicy, PlanningPolicyInput},
};
use crate::{
    domain::{
        actor::Side,
        id::{PolicyId, TierId},
        policy::PartnerType,
    },
    entity::{planning_policy, tier},
    service::programmes::{self, NewPolicy, NewTier},
};

/// A level of a vendor's programme.
#[derive(Clone, Debug, Description)]
pub struct Tier(pub tier::Model);

#[Object(use_type_description)]
impl Tier {
    /// Its id.
    pub async fn id(&self) -> TierId {
        self.0.id
    }

    /// What systems call it.
    async fn code(&self) -> &str {
        &self.0.code
    }

    /// What people call it.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Where it stands among the others; 1 is the highest.
    async fn rank(&self) -> i32 {
        self.0.rank
    }

    /// What it is offered and asked, the policy for all partner types first. Null for partners, who find their own at
    /// `Partnership.planningPolicy`.
    async fn policies(&self, ctx: &Context<'_>) -> Result<Option<Vec<TierPolicy>>, ApiError> {
        if ctx.op().actor.side() == Some(Side::Partner) {
            return Ok(None);
        }
        let found = ctx.load(PoliciesOf(self.0.id)).await?;
        Ok(Some(found.unwrap_or_default().into_iter().map(TierPolicy::from).collect()))
    }
}

/// What a tier, or one partner type in it, is offered and asked.
#[derive(Clone, Debug, SimpleObject)]
pub struct TierPolicy {
    /// Its id.
    pub id: PolicyId,
    /// The partner type it is for; null for every type that has none of its own.
    pub partner_type: Option<PartnerType>,
    /// What is offered and asked.
    pub policy: PlanningPolicy,
}

impl From<planning_policy::Model> for TierPolicy {
    fn from(row: planning_policy::Model) -> Self {
        let planning_policy::Model { id, partner_type, policy, .. } = row;
        Self { id, partner_type, policy: PlanningPolicy(policy) }
    }
}

/// A tier that is to be offered.
#[derive(Debug, InputObject)]
pub struct CreateTierInput {
    /// What systems call it; unique in the programme.
    pub code: String,
    /// What people call it.
    pub name: String,
    /// Where it stands among the others; 1 is the highest.
    pub rank: i32,
}

/// The policy of a tier, or of one partner type in it.
#[derive(Debug, InputObject)]
pub struct SetPlanningPolicyInput {
    /// The tier.
    pub tier_id: TierId,
    /// The partner type; absent for every type that has none of its own.
    pub partner_type: Option<PartnerType>,
    /// What is offered and asked; it replaces what was before.
    pub policy: PlanningPolicyInput,
}

payloads! {
    /// The answer to `createTier`.
    CreateTierPayload {
        /// The tier.
        tier: Tier
    }
    /// The answer to `setPlanningPolicy`.
    SetPlanningPolicyPayload {
        /// The policy, as it holds for plans begun from now on.
        tier_policy: TierPolicy
    }
}

/// What vendor admins do about their programme.
#[derive(Debug, Default)]
pub struct ProgrammeMutation;

#[Object]
impl ProgrammeMutation {
    /// Adds a tier to the own programme. For vendor admins.
    async fn create_tier(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The tier.")] input: CreateTierInput,
    ) -> Result<CreateTierPayload, ApiError> {
        let vendor = ctx.op().member()?.organization;
        let CreateTierInput { code, name, rank } = input;
        let new = NewTier { vendor, code, name, rank };
        CreateTierPayload::of(programmes::create_tier(ctx.op(), new).await, Tier)
    }

    /// Sets what a tier, or one partner type in it, is offered and asked. Plans that exist keep theirs. For vendor admins.
    async fn set_planning_policy(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The policy and whom it is for.")] input: SetPlanningPolicyInput,
    ) -> Result<SetPlanningPolicyPayload, ApiError> {
        let SetPlanningPolicyInput { tier_id: tier, partner_type, policy } = input;
        let result = match policy.try_into() {
            Ok(policy) => {
                programmes::set_policy(ctx.op(), NewPolicy { tier, partner_type, policy }).await
            }
            Err(refused) => Err(refused),
        };
        SetPlanningPolicyPayload::of(result, TierPolicy::from)
    }
}
