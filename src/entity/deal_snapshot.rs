//! `deal_snapshot`: what each CRM said of a deal last. Nobody reads it but whoever compares it with what the CRM says next.

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;

use crate::domain::{deal::snapshot::DealSnapshot, id::PartnershipId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "deal_snapshot")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub partnership_id: PartnershipId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub reference: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub source: String,
    pub as_of: NaiveDate,
    pub revision: i32,
    pub said: DealSnapshot,
}

impl ActiveModelBehavior for ActiveModel {}
