//! A plan in a few figures: what portfolios show of it, however large it is.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Serialize};

use super::{
    id::{CommitmentId, TargetId},
    progress::TargetStatus,
    score::PlanHealth,
    tally::{CommitmentSums, SliceSums, TargetSums},
};

/// Where a plan stands on a day, less its targets and commitments. Amounts are in the currency's smallest unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct PlanSummary {
    /// The number of the version in force on the day.
    pub version: i32,
    /// The score over its top-level targets (domain §5), with four decimal places.
    pub score: Option<Decimal>,
    /// What the score means.
    pub health: PlanHealth,
    /// The top-level target that stands worst.
    pub worst: Option<TargetId>,
    /// How many targets have each status, the best first; those that none has are left out.
    pub statuses: Vec<(TargetStatus, u32)>,
    /// The vendor's share of kept promises (domain §7), with four decimal places; none while nothing was due.
    pub vendor_kept: Option<Decimal>,
    /// The partner's.
    pub partner_kept: Option<Decimal>,
    /// What all its facts add up to.
    pub total: SliceSums,
    /// The deals that were open when the period began.
    pub carried_in: i64,
    /// Market development funds that its commitments allocate.
    pub mdf_allocated: i64,
    /// Leads that its commitments expect.
    pub leads_expected: i64,
}

/// What a plan's facts add up to by a day, under the lenses of the version in force on it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct PlanSums {
    /// Of each target.
    pub targets: Vec<(TargetId, TargetSums)>,
    /// Of each commitment.
    pub commitments: Vec<(CommitmentId, Delivered)>,
}

/// What was delivered of a commitment by a day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivered {
    /// What its facts add up to.
    pub sums: CommitmentSums,
    /// The day on which the promised quantity was reached.
    pub reached_on: Option<NaiveDate>,
    /// Whether both sides have agreed that it need not be kept.
    pub is_waived: bool,
}
