//! Where a target stands on a day (domain §5).
//!
//! Expected is what the phases make due by the day, attainment is actual ÷ total, pace is actual ÷ expected, and eight rules
//! read in order give the status. Everything is compared unrounded.

use chrono::{Days, NaiveDate};
use num_traits::Zero;
use rust_decimal::Decimal;
use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};

use super::{
    calendar::Period,
    explanation::StatusRule,
    money::{Currency, Exact, exact, exact_decimal},
    phasing::{self, Phase},
    target::Metric,
};

/// How a target stands.
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
pub enum TargetStatus {
    /// Its period has not begun; outside the order from best to worst.
    NotStarted,
    /// The whole target is reached, whenever that was.
    Achieved,
    /// Pace is at least 1.10, or what the policy says instead.
    Ahead,
    /// Pace is at least 0.90, or nothing is due yet, or the days of grace still run.
    OnTrack,
    /// Pace is at least 0.75 and below 0.90.
    AtRisk,
    /// Pace is below 0.75.
    Behind,
    /// The period is over and the target was not reached.
    Missed,
}

impl TargetStatus {
    /// All of them, the best first.
    pub const ALL: [Self; 7] = [
        Self::Achieved,
        Self::Ahead,
        Self::OnTrack,
        Self::AtRisk,
        Self::Behind,
        Self::Missed,
        Self::NotStarted,
    ];

    /// Its place from best, 0, to worst, 5; none while not started.
    pub fn rank(self) -> Option<u8> {
        match self {
            Self::NotStarted => None,
            Self::Achieved => Some(0),
            Self::Ahead => Some(1),
            Self::OnTrack => Some(2),
            Self::AtRisk => Some(3),
            Self::Behind => Some(4),
            Self::Missed => Some(5),
        }
    }

    /// Its name in a sentence.
    pub fn label(self) -> &'static str {
        match self {
            Self::NotStarted => "not started",
            Self::Achieved => "achieved",
            Self::Ahead => "ahead",
            Self::OnTrack => "on track",
            Self::AtRisk => "at risk",
            Self::Behind => "behind",
            Self::Missed => "missed",
        }
    }
}

/// The bands of pace, their lower bounds included, and the days before they apply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Thresholds {
    /// From this pace on a target is ahead.
    pub ahead: Decimal,
    /// From this pace on it is on track.
    pub on_track: Decimal,
    /// From this pace on it is at risk; below it is behind.
    pub at_risk: Decimal,
    /// Days from the first day of the period in which pace does not count against it.
    pub grace_days: u32,
}

impl Default for Thresholds {
    /// 1.10, 0.90, 0.75 and 14 days: domain §5.
    fn default() -> Self {
        Self {
            ahead: Decimal::new(110, 2),
            on_track: Decimal::new(90, 2),
            at_risk: Decimal::new(75, 2),
            grace_days: 14,
        }
    }
}

/// Thresholds that leave a gap or turn the order round.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "thresholds fall from ahead over on track to at risk and stay above 0, unlike {ahead}, {on_track}, {at_risk}"
)]
pub struct InvalidThresholds {
    /// What was given as the lower bound of ahead.
    pub ahead: Decimal,
    /// What was given as the lower bound of on track.
    pub on_track: Decimal,
    /// What was given as the lower bound of at risk.
    pub at_risk: Decimal,
}

impl Thresholds {
    /// Checks that the bands are in order: ahead ≥ on track ≥ at risk > 0.
    pub fn check(self) -> Result<(), InvalidThresholds> {
        let Self { ahead, on_track, at_risk, grace_days: _ } = self;
        if ahead >= on_track && on_track >= at_risk && at_risk > Decimal::ZERO {
            Ok(())
        } else {
            Err(InvalidThresholds { ahead, on_track, at_risk })
        }
    }
}

