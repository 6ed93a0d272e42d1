//! `counter_proposal`: a value that one side proposes for a single field of a plan.

use sea_orm::entity::prelude::*;

use crate::domain::{
    actor::{Actor, Side},
    id::{CounterProposalId, PlanId, UserId},
    negotiation::{CounterProposalState, FieldChange},
};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "counter_proposal")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CounterProposalId,
    pub plan_id: PlanId,
    pub thread_id: CounterProposalId,
    pub answers_id: Option<CounterProposalId>,
    pub subject: String,
    pub side: Side,
    pub proposed_by: Option<UserId>,
    pub change: FieldChange,
    pub before: FieldChange,
    pub reason: String,
    pub state: CounterProposalState,
    pub proposed_at: DateTimeUtc,
    pub answered_by: Option<UserId>,
    pub answer_reason: Option<String>,
    pub answered_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// Counter-proposals on plans that the actor may see. The only way in.
    pub fn visible_to(actor: &Actor) -> Select<Self> {
        Self::find().filter(super::of_plans(actor, Column::PlanId))
    }
}
