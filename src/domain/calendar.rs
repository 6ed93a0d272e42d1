//! Periods: runs of whole days, and the vendor's fiscal calendar that cuts them (domain §4, §5).

use chrono::{Datelike, Months, NaiveDate};
use num_traits::{One, Zero};
use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};

use super::money::{Exact, exact};

/// The shortest custom period, in months.
const SHORTEST_CUSTOM: u32 = 3;

/// The longest custom period, in months.
const LONGEST_CUSTOM: u32 = 24;

/// How the dates of a plan were chosen.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    Deserialize,
    async_graphql::Enum,
    EnumIter,
    DeriveActiveEnum,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum PeriodKind {
    /// Exactly one fiscal year of the vendor: twelve months from its first fiscal month.
    FiscalYear,
    /// The first or the second six months of a fiscal year of the vendor.
    HalfYear,
    /// Dates of the parties' own choice, 3 to 24 months long.
    Custom,
}

/// One half of a fiscal year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Half {
    /// Its first six months.
    First,
    /// Its last six months.
    Second,
}

/// A run of whole days, the first and the last included.
///
/// The end is never before the start in a period made here; where one was put together by hand it has no days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Period {
    /// The first day.
    pub start: NaiveDate,
    /// The last day, itself included.
    pub end: NaiveDate,
}

/// Dates that no plan of the given kind can have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{field}` {value} {reason}")]
pub struct InvalidPeriod {
    /// Which input is at fault: `start`, `end` or `fiscalStartMonth`.
    pub field: &'static str,
    /// What was given there.
    pub value: String,
    /// Why it cannot be.
    pub reason: PeriodFault,
}

/// What is wrong with the dates of a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PeriodFault {
    /// The fiscal calendar starts in no such month.
    #[error("is not a month from 1 to 12")]
    NotAMonth,
    /// The end comes before the start.
    #[error("is before the start")]
    EndsBeforeStart,
    /// A fiscal year or half begins on another day.
    #[error(
        "is not the first day of a fiscal year or half-year that starts in month {start_month}"
    )]
    NotAFiscalStart {
        /// The month that the vendor's fiscal year starts in.
        start_month: u32,
    },
    /// The fiscal year or half that begins on the start ends on another day.
    #[error("is not its last day, which is {expected}")]
    NotTheFiscalEnd {
        /// The day it ends on.
        expected: NaiveDate,
    },
    /// A custom period of less than three months.
    #[error("makes the period shorter than 3 months")]
    TooShort,
    /// A custom period of more than two years.
    #[error("makes the period longer than 24 months")]
    TooLong,
}

impl Period {
    /// The period that `start` and `end` make for a plan of this kind.
    ///
    /// `fiscal_start_month` is the month, 1 to 12, that the vendor's fiscal year starts in.
    pub fn try_new(
        kind: PeriodKind,
        start: NaiveDate,
        end: NaiveDate,
        fiscal_start_month: u32,
    ) -> Result<Self, InvalidPeriod> {
        let invalid = |field, value: String, reason| Err(InvalidPeriod { field, value, reason });
        if !(1..=12).contains(&fiscal_start_month) {
            let reason = PeriodFault::NotAMonth;
            return invalid("fiscalStartMonth", fiscal_start_month.to_string(), reason);
        }
        if end < start {
            return invalid("end", end.to_string(), PeriodFault::EndsBeforeStart);
        }

        let middle = (fiscal_start_month + 5) % 12 + 1;
        let (first_months, n_months) = match kind {
            PeriodKind::FiscalYear => (vec![fiscal_start_month], 12),
            PeriodKind::HalfYear => (vec![fiscal_start_month, middle], 6),
            PeriodKind::Custom => {
                let shortest = Self::of_months(start, SHORTEST_CUSTOM);
                let longest = Self::of_months(start, LONGEST_CUSTOM);
                if shortest.is_none_or(|shortest| end < shortest.end) {
                    return invalid("end", end.to_string(), PeriodFault::TooShort);
                }
                if longest.is_none_or(|longest| end > longest.end) {
                    return invalid("end", end.to_string(), PeriodFault::TooLong);
                }
                return Ok(Self { start, end });
            }
        };
        if start.day() != 1 || !first_months.contains(&start.month()) {
            let reason = PeriodFault::NotAFiscalStart { start_month: fiscal_start_month };
            return invalid("start", start.to_string(), reason);
        }
        match Self::of_months(start, n_months) {
            Some(fiscal) if fiscal.end == end => Ok(fiscal),
            Some(fiscal) => {
                let reason = PeriodFault::NotTheFiscalEnd { expected: fiscal.end };
                invalid("end", end.to_string(), reason)
            }
            None => invalid("end", end.to_string(), PeriodFault::TooLong),
        }
    }