/// What is known of a target on a day; amounts are in the metric's smallest units.
#[derive(Clone, Copy, Debug)]
pub struct MeasureInput<'a> {
    /// What the target measures.
    pub metric: Metric,
    /// The currency of the plan.
    pub currency: Currency,
    /// The whole target.
    pub total: i64,
    /// Its phases, which add up to the total.
    pub phases: &'a [Phase],
    /// The plan's period.
    pub period: Period,
    /// What the facts up to the day make of it; a level's facts, the level on that day.
    pub actual: i64,
    /// The day it is measured on, which counts whole.
    pub on: NaiveDate,
    /// The bands in force.
    pub thresholds: Thresholds,
    /// What an average won deal brings; one for a metric that counts deals.
    pub average_deal: Option<i64>,
    /// What the open deals would bring that are expected to close in the period, unweighted.
    pub open_pipeline: Option<i64>,
}

/// Where a target stands on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// What was reached, in smallest units.
    pub actual: i64,
    /// What was due, in smallest units, unrounded.
    pub expected: Exact,
    /// actual ÷ total; none for a total of zero.
    pub attainment: Option<Exact>,
    /// actual ÷ expected; none while nothing is due.
    pub pace: Option<Exact>,
    /// How it stands.
    pub status: TargetStatus,
    /// The rule that decided.
    pub rule: StatusRule,
}

impl Progress {
    /// Measures a target: expected, attainment, pace, and the status they give.
    pub fn measure(input: MeasureInput<'_>) -> Self {
        let MeasureInput { metric, total, phases, actual, on, .. } = input;
        let expected = if metric.is_level() {
            exact(phasing::level_due(phases, on))
        } else {
            phasing::expected(phases, on)
        };
        let attainment = quotient(actual, &exact(total));
        let pace = quotient(actual, &expected);
        let rule = matching_rule(&input, pace.as_ref());
        Self { actual, expected, attainment, pace, status: rule.status(), rule }
    }
}

/// The first of the eight rules that holds.
fn matching_rule(input: &MeasureInput<'_>, pace: Option<&Exact>) -> StatusRule {
    let MeasureInput { total, period, actual, on, thresholds, .. } = *input;
    if on < period.start {
        return StatusRule::BeforeStart;
    }
    if actual >= total {
        return StatusRule::TotalReached;
    }
    if on > period.end {
        return StatusRule::PeriodOver;
    }
    let grace_end = period.start.checked_add_days(Days::new(thresholds.grace_days.into()));
    let is_in_grace = grace_end.is_none_or(|end| on < end);
    match pace {
        None => StatusRule::NothingDueOrGrace,
        Some(_) if is_in_grace => StatusRule::NothingDueOrGrace,
        Some(pace) if *pace >= exact_decimal(thresholds.ahead) => StatusRule::PaceAhead,
        Some(pace) if *pace >= exact_decimal(thresholds.on_track) => StatusRule::PaceOnTrack,
        Some(pace) if *pace >= exact_decimal(thresholds.at_risk) => StatusRule::PaceAtRisk,
        Some(_) => StatusRule::PaceBehind,
    }
}

fn quotient(actual: i64, whole: &Exact) -> Option<Exact> {
    (!whole.is_zero()).then(|| exact(actual) / whole)
}

#[cfg(test)]
mod tests {
    use super::*;
    use TargetStatus::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    /// A target for 100 days from 2026-01-01, all of it in one phase, so that each day a hundredth is due.
    fn measure(metric: Metric, total: i64, actual: i64, on: &str) -> Progress {
        let period = Period { start: day("2026-01-01"), end: day("2026-04-10") };
        Progress::measure(MeasureInput {
            metric,
            currency: Currency::USD,
            total,
            phases: &[Phase { period, amount: total }],
            period,
            actual,
            on: day(on),
            thresholds: Thresholds::default(),
            average_deal: None,
            open_pipeline: None,
        })
    }

