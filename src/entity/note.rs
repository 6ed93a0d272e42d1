//! `note`: a remark that one side keeps to itself.

use sea_orm::entity::prelude::*;

use crate::domain::{
    actor::{Actor, Side},
    id::{NoteId, PlanId, UserId},
};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "note")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: NoteId,
    pub plan_id: PlanId,
    pub side: Side,
    pub author_id: Option<UserId>,
    pub body: String,
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// Notes of the own side, unless a viewer, on plans that the caller has already seen. The only way in.
    pub fn visible_to(actor: &Actor) -> Select<Self> {
        match actor.member() {
            Some(member) if member.reads_private() => {
                Self::find().filter(Column::Side.eq(member.side))
            }
            _ => Self::find().filter(super::house_only(actor)),
        }
    }

    /// The note of this id, if the actor may see its plan too.
    pub fn of_id(actor: &Actor, id: NoteId) -> Select<Self> {
        Self::visible_to(actor)
            .filter(super::of_plans(actor, Column::PlanId))
            .filter(Column::Id.eq(id))
    }
}
