//! Cursors of events as clients hold them: sealed, because a position tells how much happened in between, to whomever.
//!
//! The seal (AES-SIV, RFC 5297) is the same on every server of the house, gives one event one cursor, and cannot be made up.

use std::fmt;

use aes_siv::{KeyInit, siv::Aes128Siv};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};

use super::house_key;
use crate::{
    domain::event::EventCursor,
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
    let load = || async { house_key::load(op, KEY).await.map(Sealer) };
    op.kept.sealer.get_or_try_init(load).await.cloned()
}
