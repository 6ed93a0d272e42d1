//! What can be done with a review where it stands, as one table of states and actions (domain §8).

use std::fmt;

use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};

use super::ReviewState;
use crate::domain::plan::PlanAction;

/// What a side says of the minutes of a review.
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
pub enum MinutesAnswer {
    /// They say what was said.
    Confirmed,
    /// They do not, for a reason that was given.
    Disputed,
}

/// What can be done with a review.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, async_graphql::Enum)]
pub enum ReviewAction {
    /// Say what is talked about.
    SetAgenda,
    /// Hold it, which freezes its scorecard.
    Hold,
    /// Leave it out, with a reason.
    Skip,
    /// Correct what its minutes say; both sides then confirm them anew.
    AmendMinutes,
    /// Confirm its minutes for the own side.
    Confirm,
    /// Dispute its minutes for the own side, with a reason.
    Dispute,
}

impl ReviewAction {
    /// All of them, in the order of a review's life.
    pub const ALL: [Self; 6] =
        [Self::SetAgenda, Self::Hold, Self::Skip, Self::AmendMinutes, Self::Confirm, Self::Dispute];

    /// What it is among the actions on the plan, which says who may do it and when.
    pub fn on_plan(self) -> PlanAction {
        match self {
            Self::SetAgenda | Self::Hold | Self::AmendMinutes => PlanAction::HoldReview,
            Self::Skip => PlanAction::SkipReview,
            Self::Confirm | Self::Dispute => PlanAction::ConfirmReview,
        }
    }
}

/// Where a review stands, as one of the two sides sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReviewStage {
    /// The review's state.
    pub state: ReviewState,
    /// What the own side says of the minutes as they are now.
    pub own: Option<MinutesAnswer>,
}

/// Something that cannot be done with a review where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReviewBlocked {
    /// Where it stands.
    pub stage: ReviewStage,
    /// What was asked.
    pub action: ReviewAction,
}

impl ReviewStage {
    /// The state after `action`, or why there is none. A confirmation leaves it as it is; with the second one both
    /// [agree](ReviewState::agreed).
    pub fn after(self, action: ReviewAction) -> Result<ReviewState, ReviewBlocked> {
        use MinutesAnswer::Confirmed;
        use ReviewAction as Do;
        use ReviewState::{Held, Scheduled, Skipped};
        match (self.state, self.own, action) {
            (Scheduled, _, Do::SetAgenda) => Ok(Scheduled),
            (Scheduled, _, Do::Hold)
            | (Held, _, Do::AmendMinutes)
            | (Held, None, Do::Confirm)
            | (Held, None | Some(Confirmed), Do::Dispute) => Ok(Held),
            (Scheduled, _, Do::Skip) => Ok(Skipped),
            _ => Err(ReviewBlocked { stage: self, action }),
        }
    }

    /// What can be done with it now.
    pub fn allowed(self) -> Vec<ReviewAction> {
        ReviewAction::ALL.into_iter().filter(|action| self.after(*action).is_ok()).collect()
    }
}

impl fmt::Display for ReviewBlocked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use ReviewAction as Do;
        let ReviewStage { state, own } = self.stage;
        let state = match (state, own, self.action) {
            (ReviewState::Held, Some(MinutesAnswer::Confirmed), Do::Confirm) => {
                return f.write_str("your side has confirmed these minutes");
            }
            (ReviewState::Held, Some(MinutesAnswer::Disputed), Do::Confirm) => {
                return f.write_str(
                    "your side disputes these minutes; once they are amended it can confirm them",
                );
            }
            (ReviewState::Held, Some(MinutesAnswer::Disputed), Do::Dispute) => {
                return f.write_str("your side disputes these minutes");
            }
            _ => state.label(),
        };
        match self.action {
            Do::SetAgenda => write!(f, "the agenda of a review that is {state} cannot be set"),
            Do::Hold => write!(f, "a review that is {state} cannot be held"),
            Do::Skip => write!(f, "a review that is {state} cannot be skipped"),
            Do::AmendMinutes => {
                write!(f, "the minutes of a review that is {state} cannot be amended")
            }
            Do::Confirm => write!(f, "the minutes of a review that is {state} cannot be confirmed"),
            Do::Dispute => write!(f, "the minutes of a review that is {state} cannot be disputed"),
        }
    }
}

#[cfg(test)]
mod tests;
