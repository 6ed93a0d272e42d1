//! The end of a plan: closed when its period is over, or terminated before, with notice and reason (domain §4).

use chrono::NaiveDate;
use serde_json::json;

use super::{
    activities, alerts, amendments,
    changes::{announce, for_update, moved},
    check, events,
    events::NewEvent,
    scorecards,
};
use crate::{
    db::Tx,
    domain::{
        content::Termination,
        event::{EventBody, EventKind},
        id::PlanId,
        plan::{PlanAction, PlanStage, PlanState},
    },
    entity::plan,
    error::{Error, Result},
    op::Op,
};

/// Closes a plan whose period is over: its figures no longer move.
pub async fn close(op: &Op, id: PlanId, expected_revision: i32) -> Result<plan::Model> {
    let (tx, plan, next) = for_update(op, id, PlanAction::Close, Some(expected_revision)).await?;
    let today = activities::today(&tx, op, plan.vendor_id).await?;
    if today <= plan.ends_on {
        let message = format!("the plan lasts until {}; close it after that day", plan.ends_on);
        return Err(Error::invalid("planId", message));
    }
    let plan = end(&tx, op, plan, next, today).await?;
    let (kind, body) = (EventKind::PlanCompleted, EventBody::Plain);
    announce(&tx, op, &plan, kind, "closePlan", body, None).await?;
    tx.commit().await?;
    Ok(plan)
}

/// Ends a plan before its time: at once when `effective_on` is today, otherwise when that day comes.
pub async fn terminate(
    op: &Op,
    id: PlanId,
    expected_revision: i32,
    effective_on: NaiveDate,
    reason: String,
) -> Result<plan::Model> {
    check::reason(&reason)?;
    let (tx, plan, next) =
        for_update(op, id, PlanAction::Terminate, Some(expected_revision)).await?;
    let today = activities::today(&tx, op, plan.vendor_id).await?;
    if effective_on < today {
        let message = format!("{effective_on} is past; today is {today}");
        return Err(Error::invalid("effectiveOn", message));
    }
    if effective_on > plan.ends_on {
        let message = format!("{effective_on} is after {}, the plan's last day", plan.ends_on);
        return Err(Error::invalid("effectiveOn", message));
    }
    let after = Some(json!({ "effectiveOn": effective_on, "reason": reason }));
    let by = op.member()?.side;
    let termination = Termination { effective_on, reason, by, noticed_at: op.now() };
    let plan = plan::Model { termination: Some(termination), ..plan };
    let (plan, kind) = if effective_on == today {
        (end(&tx, op, plan, next, today).await?, EventKind::PlanTerminated)
    } else {
        let stage = plan.stage();
        (moved(&tx, op, plan, stage).await?, EventKind::TerminationNoticed)
    };
    announce(&tx, op, &plan, kind, "terminatePlan", EventBody::Plain, after).await?;
    tx.commit().await?;
    Ok(plan)
}

/// Ends a plan whose notice has run out; the caller announces the event.
pub async fn run_out(
    tx: &Tx,
    op: &Op,
    plan: plan::Model,
    today: NaiveDate,
) -> Result<(plan::Model, Option<NewEvent>)> {
    let is_over = plan.termination.as_ref().is_some_and(|notice| notice.effective_on <= today);
    if !is_over {
        return Ok((plan, None));
    }
    let plan = end(tx, op, plan, PlanState::Terminated.into(), today).await?;
    let event = NewEvent {
        kind: EventKind::PlanTerminated,
        plan: plan.id,
        partnership: plan.partnership_id,
        subject: plan.id.0,
        seen_by: None,
        body: EventBody::Plain,
    };
    Ok((plan, Some(event)))
}

async fn end(
    tx: &Tx,
    op: &Op,
    mut plan: plan::Model,
    stage: PlanStage,
    today: NaiveDate,
) -> Result<plan::Model> {
    amendments::discard(tx, op, &mut plan).await?;
    let card = scorecards::freeze(&**tx, &plan, today.min(plan.ends_on)).await?;
    scorecards::store(tx, op, &plan, None, &card).await?;
    let plan = moved(tx, op, plan::Model { watch_on: None, ..plan }, stage).await?;
    let told = alerts::evaluate(tx, op, &plan, today).await?;
    events::record(tx, op, plan.vendor_id, told).await?;
    Ok(plan)
}
