//! Telling an endpoint something because an admin asks for it: a test, or once more what it was told.

use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter,
};

use super::{
    NewDelivery, delivery, find_own, hearer_of, hold_own, known_cursor, listing::find_delivery,
    position,
};
use crate::{
    db::{Held, Tx},
    domain::{
        id::{WebhookDeliveryId, WebhookEndpointId},
        webhook::{WebhookDeliveryStatus, WebhookEndpointState, WebhookPurpose},
    },
    entity::{webhook_delivery, webhook_endpoint},
    error::{Error, Result},
    op::Op,
    service::{access, cursors, events},
};

/// Tells an endpoint that it works, before anything else that it is told.
pub async fn send_test(op: &Op, id: WebhookEndpointId) -> Result<webhook_delivery::Model> {
    let tx = op.db.write().await?;
    let endpoint = hold_own(&tx, op, id).await?;
    is_on(&endpoint)?;
    let cursor = endpoint.position.clone();
    let test = NewDelivery { endpoint: id, purpose: WebhookPurpose::Test, event: None, cursor };
    let delivery = test.insert(&tx, op).await?;
    look_soon(&tx, op, endpoint).await?;
    tx.commit().await?;
    Ok(delivery)
}

/// Tells an endpoint once more what it was told before or has not taken, under the same id.
pub async fn redeliver(op: &Op, id: WebhookDeliveryId) -> Result<webhook_delivery::Model> {
    access::signed_in(op)?;
    let found = find_delivery(op, id).await?.ok_or(Error::NotFound("webhook delivery"))?;
    let tx = op.db.write().await?;
    let endpoint = hold_own(&tx, op, found.endpoint_id).await?;
    is_on(&endpoint)?;
    let delivery = delivery(op, id).held().one(&*tx).await?;
    let delivery = delivery.ok_or(Error::NotFound("webhook delivery"))?;
    if delivery.status == WebhookDeliveryStatus::Pending {
        return Err(Error::invalid("deliveryId", format!("`{id}` is being tried already")));
    }
    let mut row = delivery.into_active_model();
    row.status = Set(WebhookDeliveryStatus::Pending);
    row.is_in_order = Set(false);
    row.n_failed = Set(0);
    row.next_try_at = Set(Some(op.now()));
    row.finished_at = Set(None);
    let delivery = row.update(&*tx).await?;
    look_soon(&tx, op, endpoint).await?;
    tx.commit().await?;
    Ok(delivery)
}

/// Tells an endpoint again everything after a cursor, in order, under the same ids.
pub async fn redeliver_after(
    op: &Op,
    id: WebhookEndpointId,
    after: &str,
) -> Result<webhook_endpoint::Model> {
    let seen = find_own(op, id).await?;
    let hearer = op.acting_as(hearer_of(op, &seen).await?);
    let sealer = cursors::sealer(op).await?;
    let mut cursor = known_cursor(&hearer, &sealer, after).await?;
    if events::is_expired(&hearer, &cursor).await? {
        return Err(Error::invalid("after", "what came after it is not kept any more"));
    }

    let tx = op.db.write().await?;
    let endpoint = hold_own(&tx, op, id).await?;
    is_on(&endpoint)?;
    // Back only: what was not told yet is not passed over.
    let current = position(&endpoint.position)?;
    for (vendor, position) in &mut cursor.0 {
        *position = Ord::min(current.position(*vendor).unwrap_or(0), *position);
    }
    webhook_delivery::Entity::delete_many()
        .filter(webhook_delivery::Column::EndpointId.eq(id))
        .filter(webhook_delivery::Column::IsInOrder.eq(true))
        .filter(webhook_delivery::Column::Status.eq(WebhookDeliveryStatus::Pending))
        .exec(&*tx)
        .await?;
    let mut row = endpoint.into_active_model();
    row.position = Set(cursor.to_bytes());
    row.due_at = Set(Some(op.now()));
    let endpoint = row.update(&*tx).await?;
    tx.commit().await?;
    Ok(endpoint)
}

fn is_on(endpoint: &webhook_endpoint::Model) -> Result<()> {
    if endpoint.state == WebhookEndpointState::Enabled {
        return Ok(());
    }
    Err(Error::invalid("endpointId", "the endpoint is switched off; enable it first"))
}

/// Lets whoever delivers look at an endpoint.
async fn look_soon(tx: &Tx, op: &Op, endpoint: webhook_endpoint::Model) -> Result<()> {
    let mut row = endpoint.into_active_model();
    row.due_at = Set(Some(op.now()));
    row.update(&**tx).await?;
    Ok(())
}
