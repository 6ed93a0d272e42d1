use proptest::prelude::*;

use super::*;
use crate::domain::{
    activity::{Payload, Provenance},
    deal::landmarks,
    money::Currency,
    sample::{day, fact, ledger, usd, value},
};

/// A snapshot in a line: a day, a state, then what it says as `key=value`.
fn snapshot(row: &str) -> DealSnapshot {
    let mut words = row.split_whitespace();
    let (as_of, state) = (day(words.next().unwrap()), words.next().unwrap());
    let said: Vec<(&str, &str)> = words.map(|word| word.split_once('=').unwrap()).collect();
    let text = |key: &str| {
        said.iter().find(|(known, _)| *known == key).map(|(_, value)| (*value).to_owned())
    };
    DealSnapshot {
        partnership: PartnershipId::default(),
        source: "crm".to_owned(),
        reference: "D".to_owned(),
        as_of,
        state: match state {
            "open" => DealSnapshotState::Open,
            "returned" => DealSnapshotState::Returned,
            "won" => DealSnapshotState::Won,
            "lost" => DealSnapshotState::Lost,
            "rejected" => DealSnapshotState::Rejected,
            "expired" => DealSnapshotState::Expired,
            other => panic!("no deal is {other}"),
        },
        amount: text("amount").map(|amount| usd(&amount)),
        customer: text("customer"),
        rep: text("rep"),
        product_line: text("line"),
        segment: text("segment"),
        country: text("geo"),
        stage: text("stage"),
        probability: text("probability").map(|text| text.parse().unwrap()),
        expected_close_on: text("close").map(|text| day(&text)),
        registered_on: text("registered").map(|text| day(&text)),
        approved_on: text("approved").map(|text| day(&text)),
        closed_on: text("closed").map(|text| day(&text)),
    }
}

/// What the words for places mean: a number means itself, any other word nothing.
fn placed(snapshot: &DealSnapshot) -> Placement {
    let meaning =
        |text: &Option<String>| text.as_ref().and_then(|text| text.parse().ok()).map(value);
    Placement {
        product_line: meaning(&snapshot.product_line),
        segment: meaning(&snapshot.segment),
        geography: meaning(&snapshot.country),
    }
}

fn shown(fact: &DerivedFact) -> String {
    let kind = serde_json::to_value(fact.kind).unwrap();
    let kind = kind.as_str().unwrap().trim_start_matches("deal_").to_owned();
    let mut told = format!("{} {kind}", fact.occurred_on);
    if let Some(amount) = fact.details.amount {
        let amount = Unit::Money(amount.currency).decimal(amount.minor);
        told = format!("{told} {amount}");
    }
    if let Some(stage) = &fact.details.stage {
        told = format!("{told} {stage}");
    }
    match fact.supersedes {
        Some(id) => format!("{told} instead of {}", id.0.as_u128()),
        None => told,
    }
}

/// The ledger after what a snapshot says, which the same snapshot again does not change.
fn after(facts: &[Fact], said: &DealSnapshot, before: Option<&DealSnapshot>) -> Vec<Fact> {
    let mut facts = facts.to_vec();
    for derived in said.derive(&facts, placed(said), before).unwrap() {
        let last = facts.iter().map(|fact| fact.id.max(fact.sequence)).max();
        let next = ActivityId(uuid::Uuid::from_u128(last.map_or(1, |last| last.0.as_u128() + 1)));
        let replaced = derived.supersedes.map(|id| {
            let at = facts.iter().position(|fact| fact.id == id).unwrap();
            facts.remove(at)
        });
        let placement = match &replaced {
            Some(fact) => fact.placement,
            None if derived.is_placed => placed(said),
            None => Placement::default(),
        };
        facts.push(Fact {
            id: next,
            sequence: replaced.map_or(next, |fact| fact.sequence),
            kind: derived.kind,
            occurred_on: derived.occurred_on,
            provenance: Provenance::Verified,
            placement,
            payload: Payload::Deal(derived.details),
        });
    }
    facts
}

#[track_caller]
fn check(known: &[&str], said: &str, expected: &[&str]) {
    let (facts, said) = (ledger(known), snapshot(said));
    let derived = said.derive(&facts, placed(&said), None).unwrap();
    assert_eq!(derived.iter().map(shown).collect::<Vec<_>>(), expected);
    check_ends(&after(&facts, &said, None), &said);
}

/// The deal is as the snapshot says, and the snapshot has nothing to add.
#[track_caller]
fn check_ends(facts: &[Fact], said: &DealSnapshot) {
    let (deal, _) = landmarks(facts);
    assert_eq!(deal.state, said.state.kept(), "{said:?}");
    let kept_amount =
        if said.state == DealSnapshotState::Won { deal.won_amount } else { deal.amount };
    let places = placed(said);
    assert_eq!(said.amount.or(kept_amount), kept_amount);
    assert_eq!(said.customer.as_ref().or(deal.customer.as_ref()), deal.customer.as_ref());
    assert_eq!(said.stage.as_ref().or(deal.stage.as_ref()), deal.stage.as_ref());
    assert_eq!(said.probability.or(deal.probability), deal.probability);
    assert_eq!(said.expected_close_on.or(deal.expected_close_on), deal.expected_close_on);
    assert_eq!(said.registered_on.or(deal.registered_on), deal.registered_on);
    assert_eq!(said.approved_on.or(deal.approved_on), deal.approved_on);
    assert!(said.closed_on <= deal.closed_on, "{:?}", deal.closed_on);
    let line = deal.placement.product_line;
    assert_eq!(places.product_line.or(line), line);
    assert_eq!(said.derive(facts, places, Some(said)), Ok(Vec::new()), "{said:?}");
}

