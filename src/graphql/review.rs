//! Reviews as both sides see them.

use std::sync::Arc;

use async_graphql::{Context, Description, Object, SimpleObject};
use chrono::{DateTime, Utc};

use super::{
    ContextExt,
    action_item::{self, ActionItem},
    activity::Activity,
    comparison::ScorecardComparison,
    error::ApiError,
    loaders::{AnswersOf, ReviewsOf, ScorecardOf},
    page::{List, PageArgs, Paged, Total},
    plan::{Plan, today},
    pre_read::PreRead,
    scalars::{Date, Decimal},
    scorecard::Scorecard,
    user::User,
};
use crate::{
    domain::{
        actor::Side,
        agenda::AgendaKind,
        calendar::Period,
        id::{ReviewId, TargetId},
        minutes::{self, Minutes, Outlook},
        review::{
            ReviewFormat, ReviewKind, ReviewState, ScheduledReview,
            stage::{MinutesAnswer, ReviewAction},
        },
        scorecard::Comparison,
    },
    entity::{plan, review, review_answer, scorecard},
    service::{reviews, scorecards},
};

/// A dated meeting at which both sides look at the plan.
#[derive(Clone, Debug, Description)]
pub struct Review {
    /// The plan that it reviews.
    pub plan: Arc<plan::Model>,
    /// The review.
    pub row: review::Model,
}

/// A review of a plan that the viewer sees.
pub async fn of_plan(
    ctx: &Context<'_>,
    plan: &Arc<plan::Model>,
    id: ReviewId,
) -> Result<Option<Review>, ApiError> {
    let rows = ctx.load(ReviewsOf(plan.id)).await?.unwrap_or_default();
    let found = rows.into_iter().find(|row| row.id == id);
    Ok(found.map(|row| Review { plan: Arc::clone(plan), row }))
}

impl Review {
    async fn answers_given(
        &self,
        ctx: &Context<'_>,
    ) -> Result<Vec<review_answer::Model>, ApiError> {
        Ok(ctx.load(AnswersOf(self.row.id)).await?.unwrap_or_default())
    }

    async fn frozen(&self, ctx: &Context<'_>) -> Result<Option<scorecard::Model>, ApiError> {
        Ok(ctx.load(ScorecardOf(self.row.id)).await?)
    }

    fn kept(&self) -> Minutes {
        self.row.minutes.clone().unwrap_or_default()
    }
}

#[Object(use_type_description)]
impl Review {
    /// Its id.
    pub async fn id(&self) -> ReviewId {
        self.row.id
    }

    /// The plan that it reviews.
    async fn plan(&self) -> Plan {
        Plan(Arc::clone(&self.plan))
    }

    /// Its number in the plan, from 1.
    async fn number(&self) -> i32 {
        self.row.number
    }

    /// The first day of what it looks back on.
    async fn covers_from(&self) -> Date {
        Date(self.row.covers_from)
    }

    /// The last day of what it looks back on.
    async fn covers_to(&self) -> Date {
        Date(self.row.covers_to)
    }

    /// The day of the meeting.
    async fn scheduled_on(&self) -> Date {
        Date(self.row.scheduled_on)
    }

    /// What kind of review it is.
    async fn kind(&self) -> ReviewKind {
        self.row.kind
    }

    /// How the people meet.
    async fn format(&self) -> ReviewFormat {
        self.row.format
    }

    /// Where it stands.
    async fn state(&self) -> ReviewState {
        self.row.state
    }

    /// Whether its day has passed without the meeting.
    async fn is_overdue(&self, ctx: &Context<'_>) -> Result<bool, ApiError> {
        let covers = Period { start: self.row.covers_from, end: self.row.covers_to };
        let scheduled = ScheduledReview { covers, on: self.row.scheduled_on };
        Ok(scheduled.is_overdue(self.row.state, today(ctx, &self.plan).await?))
    }

    /// What is talked about, in order: what was promised last time comes first, unless somebody has said otherwise.
    async fn agenda(&self) -> Vec<AgendaItem> {
        let items = reviews::agenda_of(&self.row).0.into_iter();
        items.map(|item| AgendaItem { review: self.clone(), item }).collect()
    }

