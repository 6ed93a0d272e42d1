//! The cells of a row by name, after aliases and lookups.

use std::{collections::BTreeMap, sync::Arc};

use csv::StringRecord;

use super::{flaw::Flaw, lookup::Lookup};

/// Other spellings of one column's values.
pub type Aliases = BTreeMap<String, String>;

/// Where the cells that a mapping names are found in one file's rows.
#[derive(Default)]
pub struct Layout {
    slots: Vec<Slot>,
    by_name: BTreeMap<String, usize>,
}

/// A cell that the mapping names.
struct Slot {
    name: String,
    origin: Origin,
    aliases: Aliases,
}

enum Origin {
    /// A column of the file.
    Column(usize),
    /// A column of another file, in the row whose key stands in the slot `by`.
    Joined { lookup: Arc<Lookup>, by: usize, column: usize },
}

impl Layout {
    /// Adds a column of the file; its slot.
    pub fn add_column(&mut self, name: &str, column: usize, aliases: Aliases) -> usize {
        self.add(name, Origin::Column(column), aliases)
    }

    /// Adds a column of another file, joined by the slot `by`.
    pub fn add_joined(
        &mut self,
        name: &str,
        lookup: Arc<Lookup>,
        by: usize,
        column: usize,
        aliases: Aliases,
    ) -> usize {
        self.add(name, Origin::Joined { lookup, by, column }, aliases)
    }

    /// The slot of a name that was added before.
    pub fn slot(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).copied()
    }

    /// The first named column whose cell goes over a line break.
    ///
    /// What a mapping names are codes, days, amounts and names: a line break in one comes from a quotation mark too many,
    /// and rows have gone into it.
    pub fn broken(&self, record: &StringRecord) -> Option<Flaw> {
        let columns = self.slots.iter().filter_map(|slot| match slot.origin {
            Origin::Column(column) => Some((&slot.name, record.get(column)?)),
            Origin::Joined { .. } => None,
        });
        let (name, cell) = columns.into_iter().find(|(_, cell)| cell.contains('\n'))?;
        Some(Flaw::of_cell(name, cell, "goes over a line break: a quotation mark too many?"))
    }

    /// The cells of one row.
    pub fn cells<'a>(&'a self, record: &'a StringRecord) -> Cells<'a> {
        let mut values: Vec<&str> = Vec::with_capacity(self.slots.len());
        for slot in &self.slots {
            let value = match &slot.origin {
                Origin::Column(column) => record.get(*column).unwrap_or_default(),
                Origin::Joined { lookup, by, column } => {
                    // `by` was added first.
                    let key = values.get(*by).copied().unwrap_or_default();
                    lookup.get(key, *column).unwrap_or_default()
                }
            };
            values.push(slot.aliases.get(value).map_or(value, String::as_str));
        }
        Cells { layout: self, values }
    }

    fn add(&mut self, name: &str, origin: Origin, aliases: Aliases) -> usize {
        let slot = self.slots.len();
        self.slots.push(Slot { name: name.to_owned(), origin, aliases });
        self.by_name.insert(name.to_owned(), slot);
        slot
    }
}

/// One row's cells.
pub struct Cells<'a> {
    layout: &'a Layout,
    values: Vec<&'a str>,
}

impl Cells<'_> {
    /// What stands in the cell; nothing where its lookup finds nothing.
    pub fn get(&self, name: &str) -> &str {
        self.layout.slot(name).and_then(|slot| self.values.get(slot)).copied().unwrap_or_default()
    }

    /// Why nothing stands in the cell.
    pub fn why_empty(&self, name: &str) -> Flaw {
        let slot = self.layout.slot(name).and_then(|slot| self.layout.slots.get(slot));
        let Some(Slot { origin: Origin::Joined { lookup, by, .. }, .. }) = slot else {
            return Flaw::of_field(name, "is empty");
        };
        let (Some(by), Some(key)) = (self.layout.slots.get(*by), self.values.get(*by)) else {
            return Flaw::of_field(name, "is empty");
        };
        if key.is_empty() {
            return Flaw::of_field(&by.name, "is empty");
        }
        if lookup.has(key) {
            return Flaw::of_cell(&by.name, key, format!("has no `{name}` in {}", lookup.file));
        }
        Flaw::of_cell(&by.name, key, format!("is not in {}", lookup.file))
    }
}
