//! Secrets that are shown once and kept as hashes.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use crate::{error::Result, op::Op};

/// What the access token of a session begins with.
pub const ACCESS: &str = "jbpa_";

/// What the refresh token of a session begins with.
pub const REFRESH: &str = "jbpr_";

/// What the token of an integration begins with.
pub const INTEGRATION: &str = "jbpi_";

/// Characters of an initial password: 120 bits.
const INITIAL_PASSWORD_LENGTH: usize = 20;

/// A fresh token, before it is shown for the only time.
#[derive(Clone)]
pub struct Token {
    /// What the caller keeps.
    pub shown: String,
    /// What the house keeps.
    pub hash: String,
}

impl Token {
    /// A token that begins with `prefix` and that nobody can guess.
    pub fn mint(op: &Op, prefix: &str) -> Result<Self> {
        let shown = format!("{prefix}{}", BASE64_URL_SAFE_NO_PAD.encode(op.secret()?));
        Ok(Self { hash: hash(&shown), shown })
    }
}

/// Whether a token is one that this house has given out, or one that looks so.
pub fn is_ours(shown: &str) -> bool {
    [ACCESS, REFRESH, INTEGRATION].iter().any(|prefix| shown.starts_with(prefix))
}

/// What is kept of a token. It has 256 random bits, so that a plain hash is enough.
pub fn hash(shown: &str) -> String {
    hex::encode(Sha256::digest(shown))
}

/// A password for the first sign-in, to be handed over once.
pub fn initial_password(op: &Op) -> Result<String> {
    let mut password = BASE64_URL_SAFE_NO_PAD.encode(op.secret()?);
    password.truncate(INITIAL_PASSWORD_LENGTH);
    Ok(password)
}
