//! What the text of a cell states: a day, an amount, an id, a word of a closed list.
//!
//! Each reads one way of writing and refuses all others; a text that is not there is no value.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::de::{self, DeserializeOwned, IntoDeserializer};

use super::{cells::Cells, dates::DateFormat, flaw::Flaw, template::Template};
use crate::domain::{
    id::CommitmentId,
    money::{Currency, Money, Unit},
};

/// The text.
pub fn text(template: Option<&Template>, cells: &Cells<'_>) -> Option<String> {
    template?.fill(cells)
}

/// A day, which must be there.
pub fn day(template: &Template, cells: &Cells<'_>, format: &DateFormat) -> Result<NaiveDate, Flaw> {
    let text = template.require("day", cells)?;
    read_day(template, &text, format)
}

/// A day, if there is one.
pub fn optional_day(
    template: Option<&Template>,
    cells: &Cells<'_>,
    format: &DateFormat,
) -> Result<Option<NaiveDate>, Flaw> {
    optional(template, cells, |template, text| read_day(template, text, format))
}

/// An amount of money, if there is one.
pub fn money(
    template: Option<&Template>,
    currency: Option<&Template>,
    cells: &Cells<'_>,
) -> Result<Option<Money>, Flaw> {
    let Some(currency) = currency else { return Ok(None) };
    optional(template, cells, |template, text| {
        let code = currency.require("currency", cells)?;
        let unit: Currency = code.parse().map_err(|_invalid| {
            currency.flaw("currency", &code, "is no currency code of ISO 4217")
        })?;
        Ok(Money { minor: number(template, text, Unit::Money(unit))?, currency: unit })
    })
}

/// A number of whole things, if there is one.
pub fn count(template: Option<&Template>, cells: &Cells<'_>) -> Result<Option<i64>, Flaw> {
    optional(template, cells, |template, text| number(template, text, Unit::Count))
}

/// Thousandths, which must be there.
pub fn quantity(template: &Template, cells: &Cells<'_>) -> Result<i64, Flaw> {
    let text = template.require("quantity", cells)?;
    number(template, &text, Unit::Quantity)
}

/// The id of a commitment, if there is one.
pub fn commitment(
    template: Option<&Template>,
    cells: &Cells<'_>,
) -> Result<Option<CommitmentId>, Flaw> {
    optional(template, cells, |template, text| {
        text.parse()
            .map_err(|_invalid| template.flaw("commitment", text, "is no id of a commitment"))
    })
}

/// A word of a closed list, as the API writes it: `CO_SELL_RESOURCE`; if there is one.
pub fn word<T: DeserializeOwned>(
    template: Option<&Template>,
    cells: &Cells<'_>,
) -> Result<Option<T>, Flaw> {
    optional(template, cells, |template, text| {
        let lower = text.to_ascii_lowercase();
        let read: Result<T, de::value::Error> = T::deserialize(lower.as_str().into_deserializer());
        read.map_err(|_unknown| template.flaw("kind", text, "is no kind of support or resource"))
    })
}

fn optional<T>(
    template: Option<&Template>,
    cells: &Cells<'_>,
    read: impl FnOnce(&Template, &str) -> Result<T, Flaw>,
) -> Result<Option<T>, Flaw> {
    let Some(template) = template else { return Ok(None) };
    template.fill(cells).map(|text| read(template, &text)).transpose()
}

fn read_day(template: &Template, text: &str, format: &DateFormat) -> Result<NaiveDate, Flaw> {
    let day = format.parse(text);
    day.ok_or_else(|| template.flaw("day", text, format!("is no day of the form {format}")))
}

/// A plain decimal number: no thousands, no exponent, nothing that is read one way here and another there.
fn number(template: &Template, text: &str, unit: Unit) -> Result<i64, Flaw> {
    let flaw = |message: String| template.flaw("amount", text, message);
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    if !is_digits(whole.strip_prefix('-').unwrap_or(whole)) || !is_digits(fraction) {
        return Err(flaw("is no plain decimal number, as 1054.50".to_owned()));
    }
    let value = Decimal::from_str_exact(text)
        .map_err(|_too_long| flaw("has more digits than can be kept".to_owned()))?;
    unit.parse(value).map_err(|invalid| flaw(invalid.reason.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, unit: Unit, expected: Result<i64, &str>) {
        let template: Template = "{amount}".parse().unwrap();
        let read = number(&template, text, unit).map_err(|flaw| flaw.to_string());
        assert_eq!(read.as_ref().map(|units| *units).map_err(String::as_str), expected);
    }

    #[test]
    fn an_amount_is_read_exactly() {
        let (dollars, yen) = (Unit::Money(Currency::USD), Unit::Money("JPY".parse().unwrap()));
        check("1054", dollars, Ok(105_400));
        check("1054.5", dollars, Ok(105_450));
        check("-3.20", dollars, Ok(-320));
        check("0.1000", dollars, Ok(10));
        check("1054", yen, Ok(1_054));
        check("1.5", Unit::Quantity, Ok(1_500));
        check("007", Unit::Count, Ok(7));
    }

    #[test]
    fn an_amount_that_could_be_read_otherwise_is_refused() {
        let dollars = Unit::Money(Currency::USD);
        for text in [
            "1,054", "1 054", "1_054", "$5", "1e3", ".5", "5.", "--5", "+5", "1.054.00", "NaN", "٣",
        ] {
            let refused = format!("amount: `{text}` is no plain decimal number, as 1054.50");
            check(text, dollars, Err(&refused));
        }
        check("10.101", dollars, Err("amount: `10.101` has more than 2 decimal places"));
        check("0.5", Unit::Count, Err("amount: `0.5` has more than 0 decimal places"));
        check(
            "99999999999999",
            dollars,
            Err("amount: `99999999999999` is larger than can be kept"),
        );
        let long = "1".repeat(40);
        let refused = format!("amount: `{long}` has more digits than can be kept");
        check(&long, dollars, Err(&refused));
    }
}
