//! Why a mutation did nothing: the errors of payloads, each with what helps to go on.

use async_graphql::{ComplexObject, Context, Enum, Interface, SimpleObject};

use super::ApiError;
use crate::{
    domain::{
        id::{CounterProposalId, PlanId},
        negotiation::CounterProposalState,
        plan::{PlanAction, PlanState},
        review::{ReviewState, stage::ReviewAction},
    },
    error::{Error, Invalid},
    graphql::{
        ContextExt,
        negotiation::CounterProposal,
        node::{self, Node, NodeKey},
        plan::{Plan, plan_of},
        readiness::Finding,
    },
    service::negotiation,
};

/// What kind of refusal it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum ErrorCode {
    /// There is no such thing, or the viewer may not see it.
    NotFound,
    /// The viewer may see it, but not do this.
    Forbidden,
    /// A value cannot be accepted.
    ValidationFailed,
    /// Somebody else changed it since the viewer read it.
    RevisionConflict,
    /// Its state does not allow this.
    InvalidTransition,
    /// The plan has blockers.
    NotReady,
    /// The programme offers no plan to this tier.
    PlanningNotOffered,
    /// The plan has a renewal already.
    AlreadyRenewed,
    /// Another plan covers some of the same days.
    PeriodTaken,
    /// The idempotency key was used with another input.
    IdempotencyConflict,
    /// E-mail or password is wrong, or the token has ended.
    InvalidCredentials,
    /// The counter-proposal has been answered, or another change has overtaken it.
    CounterProposalSettled,
    /// Asked too often; the same may be asked again later.
    RateLimited,
}

/// Why a mutation did nothing.
#[derive(Debug, Interface)]
#[graphql(
    field(name = "code", ty = "&ErrorCode", desc = "What kind of refusal it is."),
    field(name = "message", ty = "&String", desc = "What is wrong, in a sentence for people."),
    field(
        name = "path",
        ty = "Option<&Vec<String>>",
        desc = "Where in the input it is, when a value is to blame."
    )
)]
pub enum MutationError {
    /// A refusal without more to say.
    GenericError(GenericError),
    /// There is no such thing, or the viewer may not see it.
    NotFoundError(NotFoundError),
    /// The viewer may see it, but not do this.
    ForbiddenError(ForbiddenError),
    /// A value cannot be accepted.
    ValidationError(ValidationError),
    /// Somebody else was faster.
    RevisionConflict(RevisionConflict),
    /// The state does not allow this.
    InvalidTransition(InvalidTransition),
    /// The review, where it stands, does not allow this.
    InvalidReviewTransition(InvalidReviewTransition),
    /// The plan has blockers.
    NotReady(NotReady),
    /// The plan has a renewal already.
    AlreadyRenewed(AlreadyRenewed),
    /// The idempotency key was used with another input.
    IdempotencyConflict(IdempotencyConflict),
    /// The counter-proposal cannot be answered any more.
    CounterProposalSettled(CounterProposalSettled),
    /// Asked too often; the same may be asked again later.
    RateLimited(RateLimited),
}

macro_rules! errors {
    ($($(#[$doc:meta])* $name:ident $code:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, SimpleObject)]
        pub struct $name {
            /// What kind of refusal it is.
            pub code: ErrorCode,
            /// What is wrong, in a sentence for people.
            pub message: String,
            /// Where in the input it is, when a value is to blame.
            pub path: Option<Vec<String>>,
        }

        impl $name {
            fn new(message: String, path: Option<Vec<String>>) -> Self {
                Self { code: $code, message, path }
            }
        }
    )*};
}

errors! {
    /// There is no such thing, or the viewer may not see it; the two are told apart nowhere.
    NotFoundError ErrorCode::NotFound;
    /// The viewer may see it, but not do this.
    ForbiddenError ErrorCode::Forbidden;
    /// A value cannot be accepted; path and message name it.
    ValidationError ErrorCode::ValidationFailed;
    /// The idempotency key was used with another input within 24 hours.
    IdempotencyConflict ErrorCode::IdempotencyConflict;
}

/// A refusal that its code says all about.
#[derive(Clone, Debug, SimpleObject)]
pub struct GenericError {
    /// What kind of refusal it is.
    pub code: ErrorCode,
    /// What is wrong, in a sentence for people.
    pub message: String,
    /// Where in the input it is, when a value is to blame.
    pub path: Option<Vec<String>>,
}

/// Somebody else changed the object since the viewer read it: nothing was done, nothing is lost.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct RevisionConflict {
    /// What kind of refusal it is.
    pub code: ErrorCode,
    /// What is wrong, in a sentence for people.
    pub message: String,
    /// Where in the input it is, when a value is to blame.
    pub path: Option<Vec<String>>,
    /// The revision that the viewer had read.
    pub expected_revision: i32,
    /// The revision now.
    pub current_revision: i32,
    #[graphql(skip)]
    subject: Option<NodeKey>,
}

