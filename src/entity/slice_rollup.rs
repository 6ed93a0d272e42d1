//! `slice_rollup`: what facts add up to in one slice of a plan, per day.

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;

use crate::domain::{id::PlanId, tally::Slice};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "slice_rollup")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub plan_id: PlanId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub slice: Slice,
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub day: NaiveDate,
    pub revenue: i64,
    pub won: i64,
    pub lost: i64,
    pub registered: i64,
    pub pipeline: i64,
    pub open_deals: i64,
    pub open_value: i64,
    pub completions: i64,
    pub certified: i64,
    pub programmes: i64,
    pub leads: i64,
    pub mdf: i64,
}

impl ActiveModelBehavior for ActiveModel {}
