//! How a target is spread over its period, and what of it is due on a day (domain §5).

use chrono::NaiveDate;
use rust_decimal::Decimal;
use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Serialize};

use super::{
    allocation::{allocate, even},
    calendar::{Period, PeriodKind},
    money::{Exact, exact, exact_decimal},
};

/// How a target is spread over the plan's period.
///
/// Kept as JSON: `{"kind": "quarterly", "weights": ["15", "20", "25", "40"]}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Phasing {
    /// The same for each month; for custom dates, months cut at both ends count by their days.
    #[default]
    Even,
    /// A percentage for each quarter of the period, 100 together.
    Quarterly {
        /// One weight for each quarter, first to last.
        weights: Vec<Decimal>,
    },
    /// A percentage for each calendar month of the period, 100 together.
    Monthly {
        /// One weight for each month, first to last.
        weights: Vec<Decimal>,
    },
    /// In proportion to what the last period brought in each of its months.
    ///
    /// A month that took back more than it brought counts as none: nobody plans to lose.
    Baseline {
        /// One actual for each month, first to last, in any unit: only the proportion counts.
        curve: Vec<Decimal>,
    },
}

/// A part of the period and what of the target belongs to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Phase {
    /// The days of the phase.
    pub period: Period,
    /// Its part of the target, in smallest units.
    pub amount: i64,
}

/// A phasing that does not fit its period, or does not add up.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPhasing {
    /// The period is not made of whole quarters.
    #[error("the period is not made of whole quarters")]
    NoQuarters,
    /// There is not one weight for each part of the period.
    #[error("{given} weights for {expected} parts of the period")]
    Count {
        /// Parts that the period has.
        expected: usize,
        /// Weights that were given.
        given: usize,
    },
    /// A percentage that is none.
    #[error("the weight {value} is not between 0 and 100")]
    OutOfRange {
        /// The weight that was given.
        value: Decimal,
    },
    /// The percentages leave something over, or share out too much.
    #[error("the weights add up to {sum}, not to 100")]
    Sum {
        /// What they add up to.
        sum: Decimal,
    },
    /// The last period brought nothing in any month, so its curve says nothing.
    #[error("the baseline curve has no positive month")]
    FlatCurve,
}

impl Phasing {
    /// The phases of `total` smallest units over `period`, adding up to it exactly.
    pub fn phases(
        &self,
        kind: PeriodKind,
        period: Period,
        total: i64,
    ) -> Result<Vec<Phase>, InvalidPhasing> {
        let parts = match self {
            Self::Quarterly { .. } => period.quarters().ok_or(InvalidPhasing::NoQuarters)?,
            Self::Even | Self::Monthly { .. } | Self::Baseline { .. } => period.months(),
        };
        let amounts = match self {
            Self::Even if kind != PeriodKind::Custom => even(total, parts.len()),
            _ => allocate(total, &self.weights(&parts)?),
        };
        let amounts = amounts.ok_or(InvalidPhasing::FlatCurve)?;
        let phases = parts.into_iter().zip(amounts);
        Ok(phases.map(|(period, amount)| Phase { period, amount }).collect())
    }

    /// How much each part counts.
    fn weights(&self, parts: &[Period]) -> Result<Vec<Exact>, InvalidPhasing> {
        Ok(match self {
            Self::Even => parts.iter().map(|month| exact(month.days())).collect(),
            Self::Quarterly { weights } | Self::Monthly { weights } => {
                percentages(weights, parts.len())?
            }
            Self::Baseline { curve } => {
                same_count(curve, parts.len())?;
                curve.iter().map(|month| exact_decimal(*month.max(&Decimal::ZERO))).collect()
            }
        })
    }
}

/// What is due by the end of `day`, in smallest units: expected(d) of domain §5.
pub fn expected(phases: &[Phase], day: NaiveDate) -> Exact {
    let begun = phases.iter().filter(|phase| phase.period.start <= day && day < phase.period.end);
    let begun = begun.map(|phase| exact(phase.amount) * phase.period.elapsed_share(day));
    exact(level_due(phases, day)) + begun.sum::<Exact>()
}

