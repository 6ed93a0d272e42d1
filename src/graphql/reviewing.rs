//! Mutations of reviews: agenda, holding, skipping, and what both sides say of the minutes.

use async_graphql::{Context, InputObject, Object, OneofObject};

use super::{
    ContextExt,
    error::{ApiError, payloads},
    following_up::ActionItemInput,
    review::Review,
    scalars::Date,
};
use crate::{
    domain::{
        agenda::AgendaKind,
        id::{ReviewId, TargetId, UserId},
        minutes::Outlook,
    },
    service::{
        holding::{self, Holding, NewAssessment, NewAttendee},
        minutes::{self, Amended},
        reviews::{self, NewAgendaItem},
    },
};

/// Something that a review is to talk about.
#[derive(Clone, Debug, InputObject)]
pub struct AgendaItemInput {
    /// What it is about.
    pub kind: AgendaKind,
    /// What it is called; as usual for its kind when absent.
    pub title: Option<String>,
    /// What there is to say about it beforehand; 10,000 characters at most.
    pub notes: Option<String>,
}

/// Says what a review will talk about.
#[derive(Clone, Debug, InputObject)]
pub struct SetReviewAgendaInput {
    /// The review.
    pub review_id: ReviewId,
    /// The whole agenda in order: 1 to 50 items.
    pub items: Vec<AgendaItemInput>,
}

/// Somebody who was there: exactly one of these.
#[derive(Clone, Debug, OneofObject)]
pub enum ReviewAttendeeInput {
    /// A person of either side, perhaps one who has left since.
    UserId(UserId),
    /// A guest, by name.
    Name(String),
}

/// What those who met make of a target.
#[derive(Clone, Debug, InputObject)]
pub struct TargetAssessmentInput {
    /// The target, which is assessed once.
    pub target_id: TargetId,
    /// What was said; 10,000 characters at most.
    pub text: String,
    /// How it will go on.
    pub outlook: Outlook,
}

/// Holds a review.
#[derive(Clone, Debug, InputObject)]
pub struct HoldReviewInput {
    /// The review.
    pub review_id: ReviewId,
    /// The day on which it was held, whose figures are frozen; today when absent.
    pub held_on: Option<Date>,
    /// Who was there; 100 at most.
    #[graphql(default)]
    pub attendees: Vec<ReviewAttendeeInput>,
    /// What was made of the targets.
    #[graphql(default)]
    pub assessments: Vec<TargetAssessmentInput>,
    /// What was decided; 100 decisions at most.
    #[graphql(default)]
    pub decisions: Vec<String>,
    /// What was said; 10,000 characters at most.
    pub minutes: Option<String>,
    /// What is to be done; 50 action items at most.
    #[graphql(default)]
    pub actions: Vec<ActionItemInput>,
}

impl From<HoldReviewInput> for Holding {
    fn from(input: HoldReviewInput) -> Self {
        let attendee = |attendee| match attendee {
            ReviewAttendeeInput::UserId(id) => NewAttendee::Person(id),
            ReviewAttendeeInput::Name(name) => NewAttendee::Guest(name),
        };
        let assessment = |TargetAssessmentInput { target_id, text, outlook }| NewAssessment {
            target: target_id,
            text,
            outlook,
        };
        Self {
            held_on: input.held_on.map(|day| day.0),
            attendees: input.attendees.into_iter().map(attendee).collect(),
            assessments: input.assessments.into_iter().map(assessment).collect(),
            decisions: input.decisions,
            minutes: input.minutes,
            actions: input.actions.into_iter().map(Into::into).collect(),
        }
    }
}

/// Leaves a review out.
#[derive(Clone, Debug, InputObject)]
pub struct SkipReviewInput {
    /// The review.
    pub review_id: ReviewId,
    /// Why; both sides read it.
    pub reason: String,
}

/// Corrects the minutes of a review; what is absent stays.
#[derive(Clone, Debug, InputObject)]
pub struct AmendMinutesInput {
    /// The review.
    pub review_id: ReviewId,
    /// What was said; 10,000 characters at most.
    pub minutes: Option<String>,
    /// All that was decided; 100 decisions at most.
    pub decisions: Option<Vec<String>>,
}

