//! One CSV file, row by row.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    path::Path,
    sync::Arc,
};

use csv::{ByteRecord, StringRecord};

use super::{
    ImportError,
    flaw::Flaw,
    lines::{End, LONGEST_ROW, Lines},
    mapping::Delimiter,
};

/// Bytes looked at to tell an encoding.
const SAMPLE: u64 = 4_096;

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// A CSV file whose header was read.
pub struct CsvFile {
    /// The file, as the mapping names it.
    pub name: Arc<str>,
    /// The names of its columns.
    pub header: Vec<String>,
    /// Its size.
    pub n_bytes: u64,
    reader: csv::Reader<Lines<File>>,
}

/// A row, well-formed or not.
pub struct RawRow {
    /// The line on which it begins.
    pub line: u64,
    /// Bytes of the file read up to its end.
    pub bytes_read: u64,
    /// Its cells, without the spaces around them.
    pub record: Result<StringRecord, Flaw>,
}

impl CsvFile {
    /// Opens `folder/name`, tells its encoding and reads its header.
    pub fn open(folder: &Path, name: &str, delimiter: Delimiter) -> Result<Self, ImportError> {
        let unreadable = |source| ImportError::Unreadable { file: name.to_owned(), source };
        let mut file = File::open(folder.join(name)).map_err(unreadable)?;
        let n_bytes = file.metadata().map_err(unreadable)?.len();
        let mut sample = Vec::new();
        file.by_ref().take(SAMPLE).read_to_end(&mut sample).map_err(unreadable)?;
        if is_utf16(&sample) {
            return Err(ImportError::Utf16 { file: name.to_owned() });
        }
        let start = if sample.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 };
        file.seek(SeekFrom::Start(u64::try_from(start).unwrap_or(0))).map_err(unreadable)?;

        let mut reader = csv::ReaderBuilder::new()
            .delimiter(delimiter.byte())
            .has_headers(false)
            .flexible(true)
            .from_reader(Lines::new(file));
        let mut header = ByteRecord::new();
        let has_header =
            reader.read_byte_record(&mut header).map_err(|error| unreadable(io_error(error)))?;
        header.trim();
        if !has_header || header.iter().all(<[u8]>::is_empty) {
            return Err(ImportError::Empty { file: name.to_owned() });
        }
        let header = StringRecord::from_byte_record(header)
            .map_err(|_record| ImportError::NotUtf8 { file: name.to_owned() })?;
        let header = header.iter().map(str::to_owned).collect();
        Ok(Self { name: name.into(), header, n_bytes, reader })
    }

    /// The column of that name.
    pub fn column(&self, name: &str) -> Result<usize, ImportError> {
        column(&self.name, &self.header, name)
    }

    /// The next row; none at the end.
    pub fn next_row(&mut self) -> Result<Option<RawRow>, ImportError> {
        let mut bytes = ByteRecord::new();
        let before = self.reader.position().line();
        self.reader.get_mut().budget = LONGEST_ROW;
        match self.reader.read_byte_record(&mut bytes) {
            Ok(true) => {}
            Ok(false) => return Ok(None),
            Err(_too_long) if self.reader.get_ref().budget == 0 => {
                return Err(ImportError::RowTooLong { file: self.name.to_string(), line: before });
            }
            Err(error) => {
                return Err(ImportError::Unreadable {
                    file: self.name.to_string(),
                    source: io_error(error),
                });
            }
        }
        let n_feeds = bytes.iter().flatten().filter(|byte| **byte == b'\n').count();
        let n_feeds = u64::try_from(n_feeds).unwrap_or(u64::MAX);
        let after = self.reader.position().line();
        // Each row but one in an open quotation ends with a line feed of its own.
        let is_open = after == before.saturating_add(n_feeds);
        let last = if is_open { after } else { after.saturating_sub(1) };
        let line = last.saturating_sub(n_feeds).max(1);
        let record = if is_open {
            Err(Flaw::of_row(
                "has a quotation mark that is never closed; nothing after it was read",
            ))
        } else {
            self.check(bytes, line, last)
        };
        Ok(Some(RawRow {
            line,
            bytes_read: self.reader.position().byte().min(self.n_bytes),
            record,
        }))
    }

    /// The row as text, if it has a cell for each column.
    fn check(&self, bytes: ByteRecord, line: u64, last: u64) -> Result<StringRecord, Flaw> {
        let (n_cells, n_columns) = (bytes.len(), self.header.len());
        if n_cells != n_columns {
            let lines = self.reader.get_ref();
            let is_last = lines.n_bytes == self.reader.position().byte();
            return Err(Flaw::of_row(
                if n_cells < n_columns && is_last && lines.end == Some(End::Unended) {
                    format!("is cut off: {n_cells} of {n_columns} cells, and no line end")
                } else if last > line {
                    format!(
                        "has {n_cells} cells instead of {n_columns} and goes on to line {last}: a quotation mark too many?"
                    )
                } else {
                    format!("has {n_cells} cells instead of {n_columns}")
                },
            ));
        }
        text(bytes, &self.header)
    }
}

/// The cells as text, without the spaces around them; there is one for each column of `header`.
pub fn text(mut bytes: ByteRecord, header: &[String]) -> Result<StringRecord, Flaw> {
    bytes.trim();
    for (cell, column) in bytes.iter().zip(header) {
        if std::str::from_utf8(cell).is_err() {
            return Err(Flaw::of_cell(column, &String::from_utf8_lossy(cell), "is not UTF-8"));
        }
        if cell.contains(&0) {
            return Err(Flaw::of_cell(
                column,
                &String::from_utf8_lossy(cell),
                "has a NUL character",
            ));
        }
    }
    StringRecord::from_byte_record(bytes).map_err(|_record| Flaw::of_row("is not UTF-8"))
}

/// The one column of `header` called `name`.
pub fn column(file: &str, header: &[String], name: &str) -> Result<usize, ImportError> {
    let mut found = header.iter().enumerate().filter(|(_, column)| *column == name);
    let (file, column) = (file.to_owned(), name.to_owned());
    match (found.next(), found.next()) {
        (Some((index, _)), None) => Ok(index),
        (Some(_), Some(_)) => Err(ImportError::RepeatedColumn { file, column }),
        (None, _) => Err(ImportError::MissingColumn { file, column, present: header.join("`, `") }),
    }
}

/// Whether the bytes are UTF-16, with its mark or, as every second byte of plain letters is then NUL, without.
fn is_utf16(sample: &[u8]) -> bool {
    let n_nul: usize = sample.iter().map(|byte| usize::from(*byte == 0)).sum();
    sample.starts_with(b"\xFF\xFE") || sample.starts_with(b"\xFE\xFF") || n_nul * 4 > sample.len()
}

fn io_error(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}
