//! Answers to keyed requests: asked again, a request gets the answer that it got, and is not done again.

use chrono::TimeDelta;
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, QueryFilter,
    sea_query::{Expr, OnConflict},
};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    db::Tx,
    domain::{id::OrganizationId, recording, version},
    entity::idempotency,
    error::{Error, Result},
    op::Op,
};

/// How long an answer is kept.
const KEPT: TimeDelta = TimeDelta::hours(24);

/// A keyed request.
#[derive(Clone, Debug)]
pub struct Asked {
    organization: OrganizationId,
    operation: &'static str,
    key: String,
    input_hash: String,
}

impl Asked {
    /// The request of `input` under `key`; each organisation has keys of its own.
    pub fn new(
        op: &Op,
        operation: &'static str,
        key: &str,
        input: &impl Serialize,
    ) -> Result<Self> {
        recording::name("idempotencyKey", key)?;
        let input =
            serde_json::to_string(input).map_err(|error| Error::Inconsistent(error.to_string()))?;
        Ok(Self {
            organization: op.member()?.organization,
            operation,
            key: key.to_owned(),
            input_hash: version::hash(&input),
        })
    }
}

/// The answer that the request got, if it was made; another input under the key is refused.
///
/// A request that was not made takes the key: the same request at the same moment waits here until this one is kept or undone.
pub async fn answer<T: DeserializeOwned>(tx: &Tx, op: &Op, asked: &Asked) -> Result<Option<T>> {
    use idempotency::Column;
    idempotency::Entity::delete_many()
        .filter(Column::CreatedAt.lt(op.now() - KEPT))
        .exec(&**tx)
        .await?;
    let row = idempotency::ActiveModel {
        organization_id: Set(asked.organization),
        operation: Set(asked.operation.to_owned()),
        key: Set(asked.key.clone()),
        input_hash: Set(asked.input_hash.clone()),
        answer: Set(serde_json::Value::Null),
        created_at: Set(op.now()),
    };
    let mut taken = OnConflict::columns([Column::OrganizationId, Column::Operation, Column::Key]);
    taken.do_nothing();
    let n_new = idempotency::Entity::insert_many([row])
        .on_conflict(taken)
        .exec_without_returning(&**tx)
        .await?;
    if n_new > 0 {
        return Ok(None);
    }
    let key = (asked.organization, asked.operation.to_owned(), asked.key.clone());
    let kept = idempotency::Entity::find_by_id(key).one(&**tx).await?;
    let kept =
        kept.ok_or_else(|| Error::Inconsistent("a key that was taken is gone".to_owned()))?;
    if kept.input_hash != asked.input_hash {
        return Err(Error::IdempotencyConflict(asked.key.clone()));
    }
    serde_json::from_value(kept.answer)
        .map(Some)
        .map_err(|error| Error::Inconsistent(error.to_string()))
}

/// Keeps the answer under the key that [`answer`] took, in the transaction that it tells of.
pub async fn keep(tx: &Tx, asked: &Asked, answer: &(impl Serialize + Sync)) -> Result<()> {
    use idempotency::Column;
    let answer =
        serde_json::to_value(answer).map_err(|error| Error::Inconsistent(error.to_string()))?;
    idempotency::Entity::update_many()
        .col_expr(Column::Answer, Expr::value(answer))
        .filter(Column::OrganizationId.eq(asked.organization))
        .filter(Column::Operation.eq(asked.operation))
        .filter(Column::Key.eq(asked.key.as_str()))
        .exec(&**tx)
        .await?;
    Ok(())
}
