//! `webhook_attempt`: one try of a delivery.

use sea_orm::{QuerySelect, QueryTrait, entity::prelude::*};

use super::webhook_delivery;
use crate::domain::{
    actor::Actor,
    id::{WebhookAttemptId, WebhookDeliveryId},
};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "webhook_attempt")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: WebhookAttemptId,
    pub delivery_id: WebhookDeliveryId,
    pub attempted_at: DateTimeUtc,
    pub duration_ms: i32,
    pub status_code: Option<i32>,
    pub error: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// Tries of the deliveries that the actor may see. The only way in.
    pub fn visible_to(actor: &Actor) -> Select<Self> {
        if actor.member().is_none() {
            return Self::find().filter(super::house_only(actor));
        }
        let own = webhook_delivery::Entity::visible_to(actor)
            .select_only()
            .column(webhook_delivery::Column::Id);
        Self::find().filter(Column::DeliveryId.in_subquery(own.into_query()))
    }
}
