//! `comment`: what somebody says about a plan or a part of it.

use sea_orm::entity::prelude::*;

use crate::domain::{
    actor::{Actor, Side},
    comment::Visibility,
    id::{CommentId, PlanId, UserId},
};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "comment")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CommentId,
    pub plan_id: PlanId,
    pub subject: String,
    pub reply_to: Option<CommentId>,
    pub side: Side,
    pub visibility: Visibility,
    pub author_id: Option<UserId>,
    pub body: Option<String>,
    pub created_at: DateTimeUtc,
    pub retracted_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// Comments on plans that the actor may see: shared ones, and those that the own side keeps to itself, unless a viewer.
    /// The only way in.
    pub fn visible_to(actor: &Actor) -> Select<Self> {
        let comments = Self::find().filter(super::of_plans(actor, Column::PlanId));
        let shared = Column::Visibility.eq(Visibility::Shared);
        match actor.member() {
            Some(member) if member.reads_private() => {
                comments.filter(super::either(shared, Column::Side.eq(member.side)))
            }
            Some(_) => comments.filter(shared),
            None => comments,
        }
    }
}
