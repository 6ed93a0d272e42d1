//! A whole plan in one figure, and the target that the figure must not hide (domain §5).

use std::cmp::Reverse;

use num_traits::{One, Zero};
use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};

use super::{
    id::TargetId,
    money::{Exact, exact},
    progress::TargetStatus,
};

/// From this score on a plan is on track.
const ON_TRACK_FROM: i64 = 90;

/// From this score on it is at risk; below it is behind.
const AT_RISK_FROM: i64 = 75;

/// A target of at least this weight, in percent, keeps a plan from being on track while it is behind.
const HEAVY_FROM: i64 = 25;

/// How a whole plan stands.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    Deserialize,
    async_graphql::Enum,
    EnumIter,
    DeriveActiveEnum,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum PlanHealth {
    /// None of its targets has started.
    NotStarted,
    /// Its score is at least 90 and no heavy target is behind, or nothing is due yet.
    OnTrack,
    /// Its score is at least 75, or is held here by a target of weight 25 or more that is behind or missed.
    AtRisk,
    /// Its score is below 75.
    Behind,
}

/// A top-level target as it counts in its plan's score.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScoredTarget {
    /// Which target it is.
    pub id: TargetId,
    /// Its weight in percent; none where the plan gives no weights, so that all count the same.
    pub weight: Option<u8>,
    /// How it stands.
    pub status: TargetStatus,
    /// Its pace; none while nothing is due, which leaves it out of the score.
    pub pace: Option<Exact>,
}

/// A whole plan in one figure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanScore {
    /// Σ weight × min(pace, 1) ÷ Σ weight × 100 over the targets that count, unrounded; none while none counts.
    ///
    /// Below zero only where more was taken back than was reached.
    pub score: Option<Exact>,
    /// How the plan stands.
    pub health: PlanHealth,
    /// The started target that stands worst: by status, then by the lower pace, then by the greater weight, then the first.
    pub worst: Option<TargetId>,
}

impl PlanScore {
    /// Scores a plan from all of its top-level targets, started or not.
    ///
    /// A target without a weight counts as an equal share of 100, so in a plan of four unweighted targets each is heavy, in a
    /// plan of five none is. Missed is worse than behind and holds the plan back like it.
    pub fn of(targets: &[ScoredTarget]) -> Self {
        let n_targets = i64::try_from(targets.len()).unwrap_or(i64::MAX);
        let weight = |target: &ScoredTarget| match target.weight {
            Some(weight) => exact(weight.into()),
            None => exact(100) / exact(n_targets),
        };

        let started = || targets.iter().filter(|target| target.status != TargetStatus::NotStarted);
        let counted: Vec<(Exact, Exact)> = started()
            .filter_map(|target| Some((weight(target), counted_pace(target)?.min(Exact::one()))))
            .collect();
        let weights: Exact = counted.iter().map(|(weight, _)| weight).sum();
        let earned: Exact = counted.iter().map(|(weight, pace)| weight * pace).sum();
        let score = (!weights.is_zero()).then(|| earned / weights * exact(100));

        let is_held_back = started().any(|target| {
            matches!(target.status, TargetStatus::Behind | TargetStatus::Missed)
                && weight(target) >= exact(HEAVY_FROM)
        });
        let health = match &score {
            None if started().next().is_none() => PlanHealth::NotStarted,
            Some(score) if *score < exact(AT_RISK_FROM) => PlanHealth::Behind,
            Some(score) if *score < exact(ON_TRACK_FROM) || is_held_back => PlanHealth::AtRisk,
            None | Some(_) => PlanHealth::OnTrack,
        };

        // Nothing due is better than any pace, and a lower key is worse.
        let badness = |target: &&ScoredTarget| {
            let pace = counted_pace(target);
            (Reverse(target.status.rank()), pace.is_none(), pace, Reverse(weight(target)))
        };
        let worst = started().min_by_key(badness).map(|target| target.id);
        Self { score, health, worst }
    }
}

/// The pace that counts: 1 once the target is achieved.
fn counted_pace(target: &ScoredTarget) -> Option<Exact> {
    if target.status == TargetStatus::Achieved { Some(Exact::one()) } else { target.pace.clone() }
}

#[cfg(test)]
mod tests {
    use rust_decimal::Decimal;
    use uuid::Uuid;

    use super::*;
    use crate::domain::money::{exact_decimal, ratio};
    use TargetStatus::{Achieved, Ahead, AtRisk, Behind, Missed, NotStarted, OnTrack};

