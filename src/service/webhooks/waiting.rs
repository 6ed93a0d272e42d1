//! Which endpoints may have something to hear.

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, ExprTrait, QueryFilter, QuerySelect, QueryTrait, Select};

use super::position;
use crate::{
    domain::{
        actor::Actor,
        id::{OrganizationId, WebhookEndpointId},
        webhook::WebhookEndpointState,
    },
    entity::{partnership, webhook_endpoint},
    error::Result,
    op::Op,
};

/// The endpoints that may hear of what happens at these vendors: theirs, and those of their partners.
fn of_vendors(vendors: &[OrganizationId]) -> Select<webhook_endpoint::Entity> {
    let partners = partnership::Entity::visible_to(&Actor::System)
        .select_only()
        .column(partnership::Column::PartnerId)
        .filter(partnership::Column::VendorId.is_in(vendors.iter().copied()));
    let organization = webhook_endpoint::Column::OrganizationId;
    webhook_endpoint::Entity::visible_to(&Actor::System).filter(
        organization
            .is_in(vendors.iter().copied())
            .or(organization.in_subquery(partners.into_query())),
    )
}

/// Which enabled endpoints are to be looked at: those that are due, and those that may hear of what has happened at these vendors.
pub async fn to_look_at(
    op: &Op,
    vendors: &[OrganizationId],
    now: DateTime<Utc>,
) -> Result<Vec<WebhookEndpointId>> {
    let due = webhook_endpoint::Entity::visible_to(&op.actor)
        .filter(webhook_endpoint::Column::DueAt.lte(now));
    let mut found = Vec::new();
    for wanted in [due, of_vendors(vendors)] {
        let ids: Vec<WebhookEndpointId> = wanted
            .filter(webhook_endpoint::Column::State.eq(WebhookEndpointState::Enabled))
            .select_only()
            .column(webhook_endpoint::Column::Id)
            .into_tuple()
            .all(op.db.read())
            .await?;
        found.extend(ids);
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

/// After which position of a vendor's order an enabled endpoint has not been told everything; none when all have.
pub async fn position_needed(op: &Op, vendor: OrganizationId) -> Result<Option<i64>> {
    let behind: Vec<Vec<u8>> = of_vendors(&[vendor])
        .filter(webhook_endpoint::Column::State.eq(WebhookEndpointState::Enabled))
        .select_only()
        .column(webhook_endpoint::Column::Position)
        .into_tuple()
        .all(op.db.read())
        .await?;
    let at = |bytes: &Vec<u8>| Ok(position(bytes)?.position(vendor).unwrap_or(0));
    Ok(behind.iter().map(at).collect::<Result<Vec<i64>>>()?.into_iter().min())
}
