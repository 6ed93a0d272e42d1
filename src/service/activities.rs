//! Recording facts: row by row, once each, with everything that follows from them in the same transaction (domain §6).

use chrono::NaiveDate;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};
use serde::{Deserialize, Serialize};

use super::{
    access, consequences,
    consequences::Landed,
    events, feeds,
    grounds::Grounds,
    idempotency::{self, Asked},
    intake::Intake,
    organizations, portions,
    rejections::{self, Rejection},
};
use crate::{
    db::Tx,
    domain::{
        actor::Scope,
        id::{ActivityId, OrganizationId},
        recording::{Fault, LARGEST_BATCH, NewActivity},
    },
    entity::{activity, organization},
    error::{Error, Result},
    op::Op,
};

/// What to do with the good rows when some are bad.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, async_graphql::Enum)]
pub enum RecordingMode {
    /// Nothing lands unless every row is good.
    AllOrNothing,
    /// Good rows land, bad ones come back.
    #[default]
    PerItem,
}

/// Facts to be recorded.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Batch {
    /// The facts; a row that could not even be read is a fault already.
    pub rows: Vec<Result<NewActivity, Fault>>,
    /// What to do with the good rows when some are bad.
    pub mode: RecordingMode,
    /// Whether to say what would happen, and do nothing.
    pub is_dry_run: bool,
}

/// What became of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, async_graphql::Enum)]
pub enum RowOutcome {
    /// It is a new fact.
    Recorded,
    /// It is known already, unchanged; nothing was done.
    Duplicate,
    /// It took the place of an earlier fact.
    Superseded,
    /// It was not recorded.
    Rejected,
}

/// Why a row was not recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, async_graphql::Enum)]
pub enum RowErrorCode {
    /// A value cannot be accepted.
    ValidationFailed,
    /// There is no such partnership, fact or commitment, or the viewer may not see it.
    NotFound,
    /// The viewer may see it, but not do this.
    Forbidden,
    /// The external id is known with other content, and the row does not say that it supersedes it.
    ActivityConflict,
    /// A later state of the deal is known than the one that the row tells of.
    SnapshotOutdated,
    /// The row is good, but another of an all-or-nothing batch is not.
    BatchRefused,
}

/// Why a row was not recorded, and which field is to blame.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowError {
    /// The kind of refusal.
    pub code: RowErrorCode,
    /// The field.
    pub field: String,
    /// What is wrong with it.
    pub message: String,
    /// The fact that stands in the way.
    pub existing: Option<ActivityId>,
}

impl From<Fault> for RowError {
    fn from(fault: Fault) -> Self {
        let Fault { field, message } = fault;
        Self {
            code: RowErrorCode::ValidationFailed,
            field: field.to_owned(),
            message,
            existing: None,
        }
    }
}

/// What became of a row, in the order of the input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowResult {
    /// What became of it.
    pub outcome: RowOutcome,
    /// The fact, new or known.
    pub activity: Option<ActivityId>,
    /// Why it was not recorded.
    pub error: Option<RowError>,
}

/// Records facts.
///
/// Vendor admins, channel account managers on the team and vendor integrations record verified facts; partner admins, managers and
/// integrations self-reported ones. A fact sent again unchanged is a duplicate and changes nothing.
pub async fn record(op: &Op, batch: Batch) -> Result<Vec<RowResult>> {
    let tx = op.db.write().await?;
    let results = record_in(&tx, op, &batch).await?;
    if !batch.is_dry_run {
        tx.commit().await?;
    }
    Ok(results)
}

/// Records facts under a key: the same batch under the same key gets the first answer again, for 24 hours.
pub async fn record_once(op: &Op, key: Option<&str>, batch: Batch) -> Result<Vec<RowResult>> {
    let tx = op.db.write().await?;
    let Some(key) = key.filter(|_| !batch.is_dry_run) else {
        let results = record_in(&tx, op, &batch).await?;
        if !batch.is_dry_run {
            rejections::keep_in(&tx, op, Rejection::of_batch(&batch.rows, &results)).await?;
            tx.commit().await?;
        }
        return Ok(results);
    };
    let asked = Asked::new(op, "recordActivities", key, &batch)?;
    if let Some(answer) = idempotency::answer(&tx, op, &asked).await? {
        return Ok(answer);
    }
    let results = record_in(&tx, op, &batch).await?;
    rejections::keep_in(&tx, op, Rejection::of_batch(&batch.rows, &results)).await?;
    idempotency::keep(&tx, &asked, &results).await?;
    tx.commit().await?;
    Ok(results)
}

