//! Facts and plans in a few words, for the tests of the rules.
//!
//! A fact is a line: a day, a verb, then what it says as `key=value`: `2026-02-10 registered amount=40000.00 line=1`. Its place
//! in the ledger is its sequence. `by=partner` makes it self-reported, `by=nobody` disputed. Dimension values are numbers.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use uuid::Uuid;

use super::{
    activity::{
        ActivityKind, CustomFact, DealFact, Fact, MarketingFact, Payload, Placement, Provenance,
        SupportFact, TrainingFact,
    },
    attribution::PlanLens,
    calendar::{Period, PeriodKind},
    commitment::{OwedBy, ResourceKind, SupportKind},
    content::PlanContent,
    id::{ActivityId, CommitmentId, DimensionValueId, PlanId, TargetId},
    lens::{CommitmentLens, Tree},
    money::{Currency, Money},
    phasing::Phasing,
    policy::PlanningMode,
    tally::{CommitmentSums, Slice, SliceSums, Tally, TargetSums},
    target::Metric,
    terms::Terms,
    version::{CommitmentTerms, Snapshot, TargetTerms},
};

/// The day that a text means.
pub fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// An amount of US dollars.
pub fn usd(amount: &str) -> Money {
    Money::parse(amount.parse().unwrap(), Currency::USD).unwrap()
}

/// A dimension value by its number.
pub fn value(number: u128) -> DimensionValueId {
    DimensionValueId(Uuid::from_u128(number))
}

/// A target by its number.
pub fn target(number: u128) -> TargetId {
    TargetId(Uuid::from_u128(number))
}

/// A commitment by its number.
pub fn commitment(number: u128) -> CommitmentId {
    CommitmentId(Uuid::from_u128(number))
}

/// Facts in the order in which they were reported.
pub fn ledger(rows: &[&str]) -> Vec<Fact> {
    (1..).zip(rows).map(|(sequence, row)| fact(sequence, row)).collect()
}

/// One fact, with its place in the ledger.
pub fn fact(sequence: u128, row: &str) -> Fact {
    let mut words = row.split_whitespace();
    let (on, verb) = (words.next().unwrap(), words.next().unwrap());
    let said = Said(words.map(|word| word.split_once('=').unwrap()).collect());
    let (kind, payload) = payload(verb, &said);
    Fact {
        id: ActivityId(Uuid::from_u128(sequence)),
        sequence: ActivityId(Uuid::from_u128(sequence)),
        kind,
        occurred_on: day(on),
        provenance: match said.text("by") {
            Some("partner") => Provenance::SelfReported,
            Some("nobody") => Provenance::Disputed,
            _ => Provenance::Verified,
        },
        placement: Placement {
            product_line: said.number("line").map(value),
            segment: said.number("segment").map(value),
            geography: said.number("geo").map(value),
        },
        payload,
    }
}

fn payload(verb: &str, said: &Said<'_>) -> (ActivityKind, Payload) {
    let kind = match verb {
        "registered" => ActivityKind::DealRegistered,
        "approved" => ActivityKind::DealApproved,
        "rejected" => ActivityKind::DealRejected,
        "returned" => ActivityKind::DealReturned,
        "updated" => ActivityKind::DealUpdated,
        "won" => ActivityKind::DealWon,
        "lost" => ActivityKind::DealLost,
        "expired" => ActivityKind::DealExpired,
        "reopened" => ActivityKind::DealReopened,
        "completed" => ActivityKind::CourseCompleted,
        "earned" => ActivityKind::CertificationEarned,
        "revoked" => ActivityKind::CertificationRevoked,
        "executed" => ActivityKind::ProgrammeExecuted,
        "cancelled" => ActivityKind::ProgrammeCancelled,
        "leads" => ActivityKind::LeadsDelivered,
        "spent" => ActivityKind::MdfSpent,
        "delivered" => ActivityKind::SupportDelivered,
        "counted" => ActivityKind::Custom,
        other => panic!("nothing is known as {other}"),
    };
    (kind, said.payload(kind))
}

/// What a line says after its verb.
struct Said<'a>(BTreeMap<&'a str, &'a str>);

