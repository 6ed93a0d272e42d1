//! A dispute: one side says that a fact is not so (domain §6).
//!
//! While it is open the fact goes on counting and is told apart: figures say how much of them is disputed. The vendor, whose ledger it
//! is, resolves it: the fact is taken back, or vouched for again as before, or it is superseded by a correction.

use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};

use super::activity::{ActivityKind, Provenance};

/// What became of a dispute.
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
pub enum DisputeState {
    /// Nobody has decided yet; the fact counts, as disputed.
    Open,
    /// It is not so: the fact was taken back.
    Upheld,
    /// It is so: the fact is vouched for as before.
    Rejected,
    /// A later fact says how it was.
    Corrected,
}

/// What the vendor decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, async_graphql::Enum)]
#[serde(rename_all = "snake_case")]
pub enum DisputeOutcome {
    /// It is not so: the fact is taken back by an adjustment, and counts no more.
    Upheld,
    /// It is so: the fact is vouched for as before.
    Rejected,
}

impl From<DisputeOutcome> for DisputeState {
    fn from(outcome: DisputeOutcome) -> Self {
        match outcome {
            DisputeOutcome::Upheld => Self::Upheld,
            DisputeOutcome::Rejected => Self::Rejected,
        }
    }
}

/// Why a fact cannot be disputed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotDisputable {
    /// It does not count any more.
    #[error("a later fact has taken its place; dispute that")]
    Superseded,
    /// Somebody has done so.
    #[error("it is disputed already")]
    Disputed,
    /// It says nothing that could be wrong.
    #[error("an adjustment counts for nothing; record what it took back again")]
    Adjustment,
}

/// Whether a fact can be disputed, as it stands.
pub fn disputable(
    kind: ActivityKind,
    provenance: Provenance,
    is_superseded: bool,
) -> Result<(), NotDisputable> {
    match (kind, provenance, is_superseded) {
        (_, _, true) => Err(NotDisputable::Superseded),
        (ActivityKind::Adjustment, _, _) => Err(NotDisputable::Adjustment),
        (_, Provenance::Disputed, _) => Err(NotDisputable::Disputed),
        (_, Provenance::Verified | Provenance::SelfReported, _) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_counts_and_nobody_disputes_can_be_disputed() {
        use NotDisputable::{Adjustment, Disputed, Superseded};
        for (kind, provenance, is_superseded, expected) in [
            (ActivityKind::DealWon, Provenance::Verified, false, Ok(())),
            (ActivityKind::DealWon, Provenance::SelfReported, false, Ok(())),
            (ActivityKind::DealWon, Provenance::Disputed, false, Err(Disputed)),
            (ActivityKind::DealWon, Provenance::Verified, true, Err(Superseded)),
            (ActivityKind::DealWon, Provenance::Disputed, true, Err(Superseded)),
            (ActivityKind::Adjustment, Provenance::Verified, false, Err(Adjustment)),
        ] {
            assert_eq!(disputable(kind, provenance, is_superseded), expected);
        }
    }
}
