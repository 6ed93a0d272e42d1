//! What a plan says beside its targets and commitments.

use chrono::NaiveDate;
use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Serialize};

use super::{
    activity::Rates,
    id::ObjectiveId,
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
