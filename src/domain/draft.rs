//! A plan that is still being written, as far as its readiness depends on it (domain §4).

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::{
    actor::Side,
    calendar::Period,
    commitment::{CommitmentKind, OwedBy},
    id::{CommitmentId, TargetId, UserId},
    money::Currency,
    policy::{PlanningMode, PlanningPolicy},
    review::Cadence,
    target::{Dimension, Metric},
};

/// A draft as far as readiness looks at it.
#[derive(Clone, Debug)]
pub struct Draft {
    /// The mode of the plan, which a vendor admin may have set against the policy.
    pub mode: PlanningMode,
    /// The policy of the partnership.
    pub policy: PlanningPolicy,
    /// The period of the plan.
    pub period: Period,
    /// The currency of the plan.
    pub currency: Currency,
    /// The vendor's executive sponsor.
    pub vendor_sponsor: Option<UserId>,
    /// The partner's executive sponsor.
    pub partner_sponsor: Option<UserId>,
    /// The sides whose sponsor is no longer there, or no longer an executive.
    pub sponsors_left: BTreeSet<Side>,
    /// Owners of commitments who are no longer there.
    pub owners_left: BTreeSet<UserId>,
    /// Its targets, in the plan's order.
    pub targets: Vec<DraftTarget>,
    /// Its commitments of every kind, in the plan's order.
    pub commitments: Vec<DraftCommitment>,
    /// How often it is reviewed.
    pub cadence: Option<Cadence>,
    /// The dates of its reviews, where the cadence names them.
    pub review_dates: Vec<NaiveDate>,
    /// The term of the partnership's agreement.
    pub agreement: Option<AgreementTerm>,
}

/// A target of a draft.
#[derive(Clone, Debug)]
pub struct DraftTarget {
    /// Which target it is.
    pub id: TargetId,
    /// Its name.
    pub name: String,
    /// What it measures.
    pub metric: Metric,
    /// The parent and the dimension of the split that it belongs to; none for a top-level target.
    pub split: Option<SplitOf>,
    /// Its weight in percent.
    pub weight: Option<u8>,
    /// Its amount, in the metric's smallest units.
    pub amount: i64,
    /// Last period's actual, in the metric's smallest units.
    pub baseline: Option<i64>,
}

/// One split of one parent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SplitOf {
    /// The target that is split.
    pub parent: TargetId,
    /// Along what.
    pub dimension: Dimension,
}

/// A commitment of a draft.
#[derive(Clone, Debug)]
pub struct DraftCommitment {
    /// Which commitment it is.
    pub id: CommitmentId,
    /// Its name.
    pub name: String,
    /// What was promised.
    pub kind: CommitmentKind,
    /// Who owes it.
    pub owed_by: OwedBy,
    /// The person who answers for it.
    pub owner: Option<UserId>,
    /// The day work on it begins.
    pub starts_on: Option<NaiveDate>,
    /// The last day on which it is kept on time.
    pub due_on: Option<NaiveDate>,
    /// How much was promised, in the smallest unit of its measure.
    pub quantity: Option<i64>,
}

/// The days on which an agreement holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AgreementTerm {
    /// The first.
    pub effective_on: NaiveDate,
    /// The last; none where it runs until it is ended.
    pub expires_on: Option<NaiveDate>,
}
