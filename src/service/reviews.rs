//! Reviews: the dated meetings that a plan's cadence asks for, their agenda, and leaving one out.

use std::collections::BTreeMap;

use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
};
use serde_json::json;

use super::{
    access, alerts,
    changes::{self, for_update},
    check, content, events,
    events::NewEvent,
    history, plans,
};
use crate::{
    db::Tx,
    domain::{
        actor::{Scope, Side},
        agenda::{self, Agenda, AgendaItem, AgendaKind},
        event::{EventBody, EventKind},
        id::{PlanId, ReviewId},
        review::{
            ReviewState,
            stage::{MinutesAnswer, ReviewAction, ReviewStage},
        },
    },
    entity::{plan, review, review_answer},
    error::{Error, Result},
    op::Op,
};

/// The reviews of each plan, in order of their dates. The caller has already seen the plans.
pub async fn of_plans(op: &Op, plans: &[PlanId]) -> Result<BTreeMap<PlanId, Vec<review::Model>>> {
    let found = review::Entity::find()
        .filter(review::Column::PlanId.is_in(plans.iter().copied()))
        .order_by_asc(review::Column::Number)
        .all(op.db.read())
        .await?;
    Ok(content::grouped(found, |review| review.plan_id))
}

/// A review, if the caller may see its plan.
pub async fn find(op: &Op, id: ReviewId) -> Result<Option<(plan::Model, review::Model)>> {
    access::scope(op, Scope::PlansRead)?;
    let found = review::Entity::visible_to(&op.actor).filter(review::Column::Id.eq(id));
    let Some(review) = found.one(op.db.read()).await? else { return Ok(None) };
    Ok(plans::find(op, review.plan_id).await?.map(|plan| (plan, review)))
}

/// A review whose plan the caller must be able to see.
pub async fn get(op: &Op, id: ReviewId) -> Result<(plan::Model, review::Model)> {
    find(op, id).await?.ok_or(Error::NotFound("review"))
}

/// What both sides said of the minutes of each review, oldest first, what no longer counts included. The caller has already seen
/// the reviews.
pub async fn answers_of(
    op: &Op,
    reviews: &[ReviewId],
) -> Result<BTreeMap<ReviewId, Vec<review_answer::Model>>> {
    let found = review_answer::Entity::find()
        .filter(review_answer::Column::ReviewId.is_in(reviews.iter().copied()))
        .order_by_asc(review_answer::Column::Id)
        .all(op.db.read())
        .await?;
    Ok(content::grouped(found, |answer| answer.review_id))
}

/// What a side says of the minutes as they are now.
pub fn standing_answer(answers: &[review_answer::Model], side: Side) -> Option<MinutesAnswer> {
    let standing =
        |answer: &&review_answer::Model| answer.side == side && answer.voided_at.is_none();
    answers.iter().find(standing).map(|answer| answer.answer)
}

/// What the caller can do with a review now.
pub fn allowed(
    op: &Op,
    plan: &plan::Model,
    review: &review::Model,
    answers: &[review_answer::Model],
) -> Vec<ReviewAction> {
    let Some(member) = op.actor.member() else { return Vec::new() };
    let on_plan = changes::allowed(op, plan);
    let stage = ReviewStage { state: review.state, own: standing_answer(answers, member.side) };
    let mut actions = stage.allowed();
    actions.retain(|action| on_plan.contains(&action.on_plan()));
    actions
}

/// A change of a review under way.
#[derive(Debug)]
pub(super) struct Reviewing {
    /// The transaction.
    pub tx: Tx,
    /// The plan, under its partnership's lock.
    pub plan: plan::Model,
    /// The review as it is.
    pub review: review::Model,
    /// The state that the change leads to.
    pub next: ReviewState,
}

impl Reviewing {
    /// Begins to change a review.
    pub async fn begin(op: &Op, id: ReviewId, action: ReviewAction) -> Result<Self> {
        let (plan, _) = get(op, id).await?;
        let (tx, plan, _) = for_update(op, plan.id, action.on_plan(), None).await?;
        // Read again under the lock: the other side may have been faster.
        let review = review::Entity::find_by_id(id).one(&*tx).await?;
        let review = review.ok_or(Error::NotFound("review"))?;
        let answers = review_answer::Entity::find()
            .filter(review_answer::Column::ReviewId.eq(id))
            .all(&*tx)
            .await?;
        let own = standing_answer(&answers, op.member()?.side);
        let next = ReviewStage { state: review.state, own }.after(action)?;
        Ok(Self { tx, plan, review, next })
    }