    /// A target of 1000, of which 10 are due each day.
    #[track_caller]
    fn check(on: &str, actual: i64, rule: u8, status: TargetStatus) {
        let progress = measure(Metric::Leads, 1000, actual, on);
        assert_eq!((progress.rule.number(), progress.status), (rule, status));
    }

    #[test]
    fn the_first_rule_that_holds_decides() {
        check("2025-12-31", 0, 1, NotStarted);
        check("2025-12-31", 1000, 1, NotStarted);
        check("2026-01-01", 1000, 2, Achieved);
        check("2026-04-11", 1001, 2, Achieved);
        check("2026-04-11", 999, 3, Missed);
        check("2026-01-01", 0, 4, OnTrack);
        check("2026-01-14", 0, 4, OnTrack);
        check("2026-01-14", 999, 4, OnTrack);
        check("2026-01-15", 0, 8, Behind);
        check("2026-02-19", 999, 5, Ahead);
        check("2026-02-19", 500, 6, OnTrack);
        check("2026-02-19", 400, 7, AtRisk);
        check("2026-02-19", 300, 8, Behind);
        check("2026-02-19", -1, 8, Behind);
        check("2026-04-10", 999, 6, OnTrack);
    }

    #[test]
    fn lower_bounds_are_inclusive() {
        check("2026-02-19", 550, 5, Ahead);
        check("2026-02-19", 549, 6, OnTrack);
        check("2026-02-19", 450, 6, OnTrack);
        check("2026-02-19", 449, 7, AtRisk);
        check("2026-02-19", 375, 7, AtRisk);
        check("2026-02-19", 374, 8, Behind);
    }

    /// Example C of domain §5.
    #[test]
    fn example_c() {
        // On the 50th day half is due: 250 of 500, 500 of 1000.
        let status = |total, actual, on| measure(Metric::DealsWon, total, actual, on).status;
        assert_eq!(status(500, 220, "2026-02-19"), AtRisk);
        assert_eq!(status(1000, 480, "2026-02-19"), OnTrack);
        assert_eq!(status(1000, 890, "2026-04-10"), AtRisk);
        assert_eq!(status(1000, 890, "2026-04-11"), Missed);

        let slow = measure(Metric::DealsWon, 1000, 300, "2026-03-01");
        assert_eq!(slow.pace, Some(Exact::new(1.into(), 2.into())));
        assert_eq!(slow.attainment, Some(Exact::new(3.into(), 10.into())));
        assert_eq!(slow.status, Behind);
    }

    #[test]
    fn a_level_is_compared_with_the_level_due() {
        let early = measure(Metric::CertifiedPeople, 10, 0, "2026-04-09");
        assert_eq!((early.status, early.pace, early.expected), (OnTrack, None, Exact::zero()));
        let last_day = measure(Metric::CertifiedPeople, 10, 7, "2026-04-10");
        assert_eq!((last_day.status, last_day.expected), (Behind, exact(10)));
    }

    #[test]
    fn statuses_compare_the_unrounded_pace() {
        // 449,999,999 of 500,000,000 due is 0.9000 when rounded.
        let progress = measure(Metric::Revenue, 1_000_000_000, 449_999_999, "2026-02-19");
        assert_eq!(progress.status, AtRisk);
    }

    #[test]
    fn a_target_of_nothing_is_reached_at_once() {
        let progress = measure(Metric::Leads, 0, 0, "2026-01-01");
        assert_eq!((progress.status, progress.attainment), (Achieved, None));
    }

    #[test]
    fn statuses_have_an_order_and_thresholds_too() {
        let order = [Achieved, Ahead, OnTrack, AtRisk, Behind, Missed];
        assert!(order.is_sorted_by_key(|status| status.rank()));
        assert_eq!(NotStarted.rank(), None);

        let usual = Thresholds::default();
        assert_eq!(usual.check(), Ok(()));
        assert!(Thresholds { at_risk: Decimal::ONE, ..usual }.check().is_err());
        assert!(Thresholds { at_risk: Decimal::ZERO, ..usual }.check().is_err());
    }
}
