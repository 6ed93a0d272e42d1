//! `target`: a measured aim of a plan, perhaps part of another.

use sea_orm::entity::prelude::*;

use crate::domain::{
    actor::Actor,
    id::{DimensionValueId, PlanId, TargetId},
    phasing::Phasing,
    target::{Dimension, Metric},
};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "target")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: TargetId,
    pub plan_id: PlanId,
    pub parent_id: Option<TargetId>,
    pub position: i32,
    pub name: String,
    pub metric: Metric,
    pub metric_key: Option<String>,
    pub split_dimension: Option<Dimension>,
    pub is_other: bool,
    pub product_line_id: Option<DimensionValueId>,
    pub segment_id: Option<DimensionValueId>,
    pub geography_id: Option<DimensionValueId>,
    pub amount: i64,
    pub baseline: Option<i64>,
    pub weight: Option<i32>,
    pub phasing: Phasing,
    pub is_removed: bool,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// Targets of plans that the actor may see. The only way in from an id of their own.
    pub fn visible_to(actor: &Actor) -> Select<Self> {
        Self::find().filter(super::of_plans(actor, Column::PlanId))
    }
}
