//! The context of an operation: who acts, on which database, at what time, with which dice.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use rand::{TryRngCore, rngs::OsRng};
use tokio::sync::OnceCell;
use uuid::{ContextV7, Timestamp, Uuid};

use crate::{
    clock::Clock,
    db::Db,
    domain::{
        actor::{Actor, Member},
        id::Id,
        sign_in::SignInRules,
    },
    error::{Error, Result},
    import::Mapping,
    service::cursors::Sealer,
};

/// Everything that a use case may ask of the world.
#[derive(Clone, Debug)]
pub struct Op {
    /// Where things are kept.
    pub db: Db,
    /// What time it is.
    pub clock: Clock,
    /// On whose behalf this is done.
    pub actor: Actor,
    /// How people sign in.
    pub sign_in: SignInRules,
    /// Says what is wrong with a mapping of an integration's tables: whoever reads tables knows, and use cases know no tables.
    pub check_mapping: fn(&str) -> std::result::Result<(), String>,
    /// What seals cursors of events, once it is known; [`cursors::sealer`](crate::service::cursors::sealer) gives it.
    pub sealer: Arc<OnceCell<Sealer>>,
    ids: Arc<std::sync::Mutex<ContextV7>>,
}

impl Op {
    /// An operation of `actor`, under the usual rules of signing in.
    pub fn new(db: Db, clock: Clock, actor: Actor) -> Self {
        let ids = Arc::new(std::sync::Mutex::new(ContextV7::new()));
        Self {
            db,
            clock,
            actor,
            sign_in: SignInRules::default(),
            check_mapping: |mapping| Mapping::of_one_table(mapping).map(drop),
            sealer: Arc::new(OnceCell::new()),
            ids,
        }
    }

    /// The same world under other rules of signing in.
    #[must_use]
    pub fn with_sign_in(self, sign_in: SignInRules) -> Self {
        Self { sign_in, ..self }
    }

    /// The same world, acted in by somebody else.
    #[must_use]
    pub fn acting_as(&self, actor: Actor) -> Self {
        Self { actor, ..self.clone() }
    }

    /// The signed-in person or integration; a stranger is refused.
    pub fn member(&self) -> Result<&Member> {
        self.actor.member().ok_or(Error::Unauthenticated)
    }

    /// Now.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Today in a vendor's time zone.
    pub fn today(&self, zone: Tz) -> NaiveDate {
        self.clock.today(zone)
    }

    /// A new identity; later ones sort after earlier ones of the same process.
    pub fn mint<I: Id>(&self) -> I {
        let now = self.now();
        let ids = self.ids.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let seconds = u64::try_from(now.timestamp()).unwrap_or_default();
        I::from(Uuid::new_v7(Timestamp::from_unix(&*ids, seconds, now.timestamp_subsec_nanos())))
    }

    /// Thirty-two bytes that nobody can guess.
    pub fn secret(&self) -> Result<[u8; 32]> {
        let mut bytes = [0; 32];
        OsRng.try_fill_bytes(&mut bytes).map_err(|error| Error::Entropy(error.to_string()))?;
        Ok(bytes)
    }
}
