//! `dimension_alias`: another spelling of a dimension value, kept in lower case.

use sea_orm::entity::prelude::*;

use crate::domain::{
    actor::Actor,
    id::{AliasId, DimensionValueId, OrganizationId},
    target::Dimension,
};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "dimension_alias")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AliasId,
    pub vendor_id: OrganizationId,
    pub dimension: Dimension,
    pub alias: String,
    pub value_id: DimensionValueId,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// The own vendor's; a partner sees none. The only way in.
    pub fn visible_to(actor: &Actor) -> Select<Self> {
        Self::find().filter(super::of_vendor(actor, Column::VendorId))
    }
}
