//! What was measured, as tables.

use std::{io::Write, time::Duration};

/// After how many parts of the rows it is said how things stand.
const PARTS: usize = 10;

/// What was measured.
pub struct Report {
    n_rows: usize,
    before: f64,
    most: f64,
    /// Rows, seconds and megabytes at the end of each part.
    parts: Vec<(usize, f64, f64)>,
}

impl Report {
    /// Nothing yet; the server keeps so many megabytes.
    pub fn new(n_rows: usize, resident: f64) -> Self {
        Self { n_rows, before: resident, most: resident, parts: Vec::new() }
    }

    /// So many rows have been recorded after so long; the server keeps so many megabytes.
    pub fn note(&mut self, n_done: usize, after: Duration, resident: f64) {
        self.most = self.most.max(resident);
        let next = (self.parts.len() + 1) * self.n_rows / PARTS;
        if n_done >= next {
            self.parts.push((n_done, after.as_secs_f64(), resident));
        }
    }

    /// Prints the tables; `bare` is how long the database alone took for as many rows.
    pub fn print(self, bare: Option<Duration>, engine: &str) -> anyhow::Result<()> {
        let mut out = std::io::stdout().lock();
        let command = std::env::args().skip(1).collect::<Vec<_>>().join(" ");
        writeln!(out, "`bench {command}`\n")?;
        writeln!(out, "| Facts | s | Facts/s of this tenth | MB |\n| --- | --- | --- | --- |")?;
        writeln!(out, "| 0 | 0.0 | | {:.0} |", self.before)?;
        let (mut rows, mut seconds) = (0, 0.0);
        for (n_rows, after, resident) in &self.parts {
            let rate = per_second(n_rows - rows, after - seconds);
            writeln!(out, "| {n_rows} | {after:.1} | {rate:.0} | {resident:.0} |")?;
            (rows, seconds) = (*n_rows, *after);
        }
        writeln!(out, "\nAt most {:.0} MB.\n", self.most)?;
        writeln!(out, "| | Rows/s | s |\n| --- | --- | --- |")?;
        let rate = per_second(self.n_rows, seconds);
        writeln!(out, "| Facts through the server, {engine} | {rate:.0} | {seconds:.1} |")?;
        if let Some(bare) = bare {
            let bare = bare.as_secs_f64();
            let rate = per_second(self.n_rows, bare);
            writeln!(out, "| Bare inserts, {engine} | {rate:.0} | {bare:.1} |")?;
        }
        Ok(())
    }
}

fn per_second(n_rows: usize, seconds: f64) -> f64 {
    u32::try_from(n_rows).map_or(f64::INFINITY, f64::from) / seconds
}
