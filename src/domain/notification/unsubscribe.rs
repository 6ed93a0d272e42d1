//! Links by which whoever has a mail stops further ones, without signing in.
//!
//! A link names the person and proves by a code (HMAC) that this house has written it. It opens nothing else, and never ends: a mail
//! may be years old when its reader has had enough.

use std::fmt;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use uuid::Uuid;

use crate::domain::id::UserId;

/// What the codes are made for, so that none means anything elsewhere.
const PURPOSE: &[u8] = b"unsubscribe";

/// Bytes of a code.
const LENGTH: usize = 16;

/// What the house's links are made with.
#[derive(Clone, PartialEq, Eq)]
pub struct UnsubscribeKey(pub [u8; 32]);

impl fmt::Debug for UnsubscribeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnsubscribeKey").finish_non_exhaustive()
    }
}

impl UnsubscribeKey {
    /// What stands in a person's links, always the same.
    pub fn token(&self, user: UserId) -> String {
        let mut bytes = user.0.as_bytes().to_vec();
        if let Some(mac) = self.code(user) {
            bytes.extend_from_slice(&mac.finalize().into_bytes()[..LENGTH]);
        }
        BASE64_URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Whose link it is; none for what this house has not written.
    pub fn open(&self, token: &str) -> Option<UserId> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(token).ok()?;
        let (user, code) = bytes.split_at_checked(16)?;
        let user = UserId(Uuid::from_slice(user).ok()?);
        let is_whole = code.len() == LENGTH;
        (is_whole && self.code(user)?.verify_truncated_left(code).is_ok()).then_some(user)
    }

    fn code(&self, user: UserId) -> Option<Hmac<Sha256>> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).ok()?;
        mac.update(PURPOSE);
        mac.update(user.0.as_bytes());
        Some(mac)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_opens_to_whom_it_was_written_for_and_to_nobody_else() {
        let (key, other) = (UnsubscribeKey([1; 32]), UnsubscribeKey([2; 32]));
        let (ada, bob) = (UserId(Uuid::from_u128(1)), UserId(Uuid::max()));
        let token = key.token(ada);
        assert_eq!(token.len(), 43);
        assert_eq!(key.open(&token), Some(ada));
        assert_eq!(key.token(ada), token);
        assert_eq!(other.open(&token), None);
        assert_eq!(key.open(&key.token(bob)), Some(bob));
        let swapped = format!("{}{}", &key.token(bob)[..21], &token[21..]);
        for wrong in [&swapped, &token[..42], &token[1..], &format!("{token}A"), "", "%", "AAAA"] {
            assert_eq!(key.open(wrong), None, "{wrong}");
        }
    }
}
