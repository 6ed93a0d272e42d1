//! Where a plan stands, and what moves it.

use std::fmt;

use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};

use super::{
    actor::{Member, Role, Side, Who},
    id::{PartnershipId, UserId},
    policy::PlanningMode,
};

/// Where a plan stands in its life (domain §4).
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
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PlanState {
    /// Being written by one side, which alone sees it.
    Draft,
    /// Shared: both sides edit it.
    Negotiating,
    /// Frozen into a version that both sides are asked to sign.
    AwaitingSignatures,
    /// Signed by both; its targets count.
    Active,
    /// Over, with its final figures frozen.
    Completed,
    /// Ended before its time.
    Terminated,
    /// Given up before it was signed.
    Withdrawn,
}

/// What can be done to a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, async_graphql::Enum)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PlanAction {
    /// Change its content.
    Edit,
    /// Throw a draft away.
    Discard,
    /// Show a draft to the other side.
    Share,
    /// Freeze its content into a version to sign.
    Propose,
    /// Sign the proposed version.
    Sign,
    /// Refuse the proposed version, with a reason.
    Reject,
    /// Take the proposal back to go on editing.
    WithdrawProposal,
    /// Give the plan up.
    Withdraw,
    /// Agree that a commitment need not be kept.
    Waive,
    /// State the rate at which facts in another currency count.
    SetExchangeRate,
    /// Write a note that the own side alone reads.
    Note,
    /// Comment on the plan or on a part of it.
    Comment,
    /// Propose another value for a single field, with a reason.
    CounterPropose,
    /// Accept, reject or counter such a proposal of the other side, or take back an own one.
    AnswerCounterProposal,
    /// Open a working copy of a plan in force.
    BeginAmendment,
    /// Freeze the working copy into a version to sign, with the day from which it counts.
    ProposeAmendment,
    /// Throw the working copy away; the version in force stays.
    WithdrawAmendment,
    /// Hold a review: freeze its scorecard, and write its minutes.
    HoldReview,
    /// Confirm or dispute the minutes of a review for the own side.
    ConfirmReview,
    /// Skip a review, with a reason.
    SkipReview,
    /// Add, edit and complete action items and recovery actions.
    FollowUp,
    /// Begin the draft for the next period.
    Renew,
    /// Freeze the final figures of a plan whose period is over.
    Close,
    /// End the plan before its time, with notice and reason.
    Terminate,
}

impl PlanAction {
    /// All of them, in the order of a plan's life.
    pub const ALL: [Self; 24] = [
        Self::Edit,
        Self::Discard,
        Self::Share,
        Self::Propose,
        Self::Sign,
        Self::Reject,
        Self::WithdrawProposal,
        Self::Withdraw,
        Self::Waive,
        Self::SetExchangeRate,
        Self::Note,
        Self::Comment,
        Self::CounterPropose,
        Self::AnswerCounterProposal,
        Self::BeginAmendment,
        Self::ProposeAmendment,
        Self::WithdrawAmendment,
        Self::HoldReview,
        Self::ConfirmReview,
        Self::SkipReview,
        Self::FollowUp,
        Self::Renew,
        Self::Close,
        Self::Terminate,
    ];
}

/// Where the amendment of a plan in force stands; the plan stays in force all the while.
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
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AmendmentState {
    /// Both sides edit the working copy.
    Open,
    /// Frozen into a version that both sides are asked to sign.
    Proposed,
}

/// The plan's state does not allow the action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrongState;

/// A plan's state, and that of its amendment while there is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlanStage {
    /// The plan's state.
    pub state: PlanState,
    /// The amendment's state; only a plan in force has one.
    pub amendment: Option<AmendmentState>,
}

impl From<PlanState> for PlanStage {
    fn from(state: PlanState) -> Self {
        Self { state, amendment: None }
    }
}

impl PlanStage {
    /// The stage after `action`, or why there is none.
    ///
    /// A signature leaves the stage as it is; the second one puts the version in force, which [`PlanStage::sealed`] says.
    #[expect(clippy::match_same_arms, reason = "a table of transitions, read row by row")]
    pub fn after(self, action: PlanAction) -> Result<Self, WrongState> {
        use AmendmentState::{Open, Proposed};
        use PlanAction as Do;
        use PlanState::{
            Active, AwaitingSignatures, Completed, Draft, Negotiating, Terminated, Withdrawn,
        };
        let to = |state: PlanState| Ok(Self::from(state));
        let amending = |amendment| Ok(Self { state: Active, amendment: Some(amendment) });
        match (self.state, self.amendment, action) {
            (_, _, Do::Note | Do::Comment) => Ok(self),

            (Draft, _, Do::Edit | Do::SetExchangeRate) => to(Draft),
            (Draft, _, Do::Discard) => to(Withdrawn),
            (Draft, _, Do::Share) => to(Negotiating),

            (Negotiating, _, Do::Edit | Do::SetExchangeRate) => to(Negotiating),
            (Negotiating, _, Do::CounterPropose | Do::AnswerCounterProposal) => to(Negotiating),
            (Negotiating, _, Do::Propose) => to(AwaitingSignatures),
            (Negotiating, _, Do::Withdraw) => to(Withdrawn),

            (AwaitingSignatures, _, Do::Sign) => to(AwaitingSignatures),
            (AwaitingSignatures, _, Do::Edit | Do::SetExchangeRate) => to(Negotiating),
            (AwaitingSignatures, _, Do::Reject | Do::WithdrawProposal) => to(Negotiating),

            (Active, None, Do::BeginAmendment) => amending(Open),
            (Active, Some(Open), Do::Edit) => amending(Open),
            (Active, Some(Open), Do::CounterPropose | Do::AnswerCounterProposal) => amending(Open),
            (Active, Some(Open), Do::ProposeAmendment) => amending(Proposed),
            (Active, Some(Proposed), Do::Sign) => amending(Proposed),
            (Active, Some(Proposed), Do::Edit | Do::Reject | Do::WithdrawProposal) => {
                amending(Open)
            }
            (Active, Some(_), Do::WithdrawAmendment) => to(Active),
            (Active, _, Do::Waive | Do::SetExchangeRate) => Ok(self),
            (Active, _, Do::Close) => to(Completed),
            (Active, _, Do::Terminate) => to(Terminated),

            (Active | Completed, _, Do::HoldReview | Do::SkipReview | Do::ConfirmReview) => {
                Ok(self)
            }
            (Active | Completed | Terminated, _, Do::FollowUp | Do::Renew) => Ok(self),
            _ => Err(WrongState),
        }
    }