#[test]
fn a_new_deal_is_what_its_snapshot_says() {
    check(&[], "2026-03-01 open amount=10.00", &["2026-03-01 registered 10.00"]);
    check(
        &[],
        "2026-03-01 open amount=10.00 registered=2026-02-10 approved=2026-02-12 stage=demo",
        &["2026-02-10 registered 10.00 demo", "2026-02-12 approved 10.00 demo"],
    );
    check(
        &[],
        "2026-06-01 won amount=9.00 registered=2026-02-10 closed=2026-05-03",
        &["2026-02-10 registered 9.00", "2026-05-03 won 9.00"],
    );
    // What nobody says is not made up.
    check(&[], "2026-06-01 lost", &["2026-06-01 lost"]);
    check(&[], "2026-06-01 open approved=2026-05-01", &["2026-05-01 approved"]);
    check(&[], "2026-06-01 returned", &["2026-06-01 registered", "2026-06-01 returned"]);
    check(&[], "2026-06-01 rejected closed=2026-05-30", &["2026-05-30 rejected"]);
}

const OPEN: &str = "2026-02-10 registered amount=10.00";

#[test]
fn what_changed_is_told_once() {
    check(&[OPEN], "2026-03-01 open amount=10.00", &[]);
    check(&[OPEN], "2026-03-01 open", &[]);
    check(&[OPEN], "2026-03-01 open amount=12.00", &["2026-03-01 updated 12.00"]);
    check(&[OPEN], "2026-03-01 open stage=demo", &["2026-03-01 updated demo"]);
    check(&[OPEN], "2026-03-01 open line=7", &["2026-03-01 updated"]);
    check(&[OPEN, "2026-02-11 updated line=7"], "2026-03-01 open line=7", &[]);
    check(&[OPEN], "2026-03-01 returned", &["2026-03-01 returned"]);
    check(&[OPEN], "2026-03-01 expired", &["2026-03-01 expired"]);
    check(
        &[OPEN],
        "2026-03-01 open amount=12.00 approved=2026-03-01",
        &["2026-03-01 approved 12.00"],
    );
    // The approval of an earlier day is at the amount of that day.
    check(
        &[OPEN, "2026-02-20 updated amount=11.00"],
        "2026-03-01 open amount=12.00 approved=2026-02-15",
        &["2026-02-15 approved", "2026-03-01 updated 12.00"],
    );
}

#[test]
fn a_deal_that_was_closed_otherwise_is_reopened_first() {
    let lost = "2026-03-05 lost";
    let won = "2026-03-05 won amount=9.00";
    check(&[OPEN, won], "2026-03-09 open", &["2026-03-09 reopened"]);
    check(
        &[OPEN, lost],
        "2026-03-09 won amount=8.00 closed=2026-03-07",
        &["2026-03-07 reopened", "2026-03-07 won 8.00"],
    );
    // Closed otherwise on an earlier day than what is known: not before that.
    check(
        &[OPEN, lost],
        "2026-03-09 won amount=8.00 closed=2026-03-01",
        &["2026-03-05 reopened", "2026-03-05 won 8.00"],
    );
    check(&[OPEN, won], "2026-03-05 rejected", &["2026-03-05 reopened", "2026-03-05 rejected"]);
    check(&[OPEN, won, "2026-03-06 reopened"], "2026-03-06 rejected", &["2026-03-06 rejected"]);
    check(
        &[OPEN, won, "2026-03-06 reopened"],
        "2026-03-09 won closed=2026-03-05",
        &["2026-03-06 won 10.00"],
    );
}

#[test]
fn a_day_or_an_amount_that_was_wrong_is_stated_anew() {
    let won = "2026-03-05 won amount=9.00";
    check(&[OPEN, won], "2026-03-09 won", &[]);
    check(&[OPEN, won], "2026-03-09 won amount=9.00 closed=2026-03-05", &[]);
    check(
        &[OPEN, won],
        "2026-03-09 won amount=9.50 closed=2026-03-05",
        &["2026-03-05 won 9.50 instead of 2"],
    );
    check(&[OPEN, won], "2026-03-09 won closed=2026-03-04", &["2026-03-04 won 9.00 instead of 2"]);
    check(
        &[OPEN],
        "2026-03-09 open registered=2026-02-11",
        &["2026-02-11 registered 10.00 instead of 1"],
    );
    check(
        &[OPEN, "2026-02-12 approved"],
        "2026-03-09 open approved=2026-02-13",
        &["2026-02-13 approved instead of 2"],
    );
}

