//! What a plan says beside its targets and commitments.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Serialize};

use super::{
    activity::Rates,
    actor::Side,
    id::{ObjectiveId, UserId},
    review::{Cadence, ReviewFormat, ReviewKind},
};

/// The narrative, the rates and the review cadence of a plan.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct PlanContent {
    /// Where both want to be.
    pub vision: Option<String>,
    /// Why customers buy from both together.
    pub value_proposition: Option<String>,
    /// What has to go right.
    pub success_factors: Vec<String>,
    /// Strengths, weaknesses, opportunities and threats.
    pub swot: Swot,
    /// What the plan is to achieve, in words.
    pub objectives: Vec<Objective>,
    /// Planning exchange rates: units of the plan's currency for one of another.
    pub rates: Rates,
    /// When it is reviewed.
    pub cadence: Option<ReviewCadence>,
}

/// Strengths, weaknesses, opportunities and threats.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Swot {
    /// What both do well.
    pub strengths: Vec<String>,
    /// What both lack.
    pub weaknesses: Vec<String>,
    /// What the market offers.
    pub opportunities: Vec<String>,
    /// What could go wrong.
    pub threats: Vec<String>,
}

/// Something that the plan is to achieve.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Objective {
    /// The objective.
    pub id: ObjectiveId,
    /// In a few words.
    pub title: String,
    /// In more words.
    pub description: Option<String>,
}

/// How often, in what form, the plan is reviewed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewCadence {
    /// How often.
    pub cadence: Cadence,
    /// What kind of review.
    pub kind: ReviewKind,
    /// How the people meet.
    pub format: ReviewFormat,
    /// Days after the end of what is reviewed; not used with named dates.
    pub offset_days: u32,
    /// The days, where the cadence is [`Cadence::Dates`].
    pub dates: Vec<NaiveDate>,
}

/// Rates that were added after signing, for currencies that the signed content does not name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct AddedRates(pub Rates);

/// What a plan says of itself, beside its targets and commitments: the part that an amendment works on as a copy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// Its name.
    pub name: String,
    /// Narrative, planning rates and review cadence.
    pub content: PlanContent,
    /// The vendor's executive sponsor.
    pub vendor_sponsor: Option<UserId>,
    /// The partner's executive sponsor.
    pub partner_sponsor: Option<UserId>,
}

/// An amendment under way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct WorkingCopy {
    /// The signed version that it changes.
    pub base: i32,
    /// Why the plan is to be amended.
    pub reason: String,
    /// The side that began it.
    pub begun_by: Side,
    /// When it was begun.
    pub begun_at: DateTime<Utc>,
    /// The day from which it is to count; said when it is proposed.
    pub effective_on: Option<NaiveDate>,
    /// What the plan is to say of itself.
    pub head: Head,
}

/// The end of a plan before its time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct Termination {
    /// The first day on which the plan is not in force any more.
    pub effective_on: NaiveDate,
    /// Why.
    pub reason: String,
    /// The side that gave notice.
    pub by: Side,
    /// When it gave notice.
    pub noticed_at: DateTime<Utc>,
}