#[ComplexObject]
impl RevisionConflict {
    /// The object as it is now: the plan or partnership that was to be changed; null for preferences, which `viewer` has.
    async fn current(&self, ctx: &Context<'_>) -> Result<Option<Node>, ApiError> {
        match self.subject {
            Some(subject) => node::find(ctx, subject).await,
            None => Ok(None),
        }
    }
}

/// The plan's state does not allow the action.
#[derive(Clone, Debug, SimpleObject)]
pub struct InvalidTransition {
    /// What kind of refusal it is.
    pub code: ErrorCode,
    /// What is wrong, in a sentence for people.
    pub message: String,
    /// Where in the input it is, when a value is to blame.
    pub path: Option<Vec<String>>,
    /// Where the plan stands.
    pub from: PlanState,
    /// What was asked.
    pub action: PlanAction,
    /// What can be done now.
    pub allowed: Vec<PlanAction>,
}

/// The review, where it stands, does not allow the action.
#[derive(Clone, Debug, SimpleObject)]
pub struct InvalidReviewTransition {
    /// What kind of refusal it is.
    pub code: ErrorCode,
    /// What is wrong, in a sentence for people.
    pub message: String,
    /// Where in the input it is, when a value is to blame.
    pub path: Option<Vec<String>>,
    /// Where the review stands.
    pub from: ReviewState,
    /// What was asked.
    pub action: ReviewAction,
    /// What the viewer's side can do with it now.
    pub allowed: Vec<ReviewAction>,
}

/// The counter-proposal cannot be answered any more: it has been answered, or its field has got another value since.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct CounterProposalSettled {
    /// What kind of refusal it is.
    pub code: ErrorCode,
    /// What is wrong, in a sentence for people.
    pub message: String,
    /// Where in the input it is, when a value is to blame.
    pub path: Option<Vec<String>>,
    /// What has become of it.
    pub state: CounterProposalState,
    /// The value of its field now, as people read it; null where it is empty or gone.
    pub value_now: Option<String>,
    #[graphql(skip)]
    id: CounterProposalId,
}

#[ComplexObject]
impl CounterProposalSettled {
    /// The counter-proposal as it is now.
    async fn counter_proposal(
        &self,
        ctx: &Context<'_>,
    ) -> Result<Option<CounterProposal>, ApiError> {
        let found = negotiation::find(ctx.op(), self.id).await?;
        Ok(found.map(|(plan, row)| CounterProposal { plan: plan.into(), row }))
    }
}

/// Asked too often; the same may be asked again later.
#[derive(Clone, Debug, SimpleObject)]
pub struct RateLimited {
    /// What kind of refusal it is.
    pub code: ErrorCode,
    /// What is wrong, in a sentence for people.
    pub message: String,
    /// Where in the input it is, when a value is to blame.
    pub path: Option<Vec<String>>,
    /// Milliseconds to wait before asking again.
    pub retry_after_ms: i32,
}

/// The plan cannot be proposed yet.
#[derive(Clone, Debug, SimpleObject)]
pub struct NotReady {
    /// What kind of refusal it is.
    pub code: ErrorCode,
    /// What is wrong, in a sentence for people.
    pub message: String,
    /// Where in the input it is, when a value is to blame.
    pub path: Option<Vec<String>>,
    /// What has to be mended first.
    pub blockers: Vec<Finding>,
}

/// The plan has a renewal already, which the viewer may see.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct AlreadyRenewed {
    /// What kind of refusal it is.
    pub code: ErrorCode,
    /// What is wrong, in a sentence for people.
    pub message: String,
    /// Where in the input it is, when a value is to blame.
    pub path: Option<Vec<String>>,
    #[graphql(skip)]
    existing: PlanId,
}

