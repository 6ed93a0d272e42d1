//! What reviews warn of: their day, minutes that nobody confirms, action items that nobody does.

use std::collections::BTreeMap;

use chrono::{DateTime, Days, NaiveDate, Utc};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, Select};

use crate::{
    domain::{
        action_item::ActionItemState,
        actor::Side,
        alert::{AlertRule, Cause},
        id::ReviewId,
        review::{ReviewState, stage::MinutesAnswer},
    },
    entity::{action_item, plan, review, review_answer},
    error::Result,
    service::content,
};

/// What is left of a plan's reviews.
#[derive(Debug, Default)]
pub struct Left {
    /// What warns both sides alike.
    pub of_both: Vec<Cause>,
    /// Minutes that have waited too long for a confirmation.
    pub unconfirmed: Vec<Unconfirmed>,
}

impl Left {
    /// Why a side is to be warned.
    pub fn of(self, side: Side) -> Vec<Cause> {
        let unconfirmed = self.unconfirmed.iter().map(|minutes| minutes.cause(side));
        unconfirmed.chain(self.of_both).collect()
    }
}

/// Minutes that a side has not confirmed.
#[derive(Debug)]
pub struct Unconfirmed {
    review: review::Model,
    held_on: NaiveDate,
    confirmed: Vec<Side>,
}

impl Unconfirmed {
    /// Why a side is to be warned.
    pub fn cause(&self, side: Side) -> Cause {
        let whose = match side {
            own if !self.confirmed.contains(&own) => "your",
            Side::Vendor => "the partner's",
            Side::Partner => "the vendor's",
        };
        let message = format!(
            "the minutes of review {} of {} await {whose} confirmation",
            self.review.number, self.held_on
        );
        Cause { rule: AlertRule::ReviewUnconfirmed, subject: self.review.id.0, message }
    }
}

/// A plan's reviews, the answers to their minutes, and its action items.
#[derive(Debug)]
pub struct Rows {
    reviews: Vec<review::Model>,
    answers: BTreeMap<ReviewId, Vec<review_answer::Model>>,
    actions: Vec<action_item::Model>,
}

impl Rows {
    /// Those that may warn of something today.
    pub async fn pending(
        db: &impl ConnectionTrait,
        plan: &plan::Model,
        today: NaiveDate,
    ) -> Result<Self> {
        let reviews = reviews(db, plan, &[ReviewState::Scheduled, ReviewState::Held]).await?;
        let waiting = reviews.iter().filter(|review| awaits_answers(plan, review, today));
        let waiting: Vec<ReviewId> = waiting.map(|review| review.id).collect();
        let actions = actions(plan)
            .filter(action_item::Column::State.eq(ActionItemState::Open))
            .filter(action_item::Column::DueOn.lt(today));
        Ok(Self {
            answers: confirmations(db, &waiting).await?,
            actions: actions.all(db).await?,
            reviews,
        })
    }

    /// All of them, those that were settled long ago too. The caller has already seen the plan.
    pub async fn all(db: &impl ConnectionTrait, plan: &plan::Model) -> Result<Self> {
        let states = [ReviewState::Scheduled, ReviewState::Held, ReviewState::Confirmed];
        let reviews = reviews(db, plan, &states).await?;
        let ids: Vec<ReviewId> = reviews.iter().map(|review| review.id).collect();
        Ok(Self {
            answers: confirmations(db, &ids).await?,
            actions: actions(plan).all(db).await?,
            reviews,
        })
    }

