//! `tier`: a level of a vendor's programme.

use sea_orm::entity::prelude::*;

use crate::domain::{
    actor::Actor,
    id::{OrganizationId, TierId},
};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "tier")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: TierId,
    pub vendor_id: OrganizationId,
    pub code: String,
    pub name: String,
    pub rank: i32,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// Tiers of the own programme; for a partner those of its vendors. The only way in.
    pub fn visible_to(actor: &Actor) -> Select<Self> {
        Self::find().filter(super::of_vendors(actor, Column::VendorId))
    }
}
