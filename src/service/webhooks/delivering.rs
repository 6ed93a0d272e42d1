//! Telling endpoints what happens: one delivery at a time to each, in order, until it is taken or given up.
//!
//! Where an endpoint stands is in its row: `position`, after which it has not been told anything. Whoever delivers takes the row on
//! lease, writes down what is to be told before it is sent, and moves the position once that is over; so a process that dies between
//! leaves behind what another one needs to go on, under the same id.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait,
    QueryFilter, sea_query::Expr,
};
use uuid::Uuid;

use super::{
    NewDelivery, delivery, endpoint,
    message::{self, Message},
    next::{self, Next},
};
use crate::{
    db::{Held, Tx},
    domain::{
        id::WebhookEndpointId,
        webhook::{
            Verdict, WebhookDeliveryStatus, WebhookEndpointState, WebhookPurpose, schedule,
            signature::{WebhookSecret, signatures},
        },
    },
    entity::{webhook_attempt, webhook_delivery, webhook_endpoint},
    error::{Error, Result},
    op::Op,
    service::cursors::{self, Sealer},
};

/// How long an endpoint is left to a process that says nothing more of it: longer than a try may take.
const LEASE: TimeDelta = TimeDelta::seconds(30);

/// Characters kept of what went wrong.
const LONGEST_ERROR: usize = 300;

/// Something to send.
#[derive(Clone, Debug)]
pub struct Letter {
    /// The delivery that it is a try of.
    pub delivery: webhook_delivery::Model,
    /// Where to.
    pub url: String,
    /// What.
    pub message: Message,
    secrets: Vec<WebhookSecret>,
    begun_at: DateTime<Utc>,
}

