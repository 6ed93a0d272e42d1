use super::*;
use crate::domain::sample::{day, target};

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn totals() -> Totals {
    Totals {
        revenue: decimal("38000.00"),
        deals_won: 1,
        deals_lost: 0,
        deals_registered: 2,
        pipeline_created: decimal("40000.00"),
        deals_open: 1,
        open_value: decimal("2000.00"),
        training_completions: 0,
        certified_people: 0,
        programmes_executed: 0,
        leads: 0,
        mdf_spent: decimal("0.00"),
    }
}

/// A target by its number, of 100, of which `actual` were reached.
fn line(number: u128, name: &str, actual: &str, status: TargetStatus) -> TargetLine {
    TargetLine {
        id: target(number),
        parent: None,
        name: name.to_owned(),
        metric: Metric::Leads,
        amount: decimal("100"),
        weight: Some(50),
        standing: TargetStanding {
            actual: decimal(actual),
            attainment: Some(decimal(actual) / decimal("100")),
            pace: None,
            status,
        },
        expected: decimal("50"),
        explanation: format!("{name}: {actual} of 50 due"),
    }
}

fn scorecard(on: &str, score: &str, targets: Vec<TargetLine>) -> Scorecard {
    Scorecard {
        as_of: day(on),
        plan: PlanLine {
            id: PlanId::default(),
            name: "Plan".to_owned(),
            vendor: "Northwind".to_owned(),
            partner: "Acme".to_owned(),
            period: Period::fiscal_year(1, 2026).unwrap(),
            currency: Currency::USD,
            version: Some(1),
        },
        score: Some(decimal(score)),
        health: PlanHealth::AtRisk,
        worst: Some(target(2)),
        targets,
        commitments: vec![],
        vendor_kept: None,
        partner_kept: Some(decimal("0.5000")),
        marketing: MarketingLine {
            mdf_allocated: decimal("10000.00"),
            mdf_spent: decimal("0.00"),
            mdf_remaining: decimal("10000.00"),
            leads_expected: 100,
            leads_delivered: 0,
        },
        totals: totals(),
        deals_carried_in: 0,
        cuts: vec![Cut { by: Slice::Segment, name: "Public".to_owned(), totals: totals() }],
        open_actions: vec![],
    }
}

fn first() -> Scorecard {
    let targets = vec![
        line(1, "Leads", "40", TargetStatus::AtRisk),
        line(2, "Events", "10", TargetStatus::Behind),
    ];
    scorecard("2026-04-10", "84.0000", targets)
}

#[test]
fn what_is_frozen_can_be_read_and_sealed_again() {
    let (content, hash) = first().seal().unwrap();
    assert_eq!(hash, version::hash(&content));
    let read = Scorecard::read(&content).unwrap();
    assert_eq!(read, first());
    assert_eq!(read.seal().unwrap(), (content.clone(), hash));
    assert_eq!(read.worst_name(), Some("Events"));
    for name in ["Northwind", "Acme", "\"score\":\"84.0000\"", "\"actual\":\"40\"", "Public"] {
        assert!(content.contains(name), "{name} in {content}");
    }
}

#[test]
fn any_figure_changes_the_hash() {
    let sealed = |change: fn(&mut Scorecard)| {
        let mut card = first();
        change(&mut card);
        card.seal().unwrap().1
    };
    let hashes = [
        sealed(|_| {}),
        sealed(|card| card.score = None),
        sealed(|card| card.targets[0].standing.actual = Decimal::ONE),
        sealed(|card| card.plan.partner.push('!')),
        sealed(|card| card.cuts.clear()),
        sealed(|card| card.totals.deals_open += 1),
    ];
    for (at, hash) in hashes.iter().enumerate() {
        assert!(!hashes[..at].contains(hash), "{at}");
    }
}

#[test]
fn two_scorecards_are_compared_target_by_target() {
    let later = vec![
        line(3, "Demos", "5", TargetStatus::OnTrack),
        line(1, "Sales leads", "90", TargetStatus::Ahead),
    ];
    let compared = Comparison::of(&first(), &scorecard("2026-07-10", "91.2500", later));
    assert_eq!(compared.as_of, Change { before: day("2026-04-10"), after: day("2026-07-10") });
    let score = Change { before: Some(decimal("84")), after: Some(decimal("91.25")) };
    assert_eq!(compared.score, score);
    let told: Vec<String> = compared
        .targets
        .iter()
        .map(|change| {
            let actual = |at: Option<TargetStanding>| {
                at.map_or_else(|| "–".to_owned(), |at| format!("{} {:?}", at.actual, at.status))
            };
            let Change { before, after } = change.standing;
            format!("{}: {} → {}", change.name, actual(before), actual(after))
        })
        .collect();
    assert_eq!(
        told,
        ["Demos: – → 5 OnTrack", "Sales leads: 40 AtRisk → 90 Ahead", "Events: 10 Behind → –"]
    );
}
