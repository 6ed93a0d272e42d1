//! `webhook_endpoint`: where a company wants to be told what happens, and how far it has been told.

use sea_orm::entity::prelude::*;

use crate::domain::{
    actor::Actor,
    id::{OrganizationId, UserId, WebhookEndpointId},
    webhook::{WebhookEndpointState, WebhookFilter},
};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "webhook_endpoint")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: WebhookEndpointId,
    pub organization_id: OrganizationId,
    pub url: String,
    pub filter: WebhookFilter,
    pub state: WebhookEndpointState,
    pub secret: Vec<u8>,
    pub previous_secret: Option<Vec<u8>>,
    pub previous_secret_ends_at: Option<DateTimeUtc>,
    pub position: Vec<u8>,
    pub caught_up_at: DateTimeUtc,
    pub due_at: Option<DateTimeUtc>,
    pub leased_by: Option<Uuid>,
    pub leased_until: Option<DateTimeUtc>,
    pub failing_since: Option<DateTimeUtc>,
    pub last_delivered_at: Option<DateTimeUtc>,
    pub disabled_at: Option<DateTimeUtc>,
    pub created_by: Option<UserId>,
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// Endpoints of the own organisation. The only way in.
    pub fn visible_to(actor: &Actor) -> Select<Self> {
        match actor.member() {
            Some(member) => Self::find().filter(Column::OrganizationId.eq(member.organization)),
            None => Self::find().filter(super::house_only(actor)),
        }
    }
}
