//! Cursors of events as clients hold them: sealed, because a position tells how much happened in between, to whomever.
//!
//! The seal (AES-SIV, RFC 5297) is the same on every server of the house, gives one event one cursor, and cannot be made up.

use std::fmt;

use aes_siv::{KeyInit, siv::Aes128Siv};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use sea_orm::{ActiveValue::Set, EntityTrait, sea_query::OnConflict};

use crate::{
    domain::event::EventCursor,
    entity::secret,
    error::{Error, Result},
    op::Op,
};

/// The name under which the key is kept.
const KEY: &str = "event_cursor";

/// What keeps stored secrets apart from cursors.
const HIDDEN: &str = "webhook_secret";

/// Seals cursors and opens them again.
#[derive(Clone)]
pub struct Sealer([u8; 32]);

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sealer").finish_non_exhaustive()
    }
}

impl Sealer {
    /// Seals with this key.
    pub fn new(key: [u8; 32]) -> Self {
        Self(key)
    }

    /// A cursor for a client.
    pub fn seal(&self, cursor: &EventCursor) -> Result<String> {
        let sealed = self.cipher().encrypt([KEY.as_bytes()], &cursor.to_bytes());
        let sealed = sealed.map_err(|error| Error::Inconsistent(error.to_string()))?;
        Ok(BASE64_URL_SAFE_NO_PAD.encode(sealed))
    }

    /// The cursor that this house has sealed; none for anything else.
    pub fn open(&self, text: &str) -> Option<EventCursor> {
        let sealed = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
        let bytes = self.cipher().decrypt([KEY.as_bytes()], &sealed).ok()?;
        EventCursor::from_bytes(&bytes).ok()
    }

    /// A secret as it is stored.
    pub fn hide(&self, secret: &[u8]) -> Result<Vec<u8>> {
        let hidden = self.cipher().encrypt([HIDDEN.as_bytes()], secret);
        hidden.map_err(|error| Error::Inconsistent(error.to_string()))
    }

    /// The secret that [`Sealer::hide`] has hidden.
    pub fn reveal(&self, hidden: &[u8]) -> Result<Vec<u8>> {
        let secret = self.cipher().decrypt([HIDDEN.as_bytes()], hidden);
        secret.map_err(|_error| Error::Inconsistent("a secret of another house".to_owned()))
    }

    fn cipher(&self) -> Aes128Siv {
        Aes128Siv::new(&self.0.into())
    }
}

/// The sealer of the house, whose key is made when first needed.
pub async fn sealer(op: &Op) -> Result<Sealer> {
    op.kept.sealer.get_or_try_init(|| load(op)).await.cloned()
}

async fn load(op: &Op) -> Result<Sealer> {
    let kept = || secret::Entity::find_by_id(KEY);
    let found = if let Some(found) = kept().one(op.db.read()).await? {
        found
    } else {
        let tx = op.db.write().await?;
        let fresh =
            secret::ActiveModel { name: Set(KEY.to_owned()), bytes: Set(op.secret()?.to_vec()) };
        secret::Entity::insert(fresh)
            .on_conflict(OnConflict::new().do_nothing().to_owned())
            .exec_without_returning(&*tx)
            .await?;
        let found = kept().one(&*tx).await?;
        tx.commit().await?;
        found.ok_or_else(|| Error::Inconsistent("the key of cursors is gone".to_owned()))?
    };
    let key = <[u8; 32]>::try_from(found.bytes.as_slice());
    key.map(Sealer)
        .map_err(|_length| Error::Inconsistent("the key of cursors is no key".to_owned()))
}
