//! Who calls, remembered while nothing about access changes.
//!
//! Tables that decide who somebody is count their changes per organisation (`access_epoch`, by triggers, so that no writer can
//! forget). A token that was looked up under the epoch of now stands for the same actor as then: one read by key instead of four.

use std::{
    num::NonZeroUsize,
    sync::{Mutex, MutexGuard, PoisonError},
};

use lru::LruCache;
use sea_orm::EntityTrait;

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

/// Those who have called, by the hash of their token.
#[derive(Debug)]
pub struct Callers(Mutex<LruCache<String, Authenticated>>);

impl Default for Callers {
    fn default() -> Self {
        Self(Mutex::new(LruCache::new(MOST_KNOWN)))
    }
}

impl Callers {
    fn known(&self) -> MutexGuard<'_, LruCache<String, Authenticated>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whoever presents the token with this hash, if that is known and still so.
    pub async fn find(&self, op: &Op, hash: &str) -> Result<Option<Authenticated>> {
        let found = self.known().get(hash).cloned();
        let Some(found) = found.filter(|found| found.holds_at(op.now())) else { return Ok(None) };
        let is_so = epoch_of(op, &found.actor).await? == found.epoch;
        Ok(is_so.then_some(found))
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