/// The level due on `day`, in smallest units: the phases that have ended by then, none of them in part.
pub fn level_due(phases: &[Phase], day: NaiveDate) -> i64 {
    phases.iter().filter(|phase| phase.period.end <= day).map(|phase| phase.amount).sum()
}

fn same_count(weights: &[Decimal], expected: usize) -> Result<(), InvalidPhasing> {
    let given = weights.len();
    if given == expected { Ok(()) } else { Err(InvalidPhasing::Count { expected, given }) }
}

fn percentages(weights: &[Decimal], expected: usize) -> Result<Vec<Exact>, InvalidPhasing> {
    same_count(weights, expected)?;
    let allowed = Decimal::ZERO..=Decimal::ONE_HUNDRED;
    if let Some(&value) = weights.iter().find(|weight| !allowed.contains(weight)) {
        return Err(InvalidPhasing::OutOfRange { value });
    }
    // Compared exactly: a sum of decimals with 28 places may round to 100.
    let exact_weights: Vec<Exact> = weights.iter().copied().map(exact_decimal).collect();
    if exact_weights.iter().sum::<Exact>() == exact(100) {
        Ok(exact_weights)
    } else {
        Err(InvalidPhasing::Sum { sum: weights.iter().sum() })
    }
}

#[cfg(test)]
mod tests {
    use num_traits::Zero;
    use proptest::prelude::*;

    use super::*;
    use crate::domain::money::{Currency, Unit};

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn decimals(text: &str) -> Vec<Decimal> {
        text.split_whitespace().map(|weight| weight.parse().unwrap()).collect()
    }

    fn quarterly(weights: &str) -> Phasing {
        Phasing::Quarterly { weights: decimals(weights) }
    }

    fn calendar_year() -> Period {
        Period::fiscal_year(1, 2026).unwrap()
    }

    /// Amounts of 100 units over the dates.
    #[track_caller]
    fn check(
        phasing: &Phasing,
        kind: PeriodKind,
        dates: (&str, &str),
        expected: Result<&[i64], &str>,
    ) {
        let period = Period { start: day(dates.0), end: day(dates.1) };
        let phases = phasing.phases(kind, period, 100).map_err(|refused| refused.to_string());
        let amounts =
            phases.map(|phases| phases.iter().map(|phase| phase.amount).collect::<Vec<_>>());
        assert_eq!(amounts.as_deref().map_err(String::as_str), expected);
    }

    /// Example A of domain §5.
    #[test]
    fn quarters_are_prorated_by_day() {
        let phases =
            quarterly("15 20 25 40").phases(PeriodKind::FiscalYear, calendar_year(), 100_000_000);
        let due = expected(&phases.unwrap(), day("2026-05-15"));
        assert_eq!(Unit::Money(Currency::USD).round(&due).to_string(), "248901.10");
        assert_eq!(due, exact(15_000_000) + Exact::new((20_000_000 * 45_i64).into(), 91.into()));
    }

    /// Example B of domain §5.
    #[test]
    fn months_of_a_fiscal_year_are_equal() {
        let period = Period::fiscal_year(4, 2026).unwrap();
        let phases = Phasing::Even.phases(PeriodKind::FiscalYear, period, 100).unwrap();
        let amounts: Vec<i64> = phases.iter().map(|phase| phase.amount).collect();
        assert_eq!(amounts, [9, 9, 9, 9, 8, 8, 8, 8, 8, 8, 8, 8]);
        for (on, due) in
            [("2026-03-31", 0), ("2026-04-30", 9), ("2027-03-31", 100), ("2027-04-01", 100)]
        {
            assert_eq!(expected(&phases, day(on)), exact(due), "{on}");
        }
    }

    #[test]
    fn months_of_custom_dates_count_by_their_days() {
        let dates = ("2026-01-17", "2026-04-16");
        check(&Phasing::Even, PeriodKind::Custom, dates, Ok(&[17, 31, 34, 18]));
        let dates = ("2026-01-01", "2026-06-30");
        check(&Phasing::Even, PeriodKind::HalfYear, dates, Ok(&[17, 17, 17, 17, 16, 16]));
    }

