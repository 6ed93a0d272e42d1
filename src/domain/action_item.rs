//! What somebody is to do by a day: out of a review, or to bring something back on course (domain §8, §9).

use chrono::NaiveDate;
use rust_decimal::Decimal;
use sea_orm::{DeriveActiveEnum, EnumIter, FromJsonQueryResult};
use serde::{Deserialize, Serialize};

use super::{commitment::CommitmentStatus, progress::TargetStatus};

/// Open action items of one plan at most.
pub const MOST_OPEN: u64 = 200;

/// What an action item is for.
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
pub enum ActionItemKind {
    /// Something that was agreed on.
    Action,
    /// Something that is to bring a figure back on course.
    Recovery,
}

/// Where an action item stands.
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
pub enum ActionItemState {
    /// It is to be done.
    Open,
    /// It was done.
    Done,
    /// It need not be done any more, for a reason that was given.
    Cancelled,
}

/// What can be done with an action item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActionItemStep {
    /// Say that it was done.
    Complete,
    /// Say that it need not be done.
    Cancel,
    /// Give it to somebody else.
    Reassign,
}

/// A step that an action item cannot take any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an action item that is {} cannot be {}", .state.label(), .step.label())]
pub struct ActionItemBlocked {
    /// Where it stands.
    pub state: ActionItemState,
    /// What was asked.
    pub step: ActionItemStep,
}

impl ActionItemState {
    /// The state after a step; only what is open can still take one.
    pub fn after(self, step: ActionItemStep) -> Result<Self, ActionItemBlocked> {
        match (self, step) {
            (Self::Open, ActionItemStep::Complete) => Ok(Self::Done),
            (Self::Open, ActionItemStep::Cancel) => Ok(Self::Cancelled),
            (Self::Open, ActionItemStep::Reassign) => Ok(Self::Open),
            (Self::Done | Self::Cancelled, _) => Err(ActionItemBlocked { state: self, step }),
        }
    }

    /// Whether it is late: open, and its day has passed.
    pub fn is_overdue(self, due_on: NaiveDate, today: NaiveDate) -> bool {
        self == Self::Open && due_on < today
    }

    /// Its name in a sentence.
    pub fn label(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Done => "done",
            Self::Cancelled => "cancelled",
        }
    }
}

impl ActionItemStep {
    fn label(self) -> &'static str {
        match self {
            Self::Complete => "completed",
            Self::Cancel => "cancelled",
            Self::Reassign => "reassigned",
        }
    }
}

/// Whether an action item comes up again in review `number`: it is open, and no later review and not this one agreed on it.
///
/// An item that no review agreed on comes up in all of them.
pub fn is_carried_to(state: ActionItemState, agreed_in: Option<i32>, number: i32) -> bool {
    state == ActionItemState::Open && agreed_in.is_none_or(|review| review < number)
}

/// A figure on a day, as it stays beside a recovery action; amounts as people write them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct Figure {
    /// The day, which counts whole.
    pub as_of: NaiveDate,
    /// What was reached, delivered or spent.
    pub actual: Decimal,
    /// What a target was to have reached by the day, what was promised, or what was allocated.
    pub expected: Decimal,
    /// actual ÷ expected of a target, with four decimal places.
    pub pace: Option<Decimal>,
    /// How a target stood.
    pub target_status: Option<TargetStatus>,
    /// How a commitment stood.
    pub commitment_status: Option<CommitmentStatus>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use ActionItemState::{Cancelled, Done, Open};
    use ActionItemStep::{Cancel, Complete, Reassign};

    #[test]
    fn only_what_is_open_takes_a_step() {
        for (state, step, next) in [
            (Open, Complete, Ok(Done)),
            (Open, Cancel, Ok(Cancelled)),
            (Open, Reassign, Ok(Open)),
            (Done, Complete, Err("an action item that is done cannot be completed")),
            (Done, Cancel, Err("an action item that is done cannot be cancelled")),
            (Done, Reassign, Err("an action item that is done cannot be reassigned")),
            (Cancelled, Complete, Err("an action item that is cancelled cannot be completed")),
            (Cancelled, Cancel, Err("an action item that is cancelled cannot be cancelled")),
            (Cancelled, Reassign, Err("an action item that is cancelled cannot be reassigned")),
        ] {
            let after = state.after(step).map_err(|blocked| blocked.to_string());
            assert_eq!(after, next.map_err(str::to_owned), "{state:?} {step:?}");
        }
    }

    #[test]
    fn what_is_open_comes_up_in_every_later_review() {
        for (state, agreed_in, number, is_carried) in [
            (Open, Some(1), 1, false),
            (Open, Some(1), 2, true),
            (Open, Some(1), 4, true),
            (Open, Some(3), 2, false),
            (Open, None, 1, true),
            (Done, Some(1), 2, false),
            (Cancelled, None, 2, false),
        ] {
            let answer = is_carried_to(state, agreed_in, number);
            assert_eq!(answer, is_carried, "{state:?} of {agreed_in:?} in {number}");
        }
    }

    #[test]
    fn an_item_is_overdue_from_the_day_after() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        for (state, today, is_overdue) in [
            (Open, "2026-05-31", false),
            (Open, "2026-06-01", true),
            (Done, "2026-06-01", false),
            (Cancelled, "2026-06-01", false),
        ] {
            assert_eq!(
                state.is_overdue(day("2026-05-31"), day(today)),
                is_overdue,
                "{state:?} {today}"
            );
        }
    }
}
