//! Another file, found by key: a product's list price, an agent's manager.

use std::{collections::HashMap, path::Path};

use csv::StringRecord;

use super::{ImportError, mapping::LookupMapping, reader::CsvFile};

/// A file that was read whole, by the key of its rows.
pub struct Lookup {
    /// The file, as the mapping names it.
    pub file: String,
    header: Vec<String>,
    rows: HashMap<String, StringRecord>,
}

impl Lookup {
    /// Reads the file; unlike a fact's row, a bad row here is an error, as any number of facts would be wrong with it.
    pub fn read(folder: &Path, mapping: &LookupMapping) -> Result<Self, ImportError> {
        let file = mapping.path.clone();
        let mut csv = CsvFile::open(folder, &mapping.path, mapping.delimiter)?;
        let key = csv.column(&mapping.key)?;
        let mut rows: HashMap<String, StringRecord> = HashMap::new();
        while let Some(row) = csv.next_row()? {
            let bad = |message: String| ImportError::Lookup {
                file: file.clone(),
                line: row.line,
                message,
            };
            let record = row.record.map_err(|flaw| bad(flaw.to_string()))?;
            let key = record.get(key).unwrap_or_default().to_owned();
            if key.is_empty() {
                return Err(bad(format!("{}: is empty", mapping.key)));
            }
            match rows.get(&key) {
                Some(earlier) if *earlier != record => {
                    return Err(bad(format!(
                        "{}: `{key}` stands on an earlier line too",
                        mapping.key
                    )));
                }
                Some(_) => {}
                None => {
                    rows.insert(key, record);
                }
            }
        }
        Ok(Self { file, header: csv.header, rows })
    }

    /// The column of that name.
    pub fn column(&self, name: &str) -> Result<usize, ImportError> {
        super::reader::column(&self.file, &self.header, name)
    }

    /// Whether a row has the key.
    pub fn has(&self, key: &str) -> bool {
        self.rows.contains_key(key)
    }

    /// A cell of the row with the key.
    pub fn get(&self, key: &str, column: usize) -> Option<&str> {
        self.rows.get(key)?.get(column)
    }
}
