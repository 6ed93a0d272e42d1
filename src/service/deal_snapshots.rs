//! Deals as CRMs hold them: each snapshot becomes the facts that it says and that are not known yet, recorded like any others
//! (domain §6, docs/decisions/deal-snapshots.md).

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, sea_query::OnConflict};
use serde::{Deserialize, Serialize};

use super::{
    access,
    activities::{self, RecordingMode, RowError, RowErrorCode, RowOutcome, RowResult},
    grounds::{Ground, Grounds},
    idempotency::{self, Asked},
    portions, rollups,
};
use crate::{
    db::Tx,
    domain::{
        activity::{ActivityKind, Fact, Payload, Placement},
        actor::Scope,
        deal::snapshot::{DealSnapshot, DerivedFact},
        id::{ActivityId, PartnershipId},
        recording::{Fault, LARGEST_BATCH, NewActivity},
        target::Dimension,
        version,
    },
    entity::{activity, deal_snapshot},
    error::{Error, Result},
    op::Op,
};

/// Characters of a deal's name that the ids of its facts repeat.
const LONGEST_REFERENCE: usize = 150;

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
    if let Some(asked) = &asked {
        idempotency::keep(&tx, asked, &results).await?;
    }
    tx.commit().await?;
    Ok(results)
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

/// A snapshot with what is known of its deal.
struct Draft<'a> {
    said: &'a DealSnapshot,
    /// How often the system has said something new, this time included.
    revision: i32,
    is_news: bool,
    facts: Vec<DerivedFact>,
}

impl Draft<'_> {
    fn became(self, recorded: &mut impl Iterator<Item = ActivityId>) -> DealResult {
        let facts = self.facts.into_iter().zip(recorded).map(|(fact, activity)| SaidFact {
            activity,
            kind: fact.kind,
            occurred_on: fact.occurred_on,
            supersedes: fact.supersedes,
        });
        let facts: Vec<SaidFact> = facts.collect();
        let outcome = if facts.is_empty() { DealOutcome::Unchanged } else { DealOutcome::Recorded };
        DealResult { outcome, facts, error: None }
    }

    /// Why one of its facts was not recorded, in the snapshot's own fields.
    fn refused(&self, kind: ActivityKind, error: RowError) -> SnapshotError {
        let field = match error.field.as_str() {
            "supersedes" => match kind {
                ActivityKind::DealRegistered => "registeredOn",
                ActivityKind::DealApproved => "approvedOn",
                _ => "closedOn",
            },
            "externalId" => "reference",
            field => field.strip_prefix("deal.").unwrap_or(field),
        };
        let field = field.to_owned();
        SnapshotError { value: self.said.said(&field), error: RowError { field, ..error } }
    }
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

/// What is known of the deals of a batch.
#[derive(Default)]
struct Known {
    facts: BTreeMap<(PartnershipId, String), Vec<Fact>>,
    said: BTreeMap<(PartnershipId, String), Vec<deal_snapshot::Model>>,
}

impl Known {
    async fn of(tx: &Tx, checked: &[Checked<'_>]) -> Result<Self> {
        let mut references: BTreeMap<PartnershipId, BTreeSet<&str>> = BTreeMap::new();
        for (_, said) in checked.iter().flatten() {
            references.entry(said.partnership).or_default().insert(&said.reference);
        }
        let mut known = Self::default();
        for (partnership, references) in references {
            let subjects = references.iter().map(|reference| format!("deal:{reference}"));
            let ledgers = rollups::facts_of(&**tx, partnership, subjects).await?;
            known.facts.extend(ledgers.into_iter().filter_map(|(subject, facts)| {
                let reference = subject.strip_prefix("deal:")?.to_owned();
                Some(((partnership, reference), facts))
            }));
            for portion in portions::keys(references) {
                let said = deal_snapshot::Entity::find()
                    .filter(deal_snapshot::Column::PartnershipId.eq(partnership))
                    .filter(deal_snapshot::Column::Reference.is_in(portion));
                for row in said.all(&**tx).await? {
                    let deal = (partnership, row.reference.clone());
                    known.said.entry(deal).or_default().push(row);
                }
            }
        }
        Ok(known)
    }

    fn draft<'a>(
        &self,
        grounds: &Grounds,
        ground: &Ground,
        said: &'a DealSnapshot,
    ) -> Result<Draft<'a>, SnapshotError> {
        let deal = (said.partnership, said.reference.clone());
        let facts = self.facts.get(&deal).map_or(&[][..], Vec::as_slice);
        let snapshots = self.said.get(&deal).map_or(&[][..], Vec::as_slice);
        let before = snapshots.iter().find(|row| row.source == said.source);
        if before.is_some_and(|row| row.said == *said) {
            return Ok(Draft { said, revision: 0, is_news: false, facts: Vec::new() });
        }
        let refused = |error: RowError| SnapshotError { value: said.said(&error.field), error };
        let days = facts.iter().map(|fact| fact.occurred_on);
        let known_on = days.chain(snapshots.iter().map(|row| row.as_of)).max();
        if let Some(known_on) = known_on.filter(|known_on| said.as_of < *known_on) {
            let message = format!("{} is before {known_on}, of which more is known", said.as_of);
            return Err(refused(RowError {
                code: RowErrorCode::SnapshotOutdated,
                field: "asOf".to_owned(),
                message,
                existing: None,
            }));
        }
        let meaning =
            |dimension, word: &Option<String>| grounds.meaning(ground, dimension, word.as_deref());
        let placement = Placement {
            product_line: meaning(Dimension::ProductLine, &said.product_line),
            segment: meaning(Dimension::Segment, &said.segment),
            geography: meaning(Dimension::Geography, &said.country),
        };
        let facts = said
            .derive(facts, placement, before.map(|row| &row.said))
            .map_err(|fault| refused(fault.into()))?;
        let revision = before.map_or(1, |row| row.revision.saturating_add(1));
        Ok(Draft { said, revision, is_news: true, facts })
    }
}