/// Records facts in a transaction that somebody else commits.
pub async fn record_in(tx: &Tx, op: &Op, batch: &Batch) -> Result<Vec<RowResult>> {
    access::scope(op, Scope::ActivitiesWrite)?;
    let n_rows = batch.rows.len();
    if n_rows > LARGEST_BATCH {
        return Err(Error::invalid(
            "activities",
            format!("{n_rows} rows; {LARGEST_BATCH} is the most"),
        ));
    }
    let wanted = batch.rows.iter().flatten().map(|row| row.partnership).collect();
    let grounds = Grounds::of(tx, op, wanted).await?;
    let (intake, mut results) = judge(tx, op, &grounds, &batch.rows).await?;

    let is_refused = batch.mode == RecordingMode::AllOrNothing
        && results.iter().any(|result| result.outcome == RowOutcome::Rejected);
    if is_refused {
        refuse_all(&mut results);
        return Ok(results);
    }
    land(tx, op, &grounds, intake).await?;
    Ok(results)
}

/// Takes in what is good of some facts, and says what becomes of each; nothing is stored yet.
pub async fn judge(
    tx: &Tx,
    op: &Op,
    grounds: &Grounds,
    rows: &[Result<NewActivity, Fault>],
) -> Result<(Intake, Vec<RowResult>)> {
    let mut intake = Intake::open(tx, rows, &grounds.partnerships).await?;
    let results = rows.iter().map(|row| grounds.judge(op, row, &mut intake)).collect();
    Ok((intake, results))
}

/// Stores what was taken in, and tells of what follows.
pub async fn land(tx: &Tx, op: &Op, grounds: &Grounds, intake: Intake) -> Result<()> {
    for (partnership, landed) in intake.into_landed() {
        let Some(ground) = grounds.partnerships.get(&partnership) else { continue };
        let events = consequences::draw(tx, op, &ground.row, ground.today, landed).await?;
        events::record(tx, op, ground.row.vendor_id, events).await?;
    }
    Ok(())
}

fn refuse_all(results: &mut [RowResult]) {
    for result in results.iter_mut().filter(|result| result.outcome != RowOutcome::Rejected) {
        result.outcome = RowOutcome::Rejected;
        result.activity = None;
        result.error = Some(RowError {
            code: RowErrorCode::BatchRefused,
            field: "mode".to_owned(),
            message: "another row of this all-or-nothing batch is bad".to_owned(),
            existing: None,
        });
    }
}

/// Today in a vendor's time zone.
pub async fn today(tx: &Tx, op: &Op, vendor: OrganizationId) -> Result<NaiveDate> {
    let found = organization::Entity::find_by_id(vendor).one(&**tx).await?;
    let found = found.ok_or_else(|| Error::Inconsistent(format!("{vendor} is gone")))?;
    Ok(op.today(organizations::zone(&found)?))
}

/// Stores what has landed: replaced facts are marked, new ones inserted and added to what has come of their feeds.
pub async fn store(tx: &Tx, landed: &Landed) -> Result<()> {
    let replaced: Vec<ActivityId> = landed.replaced.iter().map(|row| row.id).collect();
    if !replaced.is_empty() {
        activity::Entity::update_many()
            .col_expr(activity::Column::IsSuperseded, Expr::value(true))
            .filter(activity::Column::Id.is_in(replaced))
            .exec(&**tx)
            .await?;
    }
    let rows = landed.rows.iter().cloned().map(inserted).collect();
    for portion in portions::rows(rows, 20) {
        activity::Entity::insert_many(portion).exec_without_returning(&**tx).await?;
    }
    feeds::add(tx, &landed.rows).await
}

fn inserted(row: activity::Model) -> activity::ActiveModel {
    activity::ActiveModel {
        id: Set(row.id),
        vendor_id: Set(row.vendor_id),
        partnership_id: Set(row.partnership_id),
        source: Set(row.source),
        external_id: Set(row.external_id),
        kind: Set(row.kind),
        subject: Set(row.subject),
        sequence_id: Set(row.sequence_id),
        occurred_on: Set(row.occurred_on),
        recorded_at: Set(row.recorded_at),
        recorded_by: Set(row.recorded_by),
        provenance: Set(row.provenance),
        content_hash: Set(row.content_hash),
        supersedes_id: Set(row.supersedes_id),
        is_superseded: Set(row.is_superseded),
        reason: Set(row.reason),
        product_line: Set(row.product_line),
        product_line_id: Set(row.product_line_id),
        segment: Set(row.segment),
        segment_id: Set(row.segment_id),
        country: Set(row.country),
        geography_id: Set(row.geography_id),
        currency: Set(row.currency),
        payload: Set(row.payload),
        former_provenance: Set(row.former_provenance),
    }
}