impl Letter {
    /// The headers that Standard Webhooks wants.
    pub fn headers(&self) -> [(&'static str, String); 3] {
        let Message { id, body } = &self.message;
        let timestamp = self.begun_at.timestamp();
        [
            ("webhook-id", id.clone()),
            ("webhook-timestamp", timestamp.to_string()),
            ("webhook-signature", signatures(&self.secrets, id, timestamp, body)),
        ]
    }
}

/// What an endpoint answered: a status, or why there was none.
pub type Reply = std::result::Result<u16, String>;

/// What there is to do for an endpoint.
#[derive(Debug)]
pub enum Claim {
    /// To send this, and to say what came of it.
    Letter(Box<Letter>),
    /// To look again: something has changed meanwhile.
    Again,
    /// Nothing, until something happens or is due.
    Nothing,
    /// Nothing here: another process has it until then.
    Taken(DateTime<Utc>),
}

/// Forgets who was at work, where only one process can be: whoever it was is gone.
pub async fn begin(op: &Op) -> Result<()> {
    if op.db.is_shared() {
        return Ok(());
    }
    let tx = op.db.write().await?;
    webhook_endpoint::Entity::update_many()
        .col_expr(webhook_endpoint::Column::LeasedUntil, Expr::value(None::<DateTime<Utc>>))
        .filter(webhook_endpoint::Column::LeasedUntil.is_not_null())
        .exec(&*tx)
        .await?;
    tx.commit().await?;
    Ok(())
}

/// Takes an endpoint for `worker`, and what is to be told it next.
pub async fn claim(op: &Op, worker: Uuid, id: WebhookEndpointId) -> Result<Claim> {
    let found = endpoint(op, id).one(op.db.read()).await?;
    let Some(seen) = found.filter(|found| found.state == WebhookEndpointState::Enabled) else {
        return Ok(Claim::Nothing);
    };
    if let Some(until) = taken_by_another(&seen, worker, op.now()) {
        return Ok(Claim::Taken(until));
    }
    let next = next::next(op, &seen).await?;
    if let Next::Nothing { due_at, passed: None } = next
        && due_at == seen.due_at
        && seen.leased_by.is_none()
    {
        return Ok(Claim::Nothing);
    }

    let sealer = cursors::sealer(op).await?;
    let tx = op.db.write().await?;
    let Some(current) = endpoint(op, id).held().one(&*tx).await? else {
        return Ok(Claim::Nothing);
    };
    if let Some(until) = taken_by_another(&current, worker, op.now()) {
        return Ok(Claim::Taken(until));
    }
    if unleased(&current) != unleased(&seen) {
        return Ok(Claim::Again);
    }
    let (url, secrets) = (current.url.clone(), secrets(&sealer, &current, op.now())?);
    let mut row = current.into_active_model();
    let (delivery, event) = match next {
        Next::Nothing { due_at, passed } => {
            if let Some(passed) = passed {
                row.position = Set(passed.to_bytes());
                row.caught_up_at = Set(op.now());
            }
            row.due_at = Set(due_at);
            release(&mut row);
            row.update(&*tx).await?;
            tx.commit().await?;
            return Ok(Claim::Nothing);
        }
        Next::Withdrawn(delivery) => {
            if delivery.is_in_order {
                row.position = Set(delivery.cursor.clone());
                row.update(&*tx).await?;
            }
            finish(&tx, op, *delivery, WebhookDeliveryStatus::Withdrawn).await?;
            tx.commit().await?;
            return Ok(Claim::Again);
        }
        Next::Due(delivery, event) => (*delivery, event),
        Next::Event(event, cursor) => {
            let new = NewDelivery {
                endpoint: id,
                purpose: WebhookPurpose::Event,
                event: Some(*event.clone()),
                cursor: cursor.to_bytes(),
            };
            (new.insert(&tx, op).await?, Some(event))
        }
        Next::Reset(cursor) => {
            let purpose = WebhookPurpose::StreamReset;
            let new = NewDelivery { endpoint: id, purpose, event: None, cursor: cursor.to_bytes() };
            (new.insert(&tx, op).await?, None)
        }
    };
    let until = op.now() + LEASE;
    row.leased_by = Set(Some(worker));
    row.leased_until = Set(Some(until));
    // Should this process die, another one looks then.
    row.due_at = Set(Some(until));
    row.update(&*tx).await?;
    tx.commit().await?;
    let message = message::write(&sealer, &delivery, event.as_deref())?;
    Ok(Claim::Letter(Box::new(Letter { delivery, url, message, secrets, begun_at: op.now() })))
}

/// What came of a letter: the delivery is over, or tried again, or the endpoint is told nothing more.
///
/// Nothing is noted where another process has taken over meanwhile, or the delivery is not wanted any more.
pub async fn settle(op: &Op, worker: Uuid, letter: &Letter, reply: Reply) -> Result<()> {
    let dice = op.secret()?;
    let dice = u64::from_be_bytes(std::array::from_fn(|at| dice[at]));
    let tx = op.db.write().await?;
    let held = endpoint(op, letter.delivery.endpoint_id).held().one(&*tx).await?;
    let Some(endpoint) = held.filter(|endpoint| endpoint.leased_by == Some(worker)) else {
        return Ok(());
    };
    let delivery = delivery(op, letter.delivery.id).one(&*tx).await?;
    let pending = delivery.filter(|found| found.status == WebhookDeliveryStatus::Pending);
    let Some(delivery) = pending else { return Ok(()) };
    note(&tx, op, letter, &reply).await?;

    let (now, is_in_order) = (op.now(), delivery.is_in_order);
    let failing_since = endpoint.failing_since.unwrap_or(letter.begun_at);
    let is_on = endpoint.state == WebhookEndpointState::Enabled;
    let mut row = endpoint.into_active_model();
    // The same process looks again at once.
    row.due_at = Set(Some(now));
    match Verdict::of(reply.ok()) {
        Verdict::Taken => {
            row.failing_since = Set(None);
            row.last_delivered_at = Set(Some(now));
            if is_in_order {
                row.position = Set(delivery.cursor.clone());
            }
            finish(&tx, op, delivery, WebhookDeliveryStatus::Delivered).await?;
        }
        verdict => {
            row.failing_since = Set(Some(failing_since));
            let given_up = match verdict {
                Verdict::Gone => Some(WebhookEndpointState::Gone),
                _ if schedule::is_hopeless(failing_since, now)
                    && has_dead_letter(&tx, op, &delivery, failing_since).await? =>
                {
                    Some(WebhookEndpointState::Failing)
                }
                _ => None,
            };
            if let Some(state) = given_up.filter(|_| is_on) {
                tracing::warn!(endpoint = %delivery.endpoint_id, ?state, "a webhook was switched off");
                row.state = Set(state);
                row.disabled_at = Set(Some(now));
                release(&mut row);
            }
            let n_failed = delivery.n_failed + 1;
            let wait = match (delivery.purpose, verdict) {
                (WebhookPurpose::Test, _) => None,
                // It waits for the endpoint to be switched on again.
                (_, Verdict::Gone) => Some(TimeDelta::zero()),
                _ => schedule::wait(n_failed, dice),
            };
            if let Some(wait) = wait {
                let mut again = delivery.into_active_model();
                again.n_failed = Set(n_failed);
                again.next_try_at = Set(Some(now + wait));
                again.update(&*tx).await?;
            } else {
                if is_in_order {
                    row.position = Set(delivery.cursor.clone());
                }
                finish(&tx, op, delivery, WebhookDeliveryStatus::Dead).await?;
            }
        }
    }
    row.update(&*tx).await?;
    tx.commit().await?;
    Ok(())
}

/// Until when another process has the endpoint.
fn taken_by_another(
    endpoint: &webhook_endpoint::Model,
    worker: Uuid,
    now: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    endpoint.leased_until.filter(|until| *until > now && endpoint.leased_by != Some(worker))
}

fn unleased(endpoint: &webhook_endpoint::Model) -> webhook_endpoint::Model {
    webhook_endpoint::Model { leased_by: None, leased_until: None, ..endpoint.clone() }
}

fn release(row: &mut webhook_endpoint::ActiveModel) {
    row.leased_by = Set(None);
    row.leased_until = Set(None);
}

/// The secrets that sign now, the latest first.
fn secrets(
    sealer: &Sealer,
    endpoint: &webhook_endpoint::Model,
    now: DateTime<Utc>,
) -> Result<Vec<WebhookSecret>> {
    let is_valid = endpoint.previous_secret_ends_at.is_some_and(|end| end > now);
    let previous = endpoint.previous_secret.as_ref().filter(|_| is_valid);
    [Some(&endpoint.secret), previous]
        .into_iter()
        .flatten()
        .map(|hidden| {
            let secret = <[u8; 32]>::try_from(sealer.reveal(hidden)?);
            let broken = |_bytes| Error::Inconsistent(format!("{} has no secret", endpoint.id));
            secret.map(WebhookSecret).map_err(broken)
        })
        .collect()
}

async fn note(tx: &Tx, op: &Op, letter: &Letter, reply: &Reply) -> Result<()> {
    let took = (op.now() - letter.begun_at).num_milliseconds();
    webhook_attempt::ActiveModel {
        id: Set(op.mint()),
        delivery_id: Set(letter.delivery.id),
        attempted_at: Set(letter.begun_at),
        duration_ms: Set(i32::try_from(took).unwrap_or(i32::MAX)),
        status_code: Set(reply.as_ref().ok().map(|status| i32::from(*status))),
        error: Set(reply.as_ref().err().map(|error| error.chars().take(LONGEST_ERROR).collect())),
    }
    .insert(&**tx)
    .await?;
    Ok(())
}

async fn finish(
    tx: &Tx,
    op: &Op,
    delivery: webhook_delivery::Model,
    status: WebhookDeliveryStatus,
) -> Result<()> {
    let n_failed = delivery.n_failed + i32::from(status == WebhookDeliveryStatus::Dead);
    let mut row = delivery.into_active_model();
    row.status = Set(status);
    row.n_failed = Set(n_failed);
    row.next_try_at = Set(None);
    row.finished_at = Set(Some(op.now()));
    row.update(&**tx).await?;
    Ok(())
}

/// Whether something else had to be given up since the endpoint fails.
async fn has_dead_letter(
    tx: &Tx,
    op: &Op,
    delivery: &webhook_delivery::Model,
    since: DateTime<Utc>,
) -> Result<bool> {
    let dead = webhook_delivery::Entity::visible_to(&op.actor)
        .filter(webhook_delivery::Column::EndpointId.eq(delivery.endpoint_id))
        .filter(webhook_delivery::Column::Status.eq(WebhookDeliveryStatus::Dead))
        .filter(webhook_delivery::Column::Purpose.ne(WebhookPurpose::Test))
        .filter(webhook_delivery::Column::FinishedAt.gte(since));
    Ok(dead.count(&**tx).await? > 0)
}
