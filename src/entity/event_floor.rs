//! `event_floor`: the last event of a partnership that has been forgotten, for each audience.

use sea_orm::entity::prelude::*;

use crate::domain::{
    actor::Actor,
    event::Audience,
    id::{OrganizationId, PartnershipId},
};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "event_floor")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub partnership_id: PartnershipId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub audience: Audience,
    pub vendor_id: OrganizationId,
    pub position: i64,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// What is forgotten of the events that the actor might have seen. The only way in.
    pub fn visible_to(actor: &Actor) -> Select<Self> {
        let floors = Self::find().filter(super::of_partnerships(actor, Column::PartnershipId));
        match actor.member() {
            Some(member) => floors.filter(Column::Audience.is_in(Audience::heard_by(member))),
            None => floors,
        }
    }
}
