//! Passwords, of which only an Argon2id hash is kept.

use argon2::{
    Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version,
    password_hash::phc::PasswordHash,
};
use tokio::{sync::Semaphore, task::spawn_blocking};

use crate::{
    domain::sign_in::PasswordCost,
    error::{Error, Result},
    op::Op,
};

/// Hashes at a time: each takes a core and the cost's memory, and a crowd at the door must not take all of either.
static TURNS: Semaphore = Semaphore::const_new(8);

/// What is kept of a password.
pub async fn hash(op: &Op, password: &str) -> Result<String> {
    let argon2 = argon2(op.sign_in.password_cost)?;
    let (password, salt) = (password.to_owned(), op.secret()?);
    in_turn(move || {
        argon2
            .hash_password_with_salt(password.as_bytes(), &salt[..16])
            .map(|hash| hash.to_string())
            .map_err(unhashable)
    })
    .await?
}

/// Whether `password` is the one that was hashed.
///
/// Without a hash the answer is no, and takes as long: whether an account exists does not show in the time.
pub async fn verify(op: &Op, password: &str, hash: Option<&str>) -> Result<bool> {
    let argon2 = argon2(op.sign_in.password_cost)?;
    let (password, hash) = (password.to_owned(), hash.map(str::to_owned));
    in_turn(move || match hash {
        Some(hash) => {
            let hash = PasswordHash::new(&hash).map_err(|error| {
                Error::Inconsistent(format!("a password hash cannot be read: {error}"))
            })?;
            Ok(argon2.verify_password(password.as_bytes(), &hash).is_ok())
        }
        None => argon2
            .hash_password_with_salt(password.as_bytes(), &[0; 16])
            .map(|_| false)
            .map_err(unhashable),
    })
    .await?
}

fn argon2(cost: PasswordCost) -> Result<Argon2<'static>> {
    let params = Params::new(cost.memory_kib, cost.passes, 1, None)
        .map_err(|error| Error::Inconsistent(format!("the password cost is refused: {error}")))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn unhashable(error: argon2::password_hash::Error) -> Error {
    Error::Inconsistent(format!("a password cannot be hashed: {error}"))
}

async fn in_turn<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    let failed = |error: &dyn std::fmt::Display| Error::Inconsistent(format!("hashing: {error}"));
    let _turn = TURNS.acquire().await.map_err(|error| failed(&error))?;
    spawn_blocking(work).await.map_err(|error| failed(&error))
}
