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
}

impl PlanAction {
    /// All of them, in the order of a plan's life.
    pub const ALL: [Self; 11] = [
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
    ];
}

/// The plan's state does not allow the action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrongState;

impl PlanState {
    /// The state after `action`, or why there is none.
    ///
    /// A signature leaves the state as it is; the second one activates, which [`PlanState::activate`] says.
    #[expect(clippy::match_same_arms, reason = "a table of transitions, read row by row")]
    pub fn after(self, action: PlanAction) -> Result<Self, WrongState> {
        match (self, action) {
            (Self::Draft, PlanAction::Edit | PlanAction::SetExchangeRate) => Ok(Self::Draft),
            (Self::Draft, PlanAction::Discard) => Ok(Self::Withdrawn),
            (Self::Draft, PlanAction::Share) => Ok(Self::Negotiating),
            (Self::Negotiating, PlanAction::Edit | PlanAction::SetExchangeRate) => {
                Ok(Self::Negotiating)
            }
            (Self::Negotiating, PlanAction::Propose) => Ok(Self::AwaitingSignatures),
            (Self::Negotiating, PlanAction::Withdraw) => Ok(Self::Withdrawn),
            (Self::AwaitingSignatures, PlanAction::Sign) => Ok(Self::AwaitingSignatures),
            (
                Self::AwaitingSignatures,
                PlanAction::Edit
                | PlanAction::SetExchangeRate
                | PlanAction::Reject
                | PlanAction::WithdrawProposal,
            ) => Ok(Self::Negotiating),
            (Self::Active, PlanAction::Waive | PlanAction::SetExchangeRate) => Ok(Self::Active),
            (state, PlanAction::Note) => Ok(state),
            _ => Err(WrongState),
        }
    }

    /// The state once both sides have signed.
    pub fn activate(self) -> Result<Self, WrongState> {
        match self {
            Self::AwaitingSignatures => Ok(Self::Active),
            _ => Err(WrongState),
        }
    }

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
            | PlanAction::SetExchangeRate => member.works_on(self.partnership),
            PlanAction::Sign => self.may_sign(member),
            PlanAction::Reject => member.works_on(self.partnership) || self.may_sign(member),
            PlanAction::Note => {
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
