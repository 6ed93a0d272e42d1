//! `plan_summary`: a plan in a few figures and what they follow from, as of the day on which it was last judged.

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;

use super::parsed::Parsed;
use crate::domain::{
    id::PlanId,
    summary::{PlanSummary, PlanSums},
};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "plan_summary")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub plan_id: PlanId,
    pub version: i32,
    pub day: NaiveDate,
    pub summary: Parsed<PlanSummary>,
    pub sums: Parsed<PlanSums>,
}

impl ActiveModelBehavior for ActiveModel {}
