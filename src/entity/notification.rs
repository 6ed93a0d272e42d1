//! `notification`: something that a person is to be told by e-mail, once.

use sea_orm::entity::prelude::*;

use crate::domain::{
    actor::{Actor, Member},
    alert::AlertRule,
    event::EventKind,
    id::{EventId, MailId, NotificationId, OrganizationId, UserId},
    notification::{NotificationReason, NotificationState},
};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "notification")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: NotificationId,
    pub user_id: UserId,
    pub vendor_id: OrganizationId,
    pub position: i64,
    pub event_id: EventId,
    pub kind: EventKind,
    pub subject_id: Uuid,
    pub rule: Option<AlertRule>,
    pub reason: NotificationReason,
    pub state: NotificationState,
    pub occurred_at: DateTimeUtc,
    pub due_at: DateTimeUtc,
    pub mail_id: Option<MailId>,
    pub finished_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// What a person is to be told. The only way in.
    pub fn visible_to(actor: &Actor) -> Select<Self> {
        match actor.member().and_then(Member::user) {
            Some(user) => Self::find().filter(Column::UserId.eq(user)),
            None => Self::find().filter(super::house_only(actor)),
        }
    }
}
