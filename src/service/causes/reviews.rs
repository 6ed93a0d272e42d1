//! What reviews warn of: their day, minutes that nobody confirms, action items that nobody does.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::{
    db::Tx,
    domain::{
        action_item::ActionItemState,
        actor::Side,
        alert::{AlertRule, Cause},
        id::ReviewId,
        review::{ReviewState, stage::MinutesAnswer},
    },
    entity::{action_item, plan, review, review_answer},
    error::Result,
};

/// What is left of a plan's reviews.
#[derive(Debug, Default)]
pub struct Left {
    /// What warns both sides alike.
    pub of_both: Vec<Cause>,
    /// Minutes that have waited too long for a confirmation.
    pub unconfirmed: Vec<Unconfirmed>,
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

/// What is left on a day.
pub async fn left(tx: &Tx, plan: &plan::Model, today: NaiveDate) -> Result<Left> {
    let reviews = review::Entity::find()
        .filter(review::Column::PlanId.eq(plan.id))
        .filter(review::Column::State.is_in([ReviewState::Scheduled, ReviewState::Held]))
        .order_by_asc(review::Column::Number)
        .all(&**tx)
        .await?;
    let mut of_both: Vec<Cause> =
        reviews.iter().filter_map(|review| dated(plan, review, today)).collect();
    of_both.extend(overdue_actions(tx, plan, today).await?);
    let window = Days::new(plan.policy.windows.signature_pending_days.into());
    let waiting: Vec<(review::Model, NaiveDate)> = reviews
        .into_iter()
        .filter_map(|review| review.held_on.map(|held_on| (review, held_on)))
        .filter(|(_, held_on)| held_on.checked_add_days(window).is_some_and(|end| end <= today))
        .collect();
    let ids: Vec<ReviewId> = waiting.iter().map(|(review, _)| review.id).collect();
    let mut confirmed = confirmations(tx, &ids).await?;
    let unconfirmed = waiting.into_iter().map(|(review, held_on)| {
        let confirmed = confirmed.remove(&review.id).unwrap_or_default();
        Unconfirmed { review, held_on, confirmed }
    });
    Ok(Left { of_both, unconfirmed: unconfirmed.collect() })
}

/// A review whose day is near, or has passed; one that was due before the plan was signed warns nobody.
fn dated(plan: &plan::Model, review: &review::Model, today: NaiveDate) -> Option<Cause> {
    let day = review.scheduled_on;
    let window = Days::new(plan.policy.windows.due_soon_days.into());
    let is_soon = today.checked_add_days(window).is_some_and(|end| end >= day);
    let (rule, message) = match review.state {
        ReviewState::Scheduled
            if day < today && plan.activated_on.is_some_and(|from| from <= day) =>
        {
            (
                AlertRule::ReviewOverdue,
                format!(
                    "review {} was due on {day} and was neither held nor skipped",
                    review.number
                ),
            )
        }
        ReviewState::Scheduled if day >= today && is_soon => {
            (AlertRule::ReviewDue, format!("review {} is due on {day}", review.number))
        }
        _ => return None,
    };
    Some(Cause { rule, subject: review.id.0, message })
}

async fn overdue_actions(tx: &Tx, plan: &plan::Model, today: NaiveDate) -> Result<Vec<Cause>> {
    let items = action_item::Entity::find()
        .filter(action_item::Column::PlanId.eq(plan.id))
        .filter(action_item::Column::State.eq(ActionItemState::Open))
        .filter(action_item::Column::DueOn.lt(today))
        .order_by_asc(action_item::Column::Id)
        .all(&**tx)
        .await?;
    let cause = |item: action_item::Model| Cause {
        rule: AlertRule::ActionItemOverdue,
        subject: item.id.0,
        message: format!("{}: {} was to do it by {}", item.title, item.owner_name, item.due_on),
    };
    Ok(items.into_iter().map(cause).collect())
}

/// The sides that have confirmed the minutes of each review as they are now.
async fn confirmations(tx: &Tx, reviews: &[ReviewId]) -> Result<BTreeMap<ReviewId, Vec<Side>>> {
    if reviews.is_empty() {
        return Ok(BTreeMap::new());
    }
    let answers = review_answer::Entity::find()
        .filter(review_answer::Column::ReviewId.is_in(reviews.iter().copied()))
        .filter(review_answer::Column::Answer.eq(MinutesAnswer::Confirmed))
        .filter(review_answer::Column::VoidedAt.is_null())
        .all(&**tx)
        .await?;
    let mut sides: BTreeMap<ReviewId, Vec<Side>> = BTreeMap::new();
    for answer in answers {
        sides.entry(answer.review_id).or_default().push(answer.side);
    }
    Ok(sides)
}
