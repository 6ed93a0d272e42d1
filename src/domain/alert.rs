//! When both sides are warned, and when a warning ends by itself (domain §9).

mod life;
mod reconciling;
mod replay;
mod setting;

use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};

pub use self::{
    life::{AlertBlocked, AlertDeed, LONGEST_SNOOZE_DAYS},
    reconciling::{Cause, Change, Kept, reconcile},
    replay::{Replay, Turn},
    setting::{AlertAudience, RuleSetting, RuleSettings, SetTwice},
};
use super::{
    commitment::{CommitmentKind, CommitmentStatus},
    progress::TargetStatus,
};

/// What a warning is about.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    async_graphql::Enum,
    EnumIter,
    DeriveActiveEnum,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum AlertRule {
    /// A target's pace is below 0.90.
    TargetAtRisk,
    /// A target's pace is below 0.75.
    TargetBehind,
    /// The period is over and the target was not reached.
    TargetMissed,
    /// A commitment is due soon and not yet kept.
    CommitmentDueSoon,
    /// A commitment is due soon and far from kept.
    CommitmentAtRisk,
    /// A commitment's due day has passed.
    CommitmentOverdue,
    /// A pipeline milestone is due soon and not yet reached.
    MilestoneDueSoon,
    /// A pipeline milestone's due day has passed.
    MilestoneMissed,
    /// A review takes place soon.
    ReviewDue,
    /// A review's day has passed, and it was neither held nor skipped.
    ReviewOverdue,
    /// The minutes of a review have awaited a confirmation for days.
    ReviewUnconfirmed,
    /// An action item's day has passed, and it is not done.
    ActionItemOverdue,
    /// More market development funds were spent than allocated.
    MdfOverspent,
    /// Market development funds lapse soon with the plan's period, unspent.
    MdfLapsing,
    /// Certifications that a target counts lapse soon.
    CertificationLapsing,
    /// Nothing has been reported for days of what the plan counts.
    FeedSilent,
    /// Facts in a currency without a planning rate are not counted.
    FactsUnconverted,
    /// Facts name a product line, segment or country that the vendor does not know, and count in no named slice.
    FactsUnmapped,
    /// A proposed version has awaited a signature for days.
    SignaturePending,
    /// The plan ends soon, or has ended, and nothing is planned for what comes after.
    PlanEnding,
}

/// How much it matters.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    async_graphql::Enum,
    EnumIter,
    DeriveActiveEnum,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Good to know.
    Info,
    /// Needs attention.
    Warning,
    /// Needs action now.
    Critical,
}

/// Where a warning stands.
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
pub enum AlertState {
    /// Nobody has looked at it.
    Open,
    /// Somebody of the side has taken note.
    Acknowledged,
    /// It stands, and asks for nothing until a day that somebody of the side has named.
    Snoozed,
    /// Its cause is gone.
    Resolved,
}

impl AlertRule {
    /// All of them, in the order in which policies list them.
    pub const ALL: [Self; 20] = [
        Self::TargetAtRisk,
        Self::TargetBehind,
        Self::TargetMissed,
        Self::CommitmentDueSoon,
        Self::CommitmentAtRisk,
        Self::CommitmentOverdue,
        Self::MilestoneDueSoon,
        Self::MilestoneMissed,
        Self::ReviewDue,
        Self::ReviewOverdue,
        Self::ReviewUnconfirmed,
        Self::ActionItemOverdue,
        Self::MdfOverspent,
        Self::MdfLapsing,
        Self::CertificationLapsing,
        Self::FeedSilent,
        Self::FactsUnconverted,
        Self::FactsUnmapped,
        Self::SignaturePending,
        Self::PlanEnding,
    ];

    /// How much it matters unless policy says otherwise.
    pub fn severity(self) -> Severity {
        match self {
            Self::TargetBehind
            | Self::TargetMissed
            | Self::CommitmentOverdue
            | Self::MilestoneMissed => Severity::Critical,
            Self::TargetAtRisk
            | Self::CommitmentAtRisk
            | Self::ReviewOverdue
            | Self::ReviewUnconfirmed
            | Self::ActionItemOverdue
            | Self::MdfOverspent
            | Self::MdfLapsing
            | Self::CertificationLapsing
            | Self::FactsUnconverted
            | Self::SignaturePending
            | Self::PlanEnding => Severity::Warning,
            Self::CommitmentDueSoon
            | Self::MilestoneDueSoon
            | Self::ReviewDue
            | Self::FeedSilent
            | Self::FactsUnmapped => Severity::Info,
        }
    }

