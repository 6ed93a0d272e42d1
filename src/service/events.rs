//! Events: written with the change that they tell of, read in one order per vendor.
//!
//! A vendor's counter row gives positions. It is raised last in a transaction and stays locked until the commit, so positions
//! become visible in their own order and a reader that has seen one has seen all before it (`docs/decisions/event-order.md`).

use std::collections::BTreeMap;

use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder,
    QuerySelect,
    sea_query::{Expr, OnConflict},
};
use uuid::Uuid;

use super::access;
use crate::{
    db::Tx,
    domain::{
        actor::{Actor, Scope, Side, Who},
        event::{EventBody, EventCursor, EventKind},
        id::{OrganizationId, PartnershipId, PlanId},
    },
    entity::{event, event_floor, event_stream, partnership},
    error::Result,
    op::Op,
};

/// Something that happened, on its way into the order.
#[derive(Clone, Debug)]
pub struct NewEvent {
    /// What happened.
    pub kind: EventKind,
    /// The plan it happened to.
    pub plan: PlanId,
    /// The plan's partnership.
    pub partnership: PartnershipId,
    /// The target, commitment, alert or plan.
    pub subject: Uuid,
    /// The one side that may know; both when none.
    pub seen_by: Option<Side>,
    /// The details.
    pub body: EventBody,
}

/// Announces what a transaction has done; the last thing before its commit.
pub async fn record(tx: &Tx, op: &Op, vendor: OrganizationId, events: Vec<NewEvent>) -> Result<()> {
    let Ok(n_events) = i64::try_from(events.len()) else { return Ok(()) };
    if n_events == 0 {
        return Ok(());
    }
    let raised = Expr::col((event_stream::Entity, event_stream::Column::Head)).add(n_events);
    event_stream::Entity::insert(event_stream::ActiveModel {
        vendor_id: Set(vendor),
        head: Set(n_events),
    })
    .on_conflict(
        OnConflict::column(event_stream::Column::VendorId)
            .value(event_stream::Column::Head, raised)
            .to_owned(),
    )
    .exec_without_returning(&**tx)
    .await?;
    let head = head(&**tx, vendor).await?;
    let (actor, actor_side) = (label(&op.actor), op.actor.side());
    let rows = (head - n_events + 1..).zip(events).map(|(position, event)| event::ActiveModel {
        vendor_id: Set(vendor),
        position: Set(position),
        id: Set(op.mint()),
        occurred_at: Set(op.now()),
        kind: Set(event.kind),
        plan_id: Set(Some(event.plan)),
        partnership_id: Set(Some(event.partnership)),
        subject_id: Set(Some(event.subject)),
        seen_by: Set(event.seen_by),
        actor: Set(actor.clone()),
        actor_side: Set(actor_side),
        payload: Set(event.body),
    });
    event::Entity::insert_many(rows).exec_without_returning(&**tx).await?;
    Ok(())
}

/// Who did it, as events and history name it: an id, or `system`.
pub fn label(actor: &Actor) -> String {
    match actor {
        Actor::Member(member) => match &member.who {
            Who::User { id, .. } => id.to_string(),
            Who::Integration { id, .. } => id.to_string(),
        },
        Actor::System => "system".to_owned(),
        Actor::Stranger => "stranger".to_owned(),
    }
}

/// The last position of a vendor's order.
pub async fn head(db: &impl ConnectionTrait, vendor: OrganizationId) -> Result<i64> {
    let stream = event_stream::Entity::find_by_id(vendor).one(db).await?;
    Ok(stream.map_or(0, |stream| stream.head))
}

/// The vendors whose events the caller may follow.
async fn vendors(op: &Op) -> Result<Vec<OrganizationId>> {
    access::scope(op, Scope::EventsRead)?;
    let partnerships = partnership::Entity::visible_to(&op.actor);
    let vendors = partnerships.select_only().column(partnership::Column::VendorId).distinct();
    Ok(vendors.into_tuple().all(op.db.read()).await?)
}

/// Where a follower begins that wants nothing of the past: after the last event of every vendor that the caller may see. What others
/// may see beyond it does not move it.
pub async fn now(op: &Op) -> Result<EventCursor> {
    let mut cursor = EventCursor::default();
    for vendor in vendors(op).await? {
        let last: Option<i64> = event::Entity::visible_to(&op.actor)
            .select_only()
            .column(event::Column::Position)
            .filter(event::Column::VendorId.eq(vendor))
            .order_by_desc(event::Column::Position)
            .into_tuple()
            .one(op.db.read())
            .await?;
        cursor.advance(vendor, last.unwrap_or(0));
    }
    Ok(cursor)
}

