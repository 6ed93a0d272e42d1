//! Reading facts out of the CSV files of other systems.
//!
//! A [`Mapping`] (a TOML file; `examples/maven/README.md` explains the language) says which files there are, what each row
//! of them reports, and what its words mean in ours. [`open`] checks the files against it before anything is read: a
//! missing column or a wrong encoding costs no half-finished import. [`Source::rows`] then goes through them once, in
//! constant memory but for the lookups and for what tells exact duplicates.
//!
//! Each row ends in one of four ways ([`Outcome`]): it gives facts, all or none; the mapping says that it is legitimately
//! none; it repeats an earlier row; or it is rejected with its line and the reason. Nothing is guessed and nothing is left
//! out in silence. [`run()`] records the facts. Facts carry external ids made from the row, so importing again changes nothing, and an import that was
//! killed is finished by starting it again.

mod cells;
mod condition;
mod dates;
mod details;
pub mod ecb;
mod event;
mod flaw;
mod kind;
mod lines;
pub mod load;
mod lookup;
mod mapping;
mod partners;
mod reader;
mod report;
mod run;
mod source;
mod template;
mod value;

use std::io;

pub use event::Reported;
pub use flaw::{Flaw, Place, Rejected};
pub use mapping::Mapping;
pub use report::{Landing, Report};
pub use run::{Run, RunError, run};
pub use source::{Outcome, Row, Rows, Source, open};

/// Why a mapping or a file cannot be used at all.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The mapping is not one.
    #[error("mapping {file}: {message}")]
    Mapping {
        /// The mapping.
        file: String,
        /// What is wrong with it.
        message: String,
    },
    /// The file is absent, or reading it failed.
    #[error("{file} cannot be read")]
    Unreadable {
        /// The file, as the mapping names it.
        file: String,
        /// What the system says.
        source: io::Error,
    },
    /// Every character of the file has two bytes.
    #[error("{file} is UTF-16; save it as UTF-8")]
    Utf16 {
        /// The file.
        file: String,
    },
    /// The header is in some other encoding.
    #[error("the header of {file} is not UTF-8; save the file as UTF-8")]
    NotUtf8 {
        /// The file.
        file: String,
    },
    /// The file has not even a header.
    #[error("{file} is empty; its first line must name its columns")]
    Empty {
        /// The file.
        file: String,
    },
    /// The mapping speaks of a column that the file has not.
    #[error("{file} has no column `{column}`; it has `{present}`")]
    MissingColumn {
        /// The file.
        file: String,
        /// The column.
        column: String,
        /// The columns that it has.
        present: String,
    },
    /// The header names a column that the mapping speaks of twice.
    #[error("{file} has two columns `{column}`")]
    RepeatedColumn {
        /// The file.
        file: String,
        /// The column.
        column: String,
    },
    /// A row of a lookup cannot be read, or is one of two for a key.
    #[error("lookup {file}:{line} {message}")]
    Lookup {
        /// The file.
        file: String,
        /// The line.
        line: u64,
        /// What is wrong with it.
        message: String,
    },
    /// A row does not end.
    #[error("{file}:{line} is longer than a row can be; is a quotation mark left open?")]
    RowTooLong {
        /// The file.
        file: String,
        /// The line on which the row begins.
        line: u64,
    },
}
