//! Forgetting: events that are older than the house keeps them, old deliveries of webhooks, old mails, and old rejected rows.
//!
//! A vendor's events are forgotten from the first on, a few at a time. For each audience it is noted how far, so that whoever wants to
//! continue from before is told so, and nobody learns from it what others did.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect, Select,
    sea_query::{Expr, OnConflict},
};
use uuid::Uuid;

use super::webhooks;
use crate::{
    domain::{
        actor::Actor,
        event::Audience,
        id::{OrganizationId, PartnershipId},
        webhook::schedule,
    },
    entity::{
        event, event_floor, event_stream, mail, notification, rejected_row, webhook_delivery,
    },
    error::Result,
    op::Op,
};

/// Rows forgotten at once.
const STEP: u64 = 500;

/// How long deliveries are listed once they are over.
const DELIVERIES_KEPT: TimeDelta = TimeDelta::days(90);

/// How long it is kept what people were told, once that is over.
const MAILS_KEPT: TimeDelta = TimeDelta::days(90);

/// How long a row that was rejected is kept at most.
const REJECTIONS_KEPT: TimeDelta = TimeDelta::days(30);

/// Forgets some events of one vendor that are older than `kept`; false when there are none.
///
/// What an enabled webhook has not delivered yet stays as long as it may still be tried.
pub async fn forget_events(op: &Op, kept: TimeDelta) -> Result<bool> {
    let too_old = op.now() - kept;
    let streams = event_stream::Entity::find().all(op.db.read()).await?;
    for stream in streams {
        let vendor = stream.vendor_id;
        let Some(oldest) = first(op, vendor, 1).await?.pop() else { continue };
        if oldest.occurred_at >= too_old {
            continue;
        }
        let needed_from = webhooks::waiting::position_needed(op, vendor).await?;
        let still_tried = op.now() - schedule::LONGEST;
        let is_over = |event: &event::Model| {
            let is_needed = needed_from.is_some_and(|from| event.position > from);
            event.occurred_at < too_old && (!is_needed || event.occurred_at < still_tried)
        };
        let rows = first(op, vendor, STEP).await?;
        let forgotten: Vec<event::Model> = rows.into_iter().take_while(is_over).collect();
        if !forgotten.is_empty() {
            forget(op, vendor, &forgotten).await?;
            return Ok(true);
        }
    }
    Ok(false)
}

async fn first(op: &Op, vendor: OrganizationId, limit: u64) -> Result<Vec<event::Model>> {
    let events = event::Entity::visible_to(&Actor::System)
        .filter(event::Column::VendorId.eq(vendor))
        .order_by_asc(event::Column::Position);
    Ok(events.limit(limit).all(op.db.read()).await?)
}

async fn forget(op: &Op, vendor: OrganizationId, events: &[event::Model]) -> Result<()> {
    let mut floors: BTreeMap<(PartnershipId, Audience), i64> = BTreeMap::new();
    let last = events.last().map_or(0, |event| event.position);
    for event in events {
        if let Some(partnership) = event.partnership_id {
            floors.insert((partnership, Audience::of(event.kind, event.seen_by)), event.position);
        }
    }
    let rows =
        floors.into_iter().map(|((partnership, audience), position)| event_floor::ActiveModel {
            partnership_id: Set(partnership),
            audience: Set(audience),
            vendor_id: Set(vendor),
            position: Set(position),
        });
    let floor = || Expr::col((event_floor::Entity, event_floor::Column::Position));
    let raised = || Expr::col(("excluded", event_floor::Column::Position));
    // Another process may have come further.
    let higher = Expr::case(ExprTrait::gt(raised(), floor()), raised()).finally(floor());
    let tx = op.db.write().await?;
    event_floor::Entity::insert_many(rows)
        .on_conflict(
            OnConflict::columns([
                event_floor::Column::PartnershipId,
                event_floor::Column::Audience,
            ])
            .value(event_floor::Column::Position, higher)
            .to_owned(),
        )
        .exec_without_returning(&*tx)
        .await?;
    event::Entity::delete_many()
        .filter(event::Column::VendorId.eq(vendor))
        .filter(event::Column::Position.lte(last))
        .exec(&*tx)
        .await?;
    tx.commit().await?;
    Ok(())
}

/// Forgets some deliveries of webhooks that are long over; false when there are none.
pub async fn forget_deliveries(op: &Op) -> Result<bool> {
    use webhook_delivery::{Column, Entity};
    let rows = Entity::visible_to(&Actor::System);
    forget_old(op, rows, Column::Id, Column::FinishedAt, DELIVERIES_KEPT).await
}

/// Forgets some of what people were told, or some mails, that are long over; false when there are none.
pub async fn forget_mails(op: &Op) -> Result<bool> {
    let told = notification::Entity::visible_to(&Actor::System);
    let (id, ended) = (notification::Column::Id, notification::Column::FinishedAt);
    if forget_old(op, told, id, ended, MAILS_KEPT).await? {
        return Ok(true);
    }
    let mails = mail::Entity::visible_to(&Actor::System);
    forget_old(op, mails, mail::Column::Id, mail::Column::FinishedAt, MAILS_KEPT).await
}

/// Forgets some rows that were rejected long ago; false when there are none.
pub async fn forget_rejections(op: &Op) -> Result<bool> {
    use rejected_row::{Column, Entity};
    let rows = Entity::visible_to(&Actor::System);
    forget_old(op, rows, Column::Id, Column::At, REJECTIONS_KEPT).await
}

/// Forgets those of the rows that ended first, as many as are forgotten at once, if that is longer ago than they are kept.
async fn forget_old<E: EntityTrait>(
    op: &Op,
    rows: Select<E>,
    id: E::Column,
    ended: E::Column,
    kept: TimeDelta,
) -> Result<bool> {
    let old: Vec<Uuid> = rows
        .select_only()
        .column(id)
        .filter(ended.lt(op.now() - kept))
        .order_by_asc(ended)
        .limit(STEP)
        .into_tuple()
        .all(op.db.read())
        .await?;
    if old.is_empty() {
        return Ok(false);
    }
    let tx = op.db.write().await?;
    E::delete_many().filter(id.is_in(old)).exec(&*tx).await?;
    tx.commit().await?;
    Ok(true)
}
