//! `review`: a dated meeting at which the plan is looked at.

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;

use crate::domain::{
    actor::Actor,
    agenda::Agenda,
    id::{PlanId, ReviewId, UserId},
    minutes::Minutes,
    review::{ReviewFormat, ReviewKind, ReviewState},
};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "review")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ReviewId,
    pub plan_id: PlanId,
    pub number: i32,
    pub covers_from: NaiveDate,
    pub covers_to: NaiveDate,
    pub scheduled_on: NaiveDate,
    pub kind: ReviewKind,
    pub format: ReviewFormat,
    pub state: ReviewState,
    pub agenda: Option<Agenda>,
    pub held_on: Option<NaiveDate>,
    pub held_at: Option<DateTimeUtc>,
    pub held_by: Option<UserId>,
    pub minutes: Option<Minutes>,
    pub skip_reason: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// Reviews of plans that the actor may see. The only way in from an id of their own.
    pub fn visible_to(actor: &Actor) -> Select<Self> {
        Self::find().filter(super::of_plans(actor, Column::PlanId))
    }
}
