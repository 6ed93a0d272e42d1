//! Exact amounts: integers of the smallest unit, and rationals while computing.
//!
//! Nothing here is a float. A figure stays exact until it goes out, and is then rounded half-even (domain §6).

use std::{fmt, str::FromStr};

use num_traits::ToPrimitive;
use rust_decimal::Decimal;
use sea_orm::DeriveValueType;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

pub use super::exact::Exact;

/// The largest amount that one input may state, in the smallest unit: ten thousand billion cents.
///
/// Far below `i64::MAX`, so that sums of many and products with a probability stay inside it.
pub const LARGEST_AMOUNT: i64 = 10_000_000_000_000;

/// Decimal places of a [`Unit::Quantity`].
const QUANTITY_PLACES: u32 = 3;

/// A currency of ISO 4217.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, DeriveValueType)]
#[sea_orm(value_type = "String")]
pub struct Currency(iso_currency::Currency);

impl Currency {
    /// The euro.
    pub const EUR: Self = Self(iso_currency::Currency::EUR);
    /// The US dollar.
    pub const USD: Self = Self(iso_currency::Currency::USD);

    /// Decimal places of the smallest unit: 2 for `USD`, 0 for `JPY`, 3 for `KWD`.
    pub fn places(self) -> u32 {
        u32::from(self.0.exponent().unwrap_or(2))
    }
}

/// A text that no ISO 4217 currency has as its code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a currency code of ISO 4217")]
pub struct InvalidCurrency(pub String);

impl FromStr for Currency {
    type Err = InvalidCurrency;

    fn from_str(code: &str) -> Result<Self, InvalidCurrency> {
        iso_currency::Currency::from_code(code)
            .map(Self)
            .ok_or_else(|| InvalidCurrency(code.chars().take(64).collect()))
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.code())
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

/// What the integers of a figure count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// The smallest unit of a currency.
    Money(Currency),
    /// Whole things: deals, leads, people.
    Count,
    /// Thousandths: hours, assets, whatever a custom metric measures.
    Quantity,
}

impl Unit {
    /// Decimal places of the smallest unit.
    pub fn places(self) -> u32 {
        match self {
            Self::Money(currency) => currency.places(),
            Self::Count => 0,
            Self::Quantity => QUANTITY_PLACES,
        }
    }

    /// The amount `value` states, in smallest units.
    pub fn parse(self, value: Decimal) -> Result<i64, InvalidAmount> {
        let invalid = |reason| InvalidAmount { value, reason };
        let places = self.places();
        let normal = value.normalize();
        if normal.scale() > places {
            return Err(invalid(AmountFault::TooPrecise { places }));
        }
        let units = normal.mantissa() * 10_i128.pow(places - normal.scale());
        match i64::try_from(units) {
            Ok(units) if units.abs() <= LARGEST_AMOUNT => Ok(units),
            _ => Err(invalid(AmountFault::TooLarge)),
        }
    }

    /// The amount as people write it.
    pub fn decimal(self, units: i64) -> Decimal {
        Decimal::new(units, self.places())
    }

    /// An exact number of smallest units as people write it, rounded half-even to a whole unit.
    pub fn round(self, units: &Exact) -> Decimal {
        let rounded = units.half_even().to_i128().unwrap_or(i128::MAX);
        Decimal::try_from_i128_with_scale(rounded, self.places()).unwrap_or(Decimal::MAX)
    }
}

/// An amount that cannot be kept.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{value} {reason}")]
pub struct InvalidAmount {
    /// What was given.
    pub value: Decimal,
    /// Why it cannot be kept.
    pub reason: AmountFault,
}

/// What is wrong with an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AmountFault {
    /// It has digits below the smallest unit.
    #[error("has more than {places} decimal places")]
    TooPrecise {
        /// Places that the unit has.
        places: u32,
    },
    /// It is beyond [`LARGEST_AMOUNT`].
    #[error("is larger than can be kept")]
    TooLarge,
}

/// An amount of money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Money {
    /// The amount in the currency's smallest unit.
    pub minor: i64,
    /// Its currency.
    pub currency: Currency,
}

impl Money {
    /// The amount that `value` states in `currency`.
    pub fn parse(value: Decimal, currency: Currency) -> Result<Self, InvalidAmount> {
        Ok(Self { minor: Unit::Money(currency).parse(value)?, currency })
    }

    /// The same value in `into` at `rate` units of `into` for one of this currency, rounded half-even.
    ///
    /// None where the result is too large to keep.
    pub fn convert(self, rate: Decimal, into: Currency) -> Option<i64> {
        let value = exact(self.minor) * exact_decimal(rate) * power_of_ten(into.places())
            / power_of_ten(self.currency.places());
        value.half_even().to_i64()
    }
}

/// A whole number as an exact figure.
pub fn exact(value: i64) -> Exact {
    Exact::from(value)
}

/// A decimal as an exact figure.
pub fn exact_decimal(value: Decimal) -> Exact {
    // A mantissa has 96 bits and a scale of 28 at most.
    Exact::of(value.mantissa(), 10_i128.pow(value.scale()))
}

/// A ratio as it goes out: four decimal places, rounded half-even.
pub fn ratio(value: &Exact) -> Decimal {
    let scaled = (value * power_of_ten(4)).half_even().to_i128();
    let bounded = scaled.unwrap_or(if value.is_negative() { i128::MIN } else { i128::MAX });
    Decimal::try_from_i128_with_scale(bounded, 4).unwrap_or(Decimal::MAX)
}

fn power_of_ten(exponent: u32) -> Exact {
    Exact::from(10_i128.pow(exponent))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(amount: &str, from: &str, rate: &str, into: &str, expected: &str) {
        let money = Money::parse(amount.parse().unwrap(), from.parse().unwrap()).unwrap();
        let into: Currency = into.parse().unwrap();
        let converted = money.convert(rate.parse().unwrap(), into).unwrap();
        assert_eq!(Unit::Money(into).decimal(converted).to_string(), expected);
    }

    /// Example H of domain §6.
    #[test]
    fn money_is_converted_once_and_rounded_half_even() {
        check("1000.01", "EUR", "1.0850", "USD", "1085.01");
        check("0.50", "EUR", "1.01", "USD", "0.50");
        check("10.01", "USD", "149.25", "JPY", "1494");
    }

    #[test]
    fn an_amount_finer_than_its_unit_is_refused() {
        let usd = Unit::Money(Currency::USD);
        assert_eq!(usd.parse("10.10".parse().unwrap()), Ok(1_010));
        assert_eq!(usd.parse("10.1000".parse().unwrap()), Ok(1_010));
        let refused = usd.parse("10.101".parse().unwrap()).unwrap_err();
        assert_eq!(refused.to_string(), "10.101 has more than 2 decimal places");
        let refused = Unit::Count.parse("1000000000000000".parse().unwrap());
        assert_eq!(refused.unwrap_err().reason, AmountFault::TooLarge);
    }

    #[test]
    fn halves_go_to_the_even_neighbour() {
        for (numerator, rounded) in [(1, 0), (3, 2), (5, 2), (7, 4), (-1, 0), (-3, -2)] {
            let value = Exact::new(numerator.into(), 2.into());
            assert_eq!(value.half_even(), exact(rounded), "{numerator}/2");
        }
    }
}
