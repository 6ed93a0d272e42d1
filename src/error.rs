//! Why an operation did not happen, named by what the caller can do about it.

use chrono::{NaiveDate, TimeDelta};
use sea_orm::DbErr;

use crate::domain::{
    action_item::ActionItemBlocked,
    alert::AlertBlocked,
    id::{CounterProposalId, PartnershipId, PlanId},
    negotiation::CounterProposalState,
    plan::{PlanAction, PlanState},
    recording::Fault,
    review::stage::ReviewBlocked,
};

/// The result of a use case.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a use case refused or failed.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// Nobody is signed in, or the token has ended.
    #[error("sign in first")]
    Unauthenticated,
    /// Absent, or not the caller's to see; the two are told apart nowhere.
    #[error("{0} not found")]
    NotFound(&'static str),
    /// Visible, but not the caller's to do; says who may.
    #[error("{0}")]
    Forbidden(String),
    /// An id that names nothing which can stand there; what it is elsewhere, if anything, is not told.
    #[error("{0}")]
    Unknown(Invalid),
    /// A value that cannot be accepted; names field and value.
    #[error("{0}")]
    Invalid(Invalid),
    /// Somebody else changed the object since the caller saw it.
    #[error("the plan is at revision {current}, not {expected}")]
    RevisionConflict {
        /// The plan.
        plan: PlanId,
        /// What the caller saw.
        expected: i32,
        /// What it is now.
        current: i32,
    },
    /// Somebody else changed the partnership since the caller saw it.
    #[error("the partnership is at revision {current}, not {expected}")]
    PartnershipChanged {
        /// The partnership.
        partnership: PartnershipId,
        /// What the caller saw.
        expected: i32,
        /// What it is now.
        current: i32,
    },
    /// The caller has said otherwise meanwhile, somewhere else.
    #[error("the preferences are at revision {current}, not {expected}")]
    PreferencesChanged {
        /// What the caller saw.
        expected: i32,
        /// What it is now.
        current: i32,
    },
    /// The plan's state does not allow the action.
    #[error("{action} is not possible while the plan is {from}")]
    InvalidTransition {
        /// What was asked.
        action: PlanAction,
        /// Where the plan stands.
        from: PlanState,
        /// What can be done now.
        allowed: Vec<PlanAction>,
    },
    /// The review, where it stands, does not allow the action.
    #[error("{0}")]
    ReviewBlocked(ReviewBlocked),
    /// The action item is settled.
    #[error(transparent)]
    ActionItemBlocked(#[from] ActionItemBlocked),
    /// The alert, where it stands, does not allow it.
    #[error(transparent)]
    AlertBlocked(#[from] AlertBlocked),
    /// The plan cannot be proposed yet.
    #[error("the plan is not ready, blockers: {}", .0.len())]
    NotReady(Vec<crate::domain::readiness::Finding>),
    /// The tier's planning mode offers no plan.
    #[error("the programme offers no plan to this tier; a vendor admin can override with a reason")]
    PlanningNotOffered,
    /// The plan has a renewal already, which the caller may see.
    #[error("the plan has been renewed already")]
    AlreadyRenewed(PlanId),
    /// Another plan of the partnership covers some of the same days.
    #[error("another plan covers {from} to {to}")]
    PeriodTaken {
        /// First day of the other plan.
        from: NaiveDate,
        /// Last day of the other plan.
        to: NaiveDate,
    },
    /// A counter-proposal that cannot be answered any more.
    #[error("the counter-proposal is {state}; the value is {} now", .now.as_deref().unwrap_or("empty"))]
    CounterProposalSettled {
        /// The counter-proposal.
        id: CounterProposalId,
        /// What has become of it.
        state: CounterProposalState,
        /// The value of its field now, in words.
        now: Option<String>,
    },
    /// A key that was used for another input.
    #[error("the idempotency key `{0}` was used with another input")]
    IdempotencyConflict(String),
    /// E-mail or password is wrong, or the token has ended; which of them is never said.
    #[error("e-mail or password is wrong")]
    InvalidCredentials,
    /// Asked too often; the same may be asked again later.
    #[error("too many tries; try again in {} s", retry_after_seconds(*.retry_after))]
    RateLimited {
        /// After how long.
        retry_after: TimeDelta,
    },
    /// The system has no randomness to give.
    #[error("no randomness: {0}")]
    Entropy(String),
    /// A stored value that the program cannot read, or a figure beyond what can be kept.
    #[error("inconsistent: {0}")]
    Inconsistent(String),
    /// The database failed.
    #[error("storage failed")]
    Db(#[from] DbErr),
}

/// Whole seconds, rather one too many.
fn retry_after_seconds(wait: TimeDelta) -> i64 {
    wait.num_seconds() + i64::from(wait.subsec_nanos() > 0)
}

/// A value that cannot be accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {message}", path.join("."))]
pub struct Invalid {
    /// Where in the input it stands.
    pub path: Vec<String>,
    /// What is wrong with it, the value included.
    pub message: String,
}

impl Invalid {
    fn at(field: &str, message: impl std::fmt::Display) -> Self {
        let path = field.split('.').map(str::to_owned).collect();
        Self { path, message: message.to_string() }
    }
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        Self::invalid(fault.field, fault.message)
    }
}

impl From<ReviewBlocked> for Error {
    fn from(blocked: ReviewBlocked) -> Self {
        Self::ReviewBlocked(blocked)
    }
}

impl Error {
    /// A refused value at `field`.
    pub fn invalid(field: &str, message: impl std::fmt::Display) -> Self {
        Self::Invalid(Invalid::at(field, message))
    }

    /// An id at `field` that names nothing which can stand there.
    pub fn unknown(field: &str, message: impl std::fmt::Display) -> Self {
        Self::Unknown(Invalid::at(field, message))
    }
}
