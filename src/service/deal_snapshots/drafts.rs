//! Snapshots with what is known of their deals: the facts that they say, and what is remembered of them.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, sea_query::OnConflict};

use super::{Checked, DealOutcome, DealResult, SaidFact, SnapshotError};
use crate::{
    db::Tx,
    domain::{
        activity::{ActivityKind, Fact, Payload, Placement},
        deal::snapshot::{DealSnapshot, DerivedFact},
        id::{ActivityId, PartnershipId},
        recording::{Fault, NewActivity},
        target::Dimension,
        version,
    },
    entity::{activity, deal_snapshot},
    error::Result,
    service::{
        activities::{RowError, RowErrorCode},
        grounds::{Ground, Grounds},
        portions, rollups,
    },
};

/// Characters of a deal's name that the ids of its facts repeat.
const LONGEST_REFERENCE: usize = 150;

/// A snapshot with what is known of its deal.
pub struct Draft<'a> {
    /// What was said.
    pub said: &'a DealSnapshot,
    /// How often the system has said something new, this time included.
    revision: i32,
    is_news: bool,
    /// The facts that it says, in their order.
    pub facts: Vec<DerivedFact>,
}

impl Draft<'_> {
    /// What became of it, once its facts were recorded.
    pub fn became(self, recorded: &mut impl Iterator<Item = ActivityId>) -> DealResult {
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
    pub fn refused(&self, kind: ActivityKind, error: RowError) -> SnapshotError {
        let field = match error.field.as_str() {
            "supersedes" => match kind {
                ActivityKind::DealRegistered => "registeredOn",
                ActivityKind::DealApproved => "approvedOn",
                _ if self.said.closed_on.is_none() => "amount",
                _ => "closedOn",
            },
            "externalId" => "reference",
            field => field.strip_prefix("deal.").unwrap_or(field),
        };
        let field = field.to_owned();
        SnapshotError { value: self.said.said(&field), error: RowError { field, ..error } }
    }
}

/// What is known of the deals of a batch.
#[derive(Default)]
pub struct Known {
    facts: BTreeMap<(PartnershipId, String), Vec<Fact>>,
    said: BTreeMap<(PartnershipId, String), Vec<deal_snapshot::Model>>,
}

impl Known {
    /// Reads their facts, and what systems said of them last.
    pub async fn of(tx: &Tx, checked: &[Checked<'_>]) -> Result<Self> {
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

    /// The facts that a snapshot says and that are not known, if it is not older than what is.
    pub fn draft<'a>(
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
pub struct Corrected(BTreeMap<ActivityId, activity::Model>);

impl Corrected {
    /// Reads them.
    pub async fn by(tx: &Tx, drafts: &[Result<Draft<'_>, SnapshotError>]) -> Result<Self> {
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
pub fn activities_of(
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

/// Remembers what was said.
pub async fn remember(tx: &Tx, drafts: &[Result<Draft<'_>, SnapshotError>]) -> Result<()> {
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