    #[test]
    fn a_baseline_keeps_its_proportions() {
        let dates = ("2026-01-01", "2026-06-30");
        let curve = |text| Phasing::Baseline { curve: decimals(text) };
        check(&curve("70 20 20 0 0 0"), PeriodKind::HalfYear, dates, Ok(&[64, 18, 18, 0, 0, 0]));
        check(&curve("70 20 20 -9 0 0"), PeriodKind::HalfYear, dates, Ok(&[64, 18, 18, 0, 0, 0]));
        let refused = Err("the baseline curve has no positive month");
        check(&curve("0 0 -1 0 0 0"), PeriodKind::HalfYear, dates, refused);
        let refused = Err("2 weights for 6 parts of the period");
        check(&curve("70 20"), PeriodKind::HalfYear, dates, refused);
    }

    #[test]
    fn weights_that_do_not_fit_are_refused() {
        let half = ("2026-01-01", "2026-06-30");
        let kind = PeriodKind::HalfYear;
        check(&quarterly("33.3 66.7"), kind, half, Ok(&[33, 67]));
        check(&quarterly("25 25 25 25"), kind, half, Err("4 weights for 2 parts of the period"));
        check(&quarterly("50 49.99"), kind, half, Err("the weights add up to 99.99, not to 100"));
        check(&quarterly("-1 101"), kind, half, Err("the weight -1 is not between 0 and 100"));
        let refused = Err("the period is not made of whole quarters");
        check(&quarterly("50 50"), PeriodKind::Custom, ("2026-01-01", "2026-05-31"), refused);
        let monthly = Phasing::Monthly { weights: decimals("10 10 10 10 10 50") };
        check(&monthly, kind, half, Ok(&[10, 10, 10, 10, 10, 50]));
    }

    #[test]
    fn a_level_is_due_when_its_phase_has_ended() {
        let phases =
            quarterly("10 20 30 40").phases(PeriodKind::FiscalYear, calendar_year(), 50).unwrap();
        let rows = [("2026-03-30", 0), ("2026-03-31", 5), ("2026-06-29", 5), ("2026-12-31", 50)];
        for (on, due) in rows {
            assert_eq!(level_due(&phases, day(on)), due, "{on}");
        }
    }

    #[test]
    fn a_phasing_is_kept_as_stable_json() {
        let rows = [
            (Phasing::Even, r#"{"kind":"even"}"#),
            (
                quarterly("15 20 25.5 39.5"),
                r#"{"kind":"quarterly","weights":["15","20","25.5","39.5"]}"#,
            ),
            (
                Phasing::Baseline { curve: decimals("1 2") },
                r#"{"kind":"baseline","curve":["1","2"]}"#,
            ),
        ];
        for (phasing, json) in rows {
            assert_eq!(serde_json::to_string(&phasing).unwrap(), json);
            assert_eq!(serde_json::from_str::<Phasing>(json).unwrap(), phasing);
        }
    }

    proptest! {
        // Each case walks a whole year.
        #![proptest_config(ProptestConfig::with_cases(16))]
        #[test]
        fn what_is_due_never_falls_and_ends_at_the_total(
            total in 0_i64..1_000_000_000,
            curve in prop::collection::vec(0_i64..1000, 12),
            is_even: bool,
        ) {
            prop_assume!(is_even || curve.iter().any(|month| *month > 0));
            let curve = curve.into_iter().map(Decimal::from).collect();
            let phasing = if is_even { Phasing::Even } else { Phasing::Baseline { curve } };
            let period = calendar_year();
            let phases = phasing.phases(PeriodKind::FiscalYear, period, total).unwrap();

            let mut before = Exact::zero();
            for on in period.start.iter_days().take_while(|on| *on <= period.end) {
                let due = expected(&phases, on);
                prop_assert!(due >= before);
                prop_assert!(exact(level_due(&phases, on)) <= due);
                before = due;
            }
            prop_assert_eq!(before, exact(total));
        }
    }
}
