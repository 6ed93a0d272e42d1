//! Where a target will end if things go on (domain §5).
//!
//! Two answers side by side, never blended: they err in different ways, and the distance between them says something.

use num_traits::Zero;

use super::money::{Exact, exact};

/// What the whole period brings at the rate so far, in smallest units: actual ÷ phased share elapsed.
///
/// The share is expected ÷ total, so a target that is due late is not forecast from its quiet months. None while nothing is due;
/// for a level, whose expected amount is the level due, that is until its first phase has ended.
pub fn run_rate(actual: i64, total: i64, expected: &Exact) -> Option<Exact> {
    let share = (total != 0).then(|| expected / exact(total))?;
    (!share.is_zero()).then(|| exact(actual) / share)
}

/// What the whole period brings if the open deals close as their stages say, in smallest units.
///
/// actual + `weighted_open`, the sum of amount × stage probability over open deals expected to close by the period's end.
pub fn pipeline(actual: i64, weighted_open: Exact) -> Exact {
    exact(actual) + weighted_open
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(actual: i64, total: i64, expected: i64, forecast: Option<i64>) {
        assert_eq!(run_rate(actual, total, &exact(expected)), forecast.map(exact));
    }

    #[test]
    fn the_run_rate_goes_on_as_phased() {
        check(300, 1000, 600, Some(500));
        check(600, 1000, 600, Some(1000));
        check(0, 1000, 600, Some(0));
        check(890, 1000, 1000, Some(890));
        check(300, 1000, 0, None);
        check(0, 0, 0, None);
    }

    #[test]
    fn a_run_rate_stays_exact() {
        let forecast = run_rate(1, 1000, &exact(3)).unwrap();
        assert_eq!(forecast, Exact::new(1000.into(), 3.into()));
    }

    #[test]
    fn open_deals_count_by_their_probability() {
        let weighted = Exact::new(1.into(), 3.into()) + exact(250);
        assert_eq!(pipeline(100, weighted), Exact::new(1051.into(), 3.into()));
    }
}
