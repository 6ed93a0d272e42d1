//! Where facts count; what they deliver stands in `delivery_tests`.

use proptest::prelude::*;

use super::*;
use crate::domain::{
    lens::Restriction,
    sample::{day, fact, ledger, plan, plan_with, reached, target, total, value},
    terms::Terms,
};

fn measuring(metric: Metric) -> PlanLens {
    let metric_key = (metric == Metric::Custom).then(|| "demos".to_owned());
    let restriction = Restriction::default();
    let lens = TargetLens { id: target(1), version: 1, metric, metric_key, restriction };
    PlanLens { targets: vec![lens], ..plan() }
}

/// What a target of this metric reaches, and what of it is verified, by the end of the year.
#[track_caller]
fn check(metric: Metric, rows: &[&str], actual: i64, verified: i64) {
    let tally = measuring(metric).tally(&ledger(rows)).unwrap();
    let sums = reached(&tally, target(1), "2026-12-31");
    assert_eq!((sums.actual, sums.verified), (actual, verified), "{metric:?} of {rows:?}");
}

#[test]
fn each_metric_counts_its_own_facts() {
    let deal = [
        "2026-03-01 registered amount=100.00 by=partner",
        "2026-03-02 approved",
        "2026-03-03 won amount=90.00",
    ];
    check(Metric::DealsRegistered, &deal, 1, 0);
    check(Metric::PipelineCreated, &deal, 100_00, 100_00);
    check(Metric::DealsWon, &deal, 1, 1);
    check(Metric::Revenue, &deal, 90_00, 90_00);
    let leads = ["2026-03-01 leads leads=40", "2026-03-02 leads leads=2 by=partner"];
    check(Metric::Leads, &leads, 42, 40);
    let training = ["2026-03-01 completed", "2026-03-02 completed", "2026-03-03 earned"];
    check(Metric::TrainingCompletions, &training, 2, 2);
    check(Metric::CertifiedPeople, &training, 1, 1);
    let custom = ["2026-03-01 counted quantity=5", "2026-03-02 counted key=other quantity=7"];
    check(Metric::Custom, &custom, 5_000, 5_000);
    for metric in [Metric::Revenue, Metric::Leads, Metric::CertifiedPeople, Metric::Custom] {
        check(metric, &["2026-03-01 executed", "2026-03-02 spent amount=5.00"], 0, 0);
    }
}

/// What a target of this metric reaches, and what of it is verified and disputed, by the end of the year.
#[track_caller]
fn check_disputed(metric: Metric, rows: &[&str], expected: (i64, i64, i64)) {
    let tally = measuring(metric).tally(&ledger(rows)).unwrap();
    let sums = reached(&tally, target(1), "2026-12-31");
    assert_eq!((sums.actual, sums.verified, sums.disputed), expected, "{metric:?} of {rows:?}");
}

#[test]
fn what_is_disputed_counts_and_is_told_apart() {
    let won = ["2026-03-01 registered", "2026-03-03 won amount=90.00 by=nobody"];
    check_disputed(Metric::Revenue, &won, (90_00, 0, 90_00));
    check_disputed(Metric::DealsRegistered, &won, (1, 1, 0));
    // A reopening takes back what was won, whoever vouches for the reopening.
    let reopened = [won[0], won[1], "2026-03-04 reopened", "2026-03-05 won amount=80.00"];
    check_disputed(Metric::Revenue, &reopened, (80_00, 80_00, 0));
    let leads = ["2026-03-01 leads leads=40", "2026-03-02 leads leads=2 by=nobody"];
    check_disputed(Metric::Leads, &leads, (42, 40, 2));
    let custom = ["2026-03-01 counted quantity=5 by=nobody"];
    check_disputed(Metric::Custom, &custom, (5_000, 0, 5_000));
    // Of a level it is what the level would lose.
    let earned = ["2026-03-01 earned by=nobody", "2026-03-02 earned by=partner"];
    check_disputed(Metric::CertifiedPeople, &earned, (1, 0, 0));
    check_disputed(Metric::CertifiedPeople, &earned[..1], (1, 0, 1));
}

#[test]
fn what_flows_counts_from_the_first_day_of_the_period_to_the_last() {
    for (on, expected) in
        [("2025-12-31", 0), ("2026-01-01", 1), ("2026-12-31", 1), ("2027-01-01", 0)]
    {
        check(Metric::DealsRegistered, &[&format!("{on} registered")], expected, expected);
        check(Metric::TrainingCompletions, &[&format!("{on} completed")], expected, expected);
    }
}

