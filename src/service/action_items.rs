//! Action items: read, and done, cancelled or given to somebody else (domain §8).

use std::collections::BTreeMap;

use chrono::NaiveDate;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, PaginatorTrait,
    QueryFilter, QueryOrder, Select,
};
use serde_json::json;

use super::{
    access, activities, alerts, assigning,
    changes::{self, for_update},
    check, content, events,
    events::NewEvent,
    history,
    page::{Found, Order, Page},
    participants, plans, recovery,
};
use crate::{
    db::Tx,
    domain::{
        action_item::{ActionItemKind, ActionItemState, ActionItemStep, is_carried_to},
        actor::{Scope, Side},
        event::{EventBody, EventKind},
        id::{ActionItemId, PlanId, ReviewId, UserId},
        plan::PlanAction,
    },
    entity::{action_item, plan, review},
    error::{Error, Result},
    op::Op,
};

/// Those of these action items whose plans the caller may see.
pub async fn by_ids(op: &Op, ids: &[ActionItemId]) -> Result<Vec<action_item::Model>> {
    access::scope(op, Scope::PlansRead)?;
    let wanted = action_item::Column::Id.is_in(ids.iter().copied());
    Ok(action_item::Entity::visible_to(&op.actor).filter(wanted).all(op.db.read()).await?)
}

/// An action item, if the caller may see its plan.
pub async fn find(op: &Op, id: ActionItemId) -> Result<Option<(plan::Model, action_item::Model)>> {
    let Some(item) = by_ids(op, &[id]).await?.pop() else { return Ok(None) };
    Ok(plans::find(op, item.plan_id).await?.map(|plan| (plan, item)))
}

/// An action item whose plan the caller must be able to see.
pub async fn get(op: &Op, id: ActionItemId) -> Result<(plan::Model, action_item::Model)> {
    find(op, id).await?.ok_or(Error::NotFound("action item"))
}

/// Which action items are wanted.
#[derive(Clone, Debug, Default)]
pub struct ActionItemFilter {
    /// Only in these states.
    pub states: Option<Vec<ActionItemState>>,
    /// Only of this kind.
    pub kinds: Option<Vec<ActionItemKind>>,
    /// Only of this side.
    pub side: Option<Side>,
    /// Only of this person.
    pub owner: Option<UserId>,
    /// Only those that this review agreed on.
    pub review: Option<ReviewId>,
    /// Only those that were to be done before this day and are not.
    pub overdue_on: Option<NaiveDate>,
}

fn filtered(op: &Op, plan: PlanId, filter: &ActionItemFilter) -> Select<action_item::Entity> {
    use action_item::Column;
    let mut items = action_item::Entity::visible_to(&op.actor).filter(Column::PlanId.eq(plan));
    if let Some(states) = &filter.states {
        items = items.filter(Column::State.is_in(states.iter().copied()));
    }
    if let Some(kinds) = &filter.kinds {
        items = items.filter(Column::Kind.is_in(kinds.iter().copied()));
    }
    if let Some(side) = filter.side {
        items = items.filter(Column::Side.eq(side));
    }
    if let Some(owner) = filter.owner {
        items = items.filter(Column::OwnerId.eq(owner));
    }
    if let Some(review) = filter.review {
        items = items.filter(Column::ReviewId.eq(review));
    }
    if let Some(today) = filter.overdue_on {
        let is_open = Column::State.eq(ActionItemState::Open);
        items = items.filter(is_open).filter(Column::DueOn.lt(today));
    }
    items
}

/// The action items of a plan that the caller has already seen, the latest first.
pub async fn list(
    op: &Op,
    plan: PlanId,
    filter: &ActionItemFilter,
    page: Page,
) -> Result<Found<action_item::Model>> {
    let items = filtered(op, plan, filter);
    page.of(op.db.read(), items, action_item::Column::Id, Order::NewestFirst).await
}

/// How many they are.
pub async fn count(op: &Op, plan: PlanId, filter: &ActionItemFilter) -> Result<u64> {
    Ok(filtered(op, plan, filter).count(op.db.read()).await?)
}

/// What is open of each plan, due first first; at most [`MOST_OPEN`](crate::domain::action_item::MOST_OPEN). The caller has already seen the plans.
pub async fn open_of(
    db: &impl ConnectionTrait,
    plans: &[PlanId],
) -> Result<BTreeMap<PlanId, Vec<action_item::Model>>> {
    let found = action_item::Entity::find()
        .filter(action_item::Column::PlanId.is_in(plans.iter().copied()))
        .filter(action_item::Column::State.eq(ActionItemState::Open))
        .order_by_asc(action_item::Column::DueOn)
        .order_by_asc(action_item::Column::Id)
        .all(db)
        .await?;
    Ok(content::grouped(found, |item| item.plan_id))
}

/// [`open_of`], as a loader asks.
pub async fn open_of_plans(
    op: &Op,
    plans: &[PlanId],
) -> Result<BTreeMap<PlanId, Vec<action_item::Model>>> {
    open_of(op.db.read(), plans).await
}

/// Those of a plan's open action items that come up again in a review.
pub fn carried_to(
    review: &review::Model,
    reviews: &[review::Model],
    open: Vec<action_item::Model>,
) -> Vec<action_item::Model> {
    let number_of = |id: ReviewId| reviews.iter().find(|row| row.id == id).map(|row| row.number);
    let comes_up = |item: &action_item::Model| {
        is_carried_to(item.state, item.review_id.and_then(number_of), review.number)
    };
    open.into_iter().filter(comes_up).collect()
}

