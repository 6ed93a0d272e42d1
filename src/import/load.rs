//! Rows of a load become facts, and facts are recorded: the same rules as `recordActivities`, and the same function.

use std::collections::BTreeMap;

use csv::ByteRecord;

use super::{
    ImportError,
    flaw::{Flaw, Place},
    mapping::Mapping,
    partners::Partners,
    reader,
    source::{Outcome, Sheet},
};
use crate::{
    domain::{
        id::{ActivityId, OrganizationId},
        recording::{Fault, LARGEST_BATCH, NewActivity},
    },
    error::{Error, Result as Done},
    op::Op,
    service::{
        activities::{self, Batch, RecordingMode, RowError, RowErrorCode, RowOutcome},
        organizations,
    },
};

/// How a load's rows are recorded.
#[derive(Clone, Copy, Debug, Default)]
pub struct Manner {
    /// What to do with the good rows of a batch when some are bad.
    pub mode: RecordingMode,
    /// Whether to say what would happen, and do nothing.
    pub is_dry_run: bool,
}

/// What a row gave: facts and refusals, or nothing for a reason.
#[derive(Clone, Debug)]
pub struct Given {
    /// The line on which the row begins.
    pub line: u64,
    /// Its facts; where a fact could not be made, why.
    pub facts: Vec<Result<NewActivity, Refused>>,
    /// Why the row is legitimately no fact.
    pub skipped: Option<String>,
}

/// Why a row gave no fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The error, as `recordActivities` would tell it.
    pub error: RowError,
    /// What stands in the field that is to blame.
    pub value: Option<String>,
}

/// What has become of a fact, or of a row that gave none.
#[derive(Clone, Debug)]
pub struct Became {
    /// The line on which its row begins.
    pub line: u64,
    /// What the reporting system calls the fact.
    pub external_id: Option<String>,
    /// What has become of it; nothing for a row that is legitimately no fact.
    pub outcome: Option<RowOutcome>,
    /// The fact, new or known.
    pub activity: Option<ActivityId>,
    /// Why it was not recorded.
    pub refused: Option<Refused>,
}

/// Why a table cannot be read with a mapping at all.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The mapping does not fit the table.
    #[error(transparent)]
    Import(#[from] ImportError),
    /// The caller has no vendor, or several.
    #[error("the mapping needs one vendor; the caller has {0}")]
    Vendors(usize),
    /// The house refused or failed.
    #[error(transparent)]
    House(#[from] Error),
}

impl Refused {
    /// A row that cannot be read.
    pub fn new(field: &str, value: Option<String>, message: impl Into<String>) -> Self {
        let error = RowError {
            code: RowErrorCode::ValidationFailed,
            field: field.to_owned(),
            message: message.into(),
            existing: None,
        };
        Self { error, value }
    }
}

impl From<Flaw> for Refused {
    fn from(flaw: Flaw) -> Self {
        Self::new(flaw.field.as_deref().unwrap_or("row"), flaw.value, flaw.message)
    }
}

/// Reads the rows of a table with a mapping: each on its line, its cells or why it has none.
pub async fn read_table(
    op: &Op,
    mapping: &Mapping,
    header: &[String],
    rows: Vec<(u64, Result<ByteRecord, Refused>)>,
) -> Result<Vec<Given>, LoadError> {
    let vendors = organizations::vendors(op).await?;
    let vendor: OrganizationId = match vendors.as_slice() {
        [only] => only.id,
        several => return Err(LoadError::Vendors(several.len())),
    };
    let Some(file) = mapping.only_table() else {
        return Err(Error::Inconsistent("a stored mapping of several tables".to_owned()).into());
    };
    let partners = Partners::of(op, vendor, mapping).await?;
    let mut sheet = Sheet::new(mapping, file, header, &BTreeMap::new())?;
    let name = file.path.as_str().into();
    let mut given = Vec::with_capacity(rows.len());
    for (line, cells) in rows {
        let at = Place { file: std::sync::Arc::clone(&name), line };
        let row = cells.and_then(|cells| {
            let (n_cells, n_columns) = (cells.len(), header.len());
            if n_cells != n_columns {
                let message = format!("has {n_cells} cells instead of {n_columns}");
                return Err(Flaw::of_row(message).into());
            }
            let record = reader::text(cells, header)?;
            match sheet.outcome(&record, &at, mapping) {
                Outcome::Rejected(flaw) => Err(flaw.into()),
                outcome => Ok(outcome),
            }
        });
        given.push(match row {
            Err(refused) => Given { line, facts: vec![Err(refused)], skipped: None },
            Ok(Outcome::Skipped(reason)) => {
                Given { line, facts: Vec::new(), skipped: Some(reason) }
            }
            Ok(Outcome::Repeated | Outcome::Rejected(_)) => {
                Given { line, facts: Vec::new(), skipped: Some("repeated".to_owned()) }
            }
            Ok(Outcome::Facts(reported)) => {
                // All facts of a row, or none and the first thing wrong.
                let known: Result<Vec<_>, Flaw> = reported
                    .into_iter()
                    .map(|fact| Ok((partners.find(&fact.partner)?, fact)))
                    .collect();
                let facts = match known {
                    Ok(known) => known.into_iter().map(|(id, fact)| Ok(fact.about(id))).collect(),
                    Err(flaw) => vec![Err(flaw.into())],
                };
                Given { line, facts, skipped: None }
            }
        });
    }
    Ok(given)
}

/// Records what rows gave, in batches of whole rows; what has become of each fact, in their order.
pub async fn record(op: &Op, manner: Manner, given: Vec<Given>) -> Done<Vec<Became>> {
    let mut became = Vec::new();
    let mut batch: Vec<Given> = Vec::new();
    let mut n_facts = 0;
    for row in given {
        if n_facts + row.facts.len() > LARGEST_BATCH {
            became.extend(record_batch(op, manner, std::mem::take(&mut batch)).await?);
            n_facts = 0;
        }
        n_facts += row.facts.len();
        batch.push(row);
    }
    became.extend(record_batch(op, manner, batch).await?);
    Ok(became)
}

async fn record_batch(op: &Op, manner: Manner, given: Vec<Given>) -> Done<Vec<Became>> {
    let rows: Vec<Result<NewActivity, Fault>> = given
        .iter()
        .flat_map(|row| &row.facts)
        .map(|fact| {
            // The batch need know only that the row is bad; how, is told below.
            fact.clone().map_err(|refused| Fault::new("row", refused.error.message))
        })
        .collect();
    let results = if rows.is_empty() {
        Vec::new()
    } else {
        let batch = Batch { rows, mode: manner.mode, is_dry_run: manner.is_dry_run };
        activities::record(op, batch).await?
    };
    let mut results = results.into_iter();
    let mut became = Vec::new();
    for Given { line, facts, skipped } in given {
        if skipped.is_some() {
            became.push(Became {
                line,
                external_id: None,
                outcome: None,
                activity: None,
                refused: None,
            });
        }
        for (fact, result) in facts.into_iter().zip(results.by_ref()) {
            let (external_id, refused) = match fact {
                Ok(fact) => {
                    let refused = result.error.map(|error| Refused { error, value: None });
                    (Some(fact.external_id), refused)
                }
                Err(refused) => (None, Some(refused)),
            };
            let outcome = Some(result.outcome);
            became.push(Became { line, external_id, outcome, activity: result.activity, refused });
        }
    }
    Ok(became)
}
