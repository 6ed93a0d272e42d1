use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::domain::target::Dimension;
use PeriodKind::{Custom, FiscalYear, HalfYear};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn period(text: &str) -> Period {
    let (start, end) = text.split_once("..").unwrap();
    Period { start: day(start), end: day(end) }
}

fn growth(percent: &str) -> Growth {
    Growth::percent(percent.parse().unwrap()).unwrap()
}

fn id(number: u128) -> TargetId {
    TargetId(Uuid::from_u128(number))
}

fn whole(number: u128, amount: i64, actual: i64) -> Reached {
    Reached { id: id(number), split: None, amount, actual }
}

fn part(number: u128, of: u128, dimension: Dimension, (amount, actual): (i64, i64)) -> Reached {
    let split = Some(SplitOf { parent: id(of), dimension });
    Reached { split, ..whole(number, amount, actual) }
}

#[track_caller]
fn check_next(kind: PeriodKind, first_month: u32, before: &str, expected: &str) {
    let next = NextPeriod::after(kind, period(before), first_month).unwrap().period;
    assert_eq!(next, period(expected), "{before}");
    // What is drafted can be drafted.
    Period::try_new(kind, next.start, next.end, first_month).unwrap();
}

#[test]
fn the_next_period_follows_the_calendar() {
    check_next(FiscalYear, 1, "2026-01-01..2026-12-31", "2027-01-01..2027-12-31");
    check_next(FiscalYear, 4, "2026-04-01..2027-03-31", "2027-04-01..2028-03-31");
    check_next(HalfYear, 1, "2026-01-01..2026-06-30", "2026-07-01..2026-12-31");
    check_next(HalfYear, 1, "2026-07-01..2026-12-31", "2027-01-01..2027-06-30");
    check_next(HalfYear, 9, "2026-09-01..2027-02-28", "2027-03-01..2027-08-31");
    // The vendor has moved its year meanwhile.
    check_next(FiscalYear, 4, "2026-01-01..2026-12-31", "2027-04-01..2028-03-31");
    check_next(HalfYear, 4, "2026-01-01..2026-06-30", "2026-10-01..2027-03-31");
}

#[test]
fn custom_dates_are_followed_by_as_many() {
    check_next(Custom, 1, "2026-02-10..2026-05-09", "2026-05-10..2026-08-09");
    check_next(Custom, 1, "2026-01-01..2027-12-31", "2028-01-01..2029-12-31");
    check_next(Custom, 1, "2026-01-31..2026-04-29", "2026-04-30..2026-07-29");
    check_next(Custom, 1, "2026-03-01..2026-08-14", "2026-08-15..2027-01-28");
    // 91 days, three months and a day, would be a day less than three months.
    check_next(Custom, 1, "2026-02-01..2026-05-02", "2026-05-03..2026-08-02");
}

#[track_caller]
fn check_moved(kind: PeriodKind, before: &str, on: &str, moved: &str, inside: &str) {
    let next = NextPeriod::after(kind, period(before), 1).unwrap();
    assert_eq!(
        (next.moved(day(on)), next.moved_inside(day(on))),
        (day(moved), day(inside)),
        "{on}"
    );
}

#[test]
fn days_keep_their_place_in_the_period() {
    let year = "2027-01-01..2027-12-31";
    check_moved(FiscalYear, year, "2027-05-15", "2028-05-15", "2028-05-15");
    check_moved(FiscalYear, year, "2028-01-10", "2029-01-10", "2028-12-31");
    check_moved(FiscalYear, year, "2026-12-01", "2027-12-01", "2028-01-01");
    check_moved(FiscalYear, "2028-01-01..2028-12-31", "2028-02-29", "2029-02-28", "2029-02-28");
    check_moved(HalfYear, "2026-01-01..2026-06-30", "2026-03-31", "2026-09-30", "2026-09-30");
    check_moved(Custom, "2026-03-01..2026-08-14", "2026-03-31", "2026-09-14", "2026-09-14");
    let next = NextPeriod::after(HalfYear, period("2026-07-01..2026-12-31"), 1).unwrap();
    let reviews = [day("2026-08-30"), day("2026-08-31"), day("2026-10-01")];
    assert_eq!(next.moved_all(&reviews), [day("2027-02-28"), day("2027-04-01")]);
}

