//! `event_stream`: the last position given in a vendor's order of events.

use sea_orm::entity::prelude::*;

use crate::domain::id::OrganizationId;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "event_stream")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub vendor_id: OrganizationId,
    pub head: i64,
}

impl ActiveModelBehavior for ActiveModel {}
