//! `scorecard`: the figures of a plan as they were frozen on a day; written once, never changed.

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;

use crate::domain::{
    actor::Actor,
    id::{PlanId, ReviewId, ScorecardId},
};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "scorecard")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ScorecardId,
    pub plan_id: PlanId,
    pub review_id: Option<ReviewId>,
    pub as_of: NaiveDate,
    pub content: String,
    pub hash: String,
    pub n_facts: i64,
    pub last_recorded_at: Option<DateTimeUtc>,
    pub frozen_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// Scorecards of plans that the actor may see. The only way in.
    pub fn visible_to(actor: &Actor) -> Select<Self> {
        Self::find().filter(super::of_plans(actor, Column::PlanId))
    }
}
