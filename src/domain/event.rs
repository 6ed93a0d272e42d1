//! What is told to subscribers, and from where they continue (domain §10).

use std::collections::BTreeMap;

use chrono::NaiveDate;
use sea_orm::{DeriveActiveEnum, EnumIter, FromJsonQueryResult};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    actor::{Member, Side},
    id::{
        ActionItemId, ActivityId, AlertId, CommentId, CommitmentId, CounterProposalId,
        OrganizationId, ReviewId, TargetId, UserId,
    },
    negotiation::CounterProposalState,
};

/// What happened.
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
pub enum EventKind {
    /// One side began to draft a plan.
    PlanCreated,
    /// A draft was thrown away.
    PlanDiscarded,
    /// A draft was shown to the other side.
    PlanShared,
    /// Targets, commitments, cadence or narrative changed.
    PlanEdited,
    /// The content was frozen into a version to sign.
    PlanProposed,
    /// A proposal was refused, taken back or edited; its signatures no longer count.
    ProposalEnded,
    /// One side signed.
    PlanSigned,
    /// Both sides have signed: the targets count.
    PlanActivated,
    /// The plan was given up before it was signed.
    PlanWithdrawn,
    /// A working copy of a plan in force was opened.
    AmendmentBegun,
    /// A working copy was thrown away.
    AmendmentWithdrawn,
    /// Both sides have signed an amendment; it counts from its day on.
    PlanAmended,
    /// The day of a signed version has come: the plan says what it says.
    VersionInForce,
    /// One side gave notice: the plan ends on a day to come.
    TerminationNoticed,
    /// The plan was ended before its time.
    PlanTerminated,
    /// The period is over and the plan was closed.
    PlanCompleted,
    /// A commitment was waived by both sides.
    CommitmentWaived,
    /// Facts, a rate or an alias changed the figures of targets or commitments.
    ProgressChanged,
    /// A warning was raised.
    AlertOpened,
    /// A warning ended because its cause is gone.
    AlertResolved,
    /// A side took note of a warning.
    AlertAcknowledged,
    /// Somebody of a side put a warning off until a day.
    AlertSnoozed,
    /// The day came until which a warning had been put off: it asks again.
    AlertWoken,
    /// A warning was given to somebody of the side.
    AlertAssigned,
    /// A warning was taken from somebody of the side, and given to nobody.
    AlertUnassigned,
    /// Nobody took note of a critical warning for days: it was brought before the side's executive sponsor.
    AlertEscalated,
    /// Somebody said what a review will talk about.
    ReviewAgendaSet,
    /// A review was held: its scorecard is frozen, its minutes wait for both sides.
    ReviewHeld,
    /// A review was left out, with a reason.
    ReviewSkipped,
    /// The minutes of a review were amended; both sides confirm them anew.
    ReviewMinutesAmended,
    /// One side confirmed the minutes of a review; with the second one the review is confirmed.
    ReviewConfirmed,
    /// One side disputed the minutes of a review.
    ReviewDisputed,
    /// Somebody is to do something by a day.
    ActionItemAdded,
    /// What was to be done was done.
    ActionItemCompleted,
    /// What was to be done need not be done any more.
    ActionItemCancelled,
    /// What is to be done was given to somebody else.
    ActionItemReassigned,
    /// One side proposed another value for a field.
    CounterProposalMade,
    /// Such a proposal was accepted, rejected, countered, taken back or overtaken by another change.
    CounterProposalAnswered,
    /// Somebody commented on a plan or a part of it.
    CommentAdded,
    /// A comment was taken back by its author.
    CommentRetracted,
    /// One side said that a fact is not so.
    ActivityDisputed,
    /// A dispute of a fact was decided, or a later fact took the place of the disputed one.
    DisputeResolved,
}

impl EventKind {
    /// Those that are about warnings.
    pub const ALERTS: [Self; 8] = [
        Self::AlertOpened,
        Self::AlertResolved,
        Self::AlertAcknowledged,
        Self::AlertSnoozed,
        Self::AlertWoken,
        Self::AlertAssigned,
        Self::AlertUnassigned,
        Self::AlertEscalated,
    ];

    /// Whether it says who is to see to a warning.
    pub fn is_assignment(self) -> bool {
        matches!(self, Self::AlertAssigned | Self::AlertUnassigned)
    }

    /// Whether it is about a warning.
    pub fn is_alert(self) -> bool {
        Self::ALERTS.contains(&self)
    }
}

/// What an event carries beside its subject.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum EventBody {
    /// Nothing more.
    #[default]
    Plain,
    /// A change of content.
    Edited {
        /// What was done, such as `addTarget`.
        change: String,
        /// The plan's revision after it.
        revision: i32,
    },
    /// A version was proposed or signed.
    Version {
        /// Its number.
        number: i32,
    },
    /// Figures changed.
    Progress {
        /// Facts that were recorded.
        recorded: u32,
        /// Targets whose figures changed.
        targets: Vec<TargetId>,
        /// Commitments whose figures changed.
        commitments: Vec<CommitmentId>,
    },
    /// A warning.
    Alert {
        /// The warning.
        alert: AlertId,
        /// Whom it was given to, taken from or brought before.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        people: Vec<UserId>,
        /// The day on which it will ask again.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<NaiveDate>,
    },
    /// A review.
    Review {
        /// The review.
        review: ReviewId,
    },
    /// An action item.
    ActionItem {
        /// The action item.
        item: ActionItemId,
    },
    /// A counter-proposal.
    CounterProposal {
        /// The counter-proposal.
        proposal: CounterProposalId,
        /// What became of it then.
        state: CounterProposalState,
    },
    /// A comment.
    Comment {
        /// The comment.
        comment: CommentId,
    },
    /// A fact.
    Activity {
        /// The fact.
        activity: ActivityId,
    },
}

