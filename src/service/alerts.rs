//! Warnings: opened and resolved as their causes come and go, read and acknowledged by each side for itself.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter,
    QuerySelect,
};
use uuid::Uuid;

use super::{
    access, activities, causes, changes, events,
    events::NewEvent,
    page::{Found, Order, Page},
};
use crate::{
    db::Tx,
    domain::{
        actor::{Role, Scope, Side},
        alert::{self as rule, AlertRule, AlertState, Cause, Change, Ground, Kept, Severity},
        event::{EventBody, EventKind},
        id::{AlertId, PlanId},
        plan::PlanState,
    },
    entity::{alert, plan},
    error::{Error, Result},
    op::Op,
};

/// Brings all warnings of both sides in line with where the plan stands; the caller announces the events.
pub async fn evaluate(
    tx: &Tx,
    op: &Op,
    plan: &plan::Model,
    today: NaiveDate,
) -> Result<Vec<NewEvent>> {
    evaluate_on(tx, op, plan, today, &Ground::ALL).await
}

/// [`evaluate`], for what a change has touched. What is known to be amiss with the feeds is looked at in any case.
pub async fn evaluate_on(
    tx: &Tx,
    op: &Op,
    plan: &plan::Model,
    today: NaiveDate,
    grounds: &[Ground],
) -> Result<Vec<NewEvent>> {
    let rows = alert::Entity::find().filter(alert::Column::PlanId.eq(plan.id)).all(&**tx).await?;
    let is_open =
        |ground| rows.iter().any(|row| row.rule.ground() == ground && row.state.is_open());
    let mut grounds = grounds.to_vec();
    if !grounds.contains(&Ground::Feeds) && is_open(Ground::Feeds) {
        grounds.push(Ground::Feeds);
    }
    let causes = causes::of_plan(tx, plan, today, &grounds).await?;
    let mut rows: BTreeMap<(Side, AlertRule, Uuid), alert::Model> = rows
        .into_iter()
        .filter(|row| grounds.contains(&row.rule.ground()))
        .map(|row| ((row.side, row.rule, row.subject_id), row))
        .collect();
    let mut told = Vec::new();
    for side in Side::BOTH {
        let kept =
            rows.iter().filter(|((of, _, _), _)| *of == side).map(|((_, rule, subject), row)| {
                ((*rule, *subject), Kept { state: row.state, message: row.message.clone() })
            });
        for change in rule::reconcile(&kept.collect(), causes.of(side)) {
            let key = match &change {
                Change::Open(cause) | Change::Reopen(cause) | Change::Reword(cause) => {
                    (side, cause.rule, cause.subject)
                }
                Change::Resolve { rule, subject } => (side, *rule, *subject),
            };
            told.extend(carry_out(tx, op, plan, side, change, rows.remove(&key)).await?);
        }
    }
    Ok(told)
}

/// [`evaluate`], today in the vendor's time zone.
pub async fn evaluate_today(tx: &Tx, op: &Op, plan: &plan::Model) -> Result<Vec<NewEvent>> {
    let today = activities::today(tx, op, plan.vendor_id).await?;
    evaluate(tx, op, plan, today).await
}

/// [`evaluate_on`] what reviews and their action items have come to, today.
pub async fn evaluate_reviews(tx: &Tx, op: &Op, plan: &plan::Model) -> Result<Vec<NewEvent>> {
    let today = activities::today(tx, op, plan.vendor_id).await?;
    evaluate_on(tx, op, plan, today, &[Ground::Reviews]).await
}

/// Brings the warnings about the plan in force that `renewal` renews, if it renews one, in line with that, and announces them.
pub async fn evaluate_renewed(tx: &Tx, op: &Op, renewal: &plan::Model) -> Result<()> {
    let Some(renewed) = renewal.renews_id else { return Ok(()) };
    let found = plan::Entity::find_by_id(renewed).one(&**tx).await?;
    let Some(plan) = found.filter(|plan| plan.state == PlanState::Active) else { return Ok(()) };
    let told = evaluate_today(tx, op, &plan).await?;
    events::record(tx, op, plan.vendor_id, told).await
}

async fn carry_out(
    tx: &Tx,
    op: &Op,
    plan: &plan::Model,
    side: Side,
    change: Change,
    row: Option<alert::Model>,
) -> Result<Option<NewEvent>> {
    let (alert, kind) = match (change, row) {
        (Change::Open(cause), _) => {
            let row = opened(op, plan, side, cause).insert(&**tx).await?;
            (row, EventKind::AlertOpened)
        }
        (Change::Reopen(cause), Some(row)) => {
            let again = alert::Model {
                state: AlertState::Open,
                message: cause.message,
                opened_at: op.now(),
                times_opened: row.times_opened + 1,
                acknowledged_at: None,
                acknowledged_by: None,
                resolved_at: None,
                ..row
            };
            (again.into_active_model().reset_all().update(&**tx).await?, EventKind::AlertOpened)
        }
        (Change::Reword(cause), Some(row)) => {
            let mut row = row.into_active_model();
            row.message = Set(cause.message);
            row.update(&**tx).await?;
            return Ok(None);
        }
        (Change::Resolve { .. }, Some(row)) => {
            let mut row = row.into_active_model();
            row.state = Set(AlertState::Resolved);
            row.resolved_at = Set(Some(op.now()));
            (row.update(&**tx).await?, EventKind::AlertResolved)
        }
        (Change::Reopen(_) | Change::Reword(_) | Change::Resolve { .. }, None) => return Ok(None),
    };
    Ok(Some(told(&alert, kind)))
}

