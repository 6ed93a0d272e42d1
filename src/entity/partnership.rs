//! `partnership`: one vendor's relation with one partner.

use sea_orm::entity::prelude::*;

use crate::domain::{
    actor::Actor,
    id::{OrganizationId, PartnershipId, TierId},
    partnership::RiskRating,
    policy::PartnerType,
};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "partnership")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PartnershipId,
    pub vendor_id: OrganizationId,
    pub partner_id: OrganizationId,
    pub tier_id: TierId,
    pub partner_type: PartnerType,
    pub risk_rating: Option<RiskRating>,
    pub risk_revision: i32,
    pub revision: i32,
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// Partnerships of the own organisation. The only way in.
    pub fn visible_to(actor: &Actor) -> Select<Self> {
        Self::find().filter(super::party(actor, Column::VendorId, Column::PartnerId))
    }
}
