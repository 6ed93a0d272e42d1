//! `dimension_value`: a product line, segment or geography; each dimension is a tree.

use sea_orm::entity::prelude::*;

use crate::domain::{
    actor::Actor,
    id::{DimensionValueId, OrganizationId},
    target::Dimension,
};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "dimension_value")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DimensionValueId,
    pub vendor_id: OrganizationId,
    pub dimension: Dimension,
    pub code: String,
    pub name: String,
    pub parent_id: Option<DimensionValueId>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// Dimension values of the own vendor; for a partner those of its vendors. The only way in.
    pub fn visible_to(actor: &Actor) -> Select<Self> {
        Self::find().filter(super::of_vendors(actor, Column::VendorId))
    }
}