    type Row<'a> = (Option<u8>, TargetStatus, Option<&'a str>);

    /// `worst` is the row's number, from 0.
    #[track_caller]
    fn check(rows: &[Row<'_>], score: Option<&str>, health: PlanHealth, worst: Option<u128>) {
        let targets: Vec<ScoredTarget> = (0..)
            .zip(rows)
            .map(|(number, (weight, status, pace))| ScoredTarget {
                id: TargetId(Uuid::from_u128(number)),
                weight: *weight,
                status: *status,
                pace: pace.map(|pace| exact_decimal(pace.parse().unwrap())),
            })
            .collect();
        let scored = PlanScore::of(&targets);
        let rounded = scored.score.as_ref().map(ratio);
        assert_eq!(rounded, score.map(|score| score.parse::<Decimal>().unwrap()));
        assert_eq!(scored.health, health);
        assert_eq!(scored.worst, worst.map(|number| TargetId(Uuid::from_u128(number))));
    }

    /// Example D of domain §5.
    #[test]
    fn example_d() {
        check(
            &[
                (Some(50), Ahead, Some("1.2")),
                (Some(30), AtRisk, Some("0.8")),
                (Some(20), Behind, Some("0.5")),
            ],
            Some("84"),
            PlanHealth::AtRisk,
            Some(2),
        );
        check(
            &[
                (Some(70), OnTrack, Some("1")),
                (Some(5), OnTrack, Some("1")),
                (Some(25), Behind, Some("0.65")),
            ],
            Some("91.25"),
            PlanHealth::AtRisk,
            Some(2),
        );
    }

    #[test]
    fn bands_include_their_lower_bounds() {
        check(&[(None, OnTrack, Some("0.9"))], Some("90"), PlanHealth::OnTrack, Some(0));
        check(&[(None, AtRisk, Some("0.89"))], Some("89"), PlanHealth::AtRisk, Some(0));
        check(&[(None, AtRisk, Some("0.75"))], Some("75"), PlanHealth::AtRisk, Some(0));
        check(&[(None, Behind, Some("0.74"))], Some("74"), PlanHealth::Behind, Some(0));
    }

    #[test]
    fn a_heavy_target_holds_the_plan_back_and_a_light_one_does_not() {
        let heavy = |weight, status| {
            [(Some(100 - weight), Achieved, Some("3")), (Some(weight), status, Some("0.7"))]
        };
        check(&heavy(25, Missed), Some("92.5"), PlanHealth::AtRisk, Some(1));
        check(&heavy(25, Behind), Some("92.5"), PlanHealth::AtRisk, Some(1));
        check(&heavy(24, Behind), Some("92.8"), PlanHealth::OnTrack, Some(1));
        check(&heavy(90, Behind), Some("73"), PlanHealth::Behind, Some(1));

        let good = (None, OnTrack, Some("1"));
        let bad = (None, Behind, Some("0.7"));
        check(&[good, good, good, bad], Some("92.5"), PlanHealth::AtRisk, Some(3));
        check(&[good, good, good, good, bad], Some("94"), PlanHealth::OnTrack, Some(4));
    }

    #[test]
    fn only_started_targets_with_a_pace_count() {
        check(&[], None, PlanHealth::NotStarted, None);
        check(&[(None, NotStarted, None)], None, PlanHealth::NotStarted, None);
        check(&[(None, OnTrack, None)], None, PlanHealth::OnTrack, Some(0));
        check(
            &[(Some(90), NotStarted, Some("0")), (Some(10), OnTrack, Some("0.95"))],
            Some("95"),
            PlanHealth::OnTrack,
            Some(1),
        );
        check(
            &[(Some(90), OnTrack, None), (Some(10), OnTrack, Some("0.95"))],
            Some("95"),
            PlanHealth::OnTrack,
            Some(1),
        );
        check(&[(None, Achieved, None)], Some("100"), PlanHealth::OnTrack, Some(0));
        check(&[(None, Achieved, Some("0.2"))], Some("100"), PlanHealth::OnTrack, Some(0));
    }

    #[test]
    fn the_worst_target_is_never_hidden() {
        check(
            &[(None, Achieved, Some("3")), (None, Behind, Some("0")), (None, Missed, Some("0.9"))],
            Some("63.3333"),
            PlanHealth::Behind,
            Some(2),
        );
        check(
            &[(Some(30), OnTrack, Some("0.95")), (Some(70), OnTrack, Some("0.95"))],
            Some("95"),
            PlanHealth::OnTrack,
            Some(1),
        );
        check(
            &[(None, OnTrack, Some("0.95")), (None, OnTrack, Some("0.95"))],
            Some("95"),
            PlanHealth::OnTrack,
            Some(0),
        );
    }
}