    /// What to read before it, from live figures; null once it was held or skipped.
    async fn pre_read(&self) -> Option<PreRead> {
        self.row.state.is_awaited().then(|| PreRead(self.clone()))
    }

    /// What earlier reviews left to be done, and is still open on either side, due first first.
    async fn open_actions(&self, ctx: &Context<'_>) -> Result<Vec<ActionItem>, ApiError> {
        Box::pin(action_item::carried_to(ctx, &self.plan, &self.row)).await
    }

    /// The day on which it was held.
    async fn held_on(&self) -> Option<Date> {
        self.row.held_on.map(Date)
    }

    /// When that was written down, and its scorecard frozen.
    async fn held_at(&self) -> Option<DateTime<Utc>> {
        self.row.held_at
    }

    /// Who wrote it down; null where the viewer does not know the person.
    async fn held_by(&self, ctx: &Context<'_>) -> Result<Option<User>, ApiError> {
        match self.row.held_by {
            Some(id) => Ok(ctx.load(id).await?.map(User)),
            None => Ok(None),
        }
    }

    /// The figures of the day on which it was held, frozen; null until then.
    async fn scorecard(&self, ctx: &Context<'_>) -> Result<Option<Scorecard>, ApiError> {
        self.frozen(ctx).await?.map(Scorecard::try_of).transpose()
    }

    /// The facts of the scorecard's days that arrived after it was frozen, and so are not in it; null until it was held.
    async fn late_facts(&self, ctx: &Context<'_>) -> Result<Option<LateFacts>, ApiError> {
        let card = self.frozen(ctx).await?;
        Ok(card.map(|card| LateFacts { plan: Arc::clone(&self.plan), card }))
    }

    /// What changed from another review of the plan to this one; null unless both were held.
    async fn comparison(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The review that comes before.")] with: ReviewId,
    ) -> Result<Option<ScorecardComparison>, ApiError> {
        let before = Box::pin(scorecards::of_plan_review(ctx.op(), &self.plan, with)).await?;
        let Some((before, after)) = before.zip(self.frozen(ctx).await?) else { return Ok(None) };
        let compared = Comparison::of(&scorecards::read(&before)?, &scorecards::read(&after)?);
        Ok(Some(compared.into()))
    }

    /// Who was there.
    async fn attendees(&self, ctx: &Context<'_>) -> Result<Vec<ReviewAttendee>, ApiError> {
        let mut attendees = Vec::new();
        for minutes::Attendee { user, name, side } in self.kept().attendees {
            let user = match user {
                Some(id) => ctx.load(id).await?.map(User),
                None => None,
            };
            attendees.push(ReviewAttendee { user, name, side });
        }
        Ok(attendees)
    }

    /// What those who met made of the targets.
    async fn assessments(&self) -> Vec<TargetAssessment> {
        let assessments = self.kept().assessments.into_iter();
        assessments
            .map(|minutes::Assessment { target, name, text, outlook }| TargetAssessment {
                target_id: target,
                target_name: name,
                text,
                outlook,
            })
            .collect()
    }

    /// What was said.
    async fn minutes(&self) -> Option<String> {
        self.kept().text
    }

    /// What was decided.
    async fn decisions(&self) -> Vec<String> {
        self.kept().decisions
    }

    /// What both sides said of the minutes, oldest first, what no longer counts included.
    async fn answers(&self, ctx: &Context<'_>) -> Result<Vec<ReviewAnswer>, ApiError> {
        let answers = self.answers_given(ctx).await?;
        Ok(answers.into_iter().map(ReviewAnswer).collect())
    }

    /// Why it was skipped.
    async fn skip_reason(&self) -> Option<&str> {
        self.row.skip_reason.as_deref()
    }

    /// What the viewer can do with it now.
    async fn viewer_actions(&self, ctx: &Context<'_>) -> Result<Vec<ReviewAction>, ApiError> {
        let answers = self.answers_given(ctx).await?;
        Ok(reviews::allowed(ctx.op(), &self.plan, &self.row, &answers))
    }
}