    /// What was left on a day by which only what `has_happened` says had happened.
    pub fn left(
        &self,
        plan: &plan::Model,
        day: NaiveDate,
        has_happened: impl Fn(DateTime<Utc>) -> bool,
    ) -> Left {
        let (held, scheduled): (Vec<&review::Model>, Vec<&review::Model>) =
            self.reviews.iter().partition(|review| review.held_at.is_some_and(&has_happened));
        let mut of_both: Vec<Cause> =
            scheduled.into_iter().filter_map(|review| dated(plan, review, day)).collect();
        let overdue = self.actions.iter().filter(|item| {
            item.due_on < day
                && has_happened(item.created_at)
                && !item.settled_at.is_some_and(&has_happened)
        });
        of_both.extend(overdue.map(overdue_action));
        let sides_of = |review: ReviewId| -> Vec<Side> {
            let answers = self.answers.get(&review).into_iter().flatten().filter(|answer| {
                has_happened(answer.answered_at) && !answer.voided_at.is_some_and(&has_happened)
            });
            answers.map(|answer| answer.side).collect()
        };
        let waiting = held.into_iter().filter(|review| awaits_answers(plan, review, day));
        let unconfirmed = waiting.filter_map(|review| {
            let (held_on, confirmed) = (review.held_on?, sides_of(review.id));
            let is_open = Side::BOTH.into_iter().any(|side| !confirmed.contains(&side));
            is_open.then(|| Unconfirmed { review: review.clone(), held_on, confirmed })
        });
        Left { of_both, unconfirmed: unconfirmed.collect() }
    }
}

/// Whether a review was held so long ago that its minutes should have been answered by a day.
fn awaits_answers(plan: &plan::Model, review: &review::Model, day: NaiveDate) -> bool {
    let window = Days::new(plan.policy.windows.signature_pending_days.into());
    let end = review.held_on.and_then(|held_on| held_on.checked_add_days(window));
    end.is_some_and(|end| end <= day)
}

async fn reviews(
    db: &impl ConnectionTrait,
    plan: &plan::Model,
    states: &[ReviewState],
) -> Result<Vec<review::Model>> {
    let reviews = review::Entity::find()
        .filter(review::Column::PlanId.eq(plan.id))
        .filter(review::Column::State.is_in(states.iter().copied()))
        .order_by_asc(review::Column::Number);
    Ok(reviews.all(db).await?)
}

fn actions(plan: &plan::Model) -> Select<action_item::Entity> {
    action_item::Entity::find()
        .filter(action_item::Column::PlanId.eq(plan.id))
        .order_by_asc(action_item::Column::Id)
}

/// A review whose day is near, or has passed, and that has not been held; one that was due before the plan was signed warns nobody.
fn dated(plan: &plan::Model, review: &review::Model, today: NaiveDate) -> Option<Cause> {
    let day = review.scheduled_on;
    let window = Days::new(plan.policy.windows.due_soon_days.into());
    let is_soon = today.checked_add_days(window).is_some_and(|end| end >= day);
    let number = review.number;
    let (rule, message) = if day < today {
        plan.activated_on.filter(|from| *from <= day)?;
        let told = format!("review {number} was due on {day} and was neither held nor skipped");
        (AlertRule::ReviewOverdue, told)
    } else if is_soon {
        (AlertRule::ReviewDue, format!("review {number} is due on {day}"))
    } else {
        return None;
    };
    Some(Cause { rule, subject: review.id.0, message })
}

fn overdue_action(item: &action_item::Model) -> Cause {
    Cause {
        rule: AlertRule::ActionItemOverdue,
        subject: item.id.0,
        message: format!("{}: {} was to do it by {}", item.title, item.owner_name, item.due_on),
    }
}

/// The confirmations of each review's minutes, those that later minutes voided too.
async fn confirmations(
    db: &impl ConnectionTrait,
    ids: &[ReviewId],
) -> Result<BTreeMap<ReviewId, Vec<review_answer::Model>>> {
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let answers = review_answer::Entity::find()
        .filter(review_answer::Column::ReviewId.is_in(ids.iter().copied()))
        .filter(review_answer::Column::Answer.eq(MinutesAnswer::Confirmed))
        .all(db)
        .await?;
    Ok(content::grouped(answers, |answer| answer.review_id))
}
