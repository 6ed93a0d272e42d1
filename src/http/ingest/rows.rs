//! Rows in a stream of bytes, one at a time, none longer than it may be.

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

/// Bytes that a row may have.
pub const LONGEST_ROW: usize = 64 * 1024;

/// Bytes of a row too long that are passed over before it is taken for no row at all.
const LONGEST_DETOUR: usize = 32 << 20;

/// Columns that a table may have.
const MOST_COLUMNS: usize = 1_024;

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// How rows are told from each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A JSON object a line.
    Json,
    /// Cells with this character between them; the first row names the columns.
    Csv(u8),
}

/// What a row holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// A line of text.
    Text(Vec<u8>),
    /// The cells of a row.
    Cells(Vec<Vec<u8>>),
    /// More than a row may hold; it was passed over.
    TooLong,
}

/// A row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The line on which it begins, from 1.
    pub line: u64,
    /// What it holds.
    pub content: Content,
}

/// A row that does not end, so that nobody can say where the next one begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Endless {
    /// The line on which it begins.
    pub line: u64,
}

/// The rows of a stream.
///
/// A line of JSON that is too long is passed over, for the next line is another row. A row of cells that is too long ends the
/// stream: perhaps a quotation mark was left open, and what follows cannot be trusted.
pub struct Rows {
    bytes: Vec<u8>,
    taken: usize,
    has_begun: bool,
    is_over: bool,
    reading: Reading,
}

enum Reading {
    Json { row: Vec<u8>, line: u64, passed: usize },
    Csv(Box<Table>),
}

struct Table {
    reader: Reader,
    cells: Vec<u8>,
    ends: Vec<usize>,
    n_bytes: usize,
    n_cells: usize,
    after_return: bool,
}

impl Rows {
    /// Before the first byte.
    pub fn new(form: Form) -> Self {
        let reading = match form {
            Form::Json => Reading::Json { row: Vec::new(), line: 1, passed: 0 },
            Form::Csv(delimiter) => Reading::Csv(Box::new(Table {
                reader: ReaderBuilder::new().delimiter(delimiter).build(),
                cells: vec![0; LONGEST_ROW],
                ends: vec![0; MOST_COLUMNS],
                n_bytes: 0,
                n_cells: 0,
                after_return: false,
            })),
        };
        Self { bytes: Vec::new(), taken: 0, has_begun: false, is_over: false, reading }
    }

    /// Hears more bytes; the rows of those before should have been taken.
    pub fn hear(&mut self, bytes: &[u8]) {
        self.bytes.drain(..self.taken);
        self.taken = 0;
        match &mut self.reading {
            Reading::Json { .. } => self.bytes.extend_from_slice(bytes),
            // Every line ends with one line feed, so that lines can be counted.
            Reading::Csv(table) => {
                for &byte in bytes {
                    let is_second_half = table.after_return && byte == b'\n';
                    table.after_return = byte == b'\r';
                    if !is_second_half {
                        self.bytes.push(if byte == b'\r' { b'\n' } else { byte });
                    }
                }
            }
        }
    }

    /// Hears that no more will come.
    pub fn end(&mut self) {
        self.is_over = true;
    }

    /// The next row of what was heard, once its end was heard too.
    pub fn next_row(&mut self) -> Result<Option<Row>, Endless> {
        if !self.has_begun {
            let may_be_mark = BYTE_ORDER_MARK.starts_with(&self.bytes);
            if may_be_mark && self.bytes.len() < BYTE_ORDER_MARK.len() && !self.is_over {
                return Ok(None);
            }
            self.has_begun = true;
            if self.bytes.starts_with(BYTE_ORDER_MARK) {
                self.taken = BYTE_ORDER_MARK.len();
            }
        }
        let bytes = self.bytes.get(self.taken..).unwrap_or_default();
        let (n_taken, found) = match &mut self.reading {
            Reading::Json { row, line, passed } => {
                next_line(bytes, self.is_over, row, line, passed)
            }
            Reading::Csv(table) => table.next(bytes, self.is_over),
        };
        self.taken += n_taken;
        found
    }
}

fn next_line(
    bytes: &[u8],
    is_over: bool,
    row: &mut Vec<u8>,
    line: &mut u64,
    passed: &mut usize,
) -> (usize, Result<Option<Row>, Endless>) {
    let mut n_taken = 0;
    loop {
        let rest = bytes.get(n_taken..).unwrap_or_default();
        let feed = rest.iter().position(|byte| *byte == b'\n');
        let piece = rest.get(..feed.unwrap_or(rest.len())).unwrap_or_default();
        n_taken += piece.len() + usize::from(feed.is_some());
        if row.len() + piece.len() + *passed <= LONGEST_ROW + 1 {
            row.extend_from_slice(piece);
        } else {
            *passed += row.len() + piece.len();
            row.clear();
        }
        if *passed > LONGEST_DETOUR {
            return (n_taken, Err(Endless { line: *line }));
        }
        if feed.is_none() && !is_over {
            return (n_taken, Ok(None));
        }
        let (at, is_long) = (*line, *passed > 0);
        *line += 1;
        *passed = 0;
        let text = std::mem::take(row);
        let is_blank = text.iter().all(u8::is_ascii_whitespace);
        if is_long || text.len() > LONGEST_ROW {
            let is_just_ended = text.len() == LONGEST_ROW + 1 && text.ends_with(b"\r");
            if !is_just_ended {
                return (n_taken, Ok(Some(Row { line: at, content: Content::TooLong })));
            }
        }
        if !is_blank {
            return (n_taken, Ok(Some(Row { line: at, content: Content::Text(text) })));
        }
        if feed.is_none() {
            return (n_taken, Ok(None));
        }
    }
}

