//! Applying files: every row read, every fact recorded, in batches that each land whole or not at all.

use std::path::Path;

use super::{
    ImportError,
    flaw::{Flaw, Place, Rejected},
    mapping::Mapping,
    partners::Partners,
    report::{Landing, Report},
    source::{Outcome, Row, open},
};
use crate::{
    domain::{
        id::{OrganizationId, PartnershipId},
        recording::{LARGEST_BATCH, NewActivity},
    },
    error::Error,
    op::Op,
    service::{
        activities::{self, Batch, RecordingMode, RowOutcome, RowResult},
        organizations,
    },
};

/// An import to be carried out.
#[derive(Clone, Copy, Debug)]
pub struct Run<'a> {
    /// The mapping file.
    pub mapping: &'a Path,
    /// The folder that the mapping's paths are seen from.
    pub folder: &'a Path,
    /// To whose partnerships the facts belong; where there is one vendor only, it need not be said.
    pub vendor: Option<OrganizationId>,
    /// Whether to say what would happen, and do nothing.
    pub is_dry_run: bool,
}

/// Why an import did not begin, or did not end.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The mapping or a file cannot be used.
    #[error(transparent)]
    Import(#[from] ImportError),
    /// The house refused a batch as a whole, or failed.
    #[error(transparent)]
    House(#[from] Error),
    /// There is no vendor to import for.
    #[error("there is no vendor yet")]
    NoVendor,
    /// There are several, and none was named.
    #[error("there are several vendors, say which one: {}", .0.join(", "))]
    WhichVendor(Vec<String>),
    /// The one that was named is none, or not the caller's to see.
    #[error("{0} is no vendor")]
    UnknownVendor(OrganizationId),
}

/// Records all facts of some files, and tells what became of each row and fact.
///
/// `tick` hears how many bytes of how many have been read. Batches that have landed stay: an import that was killed is finished
/// by starting it again, which finds what it knows already. A dry run records nothing, so it takes a fact that comes twice for
/// new both times.
pub async fn run(
    op: &Op,
    request: Run<'_>,
    tick: impl Fn(u64, u64) + Send + Sync,
) -> Result<Report, RunError> {
    let mapping = Mapping::read(request.mapping)?;
    let source = open(&mapping, request.folder)?;
    let vendor = vendor(op, request.vendor).await?;
    let partners = Partners::of(op, vendor, &mapping).await?;
    let n_bytes = source.total_bytes();
    let mut applying =
        Applying { op, is_dry_run: request.is_dry_run, report: Report::default(), batch: vec![] };
    for row in source.rows() {
        let row = row?;
        let bytes_read = row.bytes_read;
        applying.take(row, &partners).await?;
        tick(bytes_read, n_bytes);
    }
    applying.flush().await?;
    Ok(applying.report)
}

/// The vendor that was asked for, or the only one.
async fn vendor(op: &Op, wanted: Option<OrganizationId>) -> Result<OrganizationId, RunError> {
    let vendors = organizations::vendors(op).await?;
    if let Some(wanted) = wanted {
        let is_known = vendors.iter().any(|vendor| vendor.id == wanted);
        return is_known.then_some(wanted).ok_or(RunError::UnknownVendor(wanted));
    }
    match vendors.as_slice() {
        [] => Err(RunError::NoVendor),
        [only] => Ok(only.id),
        several => Err(RunError::WhichVendor(
            several.iter().map(|vendor| format!("{} ({})", vendor.name, vendor.id)).collect(),
        )),
    }
}

/// An import under way; it holds one batch of facts and no more.
struct Applying<'a> {
    op: &'a Op,
    is_dry_run: bool,
    report: Report,
    batch: Vec<(Place, NewActivity)>,
}

impl Applying<'_> {
    /// Takes a row; its facts go into one batch.
    async fn take(&mut self, row: Row, partners: &Partners) -> Result<(), Error> {
        let Row { at, bytes_read, outcome } = row;
        let (outcome, facts) = match outcome {
            Outcome::Facts(reported) => {
                let known: Result<Vec<PartnershipId>, Flaw> =
                    reported.iter().map(|fact| partners.find(&fact.partner)).collect();
                match known {
                    Ok(known) => {
                        let facts = reported.iter().cloned().zip(known);
                        let facts = facts.map(|(fact, partnership)| fact.about(partnership));
                        let facts: Vec<NewActivity> = facts.collect();
                        (Outcome::Facts(reported), facts)
                    }
                    Err(flaw) => (Outcome::Rejected(flaw), Vec::new()),
                }
            }
            other => (other, Vec::new()),
        };
        self.report.read(&Row { at: at.clone(), bytes_read, outcome });
        if self.batch.len() + facts.len() > LARGEST_BATCH {
            self.flush().await?;
        }
        self.batch.extend(facts.into_iter().map(|fact| (at.clone(), fact)));
        Ok(())
    }

    /// Records what has been gathered.
    async fn flush(&mut self) -> Result<(), Error> {
        let (places, rows): (Vec<Place>, Vec<_>) =
            self.batch.drain(..).map(|(at, fact)| (at, Ok(fact))).unzip();
        if rows.is_empty() {
            return Ok(());
        }
        let batch = Batch { rows, mode: RecordingMode::PerItem, is_dry_run: self.is_dry_run };
        let results = activities::record(self.op, batch).await?;
        for (at, result) in places.into_iter().zip(results) {
            self.land(at, result);
        }
        Ok(())
    }

    fn land(&mut self, at: Place, result: RowResult) {
        match (result.outcome, result.error) {
            (RowOutcome::Recorded | RowOutcome::Superseded, _) => {
                self.report.landed(Landing::Recorded);
            }
            (RowOutcome::Duplicate, _) => self.report.landed(Landing::Known),
            (RowOutcome::Rejected, error) => {
                let flaw = error.map_or_else(
                    || Flaw::of_row("was refused"),
                    |error| Flaw::of_field(&error.field, error.message),
                );
                self.report.refused(Rejected { at, flaw });
            }
        }
    }
}