    /// The fiscal year that starts in this month of this calendar year.
    ///
    /// None for a month or a year that no calendar has.
    pub fn fiscal_year(start_month: u32, starting_in_year: i32) -> Option<Self> {
        Self::of_months(NaiveDate::from_ymd_opt(starting_in_year, start_month, 1)?, 12)
    }

    /// One half of the fiscal year that starts in this month of this calendar year.
    ///
    /// The second half of a year that starts late lies in the next calendar year.
    pub fn half_year(start_month: u32, starting_in_year: i32, half: Half) -> Option<Self> {
        let year = NaiveDate::from_ymd_opt(starting_in_year, start_month, 1)?;
        let start = match half {
            Half::First => year,
            Half::Second => year.checked_add_months(Months::new(6))?,
        };
        Self::of_months(start, 6)
    }

    /// So many whole months from `start` on.
    ///
    /// Months from a 31st end with the shorter months they meet: three from 31 January end on 29 April.
    pub fn of_months(start: NaiveDate, n_months: u32) -> Option<Self> {
        let end = start.checked_add_months(Months::new(n_months))?.pred_opt()?;
        Some(Self { start, end })
    }

    /// How many days it has.
    pub fn days(self) -> i64 {
        ((self.end - self.start).num_days() + 1).max(0)
    }

    /// Whether `day` is one of its days.
    pub fn contains(self, day: NaiveDate) -> bool {
        self.start <= day && day <= self.end
    }

    /// Its calendar months, the first and the last cut where the period begins and ends.
    pub fn months(self) -> Vec<Self> {
        let first = self.start.with_day(1);
        let starts = (0..).map_while(|n| first?.checked_add_months(Months::new(n)));
        starts
            .map_while(|start| Self::of_months(start, 1))
            .take_while(|month| month.start.max(self.start) <= self.end)
            .map(|month| Self { start: month.start.max(self.start), end: month.end.min(self.end) })
            .collect()
    }

    /// Its quarters: three whole months each, counted from its own start.
    ///
    /// None where it is not made of such, as a custom period of ten months.
    pub fn quarters(self) -> Option<Vec<Self>> {
        let quarters = self.spans(3);
        let n_months = 3 * u32::try_from(quarters.len()).ok()?;
        (Self::of_months(self.start, n_months)? == self).then_some(quarters)
    }

    /// Runs of `n_months` months counted from its start, the last one cut where the period ends.
    pub(super) fn spans(self, n_months: u32) -> Vec<Self> {
        let step = n_months.max(1);
        let starts = (0..).map_while(|n| self.start.checked_add_months(Months::new(n * step)));
        let next = |n: u32| self.start.checked_add_months(Months::new(n * step));
        starts
            .zip(1..)
            .take_while(|(start, _)| *start <= self.end)
            .map_while(|(start, n)| Some(Self { start, end: next(n)?.pred_opt()?.min(self.end) }))
            .collect()
    }

