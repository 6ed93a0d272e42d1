//! `planning_policy`: what partners of a tier or type are offered and asked.

use sea_orm::entity::prelude::*;

use crate::domain::{
    actor::Actor,
    id::{OrganizationId, PolicyId, TierId},
    policy::{PartnerType, PlanningPolicy},
};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "planning_policy")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PolicyId,
    pub vendor_id: OrganizationId,
    pub tier_id: TierId,
    pub partner_type: Option<PartnerType>,
    pub policy: PlanningPolicy,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// The own vendor's; a partner sees none. The only way in.
    pub fn visible_to(actor: &Actor) -> Select<Self> {
        Self::find().filter(super::of_vendor(actor, Column::VendorId))
    }
}
