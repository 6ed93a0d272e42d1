//! What became of an import.

use std::{collections::BTreeMap, fmt};

use super::{
    flaw::Rejected,
    source::{Outcome, Row},
};

/// Rejected rows that a report lists; the others are counted.
const LISTED: usize = 100;

/// What became of every row read and of every fact handed on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Rows read.
    pub n_rows: u64,
    /// Rows that gave facts.
    pub n_reporting: u64,
    /// Rows that are legitimately no fact, by reason.
    pub skipped: BTreeMap<String, u64>,
    /// Rows that repeat an earlier one.
    pub n_repeated: u64,
    /// Rows that cannot be read, or are about no known partner.
    pub n_rejected: u64,
    /// Facts that the rows gave.
    pub n_facts: u64,
    /// Facts that are new.
    pub n_recorded: u64,
    /// Facts that were there already.
    pub n_known: u64,
    /// Facts that were refused.
    pub n_refused: u64,
    /// The first rejected rows and refused facts.
    pub rejected: Vec<Rejected>,
}

/// How a fact was received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Landing {
    /// It is new.
    Recorded,
    /// It was there already.
    Known,
}

impl Report {
    /// Counts a row.
    pub fn read(&mut self, row: &Row) {
        self.n_rows += 1;
        match &row.outcome {
            Outcome::Facts(facts) => {
                self.n_reporting += 1;
                self.n_facts += u64::try_from(facts.len()).unwrap_or(u64::MAX);
            }
            Outcome::Skipped(reason) => *self.skipped.entry(reason.clone()).or_default() += 1,
            Outcome::Repeated => self.n_repeated += 1,
            Outcome::Rejected(_) => self.n_rejected += 1,
        }
        if let Some(rejected) = row.rejected() {
            self.list(rejected);
        }
    }

    /// Counts a fact that was accepted.
    pub fn landed(&mut self, landing: Landing) {
        match landing {
            Landing::Recorded => self.n_recorded += 1,
            Landing::Known => self.n_known += 1,
        }
    }

    /// Counts a fact that was refused: its day in the future, its content in conflict.
    pub fn refused(&mut self, rejected: Rejected) {
        self.n_refused += 1;
        self.list(rejected);
    }

    /// Whether nothing was rejected or refused.
    pub fn is_clean(&self) -> bool {
        self.n_rejected == 0 && self.n_refused == 0
    }

    fn list(&mut self, rejected: Rejected) {
        if self.rejected.len() < LISTED {
            self.rejected.push(rejected);
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { n_rows, n_reporting, n_repeated, n_rejected, .. } = self;
        writeln!(f, "{n_rows:>9} rows read")?;
        writeln!(f, "{n_reporting:>9} gave {} facts", self.n_facts)?;
        for (reason, n_skipped) in &self.skipped {
            writeln!(f, "{n_skipped:>9} skipped: {reason}")?;
        }
        writeln!(f, "{n_repeated:>9} repeated an earlier row")?;
        writeln!(f, "{n_rejected:>9} rejected")?;
        let Self { n_recorded, n_known, n_refused, .. } = self;
        writeln!(f, "facts: {n_recorded} recorded, {n_known} known already, {n_refused} refused")?;
        for rejected in &self.rejected {
            writeln!(f, "  {rejected}")?;
        }
        let n_listed = u64::try_from(self.rejected.len()).unwrap_or(u64::MAX);
        match (n_rejected + n_refused).saturating_sub(n_listed) {
            0 => Ok(()),
            n_more => writeln!(f, "  … and {n_more} more"),
        }
    }
}
