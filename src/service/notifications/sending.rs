//! Mails: what is due for somebody is put together and sent until a server has taken it.
//!
//! What a mail tells is written down before it is sent, and it is one process's as long as that has it on lease; so a process that dies
//! leaves behind what another one sends again, under the same id. A person gets one mail after the other: while one waits for a server
//! that is down, what comes later waits for the next.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect, QueryTrait, sea_query::Expr,
};
use uuid::Uuid;

use super::{composing::Reader, preferences, unsubscribing};
use crate::{
    db::{Held, Tx},
    domain::{
        actor::Actor,
        id::{EventId, MailId, NotificationId, UserId},
        notification::{
            NotificationState,
            letter::{self, Letter, Words},
            schedule,
        },
    },
    entity::{mail, notification, user},
    error::Result,
    op::Op,
    service::sessions,
};

/// How long a mail is left to a process that says nothing more of it: longer than a try may take.
const LEASE: TimeDelta = TimeDelta::minutes(2);

/// Things that one mail tells at most; what is left comes in the next one.
const MOST_TOLD: u64 = 100;

/// Characters kept of what went wrong.
const LONGEST_ERROR: usize = 300;

/// A mail, ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// Which it is: the same at each try.
    pub id: MailId,
    /// What the reader is called.
    pub name: String,
    /// The reader's address.
    pub email: String,
    /// What it says.
    pub words: Words,
    /// The events that it tells of, in their order.
    pub events: Vec<EventId>,
    /// Where the reader stops further mails, with one click.
    pub unsubscribe_url: String,
}

/// What there is to do.
#[derive(Debug)]
pub enum Claim {
    /// To send this, and to say what came of it.
    Mail(Box<Outgoing>),
    /// To look again: something has changed meanwhile.
    Again,
    /// Nothing, until something happens or is due.
    Nothing,
}

/// What came of a try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A server has taken it.
    Sent,
    /// It is tried again.
    Failed,
    /// It is not tried any more.
    Dead,
    /// Another process has taken over meanwhile.
    Lost,
}

/// Forgets who was at work, where only one process can be: whoever it was is gone.
pub async fn begin(op: &Op) -> Result<()> {
    if op.db.is_shared() {
        return Ok(());
    }
    let tx = op.db.write().await?;
    mail::Entity::update_many()
        .col_expr(mail::Column::LeasedUntil, Expr::value(None::<DateTime<Utc>>))
        .filter(mail::Column::LeasedUntil.is_not_null())
        .exec(&*tx)
        .await?;
    tx.commit().await?;
    Ok(())
}

/// Takes the next mail that is due for `worker`: one that was tried before, or one of all that is due for somebody.
pub async fn claim(op: &Op, worker: Uuid, public_url: &str) -> Result<Claim> {
    let taken = match due(op).await? {
        Some(id) => take(op, worker, id).await?,
        None => match reader_of_due(op).await? {
            Some(user) => put_together(op, worker, user).await?,
            None => return Ok(Claim::Nothing),
        },
    };
    match taken {
        Some(mail) => compose(op, worker, mail, public_url).await,
        None => Ok(Claim::Again),
    }
}

/// What came of a try: the mail is over, or tried again.
///
/// Nothing is noted where another process has taken over meanwhile.
pub async fn settle(
    op: &Op,
    worker: Uuid,
    id: MailId,
    reply: std::result::Result<(), String>,
) -> Result<Outcome> {
    let dice = op.secret()?;
    let dice = u64::from_be_bytes(std::array::from_fn(|at| dice[at]));
    let tx = op.db.write().await?;
    let Some(mail) = held_by(&tx, worker, id).await? else { return Ok(Outcome::Lost) };
    let (n_failed, since) = (mail.n_failed + 1, mail.created_at);
    let outcome = match reply {
        Ok(()) => {
            finish(&tx, op, mail, NotificationState::Sent).await?;
            Outcome::Sent
        }
        Err(error) => {
            let wait = schedule::wait(n_failed, since, op.now(), dice);
            let mut row = mail.clone().into_active_model();
            row.n_failed = Set(n_failed);
            row.error = Set(Some(error.chars().take(LONGEST_ERROR).collect()));
            row.next_try_at = Set(wait.map(|wait| op.now() + wait));
            release(&mut row);
            let mail = row.update(&*tx).await?;
            if wait.is_none() {
                finish(&tx, op, mail, NotificationState::Dead).await?;
                Outcome::Dead
            } else {
                Outcome::Failed
            }
        }
    };
    tx.commit().await?;
    Ok(outcome)
}

/// How many things wait to be told.
pub async fn count_waiting(op: &Op) -> Result<u64> {
    let waiting = notification::Entity::visible_to(&op.actor)
        .filter(notification::Column::State.eq(NotificationState::Pending));
    Ok(waiting.count(op.db.read()).await?)
}

