//! `team_member`: who works on a partnership, of either side.

use sea_orm::entity::prelude::*;

use crate::domain::{
    actor::Actor,
    id::{PartnershipId, TeamMemberId, UserId},
};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "team_member")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: TeamMemberId,
    pub partnership_id: PartnershipId,
    pub user_id: UserId,
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// Team members of the own organisation's partnerships. The only way in.
    pub fn visible_to(actor: &Actor) -> Select<Self> {
        Self::find().filter(super::of_partnerships(actor, Column::PartnershipId))
    }
}
