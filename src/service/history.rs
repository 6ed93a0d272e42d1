//! What was done to a plan, by whom: appended, never changed.

use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, Condition, PaginatorTrait, QueryFilter, Select,
};
use serde::Serialize;

use super::{
    access, check,
    events::label,
    page::{Found, Order, Page},
};
use crate::{
    db::Tx,
    domain::{
        actor::{Scope, Side},
        id::{HistoryId, PlanId},
    },
    entity::history,
    error::{Error, Result},
    op::Op,
};

/// Actions that a filter can name.
const MOST_ACTIONS: usize = 50;

/// Something that was done.
#[derive(Clone, Debug)]
pub struct Entry {
    /// To which plan.
    pub plan: PlanId,
    /// What, by the name of the mutation: `addTarget`.
    pub action: &'static str,
    /// The id of what it was done to.
    pub subject: String,
    /// The one side that may read it; both when none.
    pub seen_by: Option<Side>,
    /// What it was before.
    pub before: Option<serde_json::Value>,
    /// What it is now.
    pub after: Option<serde_json::Value>,
}

/// Writes down what was done.
pub async fn write(tx: &Tx, op: &Op, entry: Entry) -> Result<()> {
    let row = history::ActiveModel {
        id: Set(op.mint()),
        plan_id: Set(entry.plan),
        at: Set(op.now()),
        actor: Set(label(&op.actor)),
        side: Set(op.actor.side()),
        seen_by: Set(entry.seen_by),
        action: Set(entry.action.to_owned()),
        subject: Set(entry.subject),
        before: Set(entry.before),
        after: Set(entry.after),
    };
    row.insert(&**tx).await?;
    Ok(())
}

/// A value as the history keeps it.
pub fn kept(value: &impl Serialize) -> Result<Option<serde_json::Value>> {
    serde_json::to_value(value).map(Some).map_err(|error| Error::Inconsistent(error.to_string()))
}

/// Which entries of a plan's history are wanted.
#[derive(Clone, Debug)]
pub struct HistoryFilter {
    /// Of this plan.
    pub plan: PlanId,
    /// Only what was done to this object.
    pub subject: Option<String>,
    /// Only these actions.
    pub actions: Option<Vec<String>>,
    /// Only what this side did.
    pub side: Option<Side>,
    /// Only from this instant on.
    pub from: Option<DateTime<Utc>>,
    /// Only before this instant.
    pub to: Option<DateTime<Utc>>,
    /// Only what was written after this entry.
    pub after: Option<HistoryId>,
    /// Nothing that this one did.
    pub not_by: Option<String>,
}

impl HistoryFilter {
    /// All entries of a plan.
    pub fn of(plan: PlanId) -> Self {
        Self {
            plan,
            subject: None,
            actions: None,
            side: None,
            from: None,
            to: None,
            after: None,
            not_by: None,
        }
    }
}

fn filtered(op: &Op, filter: &HistoryFilter) -> Result<Select<history::Entity>> {
    use history::Column;
    let mut wanted = Condition::all().add(Column::PlanId.eq(filter.plan));
    if let Some(subject) = &filter.subject {
        check::short("filter.subjectId", subject)?;
        wanted = wanted.add(Column::Subject.eq(subject));
    }
    if let Some(actions) = &filter.actions {
        if actions.len() > MOST_ACTIONS {
            let message = format!("{} actions; {MOST_ACTIONS} is the most", actions.len());
            return Err(Error::invalid("filter.actions", message));
        }
        actions.iter().try_for_each(|action| check::short("filter.actions", action))?;
        wanted = wanted.add(Column::Action.is_in(actions));
    }
    if let Some(side) = filter.side {
        wanted = wanted.add(Column::Side.eq(side));
    }
    if let Some(from) = filter.from {
        wanted = wanted.add(Column::At.gte(from));
    }
    if let Some(to) = filter.to {
        wanted = wanted.add(Column::At.lt(to));
    }
    if let Some(after) = filter.after {
        wanted = wanted.add(Column::Id.gt(after));
    }
    if let Some(actor) = &filter.not_by {
        wanted = wanted.add(Column::Actor.ne(actor));
    }
    Ok(history::Entity::visible_to(&op.actor).filter(wanted))
}

/// What was done to a plan that the caller has already seen, the latest first.
pub async fn list(op: &Op, filter: &HistoryFilter, page: Page) -> Result<Found<history::Model>> {
    page.of(op.db.read(), filtered(op, filter)?, history::Column::Id, Order::NewestFirst).await
}

/// How many entries of a plan's history the caller may read.
pub async fn count(op: &Op, filter: &HistoryFilter) -> Result<u64> {
    Ok(filtered(op, filter)?.count(op.db.read()).await?)
}

/// An entry that the caller may read, if they may see its plan.
pub async fn find(op: &Op, id: HistoryId) -> Result<Option<history::Model>> {
    access::scope(op, Scope::PlansRead)?;
    Ok(history::Entity::of_id(&op.actor, id).one(op.db.read()).await?)
}
