use uuid::Uuid;

use super::*;
use crate::domain::{
    activity::{CustomFact, DealFact, MarketingFact, SupportFact, TrainingFact},
    commitment::{ResourceKind, SupportKind},
    sample::{day, usd},
};

const TODAY: &str = "2026-06-30";

fn deal() -> DealFact {
    DealFact {
        deal: "D-1".to_owned(),
        amount: Some(usd("10.00")),
        customer: None,
        rep: None,
        expected_close_on: None,
        stage: None,
        probability: None,
    }
}

fn registered(details: DealFact) -> NewActivity {
    NewActivity {
        partnership: PartnershipId::default(),
        source: "crm".to_owned(),
        external_id: "1".to_owned(),
        kind: ActivityKind::DealRegistered,
        occurred_on: day("2026-03-01"),
        product_line: None,
        segment: None,
        country: None,
        payload: Payload::Deal(details),
        supersedes: None,
        reason: None,
    }
}

fn of(kind: ActivityKind, payload: Payload) -> NewActivity {
    NewActivity { kind, payload, ..registered(deal()) }
}

/// What is said against a fact; nothing when it is good.
#[track_caller]
fn check(new: NewActivity, expected: &str) {
    let found = new.check(day(TODAY)).err().map(|fault| fault.to_string()).unwrap_or_default();
    assert_eq!(found, expected);
}

#[test]
fn a_fact_happened_between_the_year_2000_and_today() {
    for (on, expected) in [
        ("1999-12-31", "occurredOn: 1999-12-31 is before the year 2000"),
        ("2000-01-01", ""),
        ("2026-06-30", ""),
        ("2026-07-01", "occurredOn: 2026-07-01 is in the future"),
    ] {
        check(NewActivity { occurred_on: day(on), ..registered(deal()) }, expected);
    }
}

#[test]
fn names_are_there_short_and_without_control_characters() {
    let long = "x".repeat(LONGEST_NAME);
    let longer = "x".repeat(LONGEST_NAME + 1);
    for (text, expected) in [
        ("a", ""),
        (&long, ""),
        ("", "source: must not be empty"),
        (" \t", "source: must not be empty"),
        (&longer, "source: has 201 characters; 200 is the most"),
        ("a\0b", "source: has the control character U+0000"),
        ("a\nb", "source: has the control character U+000A"),
    ] {
        check(NewActivity { source: text.to_owned(), ..registered(deal()) }, expected);
    }
    let empty = Some(String::new());
    let base = || registered(deal());
    check(NewActivity { external_id: String::new(), ..base() }, "externalId: must not be empty");
    check(NewActivity { product_line: empty.clone(), ..base() }, "productLine: must not be empty");
    check(NewActivity { segment: empty.clone(), ..base() }, "segment: must not be empty");
    check(NewActivity { country: empty, ..base() }, "country: must not be empty");
    let reason = Some("a\0".to_owned());
    check(NewActivity { reason, ..base() }, "reason: has the control character U+0000");
}

#[test]
fn a_deal_is_named_and_worth_something() {
    check(
        registered(DealFact { deal: " ".to_owned(), ..deal() }),
        "deal.reference: must not be empty",
    );
    check(registered(DealFact { amount: None, ..deal() }), "");
    check(registered(DealFact { amount: Some(usd("0")), ..deal() }), "");
    check(
        registered(DealFact { amount: Some(usd("-0.01")), ..deal() }),
        "deal.amount: -0.01 is negative; use a reopened deal or an adjustment",
    );
    check(
        of(ActivityKind::DealWon, Payload::Deal(DealFact { amount: None, ..deal() })),
        "deal.amount: a won deal needs its amount",
    );
    for (probability, expected) in [
        (0, ""),
        (10_000, ""),
        (-1, "deal.probability: -0.01 is not between 0 and 100"),
        (10_001, "deal.probability: 100.01 is not between 0 and 100"),
    ] {
        check(registered(DealFact { probability: Some(probability), ..deal() }), expected);
    }
    for (details, field) in [
        (DealFact { customer: Some(String::new()), ..deal() }, "deal.customer"),
        (DealFact { rep: Some(String::new()), ..deal() }, "deal.rep"),
        (DealFact { stage: Some(String::new()), ..deal() }, "deal.stage"),
    ] {
        check(registered(details), &format!("{field}: must not be empty"));
    }
}

#[test]
fn a_certification_holds_on_the_day_it_is_earned() {
    let training = |until: Option<&str>| {
        Payload::Training(TrainingFact {
            person: "p1".to_owned(),
            code: "C".to_owned(),
            valid_until: until.map(day),
        })
    };
    for (until, expected) in [
        (None, ""),
        (Some("2026-03-01"), ""),
        (
            Some("2026-02-28"),
            "training.validUntil: 2026-02-28 is before 2026-03-01, the day it was earned",
        ),
    ] {
        check(of(ActivityKind::CertificationEarned, training(until)), expected);
    }
}