#[track_caller]
fn check_growth(percent: &str, expected: Result<&str, &str>) {
    let growth = Growth::percent(percent.parse().unwrap());
    let told = growth.map(|growth| growth.to_string()).map_err(|refused| refused.to_string());
    let expected = expected.map(str::to_owned).map_err(|value| {
        format!(
            "{value} is not a percentage above -100 and up to 1000 with at most 2 decimal places"
        )
    });
    assert_eq!(told, expected);
}

#[test]
fn growth_is_a_percentage_that_leaves_something() {
    check_growth("10", Ok("10"));
    check_growth("0.00", Ok("0"));
    check_growth("7.250", Ok("7.25"));
    check_growth("-99.99", Ok("-99.99"));
    check_growth("1000", Ok("1000"));
    check_growth("-100", Err("-100"));
    check_growth("1000.01", Err("1000.01"));
    check_growth("10000", Err("10000"));
    check_growth("0.001", Err("0.001"));
    check_growth("79228162514264337593543950335", Err("79228162514264337593543950335"));
}

#[track_caller]
fn check_whole(amount: i64, actual: i64, percent: &str, expected: i64) {
    let proposed = propose(&[whole(1, amount, actual)], growth(percent));
    assert_eq!(proposed, BTreeMap::from([(id(1), expected)]));
}

#[test]
fn a_whole_asks_for_what_it_brought_and_the_growth() {
    check_whole(1_000, 800, "10", 880);
    check_whole(1_000, 1_300, "-5", 1_235);
    // Halves go to the even unit.
    check_whole(1_000, 25, "10", 28);
    check_whole(1_000, 5, "10", 6);
    check_whole(1_000, 15, "10", 16);
    // Something is asked for, but no more than can be kept.
    check_whole(1_000, 1, "-99", 1);
    check_whole(1_000, LARGEST_AMOUNT, "10", LARGEST_AMOUNT);
    check_whole(1_000, i64::MAX, "1000", LARGEST_AMOUNT);
    // Nothing to grow from.
    check_whole(1_000, 0, "10", 1_000);
    check_whole(1_000, -5, "10", 1_000);
}

#[track_caller]
fn check_parts(parts: &[(i64, i64)], expected: &[i64]) {
    let total = parts.iter().map(|(_, actual)| actual).sum();
    let numbered = (2..).zip(parts).map(|(n, figures)| part(n, 1, Dimension::Segment, *figures));
    let targets: Vec<Reached> = [whole(1, 100, total)].into_iter().chain(numbered).collect();
    let proposed = propose(&targets, growth("10"));
    let parts: Vec<i64> = targets.iter().skip(1).map(|part| proposed[&part.id]).collect();
    assert_eq!(parts, expected);
    assert_eq!(parts.iter().sum::<i64>(), proposed[&id(1)]);
}

#[test]
fn parts_share_in_proportion_to_what_they_brought() {
    // 110: 77, 22, 11.
    check_parts(&[(60, 70), (30, 20), (10, 10)], &[77, 22, 11]);
    // 11 by thirds: the first gets what is over.
    check_parts(&[(60, 10), (30, 0), (10, 0)], &[11, 0, 0]);
    check_parts(&[(40, 3), (30, 3), (30, 3)], &[4, 3, 3]);
    // One that lost counts as none: 22 of 20.
    check_parts(&[(60, 25), (40, -5)], &[22, 0]);
    // Nobody brought anything: the old shares of the old whole.
    check_parts(&[(60, 0), (30, 0), (10, 0)], &[60, 30, 10]);
}