/// The facts that are stated anew, as they were stated.
struct Corrected(BTreeMap<ActivityId, activity::Model>);

impl Corrected {
    async fn by(tx: &Tx, drafts: &[Result<Draft<'_>, SnapshotError>]) -> Result<Self> {
        let facts = drafts.iter().flatten().flat_map(|draft| &draft.facts);
        let ids: BTreeSet<ActivityId> = facts.filter_map(|fact| fact.supersedes).collect();
        let mut known = BTreeMap::new();
        for portion in portions::keys(ids) {
            let found = activity::Entity::find().filter(activity::Column::Id.is_in(portion));
            known.extend(found.all(&**tx).await?.into_iter().map(|row| (row.id, row)));
        }
        Ok(Self(known))
    }
}

/// The facts of all drafts, one after the other.
fn activities_of(
    corrected: &Corrected,
    drafts: &[Result<Draft<'_>, SnapshotError>],
) -> Vec<Result<NewActivity, Fault>> {
    let mut rows = Vec::new();
    for draft in drafts.iter().flatten() {
        let said = draft.said;
        for (index, fact) in draft.facts.iter().enumerate() {
            let stated = fact.supersedes.and_then(|id| corrected.0.get(&id));
            let words = if fact.is_placed {
                [&said.product_line, &said.segment, &said.country].map(Clone::clone)
            } else {
                stated.map_or_else(Default::default, |row| {
                    [&row.product_line, &row.segment, &row.country].map(Clone::clone)
                })
            };
            let [product_line, segment, country] = words;
            let reason = format!("the snapshot of {} says so", said.as_of);
            rows.push(Ok(NewActivity {
                partnership: said.partnership,
                source: said.source.clone(),
                external_id: external_id(draft, index),
                kind: fact.kind,
                occurred_on: fact.occurred_on,
                product_line,
                segment,
                country,
                payload: Payload::Deal(fact.details.clone()),
                supersedes: fact.supersedes,
                reason: fact.supersedes.map(|_| reason),
            }));
        }
    }
    rows
}

/// What the fact of a snapshot is called: the same when the snapshot is taken in again after a crash.
fn external_id(draft: &Draft<'_>, index: usize) -> String {
    let reference = &draft.said.reference;
    let name = match reference.chars().count() {
        0..=LONGEST_REFERENCE => reference.clone(),
        _ => version::hash(reference),
    };
    format!("snapshot {name} {}.{}", draft.revision, index + 1)
}

async fn remember(tx: &Tx, drafts: &[Result<Draft<'_>, SnapshotError>]) -> Result<()> {
    use deal_snapshot::Column;
    let news = drafts.iter().flatten().filter(|draft| draft.is_news);
    let rows = news.map(|draft| deal_snapshot::ActiveModel {
        partnership_id: Set(draft.said.partnership),
        reference: Set(draft.said.reference.clone()),
        source: Set(draft.said.source.clone()),
        as_of: Set(draft.said.as_of),
        revision: Set(draft.revision),
        said: Set(draft.said.clone()),
    });
    let mut anew = OnConflict::columns([Column::PartnershipId, Column::Reference, Column::Source]);
    anew.update_columns([Column::AsOf, Column::Revision, Column::Said]);
    for portion in portions::rows(rows.collect(), 20) {
        deal_snapshot::Entity::insert_many(portion)
            .on_conflict(anew.clone())
            .exec_without_returning(&**tx)
            .await?;
    }
    Ok(())
}