#[test]
fn marketing_says_what_its_kind_needs() {
    let marketing = |amount: Option<&str>, leads: Option<i64>, programme: Option<&str>| {
        Payload::Marketing(MarketingFact {
            programme: programme.map(str::to_owned),
            campaign_type: None,
            commitment: None,
            amount: amount.map(usd),
            leads,
        })
    };
    for (kind, payload, expected) in [
        (ActivityKind::MdfSpent, marketing(Some("5.00"), None, None), ""),
        // A refund of funds.
        (ActivityKind::MdfSpent, marketing(Some("-5.00"), None, None), ""),
        (
            ActivityKind::MdfSpent,
            marketing(None, None, None),
            "marketing.amount: funds spent need their amount",
        ),
        (ActivityKind::LeadsDelivered, marketing(None, Some(1), None), ""),
        (
            ActivityKind::LeadsDelivered,
            marketing(None, None, None),
            "marketing.leads: 0 leads cannot be delivered",
        ),
        (
            ActivityKind::LeadsDelivered,
            marketing(None, Some(-3), None),
            "marketing.leads: -3 leads cannot be delivered",
        ),
        (ActivityKind::ProgrammeExecuted, marketing(None, None, None), ""),
        (ActivityKind::ProgrammeCancelled, marketing(None, None, Some("spring")), ""),
        (
            ActivityKind::ProgrammeCancelled,
            marketing(None, None, None),
            "marketing.programme: say which programme was cancelled",
        ),
        (
            ActivityKind::ProgrammeExecuted,
            marketing(None, None, Some("")),
            "marketing.programme: must not be empty",
        ),
    ] {
        check(of(kind, payload), expected);
    }
}

#[test]
fn support_is_of_one_kind_and_more_than_nothing() {
    let selling = Some(SupportKind::CoSellResource);
    let time = Some(ResourceKind::Time);
    for (support, resource, quantity, expected) in [
        (selling, None, 1, ""),
        (None, time, 1, ""),
        (selling, time, 1, "support.kind: give either `kind` or `resource`"),
        (None, None, 1, "support.kind: give either `kind` or `resource`"),
        (selling, None, 0, "support.quantity: 0.000 is not more than nothing"),
        (selling, None, -1_500, "support.quantity: -1.500 is not more than nothing"),
    ] {
        let fact = SupportFact { support, resource, quantity, commitment: None };
        check(of(ActivityKind::SupportDelivered, Payload::Support(fact)), expected);
    }
}

#[test]
fn a_custom_fact_has_a_metric_and_changes_it() {
    for (key, quantity, expected) in [
        ("demos", 1, ""),
        ("demos", -1, ""),
        ("demos", 0, "custom.quantity: 0 changes nothing"),
        ("", 1, "custom.metricKey: must not be empty"),
    ] {
        let fact = CustomFact { metric_key: key.to_owned(), quantity, commitment: None };
        check(of(ActivityKind::Custom, Payload::Custom(fact)), expected);
    }
}

#[test]
fn an_adjustment_says_what_it_takes_back_and_why() {
    let taken_back = Some(ActivityId(Uuid::from_u128(1)));
    for (supersedes, reason, expected) in [
        (taken_back, Some("counted twice"), ""),
        (None, Some("counted twice"), "supersedes: an adjustment says which fact it takes back"),
        (taken_back, None, "reason: an adjustment needs its reason"),
        (taken_back, Some(" "), "reason: an adjustment needs its reason"),
    ] {
        let reason = reason.map(str::to_owned);
        let new = of(ActivityKind::Adjustment, Payload::Adjustment);
        check(NewActivity { supersedes, reason, ..new }, expected);
    }
}

#[test]
fn details_are_those_of_the_kind() {
    let message = "kind: the details are not those of this kind of fact";
    check(of(ActivityKind::CourseCompleted, Payload::Deal(deal())), message);
    check(of(ActivityKind::DealWon, Payload::Adjustment), message);
    check(of(ActivityKind::Adjustment, Payload::Deal(deal())), message);
}

#[test]
fn content_is_told_apart_by_everything_but_the_correction_that_it_is() {
    let new = registered(deal());
    let correction = NewActivity {
        supersedes: Some(ActivityId(Uuid::from_u128(1))),
        reason: Some("typing error".to_owned()),
        ..new.clone()
    };
    assert_eq!(new.content_hash(), correction.content_hash());
    for other in [
        NewActivity { occurred_on: day("2026-03-02"), ..new.clone() },
        NewActivity { country: Some("DE".to_owned()), ..new.clone() },
        NewActivity { kind: ActivityKind::DealApproved, ..new.clone() },
        registered(DealFact { amount: Some(usd("10.01")), ..deal() }),
    ] {
        assert_ne!(new.content_hash(), other.content_hash());
    }
}