    /// The share of its days that are over when `day` is, from 0 to 1.
    ///
    /// clamp((d − start + 1) ÷ days, 0, 1) of domain §5: the day itself counts whole.
    pub fn elapsed_share(self, day: NaiveDate) -> Exact {
        if day >= self.end {
            return Exact::one();
        }
        if day < self.start {
            return Exact::zero();
        }
        exact((day - self.start).num_days() + 1) / exact(self.days())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use PeriodKind::{Custom, FiscalYear, HalfYear};

    fn period(text: &str) -> Period {
        let (start, end) = text.split_once("..").unwrap();
        Period { start: start.parse().unwrap(), end: end.parse().unwrap() }
    }

    #[track_caller]
    fn check(kind: PeriodKind, fiscal_start_month: u32, dates: &str, expected: &str) {
        let Period { start, end } = period(dates);
        let answer = match Period::try_new(kind, start, end, fiscal_start_month) {
            Ok(period) => format!("{} days", period.days()),
            Err(refused) => refused.to_string(),
        };
        assert_eq!(answer, expected);
    }

    #[test]
    fn a_fiscal_year_is_one_year_of_the_vendors_calendar() {
        check(FiscalYear, 1, "2026-01-01..2026-12-31", "365 days");
        check(FiscalYear, 4, "2027-04-01..2028-03-31", "366 days");
        check(
            FiscalYear,
            13,
            "2026-01-01..2026-12-31",
            "`fiscalStartMonth` 13 is not a month from 1 to 12",
        );
        check(
            FiscalYear,
            4,
            "2026-01-01..2026-12-31",
            "`start` 2026-01-01 is not the first day of a fiscal year or half-year that starts in month 4",
        );
        check(
            FiscalYear,
            1,
            "2026-01-01..2026-12-30",
            "`end` 2026-12-30 is not its last day, which is 2026-12-31",
        );
        check(FiscalYear, 1, "2026-01-01..2025-12-31", "`end` 2025-12-31 is before the start");
    }

    #[test]
    fn a_half_year_is_either_half_of_it() {
        check(HalfYear, 4, "2026-04-01..2026-09-30", "183 days");
        check(HalfYear, 4, "2026-10-01..2027-03-31", "182 days");
        check(HalfYear, 8, "2026-02-01..2026-07-31", "181 days");
        check(
            HalfYear,
            1,
            "2026-04-01..2026-09-30",
            "`start` 2026-04-01 is not the first day of a fiscal year or half-year that starts in month 1",
        );
    }

    #[test]
    fn custom_dates_are_three_to_twenty_four_months() {
        check(Custom, 1, "2026-01-15..2026-04-14", "90 days");
        check(Custom, 1, "2026-01-15..2028-01-14", "730 days");
        check(
            Custom,
            1,
            "2026-01-15..2026-04-13",
            "`end` 2026-04-13 makes the period shorter than 3 months",
        );
        check(
            Custom,
            1,
            "2026-01-01..2026-02-28",
            "`end` 2026-02-28 makes the period shorter than 3 months",
        );
        check(
            Custom,
            1,
            "2026-01-15..2028-01-15",
            "`end` 2028-01-15 makes the period longer than 24 months",
        );
        check(
            Custom,
            1,
            "2026-01-01..2030-12-31",
            "`end` 2030-12-31 makes the period longer than 24 months",
        );
    }

    #[test]
    fn the_fiscal_calendar_names_its_years_and_halves() {
        assert_eq!(Period::fiscal_year(4, 2026), Some(period("2026-04-01..2027-03-31")));
        assert_eq!(Period::half_year(7, 2026, Half::First), Some(period("2026-07-01..2026-12-31")));
        assert_eq!(
            Period::half_year(7, 2026, Half::Second),
            Some(period("2027-01-01..2027-06-30"))
        );
        assert_eq!(Period::fiscal_year(0, 2026), None);
    }

    #[test]
    fn months_are_cut_at_both_ends() {
        let months = period("2026-01-15..2026-04-10").months();
        let expected = ["2026-01-15..2026-01-31", "2026-02-01..2026-02-28"];
        assert_eq!(months[..2], expected.map(period));
        assert_eq!(months[2..], ["2026-03-01..2026-03-31", "2026-04-01..2026-04-10"].map(period));
        assert_eq!(period("2026-04-01..2027-03-31").months().len(), 12);
        assert_eq!(period("2026-04-02..2026-04-01").months(), []);
    }

    #[test]
    fn quarters_are_whole_or_not_at_all() {
        let quarters = period("2026-01-01..2026-06-30").quarters().unwrap();
        assert_eq!(quarters, ["2026-01-01..2026-03-31", "2026-04-01..2026-06-30"].map(period));
        let quarters = period("2026-01-15..2026-07-14").quarters().unwrap();
        assert_eq!(quarters, ["2026-01-15..2026-04-14", "2026-04-15..2026-07-14"].map(period));
        assert_eq!(period("2026-01-01..2026-10-31").quarters(), None);
        assert_eq!(period("2026-01-01..2026-06-29").quarters(), None);
    }

    #[test]
    fn the_day_itself_counts_whole() {
        let april = period("2026-04-01..2026-04-30");
        for (day, over) in [("2026-03-31", 0), ("2026-04-01", 1), ("2026-04-15", 15)] {
            let share = Exact::new(over.into(), 30.into());
            assert_eq!(april.elapsed_share(day.parse().unwrap()), share, "{day}");
        }
        for day in ["2026-04-30", "2026-05-01"] {
            assert_eq!(april.elapsed_share(day.parse().unwrap()), Exact::one(), "{day}");
        }
    }
}
