//! Events become notifications: a row for each person whom one concerns, once.
//!
//! How far a vendor's events have been gone through is moved in the transaction that writes the rows, so that nothing is left out and
//! nothing comes twice, whoever dies in between; another process that is at it too finds the cursor moved.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter,
    QueryOrder, QuerySelect, sea_query::OnConflict,
};

use super::{
    audience::{self, Subject, TOLD},
    preferences,
};
use crate::{
    db::{Held, Tx},
    domain::{
        actor::Actor,
        event::EventBody,
        id::{OrganizationId, UserId},
        notification::NotificationState,
    },
    entity::{alert, comment, event, notification, notification_cursor},
    error::Result,
    op::Op,
};

/// Events gone through at once.
const STEP: u64 = 200;

/// What happened before is not told: a house that begins to send mails does not begin with its past.
const LATEST: TimeDelta = TimeDelta::days(7);

/// Goes through some events of one vendor that has news; false when there are none. What fails for one vendor keeps no other one
/// waiting.
pub async fn step(op: &Op, heads: &BTreeMap<OrganizationId, i64>) -> Result<bool> {
    let known = notification_cursor::Entity::find().all(op.db.read()).await?;
    let known: BTreeMap<OrganizationId, i64> =
        known.into_iter().map(|cursor| (cursor.vendor_id, cursor.position)).collect();
    let mut went = Ok(false);
    for (vendor, head) in heads {
        let position = known.get(vendor).copied().unwrap_or(0);
        if position < *head {
            went = go_through(op, *vendor, position, *head).await;
            if went.is_ok() {
                break;
            }
        }
    }
    went
}

async fn go_through(op: &Op, vendor: OrganizationId, after: i64, head: i64) -> Result<bool> {
    let events = event::Entity::visible_to(&Actor::System)
        .filter(event::Column::VendorId.eq(vendor))
        .filter(event::Column::Position.gt(after))
        .filter(event::Column::Position.lte(head))
        .filter(event::Column::Kind.is_in(TOLD))
        .order_by_asc(event::Column::Position)
        .limit(STEP)
        .all(op.db.read())
        .await?;
    let is_all = u64::try_from(events.len()).unwrap_or(STEP) < STEP;
    let reached = if is_all { head } else { events.last().map_or(head, |event| event.position) };

    let tx = op.db.write().await?;
    let begun = notification_cursor::ActiveModel { vendor_id: Set(vendor), position: Set(0) };
    notification_cursor::Entity::insert(begun)
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(&*tx)
        .await?;
    let cursor = notification_cursor::Entity::find_by_id(vendor).held().one(&*tx).await?;
    let Some(cursor) = cursor.filter(|cursor| cursor.position == after) else { return Ok(true) };
    for event in events.iter().filter(|event| op.now() - event.occurred_at < LATEST) {
        write_down(&tx, op, event).await?;
    }
    let mut row = cursor.into_active_model();
    row.position = Set(reached);
    row.update(&*tx).await?;
    tx.commit().await?;
    Ok(true)
}

/// Writes down for each person whom an event concerns that they are to be told of it.
async fn write_down(tx: &Tx, op: &Op, event: &event::Model) -> Result<()> {
    let Some(subject) = subject(tx, &event.payload).await? else { return Ok(()) };
    let audience = audience::of(&**tx, event.kind, &subject).await?;
    let people: Vec<UserId> = audience.keys().copied().collect();
    let said = preferences::of(&**tx, &people).await?;
    let (rule, subject_id) = (subject.rule(), subject.id());
    let rows: Vec<notification::ActiveModel> = audience
        .into_values()
        .filter_map(|(user, reason)| {
            let due_at = said.get(&user.id)?.preferences.due_at(rule, event.occurred_at)?;
            Some(notification::ActiveModel {
                id: Set(op.mint()),
                user_id: Set(user.id),
                vendor_id: Set(event.vendor_id),
                position: Set(event.position),
                event_id: Set(event.id),
                kind: Set(event.kind),
                subject_id: Set(subject_id),
                rule: Set(rule),
                reason: Set(reason),
                state: Set(NotificationState::Pending),
                occurred_at: Set(event.occurred_at),
                due_at: Set(due_at),
                mail_id: Set(None),
                finished_at: Set(None),
            })
        })
        .collect();
    if rows.is_empty() {
        return Ok(());
    }
    let twice = OnConflict::columns([notification::Column::UserId, notification::Column::EventId]);
    notification::Entity::insert_many(rows)
        .on_conflict(twice.clone().do_nothing().to_owned())
        .exec_without_returning(&**tx)
        .await?;
    Ok(())
}

/// What an event is about, as it is now; none when it is gone.
async fn subject(tx: &Tx, body: &EventBody) -> Result<Option<Subject>> {
    Ok(match body {
        EventBody::Alert { alert, .. } => {
            let found = alert::Entity::visible_to(&Actor::System)
                .filter(alert::Column::Id.eq(*alert))
                .one(&**tx)
                .await?;
            found.map(Subject::Alert)
        }
        EventBody::Comment { comment } => {
            let found = comment::Entity::visible_to(&Actor::System)
                .filter(comment::Column::Id.eq(*comment))
                .one(&**tx)
                .await?;
            found.map(Subject::Comment)
        }
        _ => None,
    })
}
