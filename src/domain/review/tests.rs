use super::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn plan<'a>(period: &str, cadence: Cadence, dates: &'a [NaiveDate]) -> ReviewPlan<'a> {
    let (start, end) = period.split_once("..").unwrap();
    let period = Period { start: day(start), end: day(end) };
    ReviewPlan { period, cadence, offset_days: DEFAULT_OFFSET_DAYS, dates }
}

#[track_caller]
fn check(period: &str, cadence: Cadence, dates: &[&str], expected: &[&str]) {
    let dates: Vec<NaiveDate> = dates.iter().map(|date| day(date)).collect();
    let scheduled = plan(period, cadence, &dates).schedule();
    let told: Vec<String> = scheduled
        .iter()
        .map(|review| format!("{}..{} on {}", review.covers.start, review.covers.end, review.on))
        .collect();
    assert_eq!(told, expected);
}

#[test]
fn quarters_are_reviewed_ten_days_after_their_end() {
    check(
        "2026-01-01..2026-12-31",
        Cadence::Quarterly,
        &[],
        &[
            "2026-01-01..2026-03-31 on 2026-04-10",
            "2026-04-01..2026-06-30 on 2026-07-10",
            "2026-07-01..2026-09-30 on 2026-10-10",
            "2026-10-01..2026-12-31 on 2027-01-10",
        ],
    );
    assert_eq!(plan("2026-01-01..2026-12-31", Cadence::Monthly, &[]).schedule().len(), 12);
}

#[test]
fn a_shorter_rest_is_reviewed_too() {
    check(
        "2026-01-15..2026-08-31",
        Cadence::HalfYearly,
        &[],
        &["2026-01-15..2026-07-14 on 2026-07-24", "2026-07-15..2026-08-31 on 2026-09-10"],
    );
}

#[test]
fn named_dates_cover_the_days_since_the_one_before() {
    check(
        "2026-01-01..2026-06-30",
        Cadence::Dates,
        &["2026-04-15", "2025-12-31", "2026-04-15", "2026-02-15", "2026-07-08", "2026-07-09"],
        &[
            "2026-01-01..2026-02-15 on 2026-02-15",
            "2026-02-16..2026-04-15 on 2026-04-15",
            "2026-04-16..2026-06-30 on 2026-07-08",
            "2026-06-30..2026-06-30 on 2026-07-09",
        ],
    );
}

#[test]
fn a_cadence_is_held_against_the_policys_minimum() {
    let dates = [day("2026-03-31"), day("2026-06-30"), day("2026-06-30")];
    let half = "2026-01-01..2026-06-30";
    for (cadence, minimum, is_enough) in [
        (Cadence::Monthly, Cadence::Quarterly, true),
        (Cadence::Quarterly, Cadence::Quarterly, true),
        (Cadence::HalfYearly, Cadence::Quarterly, false),
        (Cadence::HalfYearly, Cadence::Dates, true),
        (Cadence::Dates, Cadence::Quarterly, true),
        (Cadence::Dates, Cadence::Monthly, false),
    ] {
        let answer = plan(half, cadence, &dates).is_as_frequent_as(minimum);
        assert_eq!(answer, is_enough, "{cadence:?} for {minimum:?}");
    }
}

/// Of the first quarter, in a plan in force since 15 February, asked on 12 April.
#[test]
fn a_review_is_held_once_what_it_looks_back_on_is_over() {
    for (on, told) in [
        ("2026-04-13", Some("2026-04-13 is in the future")),
        ("2026-04-12", None),
        ("2026-03-31", None),
        (
            "2026-03-30",
            Some("2026-03-30 is before 2026-03-31, the last day that the review looks back on"),
        ),
        ("2026-02-14", Some("2026-02-14 is before 2026-02-15, when the plan came in force")),
    ] {
        let meeting = Meeting {
            on: day(on),
            today: day("2026-04-12"),
            in_force_from: day("2026-02-15"),
            covers_to: day("2026-03-31"),
        };
        assert_eq!(meeting.check().err().map(|fault| fault.to_string()).as_deref(), told);
    }
}

#[test]
fn a_review_is_overdue_from_the_day_after() {
    let review = plan("2026-01-01..2026-03-31", Cadence::Quarterly, &[]).schedule()[0];
    assert!(!review.is_overdue(ReviewState::Scheduled, day("2026-04-10")));
    assert!(review.is_overdue(ReviewState::Scheduled, day("2026-04-11")));
    assert!(!review.is_overdue(ReviewState::Held, day("2026-04-11")));
}