#[test]
fn every_split_of_every_level_adds_up() {
    let targets = [
        whole(1, 100, 90),
        part(2, 1, Dimension::Segment, (50, 60)),
        part(3, 1, Dimension::Segment, (50, 30)),
        part(4, 1, Dimension::Geography, (70, 45)),
        part(5, 1, Dimension::Geography, (30, 45)),
        part(6, 2, Dimension::ProductLine, (25, 0)),
        part(7, 2, Dimension::ProductLine, (25, 0)),
    ];
    let proposed = propose(&targets, growth("10"));
    let amounts: Vec<i64> = targets.iter().map(|target| proposed[&target.id]).collect();
    assert_eq!(amounts, [99, 66, 33, 50, 49, 33, 33]);
}

#[test]
fn a_phasing_that_fits_is_kept() {
    let quarters = Phasing::Quarterly { weights: [40, 30, 20, 10].map(Decimal::from).to_vec() };
    let year = period("2027-01-01..2027-12-31");
    assert_eq!(phasing(&quarters, None, FiscalYear, year), quarters);
    let short = period("2027-01-01..2027-04-15");
    assert_eq!(phasing(&quarters, None, Custom, short), Phasing::Even);

    let curve = |first: i64| {
        let curve: Vec<Decimal> = [first, 0, 0, 0, 0, 1].map(Decimal::from).to_vec();
        Phasing::Baseline { curve }
    };
    let half = period("2027-01-01..2027-06-30");
    let lived = |first: i64| match curve(first) {
        Phasing::Baseline { curve } => Some(curve),
        _ => None,
    };
    assert_eq!(phasing(&curve(1), lived(5), HalfYear, half), curve(5));
    assert_eq!(phasing(&curve(1), None, HalfYear, half), curve(1));
    let nothing = Some(vec![Decimal::ZERO; 6]);
    assert_eq!(phasing(&curve(1), nothing, HalfYear, half), curve(1));
    assert_eq!(phasing(&Phasing::Even, lived(5), HalfYear, half), Phasing::Even);
}

#[test]
fn what_was_neither_kept_nor_waived_goes_on() {
    use CommitmentStatus::{Fulfilled, FulfilledLate, Missed, Overdue, Planned, Waived};
    assert!([Planned, Overdue, Missed].into_iter().all(carries_over));
    assert!(![Fulfilled, FulfilledLate, Waived].into_iter().any(carries_over));
    assert_eq!([left(10, 4), left(10, -4), left(10, 11), left(10, 0)], [6, 10, 0, 10]);
}

/// A tree of targets: each is a whole, or a part of an earlier one.
fn trees() -> impl Strategy<Value = Vec<Reached>> {
    let row = (any::<prop::sample::Index>(), 0..4_usize, 0..1_000_000_i64, -1_000..1_000_000_i64);
    prop::collection::vec(row, 1..30).prop_map(|rows| {
        let mut targets: Vec<Reached> = Vec::new();
        for (number, (parent, dimension, amount, actual)) in (1..).zip(rows) {
            let target = match Dimension::ALL.get(dimension) {
                Some(dimension) if !targets.is_empty() => {
                    let parent = targets[parent.index(targets.len())].id;
                    let split = Some(SplitOf { parent, dimension: *dimension });
                    Reached { split, ..whole(number, amount, actual) }
                }
                _ => whole(number, amount.max(1), actual),
            };
            targets.push(target);
        }
        targets
    })
}

proptest! {
    #[test]
    fn proposed_splits_always_add_up(targets in trees(), percent in -9_999..100_000_i64) {
        let growth = Growth::percent(Decimal::new(percent, 2)).unwrap();
        let proposed = propose(&targets, growth);
        prop_assert_eq!(proposed.len(), targets.len());
        for parent in &targets {
            prop_assert!(proposed[&parent.id] >= 0);
            for dimension in Dimension::ALL {
                let split = Some(SplitOf { parent: parent.id, dimension });
                let parts: Vec<i64> = targets
                    .iter()
                    .filter(|part| part.split == split)
                    .map(|part| proposed[&part.id])
                    .collect();
                if !parts.is_empty() {
                    prop_assert_eq!(parts.iter().sum::<i64>(), proposed[&parent.id]);
                }
            }
        }
    }
}