#[test]
fn a_deal_that_is_open_when_the_period_begins_is_carried_in() {
    let rows = [
        "2025-11-01 registered amount=50.00 percent=40 close=2026-06-30",
        "2025-11-02 approved",
        "2026-02-01 won amount=45.00",
    ];
    let tally = measuring(Metric::Revenue).tally(&ledger(&rows)).unwrap();
    for (on, open_deals, open_value, open_weighted, revenue) in [
        ("2025-12-30", 0, 0, 0, 0),
        ("2025-12-31", 1, 50_00, 50_00 * 4_000, 0),
        ("2026-01-31", 1, 50_00, 50_00 * 4_000, 0),
        ("2026-02-01", 0, 0, 0, 45_00),
    ] {
        let sums = reached(&tally, target(1), on);
        let open = (sums.open_deals, sums.open_value, sums.open_weighted);
        assert_eq!((open, sums.actual), ((open_deals, open_value, open_weighted), revenue), "{on}");
    }
    let year = total(&tally, "2026-12-31");
    assert_eq!((year.registered, year.pipeline, year.won), (0, 0, 1));
}

#[test]
fn an_open_deal_weighs_by_its_probability_if_it_should_close_by_the_end() {
    for (said, weighted) in [
        ("percent=25 close=2026-12-31", 100_00 * 2_500),
        ("percent=25 close=2027-01-01", 0),
        ("percent=25", 0),
        ("close=2026-12-31", 0),
    ] {
        let row = format!("2026-03-01 registered amount=100.00 {said}");
        let tally = measuring(Metric::Revenue).tally(&[fact(1, &row)]).unwrap();
        assert_eq!(reached(&tally, target(1), "2026-12-31").open_weighted, weighted, "{said}");
    }
}

#[test]
fn money_without_a_rate_is_kept_out_until_there_is_one() {
    let rows = [
        "2026-03-01 registered amount=1000.01 in=EUR",
        "2026-03-02 approved",
        "2026-03-03 won amount=1000.01 in=EUR",
    ];
    let spent = ["2026-03-01 spent amount=0.50 in=EUR"];
    let without = measuring(Metric::Revenue);
    let euro = "EUR".parse().unwrap();
    let with = |rate: &str| PlanLens {
        rates: Rates::from([(euro, rate.parse().unwrap())]),
        ..without.clone()
    };
    // Example H: 1,000.01 at 1.0850, and 0.50 at 1.01, half-even.
    for (lens, revenue, mdf) in
        [(&without, 0, 0), (&with("1.0850"), 1_085_01, 54), (&with("1.01"), 1_010_01, 50)]
    {
        let sums = total(&lens.tally(&ledger(&rows)).unwrap(), "2026-12-31");
        assert_eq!((sums.revenue, sums.pipeline), (revenue, revenue));
        assert_eq!((sums.won, sums.registered), (1, 1));
        assert_eq!(total(&lens.tally(&ledger(&spent)).unwrap(), "2026-12-31").mdf, mdf);
    }
}

/// Example I: a win of 30 March that is recorded after everything else counts from 30 March on.
#[test]
fn a_late_fact_counts_on_the_day_it_happened() {
    let early = "2026-03-01 registered amount=10.00";
    let lens = measuring(Metric::Revenue);
    let before = lens.tally(&ledger(&[early])).unwrap();
    let after = lens.tally(&ledger(&[early, "2026-03-30 won amount=9.00"])).unwrap();
    for (on, was, is) in [("2026-03-29", 0, 0), ("2026-03-30", 0, 9_00), ("2026-12-31", 0, 9_00)] {
        assert_eq!(total(&before, on).revenue, was, "{on}");
        assert_eq!(total(&after, on).revenue, is, "{on}");
    }
}

#[test]
fn figures_are_cut_by_what_facts_say() {
    let rows = [
        "2026-03-01 registered line=1 segment=2 geo=3 rep=Ann",
        "2026-03-02 won amount=9.00 by=partner",
    ];
    let tally = plan().tally(&ledger(&rows)).unwrap();
    let revenue = |slice: Slice, key: &str| {
        tally.slices.get(&(slice, key.to_owned(), day("2026-03-02"))).map(|sums| sums.revenue)
    };
    for (slice, key) in [
        (Slice::Total, String::new()),
        (Slice::ProductLine, value(1).to_string()),
        (Slice::Segment, value(2).to_string()),
        (Slice::Geography, value(3).to_string()),
        (Slice::Rep, "Ann".to_owned()),
    ] {
        assert_eq!(revenue(slice, &key), Some(9_00), "{slice:?}");
    }
    assert_eq!(tally.slices.keys().filter(|(_, _, on)| *on == day("2026-03-02")).count(), 5);
}

#[test]
fn a_cancelled_programme_is_taken_back_where_and_when() {
    let rows = [
        "2026-03-01 executed programme=spring campaign=webinar line=1",
        "2026-03-09 cancelled programme=spring",
    ];
    let tally = plan().tally(&ledger(&rows)).unwrap();
    assert_eq!(total(&tally, "2026-03-08").programmes, 1);
    assert_eq!(total(&tally, "2026-03-09").programmes, 0);
    let cut = |slice: Slice| {
        let rows = tally.slices.iter().filter(|((of, _, _), _)| *of == slice);
        rows.map(|(_, sums)| sums.programmes).collect::<Vec<_>>()
    };
    for slice in [Slice::Total, Slice::ProductLine, Slice::CampaignType] {
        assert_eq!(cut(slice), [1, -1], "{slice:?}");
    }
}

