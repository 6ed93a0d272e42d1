use super::*;

fn preferences(zone: &str) -> Preferences {
    Preferences::usual(zone.parse().unwrap())
}

fn instant(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

#[test]
fn a_rule_is_told_of_as_it_says_unless_everything_is_off() {
    use NotificationDelivery::{AtOnce, Daily, Off, Weekly};
    for (overall, own, expected) in [
        (AtOnce, None, AtOnce),
        (AtOnce, Some(Off), Off),
        (Daily, Some(AtOnce), AtOnce),
        (Weekly, Some(Daily), Daily),
        (Off, Some(AtOnce), Off),
        (Off, None, Off),
    ] {
        let mut wanted = Preferences { delivery: overall, ..preferences("UTC") };
        wanted.rules.0.extend(own.map(|own| (AlertRule::TargetBehind, own)));
        assert_eq!(
            wanted.delivery_of(Some(AlertRule::TargetBehind)),
            expected,
            "{overall:?} {own:?}"
        );
        assert_eq!(wanted.delivery_of(Some(AlertRule::ReviewDue)), overall);
        assert_eq!(wanted.delivery_of(None), overall);
    }
}

#[test]
fn what_is_off_is_never_due() {
    let wanted = Preferences { delivery: NotificationDelivery::Off, ..preferences("UTC") };
    assert_eq!(wanted.due_at(None, instant("2026-06-30T12:00:00Z")), None);
}

/// Berlin puts its clocks forward at 01:00 UTC on 29 March 2026, from 02:00 to 03:00, and back at 01:00 UTC on 25 October.
#[test]
fn a_digest_goes_out_when_the_readers_clock_says_so() {
    use NotificationDelivery::{Daily, Weekly};
    for (zone, delivery, hour, now, expected) in [
        ("UTC", Daily, 8, "2026-06-30T07:59:59Z", "2026-06-30T08:00:00Z"),
        ("UTC", Daily, 8, "2026-06-30T08:00:00Z", "2026-07-01T08:00:00Z"),
        ("Europe/Berlin", Daily, 8, "2026-03-28T06:59:00Z", "2026-03-28T07:00:00Z"),
        ("Europe/Berlin", Daily, 8, "2026-03-28T07:00:00Z", "2026-03-29T06:00:00Z"),
        // A clock that shows no two o'clock goes on at three.
        ("Europe/Berlin", Daily, 2, "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z"),
        ("Europe/Berlin", Daily, 2, "2026-03-29T01:00:00Z", "2026-03-30T00:00:00Z"),
        // One that shows it twice: the first time alone.
        ("Europe/Berlin", Daily, 2, "2026-10-24T12:00:00Z", "2026-10-25T00:00:00Z"),
        ("Europe/Berlin", Daily, 2, "2026-10-25T00:00:00Z", "2026-10-26T01:00:00Z"),
        ("America/Los_Angeles", Daily, 8, "2026-06-30T03:00:00Z", "2026-06-30T15:00:00Z"),
        ("Pacific/Auckland", Daily, 0, "2026-06-30T11:59:00Z", "2026-06-30T12:00:00Z"),
        ("Asia/Kolkata", Daily, 8, "2026-06-30T12:00:00Z", "2026-07-01T02:30:00Z"),
        // 30 June 2026 is a Tuesday.
        ("UTC", Weekly, 8, "2026-06-30T12:00:00Z", "2026-07-06T08:00:00Z"),
        ("UTC", Weekly, 8, "2026-07-06T07:59:59Z", "2026-07-06T08:00:00Z"),
        ("UTC", Weekly, 8, "2026-07-06T08:00:00Z", "2026-07-13T08:00:00Z"),
        ("Europe/Berlin", Weekly, 8, "2026-10-19T07:00:00Z", "2026-10-26T07:00:00Z"),
    ] {
        let wanted = Preferences { delivery, digest_hour: hour, ..preferences(zone) };
        let due = wanted.due_at(None, instant(now));
        assert_eq!(due, Some(instant(expected)), "{zone} {delivery:?} at {hour} on {now}");
    }
}

#[test]
fn nothing_is_due_in_quiet_hours() {
    for (zone, from, to, now, expected) in [
        ("UTC", "22:00", "07:00", "2026-06-30T21:59:59Z", "2026-06-30T21:59:59Z"),
        ("UTC", "22:00", "07:00", "2026-06-30T22:00:00Z", "2026-07-01T07:00:00Z"),
        ("UTC", "22:00", "07:00", "2026-06-30T03:00:00Z", "2026-06-30T07:00:00Z"),
        ("UTC", "22:00", "07:00", "2026-06-30T07:00:00Z", "2026-06-30T07:00:00Z"),
        ("UTC", "12:00", "13:30", "2026-06-30T13:29:59Z", "2026-06-30T13:30:00Z"),
        ("UTC", "12:00", "13:30", "2026-06-30T11:59:59Z", "2026-06-30T11:59:59Z"),
        ("UTC", "07:00", "00:00", "2026-06-30T12:00:00Z", "2026-07-01T00:00:00Z"),
        ("America/New_York", "22:00", "07:00", "2026-06-30T05:00:00Z", "2026-06-30T11:00:00Z"),
        ("Europe/Berlin", "22:00", "07:00", "2026-03-28T22:00:00Z", "2026-03-29T05:00:00Z"),
        ("Europe/Berlin", "22:00", "07:00", "2026-10-24T22:00:00Z", "2026-10-25T06:00:00Z"),
        // They end at a time that clocks skip, and at one that they show twice, each of which is quiet.
        ("Europe/Berlin", "22:00", "02:30", "2026-03-29T00:30:00Z", "2026-03-29T01:00:00Z"),
        ("Europe/Berlin", "22:00", "02:30", "2026-10-25T00:10:00Z", "2026-10-25T00:30:00Z"),
        ("Europe/Berlin", "22:00", "02:30", "2026-10-25T01:10:00Z", "2026-10-25T01:30:00Z"),
    ] {
        let quiet_hours = Some(QuietHours::parse(from, to).unwrap());
        let wanted = Preferences { quiet_hours, ..preferences(zone) };
        let due = wanted.due_at(None, instant(now));
        assert_eq!(due, Some(instant(expected)), "{zone} {from}–{to} at {now}");
    }
    let quiet_hours = Some(QuietHours::parse("20:00", "09:30").unwrap());
    let delivery = NotificationDelivery::Daily;
    let wanted = Preferences { delivery, quiet_hours, ..preferences("UTC") };
    let due = wanted.due_at(None, instant("2026-06-30T12:00:00Z"));
    assert_eq!(due, Some(instant("2026-07-01T09:30:00Z")), "a digest waits for them to end");
}

#[test]
fn quiet_hours_are_two_times_of_the_day() {
    for (from, to, expected) in [
        ("22:00", "07:00", None),
        ("00:00", "23:59", None),
        ("22:00", "22:00", Some("to")),
        ("24:00", "07:00", Some("from")),
        ("7:00", "08:00", Some("from")),
        ("07:00", "8", Some("to")),
        ("07:00:00", "08:00", Some("from")),
        ("", "", Some("from")),
    ] {
        let found = QuietHours::parse(from, to).err().map(|(field, _)| field);
        assert_eq!(found, expected, "{from} {to}");
    }
}
