//! Private notes: what one side writes down about a plan, and the other never reads.

use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, PaginatorTrait, QueryFilter};

use super::{
    access,
    changes::for_update,
    check,
    page::{Found, Order, Page},
};
use crate::{
    domain::{
        actor::Scope,
        id::{NoteId, PlanId},
        plan::PlanAction,
    },
    entity::{note, plan},
    error::Result,
    op::Op,
};

/// Writes a note for the own side. No event tells of it, for even that one was written is private.
pub async fn add(op: &Op, plan: PlanId, body: String) -> Result<note::Model> {
    check::said("body", &body)?;
    let (tx, plan, _) = for_update(op, plan, PlanAction::Note, None).await?;
    let member = op.member()?;
    let row = note::ActiveModel {
        id: Set(op.mint()),
        plan_id: Set(plan.id),
        side: Set(member.side),
        author_id: Set(member.user()),
        body: Set(body),
        created_at: Set(op.now()),
    };
    let note = row.insert(&*tx).await?;
    tx.commit().await?;
    Ok(note)
}

/// The own side's notes on a plan that the caller has already seen, the latest first.
pub async fn of_plan(op: &Op, plan: &plan::Model, page: Page) -> Result<Found<note::Model>> {
    let notes = note::Entity::visible_to(&op.actor).filter(note::Column::PlanId.eq(plan.id));
    page.of(op.db.read(), notes, note::Column::Id, Order::NewestFirst).await
}

/// A note of the own side, if the caller may see its plan.
pub async fn find(op: &Op, id: NoteId) -> Result<Option<note::Model>> {
    access::scope(op, Scope::PlansRead)?;
    Ok(note::Entity::of_id(&op.actor, id).one(op.db.read()).await?)
}

/// How many notes of the own side there are.
pub async fn count(op: &Op, plan: PlanId) -> Result<u64> {
    let notes = note::Entity::visible_to(&op.actor).filter(note::Column::PlanId.eq(plan));
    Ok(notes.count(op.db.read()).await?)
}
