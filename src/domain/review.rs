//! The meetings at which both sides hold each other accountable (domain §8).

use chrono::{Days, NaiveDate};
use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};

use super::calendar::Period;

/// Days from the end of what a review covers to the review, unless the policy says otherwise.
pub const DEFAULT_OFFSET_DAYS: u32 = 10;

/// How often a plan is reviewed.
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
pub enum Cadence {
    /// After each month of the period.
    Monthly,
    /// After each three months of the period.
    Quarterly,
    /// After each six months of the period.
    HalfYearly,
    /// On the dates that the plan names.
    Dates,
}

/// What a review is for.
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
pub enum ReviewKind {
    /// The regular look at figures, commitments and actions.
    BusinessReview,
    /// The same before the executive sponsors.
    ExecutiveReview,
    /// A short look between two reviews.
    CheckIn,
}

/// How the two sides meet.
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
pub enum ReviewFormat {
    /// By call.
    Remote,
    /// In one room.
    OnSite,
    /// Some in the room, some by call.
    Hybrid,
}

/// Where a review stands.
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
pub enum ReviewState {
    /// It has a date and has not taken place.
    Scheduled,
    /// It took place and its scorecard is frozen; the minutes wait for both sides.
    Held,
    /// Both sides confirmed the minutes.
    Confirmed,
    /// It will not take place, for a reason that was given.
    Skipped,
}

/// A step that a review in its state cannot take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a review that is {} cannot be {step}", .state.label())]
pub struct ReviewBlocked {
    /// Where the review stands.
    pub state: ReviewState,
    /// What was asked of it.
    pub step: &'static str,
}

impl ReviewState {
    /// Takes place, which freezes its scorecard.
    pub fn hold(self) -> Result<Self, ReviewBlocked> {
        match self {
            Self::Scheduled => Ok(Self::Held),
            state => Err(ReviewBlocked { state, step: "held" }),
        }
    }

    /// Has its minutes confirmed by the second of the two sides.
    pub fn confirm(self) -> Result<Self, ReviewBlocked> {
        match self {
            Self::Held => Ok(Self::Confirmed),
            state => Err(ReviewBlocked { state, step: "confirmed" }),
        }
    }

    /// Is left out, for a reason that the caller keeps.
    pub fn skip(self) -> Result<Self, ReviewBlocked> {
        match self {
            Self::Scheduled => Ok(Self::Skipped),
            state => Err(ReviewBlocked { state, step: "skipped" }),
        }
    }

    /// Its name in a sentence.
    pub fn label(self) -> &'static str {
        match self {
            Self::Scheduled => "scheduled",
            Self::Held => "held",
            Self::Confirmed => "confirmed",
            Self::Skipped => "skipped",
        }
    }
}

impl Cadence {
    /// Months from one review to the next; none where dates are named.
    pub fn interval_months(self) -> Option<u32> {
        match self {
            Self::Monthly => Some(1),
            Self::Quarterly => Some(3),
            Self::HalfYearly => Some(6),
            Self::Dates => None,
        }
    }

    /// Its name in a sentence.
    pub fn label(self) -> &'static str {
        match self {
            Self::Monthly => "monthly",
            Self::Quarterly => "quarterly",
            Self::HalfYearly => "half-yearly",
            Self::Dates => "on named dates",
        }
    }
}

/// How a plan is to be reviewed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReviewPlan<'a> {
    /// The period of the plan.
    pub period: Period,
    /// How often.
    pub cadence: Cadence,
    /// Days from the end of what a review covers to the review; not for named dates.
    pub offset_days: u32,
    /// The dates, in any order, where the cadence names them.
    pub dates: &'a [NaiveDate],
}

/// A review that activation puts on the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScheduledReview {
    /// The part of the plan's period that it looks back on.
    pub covers: Period,
    /// The day it takes place.
    pub on: NaiveDate,
}

impl ScheduledReview {
    /// Whether it should have taken place before `today` and has neither been held nor skipped.
    pub fn is_overdue(self, state: ReviewState, today: NaiveDate) -> bool {
        state == ReviewState::Scheduled && self.on < today
    }
}

impl ReviewPlan<'_> {
    /// The reviews in order of their dates.
    ///
    /// A regular cadence counts its months from the period's start, and a shorter rest at the end gets a review of its own.
    /// A named date covers the days since the one before; a date before the period has nothing to cover and is left out.
    pub fn schedule(self) -> Vec<ScheduledReview> {
        let Self { period, cadence, offset_days, dates } = self;
        let Some(n_months) = cadence.interval_months() else {
            return on_dates(period, dates);
        };
        let offset = Days::new(offset_days.into());
        let spans = period.spans(n_months).into_iter();
        spans
            .filter_map(|covers| {
                Some(ScheduledReview { covers, on: covers.end.checked_add_days(offset)? })
            })
            .collect()
    }

    /// Whether it holds reviews at least as often as a policy's minimum asks.
    ///
    /// Named dates are as frequent as a cadence that would schedule no more reviews over the same period.
    pub fn is_as_frequent_as(self, minimum: Cadence) -> bool {
        match (self.cadence.interval_months(), minimum.interval_months()) {
            (_, None) => true,
            (Some(interval), Some(longest)) => interval <= longest,
            (None, Some(longest)) => self.schedule().len() >= self.period.spans(longest).len(),
        }
    }
}

