//! `commitment_rollup`: what facts deliver on a commitment, per day.

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;

use crate::domain::id::{CommitmentId, PlanId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "commitment_rollup")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub commitment_id: CommitmentId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub version: i32,
    #[sea_orm(primary_key, auto_increment = false)]
    pub day: NaiveDate,
    pub plan_id: PlanId,
    pub delivered: i64,
    pub leads: i64,
    pub mdf: i64,
}

impl ActiveModelBehavior for ActiveModel {}
