//! `integration`: a service account of an organisation; of its token only a hash.

use sea_orm::entity::prelude::*;

use crate::domain::{
    actor::{Actor, Scopes},
    id::{IntegrationId, OrganizationId, UserId},
};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "integration")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: IntegrationId,
    pub organization_id: OrganizationId,
    pub name: String,
    pub scopes: Scopes,
    pub token_hash: String,
    pub created_by: Option<UserId>,
    pub created_at: DateTimeUtc,
    pub revoked_at: Option<DateTimeUtc>,
    pub mapping: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// Service accounts of the own organisation. The only way in.
    pub fn visible_to(actor: &Actor) -> Select<Self> {
        match actor.member() {
            Some(member) => Self::find().filter(Column::OrganizationId.eq(member.organization)),
            None => Self::find().filter(super::house_only(actor)),
        }
    }
}