/// A mail that is to be tried now and that nobody has.
async fn due(op: &Op) -> Result<Option<MailId>> {
    let now = op.now();
    let found = mail::Entity::visible_to(&op.actor)
        .select_only()
        .column(mail::Column::Id)
        .filter(mail::Column::State.eq(NotificationState::Pending))
        .filter(mail::Column::NextTryAt.lte(now))
        .filter(free(now))
        .order_by_asc(mail::Column::NextTryAt)
        .order_by_asc(mail::Column::Id)
        .into_tuple()
        .one(op.db.read())
        .await?;
    Ok(found)
}

/// Somebody for whom something is due, and who waits for no mail.
async fn reader_of_due(op: &Op) -> Result<Option<UserId>> {
    let found = notification::Entity::visible_to(&op.actor)
        .select_only()
        .column(notification::Column::UserId)
        .filter(notification::Column::State.eq(NotificationState::Pending))
        .filter(notification::Column::MailId.is_null())
        .filter(notification::Column::DueAt.lte(op.now()))
        .filter(
            notification::Column::UserId.not_in_subquery(
                mail::Entity::visible_to(&op.actor)
                    .select_only()
                    .column(mail::Column::UserId)
                    .filter(mail::Column::State.eq(NotificationState::Pending))
                    .into_query(),
            ),
        )
        .order_by_asc(notification::Column::DueAt)
        .order_by_asc(notification::Column::Id)
        .into_tuple()
        .one(op.db.read())
        .await?;
    Ok(found)
}

/// Takes a mail on lease, unless somebody else was faster.
async fn take(op: &Op, worker: Uuid, id: MailId) -> Result<Option<mail::Model>> {
    let now = op.now();
    let tx = op.db.write().await?;
    let found = mail::Entity::visible_to(&op.actor)
        .filter(mail::Column::Id.eq(id))
        .filter(mail::Column::State.eq(NotificationState::Pending))
        .filter(mail::Column::NextTryAt.lte(now))
        .filter(free(now))
        .held()
        .one(&*tx)
        .await?;
    let Some(mail) = found else { return Ok(None) };
    let mut row = mail.into_active_model();
    row.leased_by = Set(Some(worker));
    row.leased_until = Set(Some(now + LEASE));
    let mail = row.update(&*tx).await?;
    tx.commit().await?;
    Ok(Some(mail))
}

/// Writes down a mail of all that is due for somebody, on lease, unless somebody else was faster.
async fn put_together(op: &Op, worker: Uuid, user: UserId) -> Result<Option<mail::Model>> {
    let now = op.now();
    let tx = op.db.write().await?;
    // One process after the other looks what is due for a person.
    let people = user::Entity::visible_to(&op.actor).filter(user::Column::Id.eq(user));
    people.held().one(&*tx).await?;
    let waiting = mail::Entity::visible_to(&op.actor)
        .filter(mail::Column::UserId.eq(user))
        .filter(mail::Column::State.eq(NotificationState::Pending));
    if waiting.count(&*tx).await? > 0 {
        return Ok(None);
    }
    let due: Vec<NotificationId> = notification::Entity::visible_to(&op.actor)
        .select_only()
        .column(notification::Column::Id)
        .filter(notification::Column::UserId.eq(user))
        .filter(notification::Column::State.eq(NotificationState::Pending))
        .filter(notification::Column::MailId.is_null())
        .filter(notification::Column::DueAt.lte(now))
        .order_by_asc(notification::Column::OccurredAt)
        .order_by_asc(notification::Column::Position)
        .limit(MOST_TOLD)
        .into_tuple()
        .all(&*tx)
        .await?;
    if due.is_empty() {
        return Ok(None);
    }
    let row = mail::ActiveModel {
        id: Set(op.mint()),
        user_id: Set(user),
        state: Set(NotificationState::Pending),
        n_failed: Set(0),
        next_try_at: Set(Some(now)),
        leased_by: Set(Some(worker)),
        leased_until: Set(Some(now + LEASE)),
        error: Set(None),
        created_at: Set(now),
        finished_at: Set(None),
    };
    let mail = row.insert(&*tx).await?;
    notification::Entity::update_many()
        .col_expr(notification::Column::MailId, Expr::value(mail.id))
        .filter(notification::Column::Id.is_in(due))
        .exec(&*tx)
        .await?;
    tx.commit().await?;
    Ok(Some(mail))
}

