//! `mail`: a mail that tells a person one or several things.

use sea_orm::entity::prelude::*;

use crate::domain::{
    actor::{Actor, Member},
    id::{MailId, UserId},
    notification::NotificationState,
};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "mail")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: MailId,
    pub user_id: UserId,
    pub state: NotificationState,
    pub n_failed: i32,
    pub next_try_at: Option<DateTimeUtc>,
    pub leased_by: Option<Uuid>,
    pub leased_until: Option<DateTimeUtc>,
    pub error: Option<String>,
    pub created_at: DateTimeUtc,
    pub finished_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// A person's own mails. The only way in.
    pub fn visible_to(actor: &Actor) -> Select<Self> {
        match actor.member().and_then(Member::user) {
            Some(user) => Self::find().filter(Column::UserId.eq(user)),
            None => Self::find().filter(super::house_only(actor)),
        }
    }
}