impl Table {
    fn next(&mut self, bytes: &[u8], is_over: bool) -> (usize, Result<Option<Row>, Endless>) {
        let mut n_taken = 0;
        loop {
            let rest = bytes.get(n_taken..).unwrap_or_default();
            if rest.is_empty() && !is_over {
                return (n_taken, Ok(None));
            }
            let cells = self.cells.get_mut(self.n_bytes..).unwrap_or_default();
            let ends = self.ends.get_mut(self.n_cells..).unwrap_or_default();
            let (result, n_read, n_bytes, n_cells) = self.reader.read_record(rest, cells, ends);
            n_taken += n_read;
            self.n_bytes += n_bytes;
            self.n_cells += n_cells;
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::End => return (n_taken, Ok(None)),
                ReadRecordResult::OutputFull | ReadRecordResult::OutputEndsFull => {
                    return (n_taken, Err(Endless { line: self.line(false) }));
                }
                ReadRecordResult::Record => {
                    let row = Row { line: self.line(!rest.is_empty()), content: self.take_cells() };
                    return (n_taken, Ok(Some(row)));
                }
            }
        }
    }

    /// The line on which the row that was just read begins; `is_ended` by a line feed of its own.
    fn line(&self, is_ended: bool) -> u64 {
        let cells = self.cells.get(..self.n_bytes).unwrap_or_default();
        let n_feeds = cells.split(|byte| *byte == b'\n').skip(1).count();
        let n_feeds = u64::try_from(n_feeds).unwrap_or(u64::MAX);
        self.reader.line().saturating_sub(n_feeds + u64::from(is_ended)).max(1)
    }

    fn take_cells(&mut self) -> Content {
        let mut start = 0;
        let mut cells = Vec::with_capacity(self.n_cells);
        for end in self.ends.iter().take(self.n_cells) {
            cells.push(self.cells.get(start..*end).unwrap_or_default().to_vec());
            start = *end;
        }
        (self.n_bytes, self.n_cells) = (0, 0);
        Content::Cells(cells)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(row: Row) -> String {
        let content = match row.content {
            Content::Text(text) => String::from_utf8(text).unwrap(),
            Content::Cells(cells) => cells
                .into_iter()
                .map(|cell| String::from_utf8(cell).unwrap())
                .collect::<Vec<_>>()
                .join("|"),
            Content::TooLong => "too long".to_owned(),
        };
        format!("{} {content}", row.line)
    }

    /// Heard in pieces of every size from one byte on, the rows are the same.
    #[track_caller]
    fn check(form: Form, text: &[u8], expected: &[&str]) {
        for size in [1, 2, 3, 7, text.len().max(1)] {
            let (mut rows, mut found) = (Rows::new(form), Vec::new());
            for piece in text.chunks(size) {
                rows.hear(piece);
                while let Some(row) = rows.next_row().unwrap() {
                    found.push(told(row));
                }
            }
            rows.end();
            while let Some(row) = rows.next_row().unwrap() {
                found.push(told(row));
            }
            assert_eq!(found, expected, "in pieces of {size}");
        }
    }

    #[test]
    fn lines_are_rows() {
        check(Form::Json, b"", &[]);
        check(Form::Json, b"{}\n\n \r\n[1]\r\n7", &["1 {}", "4 [1]\r", "5 7"]);
        check(Form::Json, b"\xEF\xBB\xBF{}\n", &["1 {}"]);
    }

    #[test]
    fn a_long_line_is_passed_over() {
        let long = "x".repeat(LONGEST_ROW + 1);
        let most = "x".repeat(LONGEST_ROW);
        let text = format!("1\n{long}\n3\n{most}\n{long}");
        let kept = format!("4 {most}");
        check(
            Form::Json,
            text.as_bytes(),
            &["1 1", "2 too long", "3 3", kept.as_str(), "5 too long"],
        );
        let mut rows = Rows::new(Form::Json);
        let mut n_heard = 0;
        let endless = loop {
            rows.hear(&vec![b'x'; 16 * 1024]);
            n_heard += 16 * 1024;
            match rows.next_row() {
                Ok(row) => assert_eq!(row, None),
                Err(endless) => break endless,
            }
            assert!(rows.bytes.capacity() < 4 * LONGEST_ROW);
        };
        assert_eq!(endless, Endless { line: 1 });
        assert!(n_heard <= LONGEST_DETOUR + LONGEST_ROW, "{n_heard}");
    }

    #[test]
    fn cells_are_read_as_csv_is() {
        check(
            Form::Csv(b','),
            b"a,b\r\n\r\n\"x, \"\"y\"\"\",\"1\r\n2\"\r\nlast,",
            &["1 a|b", "3 x, \"y\"|1\n2", "5 last|"],
        );
        check(Form::Csv(b';'), b"\xEF\xBB\xBFa;b,c\n", &["1 a|b,c"]);
        check(Form::Csv(b','), b"a\rb\r", &["1 a", "2 b"]);
    }

    #[test]
    fn a_row_that_does_not_end_ends_the_rows() {
        let mut rows = Rows::new(Form::Csv(b','));
        rows.hear(b"a,b\n1,\"");
        assert_eq!(rows.next_row().map(|row| row.map(told)), Ok(Some("1 a|b".to_owned())));
        assert_eq!(rows.next_row(), Ok(None));
        rows.hear(&vec![b'x'; LONGEST_ROW]);
        assert_eq!(rows.next_row(), Err(Endless { line: 2 }));
    }
}