impl<'a> Said<'a> {
    fn text(&self, key: &str) -> Option<&'a str> {
        self.0.get(key).copied()
    }

    fn owned(&self, key: &str) -> Option<String> {
        self.text(key).map(str::to_owned)
    }

    fn number<N: std::str::FromStr<Err: std::fmt::Debug>>(&self, key: &str) -> Option<N> {
        self.text(key).map(|text| text.parse().unwrap())
    }

    fn money(&self) -> Option<Money> {
        let currency = self.number("in").unwrap_or(Currency::USD);
        self.number("amount").map(|amount| Money::parse(amount, currency).unwrap())
    }

    fn payload(&self, kind: ActivityKind) -> Payload {
        use super::activity::Feed;
        match kind.feed() {
            Feed::Deals => Payload::Deal(DealFact {
                deal: "D".to_owned(),
                amount: self.money(),
                customer: self.owned("customer"),
                rep: self.owned("rep"),
                expected_close_on: self.text("close").map(day),
                stage: self.owned("stage"),
                probability: self.number::<i32>("percent").map(|percent| percent * 100),
            }),
            Feed::Training => Payload::Training(TrainingFact {
                person: self.owned("person").unwrap_or_else(|| "p1".to_owned()),
                code: self.owned("code").unwrap_or_else(|| "C".to_owned()),
                valid_until: self.text("until").map(day),
            }),
            Feed::Marketing => Payload::Marketing(MarketingFact {
                programme: self.owned("programme"),
                campaign_type: self.owned("campaign"),
                commitment: self.number("for").map(commitment),
                amount: self.money(),
                leads: self.number("leads"),
            }),
            Feed::VendorSupport => Payload::Support(SupportFact {
                support: self.text("support").map(|kind| match kind {
                    "materials" => SupportKind::MarketingMaterials,
                    _ => SupportKind::CoSellResource,
                }),
                resource: self.text("resource").map(|kind| match kind {
                    "people" => ResourceKind::People,
                    "money" => ResourceKind::Money,
                    _ => ResourceKind::Time,
                }),
                quantity: self.number::<i64>("quantity").unwrap_or(1) * 1_000,
                commitment: self.number("for").map(commitment),
            }),
            Feed::Custom => Payload::Custom(CustomFact {
                metric_key: self.owned("key").unwrap_or_else(|| "demos".to_owned()),
                quantity: self.number::<i64>("quantity").unwrap_or(1) * 1_000,
                commitment: self.number("for").map(commitment),
            }),
            Feed::Adjustment => Payload::Adjustment,
        }
    }
}

/// A plan of 2026 in US dollars, with nothing in it.
pub fn plan() -> PlanLens {
    PlanLens {
        period: Period::fiscal_year(1, 2026).unwrap(),
        currency: Currency::USD,
        rates: BTreeMap::new(),
        tree: Tree::default(),
        targets: Vec::new(),
        commitments: Vec::new(),
    }
}

/// The plan of [`plan`] with one commitment, number 1, from 1 March to 30 June.
pub fn plan_with(terms: Terms) -> PlanLens {
    let (starts_on, due_on) = (day("2026-03-01"), day("2026-06-30"));
    let promised = CommitmentLens { id: commitment(1), version: 1, starts_on, due_on, terms };
    PlanLens { commitments: vec![promised], ..plan() }
}

/// A version with one target and one commitment.
pub fn snapshot() -> Snapshot {
    Snapshot {
        plan: PlanId::default(),
        number: 1,
        name: "Plan".to_owned(),
        mode: PlanningMode::Full,
        period_kind: PeriodKind::FiscalYear,
        period: Period::fiscal_year(1, 2026).unwrap(),
        currency: Currency::USD,
        content: PlanContent::default(),
        vendor_sponsor: None,
        partner_sponsor: None,
        targets: vec![TargetTerms {
            id: target(1),
            parent: None,
            name: "Revenue".to_owned(),
            metric: Metric::Revenue,
            metric_key: None,
            split: None,
            is_other: false,
            product_line: None,
            segment: None,
            geography: Some(value(1)),
            amount: 100_000_000,
            baseline: None,
            weight: None,
            phasing: Phasing::Even,
        }],
        commitments: vec![CommitmentTerms {
            id: commitment(1),
            owed_by: OwedBy::Vendor,
            title: "Hours".to_owned(),
            owner: None,
            starts_on: day("2026-01-01"),
            due_on: None,
            quantity: 8_000,
            terms: Terms::VendorSupport { kind: SupportKind::CoSellResource },
        }],
        effective_on: None,
    }
}

/// What a tally has in total by the end of a day.
pub fn total(tally: &Tally, on: &str) -> SliceSums {
    let rows =
        tally.slices.iter().filter(|((slice, _, at), _)| *slice == Slice::Total && *at <= day(on));
    rows.fold(SliceSums::default(), |sums, (_, row)| sums.plus(*row, 1).unwrap())
}

/// What a tally has for a target by the end of a day.
pub fn reached(tally: &Tally, of: TargetId, on: &str) -> TargetSums {
    let rows = tally.targets.iter().filter(|((target, _, at), _)| *target == of && *at <= day(on));
    rows.fold(TargetSums::default(), |sums, (_, row)| sums.plus(*row, 1).unwrap())
}

/// What a tally has for commitment number 1 by the end of a day.
pub fn delivered(tally: &Tally, on: &str) -> CommitmentSums {
    let rows =
        tally.commitments.iter().filter(|((id, _, at), _)| *id == commitment(1) && *at <= day(on));
    rows.fold(CommitmentSums::default(), |sums, (_, row)| sums.plus(*row, 1).unwrap())
}
