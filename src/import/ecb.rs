//! The European Central Bank's file of euro reference rates: a row a day, a column a currency, `N/A` where there was no rate.

use std::{io::Read, path::Path};

use chrono::NaiveDate;
use csv::{ReaderBuilder, StringRecord};

use crate::domain::{money::Currency, reference_rates::ReferenceRates};

/// Why there are no rates to be had from a file.
#[derive(Debug, thiserror::Error)]
pub enum EcbError {
    /// It cannot be read.
    #[error("{file}: {source}")]
    Unreadable {
        /// The file.
        file: String,
        /// What the system or the reader says.
        source: csv::Error,
    },
    /// It is some other file.
    #[error("line 1 begins with `{0}`, not `Date`: this is no file of euro reference rates")]
    NotEcb(String),
    /// A cell cannot be read.
    #[error("line {line}, column {column}: `{value}` is no {wanted}")]
    Cell {
        /// The line.
        line: u64,
        /// The currency, or `Date`.
        column: String,
        /// What stands there.
        value: String,
        /// What should.
        wanted: &'static str,
    },
    /// The bank published nothing for the day.
    #[error(
        "no rates were published for {day}: it is no working day, or not in the file, which has {}",
        nearest.map_or_else(|| "nothing before it".to_owned(), |nearest| format!("{nearest} before it"))
    )]
    NoSuchDay {
        /// The day.
        day: NaiveDate,
        /// The last day before it that has rates.
        nearest: Option<NaiveDate>,
    },
}

/// The rates that a file has for a day, which must be a day of the file: nobody's weekend is guessed.
pub fn rates_on(file: &Path, day: NaiveDate) -> Result<ReferenceRates, EcbError> {
    let name = file.display().to_string();
    let unreadable = |source: csv::Error| EcbError::Unreadable { file: name.clone(), source };
    let opened = std::fs::File::open(file).map_err(|error| unreadable(error.into()))?;
    read(opened, day, &name)
}

fn read(from: impl Read, day: NaiveDate, name: &str) -> Result<ReferenceRates, EcbError> {
    let unreadable = |source| EcbError::Unreadable { file: name.to_owned(), source };
    let mut rows = ReaderBuilder::new().flexible(true).from_reader(from);
    let header = rows.headers().map_err(unreadable)?.clone();
    let first = header.get(0).unwrap_or_default().trim_start_matches('\u{feff}').trim();
    if first != "Date" {
        return Err(EcbError::NotEcb(first.chars().take(64).collect()));
    }
    let mut nearest = None;
    for row in rows.records() {
        let row = row.map_err(unreadable)?;
        let line = row.position().map_or(0, csv::Position::line);
        let text = row.get(0).unwrap_or_default().trim();
        let on: NaiveDate = text.parse().map_err(|_no_day| cell(line, "Date", text, "day"))?;
        if on == day {
            return rates(&header, &row, line);
        }
        if on < day {
            nearest = nearest.max(Some(on));
        }
    }
    Err(EcbError::NoSuchDay { day, nearest })
}

fn rates(header: &StringRecord, row: &StringRecord, line: u64) -> Result<ReferenceRates, EcbError> {
    let mut rates =
        ReferenceRates { base: Currency::EUR, per_base: std::collections::BTreeMap::new() };
    for (code, text) in header.iter().zip(row).skip(1) {
        let (code, text) = (code.trim(), text.trim());
        if code.is_empty() || text.is_empty() || text == "N/A" {
            continue;
        }
        let rate: rust_decimal::Decimal =
            text.parse().map_err(|_no_number| cell(line, code, text, "rate"))?;
        if rate <= rust_decimal::Decimal::ZERO {
            return Err(cell(line, code, text, "rate"));
        }
        // The file has columns of currencies that are none any more; they have no rates.
        let currency: Currency =
            code.parse().map_err(|_unknown| cell(1, code, code, "currency of ISO 4217"))?;
        rates.per_base.insert(currency, rate);
    }
    Ok(rates)
}

fn cell(line: u64, column: &str, value: &str, wanted: &'static str) -> EcbError {
    let value = value.chars().take(64).collect();
    EcbError::Cell { line, column: column.to_owned(), value, wanted }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str =
        "Date,USD,JPY,CYP,\n2017-07-03,1.1369,129.01,N/A,\n2017-06-30,1.1412,127.75,N/A,\n";

    #[track_caller]
    fn check(file: &str, day: &str, expected: &str) {
        let found = read(file.as_bytes(), day.parse().unwrap(), "rates.csv");
        let told = found.map_or_else(
            |error| error.to_string(),
            |rates| format!("{} {:?}", rates.base, rates.per_base),
        );
        assert_eq!(told, expected);
    }

    #[test]
    fn a_day_has_the_rates_that_were_published() {
        check(FILE, "2017-06-30", "EUR {JPY: 127.75, USD: 1.1412}");
        check(
            FILE,
            "2017-07-02",
            "no rates were published for 2017-07-02: it is no working day, or not in the file, which has 2017-06-30 before it",
        );
        check(
            FILE,
            "2017-01-01",
            "no rates were published for 2017-01-01: it is no working day, or not in the file, which has nothing before it",
        );
    }

    #[test]
    fn another_file_is_told_from_it() {
        check(
            "day;USD\n",
            "2017-06-30",
            "line 1 begins with `day;USD`, not `Date`: this is no file of euro reference rates",
        );
        check("Date,USD\n2017-06-30,one\n", "2017-06-30", "line 2, column USD: `one` is no rate");
        check("Date,USD\n2017-06-30,0\n", "2017-06-30", "line 2, column USD: `0` is no rate");
        check(
            "Date,QQQ\n2017-06-30,1\n",
            "2017-06-30",
            "line 1, column QQQ: `QQQ` is no currency of ISO 4217",
        );
        check(
            "Date,USD\n30/06/2017,1\n",
            "2017-06-30",
            "line 2, column Date: `30/06/2017` is no day",
        );
    }
}
