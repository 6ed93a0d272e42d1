//! Deals as CRMs hold them: each snapshot becomes the facts that it says and that are not known yet, recorded like any others
//! (domain §6, docs/decisions/deal-snapshots.md).

mod drafts;

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{
    access,
    activities::{self, RecordingMode, RowError, RowErrorCode, RowOutcome, RowResult},
    grounds::{Ground, Grounds},
    idempotency::{self, Asked},
    rejections::{self, Rejection},
};
use crate::{
    db::Tx,
    domain::{
        activity::ActivityKind,
        actor::Scope,
        deal::snapshot::DealSnapshot,
        id::{ActivityId, PartnershipId},
        recording::{Fault, LARGEST_BATCH},
    },
    error::{Error, Result},
    op::Op,
};
use drafts::{Corrected, Draft, Known, activities_of, remember};

/// Snapshots to be taken in.
#[derive(Clone, Debug, Serialize)]
pub struct Snapshots {
    /// The snapshots; one that could not even be read is a fault already.
    pub rows: Vec<Result<DealSnapshot, Unread>>,
    /// What to do with the good ones when some are bad.
    pub mode: RecordingMode,
    /// Whether to say what would happen, and do nothing.
    pub is_dry_run: bool,
}

/// A snapshot that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unread {
    /// What is wrong with it.
    pub fault: Fault,
    /// What stands there.
    pub value: String,
}

/// What became of a snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, async_graphql::Enum)]
pub enum DealOutcome {
    /// It says nothing that is not known.
    Unchanged,
    /// What it says was recorded as facts.
    Recorded,
    /// It was not taken in.
    Rejected,
}

/// A fact that a snapshot said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SaidFact {
    /// The fact.
    pub activity: ActivityId,
    /// What happened.
    pub kind: ActivityKind,
    /// On which day.
    pub occurred_on: NaiveDate,
    /// The fact that stated it otherwise.
    pub supersedes: Option<ActivityId>,
}

/// Why a snapshot was not taken in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotError {
    /// The kind of refusal, the field and the reason.
    pub error: RowError,
    /// What stands in the field.
    pub value: Option<String>,
}

/// What became of a snapshot, in the order of the input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DealResult {
    /// What became of it.
    pub outcome: DealOutcome,
    /// The facts that it said, in their order.
    pub facts: Vec<SaidFact>,
    /// Why it was not taken in.
    pub error: Option<SnapshotError>,
}

/// Takes in what CRMs say of deals; under a key, the same batch gets the first answer again for 24 hours.
///
/// Whoever may record facts may say so, and vouches for it in the same way. A snapshot that is older than what is known of its deal is
/// refused: what it says was overtaken. A snapshot lands whole or not at all.
pub async fn upsert(op: &Op, key: Option<&str>, batch: Snapshots) -> Result<Vec<DealResult>> {
    let tx = op.db.write().await?;
    if batch.is_dry_run {
        return upsert_in(&tx, op, &batch).await;
    }
    let asked = key.map(|key| Asked::new(op, "upsertDeals", key, &batch)).transpose()?;
    if let Some(asked) = &asked
        && let Some(answer) = idempotency::answer(&tx, op, asked).await?
    {
        return Ok(answer);
    }
    let results = upsert_in(&tx, op, &batch).await?;
    rejections::keep_in(&tx, op, rejected_of(&batch, &results)).await?;
    if let Some(asked) = &asked {
        idempotency::keep(&tx, asked, &results).await?;
    }
    tx.commit().await?;
    Ok(results)
}

fn rejected_of(batch: &Snapshots, results: &[DealResult]) -> Vec<Rejection> {
    let rejected = (0..).zip(&batch.rows).zip(results).filter_map(|((line, row), result)| {
        let SnapshotError { error, value } = result.error.clone()?;
        Some(Rejection {
            line,
            external_id: row.as_ref().ok().map(|said| said.reference.clone()),
            code: error.code,
            field: error.field,
            value,
            message: error.message,
        })
    });
    rejected.collect()
}

