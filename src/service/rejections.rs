//! Rows that integrations sent and that were not recorded: the latest of each are kept, so that whoever looks after the feed sees what is
//! wrong with it without having been there.

use std::collections::HashMap;

use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{
    activities::{RowErrorCode, RowOutcome, RowResult},
    portions,
};
use crate::{
    db::Tx,
    domain::{
        actor::{Actor, Who},
        id::{IntegrationId, RejectedRowId},
        recording::{Fault, NewActivity},
    },
    entity::rejected_row,
    error::{Error, Result},
    op::Op,
};

/// Rows that are kept of each integration.
pub const MOST_KEPT: usize = 100;

/// Characters of a text that are kept.
const LONGEST_TEXT: usize = 300;

/// A row that was not recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// The line of the body on which it began, or its place in the batch, from 0.
    pub line: u64,
    /// What the reporting system calls it, where it could be read.
    pub external_id: Option<String>,
    /// The kind of refusal.
    pub code: RowErrorCode,
    /// The field that is to blame.
    pub field: String,
    /// What stands there.
    pub value: Option<String>,
    /// What is wrong with it.
    pub message: String,
}

impl Rejection {
    /// What was rejected of a batch.
    pub fn of_batch(rows: &[Result<NewActivity, Fault>], results: &[RowResult]) -> Vec<Self> {
        let rejected = (0..).zip(rows).zip(results).filter_map(|((line, row), result)| {
            let error = result.error.clone().filter(|_| result.outcome == RowOutcome::Rejected)?;
            Some(Self {
                line,
                external_id: row.as_ref().ok().map(|row| row.external_id.clone()),
                code: error.code,
                field: error.field,
                value: None,
                message: error.message,
            })
        });
        rejected.collect()
    }
}

/// Keeps what was rejected of what an integration sent, in a transaction of its own; of people nothing is kept, they were told.
pub async fn keep(op: &Op, rejections: Vec<Rejection>) -> Result<()> {
    if rejections.is_empty() || integration(op).is_none() {
        return Ok(());
    }
    let tx = op.db.write().await?;
    keep_in(&tx, op, rejections).await?;
    tx.commit().await?;
    Ok(())
}

/// Keeps what was rejected of what an integration sent, and forgets what is more than is kept of it.
pub async fn keep_in(tx: &Tx, op: &Op, mut rejections: Vec<Rejection>) -> Result<()> {
    use rejected_row::Column;
    // A good row of a batch that was refused has nothing wrong with it.
    rejections.retain(|rejection| rejection.code != RowErrorCode::BatchRefused);
    let Some(integration) = integration(op).filter(|_| !rejections.is_empty()) else {
        return Ok(());
    };
    let latest = rejections.split_off(rejections.len().saturating_sub(MOST_KEPT));
    let rows: Result<Vec<_>> = latest.into_iter().map(|row| kept(op, integration, row)).collect();
    for portion in portions::rows(rows?, 20) {
        rejected_row::Entity::insert_many(portion).exec_without_returning(&**tx).await?;
    }
    let oldest: Option<RejectedRowId> = rejected_row::Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::IntegrationId.eq(integration))
        .order_by_desc(Column::Id)
        .offset(u64::try_from(MOST_KEPT - 1).unwrap_or(u64::MAX))
        .limit(1)
        .into_tuple()
        .one(&**tx)
        .await?;
    if let Some(oldest) = oldest {
        rejected_row::Entity::delete_many()
            .filter(Column::IntegrationId.eq(integration))
            .filter(Column::Id.lt(oldest))
            .exec(&**tx)
            .await?;
    }
    Ok(())
}

fn kept(
    op: &Op,
    integration: IntegrationId,
    rejection: Rejection,
) -> Result<rejected_row::ActiveModel> {
    let code = serde_json::to_value(rejection.code).ok();
    let code = code.as_ref().and_then(serde_json::Value::as_str);
    let code = code.ok_or_else(|| Error::Inconsistent("a code without a name".to_owned()))?;
    Ok(rejected_row::ActiveModel {
        id: Set(op.mint()),
        integration_id: Set(integration),
        at: Set(op.now()),
        line: Set(i64::try_from(rejection.line).unwrap_or(i64::MAX)),
        external_id: Set(rejection.external_id.as_deref().map(short)),
        code: Set(code.to_owned()),
        field: Set(short(&rejection.field)),
        value: Set(rejection.value.as_deref().map(short)),
        message: Set(short(&rejection.message)),
    })
}

/// As much of a text as is kept, without what no database keeps.
fn short(text: &str) -> String {
    text.chars().filter(|character| !character.is_control()).take(LONGEST_TEXT).collect()
}

fn integration(op: &Op) -> Option<IntegrationId> {
    match &op.actor {
        Actor::Member(member) => match &member.who {
            Who::Integration { id, .. } => Some(*id),
            Who::User { .. } => None,
        },
        Actor::Stranger | Actor::System => None,
    }
}

/// What each integration sent last and was not recorded, the latest first.
pub async fn of_integrations(
    op: &Op,
    ids: &[IntegrationId],
) -> Result<HashMap<IntegrationId, Vec<rejected_row::Model>>> {
    let found = rejected_row::Entity::visible_to(&op.actor)
        .filter(rejected_row::Column::IntegrationId.is_in(ids.iter().copied()))
        .order_by_desc(rejected_row::Column::Id)
        .all(op.db.read())
        .await?;
    let mut rows: HashMap<IntegrationId, Vec<rejected_row::Model>> = HashMap::new();
    for row in found {
        rows.entry(row.integration_id).or_default().push(row);
    }
    Ok(rows)
}

/// The kind of refusal of a kept row.
pub fn code(row: &rejected_row::Model) -> Result<RowErrorCode> {
    serde_json::from_value(serde_json::Value::String(row.code.clone()))
        .map_err(|error| Error::Inconsistent(error.to_string()))
}
