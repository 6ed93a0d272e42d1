//! `visit`: when a person last looked at a plan, and up to which entry of its history.

use sea_orm::entity::prelude::*;

use crate::domain::{
    actor::{Actor, Member},
    id::{HistoryId, PlanId, UserId},
};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "visit")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: UserId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub plan_id: PlanId,
    pub seen_to: HistoryId,
    pub at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// The actor's own visits; an integration has none. The only way in.
    pub fn visible_to(actor: &Actor) -> Select<Self> {
        match actor.member().and_then(Member::user) {
            Some(user) => Self::find().filter(Column::UserId.eq(user)),
            None => Self::find().filter(super::house_only(actor)),
        }
    }
}