    /// The stage once both sides have signed.
    pub fn sealed(self) -> Result<Self, WrongState> {
        match (self.state, self.amendment) {
            (PlanState::AwaitingSignatures, _)
            | (PlanState::Active, Some(AmendmentState::Proposed)) => Ok(PlanState::Active.into()),
            _ => Err(WrongState),
        }
    }

    /// Whether a version awaits signatures.
    pub fn is_proposed(self) -> bool {
        self.sealed().is_ok()
    }
}

impl PlanState {
    /// Whether the plan holds its days against another plan of the partnership.
    pub fn holds_period(self) -> bool {
        matches!(self, Self::AwaitingSignatures | Self::Active)
    }

    /// Whether facts are counted: the plan has been signed.
    pub fn counts(self) -> bool {
        matches!(self, Self::Active | Self::Completed | Self::Terminated)
    }
}

impl fmt::Display for PlanState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Draft => "a draft",
            Self::Negotiating => "in negotiation",
            Self::AwaitingSignatures => "awaiting signatures",
            Self::Active => "active",
            Self::Completed => "completed",
            Self::Terminated => "terminated",
            Self::Withdrawn => "withdrawn",
        })
    }
}

impl fmt::Display for PlanAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Edit => "editing",
            Self::Discard => "discarding",
            Self::Share => "sharing",
            Self::Propose => "proposing",
            Self::Sign => "signing",
            Self::Reject => "rejecting",
            Self::WithdrawProposal => "withdrawing the proposal",
            Self::Withdraw => "withdrawing",
            Self::Waive => "waiving a commitment",
            Self::SetExchangeRate => "setting an exchange rate",
            Self::Note => "writing a note",
            Self::Comment => "commenting",
            Self::CounterPropose => "counter-proposing",
            Self::AnswerCounterProposal => "answering a counter-proposal",
            Self::BeginAmendment => "amending",
            Self::ProposeAmendment => "proposing an amendment",
            Self::WithdrawAmendment => "withdrawing the amendment",
            Self::HoldReview => "holding a review",
            Self::ConfirmReview => "confirming a review",
            Self::SkipReview => "skipping a review",
            Self::FollowUp => "following up on actions",
            Self::Renew => "renewing",
            Self::Close => "closing",
            Self::Terminate => "terminating",
        })
    }
}

/// What decides who may act on a plan that they can see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlanStanding {
    /// The partnership it belongs to.
    pub partnership: PartnershipId,
    /// How it is planned and signed.
    pub mode: PlanningMode,
    /// The vendor's executive sponsor.
    pub vendor_sponsor: Option<UserId>,
    /// The partner's executive sponsor.
    pub partner_sponsor: Option<UserId>,
}

impl PlanStanding {
    /// Whether `member` may take `action`, in whatever state allows it (domain §2, §4).
    pub fn allows(&self, member: &Member, action: PlanAction) -> bool {
        match action {
            PlanAction::Edit
            | PlanAction::Discard
            | PlanAction::Share
            | PlanAction::Propose
            | PlanAction::WithdrawProposal
            | PlanAction::Withdraw
            | PlanAction::Waive
            | PlanAction::SetExchangeRate
            | PlanAction::CounterPropose
            | PlanAction::AnswerCounterProposal
            | PlanAction::BeginAmendment
            | PlanAction::ProposeAmendment
            | PlanAction::WithdrawAmendment
            | PlanAction::HoldReview
            | PlanAction::SkipReview
            | PlanAction::FollowUp
            | PlanAction::Renew
            | PlanAction::Close
            | PlanAction::Terminate => member.works_on(self.partnership),
            PlanAction::Sign => self.may_sign(member),
            PlanAction::Reject | PlanAction::ConfirmReview => {
                member.works_on(self.partnership) || self.may_sign(member)
            }
            PlanAction::Note | PlanAction::Comment => {
                member.works_on(self.partnership) || member.role().is_some_and(Role::is_executive)
            }
        }
    }

    /// Whether `member` signs for the own side: in a full plan the executive sponsor, in a light one the channel account manager,
    /// and a partner manager or admin.
    fn may_sign(&self, member: &Member) -> bool {
        let Who::User { id, role, .. } = &member.who else { return false };
        match (self.mode, member.side) {
            (PlanningMode::Full, Side::Vendor) => self.vendor_sponsor == Some(*id),
            (PlanningMode::Full, Side::Partner) => self.partner_sponsor == Some(*id),
            (PlanningMode::Light | PlanningMode::None, Side::Vendor) => {
                *role == Role::ChannelAccountManager && member.works_on(self.partnership)
            }
            (PlanningMode::Light | PlanningMode::None, Side::Partner) => {
                member.works_on(self.partnership)
            }
        }
    }
}

#[cfg(test)]
mod tests;
