//! Days as files write them, in one stated form.

use std::fmt;

use chrono::NaiveDate;
use serde::Deserialize;

/// The form in which a file writes its days: `%Y-%m-%d`, `%m/%d/%Y`.
///
/// A day is read in this form or not at all: `3/1/2017` is a different day on either side of the Atlantic, and no guess
/// is better than the person who knows. Day and month may be unpadded where separators keep them apart; a year always has
/// its four digits.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct DateFormat {
    text: String,
    pieces: Vec<Piece>,
    /// Nothing separates two numbers, so each needs all its digits.
    is_padded: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Piece {
    Year,
    Month,
    Day,
    Literal(char),
}

impl DateFormat {
    /// The day that `text` states, if it states one in this form.
    pub fn parse(&self, text: &str) -> Option<NaiveDate> {
        let shortest = if self.is_padded { 2 } else { 1 };
        let (mut year, mut month, mut day) = (0, 0, 0);
        let mut rest = text;
        for piece in &self.pieces {
            rest = match piece {
                Piece::Year => number(rest, 4, 4, &mut year)?,
                Piece::Month => number(rest, shortest, 2, &mut month)?,
                Piece::Day => number(rest, shortest, 2, &mut day)?,
                Piece::Literal(literal) => rest.strip_prefix(*literal)?,
            };
        }
        if !rest.is_empty() {
            return None;
        }
        NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)
    }
}

impl Default for DateFormat {
    fn default() -> Self {
        use Piece::{Day, Literal, Month, Year};
        Self {
            text: "%Y-%m-%d".to_owned(),
            pieces: vec![Year, Literal('-'), Month, Literal('-'), Day],
            is_padded: false,
        }
    }
}

impl TryFrom<String> for DateFormat {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let mut characters = text.chars();
        while let Some(character) = characters.next() {
            pieces.push(match character {
                '%' => match characters.next() {
                    Some('Y') => Piece::Year,
                    Some('m') => Piece::Month,
                    Some('d') => Piece::Day,
                    other => {
                        let other = other.map(String::from).unwrap_or_default();
                        return Err(format!("date `{text}`: `%{other}` is not `%Y`, `%m` or `%d`"));
                    }
                },
                digit if digit.is_ascii_digit() => {
                    return Err(format!("date `{text}`: a digit cannot separate numbers"));
                }
                literal => Piece::Literal(literal),
            });
        }
        for (piece, name) in [(Piece::Year, "%Y"), (Piece::Month, "%m"), (Piece::Day, "%d")] {
            if pieces.iter().filter(|other| **other == piece).count() != 1 {
                return Err(format!("date `{text}`: `{name}` must occur once"));
            }
        }
        let is_number = |piece: &Piece| !matches!(piece, Piece::Literal(_));
        let is_padded = pieces.windows(2).any(|pair| pair.iter().all(is_number));
        Ok(Self { text, pieces, is_padded })
    }
}

impl fmt::Display for DateFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Takes `shortest` to `longest` digits from the front of `text`.
fn number<'a>(text: &'a str, shortest: usize, longest: usize, into: &mut u32) -> Option<&'a str> {
    let length = text.bytes().take(longest).take_while(u8::is_ascii_digit).count();
    if length < shortest {
        return None;
    }
    let (digits, rest) = text.split_at(length);
    *into = digits.parse().ok()?;
    Some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(format: &str, text: &str, expected: &str) {
        let format = DateFormat::try_from(format.to_owned()).unwrap();
        let day = format.parse(text).map_or("none".to_owned(), |day| day.to_string());
        assert_eq!(day, expected, "`{text}` as {format}");
    }

    #[test]
    fn a_day_is_read_in_the_stated_form() {
        check("%Y-%m-%d", "2017-03-01", "2017-03-01");
        check("%Y-%m-%d", "2017-3-1", "2017-03-01");
        check("%m/%d/%Y", "3/1/2017", "2017-03-01");
        check("%m/%d/%Y", "10/20/2016", "2016-10-20");
        check("%d-%m-%Y", "01-03-2017", "2017-03-01");
        check("%d.%m.%Y", "29.2.2016", "2016-02-29");
        check("%Y%m%d", "20170301", "2017-03-01");
    }

    #[test]
    fn a_day_of_another_form_or_that_never_was_is_not_guessed() {
        for text in
            ["", "01-03-2017", "2017/03/01", "17-03-01", "2017-02-30", "2017-13-01", "2017-03-01x"]
        {
            check("%Y-%m-%d", text, "none");
        }
        for text in [
            "20/10/2016",
            "3/1/17",
            "3-1-2017",
            "3/1/2017 0:00",
            "3//2017",
            "+3/1/2017",
            "٣/1/2017",
        ] {
            check("%m/%d/%Y", text, "none");
        }
        check("%Y%m%d", "2017111", "none");
    }

    #[test]
    fn a_form_names_year_month_and_day_once() {
        for (form, refused) in [
            ("%m/%d/%y", "date `%m/%d/%y`: `%y` is not `%Y`, `%m` or `%d`"),
            ("%m/%d", "date `%m/%d`: `%Y` must occur once"),
            ("%Y-%d-%d-%m", "date `%Y-%d-%d-%m`: `%d` must occur once"),
            ("%Y0%m0%d", "date `%Y0%m0%d`: a digit cannot separate numbers"),
            ("%Y-%m-%", "date `%Y-%m-%`: `%` is not `%Y`, `%m` or `%d`"),
        ] {
            assert_eq!(DateFormat::try_from(form.to_owned()).unwrap_err(), refused);
        }
    }
}
