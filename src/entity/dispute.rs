//! `dispute`: one side says that a fact is not so.

use sea_orm::entity::prelude::*;

use crate::domain::{
    actor::{Actor, Side},
    dispute::DisputeState,
    id::{ActivityId, DisputeId, OrganizationId, PartnershipId},
};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "dispute")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DisputeId,
    pub vendor_id: OrganizationId,
    pub partnership_id: PartnershipId,
    pub activity_id: ActivityId,
    pub state: DisputeState,
    pub reason: String,
    pub raised_by: String,
    pub raised_side: Option<Side>,
    pub raised_at: DateTimeUtc,
    pub resolution: Option<String>,
    pub resolved_by: Option<String>,
    pub resolved_at: Option<DateTimeUtc>,
    pub superseded_by_id: Option<ActivityId>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// Disputes of facts of the own organisation's partnerships. The only way in.
    pub fn visible_to(actor: &Actor) -> Select<Self> {
        Self::find().filter(super::of_partnerships(actor, Column::PartnershipId))
    }
}
