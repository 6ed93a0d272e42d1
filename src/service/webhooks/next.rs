//! What comes next for an endpoint: what an admin has asked for, what it has not taken, then the next event that it may hear.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder};

use super::{hearer_of, position};
use crate::{
    domain::{event::EventCursor, webhook::WebhookDeliveryStatus},
    entity::{event, webhook_delivery, webhook_endpoint},
    error::Result,
    op::Op,
    service::events::{self, Interest},
};

/// How often an endpoint's position passes events that it was not to be told of, so that it does not seem to have missed them once
/// they are forgotten.
const CATCH_UP: TimeDelta = TimeDelta::hours(6);

/// What comes next in an endpoint's order, or before it.
pub(super) enum Next {
    /// A delivery that is written down already.
    Due(Box<webhook_delivery::Model>, Option<Box<event::Model>>),
    /// An event, and where the endpoint stands after it.
    Event(Box<event::Model>, EventCursor),
    /// The endpoint was away too long: it goes on from here.
    Reset(EventCursor),
    /// A delivery that is not to be told any more.
    Withdrawn(Box<webhook_delivery::Model>),
    /// Nothing before then, if anything is waiting; the endpoint stands here, behind what it was not to be told of.
    Nothing { due_at: Option<DateTime<Utc>>, passed: Option<EventCursor> },
}

/// What comes next, as the endpoint's company may hear it now.
pub(super) async fn next(op: &Op, endpoint: &webhook_endpoint::Model) -> Result<Next> {
    let pending = webhook_delivery::Entity::visible_to(&op.actor)
        .filter(webhook_delivery::Column::EndpointId.eq(endpoint.id))
        .filter(webhook_delivery::Column::Status.eq(WebhookDeliveryStatus::Pending))
        .order_by_asc(webhook_delivery::Column::NextTryAt)
        .order_by_asc(webhook_delivery::Column::Id)
        .all(op.db.read())
        .await?;
    let hearer = op.acting_as(hearer_of(op, endpoint).await?);
    let is_due =
        |delivery: &&webhook_delivery::Model| delivery.next_try_at.is_some_and(|at| at <= op.now());
    // What an admin has asked for goes before what is in order.
    let due = pending.iter().filter(is_due).min_by_key(|delivery| delivery.is_in_order);
    if let Some(delivery) = due {
        let delivery = Box::new(delivery.clone());
        let (Some(vendor), Some(at)) = (delivery.vendor_id, delivery.position) else {
            return Ok(Next::Due(delivery, None));
        };
        return Ok(match events::at(&hearer, vendor, at).await? {
            Some(event) => Next::Due(delivery, Some(Box::new(event))),
            None => Next::Withdrawn(delivery),
        });
    }
    let mut due_at = pending.iter().filter_map(|delivery| delivery.next_try_at).min();
    let mut passed = None;
    if !pending.iter().any(|delivery| delivery.is_in_order) {
        let mut cursor = position(&endpoint.position)?;
        if events::is_expired(&hearer, &cursor).await? {
            return Ok(Next::Reset(events::now(&hearer).await?));
        }
        // Before the event, so that nothing falls between.
        let last = events::now(&hearer).await?;
        let filter = endpoint.filter.clone();
        let interest = Interest { plans: filter.plans, kinds: filter.kinds };
        if let Some(event) = events::next(&hearer, &cursor, &interest).await? {
            cursor.advance(event.vendor_id, event.position);
            return Ok(Next::Event(Box::new(event), cursor));
        }
        let catches_up_at = endpoint.caught_up_at + CATCH_UP;
        if !last.is_within(&cursor) && catches_up_at <= op.now() {
            last.0.iter().for_each(|(vendor, position)| cursor.advance(*vendor, *position));
            passed = Some(cursor);
        } else if !last.is_within(&cursor) {
            due_at = Some(due_at.map_or(catches_up_at, |due_at| due_at.min(catches_up_at)));
        }
    }
    Ok(Next::Nothing { due_at, passed })
}
