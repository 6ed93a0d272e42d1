//! Why a row is no fact.

use std::{fmt, sync::Arc};

/// Characters of a cell that a message repeats.
const LONGEST_QUOTE: usize = 64;

/// What is wrong with a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw {
    /// The column, lookup or field of the fact that is at fault; none where the row as a whole is.
    pub field: Option<String>,
    /// What stood there, shortened to what fits a message.
    pub value: Option<String>,
    /// What is wrong with it.
    pub message: String,
}

impl Flaw {
    /// A fault of the row as a whole.
    pub fn of_row(message: impl Into<String>) -> Self {
        Self { field: None, value: None, message: message.into() }
    }

    /// A fault of what stands in `field`.
    pub fn of_cell(field: &str, value: &str, message: impl Into<String>) -> Self {
        let value = value.chars().take(LONGEST_QUOTE).collect();
        Self { field: Some(field.to_owned()), value: Some(value), message: message.into() }
    }

    /// A fault of `field`, where nothing stands.
    pub fn of_field(field: &str, message: impl Into<String>) -> Self {
        Self { field: Some(field.to_owned()), value: None, message: message.into() }
    }
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(field) = &self.field {
            write!(f, "{field}: ")?;
        }
        if let Some(value) = &self.value {
            // A cell may hold anything, line breaks and terminal codes included.
            write!(f, "`{}` ", value.escape_debug())?;
        }
        f.write_str(&self.message)
    }
}

/// A line of a file.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    /// The file, as the mapping names it.
    pub file: Arc<str>,
    /// The line on which the row begins; the header is on line 1.
    pub line: u64,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// A row that is no fact, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// Where it is.
    pub at: Place,
    /// What is wrong with it.
    pub flaw: Flaw,
}

impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.at, self.flaw)
    }
}
