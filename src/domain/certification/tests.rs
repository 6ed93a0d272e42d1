use super::*;
use crate::domain::{
    attribution::PlanLens,
    lens::{Restriction, Slot, TargetLens},
    sample::{day, ledger, plan, reached, target, total, value},
    target::Metric,
};

fn certified(restriction: Restriction) -> PlanLens {
    let metric = Metric::CertifiedPeople;
    let lens = TargetLens { id: target(1), version: 1, metric, metric_key: None, restriction };
    PlanLens { targets: vec![lens], ..plan() }
}

/// The level, and how much of it is verified, at the end of each day; each list of facts is one person's.
#[track_caller]
fn check(lens: &PlanLens, people: &[&[&str]], levels: &[(&str, i64, i64)]) {
    let tallies: Vec<_> = people.iter().map(|facts| lens.tally(&ledger(facts)).unwrap()).collect();
    for (on, level, verified) in levels {
        let reached: Vec<_> = tallies.iter().map(|tally| reached(tally, target(1), on)).collect();
        let found = (
            reached.iter().map(|sums| sums.actual).sum::<i64>(),
            reached.iter().map(|sums| sums.verified).sum::<i64>(),
        );
        assert_eq!(found, (*level, *verified), "{on}");
    }
}

#[test]
fn example_g() {
    let everything = certified(Restriction::default());
    let person_1 = [
        "2026-01-10 earned until=2026-12-31",
        "2026-03-15 earned until=2026-12-31",
        "2026-08-15 revoked",
    ];
    let person_2 = ["2026-02-01 earned person=p2 until=2026-06-30 by=partner"];
    let levels = [
        ("2026-01-09", 0, 0),
        ("2026-01-10", 1, 1),
        ("2026-01-31", 1, 1),
        ("2026-02-01", 2, 1),
        ("2026-03-15", 2, 1),
        ("2026-06-30", 2, 1),
        ("2026-07-01", 1, 1),
        ("2026-08-14", 1, 1),
        ("2026-08-15", 0, 0),
        ("2026-12-31", 0, 0),
    ];
    check(&everything, &[&person_1, &person_2], &levels);

    let tally = everything.tally(&ledger(&person_1)).unwrap();
    assert_eq!(total(&tally, "2026-08-14").certified, 1);
    assert_eq!(total(&tally, "2026-08-15").certified, 0);
}

/// The spans of one person, as `from..to`.
#[track_caller]
fn check_spans(rows: &[&str], expected: &[&str]) {
    let found: Vec<String> = spans(&ledger(rows), None)
        .iter()
        .map(|span| match span.to {
            Some(to) => format!("{}..{to}", span.from),
            None => format!("{}..", span.from),
        })
        .collect();
    assert_eq!(found, expected, "{rows:?}");
}

#[test]
fn spans_are_joined_where_they_touch_and_cut_where_they_are_revoked() {
    check_spans(&["2026-01-10 earned"], &["2026-01-10.."]);
    check_spans(&["2026-01-10 earned until=2026-01-10"], &["2026-01-10..2026-01-10"]);
    let first = "2026-01-01 earned until=2026-06-30";
    check_spans(&[first, "2026-07-01 earned until=2026-12-31"], &["2026-01-01..2026-12-31"]);
    check_spans(
        &[first, "2026-07-02 earned until=2026-12-31"],
        &["2026-01-01..2026-06-30", "2026-07-02..2026-12-31"],
    );
    // A second one that ends earlier takes nothing away.
    check_spans(&[first, "2026-02-01 earned until=2026-03-31"], &["2026-01-01..2026-06-30"]);
    check_spans(&[first, "2026-02-01 earned"], &["2026-01-01.."]);
    // Another certification holds on by itself.
    check_spans(
        &[first, "2026-06-01 earned code=D until=2026-09-30", "2026-08-01 revoked code=D"],
        &["2026-01-01..2026-07-31"],
    );
    check_spans(&[first, "2026-01-01 revoked"], &[]);
    check_spans(&[first, "2026-03-01 revoked"], &["2026-01-01..2026-02-28"]);
    check_spans(&[first, "2026-07-01 revoked"], &["2026-01-01..2026-06-30"]);
    check_spans(&[first, "2026-03-01 revoked code=D"], &["2026-01-01..2026-06-30"]);
    // Earned anew after it was revoked, and revoked although it was never earned.
    check_spans(
        &[first, "2026-03-01 revoked", "2026-04-01 earned"],
        &["2026-01-01..2026-02-28", "2026-04-01.."],
    );
    check_spans(&["2026-03-01 revoked"], &[]);
}

