//! `alert_reading`: that a person has read a warning, as it asked then.

use sea_orm::entity::prelude::*;

use crate::domain::{
    actor::{Actor, Member},
    id::{AlertId, AskId, UserId},
};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "alert_reading")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: UserId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub alert_id: AlertId,
    pub ask_id: AskId,
    pub read_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// What the actor has read; an integration reads nothing. The only way in.
    pub fn visible_to(actor: &Actor) -> Select<Self> {
        match actor.member().and_then(Member::user) {
            Some(user) => Self::find().filter(Column::UserId.eq(user)),
            None => Self::find().filter(super::house_only(actor)),
        }
    }
}
