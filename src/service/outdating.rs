//! Counter-proposals that another change has overtaken.

use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter,
};

use super::{changes, content, events::NewEvent, fields};
use crate::{
    db::Tx,
    domain::{
        event::{EventBody, EventKind},
        negotiation::CounterProposalState,
    },
    entity::{counter_proposal, plan},
    error::Result,
    op::Op,
};

/// Ends the open counter-proposals whose field a change has given another value, or taken away; says what is to be told of them.
pub async fn settle(tx: &Tx, op: &Op, plan: &plan::Model) -> Result<Vec<NewEvent>> {
    let open = counter_proposal::Entity::find()
        .filter(counter_proposal::Column::PlanId.eq(plan.id))
        .filter(counter_proposal::Column::State.eq(CounterProposalState::Open))
        .all(&**tx)
        .await?;
    let mut told = Vec::new();
    if open.is_empty() {
        return Ok(told);
    }
    let (targets, commitments) = content::of_plan(&**tx, plan.id).await?;
    let written = content::as_written(plan.clone());
    for proposal in open {
        let now = fields::now(&written, &targets, &commitments, &proposal.change);
        if now.as_ref() == Some(&proposal.before) {
            continue;
        }
        let mut row = proposal.into_active_model();
        row.state = Set(CounterProposalState::Outdated);
        row.answered_at = Set(Some(op.now()));
        told.push(event(plan, &row.update(&**tx).await?, EventKind::CounterProposalAnswered));
    }
    Ok(told)
}

/// What is told of a counter-proposal.
pub fn event(plan: &plan::Model, proposal: &counter_proposal::Model, kind: EventKind) -> NewEvent {
    NewEvent {
        kind,
        plan: plan.id,
        partnership: plan.partnership_id,
        subject: proposal.id.0,
        seen_by: changes::seen_by(plan),
        body: EventBody::CounterProposal { proposal: proposal.id, state: proposal.state },
    }
}