/// Whether the caller can complete, cancel or reassign an action item now.
pub fn can_follow_up(op: &Op, plan: &plan::Model, item: &action_item::Model) -> bool {
    item.state == ActionItemState::Open
        && changes::allowed(op, plan).contains(&PlanAction::FollowUp)
}

/// Says that an action item was done; of a recovery action the figure is frozen as it is then.
pub async fn complete(
    op: &Op,
    id: ActionItemId,
    remark: Option<String>,
) -> Result<(plan::Model, action_item::Model)> {
    remark.as_deref().map_or(Ok(()), |remark| check::said("outcome", remark))?;
    let told = (EventKind::ActionItemCompleted, "completeActionItem");
    settle(op, id, ActionItemStep::Complete, remark, told).await
}

/// Says that an action item need not be done any more, and why.
pub async fn cancel(
    op: &Op,
    id: ActionItemId,
    reason: String,
) -> Result<(plan::Model, action_item::Model)> {
    check::reason(&reason)?;
    let told = (EventKind::ActionItemCancelled, "cancelActionItem");
    settle(op, id, ActionItemStep::Cancel, Some(reason), told).await
}

async fn settle(
    op: &Op,
    id: ActionItemId,
    step: ActionItemStep,
    remark: Option<String>,
    told: (EventKind, &'static str),
) -> Result<(plan::Model, action_item::Model)> {
    let (tx, plan, before) = begin(op, id).await?;
    let state = before.state.after(step)?;
    let today = activities::today(&tx, op, plan.vendor_id).await?;
    let after = match (before.kind, state) {
        (ActionItemKind::Recovery, ActionItemState::Done) => {
            recovery::figure(&*tx, &plan, &recovery::Subject::of(&before), today).await?
        }
        _ => None,
    };
    let row = action_item::Model {
        state,
        after,
        remark,
        settled_at: Some(op.now()),
        settled_by: op.member()?.user(),
        ..before.clone()
    };
    finish(op, tx, plan, before, row, told).await
}

/// Gives an action item to somebody else, perhaps of the other side.
pub async fn reassign(
    op: &Op,
    id: ActionItemId,
    to: UserId,
    due_on: Option<NaiveDate>,
) -> Result<(plan::Model, action_item::Model)> {
    let (tx, plan, before) = begin(op, id).await?;
    let state = before.state.after(ActionItemStep::Reassign)?;
    let owner = assigning::owner(&tx, op, &plan, to, "ownerId").await?;
    let today = activities::today(&tx, op, plan.vendor_id).await?;
    if let Some(due_on) = due_on.filter(|due_on| *due_on < today) {
        return Err(Error::invalid("dueOn", format!("{due_on} is before {today}")));
    }
    let row = action_item::Model {
        state,
        owner_id: owner.id,
        side: participants::side_of(&plan, &owner),
        owner_name: owner.name,
        due_on: due_on.unwrap_or(before.due_on),
        ..before.clone()
    };
    let told = (EventKind::ActionItemReassigned, "reassignActionItem");
    finish(op, tx, plan, before, row, told).await
}

async fn begin(op: &Op, id: ActionItemId) -> Result<(Tx, plan::Model, action_item::Model)> {
    let (plan, _) = get(op, id).await?;
    let (tx, plan, _) = for_update(op, plan.id, PlanAction::FollowUp, None).await?;
    // Read again under the lock: somebody else may have been faster.
    let item = action_item::Entity::find_by_id(id).one(&*tx).await?;
    Ok((tx, plan, item.ok_or(Error::NotFound("action item"))?))
}

async fn finish(
    op: &Op,
    tx: Tx,
    plan: plan::Model,
    before: action_item::Model,
    row: action_item::Model,
    told: (EventKind, &'static str),
) -> Result<(plan::Model, action_item::Model)> {
    let item = row.into_active_model().reset_all().update(&*tx).await?;
    let event = tell(&tx, op, &plan, &item, told, Some(&before)).await?;
    let mut events = vec![event];
    events.extend(alerts::evaluate_reviews(&tx, op, &plan).await?);
    events::record(&tx, op, plan.vendor_id, events).await?;
    tx.commit().await?;
    Ok((plan, item))
}

/// Writes the history entry of something done to an action item, and gives its event.
pub(super) async fn tell(
    tx: &Tx,
    op: &Op,
    plan: &plan::Model,
    item: &action_item::Model,
    (kind, action): (EventKind, &'static str),
    before: Option<&action_item::Model>,
) -> Result<NewEvent> {
    let kept = |item: &action_item::Model| {
        json!({ "title": item.title, "owner": item.owner_name, "side": item.side,
            "dueOn": item.due_on, "state": item.state, "remark": item.remark })
    };
    let entry = history::Entry {
        plan: plan.id,
        action,
        subject: item.id.to_string(),
        seen_by: changes::seen_by(plan),
        before: before.map(kept),
        after: Some(kept(item)),
    };
    history::write(tx, op, entry).await?;
    Ok(NewEvent {
        kind,
        plan: plan.id,
        partnership: plan.partnership_id,
        subject: item.id.0,
        seen_by: changes::seen_by(plan),
        body: EventBody::ActionItem { item: item.id },
    })
}
