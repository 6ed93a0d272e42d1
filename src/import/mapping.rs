//! The mapping file: which files there are, what their rows report, and what their words mean.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use serde::{Deserialize, de::DeserializeOwned};
use toml::{Table, Value};

use super::{ImportError, cells::Aliases, condition::Condition, dates::DateFormat, event::Event};

/// A mapping that was read and holds together by itself; [`super::open`] holds it against the files.
#[derive(Clone, Debug)]
pub struct Mapping {
    /// The system that the facts come from.
    pub(super) source: String,
    /// What partners are called, by the key that the files have for them.
    pub(super) partners: BTreeMap<String, String>,
    /// Other spellings, by the cell that they stand in.
    pub(super) aliases: BTreeMap<String, Aliases>,
    /// How likely a deal of a stage is won, in percent.
    pub(super) probabilities: BTreeMap<String, Percent>,
    /// Files that rows are joined with.
    pub(super) lookups: BTreeMap<String, LookupMapping>,
    /// Files whose rows are facts, read in the order of their names here.
    pub(super) files: BTreeMap<String, FileMapping>,
}

/// A file that rows are joined with.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LookupMapping {
    /// Where it is, seen from the data folder.
    pub path: String,
    /// What separates its cells.
    #[serde(default)]
    pub delimiter: Delimiter,
    /// Its column that is looked up.
    pub key: String,
    /// The column of the file of facts whose value is looked up.
    pub by: String,
}

/// A file whose rows are facts.
#[derive(Clone, Debug)]
pub struct FileMapping {
    /// Where it is, seen from the data folder.
    pub path: String,
    /// What separates its cells.
    pub delimiter: Delimiter,
    /// How it writes days.
    pub date: DateFormat,
    /// Rows that are equal in every cell count once.
    pub is_distinct: bool,
    /// Cells that no row may leave empty, whatever it reports.
    pub filled: Vec<String>,
    /// Rows that are legitimately no fact.
    pub skip: Vec<Skip>,
    /// What the other rows report.
    pub events: Vec<Event>,
}

/// Rows that are legitimately no fact.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Skip {
    /// Which.
    pub when: Condition,
    /// Why, for the report.
    pub because: String,
}

/// The character between two cells; a comma where nothing is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "char")]
pub struct Delimiter(u8);

/// A whole number from 0 to 100.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "i64")]
pub struct Percent(i32);

/// The mapping file as it is written, but for its files and what it extends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    source: String,
    #[serde(default)]
    date: DateFormat,
    #[serde(default)]
    delimiter: Delimiter,
    #[serde(default)]
    partners: BTreeMap<String, String>,
    #[serde(default)]
    alias: BTreeMap<String, Aliases>,
    #[serde(default)]
    probability: BTreeMap<String, Percent>,
    #[serde(default)]
    lookup: BTreeMap<String, LookupMapping>,
    file: BTreeMap<String, Table>,
}

/// A file's part, but for its events and what they share.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenFile {
    path: String,
    delimiter: Option<Delimiter>,
    date: Option<DateFormat>,
    #[serde(default)]
    distinct: bool,
    #[serde(default)]
    filled: Vec<String>,
    #[serde(default)]
    skip: Vec<Skip>,
    #[serde(default)]
    fact: Table,
    event: Vec<Table>,
}

impl Mapping {
    /// Reads a mapping and, if it extends one, that one too.
    pub fn read(path: &Path) -> Result<Self, ImportError> {
        let mut table = read_table(path)?;
        if let Some(base) = table.remove("extends") {
            let Value::String(base) = base else {
                return Err(invalid(path, "`extends` must name another mapping"));
            };
            let base = path.with_file_name(base);
            let mut below = read_table(&base)?;
            if below.contains_key("extends") {
                return Err(invalid(path, "what a mapping extends must not extend another"));
            }
            merge(&mut below, table);
            table = below;
        }
        Self::from_table(table).map_err(|message| invalid(path, message))
    }

    /// Reads a mapping that stands alone and is about one table, as integrations have theirs; what is wrong with it otherwise.
    pub fn of_one_table(text: &str) -> Result<Self, String> {
        let table: Table = text
            .parse()
            .map_err(|error: toml::de::Error| error.to_string().trim_end().to_owned())?;
        if table.contains_key("extends") {
            return Err("cannot extend another mapping here".to_owned());
        }
        let mapping = Self::from_table(table)?;
        if let Some(name) = mapping.lookups.keys().next() {
            return Err(format!("lookup.{name}: there is no other file to look it up in"));
        }
        let mut files = mapping.files.iter();
        match (files.next(), files.next()) {
            (Some((name, file)), None) if file.is_distinct => Err(format!(
                "file.{name}: `distinct` would have to remember every row; a fact that comes again is a duplicate anyhow"
            )),
            (Some(_), None) => Ok(mapping),
            _ => Err("must be about one file: that which is sent".to_owned()),
        }
    }

