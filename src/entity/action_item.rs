//! `action_item`: something that a person of either side is to do by a day.

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;

use crate::domain::{
    action_item::{ActionItemKind, ActionItemState, Figure},
    actor::{Actor, Side},
    alert::AlertRule,
    id::{ActionItemId, CommitmentId, PlanId, ReviewId, TargetId, UserId},
};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "action_item")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ActionItemId,
    pub plan_id: PlanId,
    pub review_id: Option<ReviewId>,
    pub kind: ActionItemKind,
    pub rule: Option<AlertRule>,
    pub target_id: Option<TargetId>,
    pub commitment_id: Option<CommitmentId>,
    pub title: String,
    pub owner_id: UserId,
    pub owner_name: String,
    pub side: Side,
    pub due_on: NaiveDate,
    pub state: ActionItemState,
    pub expected_effect: Option<String>,
    pub before: Option<Figure>,
    pub after: Option<Figure>,
    pub remark: Option<String>,
    pub created_at: DateTimeUtc,
    pub created_by: Option<UserId>,
    pub settled_at: Option<DateTimeUtc>,
    pub settled_by: Option<UserId>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// Action items of plans that the actor may see. The only way in from an id of their own.
    pub fn visible_to(actor: &Actor) -> Select<Self> {
        Self::find().filter(super::of_plans(actor, Column::PlanId))
    }
}
