//! `target_rollup`: what facts add to a target, per day.

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;

use crate::domain::id::{PlanId, TargetId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "target_rollup")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub target_id: TargetId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub version: i32,
    #[sea_orm(primary_key, auto_increment = false)]
    pub day: NaiveDate,
    pub plan_id: PlanId,
    pub actual: i64,
    pub verified: i64,
    pub won: i64,
    pub won_value: i64,
    pub open_deals: i64,
    pub open_value: i64,
    pub open_weighted: i64,
    pub disputed: i64,
}

impl ActiveModelBehavior for ActiveModel {}
