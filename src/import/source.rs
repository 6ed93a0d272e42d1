//! The files of a mapping, opened, and their rows.

use std::{
    collections::{BTreeMap, HashSet},
    path::Path,
    sync::Arc,
};

use csv::StringRecord;
use sha2::{Digest, Sha256};

use super::{
    ImportError,
    cells::{Cells, Layout},
    details::Context,
    event::Reported,
    flaw::{Flaw, Place, Rejected},
    lookup::Lookup,
    mapping::{FileMapping, Mapping},
    reader::{CsvFile, column},
};

/// The files of a mapping, opened and checked.
pub struct Source {
    mapping: Mapping,
    files: Vec<OpenFile>,
}

/// One row of a file of facts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Where it is.
    pub at: Place,
    /// Bytes read so far, of [`Source::total_bytes`].
    pub bytes_read: u64,
    /// What became of it.
    pub outcome: Outcome,
}

/// What becomes of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It reports these facts, in this order.
    Facts(Vec<Reported>),
    /// It is legitimately no fact, for the reason that the mapping gives.
    Skipped(String),
    /// An earlier row of the file is the same in every cell.
    Repeated,
    /// It cannot be read.
    Rejected(Flaw),
}

/// The rows of a [`Source`], file after file; an error ends them.
pub struct Rows {
    mapping: Mapping,
    files: std::vec::IntoIter<OpenFile>,
    current: Option<OpenFile>,
    /// Bytes of the files that are done.
    n_bytes_done: u64,
}

struct OpenFile {
    csv: CsvFile,
    sheet: Sheet,
}

/// What is made of a table's rows, one by one.
pub struct Sheet {
    mapping: FileMapping,
    layout: Layout,
    seen: HashSet<[u8; 32]>,
}

/// Opens the files of `mapping` in `folder`, and checks that each is text and has the columns that the mapping names.
pub fn open(mapping: &Mapping, folder: &Path) -> Result<Source, ImportError> {
    let mut lookups = BTreeMap::new();
    for (name, lookup) in &mapping.lookups {
        lookups.insert(name.as_str(), Arc::new(Lookup::read(folder, lookup)?));
    }
    let mut files = Vec::new();
    for file in mapping.files.values() {
        let csv = CsvFile::open(folder, &file.path, file.delimiter)?;
        let sheet = Sheet::new(mapping, file, &csv.header, &lookups)?;
        files.push(OpenFile { csv, sheet });
    }
    Ok(Source { mapping: mapping.clone(), files })
}

impl Source {
    /// The size of all files of facts.
    pub fn total_bytes(&self) -> u64 {
        self.files.iter().map(|file| file.csv.n_bytes).sum()
    }

    /// Every row, once.
    pub fn rows(self) -> Rows {
        let Self { mapping, files } = self;
        Rows { mapping, files: files.into_iter(), current: None, n_bytes_done: 0 }
    }
}

impl Row {
    /// Why it is no fact, if it cannot be read.
    pub fn rejected(&self) -> Option<Rejected> {
        match &self.outcome {
            Outcome::Rejected(flaw) => Some(Rejected { at: self.at.clone(), flaw: flaw.clone() }),
            Outcome::Facts(_) | Outcome::Skipped(_) | Outcome::Repeated => None,
        }
    }
}

impl Iterator for Rows {
    type Item = Result<Row, ImportError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let mut file = match self.current.take() {
                Some(file) => file,
                None => self.files.next()?,
            };
            match file.csv.next_row() {
                Ok(Some(raw)) => {
                    let at = Place { file: Arc::clone(&file.csv.name), line: raw.line };
                    let bytes_read = self.n_bytes_done + raw.bytes_read;
                    let outcome = match raw.record {
                        Ok(record) => file.sheet.outcome(&record, &at, &self.mapping),
                        Err(flaw) => Outcome::Rejected(flaw),
                    };
                    self.current = Some(file);
                    return Some(Ok(Row { at, bytes_read, outcome }));
                }
                Ok(None) => self.n_bytes_done += file.csv.n_bytes,
                Err(error) => {
                    self.files = Vec::new().into_iter();
                    return Some(Err(error));
                }
            }
        }
    }
}

