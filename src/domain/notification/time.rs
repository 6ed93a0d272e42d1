//! Times of the day where a person's clock is, as instants: clocks are put forward and back.

use chrono::{DateTime, Days, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc, Weekday};
use chrono_tz::Tz;

use chrono::{Datelike, MappedLocalTime};

/// Clocks have never been put forward by more minutes than a day and some hours.
const LONGEST_GAP: i64 = 30 * 60;

/// The next instant after `now` at which clocks in `zone` come to `time`, on a day of this name if one is given.
///
/// Where they show it twice, the first time counts; where they skip it, the instant at which they go on.
pub fn next(zone: Tz, time: NaiveTime, on: Option<Weekday>, now: DateTime<Utc>) -> DateTime<Utc> {
    let today = now.with_timezone(&zone).date_naive();
    let days = (0..=8).filter_map(|days| today.checked_add_days(Days::new(days)));
    days.filter(|day| on.is_none_or(|on| day.weekday() == on))
        .filter_map(|day| instants(zone, day.and_time(time)).map(|(first, _)| first))
        .find(|instant| *instant > now)
        .unwrap_or(now)
}

/// The first instant after `at` at which clocks in `zone` show `time`, be it for the second time.
pub fn following(zone: Tz, time: NaiveTime, at: DateTime<Utc>) -> DateTime<Utc> {
    let today = at.with_timezone(&zone).date_naive();
    let days = (0..=2).filter_map(|days| today.checked_add_days(Days::new(days)));
    days.filter_map(|day| instants(zone, day.and_time(time)))
        .flat_map(|(first, last)| [first, last])
        .find(|instant| *instant > at)
        .unwrap_or(at)
}

/// The first and the last instant at which clocks in `zone` show a time.
fn instants(zone: Tz, local: NaiveDateTime) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
    // Where clocks skip it: when they go on.
    (0..LONGEST_GAP).find_map(|minutes| {
        let shown = local.checked_add_signed(TimeDelta::minutes(minutes))?;
        match zone.from_local_datetime(&shown) {
            MappedLocalTime::Single(instant) => Some((instant.to_utc(), instant.to_utc())),
            MappedLocalTime::Ambiguous(first, last) => Some((first.to_utc(), last.to_utc())),
            MappedLocalTime::None => None,
        }
    })
}
