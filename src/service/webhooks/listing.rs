//! Endpoints and what they were told, to read.

use std::collections::BTreeMap;

use sea_orm::{ColumnTrait, PaginatorTrait, QueryFilter, QueryOrder, Select};

use super::{delivery, endpoint, endpoints_of, position};
use crate::{
    domain::{
        id::{OrganizationId, WebhookDeliveryId, WebhookEndpointId},
        webhook::WebhookDeliveryStatus,
    },
    entity::{webhook_attempt, webhook_delivery, webhook_endpoint},
    error::Result,
    op::Op,
    service::{
        cursors,
        page::{Found, Order, Page},
    },
};

/// The endpoints of an organisation, if it is the caller's; oldest first.
pub async fn of_organization(
    op: &Op,
    organization: OrganizationId,
    page: &Page,
) -> Result<Found<webhook_endpoint::Model>> {
    let endpoints = endpoints_of(op, organization);
    page.of(op.db.read(), endpoints, webhook_endpoint::Column::Id, Order::OldestFirst).await
}

/// How many they are.
pub async fn count_of_organization(op: &Op, organization: OrganizationId) -> Result<u64> {
    Ok(endpoints_of(op, organization).count(op.db.read()).await?)
}

/// The endpoint, if the caller may see it.
pub async fn find(op: &Op, id: WebhookEndpointId) -> Result<Option<webhook_endpoint::Model>> {
    Ok(endpoint(op, id).one(op.db.read()).await?)
}

/// The delivery, if the caller may see it.
pub async fn find_delivery(
    op: &Op,
    id: WebhookDeliveryId,
) -> Result<Option<webhook_delivery::Model>> {
    Ok(delivery(op, id).one(op.db.read()).await?)
}

/// What an endpoint was told, the latest first; only in these states, if some are given.
pub async fn deliveries(
    op: &Op,
    id: WebhookEndpointId,
    statuses: Option<&[WebhookDeliveryStatus]>,
    page: &Page,
) -> Result<Found<webhook_delivery::Model>> {
    let found = deliveries_to(op, id, statuses);
    page.of(op.db.read(), found, webhook_delivery::Column::Id, Order::NewestFirst).await
}

/// How many they are.
pub async fn count_deliveries(
    op: &Op,
    id: WebhookEndpointId,
    statuses: Option<&[WebhookDeliveryStatus]>,
) -> Result<u64> {
    Ok(deliveries_to(op, id, statuses).count(op.db.read()).await?)
}

/// The tries of each delivery, in order; one that was not tried yet is absent.
pub async fn attempts_of(
    op: &Op,
    deliveries: &[WebhookDeliveryId],
) -> Result<BTreeMap<WebhookDeliveryId, Vec<webhook_attempt::Model>>> {
    let rows = webhook_attempt::Entity::visible_to(&op.actor)
        .filter(webhook_attempt::Column::DeliveryId.is_in(deliveries.iter().copied()))
        .order_by_asc(webhook_attempt::Column::AttemptedAt)
        .order_by_asc(webhook_attempt::Column::Id)
        .all(op.db.read())
        .await?;
    let mut found: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for row in rows {
        found.entry(row.delivery_id).or_default().push(row);
    }
    Ok(found)
}

/// Where an endpoint continues, as a sealed cursor.
pub async fn cursor_of(op: &Op, endpoint: &webhook_endpoint::Model) -> Result<String> {
    cursors::sealer(op).await?.seal(&position(&endpoint.position)?)
}

/// Where an endpoint stands after a delivery, as a sealed cursor.
pub async fn cursor_after(op: &Op, delivery: &webhook_delivery::Model) -> Result<String> {
    cursors::sealer(op).await?.seal(&position(&delivery.cursor)?)
}

fn deliveries_to(
    op: &Op,
    id: WebhookEndpointId,
    statuses: Option<&[WebhookDeliveryStatus]>,
) -> Select<webhook_delivery::Entity> {
    let found = webhook_delivery::Entity::visible_to(&op.actor)
        .filter(webhook_delivery::Column::EndpointId.eq(id));
    match statuses {
        Some(statuses) => {
            found.filter(webhook_delivery::Column::Status.is_in(statuses.iter().copied()))
        }
        None => found,
    }
}