/// Whether a cursor is ahead of what has happened: it is of a database that has been put back.
pub async fn is_ahead(op: &Op, cursor: &EventCursor) -> Result<bool> {
    let streams = event_stream::Entity::find()
        .filter(event_stream::Column::VendorId.is_in(cursor.0.keys().copied()))
        .all(op.db.read())
        .await?;
    Ok(streams.iter().any(|stream| cursor.position(stream.vendor_id) > Some(stream.head)))
}

/// Whether something that the caller might have seen after the cursor has been forgotten.
pub async fn is_expired(op: &Op, cursor: &EventCursor) -> Result<bool> {
    let floors = event_floor::Entity::visible_to(&op.actor).all(op.db.read()).await?;
    let seen = |vendor| cursor.position(vendor).unwrap_or(0);
    Ok(floors.iter().any(|floor| floor.position > seen(floor.vendor_id)))
}

/// The first event after `cursor` that the caller may see and asked for: of several vendors' the one that happened first.
pub async fn next(
    op: &Op,
    cursor: &EventCursor,
    interest: &Interest,
) -> Result<Option<event::Model>> {
    let found = after(op, cursor, interest, 1).await?;
    Ok(found.into_iter().min_by_key(|event| (event.occurred_at, event.vendor_id)))
}

/// The event at a position, if the caller may see it and it is kept.
pub async fn at(op: &Op, vendor: OrganizationId, position: i64) -> Result<Option<event::Model>> {
    let event = event::Entity::visible_to(&op.actor)
        .filter(event::Column::VendorId.eq(vendor))
        .filter(event::Column::Position.eq(position));
    Ok(event.one(op.db.read()).await?)
}

/// The last position of every vendor, unscoped: for the relay.
pub async fn heads(op: &Op) -> Result<BTreeMap<OrganizationId, i64>> {
    let streams = event_stream::Entity::find().all(op.db.read()).await?;
    Ok(streams.into_iter().map(|stream| (stream.vendor_id, stream.head)).collect())
}

/// Which events a subscriber follows.
#[derive(Clone, Debug, Default)]
pub struct Interest {
    /// Only of these plans.
    pub plans: Option<Vec<PlanId>>,
    /// Only of these kinds.
    pub kinds: Option<Vec<EventKind>>,
}

/// The events after `cursor` that the caller may see and asked for, oldest first, at most `limit` of each vendor.
///
/// Access is judged by what the caller may see now, not when the event happened.
pub async fn after(
    op: &Op,
    cursor: &EventCursor,
    interest: &Interest,
    limit: u64,
) -> Result<Vec<event::Model>> {
    let mut found = Vec::new();
    for vendor in vendors(op).await? {
        let mut query = event::Entity::visible_to(&op.actor)
            .filter(event::Column::VendorId.eq(vendor))
            .filter(event::Column::Position.gt(cursor.position(vendor).unwrap_or(0)));
        if let Some(plans) = &interest.plans {
            query = query.filter(event::Column::PlanId.is_in(plans.iter().copied()));
        }
        if let Some(kinds) = &interest.kinds {
            query = query.filter(event::Column::Kind.is_in(kinds.iter().copied()));
        }
        let rows =
            query.order_by_asc(event::Column::Position).limit(limit).all(op.db.read()).await?;
        found.extend(rows);
    }
    // Each vendor's events stay in their order: a cursor that has passed one must have passed all before it.
    found.sort_by_key(|event| (event.vendor_id, event.position));
    Ok(found)
}

/// The events of every vendor after the given positions, unscoped: for the relay, which hands them on scoped.
pub async fn all_after(
    op: &Op,
    seen: &BTreeMap<OrganizationId, i64>,
    limit: u64,
) -> Result<Vec<event::Model>> {
    let streams = event_stream::Entity::find().all(op.db.read()).await?;
    let mut behind = Condition::any();
    for stream in streams {
        let position = seen.get(&stream.vendor_id).copied().unwrap_or(0);
        if stream.head > position {
            behind = behind.add(
                Condition::all()
                    .add(event::Column::VendorId.eq(stream.vendor_id))
                    .add(event::Column::Position.gt(position)),
            );
        }
    }
    if behind.is_empty() {
        return Ok(Vec::new());
    }
    let query = event::Entity::visible_to(&Actor::System).filter(behind);
    let query = query.order_by_asc(event::Column::VendorId).order_by_asc(event::Column::Position);
    Ok(query.limit(limit).all(op.db.read()).await?)
}