    /// What it follows from.
    pub fn ground(self) -> Ground {
        match self {
            Self::TargetAtRisk
            | Self::TargetBehind
            | Self::TargetMissed
            | Self::CommitmentDueSoon
            | Self::CommitmentAtRisk
            | Self::CommitmentOverdue
            | Self::MilestoneDueSoon
            | Self::MilestoneMissed
            | Self::MdfOverspent
            | Self::MdfLapsing => Ground::Figures,
            Self::CertificationLapsing
            | Self::FeedSilent
            | Self::FactsUnconverted
            | Self::FactsUnmapped => Ground::Feeds,
            Self::ReviewDue
            | Self::ReviewOverdue
            | Self::ReviewUnconfirmed
            | Self::ActionItemOverdue => Ground::Reviews,
            Self::SignaturePending | Self::PlanEnding => Ground::Life,
        }
    }

    /// What its subject is.
    pub fn about(self) -> About {
        match self {
            Self::TargetAtRisk
            | Self::TargetBehind
            | Self::TargetMissed
            | Self::CertificationLapsing => About::Target,
            Self::CommitmentDueSoon
            | Self::CommitmentAtRisk
            | Self::CommitmentOverdue
            | Self::MilestoneDueSoon
            | Self::MilestoneMissed => About::Commitment,
            Self::ReviewDue | Self::ReviewOverdue | Self::ReviewUnconfirmed => About::Review,
            Self::ActionItemOverdue => About::ActionItem,
            Self::MdfOverspent
            | Self::MdfLapsing
            | Self::FeedSilent
            | Self::FactsUnconverted
            | Self::FactsUnmapped
            | Self::SignaturePending
            | Self::PlanEnding => About::Plan,
        }
    }

    /// The warning that a target's status calls for.
    pub fn of_target(status: TargetStatus) -> Option<Self> {
        match status {
            TargetStatus::AtRisk => Some(Self::TargetAtRisk),
            TargetStatus::Behind => Some(Self::TargetBehind),
            TargetStatus::Missed => Some(Self::TargetMissed),
            TargetStatus::NotStarted
            | TargetStatus::Achieved
            | TargetStatus::Ahead
            | TargetStatus::OnTrack => None,
        }
    }

    /// The warning that a commitment's status calls for; `is_due_soon` says that its due day is near.
    pub fn of_commitment(
        kind: CommitmentKind,
        status: CommitmentStatus,
        is_due_soon: bool,
    ) -> Option<Self> {
        let is_milestone = kind == CommitmentKind::PipelineMilestone;
        match status {
            CommitmentStatus::Overdue | CommitmentStatus::Missed => {
                Some(if is_milestone { Self::MilestoneMissed } else { Self::CommitmentOverdue })
            }
            CommitmentStatus::AtRisk if !is_milestone => Some(Self::CommitmentAtRisk),
            CommitmentStatus::AtRisk | CommitmentStatus::Planned | CommitmentStatus::InProgress
                if is_due_soon =>
            {
                Some(if is_milestone { Self::MilestoneDueSoon } else { Self::CommitmentDueSoon })
            }
            CommitmentStatus::AtRisk
            | CommitmentStatus::Planned
            | CommitmentStatus::InProgress
            | CommitmentStatus::Fulfilled
            | CommitmentStatus::FulfilledLate
            | CommitmentStatus::Waived => None,
        }
    }
}

/// What warnings follow from: a change asks anew only for those that it touches, the clock for all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ground {
    /// What the facts add up to, against what was due.
    Figures,
    /// Which facts come in, and how well they are understood.
    Feeds,
    /// Reviews, their minutes and what they left to be done.
    Reviews,
    /// Where the plan stands in its life.
    Life,
}

impl Ground {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Figures, Self::Feeds, Self::Reviews, Self::Life];
}

/// What the subject of a warning is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// A target.
    Target,
    /// A commitment.
    Commitment,
    /// A review.
    Review,
    /// An action item.
    ActionItem,
    /// The plan as a whole.
    Plan,
}