/// Confirms the minutes of a review.
#[derive(Clone, Debug, InputObject)]
pub struct ConfirmReviewInput {
    /// The review.
    pub review_id: ReviewId,
}

/// Disputes the minutes of a review.
#[derive(Clone, Debug, InputObject)]
pub struct DisputeReviewInput {
    /// The review.
    pub review_id: ReviewId,
    /// Why; both sides read it.
    pub reason: String,
}

payloads! {
    /// The review with its agenda, or why it has the old one.
    SetReviewAgendaPayload {
        /// The review.
        review: Review
    }
    /// The review that was held, or why it was not.
    HoldReviewPayload {
        /// The review.
        review: Review
    }
    /// The review that was skipped, or why it was not.
    SkipReviewPayload {
        /// The review.
        review: Review
    }
    /// The review with its amended minutes, or why they were not amended.
    AmendMinutesPayload {
        /// The review.
        review: Review
    }
    /// The review, or why its minutes were not confirmed.
    ConfirmReviewPayload {
        /// The review.
        review: Review
    }
    /// The review, or why its minutes were not disputed.
    DisputeReviewPayload {
        /// The review.
        review: Review
    }
}

/// Mutations of reviews.
#[derive(Clone, Copy, Debug, Default)]
pub struct ReviewMutation;

#[Object]
impl ReviewMutation {
    /// Says what a review will talk about.
    async fn set_review_agenda(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The agenda.")] input: SetReviewAgendaInput,
    ) -> Result<SetReviewAgendaPayload, ApiError> {
        let item = |AgendaItemInput { kind, title, notes }| NewAgendaItem { kind, title, notes };
        let items = input.items.into_iter().map(item).collect();
        let result = reviews::set_agenda(ctx.op(), input.review_id, items).await;
        SetReviewAgendaPayload::of(result, |(plan, row)| Review { plan: plan.into(), row })
    }

    /// Holds a review: freezes the figures of its day for good, and keeps who was there, what was said and decided, and what is to be
    /// done. Its minutes then wait for both sides. Refused for a day to come, and before what the review looks back on is over.
    async fn hold_review(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What came of it.")] input: HoldReviewInput,
    ) -> Result<HoldReviewPayload, ApiError> {
        let result = holding::hold(ctx.op(), input.review_id, input.into()).await;
        HoldReviewPayload::of(result, |(plan, row)| Review { plan: plan.into(), row })
    }

    /// Leaves a review out.
    async fn skip_review(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to skip, and why.")] input: SkipReviewInput,
    ) -> Result<SkipReviewPayload, ApiError> {
        let result = reviews::skip(ctx.op(), input.review_id, &input.reason).await;
        SkipReviewPayload::of(result, |(plan, row)| Review { plan: plan.into(), row })
    }

    /// Corrects the minutes of a review that not both sides have confirmed. What either said of the old ones no longer counts; the
    /// scorecard stays as it was frozen.
    async fn amend_minutes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to correct.")] input: AmendMinutesInput,
    ) -> Result<AmendMinutesPayload, ApiError> {
        let amended = Amended { text: input.minutes, decisions: input.decisions };
        let result = minutes::amend(ctx.op(), input.review_id, amended).await;
        AmendMinutesPayload::of(result, |(plan, row)| Review { plan: plan.into(), row })
    }

    /// Confirms the minutes of a review for the viewer's side; with the second side the review is confirmed.
    async fn confirm_review(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to confirm.")] input: ConfirmReviewInput,
    ) -> Result<ConfirmReviewPayload, ApiError> {
        let result = minutes::confirm(ctx.op(), input.review_id).await;
        ConfirmReviewPayload::of(result, |(plan, row)| Review { plan: plan.into(), row })
    }

    /// Disputes the minutes of a review for the viewer's side. Once they are amended, it can confirm them.
    async fn dispute_review(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to dispute, and why.")] input: DisputeReviewInput,
    ) -> Result<DisputeReviewPayload, ApiError> {
        let result = minutes::dispute(ctx.op(), input.review_id, &input.reason).await;
        DisputeReviewPayload::of(result, |(plan, row)| Review { plan: plan.into(), row })
    }
}