#[test]
fn a_programme_runs_once_until_it_is_cancelled() {
    for (rows, programmes) in [
        (&["2026-03-01 executed programme=a", "2026-03-02 executed programme=a"][..], 1),
        (&["2026-03-01 cancelled programme=a"], 0),
        (&["2026-03-01 cancelled programme=a", "2026-03-02 executed programme=a"], 1),
        (&["2026-03-01 executed programme=a", "2026-03-02 cancelled programme=a"], 0),
        (
            &[
                "2026-03-01 executed programme=a",
                "2026-03-02 cancelled programme=a",
                "2026-03-03 cancelled programme=a",
                "2026-03-04 executed programme=a",
            ],
            1,
        ),
    ] {
        let tally = plan().tally(&ledger(rows)).unwrap();
        assert_eq!(total(&tally, "2026-12-31").programmes, programmes, "{rows:?}");
    }
}

/// Facts of one subject of each kind, in an order that says nothing, with what the vendor promised about each.
const MANY: [(&str, &[&str]); 3] = [
    (
        "deal",
        &[
            "2025-12-10 registered amount=40.00 percent=20 close=2026-05-01 line=1",
            "2026-01-05 approved by=partner",
            "2026-02-01 updated amount=55.00 geo=3",
            "2026-02-01 returned",
            "2026-03-05 lost",
            "2026-03-05 reopened customer=Initech",
            "2026-05-03 won amount=36.50 in=EUR",
            "2026-06-20 reopened",
            "2026-07-15 won amount=38.00",
        ],
    ),
    (
        "person",
        &[
            "2025-12-10 earned until=2026-02-01",
            "2026-01-10 earned code=D until=2026-03-01 by=partner",
            "2026-01-15 revoked code=D",
            "2026-02-02 earned line=1",
            "2026-03-03 completed",
            "2026-03-04 completed code=D",
            "2026-08-08 revoked",
        ],
    ),
    (
        "programme",
        &[
            "2025-12-30 executed programme=a campaign=webinar",
            "2026-01-02 cancelled programme=a",
            "2026-02-02 executed programme=a campaign=webinar for=1",
            "2026-07-07 cancelled programme=a",
            "2026-08-08 executed programme=a",
        ],
    ),
];

fn everything() -> PlanLens {
    let mut lens = plan_with(Terms::CoMarketing {
        campaign_type: None,
        mdf_allocated: 0,
        partner_co_funding: 0,
        expected_leads: 0,
    });
    let metrics = [Metric::Revenue, Metric::CertifiedPeople, Metric::TrainingCompletions];
    lens.targets = (1..)
        .zip(metrics)
        .map(|(number, metric)| TargetLens {
            id: target(number),
            version: 1,
            metric,
            metric_key: None,
            restriction: Restriction::default(),
        })
        .collect();
    lens
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn facts_give_the_same_in_any_order(
        facts in (0..MANY.len()).prop_flat_map(|at| Just(ledger(MANY[at].1)).prop_shuffle()),
    ) {
        let mut ordered = facts.clone();
        ordered.sort_by_key(|fact| fact.sequence);
        let lens = everything();
        prop_assert_eq!(lens.tally(&facts).unwrap(), lens.tally(&ordered).unwrap());
    }

    /// A ledger that grows fact by fact, each time with the sums after it less those before it.
    #[test]
    fn changes_add_up_to_the_whole(
        facts in (0..MANY.len()).prop_flat_map(|at| Just(ledger(MANY[at].1)).prop_shuffle()),
    ) {
        let lens = everything();
        let mut kept = Tally::default();
        for n_facts in 1..=facts.len() {
            kept.add(lens.tally(&facts[..n_facts]).unwrap(), 1).unwrap();
            kept.add(lens.tally(&facts[..n_facts - 1]).unwrap(), -1).unwrap();
            prop_assert_eq!(&kept, &lens.tally(&facts[..n_facts]).unwrap());
        }
    }
}

#[test]
fn sums_beyond_what_can_be_kept_are_refused() {
    let mut tally = Tally::default();
    let sums = SliceSums { revenue: i64::MAX, ..SliceSums::default() };
    let most = Tally {
        slices: [((Slice::Total, String::new(), day("2026-03-01")), sums)].into(),
        ..Tally::default()
    };
    tally.add(most.clone(), 1).unwrap();
    assert_eq!(tally.add(most.clone(), 1), Err(TooLarge));
    let mut tally = most.clone();
    tally.add(most, -1).unwrap();
    assert_eq!(tally, Tally::default());
}
