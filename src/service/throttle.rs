//! Guessing passwords gets slower and slower, for an address that somebody has and for one that nobody has alike.

use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter,
    sea_query::OnConflict,
};

use super::token;
use crate::{
    db::{Held, Tx},
    domain::sign_in::{forgotten_after, wait_after},
    entity::sign_in_try,
    error::{Error, Result},
    op::Op,
};

/// Counts a try to sign in, or refuses to look at it so soon after the last one.
///
/// It is counted before the password is checked, so that many tries at once are as slow as one after the other.
pub async fn enter(op: &Op, email: &str) -> Result<()> {
    let (now, hash) = (op.now(), hash(email));
    let tx = op.db.write().await?;
    sign_in_try::Entity::delete_many()
        .filter(sign_in_try::Column::LastAt.lt(now - forgotten_after()))
        .exec(&*tx)
        .await?;
    let first = sign_in_try::ActiveModel {
        email_hash: Set(hash.clone()),
        failures: Set(0),
        last_at: Set(now),
    };
    sign_in_try::Entity::insert(first)
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(&*tx)
        .await?;
    let tried = sign_in_try::Entity::find_by_id(hash).held().one(&*tx).await?;
    let tried = tried.ok_or_else(|| Error::Inconsistent("a try to sign in is gone".to_owned()))?;
    let retry_after = wait_after(tried.failures) - (now - tried.last_at);
    if retry_after > chrono::TimeDelta::zero() {
        return Err(Error::RateLimited { retry_after });
    }
    let failures = tried.failures.saturating_add(1);
    let mut row = tried.into_active_model();
    row.failures = Set(failures);
    row.last_at = Set(now);
    row.update(&*tx).await?;
    tx.commit().await?;
    Ok(())
}

/// Forgets the tries for an address: the password was right.
pub async fn forget(tx: &Tx, email: &str) -> Result<()> {
    sign_in_try::Entity::delete_by_id(hash(email)).exec(&**tx).await?;
    Ok(())
}

fn hash(email: &str) -> String {
    token::hash(&email.trim().to_lowercase())
}