impl Sheet {
    /// The sheet of a table with these columns.
    pub fn new(
        mapping: &Mapping,
        file: &FileMapping,
        header: &[String],
        lookups: &BTreeMap<&str, Arc<Lookup>>,
    ) -> Result<Self, ImportError> {
        let layout = layout(mapping, file, header, lookups)?;
        Ok(Self { mapping: file.clone(), layout, seen: HashSet::new() })
    }

    /// What becomes of a row.
    pub fn outcome(&mut self, record: &StringRecord, at: &Place, mapping: &Mapping) -> Outcome {
        if self.mapping.is_distinct && !self.seen.insert(digest(record)) {
            return Outcome::Repeated;
        }
        if let Some(flaw) = self.layout.broken(record) {
            return Outcome::Rejected(flaw);
        }
        let cells = self.layout.cells(record);
        if let Some(empty) = self.mapping.filled.iter().find(|name| cells.get(name).is_empty()) {
            return Outcome::Rejected(cells.why_empty(empty));
        }
        if let Some(skip) = self.mapping.skip.iter().find(|skip| skip.when.holds(&cells)) {
            return Outcome::Skipped(skip.because.clone());
        }
        match self.facts(at, &cells, mapping) {
            Ok(facts) => Outcome::Facts(facts),
            Err(flaw) => Outcome::Rejected(flaw),
        }
    }

    /// The facts that a row reports: all, or none and the first thing wrong.
    ///
    /// A deal must not be registered by a row that fails to say when it closed: once the row is mended, both facts come.
    fn facts(
        &self,
        at: &Place,
        cells: &Cells<'_>,
        mapping: &Mapping,
    ) -> Result<Vec<Reported>, Flaw> {
        let context = Context {
            source: &mapping.source,
            date: &self.mapping.date,
            probabilities: &mapping.probabilities,
        };
        let applying = self.mapping.events.iter().filter(|event| event.applies(cells));
        let facts: Vec<Reported> =
            applying.map(|event| event.report(at, cells, &context)).collect::<Result<_, _>>()?;
        if facts.is_empty() {
            return Err(self.nothing_applies(cells));
        }
        Ok(facts)
    }

    /// A row that the mapping did not foresee, told of the cell that its events depend on.
    fn nothing_applies(&self, cells: &Cells<'_>) -> Flaw {
        let message = "is neither an event nor a skip rule of the mapping";
        let name = self.mapping.events.iter().find_map(|event| event.condition().names().next());
        name.map_or_else(
            || Flaw::of_row(message),
            |name| Flaw::of_cell(name, cells.get(name), message),
        )
    }
}

/// Finds each cell that the mapping names: a column of the file, or one of another through a lookup.
fn layout(
    mapping: &Mapping,
    file: &FileMapping,
    header: &[String],
    lookups: &BTreeMap<&str, Arc<Lookup>>,
) -> Result<Layout, ImportError> {
    let column_of = |name: &str| column(&file.path, header, name);
    let aliases = |name: &str| mapping.aliases.get(name).cloned().unwrap_or_default();
    let mut layout = Layout::default();
    for name in file.names() {
        if layout.slot(name).is_some() {
            continue;
        }
        let joined = name.split_once('.').and_then(|(lookup, column)| {
            Some((mapping.lookups.get(lookup)?, lookups.get(lookup)?, column))
        });
        let Some((joining, lookup, column)) = joined else {
            layout.add_column(name, column_of(name)?, aliases(name));
            continue;
        };
        let by = match layout.slot(&joining.by) {
            Some(slot) => slot,
            None => layout.add_column(&joining.by, column_of(&joining.by)?, aliases(&joining.by)),
        };
        layout.add_joined(name, Arc::clone(lookup), by, lookup.column(column)?, aliases(name));
    }
    Ok(layout)
}

/// What tells a row from another: its cells, each with its length, so that no two rows run together.
fn digest(record: &StringRecord) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for cell in record {
        hasher.update(cell.len().to_le_bytes());
        hasher.update(cell);
    }
    hasher.finalize().into()
}
