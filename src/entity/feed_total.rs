//! `feed_total`: how many facts of a kind a source has reported of a partnership, and the latest of them.

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;

use crate::domain::{activity::ActivityKind, actor::Actor, id::PartnershipId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "feed_total")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub partnership_id: PartnershipId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub kind: ActivityKind,
    #[sea_orm(primary_key, auto_increment = false)]
    pub source: String,
    pub n_facts: i64,
    pub last_occurred_on: NaiveDate,
    pub last_recorded_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// Of the own organisation's partnerships.
    pub fn visible_to(actor: &Actor) -> Select<Self> {
        Self::find().filter(super::of_partnerships(actor, Column::PartnershipId))
    }
}