#[test]
fn one_code_can_be_looked_at_alone() {
    let facts = ledger(&["2026-01-01 earned code=C", "2026-02-01 earned code=D"]);
    assert_eq!(spans(&facts, Some("D")), [Span { from: day("2026-02-01"), to: None }]);
    assert_eq!(spans(&facts, Some("E")), []);
}

#[test]
fn who_is_certified_when_the_period_begins_is_carried_in() {
    let rows = ["2025-03-01 earned until=2026-02-28"];
    check(
        &certified(Restriction::default()),
        &[&rows],
        &[("2025-12-30", 0, 0), ("2025-12-31", 1, 1), ("2026-02-28", 1, 1), ("2026-03-01", 0, 0)],
    );
    check(
        &certified(Restriction::default()),
        &[&["2025-03-01 earned until=2025-06-30"]],
        &[("2026-12-31", 0, 0)],
    );
}

#[test]
fn a_revocation_lowers_what_is_verified_whoever_reports_it() {
    let rows = ["2026-01-10 earned", "2026-03-01 revoked by=partner"];
    check(
        &certified(Restriction::default()),
        &[&rows],
        &[("2026-02-28", 1, 1), ("2026-03-01", 0, 0)],
    );
}

#[test]
fn a_revocation_needs_to_say_nothing_but_the_code() {
    let within = Some(value(1));
    let line = Restriction {
        product_line: Slot { within: within.into_iter().collect(), except: Vec::new() },
        ..Restriction::default()
    };
    let rows = ["2026-01-10 earned line=1", "2026-03-01 revoked"];
    check(&certified(line.clone()), &[&rows], &[("2026-02-28", 1, 1), ("2026-03-01", 0, 0)]);
    check(&certified(line), &[&["2026-01-10 earned line=2"]], &[("2026-02-28", 0, 0)]);
}

/// Of one person on 10 April, within 30 days.
#[test]
fn a_certification_that_nothing_renews_lapses_on_its_last_day() {
    for (rows, expected) in [
        (&["2026-02-01 earned code=A until=2026-05-10"][..], &["A 2026-05-10"][..]),
        (&["2026-02-01 earned code=A until=2026-04-10"], &["A 2026-04-10"]),
        (&["2026-02-01 earned code=A until=2026-05-11"], &[]),
        (&["2026-02-01 earned code=A until=2026-04-09"], &[]),
        (&["2026-02-01 earned code=A"], &[]),
        (&["2026-04-11 earned code=A until=2026-04-20"], &[]),
        (&["2026-02-01 earned code=A until=2026-05-10", "2026-04-01 revoked code=A"], &[]),
        (
            &[
                "2026-02-01 earned code=A until=2026-05-01",
                "2026-04-05 earned code=A until=2026-12-31",
            ],
            &[],
        ),
        (
            &[
                "2026-02-01 earned code=B until=2026-05-01",
                "2026-02-01 earned code=A until=2026-04-30",
            ],
            &["A 2026-04-30", "B 2026-05-01"],
        ),
    ] {
        let lapses = lapsing(&ledger(rows), day("2026-04-10"), day("2026-05-10"));
        let told: Vec<String> =
            lapses.iter().map(|lapse| format!("{} {}", lapse.code, lapse.last_day)).collect();
        assert_eq!(told, expected, "{rows:?}");
    }
}
