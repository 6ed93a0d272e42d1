//! `history`: what was done to a plan, by whom.

use sea_orm::entity::prelude::*;

use crate::domain::{
    actor::{Actor, Side},
    id::{HistoryId, PlanId},
};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "history")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: HistoryId,
    pub plan_id: PlanId,
    pub at: DateTimeUtc,
    pub actor: String,
    pub side: Option<Side>,
    pub seen_by: Option<Side>,
    pub action: String,
    pub subject: String,
    pub before: Option<Json>,
    pub after: Option<Json>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// Entries that are not the other side's own, on plans that the caller has already seen. The only way in.
    pub fn visible_to(actor: &Actor) -> Select<Self> {
        match actor.member() {
            Some(member) if member.reads_private() => Self::find()
                .filter(super::either(Column::SeenBy.is_null(), Column::SeenBy.eq(member.side))),
            Some(_) => Self::find().filter(Column::SeenBy.is_null()),
            None => Self::find().filter(super::house_only(actor)),
        }
    }

    /// The entry of this id, if the actor may see its plan too.
    pub fn of_id(actor: &Actor, id: HistoryId) -> Select<Self> {
        Self::visible_to(actor)
            .filter(super::of_plans(actor, Column::PlanId))
            .filter(Column::Id.eq(id))
    }
}
