//! How much a caller may ask for: a bucket that fills with what is asked and leaks all the time.

use chrono::{DateTime, TimeDelta, Utc};

/// How much a bucket holds, and how fast it leaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Points that a full bucket holds.
    pub limit: u32,
    /// Points that leak in a second.
    pub restore: u32,
}

/// What a caller has asked for lately.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// In thousandths of a point, so that a leak is exact to the millisecond.
    level: u64,
    at: DateTime<Utc>,
}

/// What a caller may still ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Points that may be used at once.
    pub limit: u32,
    /// Points that are left of them.
    pub remaining: u32,
    /// Points that come back in a second.
    pub restore: u32,
    /// When all of them will be back.
    pub reset_at: DateTime<Utc>,
}

/// There is not enough left; there will be after this time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exhausted(pub TimeDelta);

impl Bucket {
    /// An empty one.
    pub fn new(now: DateTime<Utc>) -> Self {
        Self { level: 0, at: now }
    }

    /// Pours `points` in, if they fit.
    ///
    /// More than the bucket holds never fits: whoever asks keeps its prices below the limit.
    pub fn take(self, rate: Rate, points: u64, now: DateTime<Utc>) -> Result<Self, Exhausted> {
        let leaked = self.leaked(rate, now);
        let level = leaked.level.saturating_add(points.saturating_mul(1000));
        let excess = level.saturating_sub(u64::from(rate.limit) * 1000);
        if excess == 0 {
            return Ok(Self { level, ..leaked });
        }
        Err(Exhausted(time_to_leak(rate, excess)))
    }

    /// Pours `points` in whether they fit or not, but fills it no higher than `most`: it takes longer until something fits again.
    #[must_use]
    pub fn pour(self, rate: Rate, points: u64, most: u32, now: DateTime<Utc>) -> Self {
        let leaked = self.leaked(rate, now);
        let poured = leaked.level.saturating_add(points.saturating_mul(1000));
        Self { level: poured.min(u64::from(most) * 1000).max(leaked.level), ..leaked }
    }

    /// Takes back what was poured in too much.
    #[must_use]
    pub fn refund(self, points: u64) -> Self {
        Self { level: self.level.saturating_sub(points.saturating_mul(1000)), ..self }
    }

    /// What is left now.
    pub fn standing(self, rate: Rate, now: DateTime<Utc>) -> Standing {
        let leaked = self.leaked(rate, now);
        let used = u32::try_from(leaked.level.div_ceil(1000)).unwrap_or(u32::MAX);
        Standing {
            limit: rate.limit,
            remaining: rate.limit.saturating_sub(used),
            restore: rate.restore,
            reset_at: leaked.at + time_to_leak(rate, leaked.level),
        }
    }

    /// A clock that is set back leaks nothing.
    fn leaked(self, rate: Rate, now: DateTime<Utc>) -> Self {
        let millis = u64::try_from((now - self.at).num_milliseconds()).unwrap_or(0);
        // A point a second is a thousandth a millisecond.
        let leak = millis.saturating_mul(rate.restore.into());
        Self { level: self.level.saturating_sub(leak), at: now.max(self.at) }
    }
}

/// Rounds up, so that who waits that long does not wait in vain.
fn time_to_leak(rate: Rate, level: u64) -> TimeDelta {
    let millis = level.div_ceil(rate.restore.max(1).into());
    TimeDelta::milliseconds(i64::try_from(millis).unwrap_or(i64::MAX / 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Rate = Rate { limit: 100, restore: 10 };

    fn at(millis: i64) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(millis).unwrap()
    }

    #[track_caller]
    fn check(bucket: Bucket, millis: i64, remaining: u32, reset_at: i64) {
        let standing = bucket.standing(RATE, at(millis));
        let expected = Standing { limit: 100, remaining, restore: 10, reset_at: at(reset_at) };
        assert_eq!(standing, expected);
    }

    #[test]
    fn what_is_asked_for_comes_back_with_time() {
        let bucket = Bucket::new(at(0));
        check(bucket, 0, 100, 0);
        let bucket = bucket.take(RATE, 60, at(0)).unwrap();
        check(bucket, 0, 40, 6_000);
        check(bucket, 1, 40, 6_000);
        check(bucket, 100, 41, 6_000);
        check(bucket, 6_000, 100, 6_000);
        check(bucket, 99_000, 100, 99_000);
        check(bucket.refund(50), 0, 90, 1_000);
        check(bucket.refund(70), 0, 100, 0);
    }

    #[test]
    fn who_asks_for_too_much_is_told_how_long_to_wait() {
        let bucket = Bucket::new(at(0)).take(RATE, 95, at(0)).unwrap();
        bucket.take(RATE, 5, at(0)).unwrap();
        assert_eq!(bucket.take(RATE, 6, at(0)), Err(Exhausted(TimeDelta::milliseconds(100))));
        assert_eq!(bucket.take(RATE, 6, at(99)), Err(Exhausted(TimeDelta::milliseconds(1))));
        bucket.take(RATE, 6, at(100)).unwrap();
    }

    #[test]
    fn what_does_not_fit_makes_the_wait_longer_and_not_endless() {
        let bucket = Bucket::new(at(0)).pour(RATE, 130, 200, at(0));
        assert_eq!(bucket.take(RATE, 1, at(0)), Err(Exhausted(TimeDelta::milliseconds(3_100))));
        let bucket = bucket.pour(RATE, 900, 200, at(0));
        assert_eq!(bucket.take(RATE, 1, at(0)), Err(Exhausted(TimeDelta::milliseconds(10_100))));
        bucket.take(RATE, 1, at(10_100)).unwrap();
        // What is there already is not taken away.
        check(Bucket::new(at(0)).pour(RATE, 90, 200, at(0)).pour(RATE, 1, 20, at(0)), 0, 10, 9_000);
    }

    #[test]
    fn a_clock_that_is_set_back_gives_nothing_away() {
        let bucket = Bucket::new(at(5_000)).take(RATE, 100, at(5_000)).unwrap();
        check(bucket, 0, 0, 15_000);
        assert_eq!(bucket.take(RATE, 1, at(0)), Err(Exhausted(TimeDelta::milliseconds(100))));
    }

    #[test]
    fn no_number_is_too_large() {
        let full = Bucket::new(at(0)).take(RATE, u64::MAX, at(0));
        assert!(matches!(full, Err(Exhausted(_))));
        check(Bucket::new(at(0)).refund(u64::MAX), 0, 100, 0);
    }
}