    /// The only table that the mapping is about, if it is about one.
    pub fn only_table(&self) -> Option<&FileMapping> {
        let mut files = self.files.values();
        files.next().filter(|_| files.next().is_none())
    }

    fn from_table(table: Table) -> Result<Self, String> {
        let written: Written = parse(table, "")?;
        let mut files = BTreeMap::new();
        for (name, table) in written.file {
            let file: WrittenFile = parse(table, &format!("file.{name}: "))?;
            let mut events = Vec::new();
            for (index, event) in file.event.into_iter().enumerate() {
                let mut fact = file.fact.clone();
                merge(&mut fact, event);
                let event = Event::from_table(fact);
                events.push(
                    event.map_err(|message| {
                        format!("file.{name}, event {}: {message}", index + 1)
                    })?,
                );
            }
            if events.is_empty() {
                return Err(format!("file.{name}: has no event"));
            }
            let file = FileMapping {
                path: file.path,
                delimiter: file.delimiter.unwrap_or(written.delimiter),
                date: file.date.unwrap_or_else(|| written.date.clone()),
                is_distinct: file.distinct,
                filled: file.filled,
                skip: file.skip,
                events,
            };
            files.insert(name, file);
        }
        if files.is_empty() {
            return Err("has no file".to_owned());
        }
        let mapping = Self {
            source: written.source,
            partners: written.partners,
            aliases: written.alias,
            probabilities: written.probability,
            lookups: written.lookup,
            files,
        };
        mapping.check_use()?;
        Ok(mapping)
    }

    /// An alias or a lookup for which there is no use is a misspelt one.
    fn check_use(&self) -> Result<(), String> {
        let mut named: BTreeSet<&str> = self.files.values().flat_map(FileMapping::names).collect();
        for (name, lookup) in &self.lookups {
            let is_used =
                |cell: &&str| cell.split_once('.').is_some_and(|(before, _)| before == name);
            if !named.iter().any(is_used) {
                return Err(format!("lookup.{name}: no event names a cell `{name}.…`"));
            }
            named.insert(&lookup.by);
        }
        match self.aliases.keys().find(|name| !named.contains(name.as_str())) {
            Some(name) => Err(format!("alias.\"{name}\": no event names such a cell")),
            None => Ok(()),
        }
    }
}

impl FileMapping {
    /// Every cell that the mapping of the file names, some more than once.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let filled = self.filled.iter().map(String::as_str);
        let skipped = self.skip.iter().flat_map(|skip| skip.when.names());
        filled.chain(skipped).chain(self.events.iter().flat_map(Event::names))
    }
}

impl Delimiter {
    /// The character, which is of ASCII.
    pub fn byte(self) -> u8 {
        self.0
    }
}

impl Default for Delimiter {
    fn default() -> Self {
        Self(b',')
    }
}

impl TryFrom<char> for Delimiter {
    type Error = String;

    fn try_from(character: char) -> Result<Self, String> {
        match u8::try_from(character) {
            Ok(byte) if byte.is_ascii() && !matches!(byte, b'"' | b'\n' | b'\r' | 0) => {
                Ok(Self(byte))
            }
            _ => Err(format!("{character:?} cannot separate cells")),
        }
    }
}

impl Percent {
    /// The same in hundredths of a percent.
    pub fn hundredths(self) -> i32 {
        self.0 * 100
    }
}

impl TryFrom<i64> for Percent {
    type Error = String;

    fn try_from(percent: i64) -> Result<Self, String> {
        match i32::try_from(percent) {
            Ok(percent @ 0..=100) => Ok(Self(percent)),
            _ => Err(format!("a probability of {percent} percent is not between 0 and 100")),
        }
    }
}

fn read_table(path: &Path) -> Result<Table, ImportError> {
    let text = fs::read_to_string(path)
        .map_err(|source| ImportError::Unreadable { file: path.display().to_string(), source })?;
    text.parse().map_err(|error: toml::de::Error| invalid(path, error.to_string().trim_end()))
}

/// Lays `over` onto `base`: tables key by key, anything else, lists included, as a whole.
fn merge(base: &mut Table, over: Table) {
    for (key, value) in over {
        match (base.get_mut(&key), value) {
            (Some(Value::Table(below)), Value::Table(above)) => merge(below, above),
            (_, value) => {
                base.insert(key, value);
            }
        }
    }
}

/// Reads a table, and says in one line where what is wrong.
pub(super) fn parse<T: DeserializeOwned>(table: Table, place: &str) -> Result<T, String> {
    table.try_into().map_err(|error: toml::de::Error| {
        let message = error.to_string();
        format!("{place}{}", message.trim_end().replace('\n', " "))
    })
}

fn invalid(path: &Path, message: impl Into<String>) -> ImportError {
    ImportError::Mapping { file: path.display().to_string(), message: message.into() }
}