fn on_dates(period: Period, dates: &[NaiveDate]) -> Vec<ScheduledReview> {
    let mut dates: Vec<NaiveDate> =
        dates.iter().copied().filter(|on| *on >= period.start).collect();
    dates.sort_unstable();
    dates.dedup();
    let mut next = period.start;
    let mut reviews = Vec::with_capacity(dates.len());
    for on in dates {
        let end = on.min(period.end);
        // A second review after the period's end looks at its last day again.
        reviews.push(ScheduledReview { covers: Period { start: next.min(end), end }, on });
        next = on.succ_opt().unwrap_or(on);
    }
    reviews
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn plan<'a>(period: &str, cadence: Cadence, dates: &'a [NaiveDate]) -> ReviewPlan<'a> {
        let (start, end) = period.split_once("..").unwrap();
        let period = Period { start: day(start), end: day(end) };
        ReviewPlan { period, cadence, offset_days: DEFAULT_OFFSET_DAYS, dates }
    }

    #[track_caller]
    fn check(period: &str, cadence: Cadence, dates: &[&str], expected: &[&str]) {
        let dates: Vec<NaiveDate> = dates.iter().map(|date| day(date)).collect();
        let scheduled = plan(period, cadence, &dates).schedule();
        let told: Vec<String> = scheduled
            .iter()
            .map(|review| {
                format!("{}..{} on {}", review.covers.start, review.covers.end, review.on)
            })
            .collect();
        assert_eq!(told, expected);
    }

    #[test]
    fn quarters_are_reviewed_ten_days_after_their_end() {
        check(
            "2026-01-01..2026-12-31",
            Cadence::Quarterly,
            &[],
            &[
                "2026-01-01..2026-03-31 on 2026-04-10",
                "2026-04-01..2026-06-30 on 2026-07-10",
                "2026-07-01..2026-09-30 on 2026-10-10",
                "2026-10-01..2026-12-31 on 2027-01-10",
            ],
        );
        assert_eq!(plan("2026-01-01..2026-12-31", Cadence::Monthly, &[]).schedule().len(), 12);
    }

    #[test]
    fn a_shorter_rest_is_reviewed_too() {
        check(
            "2026-01-15..2026-08-31",
            Cadence::HalfYearly,
            &[],
            &["2026-01-15..2026-07-14 on 2026-07-24", "2026-07-15..2026-08-31 on 2026-09-10"],
        );
    }

    #[test]
    fn named_dates_cover_the_days_since_the_one_before() {
        check(
            "2026-01-01..2026-06-30",
            Cadence::Dates,
            &["2026-04-15", "2025-12-31", "2026-04-15", "2026-02-15", "2026-07-08", "2026-07-09"],
            &[
                "2026-01-01..2026-02-15 on 2026-02-15",
                "2026-02-16..2026-04-15 on 2026-04-15",
                "2026-04-16..2026-06-30 on 2026-07-08",
                "2026-06-30..2026-06-30 on 2026-07-09",
            ],
        );
    }

    #[test]
    fn a_cadence_is_held_against_the_policys_minimum() {
        let dates = [day("2026-03-31"), day("2026-06-30"), day("2026-06-30")];
        let half = "2026-01-01..2026-06-30";
        for (cadence, minimum, is_enough) in [
            (Cadence::Monthly, Cadence::Quarterly, true),
            (Cadence::Quarterly, Cadence::Quarterly, true),
            (Cadence::HalfYearly, Cadence::Quarterly, false),
            (Cadence::HalfYearly, Cadence::Dates, true),
            (Cadence::Dates, Cadence::Quarterly, true),
            (Cadence::Dates, Cadence::Monthly, false),
        ] {
            let answer = plan(half, cadence, &dates).is_as_frequent_as(minimum);
            assert_eq!(answer, is_enough, "{cadence:?} for {minimum:?}");
        }
    }

    #[test]
    fn a_review_moves_one_way() {
        use ReviewState::{Confirmed, Held, Scheduled, Skipped};
        assert_eq!(Scheduled.hold().and_then(ReviewState::confirm), Ok(Confirmed));
        assert_eq!(Scheduled.skip(), Ok(Skipped));
        assert!(Scheduled.confirm().is_err() && Held.skip().is_err() && Confirmed.hold().is_err());
        let refused = Skipped.hold().unwrap_err();
        assert_eq!(refused.to_string(), "a review that is skipped cannot be held");
    }

    #[test]
    fn a_review_is_overdue_from_the_day_after() {
        let review = plan("2026-01-01..2026-03-31", Cadence::Quarterly, &[]).schedule()[0];
        assert!(!review.is_overdue(ReviewState::Scheduled, day("2026-04-10")));
        assert!(review.is_overdue(ReviewState::Scheduled, day("2026-04-11")));
        assert!(!review.is_overdue(ReviewState::Held, day("2026-04-11")));
    }
}
