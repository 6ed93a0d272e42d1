//! What was done to a plan, by whom: appended, never changed.

use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, PaginatorTrait, QueryFilter};
use serde::Serialize;

use super::{
    events::label,
    page::{Found, Order, Page},
};
use crate::{
    db::Tx,
    domain::{actor::Side, id::PlanId},
    entity::{history, plan},
    error::{Error, Result},
    op::Op,
};

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

/// What was done to a plan that the caller has already seen, the latest first.
pub async fn of_plan(op: &Op, plan: &plan::Model, page: Page) -> Result<Found<history::Model>> {
    let entries =
        history::Entity::visible_to(&op.actor).filter(history::Column::PlanId.eq(plan.id));
    page.of(op.db.read(), entries, history::Column::Id, Order::NewestFirst).await
}

/// How many entries of a plan's history the caller may read.
pub async fn count(op: &Op, plan: PlanId) -> Result<u64> {
    let entries = history::Entity::visible_to(&op.actor).filter(history::Column::PlanId.eq(plan));
    Ok(entries.count(op.db.read()).await?)
}
