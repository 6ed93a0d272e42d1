//! `notification_preference`: how a person wants to be told by e-mail.

use sea_orm::entity::prelude::*;

use crate::domain::{
    actor::{Actor, Member},
    id::UserId,
    notification::{DigestWeekday, NotificationDelivery, QuietHours, RuleDeliveries},
};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "notification_preference")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: UserId,
    pub revision: i32,
    pub delivery: NotificationDelivery,
    pub rules: RuleDeliveries,
    pub quiet_hours: Option<QuietHours>,
    pub time_zone: String,
    pub digest_hour: i32,
    pub digest_weekday: DigestWeekday,
    pub changed_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// A person's own preferences. The only way in.
    pub fn visible_to(actor: &Actor) -> Select<Self> {
        match actor.member().and_then(Member::user) {
            Some(user) => Self::find().filter(Column::UserId.eq(user)),
            None => Self::find().filter(super::house_only(actor)),
        }
    }
}
