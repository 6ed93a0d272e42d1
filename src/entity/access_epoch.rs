//! `access_epoch`: how often what an organisation's people and integrations may do has changed; triggers of the tables that decide it
//! keep it.

use sea_orm::entity::prelude::*;

use crate::domain::id::OrganizationId;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "access_epoch")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    pub epoch: i64,
}

impl ActiveModelBehavior for ActiveModel {}
