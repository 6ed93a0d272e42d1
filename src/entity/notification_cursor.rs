//! `notification_cursor`: how far a vendor's events have been gone through for what people are to be told.

use sea_orm::entity::prelude::*;

use crate::domain::id::OrganizationId;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "notification_cursor")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub vendor_id: OrganizationId,
    pub position: i64,
}

impl ActiveModelBehavior for ActiveModel {}
