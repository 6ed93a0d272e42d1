//! `webhook_delivery`: something that an endpoint is told.

use sea_orm::{QuerySelect, QueryTrait, entity::prelude::*};

use super::webhook_endpoint;
use crate::domain::{
    actor::{Actor, Role},
    event::EventKind,
    id::{EventId, OrganizationId, WebhookDeliveryId, WebhookEndpointId},
    webhook::{WebhookDeliveryStatus, WebhookPurpose},
};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "webhook_delivery")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: WebhookDeliveryId,
    pub endpoint_id: WebhookEndpointId,
    pub purpose: WebhookPurpose,
    pub status: WebhookDeliveryStatus,
    pub is_in_order: bool,
    pub vendor_id: Option<OrganizationId>,
    pub position: Option<i64>,
    pub event_id: Option<EventId>,
    pub event_kind: Option<EventKind>,
    pub cursor: Vec<u8>,
    pub n_failed: i32,
    pub next_try_at: Option<DateTimeUtc>,
    pub created_at: DateTimeUtc,
    pub finished_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// Deliveries to the own organisation's endpoints, for those who run it. The only way in.
    pub fn visible_to(actor: &Actor) -> Select<Self> {
        match actor.member() {
            Some(member) if member.role().is_some_and(Role::is_admin) => {
                let own = webhook_endpoint::Entity::visible_to(actor)
                    .select_only()
                    .column(webhook_endpoint::Column::Id);
                Self::find().filter(Column::EndpointId.in_subquery(own.into_query()))
            }
            Some(_) => Self::find().filter(Expr::value(false)),
            None => Self::find().filter(super::house_only(actor)),
        }
    }
}
