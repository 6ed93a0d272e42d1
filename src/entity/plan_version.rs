//! `plan_version`: a plan's content as it was proposed; never changed.

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;

use crate::domain::{
    actor::{Actor, Side},
    id::{PlanId, UserId, VersionId},
};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "plan_version")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: VersionId,
    pub plan_id: PlanId,
    pub number: i32,
    pub content: String,
    pub hash: String,
    pub proposed_by: Option<UserId>,
    pub proposed_side: Side,
    pub proposed_at: DateTimeUtc,
    pub effective_on: Option<NaiveDate>,
    pub sealed_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// Versions of plans that the actor may see.
    pub fn visible_to(actor: &Actor) -> Select<Self> {
        Self::find().filter(super::of_plans(actor, Column::PlanId))
    }
}
