//! What changed from one scorecard to another.

use async_graphql::SimpleObject;

use super::scalars::{Date, Decimal};
use crate::domain::{
    id::TargetId,
    progress::TargetStatus,
    score::PlanHealth,
    scorecard::{self as frozen, Change, Comparison},
};

/// What changed from one day to another.
#[derive(Clone, Debug, SimpleObject)]
pub struct ScorecardComparison {
    /// The day before.
    pub before_on: Date,
    /// The day after.
    pub after_on: Date,
    /// The score before.
    pub score_before: Option<Decimal>,
    /// The score after.
    pub score_after: Option<Decimal>,
    /// What the score meant before.
    pub health_before: PlanHealth,
    /// What the score meant after.
    pub health_after: PlanHealth,
    /// The part of its promises that the vendor had kept before.
    pub vendor_promises_kept_before: Option<Decimal>,
    /// The part of its promises that the vendor had kept after.
    pub vendor_promises_kept_after: Option<Decimal>,
    /// The part of its promises that the partner had kept before.
    pub partner_promises_kept_before: Option<Decimal>,
    /// The part of its promises that the partner had kept after.
    pub partner_promises_kept_after: Option<Decimal>,
    /// Target by target, in the later order; those that the plan has no more come last.
    pub targets: Vec<TargetChange>,
}

/// Where a target stood on a day. Amounts are in the target's unit.
#[derive(Clone, Debug, SimpleObject)]
pub struct TargetStanding {
    /// What was reached.
    pub actual: Decimal,
    /// Actual ÷ amount, with four decimal places.
    pub attainment: Option<Decimal>,
    /// Actual ÷ expected, with four decimal places.
    pub pace: Option<Decimal>,
    /// What that meant.
    pub status: TargetStatus,
}

/// Where a target stood on two days.
#[derive(Clone, Debug, SimpleObject)]
pub struct TargetChange {
    /// The target's id.
    pub target_id: TargetId,
    /// What it is called.
    pub name: String,
    /// Where it stood before; null if the plan did not have it yet.
    pub before: Option<TargetStanding>,
    /// Where it stood after; null if the plan had it no more.
    pub after: Option<TargetStanding>,
}

impl From<Comparison> for ScorecardComparison {
    fn from(compared: Comparison) -> Self {
        let Comparison { as_of, score, health, vendor_kept, partner_kept, targets } = compared;
        let standing = |at: frozen::TargetStanding| TargetStanding {
            actual: Decimal(at.actual),
            attainment: at.attainment.map(Decimal),
            pace: at.pace.map(Decimal),
            status: at.status,
        };
        let target =
            |frozen::TargetChange { id, name, standing: Change { before, after } }| TargetChange {
                target_id: id,
                name,
                before: before.map(standing),
                after: after.map(standing),
            };
        Self {
            before_on: Date(as_of.before),
            after_on: Date(as_of.after),
            score_before: score.before.map(Decimal),
            score_after: score.after.map(Decimal),
            health_before: health.before,
            health_after: health.after,
            vendor_promises_kept_before: vendor_kept.before.map(Decimal),
            vendor_promises_kept_after: vendor_kept.after.map(Decimal),
            partner_promises_kept_before: partner_kept.before.map(Decimal),
            partner_promises_kept_after: partner_kept.after.map(Decimal),
            targets: targets.into_iter().map(target).collect(),
        }
    }
}
