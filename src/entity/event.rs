//! `event`: something that happened, at its position in its vendor's order.

use sea_orm::{ExprTrait, entity::prelude::*};

use crate::domain::{
    actor::{Actor, Side},
    event::{EventBody, EventKind},
    id::{EventId, OrganizationId, PartnershipId, PlanId},
};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "event")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub vendor_id: OrganizationId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i64,
    pub id: EventId,
    pub occurred_at: DateTimeUtc,
    pub kind: EventKind,
    pub plan_id: Option<PlanId>,
    pub partnership_id: Option<PartnershipId>,
    pub subject_id: Option<Uuid>,
    pub seen_by: Option<Side>,
    pub actor: String,
    pub actor_side: Option<Side>,
    pub payload: EventBody,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// Events of the own organisation's partnerships that are not the other side's own; of what the own side keeps to itself, those who
    /// read shared content only hear of warnings. The only way in.
    pub fn visible_to(actor: &Actor) -> Select<Self> {
        let events = Self::find().filter(super::of_partnerships(actor, Column::PartnershipId));
        match actor.member() {
            Some(member) if member.reads_private() => events
                .filter(super::either(Column::SeenBy.is_null(), Column::SeenBy.eq(member.side))),
            Some(member) => {
                let warning =
                    Column::SeenBy.eq(member.side).and(Column::Kind.is_in(EventKind::ALERTS));
                events.filter(super::either(Column::SeenBy.is_null(), warning))
            }
            None => events,
        }
    }
}
