//! Putting a signed plan in force: its reviews get their dates, and the facts that already happened are counted.

use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait, IntoActiveModel};

use super::{activities, alerts, content, events::NewEvent, rollups};
use crate::{
    db::Tx,
    domain::{
        event::{EventBody, EventKind},
        review::{ReviewPlan, ReviewState},
    },
    entity::{plan, review},
    error::{Error, Result},
    op::Op,
};

/// Puts version `number` in force; the caller announces the events.
pub async fn activate(
    tx: &Tx,
    op: &Op,
    plan: plan::Model,
    number: i32,
) -> Result<(plan::Model, Vec<NewEvent>)> {
    let today = activities::today(tx, op, plan.vendor_id).await?;
    let sealed =
        plan.stage().sealed().map_err(|_wrong| Error::Inconsistent("not proposed".into()))?;
    let plan = plan::Model {
        state: sealed.state,
        amendment: sealed.amendment,
        version_in_force: Some(number),
        proposed_version: None,
        activated_on: Some(today),
        watch_on: today.succ_opt(),
        ..plan
    };
    let plan = plan.into_active_model().reset_all().update(&**tx).await?;
    schedule_reviews(tx, op, &plan).await?;
    rollups::rebuild_plan(tx, &plan).await?;

    let activated = NewEvent {
        kind: EventKind::PlanActivated,
        plan: plan.id,
        partnership: plan.partnership_id,
        subject: plan.id.0,
        seen_by: None,
        body: EventBody::Version { number },
    };
    let mut events = vec![activated];
    events.extend(alerts::evaluate(tx, op, &plan, today).await?);
    Ok((plan, events))
}

async fn schedule_reviews(tx: &Tx, op: &Op, plan: &plan::Model) -> Result<()> {
    let Some(cadence) = &plan.content.cadence else { return Ok(()) };
    let reviews = ReviewPlan {
        period: content::period(plan),
        cadence: cadence.cadence,
        offset_days: cadence.offset_days,
        dates: &cadence.dates,
    }
    .schedule();
    let rows = (1..).zip(reviews).map(|(number, scheduled)| review::ActiveModel {
        id: Set(op.mint()),
        plan_id: Set(plan.id),
        number: Set(number),
        covers_from: Set(scheduled.covers.start),
        covers_to: Set(scheduled.covers.end),
        scheduled_on: Set(scheduled.on),
        kind: Set(cadence.kind),
        format: Set(cadence.format),
        state: Set(ReviewState::Scheduled),
        agenda: Set(None),
        held_on: Set(None),
        held_at: Set(None),
        held_by: Set(None),
        minutes: Set(None),
        skip_reason: Set(None),
    });
    let rows: Vec<_> = rows.collect();
    if !rows.is_empty() {
        review::Entity::insert_many(rows).exec_without_returning(&**tx).await?;
    }
    Ok(())
}