impl EventBody {
    /// The type that the event has for clients.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Plain | Self::Version { .. } => "PlanChanged",
            Self::Edited { .. } => "PlanContentChanged",
            Self::Progress { .. } => "ProgressChanged",
            Self::Alert { .. } => "AlertChanged",
            Self::Review { .. } => "ReviewChanged",
            Self::ActionItem { .. } => "ActionItemChanged",
            Self::CounterProposal { .. } => "CounterProposalChanged",
            Self::Comment { .. } => "CommentChanged",
            Self::Activity { .. } => "ActivityChanged",
        }
    }
}

/// Who may hear of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
pub enum Audience {
    /// Both sides.
    Both,
    /// The vendor's people who read what their side keeps to itself.
    Vendor,
    /// The partner's people who read what their side keeps to itself.
    Partner,
    /// Everybody of the vendor: a warning.
    WholeVendor,
    /// Everybody of the partner: a warning.
    WholePartner,
}

impl Audience {
    /// Who may hear of an event of this kind that `seen_by` may know of; both sides when none.
    pub fn of(kind: EventKind, seen_by: Option<Side>) -> Self {
        match (seen_by, kind.is_alert()) {
            (None, _) => Self::Both,
            (Some(Side::Vendor), false) => Self::Vendor,
            (Some(Side::Partner), false) => Self::Partner,
            (Some(Side::Vendor), true) => Self::WholeVendor,
            (Some(Side::Partner), true) => Self::WholePartner,
        }
    }

    /// Those that `member` belongs to.
    pub fn heard_by(member: &Member) -> Vec<Self> {
        let (own, whole) = match member.side {
            Side::Vendor => (Self::Vendor, Self::WholeVendor),
            Side::Partner => (Self::Partner, Self::WholePartner),
        };
        let private = member.reads_private().then_some(own);
        [Self::Both, whole].into_iter().chain(private).collect()
    }
}

/// A position in every vendor's order of events that a subscriber follows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventCursor(pub BTreeMap<OrganizationId, i64>);

/// A text that is not a cursor of events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a cursor of this stream")]
pub struct InvalidCursor;

impl EventCursor {
    /// The cursor once the event at `position` of `vendor` has been seen too.
    pub fn advance(&mut self, vendor: OrganizationId, position: i64) {
        let at = self.0.entry(vendor).or_default();
        *at = (*at).max(position);
    }

    /// The position in one vendor's order; none where the cursor says nothing of it.
    pub fn position(&self, vendor: OrganizationId) -> Option<i64> {
        self.0.get(&vendor).copied()
    }
}

impl EventCursor {
    /// Whether everything after `other` comes after this too: this is not ahead of it in any order.
    pub fn is_within(&self, other: &Self) -> bool {
        self.0.iter().all(|(vendor, position)| other.position(*vendor).unwrap_or(0) >= *position)
    }

    /// Its positions, to be sealed before anybody outside sees them.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![b'e'];
        for (vendor, position) in &self.0 {
            bytes.extend_from_slice(vendor.0.as_bytes());
            bytes.extend_from_slice(&position.to_be_bytes());
        }
        bytes
    }

    /// The positions that [`EventCursor::to_bytes`] has written down.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, InvalidCursor> {
        let (b'e', entries) = bytes.split_first().ok_or(InvalidCursor)? else {
            return Err(InvalidCursor);
        };
        let (entries, rest) = entries.as_chunks::<24>();
        if !rest.is_empty() {
            return Err(InvalidCursor);
        }
        entries
            .iter()
            .map(|entry| {
                let (vendor, position) = entry.split_at(16);
                let vendor = Uuid::from_slice(vendor).map_err(|_error| InvalidCursor)?;
                let position = position.try_into().map_err(|_error| InvalidCursor)?;
                let position = i64::from_be_bytes(position);
                (position >= 0).then_some((OrganizationId(vendor), position)).ok_or(InvalidCursor)
            })
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_holds_a_position_per_vendor() {
        let mut cursor = EventCursor::default();
        cursor.advance(OrganizationId(Uuid::from_u128(1)), 7);
        cursor.advance(OrganizationId(Uuid::from_u128(2)), 3);
        cursor.advance(OrganizationId(Uuid::from_u128(1)), 5);
        let read = EventCursor::from_bytes(&cursor.to_bytes()).unwrap();
        assert_eq!(read, cursor);
        assert_eq!(read.position(OrganizationId(Uuid::from_u128(1))), Some(7));
        assert_eq!(read.position(OrganizationId(Uuid::from_u128(3))), None);
    }

    #[test]
    fn what_is_not_a_cursor_is_refused() {
        for bytes in
            [b"".as_slice(), b"f", b"e\0", b"e\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\xFF\0\0\0\0\0\0\0"]
        {
            assert_eq!(EventCursor::from_bytes(bytes), Err(InvalidCursor), "{bytes:?}");
        }
    }
}
