//! When a delivery that was not taken is tried again, and when an endpoint is given up.

use chrono::{DateTime, TimeDelta, Utc};

/// Seconds to wait after the first, second … try in vain; after the last one there is no other. The schedule that Standard Webhooks
/// recommends: a little more than three days.
const WAITS: [i64; 9] = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];

/// Waits vary by so many thousandths, so that endpoints that fell together do not all come back at once.
const JITTER: u64 = 100;

/// Without a success for so long, an endpoint is given up.
const PATIENCE: TimeDelta = TimeDelta::days(3);

/// No delivery is tried for longer, so that events are not needed for longer either.
pub const LONGEST: TimeDelta = TimeDelta::days(4);

/// How long to wait after `n_failed` tries in vain; none when that was the last. Any number will do as `dice`.
pub fn wait(n_failed: i32, dice: u64) -> Option<TimeDelta> {
    let at = usize::try_from(n_failed).ok()?.checked_sub(1)?;
    let seconds = WAITS.get(at)?;
    let jitter = i64::try_from(dice % (2 * JITTER + 1)).unwrap_or_default();
    let thousandths = 1_000 - i64::try_from(JITTER).unwrap_or_default() + jitter;
    Some(TimeDelta::milliseconds(seconds * thousandths))
}

/// Whether an endpoint that has failed since `since` is given up, once one of its deliveries is a dead letter.
pub fn is_hopeless(since: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    now - since >= PATIENCE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_go_on_for_three_days() {
        for (n_failed, dice, expected) in [
            (1, 0, Some(4_500)),
            (1, 100, Some(5_000)),
            (1, 200, Some(5_500)),
            (1, 201, Some(4_500)),
            (2, 100, Some(300_000)),
            (3, 100, Some(1_800_000)),
            (9, 0, Some(77_760_000)),
            (9, 100, Some(86_400_000)),
            (9, u64::MAX, Some(90_720_000)),
            (10, 100, None),
            (0, 100, None),
            (-1, 100, None),
        ] {
            let found = wait(n_failed, dice).map(|wait| wait.num_milliseconds());
            assert_eq!(found, expected, "after {n_failed} with {dice}");
        }
        let all = |dice| (1..=9).filter_map(|n| wait(n, dice)).sum::<TimeDelta>();
        assert_eq!(all(100), TimeDelta::seconds(3 * 86_400 + 12_905));
        assert!(all(200) < LONGEST, "the longest");
    }

    #[test]
    fn an_endpoint_is_given_up_after_three_days() {
        let since: DateTime<Utc> = "2026-06-30T12:00:00Z".parse().unwrap();
        for (now, expected) in [
            ("2026-06-30T12:00:00Z", false),
            ("2026-07-03T11:59:59Z", false),
            ("2026-07-03T12:00:00Z", true),
        ] {
            assert_eq!(is_hopeless(since, now.parse().unwrap()), expected, "{now}");
        }
    }
}
