//! Who calls, remembered while nothing about access changes.
//!
//! Tables that decide who somebody is count their changes per organisation (`access_epoch`, by triggers, so that no writer can
//! forget). A token that was looked up under the epoch of now stands for the same actor as then: one read by key instead of four.

use std::{
    collections::HashMap,
    num::NonZeroUsize,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use lru::LruCache;
use sea_orm::EntityTrait;
use tokio::time::Instant;

use super::sessions::Authenticated;
use crate::{
    domain::{
        actor::{Actor, Member},
        id::OrganizationId,
    },
    entity::access_epoch,
    error::Result,
    op::Op,
};

/// Callers that are remembered, those not heard of for longest going first.
const MOST_KNOWN: NonZeroUsize = NonZeroUsize::new(10_000).unwrap();

/// How long an epoch that was read is believed by those who only go on as before: a socket that sits idle, not a request.
const LATELY: Duration = Duration::from_millis(500);

/// An epoch and when it was read; the lock lets one of many who ask at once read it for all.
type Reading = Arc<tokio::sync::Mutex<Option<(Instant, i64)>>>;

/// Those who have called.
#[derive(Debug)]
pub struct Callers {
    /// By the hash of their token.
    known: Mutex<LruCache<String, Authenticated>>,
    lately: Mutex<HashMap<OrganizationId, Reading>>,
}

impl Default for Callers {
    fn default() -> Self {
        let known = Mutex::new(LruCache::new(MOST_KNOWN));
        Self { known, lately: Mutex::default() }
    }
}

impl Callers {
    fn known(&self) -> MutexGuard<'_, LruCache<String, Authenticated>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whoever presents the token with this hash, if that is known and still so.
    pub async fn find(&self, op: &Op, hash: &str) -> Result<Option<Authenticated>> {
        let found = self.known().get(hash).cloned();
        let Some(found) = found.filter(|found| found.holds_at(op.now())) else { return Ok(None) };
        let is_so = epoch_of(op, &found.actor).await? == found.epoch;
        Ok(is_so.then_some(found))
    }

    /// Whether access is still as it was under `epoch`, as far as was known half a second ago.
    pub async fn still_holds(&self, op: &Op, actor: &Actor, epoch: i64) -> Result<bool> {
        let Some(Member { organization, .. }) = actor.member() else { return Ok(true) };
        let reading = {
            let mut lately = self.lately.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(lately.entry(*organization).or_default())
        };
        let mut read = reading.lock().await;
        if let Some((_, known)) = read.filter(|(at, _)| at.elapsed() < LATELY) {
            return Ok(known == epoch);
        }
        let at = Instant::now();
        let known = epoch_of(op, actor).await?;
        *read = Some((at, known));
        Ok(known == epoch)
    }

    /// Remembers a caller. Whoever calls this has read the epoch before the actor.
    pub fn remember(&self, hash: String, found: &Authenticated) {
        self.known().put(hash, found.clone());
    }
}

/// The epoch of an actor's access; the house and strangers have only one.
pub async fn epoch_of(op: &Op, actor: &Actor) -> Result<i64> {
    match actor.member() {
        Some(Member { organization, .. }) => epoch(op, *organization).await,
        None => Ok(0),
    }
}

/// How often access has changed in an organisation.
async fn epoch(op: &Op, organization: OrganizationId) -> Result<i64> {
    let found = access_epoch::Entity::find_by_id(organization).one(op.db.read()).await?;
    Ok(found.map_or(0, |found| found.epoch))
}
