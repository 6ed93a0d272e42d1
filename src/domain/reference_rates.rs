//! Reference rates of a day, as a central bank publishes them: units of each currency for one of its own.
//!
//! A plan wants them the other way round and across: units of its own currency for one of another. Both are exact ratios of what was
//! published, rounded half-even once, to the decimal places that a planning rate keeps.

use std::collections::BTreeMap;

use num_traits::{ToPrimitive, Zero};
use rust_decimal::Decimal;

use super::{
    activity::Rates,
    exact::Exact,
    money::{Currency, exact, exact_decimal},
};

/// Decimal places of a planning rate.
pub const RATE_PLACES: u32 = 10;

/// What a central bank published for a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReferenceRates {
    /// The currency of which one is worth so much.
    pub base: Currency,
    /// How many of each other currency.
    pub per_base: BTreeMap<Currency, Decimal>,
}

/// Why no planning rates follow from reference rates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoCrossRate {
    /// It was not published.
    #[error("there is no rate of `{0}` on that day")]
    Unpublished(Currency),
    /// It rounds to nothing.
    #[error("one `{0}` is worth too little to be kept with {RATE_PLACES} decimal places")]
    TooSmall(Currency),
}

impl ReferenceRates {
    /// Units of `into` for one of `from`, to [`RATE_PLACES`] decimal places.
    pub fn cross(&self, from: Currency, into: Currency) -> Result<Decimal, NoCrossRate> {
        let rate = self.per(into)? / self.per(from)?;
        let scale = exact_decimal(Decimal::from(10_u64.pow(RATE_PLACES)));
        let rounded = (rate * scale).half_even();
        if rounded.is_zero() {
            return Err(NoCrossRate::TooSmall(from));
        }
        let rounded = rounded.to_i128().unwrap_or(i128::MAX);
        Ok(Decimal::try_from_i128_with_scale(rounded, RATE_PLACES)
            .unwrap_or(Decimal::MAX)
            .normalize())
    }

    /// The planning rates of a plan in `into`: of all that was published, or of `only` those, each of which must have been.
    pub fn planning(&self, into: Currency, only: &[Currency]) -> Result<Rates, NoCrossRate> {
        let published = self.per_base.keys().copied().chain([self.base]);
        let wanted: Vec<Currency> =
            if only.is_empty() { published.collect() } else { only.to_vec() };
        let others = wanted.into_iter().filter(|currency| *currency != into);
        others.map(|from| Ok((from, self.cross(from, into)?))).collect()
    }

    fn per(&self, currency: Currency) -> Result<Exact, NoCrossRate> {
        if currency == self.base {
            return Ok(exact(1));
        }
        self.per_base
            .get(&currency)
            .filter(|rate| !rate.is_zero())
            .map(|rate| exact_decimal(*rate))
            .ok_or(NoCrossRate::Unpublished(currency))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn currency(code: &str) -> Currency {
        code.parse().unwrap()
    }

    /// What was published for 29 December 2017, but for the last, which is made up.
    fn published() -> ReferenceRates {
        let rates = [("USD", "1.1993"), ("JPY", "135.01"), ("GBP", "0.88723"), ("IDR", "16239.12")];
        let per_base = rates.map(|(code, rate)| (currency(code), rate.parse().unwrap()));
        ReferenceRates { base: currency("EUR"), per_base: per_base.into() }
    }

    #[track_caller]
    fn check(from: &str, into: &str, expected: &str) {
        let found = published().cross(currency(from), currency(into));
        assert_eq!(found.map_or_else(|why| why.to_string(), |rate| rate.to_string()), expected);
    }

    #[test]
    fn a_rate_goes_through_the_base_and_is_rounded_once() {
        check("EUR", "USD", "1.1993");
        check("USD", "EUR", "0.8338197282");
        check("GBP", "USD", "1.3517351758");
        check("USD", "JPY", "112.5740015009");
        check("JPY", "USD", "0.0088830457");
        check("IDR", "EUR", "0.0000615797");
        check("USD", "USD", "1");
        check("CHF", "USD", "there is no rate of `CHF` on that day");
        check("USD", "CHF", "there is no rate of `CHF` on that day");
    }

    #[test]
    fn halves_go_to_the_even_neighbour() {
        let rate = |rate: &str| ReferenceRates {
            base: currency("EUR"),
            per_base: [(currency("USD"), rate.parse().unwrap())].into(),
        };
        // One dollar in euros: 1/3200000000 is 0.0000000003125, 1/4000000000 exactly half a unit above 2.
        for (published, expected) in [
            ("4000000000", "0.0000000002"),
            ("3200000000", "0.0000000003"),
            ("1333333333.3333333333", "0.0000000008"),
        ] {
            let found = rate(published).cross(currency("USD"), currency("EUR"));
            assert_eq!(found.unwrap().to_string(), expected, "{published}");
        }
        let too_small = rate("30000000000").cross(currency("USD"), currency("EUR"));
        assert_eq!(too_small, Err(NoCrossRate::TooSmall(currency("USD"))));
    }

    #[test]
    fn a_plan_takes_all_or_those_that_it_names() {
        let rates = published();
        let all = rates.planning(currency("USD"), &[]).unwrap();
        let codes: Vec<String> = all.keys().map(ToString::to_string).collect();
        assert_eq!(codes.len(), 4);
        assert_eq!(all[&currency("EUR")].to_string(), "1.1993");
        let some = rates.planning(currency("USD"), &[currency("GBP"), currency("USD")]).unwrap();
        assert_eq!(some.len(), 1);
        let refused = rates.planning(currency("USD"), &[currency("CHF")]);
        assert_eq!(refused, Err(NoCrossRate::Unpublished(currency("CHF"))));
    }
}