    /// Stores the review as it is now, tells what was done, and makes it last; `more` follows in the same transaction.
    pub async fn finish(
        self,
        op: &Op,
        row: review::Model,
        deed: Deed,
        more: Vec<NewEvent>,
    ) -> Result<(plan::Model, review::Model)> {
        let Self { tx, plan, .. } = self;
        let review = row.into_active_model().reset_all().update(&*tx).await?;
        let entry = history::Entry {
            plan: plan.id,
            action: deed.action,
            subject: review.id.to_string(),
            seen_by: changes::seen_by(&plan),
            before: deed.before,
            after: deed.after,
        };
        history::write(&tx, op, entry).await?;
        let told = NewEvent {
            kind: deed.kind,
            plan: plan.id,
            partnership: plan.partnership_id,
            subject: review.id.0,
            seen_by: changes::seen_by(&plan),
            body: EventBody::Review { review: review.id },
        };
        let mut events = vec![told];
        events.extend(more);
        events.extend(alerts::evaluate_reviews(&tx, op, &plan).await?);
        events::record(&tx, op, plan.vendor_id, events).await?;
        tx.commit().await?;
        Ok((plan, review))
    }
}

/// What was done to a review, for events and history.
#[derive(Clone, Debug)]
pub(super) struct Deed {
    /// What happened.
    pub kind: EventKind,
    /// The mutation: `holdReview`.
    pub action: &'static str,
    /// What it was before.
    pub before: Option<serde_json::Value>,
    /// What it is now.
    pub after: Option<serde_json::Value>,
}

/// Leaves a review out, with a reason that both sides read.
pub async fn skip(op: &Op, id: ReviewId, reason: &str) -> Result<(plan::Model, review::Model)> {
    check::reason(reason)?;
    let reviewing = Reviewing::begin(op, id, ReviewAction::Skip).await?;
    let row = review::Model {
        state: reviewing.next,
        skip_reason: Some(reason.to_owned()),
        ..reviewing.review.clone()
    };
    let deed = Deed {
        kind: EventKind::ReviewSkipped,
        action: "skipReview",
        before: None,
        after: Some(json!({ "number": row.number, "reason": reason })),
    };
    reviewing.finish(op, row, deed, Vec::new()).await
}

/// An item for an agenda.
#[derive(Clone, Debug)]
pub struct NewAgendaItem {
    /// What it is about.
    pub kind: AgendaKind,
    /// What it is called; as its kind when none.
    pub title: Option<String>,
    /// What there is to say about it beforehand.
    pub notes: Option<String>,
}

/// Says what a review will talk about.
pub async fn set_agenda(
    op: &Op,
    id: ReviewId,
    items: Vec<NewAgendaItem>,
) -> Result<(plan::Model, review::Model)> {
    let agenda = checked(items)?;
    let reviewing = Reviewing::begin(op, id, ReviewAction::SetAgenda).await?;
    let deed = Deed {
        kind: EventKind::ReviewAgendaSet,
        action: "setReviewAgenda",
        before: history::kept(&agenda_of(&reviewing.review))?,
        after: history::kept(&agenda)?,
    };
    let row = review::Model { agenda: Some(agenda), ..reviewing.review.clone() };
    reviewing.finish(op, row, deed, Vec::new()).await
}

/// What a review talks about: what was said, or the usual.
pub fn agenda_of(review: &review::Model) -> Agenda {
    review.agenda.clone().unwrap_or_default()
}

fn checked(items: Vec<NewAgendaItem>) -> Result<Agenda> {
    let n_items = items.len();
    if !(1..=agenda::MOST_ITEMS).contains(&n_items) {
        let message = format!("{n_items} items; an agenda has 1 to {}", agenda::MOST_ITEMS);
        return Err(Error::invalid("items", message));
    }
    let checked = (0..).zip(items).map(|(at, item)| {
        let title = item.title.as_deref().or(item.kind.title()).unwrap_or_default();
        let title = check::name(&format!("items.{at}.title"), title)?;
        if let Some(notes) = &item.notes {
            check::text_at(&format!("items.{at}.notes"), notes)?;
        }
        Ok(AgendaItem { kind: item.kind, title, notes: item.notes })
    });
    Ok(Agenda(checked.collect::<Result<_>>()?))
}