#[test]
fn a_word_that_nobody_knows_is_told_once() {
    let said = snapshot("2026-03-01 open line=cloud");
    let first = after(&ledger(&[OPEN]), &said, None);
    assert_eq!(first.len(), 2);
    let later = snapshot("2026-03-02 open line=cloud");
    assert_eq!(later.derive(&first, placed(&later), Some(&said)), Ok(Vec::new()));
    let other = snapshot("2026-03-03 open line=clowd");
    let derived = other.derive(&first, placed(&other), Some(&later)).unwrap();
    assert_eq!(derived.iter().map(shown).collect::<Vec<_>>(), ["2026-03-03 updated"]);
}

#[track_caller]
fn check_fault(said: DealSnapshot, expected: &str) {
    let found = said.check(day("2026-06-30")).err().map(|fault| fault.to_string());
    assert_eq!(found.unwrap_or_default(), expected);
}

#[test]
fn a_snapshot_is_of_today_at_most_and_makes_sense() {
    for (row, expected) in [
        ("2026-06-30 open", ""),
        ("2026-07-01 open", "asOf: 2026-07-01 is in the future"),
        (
            "2026-06-30 open registered=2026-07-01",
            "registeredOn: 2026-07-01 is after 2026-06-30, the day of the snapshot",
        ),
        (
            "2026-06-29 won closed=2026-06-30",
            "closedOn: 2026-06-30 is after 2026-06-29, the day of the snapshot",
        ),
        ("2026-06-29 open closed=2026-06-28", "closedOn: 2026-06-28 closes no deal that is open"),
        ("2026-06-29 open amount=-1.00", "amount: -1.00 is negative"),
        ("2026-06-29 open probability=10001", "probability: 100.01 is not between 0 and 100"),
    ] {
        check_fault(snapshot(row), expected);
    }
    let base = || snapshot("2026-06-29 open");
    check_fault(
        DealSnapshot { reference: String::new(), ..base() },
        "reference: must not be empty",
    );
    check_fault(
        DealSnapshot { stage: Some("a\0".to_owned()), ..base() },
        "stage: has the control character U+0000",
    );
}

const STATES: [DealSnapshotState; 6] = [
    DealSnapshotState::Open,
    DealSnapshotState::Returned,
    DealSnapshotState::Won,
    DealSnapshotState::Lost,
    DealSnapshotState::Rejected,
    DealSnapshotState::Expired,
];

fn dated(n: u64) -> NaiveDate {
    day("2026-01-01") + chrono::Days::new(n)
}

/// A snapshot of a day, saying much or little.
fn any_snapshot() -> impl Strategy<Value = (u64, DealSnapshot)> {
    let on = || proptest::option::of(0..12_u64);
    let said = (
        proptest::option::of(1..4_i64),
        proptest::option::of(0..3_i32),
        proptest::option::of(prop_oneof!["1", "2", "cloud"]),
        (on(), on(), on()),
    );
    (0..3_u64, 0..STATES.len(), said).prop_map(|(step, state, (amount, probability, line, on))| {
        let money = |minor| Money { minor, currency: Currency::USD };
        let said = DealSnapshot {
            state: STATES[state],
            // A deal that nobody knows the worth of cannot be won.
            amount: amount
                .map(money)
                .or((STATES[state] == DealSnapshotState::Won).then(|| money(7))),
            probability,
            product_line: line,
            registered_on: on.0.map(dated),
            approved_on: on.1.map(dated),
            closed_on: on.2.map(dated).filter(|_| STATES[state].closing().is_some()),
            ..snapshot("2026-01-01 open")
        };
        (step, said)
    })
}

const VERBS: [&str; 9] = [
    "registered",
    "approved",
    "rejected",
    "returned",
    "updated amount=5.00",
    "won amount=6.00",
    "lost",
    "expired",
    "reopened",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// Whatever was recorded before, by whomever, any sequence of snapshots leaves the deal as the latest says, and each of them
    /// sent again changes nothing.
    #[test]
    fn the_latest_snapshot_is_what_the_deal_is(
        known in proptest::collection::vec((0..8_u64, 0..VERBS.len()), 0..6),
        snapshots in proptest::collection::vec(any_snapshot(), 1..8),
    ) {
        let mut facts: Vec<Fact> = (1..)
            .zip(known)
            .map(|(sequence, (on, verb))| fact(sequence, &format!("{} {}", dated(on), VERBS[verb])))
            .collect();
        let (mut today, mut before) = (8, None);
        for (step, said) in snapshots {
            today += step;
            let past = |on: Option<NaiveDate>| on.filter(|on| *on <= dated(today));
            let said = DealSnapshot {
                as_of: dated(today),
                registered_on: past(said.registered_on),
                approved_on: past(said.approved_on),
                closed_on: past(said.closed_on),
                ..said
            };
            facts = after(&facts, &said, before.as_ref());
            check_ends(&facts, &said);
            before = Some(said);
        }
    }
}
