//! Stopping mails by a link of theirs, without signing in.

use super::preferences;
use crate::{
    domain::{id::UserId, notification::unsubscribe::UnsubscribeKey},
    error::{Error, Result},
    op::Op,
    service::house_key,
};

/// The name under which the key is kept.
const KEY: &str = "unsubscribe";

/// What the house's links are made with.
pub async fn key(op: &Op) -> Result<UnsubscribeKey> {
    let load = || async { house_key::load(op, KEY).await.map(UnsubscribeKey) };
    op.kept.unsubscribing.get_or_try_init(load).await.cloned()
}

/// Whether the house has written this link; nothing is changed.
pub async fn is_ours(op: &Op, token: &str) -> Result<bool> {
    Ok(reader(op, token).await?.is_some())
}

/// Lets the person whose link it is have no mails any more. False for what the house has not written.
pub async fn unsubscribe(op: &Op, token: &str) -> Result<bool> {
    let Some(user) = reader(op, token).await? else { return Ok(false) };
    match preferences::switch_off(op, user).await {
        // Nobody is there any more, who so gets no mails.
        Ok(()) | Err(Error::NotFound(_)) => Ok(true),
        Err(error) => Err(error),
    }
}

async fn reader(op: &Op, token: &str) -> Result<Option<UserId>> {
    Ok(key(op).await?.open(token))
}
