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
        notification::unsubscribe::UnsubscribeKey,
        sign_in::SignInRules,
        webhook::address::Reach,
    },
    error::{Error, Result},
    import::Mapping,
    service::{callers::Callers, cursors::Sealer, issuers::Issuers},
};

/// What a process need not look up again; it says for itself how long it is believed.
#[derive(Debug, Default)]
pub struct Kept {
    /// What seals cursors of events, once it is known; [`cursors::sealer`](crate::service::cursors::sealer) gives it.
    pub sealer: OnceCell<Sealer>,
    /// What makes links by which mails are stopped, once it is known.
    pub unsubscribing: OnceCell<UnsubscribeKey>,
    /// Who has called.
    pub callers: Callers,
}

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
    /// What this process need not look up again.
    pub kept: Arc<Kept>,
    /// Who else's tokens are believed.
    pub issuers: Arc<Issuers>,
    /// Where webhooks may go.
    pub reach: Reach,
    /// Says what is wrong with a mapping of an integration's tables: whoever reads tables knows, and use cases know no tables.
    pub check_mapping: fn(&str) -> std::result::Result<(), String>,
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
            kept: Arc::default(),
            issuers: Arc::new(Issuers::none()),
            reach: Reach::default(),
            check_mapping: |mapping| Mapping::of_one_table(mapping).map(drop),
            ids,
        }
    }

    /// The same world under other rules of signing in.
    #[must_use]
    pub fn with_sign_in(self, sign_in: SignInRules) -> Self {
        Self { sign_in, ..self }
    }

    /// The same world, in which the tokens of these issuers are believed.
    #[must_use]
    pub fn with_issuers(self, issuers: Issuers) -> Self {
        Self { issuers: Arc::new(issuers), ..self }
    }

    /// The same world, whose webhooks may go there.
    #[must_use]
    pub fn with_reach(self, reach: Reach) -> Self {
        Self { reach, ..self }
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
