//! The keys of an issuer: fetched when they are needed, kept when they cannot be.
//!
//! A key that nobody knows makes us ask the issuer, but not more often than [`EVERY`]: who makes up names of keys makes us ask no more than
//! that. Known keys are asked for again when they are older than [`FRESH`], while they go on being used; an issuer that does not answer ends
//! nothing that is known. Asking is a task of its own: nobody whose key is known waits for it, and whoever goes away does not end it.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::BoxFuture;
use serde::Deserialize;
use tokio::{sync::watch, time::timeout};

use crate::domain::issuer::{
    is_trustworthy,
    key::{self, Key},
};

/// Between two questions to an issuer, at least.
const EVERY: TimeDelta = TimeDelta::seconds(30);

/// How old keys become before their next use makes us ask again; with the answer, what the issuer has withdrawn ends.
const FRESH: TimeDelta = TimeDelta::minutes(10);

/// How long a caller waits for an issuer to answer about a key that is not known.
const PATIENCE: Duration = Duration::from_secs(2);

/// Gets what is at an address, or says why not; in bounded time and size.
pub type Fetch = Arc<dyn Fn(String) -> BoxFuture<'static, Result<Vec<u8>, String>> + Send + Sync>;

/// Lets something go on by itself.
pub type Spawn = Arc<dyn Fn(BoxFuture<'static, ()>) + Send + Sync>;

/// What a keyring needs of the world.
#[derive(Clone)]
pub struct Outside {
    /// How the issuer is asked.
    pub fetch: Fetch,
    /// Where the question goes on.
    pub spawn: Spawn,
}

impl fmt::Debug for Outside {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outside").finish_non_exhaustive()
    }
}

/// Where keys come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The settings; they never change.
    Given(Vec<Key>),
    /// The issuer, whose discovery document says where.
    Discovered,
}

/// An issuer's keys.
#[derive(Debug)]
pub struct Keyring {
    issuer: String,
    is_discovered: bool,
    outside: Outside,
    state: Mutex<State>,
    /// Says that a question has been answered, well or not.
    news: watch::Sender<()>,
}

#[derive(Debug, Default)]
struct State {
    keys: Arc<[Key]>,
    fetched_at: Option<DateTime<Utc>>,
    asked_at: Option<DateTime<Utc>>,
    is_asking: bool,
}

impl Keyring {
    /// The keys of the issuer of this name, of which none is known yet unless they are given.
    pub fn new(issuer: String, source: Source, outside: Outside) -> Self {
        let (keys, is_discovered) = match source {
            Source::Given(keys) => (keys, false),
            Source::Discovered => (Vec::new(), true),
        };
        let state = State { keys: keys.into(), ..State::default() };
        Self {
            issuer,
            is_discovered,
            outside,
            state: Mutex::new(state),
            news: watch::Sender::new(()),
        }
    }

    /// The key of this name that is good for this algorithm; for one that is not known, the issuer is asked and waited for.
    pub async fn find(
        self: &Arc<Self>,
        id: Option<&str>,
        algorithm: &str,
        now: DateTime<Utc>,
    ) -> Option<Key> {
        // Listened to from before the question, so that the answer is not missed.
        let mut news = self.news.subscribe();
        let found = key::choose(&self.keys(), id, algorithm).cloned();
        if found.is_some() {
            if self.is_old(now) {
                self.renew(now);
            }
            return found;
        }
        self.renew(now);
        if !self.state().is_asking && !news.has_changed().unwrap_or(false) {
            return None;
        }
        if timeout(PATIENCE, news.changed()).await.is_err() {
            return None;
        }
        key::choose(&self.keys(), id, algorithm).cloned()
    }

    /// Asks the issuer for its keys, unless it was asked just now.
    pub fn renew(self: &Arc<Self>, now: DateTime<Utc>) {
        {
            let mut state = self.state();
            let is_soon = state.asked_at.is_some_and(|asked| (now - asked).abs() < EVERY);
            if !self.is_discovered || state.is_asking || is_soon {
                return;
            }
            state.is_asking = true;
            state.asked_at = Some(now);
        }
        let keyring = Arc::clone(self);
        (self.outside.spawn)(Box::pin(async move {
            let answer = keyring.ask().await;
            keyring.note(answer, now);
        }));
    }

    fn note(&self, answer: Result<Vec<Key>, String>, now: DateTime<Utc>) {
        {
            let mut state = self.state();
            state.is_asking = false;
            match answer {
                Ok(keys) => {
                    state.keys = keys.into();
                    state.fetched_at = Some(now);
                }
                Err(cause) => {
                    let age = state.fetched_at.map(|fetched| (now - fetched).num_seconds());
                    let (issuer, n_known) = (&self.issuer, state.keys.len());
                    tracing::warn!(
                        issuer,
                        cause,
                        n_known,
                        age,
                        "the keys of an issuer could not be fetched"
                    );
                }
            }
        }
        self.news.send_replace(());
    }

    /// The keys that the issuer publishes now.
    async fn ask(&self) -> Result<Vec<Key>, String> {
        #[derive(Deserialize)]
        struct Discovery {
            issuer: String,
            jwks_uri: String,
        }
        let base = self.issuer.trim_end_matches('/');
        let found =
            (self.outside.fetch)(format!("{base}/.well-known/openid-configuration")).await?;
        let Discovery { issuer, jwks_uri } = serde_json::from_slice(&found)
            .map_err(|error| format!("the discovery document: {error}"))?;
        if issuer != self.issuer {
            return Err(format!("the discovery document is of {issuer}"));
        }
        if !is_trustworthy(&jwks_uri) {
            return Err(format!("the keys are at {jwks_uri}, which is not safe"));
        }
        let keys = key::read(&(self.outside.fetch)(jwks_uri).await?).unwrap_or_default();
        if keys.is_empty() { Err("there is no key that we could use".to_owned()) } else { Ok(keys) }
    }

    fn is_old(&self, now: DateTime<Utc>) -> bool {
        self.state().fetched_at.is_some_and(|fetched| now - fetched >= FRESH)
    }

    fn keys(&self) -> Arc<[Key]> {
        Arc::clone(&self.state().keys)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
