//! Putting a signed plan in force: its reviews get their dates, and the facts that already happened are counted.

use chrono::NaiveDate;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter,
    QueryOrder, sea_query::Expr,
};

use super::{activities, alerts, content, events::NewEvent, rollups};
use crate::{
    db::Tx,
    domain::{
        content::ReviewCadence,
        event::{EventBody, EventKind},
        id::PlanId,
        review::{ReviewPlan, ReviewState},
        version::Snapshot,
    },
    entity::{plan, plan_version, review},
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
    seal(tx, op, plan.id, number).await?;
    schedule_reviews(tx, op, &plan, plan.content.cadence.as_ref(), None, 1).await?;
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

/// Marks a version as signed by both.
pub async fn seal(tx: &Tx, op: &Op, plan: PlanId, number: i32) -> Result<()> {
    plan_version::Entity::update_many()
        .col_expr(plan_version::Column::SealedAt, Expr::value(op.now()))
        .filter(plan_version::Column::PlanId.eq(plan))
        .filter(plan_version::Column::Number.eq(number))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// An amended cadence gives the reviews from its day on new dates; those that were due before stay as they are.
pub async fn reschedule_reviews(
    tx: &Tx,
    op: &Op,
    plan: &plan::Model,
    before: &Snapshot,
    after: &Snapshot,
) -> Result<()> {
    let Some(from) = after.effective_on.filter(|_| before.content.cadence != after.content.cadence)
    else {
        return Ok(());
    };
    review::Entity::delete_many()
        .filter(review::Column::PlanId.eq(plan.id))
        .filter(review::Column::State.eq(ReviewState::Scheduled))
        .filter(review::Column::ScheduledOn.gte(from))
        .exec(&**tx)
        .await?;
    let last = review::Entity::find()
        .filter(review::Column::PlanId.eq(plan.id))
        .order_by_desc(review::Column::Number)
        .one(&**tx)
        .await?;
    let first = last.map_or(1, |review| review.number + 1);
    schedule_reviews(tx, op, plan, after.content.cadence.as_ref(), Some(from), first).await
}

async fn schedule_reviews(
    tx: &Tx,
    op: &Op,
    plan: &plan::Model,
    cadence: Option<&ReviewCadence>,
    from: Option<NaiveDate>,
    first: i32,
) -> Result<()> {
    let Some(cadence) = cadence else { return Ok(()) };
    let mut reviews = ReviewPlan {
        period: content::period(plan),
        cadence: cadence.cadence,
        offset_days: cadence.offset_days,
        dates: &cadence.dates,
    }
    .schedule();
    reviews.retain(|scheduled| from.is_none_or(|from| scheduled.on >= from));
    let rows = (first..).zip(reviews).map(|(number, scheduled)| review::ActiveModel {
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