async fn upsert_in(tx: &Tx, op: &Op, batch: &Snapshots) -> Result<Vec<DealResult>> {
    access::scope(op, Scope::ActivitiesWrite)?;
    let n_rows = batch.rows.len();
    if n_rows > LARGEST_BATCH {
        let message = format!("{n_rows} deals; {LARGEST_BATCH} is the most");
        return Err(Error::invalid("deals", message));
    }
    let wanted = batch.rows.iter().flatten().map(|said| said.partnership).collect();
    let grounds = Grounds::of(tx, op, wanted).await?;
    let mut seen = BTreeSet::new();
    let checked: Vec<_> = batch.rows.iter().map(|row| checked(&grounds, row, &mut seen)).collect();
    let known = Known::of(tx, &checked).await?;
    let drafts: Vec<Result<Draft<'_>, SnapshotError>> = checked
        .into_iter()
        .map(|checked| {
            let (ground, said) = checked?;
            known.draft(&grounds, ground, said)
        })
        .collect();
    settle(tx, op, &grounds, batch.mode, drafts).await
}

/// Records what the drafts say, and remembers who said it.
async fn settle(
    tx: &Tx,
    op: &Op,
    grounds: &Grounds,
    mode: RecordingMode,
    mut drafts: Vec<Result<Draft<'_>, SnapshotError>>,
) -> Result<Vec<DealResult>> {
    let corrected = Corrected::by(tx, &drafts).await?;
    let rows = activities_of(&corrected, &drafts);
    let (mut intake, mut results) = activities::judge(tx, op, grounds, &rows).await?;
    if results.iter().any(|result| result.outcome == RowOutcome::Rejected) {
        let mut left = results.into_iter();
        for draft in &mut drafts {
            let Ok(known) = draft else { continue };
            let own: Vec<RowResult> = left.by_ref().take(known.facts.len()).collect();
            let refused = known
                .facts
                .iter()
                .zip(own)
                .find_map(|(fact, result)| Some(known.refused(fact.kind, result.error?)));
            if let Some(refused) = refused {
                *draft = Err(refused);
            }
        }
        let rows = activities_of(&corrected, &drafts);
        (intake, results) = activities::judge(tx, op, grounds, &rows).await?;
    }
    if mode == RecordingMode::AllOrNothing && drafts.iter().any(Result::is_err) {
        return Ok(drafts.into_iter().map(|draft| rejected(draft.err())).collect());
    }
    activities::land(tx, op, grounds, intake).await?;
    remember(tx, &drafts).await?;
    let mut recorded = results.into_iter().filter_map(|result| result.activity);
    Ok(drafts
        .into_iter()
        .map(|draft| match draft {
            Ok(draft) => draft.became(&mut recorded),
            Err(error) => rejected(Some(error)),
        })
        .collect())
}

fn rejected(error: Option<SnapshotError>) -> DealResult {
    let error = error.unwrap_or_else(|| SnapshotError {
        error: RowError {
            code: RowErrorCode::BatchRefused,
            field: "mode".to_owned(),
            message: "another deal of this all-or-nothing batch is bad".to_owned(),
            existing: None,
        },
        value: None,
    });
    DealResult { outcome: DealOutcome::Rejected, facts: Vec::new(), error: Some(error) }
}

type Checked<'a> = Result<(&'a Ground, &'a DealSnapshot), SnapshotError>;

/// The snapshot on its ground, if the caller may say it and it makes sense by itself.
fn checked<'a>(
    grounds: &'a Grounds,
    row: &'a Result<DealSnapshot, Unread>,
    seen: &mut BTreeSet<(PartnershipId, &'a str)>,
) -> Checked<'a> {
    let said = row.as_ref().map_err(|unread| SnapshotError {
        error: unread.fault.clone().into(),
        value: Some(unread.value.clone()),
    })?;
    let refused = |error: RowError| SnapshotError { value: said.said(&error.field), error };
    let ground = grounds.ground(said.partnership).map_err(refused)?;
    said.check(ground.today).map_err(|fault| refused(fault.into()))?;
    if !seen.insert((said.partnership, said.reference.as_str())) {
        let fault = Fault::new("reference", format!("`{}` is here twice", said.reference));
        return Err(refused(fault.into()));
    }
    Ok((ground, said))
}