#[ComplexObject]
impl AlreadyRenewed {
    /// The renewal that there is.
    async fn existing(&self, ctx: &Context<'_>) -> Result<Option<Plan>, ApiError> {
        plan_of(ctx, self.existing).await
    }
}

impl MutationError {
    /// The refusal as a client sees it; what is not a refusal but a failure goes to the top level.
    pub fn try_from_error(error: Error) -> Result<Self, ApiError> {
        let message = error.to_string();
        let generic =
            |code| Self::GenericError(GenericError { code, message: message.clone(), path: None });
        Ok(match error {
            Error::NotFound(_) => Self::NotFoundError(NotFoundError::new(message, None)),
            Error::Unknown(Invalid { path, .. }) => {
                Self::NotFoundError(NotFoundError::new(message, Some(path)))
            }
            Error::Forbidden(_) => Self::ForbiddenError(ForbiddenError::new(message, None)),
            Error::Invalid(Invalid { path, .. }) => {
                Self::ValidationError(ValidationError::new(message, Some(path)))
            }
            Error::RevisionConflict { plan, expected, current } => {
                Self::conflict(message, expected, current, Some(NodeKey::Plan(plan)))
            }
            Error::PartnershipChanged { partnership, expected, current } => {
                let subject = Some(NodeKey::Partnership(partnership));
                Self::conflict(message, expected, current, subject)
            }
            Error::PreferencesChanged { expected, current } => {
                Self::conflict(message, expected, current, None)
            }
            Error::InvalidTransition { action, from, allowed } => {
                Self::InvalidTransition(InvalidTransition {
                    code: ErrorCode::InvalidTransition,
                    message,
                    path: None,
                    from,
                    action,
                    allowed,
                })
            }
            Error::ReviewBlocked(blocked) => {
                Self::InvalidReviewTransition(InvalidReviewTransition {
                    code: ErrorCode::InvalidTransition,
                    message,
                    path: None,
                    from: blocked.stage.state,
                    action: blocked.action,
                    allowed: blocked.stage.allowed(),
                })
            }
            Error::ActionItemBlocked(_) | Error::AlertBlocked(_) => {
                generic(ErrorCode::InvalidTransition)
            }
            Error::NotReady(blockers) => Self::NotReady(NotReady {
                code: ErrorCode::NotReady,
                message,
                path: None,
                blockers: blockers.into_iter().map(Finding::from).collect(),
            }),
            Error::IdempotencyConflict(_) => Self::IdempotencyConflict(IdempotencyConflict::new(
                message,
                Some(vec!["idempotencyKey".to_owned()]),
            )),
            Error::CounterProposalSettled { id, state, now } => {
                Self::CounterProposalSettled(CounterProposalSettled {
                    code: ErrorCode::CounterProposalSettled,
                    message,
                    path: None,
                    state,
                    value_now: now,
                    id,
                })
            }
            Error::AlreadyRenewed(existing) => Self::AlreadyRenewed(AlreadyRenewed {
                code: ErrorCode::AlreadyRenewed,
                message,
                path: Some(vec!["planId".to_owned()]),
                existing,
            }),
            Error::RateLimited { retry_after } => Self::RateLimited(RateLimited {
                code: ErrorCode::RateLimited,
                message,
                path: None,
                retry_after_ms: i32::try_from(retry_after.num_milliseconds()).unwrap_or(i32::MAX),
            }),
            Error::PlanningNotOffered => generic(ErrorCode::PlanningNotOffered),
            Error::PeriodTaken { .. } => generic(ErrorCode::PeriodTaken),
            Error::InvalidCredentials => generic(ErrorCode::InvalidCredentials),
            Error::Unauthenticated | Error::Entropy(_) | Error::Inconsistent(_) | Error::Db(_) => {
                return Err(error.into());
            }
        })
    }

    fn conflict(message: String, expected: i32, current: i32, subject: Option<NodeKey>) -> Self {
        Self::RevisionConflict(RevisionConflict {
            code: ErrorCode::RevisionConflict,
            message,
            path: Some(vec!["expectedRevision".to_owned()]),
            expected_revision: expected,
            current_revision: current,
            subject,
        })
    }
}