fn opened(op: &Op, plan: &plan::Model, side: Side, cause: Cause) -> alert::ActiveModel {
    alert::ActiveModel {
        id: Set(op.mint()),
        vendor_id: Set(plan.vendor_id),
        partner_id: Set(plan.partner_id),
        partnership_id: Set(plan.partnership_id),
        plan_id: Set(plan.id),
        side: Set(side),
        rule: Set(cause.rule),
        subject_id: Set(cause.subject),
        severity: Set(cause.rule.severity()),
        state: Set(AlertState::Open),
        message: Set(cause.message),
        opened_at: Set(op.now()),
        times_opened: Set(1),
        acknowledged_at: Set(None),
        acknowledged_by: Set(None),
        resolved_at: Set(None),
    }
}

fn told(alert: &alert::Model, kind: EventKind) -> NewEvent {
    NewEvent {
        kind,
        plan: alert.plan_id,
        partnership: alert.partnership_id,
        subject: alert.id.0,
        seen_by: Some(alert.side),
        body: EventBody::Alert { alert: alert.id },
    }
}

/// Which warnings are wanted.
#[derive(Clone, Debug, Default)]
pub struct AlertFilter {
    /// Only of this plan.
    pub plan: Option<PlanId>,
    /// Only in these states.
    pub states: Option<Vec<AlertState>>,
    /// Only of these rules.
    pub rules: Option<Vec<AlertRule>>,
    /// Only at least this severe.
    pub severities: Option<Vec<Severity>>,
}

fn filtered(op: &Op, filter: &AlertFilter) -> sea_orm::Select<alert::Entity> {
    let mut alerts = alert::Entity::visible_to(&op.actor);
    if let Some(plan) = filter.plan {
        alerts = alerts.filter(alert::Column::PlanId.eq(plan));
    }
    if let Some(states) = &filter.states {
        alerts = alerts.filter(alert::Column::State.is_in(states.iter().copied()));
    }
    if let Some(rules) = &filter.rules {
        alerts = alerts.filter(alert::Column::Rule.is_in(rules.iter().copied()));
    }
    if let Some(severities) = &filter.severities {
        alerts = alerts.filter(alert::Column::Severity.is_in(severities.iter().copied()));
    }
    alerts
}

/// The own side's warnings, the latest first.
pub async fn list(op: &Op, filter: &AlertFilter, page: Page) -> Result<Found<alert::Model>> {
    access::scope(op, Scope::EventsRead)?;
    page.of(op.db.read(), filtered(op, filter), alert::Column::Id, Order::NewestFirst).await
}

/// How many warnings of the own side there are.
pub async fn count(op: &Op, filter: &AlertFilter) -> Result<u64> {
    use sea_orm::PaginatorTrait;
    access::scope(op, Scope::EventsRead)?;
    Ok(filtered(op, filter).count(op.db.read()).await?)
}

/// How many of the own side's warnings about plans stand, acknowledged or not; a plan without any is left out.
pub async fn standing_of_plans(op: &Op, plans: &[PlanId]) -> Result<BTreeMap<PlanId, i64>> {
    access::scope(op, Scope::EventsRead)?;
    let counts = alert::Entity::visible_to(&op.actor)
        .select_only()
        .column(alert::Column::PlanId)
        .column_as(alert::Column::Id.count(), "n_alerts")
        .filter(alert::Column::PlanId.is_in(plans.iter().copied()))
        .filter(alert::Column::State.ne(AlertState::Resolved))
        .group_by(alert::Column::PlanId);
    let counts: Vec<(PlanId, i64)> = counts.into_tuple().all(op.db.read()).await?;
    Ok(counts.into_iter().collect())
}

/// A warning of the own side.
pub async fn find(op: &Op, id: AlertId) -> Result<Option<alert::Model>> {
    access::scope(op, Scope::EventsRead)?;
    Ok(alert::Entity::visible_to(&op.actor)
        .filter(alert::Column::Id.eq(id))
        .one(op.db.read())
        .await?)
}

/// Takes note of a warning for the own side; one that is acknowledged or resolved stays as it is.
pub async fn acknowledge(op: &Op, id: AlertId) -> Result<alert::Model> {
    let member = op.member()?;
    access::scope(op, Scope::EventsRead)?;
    let tx = op.db.write().await?;
    let visible = alert::Entity::visible_to(&op.actor).filter(alert::Column::Id.eq(id));
    let seen = visible.clone().one(&*tx).await?.ok_or(Error::NotFound("alert"))?;
    changes::lock(&tx, seen.partnership_id).await?;
    let alert = visible.one(&*tx).await?.ok_or(Error::NotFound("alert"))?;
    let may =
        member.works_on(alert.partnership_id) || member.role().is_some_and(Role::is_executive);
    if !may {
        return Err(Error::Forbidden(
            "alerts are acknowledged by those who work on the plan".into(),
        ));
    }
    if alert.state != AlertState::Open {
        return Ok(alert);
    }
    let mut row = alert.into_active_model();
    row.state = Set(AlertState::Acknowledged);
    row.acknowledged_at = Set(Some(op.now()));
    row.acknowledged_by = Set(member.user());
    let alert = row.update(&*tx).await?;
    let event = told(&alert, EventKind::AlertAcknowledged);
    events::record(&tx, op, alert.vendor_id, vec![event]).await?;
    tx.commit().await?;
    Ok(alert)
}
