use super::*;
use crate::domain::sample::{day, fact, ledger, plan, total, usd, value};
use DealState::{Expired, Lost, Open, Rejected, Unregistered, Won};

/// Example F of domain §6: one deal, won, reopened, and won again.
const EXAMPLE_F: [&str; 5] = [
    "2026-02-10 registered amount=40000.00",
    "2026-02-12 approved",
    "2026-05-03 won amount=36500.00",
    "2026-06-20 reopened",
    "2026-07-15 won amount=38000.00",
];

fn minor(amount: &str) -> i64 {
    usd(amount).minor
}

#[test]
fn example_f() {
    let tally = plan().tally(&ledger(&EXAMPLE_F)).unwrap();
    // Revenue, won, registered, pipeline created, open and what is open is worth, at the end of the day.
    for (on, revenue, won, registered, pipeline, open, open_value) in [
        ("2026-02-09", "0", 0, 0, "0", 0, "0"),
        ("2026-02-10", "0", 0, 1, "0", 1, "40000.00"),
        ("2026-02-11", "0", 0, 1, "0", 1, "40000.00"),
        ("2026-02-12", "0", 0, 1, "40000.00", 1, "40000.00"),
        ("2026-04-30", "0", 0, 1, "40000.00", 1, "40000.00"),
        ("2026-05-02", "0", 0, 1, "40000.00", 1, "40000.00"),
        ("2026-05-03", "36500.00", 1, 1, "40000.00", 0, "0"),
        ("2026-05-31", "36500.00", 1, 1, "40000.00", 0, "0"),
        ("2026-06-19", "36500.00", 1, 1, "40000.00", 0, "0"),
        ("2026-06-20", "0", 0, 1, "40000.00", 1, "40000.00"),
        ("2026-06-30", "0", 0, 1, "40000.00", 1, "40000.00"),
        ("2026-07-14", "0", 0, 1, "40000.00", 1, "40000.00"),
        ("2026-07-15", "38000.00", 1, 1, "40000.00", 0, "0"),
        ("2026-07-31", "38000.00", 1, 1, "40000.00", 0, "0"),
        ("2026-12-31", "38000.00", 1, 1, "40000.00", 0, "0"),
    ] {
        let sums = total(&tally, on);
        let found = (sums.revenue, sums.won, sums.registered, sums.pipeline);
        assert_eq!(found, (minor(revenue), won, registered, minor(pipeline)), "{on}");
        assert_eq!((sums.open_deals, sums.open_value), (open, minor(open_value)), "{on}");
    }
}

#[test]
fn the_deal_of_example_f_is_known_by_its_last_facts() {
    let facts = ledger(&EXAMPLE_F);
    let (deal, _) = replay(&facts);
    assert_eq!((deal.state, deal.won_amount), (Won, Some(usd("38000.00"))));
    assert_eq!(deal.amount, Some(usd("40000.00")));
    assert_eq!(deal.registered_on, Some(day("2026-02-10")));
    assert_eq!(deal.approved_on, Some(day("2026-02-12")));
    assert_eq!(deal.closed_on, Some(day("2026-07-15")));

    let (reopened, _) = replay(&facts[..4]);
    assert_eq!((reopened.state, reopened.won_amount), (Open, None));
    assert_eq!((reopened.amount, reopened.closed_on), (Some(usd("40000.00")), None));
}

/// The state that the facts leave, and what they add up to: registered, won, lost, open.
#[track_caller]
fn check(rows: &[&str], state: DealState, [registered, won, lost, open]: [i64; 4]) {
    let facts = ledger(rows);
    let sums = total(&plan().tally(&facts).unwrap(), "2026-12-31");
    assert_eq!(replay(&facts).0.state, state, "{rows:?}");
    assert_eq!(
        [sums.registered, sums.won, sums.lost, sums.open_deals],
        [registered, won, lost, open],
        "{rows:?}"
    );
}

#[test]
fn every_fate_of_a_deal() {
    let registered = "2026-03-01 registered amount=10.00";
    let won = "2026-03-05 won amount=9.00";
    check(&[], Unregistered, [0, 0, 0, 0]);
    check(&["2026-03-01 updated amount=10.00"], Unregistered, [0, 0, 0, 0]);
    check(&[registered], Open, [1, 0, 0, 1]);
    check(&[registered, "2026-03-02 returned"], Open, [1, 0, 0, 1]);
    check(&[registered, "2026-03-02 rejected"], Rejected, [1, 0, 0, 0]);
    check(&[registered, "2026-03-02 expired"], Expired, [1, 0, 0, 0]);
    check(&[registered, "2026-03-02 lost"], Lost, [1, 0, 1, 0]);
    check(&[registered, won], Won, [1, 1, 0, 0]);
    check(&[won], Won, [0, 1, 0, 0]);
    // A second registration, approval or win is not counted again.
    check(&[registered, "2026-03-02 registered"], Open, [1, 0, 0, 1]);
    check(&[registered, won, "2026-03-06 won amount=8.00"], Won, [1, 1, 0, 0]);
    check(&[registered, won, "2026-03-06 lost"], Won, [1, 1, 0, 0]);
    // What was refused or ran out comes back by approval or reopening.
    check(&[registered, "2026-03-02 rejected", "2026-03-03 approved"], Open, [1, 0, 0, 1]);
    check(&[registered, "2026-03-02 expired", "2026-03-03 reopened"], Open, [1, 0, 0, 1]);
    check(&[registered, "2026-03-02 lost", "2026-03-03 reopened"], Open, [1, 0, 0, 1]);
    check(&[registered, won, "2026-03-06 reopened"], Open, [1, 0, 0, 1]);
    check(&[registered, "2026-03-02 reopened"], Open, [1, 0, 0, 1]);
}

