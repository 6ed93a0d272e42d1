//! When the demo plays: around the day on which it was first started, so that the fiscal year is always half gone.

use chrono::{DateTime, Datelike, Months, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;

use crate::{
    domain::{calendar::Period, money::Currency},
    error::{Error, Result},
};

/// Where the vendor's days begin and end.
pub const ZONE: Tz = Tz::Europe__Berlin;

/// Months of the fiscal year that are over when the demo begins.
const MONTHS_GONE: u32 = 6;

/// Days for which the vendor has been here when the demo begins: all of the year before is in it.
const DAYS_SINCE_FOUNDED: i64 = 620;

/// The days of the demo, all counted from the one on which it was first started.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// The day on which the demo was first started.
    pub today: NaiveDate,
    /// The vendor's fiscal year, half gone.
    pub year: Period,
    /// The fiscal year before.
    pub before: Period,
    /// The fiscal year after.
    pub after: Period,
}

impl Setting {
    /// The setting of a demo that is first started on `today`.
    pub fn on(today: NaiveDate) -> Result<Self> {
        let months = |day: NaiveDate, n| Period::of_months(day, n);
        let made = || {
            let start = today.with_day(1)?.checked_sub_months(Months::new(MONTHS_GONE))?;
            let year = months(start, 12)?;
            let before = months(start.checked_sub_months(Months::new(12))?, 12)?;
            let after = months(year.end.succ_opt()?, 12)?;
            Some(Self { today, year, before, after })
        };
        made().ok_or_else(|| Error::Inconsistent(format!("no calendar holds a year from {today}")))
    }

    /// The setting of the demo whose vendor was set up then.
    pub fn since(founded: DateTime<Utc>) -> Result<Self> {
        Self::on(founded.date_naive() + TimeDelta::days(DAYS_SINCE_FOUNDED))
    }

    /// The day on which the vendor was set up.
    pub fn founded_on(&self) -> NaiveDate {
        self.today - TimeDelta::days(DAYS_SINCE_FOUNDED)
    }

    /// So many days into the fiscal year; 0 is its first.
    pub fn day(&self, n_days: i64) -> NaiveDate {
        self.year.start + TimeDelta::days(n_days)
    }

    /// So many days ago; a negative number lies ahead.
    pub fn ago(&self, n_days: i64) -> NaiveDate {
        self.today - TimeDelta::days(n_days)
    }

    /// The last day of a custom plan that is just over.
    pub fn launch(&self) -> Period {
        let end = self.ago(7);
        let start = end.succ_opt().and_then(|day| day.checked_sub_months(Months::new(4)));
        Period { start: start.unwrap_or(end), end }
    }
}

/// The morning of a day.
pub fn morning(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(chrono::NaiveTime::MIN).and_utc() + TimeDelta::hours(8)
}

/// What people call a fiscal year: by the calendar year in which it ends.
pub fn label(year: Period) -> String {
    format!("FY{:02}", year.end.year() % 100)
}

/// A currency by its code.
pub fn currency(code: &str) -> Result<Currency> {
    code.parse().map_err(|unknown: crate::domain::money::InvalidCurrency| {
        Error::Inconsistent(unknown.to_string())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_year_is_half_gone_on_every_day() {
        let first: NaiveDate = "2027-01-01".parse().unwrap();
        for today in first.iter_days().take(366) {
            let setting = Setting::on(today).unwrap();
            let gone = (today - setting.year.start).num_days() + 1;
            assert!((182..=215).contains(&gone), "{today}: {gone}");
            assert_eq!(setting.before.end.succ_opt(), Some(setting.year.start));
            let again = Setting::since(morning(setting.founded_on())).unwrap();
            assert_eq!(again.today, today);
            assert!(setting.founded_on() < setting.before.start);
            assert!(setting.launch().start > setting.year.start);
        }
    }
}
