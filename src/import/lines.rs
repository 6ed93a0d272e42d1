//! The bytes of a text file with every line ended by one line feed.

use std::io::{self, BufRead, BufReader, Read};

/// Bytes that one row may have: a quotation mark left open must not pull a whole file into memory.
pub const LONGEST_ROW: u64 = 1 << 20;

/// Reads `inner` with `\r\n` and `\r` as `\n`, and with the last line ended.
///
/// Line numbers can then be counted: a row takes as many lines as it has line feeds.
pub struct Lines<R> {
    inner: BufReader<R>,
    after_return: bool,
    after_feed: bool,
    /// Bytes handed out so far.
    pub n_bytes: u64,
    /// What is left of [`LONGEST_ROW`]; whoever reads rows sets it back before each.
    pub budget: u64,
    /// Everything was handed out, the last line as it was or cut off.
    pub end: Option<End>,
}

/// How a file ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// With a line end.
    Whole,
    /// In the middle of a line, perhaps because it was still being written.
    Unended,
}

impl<R: Read> Lines<R> {
    /// The lines of `inner`.
    pub fn new(inner: R) -> Self {
        let inner = BufReader::new(inner);
        Self {
            inner,
            after_return: false,
            after_feed: true,
            n_bytes: 0,
            budget: LONGEST_ROW,
            end: None,
        }
    }

    /// Fills `buffer` from the file, as far as one look into it goes.
    fn copy(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut n_written = 0;
        while n_written == 0 {
            let input = self.inner.fill_buf()?;
            if input.is_empty() {
                return Ok(self.finish(buffer));
            }
            let mut n_taken = 0;
            for &byte in input.iter().take(buffer.len()) {
                n_taken += 1;
                let is_second_half = self.after_return && byte == b'\n';
                self.after_return = byte == b'\r';
                if is_second_half {
                    continue;
                }
                let byte = if byte == b'\r' { b'\n' } else { byte };
                self.after_feed = byte == b'\n';
                if let Some(slot) = buffer.get_mut(n_written) {
                    *slot = byte;
                    n_written += 1;
                }
            }
            self.inner.consume(n_taken);
        }
        Ok(n_written)
    }

    /// Ends the last line, once.
    fn finish(&mut self, buffer: &mut [u8]) -> usize {
        if self.end.is_some() {
            return 0;
        }
        if self.after_feed {
            self.end = Some(End::Whole);
            return 0;
        }
        self.end = Some(End::Unended);
        buffer.iter_mut().take(1).map(|slot| *slot = b'\n').count()
    }
}

impl<R: Read> Read for Lines<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        if self.budget == 0 {
            return Err(io::Error::other("a row is too long"));
        }
        let n_read = self.copy(buffer)?;
        let n_bytes = u64::try_from(n_read).unwrap_or(u64::MAX);
        self.n_bytes += n_bytes;
        self.budget = self.budget.saturating_sub(n_bytes);
        Ok(n_read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(input: &str, expected: &str, end: End) {
        let mut lines = Lines::new(input.as_bytes());
        let mut output = String::new();
        lines.read_to_string(&mut output).unwrap();
        assert_eq!((output.as_str(), lines.end), (expected, Some(end)), "{input:?}");
    }

    #[test]
    fn every_line_ends_with_one_line_feed() {
        check("", "", End::Whole);
        check("a\nb\n", "a\nb\n", End::Whole);
        check("a\r\nb\r\n", "a\nb\n", End::Whole);
        check("a\rb\r", "a\nb\n", End::Whole);
        check("a\r\n\r\nb", "a\n\nb\n", End::Unended);
        check("a\n\r", "a\n\n", End::Whole);
    }

    #[test]
    fn a_row_beyond_its_budget_ends_the_reading() {
        let mut lines = Lines::new(io::repeat(b'x'));
        let refused = io::copy(&mut lines, &mut io::sink()).unwrap_err();
        assert_eq!(refused.to_string(), "a row is too long");
        assert!(lines.n_bytes < 2 * LONGEST_ROW);
    }
}
