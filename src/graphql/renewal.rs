//! Renewing a plan, and what its renewal takes up.

use std::sync::Arc;

use async_graphql::{Context, Description, InputObject, Object, SimpleObject, Union};

use super::{
    ContextExt,
    commitment::Commitment,
    error::{ApiError, payloads},
    plan::{Plan, plan_of},
    scalars::Decimal,
    target::Target,
};
use crate::{
    domain::{
        commitment::CommitmentStatus, id::PlanId, money::Unit, progress::TargetStatus, renewal,
    },
    entity::plan,
    service::{
        progress::{CommitmentFigures, TargetFigures},
        renewals::{self, Misses, NewRenewal},
    },
};

/// What a plan takes up from the period before.
#[derive(Clone, Debug, Description)]
pub struct PlanRenewal(pub Arc<plan::Model>);

#[Object(use_type_description)]
impl PlanRenewal {
    /// The plan of the period before.
    async fn from(&self, ctx: &Context<'_>) -> Result<Option<Plan>, ApiError> {
        renewed(ctx, &self.0).await
    }

    /// How much more than the actuals of that period its targets were proposed to ask for, in percent.
    async fn growth_percent(&self) -> Option<Decimal> {
        self.0.renewal_growth.map(|growth| Decimal(growth.into()))
    }

    /// What that period did not bring, as of its last day, or of today while it runs: targets first, in the order of its plan.
    async fn misses(&self, ctx: &Context<'_>) -> Result<Vec<RenewalMiss>, ApiError> {
        let misses = renewals::misses(ctx.op(), &self.0).await?;
        Ok(misses.map(all).unwrap_or_default())
    }
}

/// The plan that `plan` renews.
pub async fn renewed(ctx: &Context<'_>, plan: &plan::Model) -> Result<Option<Plan>, ApiError> {
    match plan.renews_id {
        Some(id) => plan_of(ctx, id).await,
        None => Ok(None),
    }
}

/// Something that the period before did not bring.
#[derive(Debug, Union)]
pub enum RenewalMiss {
    /// A target that was not reached.
    Target(MissedTarget),
    /// A commitment that was neither kept nor waived.
    Commitment(MissedCommitment),
}

/// A target that the period before did not reach.
#[derive(Debug, SimpleObject)]
pub struct MissedTarget {
    /// The target, of the plan of that period.
    pub target: Target,
    /// What was to be reached.
    pub amount: Decimal,
    /// What was reached.
    pub actual: Decimal,
    /// What was missing.
    pub gap: Decimal,
    /// How it stands: `MISSED` once the period is over.
    pub status: TargetStatus,
}

/// A commitment that was neither kept nor waived in the period before; what is left of it was carried over.
#[derive(Debug, SimpleObject)]
pub struct MissedCommitment {
    /// The commitment, of the plan of that period.
    pub commitment: Commitment,
    /// How much was promised, in the unit of its kind.
    pub amount: Decimal,
    /// How much was delivered.
    pub actual: Decimal,
    /// How much was left.
    pub gap: Decimal,
    /// How it stands: `MISSED` once the period is over.
    pub status: CommitmentStatus,
}

fn all(misses: Misses) -> Vec<RenewalMiss> {
    let Misses { plan, is_over, targets, commitments } = misses;
    let targets = targets.into_iter().map(|figures| missed_target(&plan, figures, is_over));
    let commitments =
        commitments.into_iter().map(|figures| missed_commitment(&plan, figures, is_over));
    targets.map(RenewalMiss::Target).chain(commitments.map(RenewalMiss::Commitment)).collect()
}

fn figures(unit: Unit, amount: i64, actual: i64) -> [Decimal; 3] {
    [amount, actual, amount.saturating_sub(actual)].map(|units| Decimal(unit.decimal(units)))
}

fn missed_target(plan: &plan::Model, figures: TargetFigures, is_over: bool) -> MissedTarget {
    let unit = figures.target.metric.unit(plan.currency);
    let [amount, actual, gap] = self::figures(unit, figures.target.amount, figures.sums.actual);
    MissedTarget {
        target: Target { plan: plan.clone().into(), row: figures.target },
        amount,
        actual,
        gap,
        status: if is_over { TargetStatus::Missed } else { figures.progress.status },
    }
}

fn missed_commitment(
    plan: &plan::Model,
    figures: CommitmentFigures,
    is_over: bool,
) -> MissedCommitment {
    let row = figures.commitment;
    let unit = row.terms.unit(plan.currency);
    let [amount, actual, _] = self::figures(unit, row.quantity, figures.delivered.sums.delivered);
    let left = renewal::left(row.quantity, figures.delivered.sums.delivered);
    MissedCommitment {
        commitment: Commitment::of(plan.clone(), row),
        amount,
        actual,
        gap: Decimal(unit.decimal(left)),
        status: if is_over { CommitmentStatus::Missed } else { figures.status },
    }
}

/// Drafts the next period of a plan.
#[derive(Clone, Debug, InputObject)]
pub struct RenewPlanInput {
    /// The plan: one in force, completed or terminated.
    pub plan_id: PlanId,
    /// What the draft is called.
    pub name: String,
    /// How much more than the actuals its targets ask for, in percent: above -100, 1000 at most, with at most 2 decimal places.
    pub growth_percent: Decimal,
    /// Why a vendor admin renews a plan for a tier that is offered none any more.
    pub override_reason: Option<String>,
    /// A key of the caller's choice: the same input under the same key gives the same plan for 24 hours.
    pub idempotency_key: Option<String>,
}

payloads! {
    /// The draft, or why there is none.
    RenewPlanPayload {
        /// The draft.
        plan: Plan
    }
}

/// Mutations of renewals.
#[derive(Clone, Copy, Debug, Default)]
pub struct RenewalMutation;

#[Object]
impl RenewalMutation {
    /// Drafts the next period of a plan for the viewer's side, which alone sees it until it is shared.
    ///
    /// The period follows the vendor's fiscal calendar; mode and policy are those of the partnership's tier today. Narrative,
    /// rates, cadence, weights, splits and sponsors who are still there are kept. A top-level target asks for its actual and the
    /// growth, or for the old amount where it brought nothing; the parts of a split share it in proportion to their actuals, and
    /// add up exactly. Actuals become baselines. Commitments that were neither kept nor waived are carried over with what is left
    /// of them, their dates moved by the calendar.
    async fn renew_plan(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which plan, and how much more.")] input: RenewPlanInput,
    ) -> Result<RenewPlanPayload, ApiError> {
        let new = NewRenewal {
            plan: input.plan_id,
            name: input.name,
            growth_percent: input.growth_percent.0,
            override_reason: input.override_reason,
        };
        let result = renewals::renew(ctx.op(), input.idempotency_key.as_deref(), new).await;
        RenewPlanPayload::of(result, Plan::from)
    }
}