#[test]
fn on_one_day_a_deal_is_registered_before_it_is_decided_and_decided_before_it_is_closed() {
    let rows = [
        "2026-03-01 won amount=9.00",
        "2026-03-01 approved amount=11.00",
        "2026-03-01 registered amount=10.00",
    ];
    check(&rows, Won, [1, 1, 0, 0]);
    let sums = total(&plan().tally(&ledger(&rows)).unwrap(), "2026-03-01");
    assert_eq!((sums.pipeline, sums.revenue), (11_00, 9_00));
    // What is left of one day goes as it was reported.
    let registered = "2026-02-01 registered amount=10.00";
    check(&[registered, "2026-03-01 won amount=9.00", "2026-03-01 reopened"], Open, [1, 0, 0, 1]);
    check(&[registered, "2026-03-01 reopened", "2026-03-01 won amount=9.00"], Won, [1, 1, 0, 0]);
}

#[test]
fn an_approval_creates_the_pipeline_of_its_day() {
    for (rows, pipeline) in [
        (&["2026-03-01 registered amount=10.00", "2026-03-02 approved amount=12.00"][..], 12_00),
        (&["2026-03-01 registered amount=10.00", "2026-03-02 approved"], 10_00),
        (&["2026-03-01 registered", "2026-03-02 approved"], 0),
        (&["2026-03-02 approved amount=12.00"], 12_00),
        (
            &[
                "2026-03-01 registered amount=10.00",
                "2026-03-02 approved",
                "2026-03-03 updated amount=50.00",
                "2026-03-04 approved amount=60.00",
            ],
            10_00,
        ),
    ] {
        let sums = total(&plan().tally(&ledger(rows)).unwrap(), "2026-12-31");
        assert_eq!(sums.pipeline, pipeline, "{rows:?}");
    }
}

#[test]
fn an_open_deal_is_worth_what_was_said_last() {
    let rows = [
        "2026-03-01 registered amount=100.00 percent=10 close=2026-09-30",
        "2026-04-01 updated amount=80.00",
        "2026-05-01 updated percent=50 close=2027-01-01",
    ];
    let (deal, steps) = replay(&ledger(&rows));
    assert_eq!(deal.amount, Some(usd("80.00")));
    assert_eq!((deal.probability, deal.expected_close_on), (Some(5_000), Some(day("2027-01-01"))));
    let open: Vec<(NaiveDate, i64, i64, i32)> = steps
        .iter()
        .filter_map(|step| match step.change {
            DealChange::Open(times, value) => {
                Some((step.day, times, value.amount.unwrap().minor, value.probability))
            }
            _ => None,
        })
        .collect();
    assert_eq!(
        open,
        [
            (day("2026-03-01"), 1, 100_00, 1_000),
            (day("2026-04-01"), -1, 100_00, 1_000),
            (day("2026-04-01"), 1, 80_00, 1_000),
            (day("2026-05-01"), -1, 80_00, 1_000),
            (day("2026-05-01"), 1, 80_00, 5_000),
        ]
    );
}

#[test]
fn a_reopening_takes_back_what_was_vouched_for_and_no_more() {
    let rows = [
        "2026-03-01 registered amount=10.00 by=partner",
        "2026-03-05 won amount=9.00",
        "2026-03-06 reopened by=partner",
    ];
    let (_, steps) = replay(&ledger(&rows));
    let wins: Vec<(i64, bool)> = steps
        .iter()
        .filter_map(|step| match step.change {
            DealChange::Won(times, _) => Some((times, step.provenance == Provenance::Verified)),
            _ => None,
        })
        .collect();
    assert_eq!(wins, [(1, true), (-1, true)]);
}

#[test]
fn a_deal_belongs_where_its_facts_last_said() {
    let rows = [
        "2026-03-01 registered line=1 geo=7 customer=Initech rep=Ann",
        "2026-03-02 updated line=2 rep=Bob",
        "2026-03-03 won amount=9.00 segment=5",
    ];
    let (deal, _) = replay(&ledger(&rows));
    let placement = Placement {
        product_line: Some(value(2)),
        segment: Some(value(5)),
        geography: Some(value(7)),
    };
    assert_eq!(deal.placement, placement);
    assert_eq!((deal.customer.as_deref(), deal.rep.as_deref()), (Some("Initech"), Some("Bob")));
}

#[test]
fn facts_of_other_feeds_are_no_part_of_a_deal() {
    let (deal, steps) =
        replay(&[fact(1, "2026-03-01 earned"), fact(2, "2026-03-01 leads leads=5")]);
    assert_eq!((deal, steps), (Deal::default(), Vec::new()));
}