/// Something that a review talks about.
#[derive(Clone, Debug, Description)]
pub struct AgendaItem {
    review: Review,
    item: crate::domain::agenda::AgendaItem,
}

#[Object(use_type_description)]
impl AgendaItem {
    /// What it is about.
    async fn kind(&self) -> AgendaKind {
        self.item.kind
    }

    /// What it is called.
    async fn title(&self) -> &str {
        &self.item.title
    }

    /// What there is to say about it beforehand.
    async fn notes(&self) -> Option<&str> {
        self.item.notes.as_deref()
    }

    /// What earlier reviews left to be done, where it is about that; empty elsewhere.
    async fn actions(&self, ctx: &Context<'_>) -> Result<Vec<ActionItem>, ApiError> {
        if !self.item.kind.lists_open_actions() {
            return Ok(Vec::new());
        }
        Box::pin(action_item::carried_to(ctx, &self.review.plan, &self.review.row)).await
    }
}

/// Somebody who was at a review.
#[derive(Clone, Debug, SimpleObject)]
pub struct ReviewAttendee {
    /// Who; null for a guest, and where the viewer does not know the person.
    pub user: Option<User>,
    /// What they were called.
    pub name: String,
    /// The side they came for; null for a guest.
    pub side: Option<Side>,
}

/// What those who met made of a target.
#[derive(Clone, Debug, SimpleObject)]
pub struct TargetAssessment {
    /// The target's id.
    pub target_id: TargetId,
    /// What it was called.
    pub target_name: String,
    /// What was said.
    pub text: String,
    /// How it will go on.
    pub outlook: Outlook,
}

/// What a side says of the minutes of a review.
#[derive(Clone, Debug, Description)]
pub struct ReviewAnswer(review_answer::Model);

#[Object(use_type_description)]
impl ReviewAnswer {
    /// The side.
    async fn side(&self) -> Side {
        self.0.side
    }

    /// Whether it confirms or disputes them.
    async fn answer(&self) -> MinutesAnswer {
        self.0.answer
    }

    /// Why it disputes them.
    async fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }

    /// Who said so; null where the viewer does not know the person.
    async fn person(&self, ctx: &Context<'_>) -> Result<Option<User>, ApiError> {
        Ok(ctx.load(self.0.user_id).await?.map(User))
    }

    /// What that person was called.
    async fn person_name(&self) -> &str {
        &self.0.user_name
    }

    /// When.
    async fn answered_at(&self) -> DateTime<Utc> {
        self.0.answered_at
    }

    /// When it ceased to count, because the minutes were amended or the side said otherwise.
    async fn voided_at(&self) -> Option<DateTime<Utc>> {
        self.0.voided_at
    }
}

/// The facts that arrived too late for a scorecard.
#[derive(Clone, Debug, Description)]
pub struct LateFacts {
    plan: Arc<plan::Model>,
    card: scorecard::Model,
}

#[Object(use_type_description)]
impl LateFacts {
    /// How many there are, corrections of earlier facts included.
    async fn count(&self, ctx: &Context<'_>) -> Result<Decimal, ApiError> {
        Ok(Decimal(
            Box::pin(scorecards::count_late(ctx.op(), &self.plan, &self.card)).await?.into(),
        ))
    }

    /// Since when: the scorecard was frozen then.
    async fn since(&self) -> DateTime<Utc> {
        self.card.frozen_at
    }

    /// The facts, the latest recorded first.
    async fn facts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Facts from the beginning: 20 unless said, 100 at most.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "Facts from the end.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Paged<Activity>, ApiError> {
        let pages = List::new("lateFacts", &self.card.id);
        let page = pages.page(&PageArgs { first, after, last, before })?;
        let (op, plan, card) = (ctx.op().clone(), Arc::clone(&self.plan), self.card.clone());
        let found = Box::pin(scorecards::late_facts(&op, &plan, &card, page)).await?;
        let total = Total::new(move || {
            let (op, plan, card) = (op.clone(), Arc::clone(&plan), card.clone());
            async move { scorecards::count_late(&op, &plan, &card).await }
        });
        Ok(pages.connection(found, total, |row| row.id.0, Activity))
    }
}
