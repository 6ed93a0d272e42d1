//! What is written down when a review is held: who came, what was found, what was decided (domain §8).

use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Serialize};

use super::{
    actor::Side,
    id::{TargetId, UserId},
};

/// How a target will go on, in the judgement of those who met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, async_graphql::Enum)]
#[serde(rename_all = "snake_case")]
pub enum Outlook {
    /// It will be reached as it goes.
    OnCourse,
    /// It will be reached if something is done.
    NeedsAction,
    /// It will not be reached as it goes.
    OffCourse,
}

/// Somebody who was there; the name is kept, whatever becomes of the person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attendee {
    /// Who, where it is a person of one of the two sides.
    pub user: Option<UserId>,
    /// What they are called.
    pub name: String,
    /// The side they came for; none for a guest.
    pub side: Option<Side>,
}

/// What those who met make of a target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assessment {
    /// The target.
    pub target: TargetId,
    /// What it was called.
    pub name: String,
    /// What was said.
    pub text: String,
    /// How it will go on.
    pub outlook: Outlook,
}

/// The minutes of a review.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct Minutes {
    /// What was said.
    pub text: Option<String>,
    /// What was decided.
    pub decisions: Vec<String>,
    /// Who was there.
    pub attendees: Vec<Attendee>,
    /// What was made of the targets.
    pub assessments: Vec<Assessment>,
}
