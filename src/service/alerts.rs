//! Warnings: opened and resolved as their causes come and go, for each side its own.
//!
//! What a side does with its warnings is in [`acting`], what the clock does in [`rousing`], how they are found in [`listing`].

pub mod acting;
pub mod listing;
pub mod rousing;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter,
};
use uuid::Uuid;

use super::{activities, causes, events, events::NewEvent};
use crate::{
    db::Tx,
    domain::{
        actor::Side,
        alert::{
            self as rule, AlertDeed, AlertRule, AlertState, Cause, Change, Ground, Kept, Severity,
        },
        event::{EventBody, EventKind},
        id::UserId,
        plan::PlanState,
    },
    entity::{alert, plan},
    error::Result,
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
    let stands =
        |ground| rows.iter().any(|row| row.rule.ground() == ground && row.state.is_standing());
    let mut grounds = grounds.to_vec();
    if !grounds.contains(&Ground::Feeds) && stands(Ground::Feeds) {
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
                let (state, severity) = (row.state, row.severity);
                ((*rule, *subject), Kept { state, severity, message: row.message.clone() })
            });
        let rules = &plan.policy.alert_rules;
        for change in rule::reconcile(&kept.collect(), causes.of(side), side, rules) {
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
                state: row.state.after(AlertDeed::Reopen)?,
                severity: severity(plan, cause.rule),
                message: cause.message,
                opened_at: op.now(),
                times_opened: row.times_opened + 1,
                acknowledged_at: None,
                acknowledged_by: None,
                resolved_at: None,
                ask_id: op.mint(),
                asked_at: op.now(),
                snoozed_until: None,
                assignee_id: None,
                escalated_at: None,
                ..row
            };
            (again.into_active_model().reset_all().update(&**tx).await?, EventKind::AlertOpened)
        }
        (Change::Reword(cause), Some(row)) => {
            let mut row = row.into_active_model();
            row.severity = Set(severity(plan, cause.rule));
            row.message = Set(cause.message);
            row.update(&**tx).await?;
            return Ok(None);
        }
        (Change::Resolve { .. }, Some(row)) => {
            let state = row.state.after(AlertDeed::Resolve)?;
            let mut row = row.into_active_model();
            row.state = Set(state);
            row.snoozed_until = Set(None);
            row.resolved_at = Set(Some(op.now()));
            (row.update(&**tx).await?, EventKind::AlertResolved)
        }
        (Change::Reopen(_) | Change::Reword(_) | Change::Resolve { .. }, None) => return Ok(None),
    };
    Ok(Some(told(&alert, kind, &[])))
}

fn severity(plan: &plan::Model, rule: AlertRule) -> Severity {
    plan.policy.alert_rules.of(rule).severity
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
        severity: Set(severity(plan, cause.rule)),
        state: Set(AlertState::Open),
        message: Set(cause.message),
        opened_at: Set(op.now()),
        times_opened: Set(1),
        acknowledged_at: Set(None),
        acknowledged_by: Set(None),
        resolved_at: Set(None),
        ask_id: Set(op.mint()),
        asked_at: Set(op.now()),
        snoozed_until: Set(None),
        assignee_id: Set(None),
        escalated_at: Set(None),
    }
}

/// The event that something became of a warning, with whom it is about.
fn told(alert: &alert::Model, kind: EventKind, people: &[UserId]) -> NewEvent {
    NewEvent {
        kind,
        plan: alert.plan_id,
        partnership: alert.partnership_id,
        subject: alert.id.0,
        seen_by: Some(alert.side),
        body: EventBody::Alert {
            alert: alert.id,
            people: people.to_vec(),
            until: alert.snoozed_until,
        },
    }
}
