//! `deal`: a deal as its facts leave it; made anew from them.

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;

use crate::domain::{
    actor::Actor,
    deal::DealState,
    id::{DealId, DimensionValueId, OrganizationId, PartnershipId},
    money::Currency,
};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "deal")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DealId,
    pub vendor_id: OrganizationId,
    pub partnership_id: PartnershipId,
    pub reference: String,
    pub state: DealState,
    pub customer: Option<String>,
    pub customer_key: Option<String>,
    pub rep: Option<String>,
    pub product_line_id: Option<DimensionValueId>,
    pub segment_id: Option<DimensionValueId>,
    pub geography_id: Option<DimensionValueId>,
    pub amount: Option<i64>,
    pub won_amount: Option<i64>,
    pub currency: Option<Currency>,
    pub expected_close_on: Option<NaiveDate>,
    pub stage: Option<String>,
    pub probability: Option<i32>,
    pub registered_on: Option<NaiveDate>,
    pub approved_on: Option<NaiveDate>,
    pub closed_on: Option<NaiveDate>,
    pub duplicate_of_id: Option<DealId>,
    pub updated_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// Deals of the own organisation's partnerships. The only way in.
    pub fn visible_to(actor: &Actor) -> Select<Self> {
        Self::find().filter(super::of_partnerships(actor, Column::PartnershipId))
    }
}
