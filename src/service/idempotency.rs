//! Answers to keyed requests: asked again, a request gets the answer that it got, and is not done again.

use chrono::TimeDelta;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
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
pub async fn answer<T: DeserializeOwned>(tx: &Tx, op: &Op, asked: &Asked) -> Result<Option<T>> {
    idempotency::Entity::delete_many()
        .filter(idempotency::Column::CreatedAt.lt(op.now() - KEPT))
        .exec(&**tx)
        .await?;
    let key = (asked.organization, asked.operation.to_owned(), asked.key.clone());
    let Some(kept) = idempotency::Entity::find_by_id(key).one(&**tx).await? else {
        return Ok(None);
    };
    if kept.input_hash != asked.input_hash {
        return Err(Error::IdempotencyConflict(asked.key.clone()));
    }
    serde_json::from_value(kept.answer)
        .map(Some)
        .map_err(|error| Error::Inconsistent(error.to_string()))
}

/// Keeps the answer, in the transaction that it tells of.
pub async fn keep(tx: &Tx, op: &Op, asked: &Asked, answer: &(impl Serialize + Sync)) -> Result<()> {
    let row = idempotency::ActiveModel {
        organization_id: Set(asked.organization),
        operation: Set(asked.operation.to_owned()),
        key: Set(asked.key.clone()),
        input_hash: Set(asked.input_hash.clone()),
        answer: Set(
            serde_json::to_value(answer).map_err(|error| Error::Inconsistent(error.to_string()))?
        ),
        created_at: Set(op.now()),
    };
    row.insert(&**tx).await?;
    Ok(())
}