/// Puts a mail in words, as its reader may read it now. One that nobody is to read is over, one in quiet hours waits for their end.
async fn compose(op: &Op, worker: Uuid, mail: mail::Model, public_url: &str) -> Result<Claim> {
    let db = op.db.read();
    let people = user::Entity::visible_to(&op.actor).filter(user::Column::Id.eq(mail.user_id));
    let user = people.one(db).await?.filter(|user| user.is_active);
    let said = preferences::of(db, &[mail.user_id]).await?.remove(&mail.user_id);
    let Some((user, said)) = user.zip(said) else {
        return withdraw(op, worker, mail.id, Vec::new(), true).await;
    };
    let preferences = said.preferences;
    let wanted_at = preferences.not_before(op.now());
    if wanted_at > op.now() {
        return postpone(op, worker, mail.id, wanted_at).await;
    }
    let told = notification::Entity::visible_to(&op.actor)
        .filter(notification::Column::MailId.eq(mail.id))
        .filter(notification::Column::State.eq(NotificationState::Pending))
        .order_by_asc(notification::Column::OccurredAt)
        .order_by_asc(notification::Column::Position)
        .all(db)
        .await?;
    let actor = sessions::actor_of(db, &user).await?;
    let mut reader = Reader::new(op, actor, &user, &preferences, public_url);
    let (mut items, mut events, mut over) = (Vec::new(), Vec::new(), Vec::new());
    for notification in &told {
        if let Some(item) = reader.item(notification).await? {
            items.push(item);
            events.push(notification.event_id);
        } else {
            over.push(notification.id);
        }
    }
    let is_empty = items.is_empty();
    if is_empty || !over.is_empty() {
        let claim = withdraw(op, worker, mail.id, over, is_empty).await?;
        if is_empty {
            return Ok(claim);
        }
    }
    let key = unsubscribing::key(op).await?;
    let unsubscribe_url = format!("{public_url}/unsubscribe/{}", key.token(user.id));
    let letter = Letter {
        name: user.name.clone(),
        zone: preferences.zone,
        delivery: preferences.delivery,
        items,
        unsubscribe_url: unsubscribe_url.clone(),
    };
    Ok(Claim::Mail(Box::new(Outgoing {
        id: mail.id,
        name: user.name,
        email: user.email,
        words: letter::write(&letter),
        events,
        unsubscribe_url,
    })))
}

/// Takes things out of a mail that its reader is not to be told; the whole mail, if nothing is left of it.
async fn withdraw(
    op: &Op,
    worker: Uuid,
    id: MailId,
    over: Vec<NotificationId>,
    is_whole: bool,
) -> Result<Claim> {
    let tx = op.db.write().await?;
    let Some(mail) = held_by(&tx, worker, id).await? else { return Ok(Claim::Again) };
    if is_whole {
        finish(&tx, op, mail, NotificationState::Withdrawn).await?;
    } else {
        let gone = notification::Column::Id.is_in(over);
        end_all(&tx, op, gone, NotificationState::Withdrawn).await?;
    }
    tx.commit().await?;
    Ok(Claim::Again)
}

async fn postpone(op: &Op, worker: Uuid, id: MailId, until: DateTime<Utc>) -> Result<Claim> {
    let tx = op.db.write().await?;
    let Some(mail) = held_by(&tx, worker, id).await? else { return Ok(Claim::Again) };
    let mut row = mail.into_active_model();
    row.next_try_at = Set(Some(until));
    release(&mut row);
    row.update(&*tx).await?;
    tx.commit().await?;
    Ok(Claim::Again)
}

/// The mail, if `worker` has it still; held until the transaction ends.
async fn held_by(tx: &Tx, worker: Uuid, id: MailId) -> Result<Option<mail::Model>> {
    let mail = mail::Entity::visible_to(&Actor::System)
        .filter(mail::Column::Id.eq(id))
        .filter(mail::Column::State.eq(NotificationState::Pending))
        .filter(mail::Column::LeasedBy.eq(worker));
    Ok(mail.held().one(&**tx).await?)
}

/// Ends a mail, and all that it was still to tell.
async fn finish(tx: &Tx, op: &Op, mail: mail::Model, state: NotificationState) -> Result<()> {
    end_all(tx, op, notification::Column::MailId.eq(mail.id), state).await?;
    let mut row = mail.into_active_model();
    row.state = Set(state);
    row.next_try_at = Set(None);
    row.finished_at = Set(Some(op.now()));
    release(&mut row);
    row.update(&**tx).await?;
    Ok(())
}

async fn end_all(
    tx: &Tx,
    op: &Op,
    which: sea_orm::sea_query::SimpleExpr,
    state: NotificationState,
) -> Result<()> {
    let ended = notification::ActiveModel {
        state: Set(state),
        finished_at: Set(Some(op.now())),
        ..Default::default()
    };
    notification::Entity::update_many()
        .set(ended)
        .filter(which)
        .filter(notification::Column::State.eq(NotificationState::Pending))
        .exec(&**tx)
        .await?;
    Ok(())
}

fn release(row: &mut mail::ActiveModel) {
    row.leased_by = Set(None);
    row.leased_until = Set(None);
}

/// Mails that no process has.
fn free(now: DateTime<Utc>) -> sea_orm::Condition {
    let until = mail::Column::LeasedUntil;
    sea_orm::Condition::any().add(until.is_null()).add(until.lte(now))
}
