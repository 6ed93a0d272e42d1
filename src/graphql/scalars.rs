//! Values with a form of their own: days, decimals, currencies, money. No figure is ever a float.

use async_graphql::{
    Description, InputValueError, InputValueResult, Pos, Scalar, ScalarType, SimpleObject, Value,
};
use chrono::{DateTime, NaiveDate, Utc};

use crate::domain::money::{Currency, Money as Amount, Unit};

/// A calendar day, `YYYY-MM-DD`, in the vendor's time zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Description)]
pub struct Date(pub NaiveDate);

#[Scalar(
    use_type_description,
    specified_by_url = "https://scalars.graphql.org/andimarek/local-date.html"
)]
impl ScalarType for Date {
    fn parse(value: Value) -> InputValueResult<Self> {
        let text = text_of(&value)?;
        // chrono also reads unpadded parts, which would let two texts mean one day.
        NaiveDate::parse_from_str(text, "%Y-%m-%d")
            .ok()
            .filter(|day| text.len() == 10 && day.to_string() == text)
            .map(Self)
            .ok_or_else(|| bad(format!("`{}` is not a day of the form YYYY-MM-DD", shown(text))))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

impl From<NaiveDate> for Date {
    fn from(day: NaiveDate) -> Self {
        Self(day)
    }
}

/// An exact decimal number, as a text: `"1234.50"`. Never a float.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Description)]
pub struct Decimal(pub rust_decimal::Decimal);

#[Scalar(
    use_type_description,
    specified_by_url = "https://scalars.graphql.org/chillicream/decimal.html"
)]
impl ScalarType for Decimal {
    fn parse(value: Value) -> InputValueResult<Self> {
        let text = text_of(&value)?;
        // The library also reads `1_000`, `+1` and `.5`, which would let many texts mean one number.
        let is_plain = {
            let is_digits =
                |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
            let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
            is_digits(whole.strip_prefix('-').unwrap_or(whole)) && is_digits(fraction)
        };
        rust_decimal::Decimal::from_str_exact(text)
            .ok()
            .filter(|_| is_plain)
            .map(Self)
            .ok_or_else(|| bad(format!("`{}` is not a decimal number", shown(text))))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

impl From<rust_decimal::Decimal> for Decimal {
    fn from(value: rust_decimal::Decimal) -> Self {
        Self(value)
    }
}

/// A currency code of ISO 4217: `USD`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Description)]
pub struct CurrencyCode(pub Currency);

#[Scalar(use_type_description, specified_by_url = "https://en.wikipedia.org/wiki/ISO_4217")]
impl ScalarType for CurrencyCode {
    fn parse(value: Value) -> InputValueResult<Self> {
        text_of(&value)?.parse().map(Self).map_err(|error| bad(format!("{error}")))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// A country code of ISO 3166-1 alpha-2: `DE`.
#[derive(Clone, Debug, PartialEq, Eq, Description)]
pub struct CountryCode(pub String);

#[Scalar(
    use_type_description,
    specified_by_url = "https://scalars.graphql.org/apollographql/country-code.html"
)]
impl ScalarType for CountryCode {
    fn parse(value: Value) -> InputValueResult<Self> {
        let text = text_of(&value)?;
        let is_code = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase());
        if is_code && celes::Country::from_alpha2(text).is_ok() {
            return Ok(Self(text.to_owned()));
        }
        Err(bad(format!("`{}` is not a country code of ISO 3166-1 alpha-2", shown(text))))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

/// Whether `value` can be read as the scalar of this name, or why it cannot.
///
/// A scalar that is not here is one whose every value can be read.
pub fn read(scalar: &str, value: &Value) -> Result<(), String> {
    fn as_type<T: ScalarType + async_graphql::InputType>(value: &Value) -> Result<(), String> {
        <T as ScalarType>::parse(value.clone())
            .map(drop)
            .map_err(|error| error.into_server_error(Pos::default()).message)
    }
    match scalar {
        "Date" => as_type::<Date>(value),
        "DateTime" => as_type::<DateTime<Utc>>(value),
        "Decimal" => as_type::<Decimal>(value),
        "CurrencyCode" => as_type::<CurrencyCode>(value),
        "CountryCode" => as_type::<CountryCode>(value),
        _ => Ok(()),
    }
}

/// An amount of money.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub struct Money {
    /// The amount, with as many decimal places as the currency has.
    pub amount: Decimal,
    /// The currency.
    pub currency: CurrencyCode,
}

impl From<Amount> for Money {
    fn from(money: Amount) -> Self {
        Self::new(money.minor, money.currency)
    }
}

impl Money {
    /// `minor` smallest units of `currency`.
    pub fn new(minor: i64, currency: Currency) -> Self {
        let amount = Decimal(Unit::Money(currency).decimal(minor));
        Self { amount, currency: CurrencyCode(currency) }
    }
}

fn text_of<T: async_graphql::InputType>(value: &Value) -> Result<&str, InputValueError<T>> {
    match value {
        Value::String(text) => Ok(text),
        other => {
            Err(InputValueError::expected_type(other.clone())
                .with_extension("code", "BAD_USER_INPUT"))
        }
    }
}

fn bad<T: async_graphql::InputType>(message: String) -> InputValueError<T> {
    InputValueError::custom(message).with_extension("code", "BAD_USER_INPUT")
}

fn shown(text: &str) -> String {
    text.chars().take(64).collect()
}
