//! The meetings at which both sides hold each other accountable (domain §8).

use chrono::{Days, NaiveDate};
use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};

use super::calendar::Period;

pub mod stage;

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

/// The day on which a review is said to have been held, and what bounds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Meeting {
    /// The day.
    pub on: NaiveDate,
    /// Today.
    pub today: NaiveDate,
    /// The day on which the plan came in force.
    pub in_force_from: NaiveDate,
    /// The last day that the review looks back on.
    pub covers_to: NaiveDate,
}

/// A day on which a review cannot have been held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MeetingFault {
    /// It has not come.
    #[error("{0} is in the future")]
    Future(NaiveDate),
    /// There was nothing to review.
    #[error("{0} is before {1}, when the plan came in force")]
    BeforePlan(NaiveDate, NaiveDate),
    /// What is to be reviewed was not over.
    #[error("{0} is before {1}, the last day that the review looks back on")]
    TooEarly(NaiveDate, NaiveDate),
}

impl Meeting {
    /// Checks that the day has come, and that there was a plan to look at and a stretch of it to look back on.
    ///
    /// The last day that is looked back on counts: a review on a named date covers that very day.
    pub fn check(self) -> Result<(), MeetingFault> {
        let Self { on, today, in_force_from, covers_to } = self;
        if on > today {
            return Err(MeetingFault::Future(on));
        }
        if on < in_force_from {
            return Err(MeetingFault::BeforePlan(on, in_force_from));
        }
        if on < covers_to {
            return Err(MeetingFault::TooEarly(on, covers_to));
        }
        Ok(())
    }
}

impl ReviewState {
    /// The state once both sides have confirmed the minutes; only one whose minutes wait for that has it.
    pub fn agreed(self) -> Option<Self> {
        (self == Self::Held).then_some(Self::Confirmed)
    }

    /// Whether it is still to take place.
    pub fn is_awaited(self) -> bool {
        self == Self::Scheduled
    }

    /// Whether it took place.
    pub fn is_held(self) -> bool {
        matches!(self, Self::Held | Self::Confirmed)
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
mod tests;
