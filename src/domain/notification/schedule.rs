//! When a mail that no server has taken is tried again, and when it is given up.

use chrono::{DateTime, TimeDelta, Utc};

/// Minutes to wait after the first, second … try in vain; after more of them the last. A server that is back is noticed within an hour.
const WAITS: [i64; 5] = [1, 5, 15, 30, 60];

/// Waits vary by so many thousandths, so that mails that failed together do not all come back at once.
const JITTER: u64 = 100;

/// Nothing is tried for longer.
const PATIENCE: TimeDelta = TimeDelta::days(3);

/// How long to wait after `n_failed` tries in vain of a mail that was written at `since`; none when it is given up. Any number will
/// do as `dice`.
pub fn wait(
    n_failed: i32,
    since: DateTime<Utc>,
    now: DateTime<Utc>,
    dice: u64,
) -> Option<TimeDelta> {
    if now - since >= PATIENCE {
        return None;
    }
    let at = usize::try_from(n_failed).unwrap_or_default().saturating_sub(1);
    let minutes = WAITS[at.min(WAITS.len() - 1)];
    let jitter = i64::try_from(dice % (2 * JITTER + 1)).unwrap_or_default();
    let thousandths = 1_000 - i64::try_from(JITTER).unwrap_or_default() + jitter;
    Some(TimeDelta::milliseconds(minutes * 60 * thousandths))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_go_on_for_three_days() {
        let since: DateTime<Utc> = "2026-06-30T12:00:00Z".parse().unwrap();
        for (n_failed, now, dice, expected) in [
            (1, "2026-06-30T12:00:00Z", 0, Some(54)),
            (1, "2026-06-30T12:00:00Z", 100, Some(60)),
            (1, "2026-06-30T12:00:00Z", 200, Some(66)),
            (1, "2026-06-30T12:00:00Z", 201, Some(54)),
            (2, "2026-06-30T12:01:00Z", 100, Some(300)),
            (3, "2026-06-30T12:06:00Z", 100, Some(900)),
            (4, "2026-06-30T12:21:00Z", 100, Some(1_800)),
            (5, "2026-06-30T12:51:00Z", 100, Some(3_600)),
            (70, "2026-07-03T11:59:59Z", 100, Some(3_600)),
            (71, "2026-07-03T12:00:00Z", 100, None),
            (1, "2026-07-03T12:00:00Z", u64::MAX, None),
            (0, "2026-06-30T12:00:00Z", 100, Some(60)),
            (-1, "2026-06-30T12:00:00Z", 100, Some(60)),
        ] {
            let found = wait(n_failed, since, now.parse().unwrap(), dice);
            let found = found.map(|wait| wait.num_seconds());
            assert_eq!(found, expected, "after {n_failed} at {now} with {dice}");
        }
    }
}
