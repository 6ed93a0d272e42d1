//! What can be spoken of by itself: a plan, or a part of it.

use std::{fmt, str::FromStr};

use super::id::{
    CommitmentId, CounterProposalId, Id, InvalidId, PlanId, ReviewId, TargetId, VersionId,
};

/// A plan or a part of it, told apart by the prefix of its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlanPart {
    /// The plan as a whole.
    Plan(PlanId),
    /// One of its targets.
    Target(TargetId),
    /// One of its commitments.
    Commitment(CommitmentId),
    /// One of its reviews.
    Review(ReviewId),
    /// One of its versions.
    Version(VersionId),
    /// A value that was proposed for one of its fields.
    CounterProposal(CounterProposalId),
}

impl FromStr for PlanPart {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let prefix = text.rsplit_once('_').map_or("", |(prefix, _)| prefix);
        match prefix {
            TargetId::PREFIX => text.parse().map(Self::Target),
            CommitmentId::PREFIX => text.parse().map(Self::Commitment),
            ReviewId::PREFIX => text.parse().map(Self::Review),
            VersionId::PREFIX => text.parse().map(Self::Version),
            CounterProposalId::PREFIX => text.parse().map(Self::CounterProposal),
            _ => text.parse().map(Self::Plan),
        }
    }
}

impl fmt::Display for PlanPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plan(id) => id.fmt(f),
            Self::Target(id) => id.fmt(f),
            Self::Commitment(id) => id.fmt(f),
            Self::Review(id) => id.fmt(f),
            Self::Version(id) => id.fmt(f),
            Self::CounterProposal(id) => id.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_part_reads_back_what_it_writes() {
        let id = Uuid::from_u128(7);
        for part in [
            PlanPart::Plan(PlanId(id)),
            PlanPart::Target(TargetId(id)),
            PlanPart::Commitment(CommitmentId(id)),
            PlanPart::Review(ReviewId(id)),
            PlanPart::Version(VersionId(id)),
            PlanPart::CounterProposal(CounterProposalId(id)),
        ] {
            assert_eq!(part.to_string().parse(), Ok(part));
        }
    }

    #[test]
    fn nothing_else_is_a_part() {
        for text in ["", "_", "plan", "user_01j0000000e008000000000001", "trgt_", "\0"] {
            assert!(text.parse::<PlanPart>().is_err(), "{text}");
        }
    }
}
