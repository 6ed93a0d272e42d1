//! What a side does with its warnings: takes note of them, puts them off, gives them to somebody.

use chrono::{Days, NaiveDate};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, IntoActiveModel, QueryFilter};

use super::told;
use crate::{
    db::Tx,
    domain::{
        actor::{Member, Role, Scope},
        alert::{AlertDeed, AlertState, LONGEST_SNOOZE_DAYS},
        event::EventKind,
        id::{AlertId, UserId},
    },
    entity::alert,
    error::{Error, Result},
    op::Op,
    service::{access, activities, changes, events, inbox, people},
};

/// Warnings that can be named at once.
pub const MOST_AT_ONCE: usize = 100;

/// A warning of the own side, which the caller is about to do something with, under its partnership's lock.
async fn begin(op: &Op, id: AlertId) -> Result<(Tx, alert::Model, &Member)> {
    let member = op.member()?;
    access::scope(op, Scope::EventsRead)?;
    let tx = op.db.write().await?;
    let visible = || alert::Entity::visible_to(&op.actor).filter(alert::Column::Id.eq(id));
    let seen = visible().one(&*tx).await?.ok_or(Error::NotFound("alert"))?;
    changes::lock(&tx, seen.partnership_id).await?;
    let alert = visible().one(&*tx).await?.ok_or(Error::NotFound("alert"))?;
    Ok((tx, alert, member))
}

/// Stores what became of a warning, tells it, and makes it last.
async fn finish(
    tx: Tx,
    op: &Op,
    row: alert::ActiveModel,
    kind: EventKind,
    people: &[UserId],
) -> Result<alert::Model> {
    let alert = row.update(&*tx).await?;
    // Who has said what becomes of it has read it.
    if let Some(user) = op.member()?.user().filter(|_| !kind.is_assignment()) {
        inbox::keep(&tx, op, user, &alert).await?;
    }
    events::record(&tx, op, alert.vendor_id, vec![told(&alert, kind, people)]).await?;
    tx.commit().await?;
    Ok(alert)
}

/// Those who work on the plan, and executives, say what becomes of its warnings.
fn may_answer(member: &Member, alert: &alert::Model, done: &str) -> Result<()> {
    let is_executive = member.role().is_some_and(Role::is_executive);
    if is_executive || member.works_on(alert.partnership_id) {
        return Ok(());
    }
    Err(Error::Forbidden(format!("alerts are {done} by those who work on the plan")))
}

/// Takes note of a warning for the own side; one that is acknowledged or resolved stays as it is.
pub async fn acknowledge(op: &Op, id: AlertId) -> Result<alert::Model> {
    let (tx, alert, member) = begin(op, id).await?;
    may_answer(member, &alert, "acknowledged")?;
    let state = alert.state.after(AlertDeed::Acknowledge)?;
    if state == alert.state {
        if let Some(user) = member.user() {
            inbox::keep(&tx, op, user, &alert).await?;
            tx.commit().await?;
        }
        return Ok(alert);
    }
    let mut row = alert.into_active_model();
    row.state = Set(state);
    row.snoozed_until = Set(None);
    row.acknowledged_at = Set(Some(op.now()));
    row.acknowledged_by = Set(member.user());
    finish(tx, op, row, EventKind::AlertAcknowledged, &[]).await
}

/// Takes note of each of these warnings; what is refused of one does not hinder the others.
pub async fn acknowledge_each(op: &Op, ids: &[AlertId]) -> Result<Vec<Result<alert::Model>>> {
    op.member()?;
    at_once("alertIds", ids)?;
    let mut outcomes = Vec::with_capacity(ids.len());
    for id in ids {
        outcomes.push(acknowledge(op, *id).await);
    }
    Ok(outcomes)
}

/// Refuses to name more warnings than can be named at once.
pub fn at_once(field: &str, ids: &[AlertId]) -> Result<()> {
    if ids.len() > MOST_AT_ONCE {
        let message = format!("{} are more than {MOST_AT_ONCE}", ids.len());
        return Err(Error::invalid(field, message));
    }
    Ok(())
}

/// Puts a warning off until a day: it stands, and asks for nothing until then.
pub async fn snooze(op: &Op, id: AlertId, until: NaiveDate) -> Result<alert::Model> {
    let (tx, alert, member) = begin(op, id).await?;
    may_answer(member, &alert, "snoozed")?;
    let state = alert.state.after(AlertDeed::Snooze)?;
    let today = activities::today(&tx, op, alert.vendor_id).await?;
    let last = today.checked_add_days(Days::new(LONGEST_SNOOZE_DAYS)).unwrap_or(today);
    if until <= today || until > last {
        let message = format!("{until} is not after {today} and by {last}");
        return Err(Error::invalid("untilOn", message));
    }
    if alert.snoozed_until == Some(until) {
        return Ok(alert);
    }
    let mut row = alert.into_active_model();
    row.state = Set(state);
    row.snoozed_until = Set(Some(until));
    finish(tx, op, row, EventKind::AlertSnoozed, &[]).await
}

/// Gives a warning to somebody of the own side who works on the plan.
pub async fn assign(op: &Op, id: AlertId, assignee: UserId) -> Result<alert::Model> {
    let (tx, alert) = begin_assigning(op, id).await?;
    if !people::works_on(&*tx, alert.partnership_id, op.member()?.organization, assignee).await? {
        let message = format!("`{assignee}` is nobody of your side who works on the plan");
        return Err(Error::unknown("assigneeId", message));
    }
    if alert.assignee_id == Some(assignee) {
        return Ok(alert);
    }
    let mut row = alert.into_active_model();
    row.assignee_id = Set(Some(assignee));
    row.ask_id = Set(op.mint());
    finish(tx, op, row, EventKind::AlertAssigned, &[assignee]).await
}

/// Takes a warning from whom it was given to.
pub async fn unassign(op: &Op, id: AlertId) -> Result<alert::Model> {
    let (tx, alert) = begin_assigning(op, id).await?;
    let Some(assignee) = alert.assignee_id else { return Ok(alert) };
    let mut row = alert.into_active_model();
    row.assignee_id = Set(None);
    finish(tx, op, row, EventKind::AlertUnassigned, &[assignee]).await
}

/// Those who work on the plan share out its warnings.
async fn begin_assigning(op: &Op, id: AlertId) -> Result<(Tx, alert::Model)> {
    let (tx, alert, member) = begin(op, id).await?;
    if !member.works_on(alert.partnership_id) {
        return Err(Error::Forbidden("alerts are assigned by those who work on the plan".into()));
    }
    let state: AlertState = alert.state.after(AlertDeed::Assign)?;
    Ok((tx, alert::Model { state, ..alert }))
}
