//! `commitment`: something one side has promised, by a day.

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;

use crate::domain::{
    actor::Actor,
    commitment::OwedBy,
    id::{CommitmentId, PlanId, UserId},
    terms::Terms,
};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "commitment")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CommitmentId,
    pub plan_id: PlanId,
    pub position: i32,
    pub owed_by: OwedBy,
    pub title: String,
    pub owner_id: Option<UserId>,
    pub starts_on: NaiveDate,
    pub due_on: Option<NaiveDate>,
    pub quantity: i64,
    pub terms: Terms,
    pub waived_at: Option<DateTimeUtc>,
    pub waive_reason: Option<String>,
    pub vendor_waived_by: Option<UserId>,
    pub partner_waived_by: Option<UserId>,
    pub is_removed: bool,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// Commitments of plans that the actor may see. The only way in from an id of their own.
    pub fn visible_to(actor: &Actor) -> Select<Self> {
        Self::find().filter(super::of_plans(actor, Column::PlanId))
    }
}
