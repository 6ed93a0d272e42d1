use std::collections::BTreeSet;

use chrono::NaiveDate;
use uuid::Uuid;

use super::*;
use crate::domain::{
    calendar::Period,
    draft::DraftCommitment,
    id::{CommitmentId, TargetId, UserId},
    money::Currency,
    policy::PlanningPolicy,
};

const SOMEONE: Option<UserId> = Some(UserId(Uuid::from_u128(9)));

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn target(number: u128, metric: Metric, amount: i64) -> DraftTarget {
    let id = TargetId(Uuid::from_u128(number));
    let name = format!("target {number}");
    DraftTarget { id, name, metric, split: None, weight: None, amount, baseline: Some(1) }
}

fn child(number: u128, parent: u128, dimension: Dimension, amount: i64) -> DraftTarget {
    let split = Some(SplitOf { parent: TargetId(Uuid::from_u128(parent)), dimension });
    DraftTarget { split, baseline: None, ..target(number, Metric::Revenue, amount) }
}

fn commitment(number: u128, kind: CommitmentKind, owed_by: OwedBy) -> DraftCommitment {
    DraftCommitment {
        id: CommitmentId(Uuid::from_u128(number)),
        name: format!("promise {number}"),
        kind,
        owed_by,
        owner: SOMEONE,
        starts_on: Some(day("2026-01-01")),
        due_on: Some(day("2026-12-31")),
        quantity: Some(10),
    }
}

/// A full plan of 2026 that has all it needs.
fn ready() -> Draft {
    Draft {
        mode: PlanningMode::Full,
        policy: PlanningPolicy::full(),
        period: Period::fiscal_year(1, 2026).unwrap(),
        currency: Currency::USD,
        vendor_sponsor: SOMEONE,
        partner_sponsor: SOMEONE,
        sponsors_left: BTreeSet::new(),
        owners_left: BTreeSet::new(),
        targets: vec![
            target(1, Metric::Revenue, 100_000),
            target(2, Metric::DealsRegistered, 40),
            child(3, 1, Dimension::Segment, 60_000),
            child(4, 1, Dimension::Segment, 40_000),
        ],
        commitments: vec![
            commitment(1, CommitmentKind::CoMarketing, OwedBy::Partner),
            commitment(2, CommitmentKind::Enablement, OwedBy::Partner),
            commitment(3, CommitmentKind::VendorSupport, OwedBy::Vendor),
        ],
        cadence: Some(Cadence::Quarterly),
        review_dates: Vec::new(),
        agreement: Some(AgreementTerm { effective_on: day("2020-01-01"), expires_on: None }),
    }
}

fn told(draft: &Draft) -> Vec<String> {
    check(draft).into_iter().map(|finding| finding.message).collect()
}

/// What is told once `spoil` has had its way with a ready draft, as `severity: message`.
#[track_caller]
fn check_spoilt(spoil: impl FnOnce(&mut Draft), expected: &[&str]) {
    let mut draft = ready();
    spoil(&mut draft);
    let findings: Vec<String> = check(&draft)
        .iter()
        .map(|finding| match finding.severity {
            FindingSeverity::Blocker => format!("blocker: {}", finding.message),
            FindingSeverity::Warning => format!("warning: {}", finding.message),
        })
        .collect();
    assert_eq!(findings, expected);
}

#[test]
fn a_draft_with_all_it_needs_is_ready() {
    assert_eq!(told(&ready()), Vec::<String>::new());
    assert!(is_ready(&check(&ready())));
}

#[test]
fn a_sponsor_who_left_blocks_and_an_owner_who_left_is_told() {
    let all_left = |draft: &mut Draft| {
        draft.sponsors_left.extend(Side::BOTH);
        draft.owners_left.extend(SOMEONE);
        draft.commitments.truncate(1);
        draft.commitments[0].owed_by = OwedBy::Joint;
        draft.policy.required_sections.clear();
    };
    let owner = "warning: the owner of “promise 1” has left";
    check_spoilt(
        all_left,
        &[
            "blocker: the vendor's executive sponsor has left",
            "blocker: the partner's executive sponsor has left",
            owner,
        ],
    );
    // A light plan is not signed by sponsors.
    check_spoilt(
        |draft| {
            all_left(draft);
            draft.mode = PlanningMode::Light;
            draft.policy.needs_sponsors = false;
        },
        &[owner],
    );
}

#[test]
fn a_full_plan_needs_a_sponsor_of_each_side() {
    let expected = [
        "blocker: the vendor has no executive sponsor",
        "blocker: the partner has no executive sponsor",
    ];
    let nobody = |draft: &mut Draft| (draft.vendor_sponsor, draft.partner_sponsor) = (None, None);
    check_spoilt(nobody, &expected);
    // Its policy asks for none, but a vendor admin has made it a full plan.
    check_spoilt(
        |draft| {
            nobody(draft);
            draft.policy = PlanningPolicy::none();
        },
        &expected,
    );
    check_spoilt(
        |draft| {
            nobody(draft);
            draft.mode = PlanningMode::Light;
            draft.policy = PlanningPolicy::light();
        },
        &[],
    );
}

#[test]
fn targets_have_weights_and_splits_that_add_up() {
    check_spoilt(
        |draft| draft.targets[0].weight = Some(60),
        &["blocker: 1 of 2 targets have no weight"],
    );
    check_spoilt(
        |draft| {
            draft.targets[0].weight = Some(60);
            draft.targets[1].weight = Some(30);
        },
        &["blocker: the weights add up to 90, not to 100"],
    );
    check_spoilt(
        |draft| {
            draft.targets[3].amount = 39_999;
            draft.targets.push(child(5, 1, Dimension::Geography, 100_001));
            draft.targets.push(child(6, 3, Dimension::ProductLine, 60_000));
        },
        &[
            "blocker: the split of “target 1” by segment adds up to 999.99, not to 1000.00",
            "blocker: the split of “target 1” by geography adds up to 1000.01, not to 1000.00",
        ],
    );
    check_spoilt(
        |draft| draft.targets[1].baseline = None,
        &["warning: “target 2” has no baseline"],
    );
}

#[test]
fn a_commitment_has_an_owner_a_date_and_a_quantity() {
    check_spoilt(
        |draft| {
            draft.commitments[0].owner = None;
            draft.commitments[0].quantity = Some(0);
            draft.commitments[1].starts_on = None;
            draft.commitments[1].due_on = None;
            draft.commitments[2].due_on = Some(day("2027-01-01"));
        },
        &[
            "blocker: “promise 1” has no owner",
            "blocker: “promise 1” promises no quantity",
            "blocker: “promise 2” has no start date",
            "blocker: “promise 2” has no due date",
            "blocker: “promise 3” has its due date 2027-01-01 outside the period",
        ],
    );
    check_spoilt(
        |draft| {
            draft.commitments[0].starts_on = Some(day("2026-05-02"));
            draft.commitments[0].due_on = Some(day("2026-05-01"));
        },
        &["blocker: “promise 1” is due on 2026-05-01, before it starts on 2026-05-02"],
    );
}

#[test]
fn the_vendor_commits_to_something_too() {
    check_spoilt(|draft| draft.commitments[2].owed_by = OwedBy::Joint, &[]);
    check_spoilt(
        |draft| draft.commitments[2].owed_by = OwedBy::Partner,
        &["blocker: the vendor has committed to nothing"],
    );
}

#[test]
fn reviews_are_as_frequent_as_the_policy_asks() {
    check_spoilt(|draft| draft.cadence = Some(Cadence::Monthly), &[]);
    check_spoilt(|draft| draft.cadence = None, &["blocker: the plan has no review cadence"]);
    check_spoilt(
        |draft| draft.cadence = Some(Cadence::HalfYearly),
        &[
            "blocker: reviews half-yearly are rarer than the quarterly ones that the policy asks for",
        ],
    );
    let on_dates = |dates: &[&str]| {
        let dates: Vec<NaiveDate> = dates.iter().map(|date| day(date)).collect();
        |draft: &mut Draft| (draft.cadence, draft.review_dates) = (Some(Cadence::Dates), dates)
    };
    check_spoilt(on_dates(&[]), &["blocker: the plan has no review cadence"]);
    check_spoilt(on_dates(&["2026-04-10", "2026-07-10", "2026-10-09", "2027-01-10"]), &[]);
    check_spoilt(
        on_dates(&["2025-12-31", "2026-06-30"]),
        &[
            "blocker: the review on 2025-12-31 is before the period",
            "blocker: reviews on named dates are rarer than the quarterly ones that the policy asks for",
        ],
    );
}

#[test]
fn an_empty_draft_is_told_all_that_is_missing() {
    check_spoilt(
        |draft| {
            draft.targets.clear();
            draft.commitments.clear();
            draft.agreement = None;
        },
        &[
            "blocker: the plan has no target",
            "blocker: the vendor has committed to nothing",
            "blocker: the policy requires the section revenue, which is empty",
            "blocker: the policy requires the section pipeline, which is empty",
            "blocker: the policy requires the section co-marketing, which is empty",
            "blocker: the policy requires the section enablement, which is empty",
            "blocker: the policy requires the section vendor support, which is empty",
            "warning: the partnership has no agreement",
        ],
    );
}

#[test]
fn a_period_outside_the_agreement_is_only_a_warning() {
    let (effective_on, expires_on) = (day("2026-01-02"), Some(day("2026-12-30")));
    let term = AgreementTerm { effective_on, expires_on };
    check_spoilt(
        |draft| draft.agreement = Some(term),
        &[
            "warning: the period starts before the agreement, on 2026-01-02",
            "warning: the agreement expires on 2026-12-30, before the period ends",
        ],
    );
    assert!(is_ready(&check(&Draft { agreement: Some(term), ..ready() })));
}

#[test]
fn a_finding_names_its_field() {
    let mut draft = ready();
    draft.commitments[0].owner = None;
    draft.targets[2].amount = 0;
    draft.policy.required_sections = vec![Section::CoMarketing];
    draft.commitments[0].kind = CommitmentKind::Enablement;
    let found: Vec<(ReadinessCode, String)> =
        check(&draft).into_iter().map(|finding| (finding.code, finding.path.join("."))).collect();
    let (parent, promise) = (draft.targets[0].id, draft.commitments[0].id);
    let expected = [
        (ReadinessCode::SplitNotAddingUp, format!("targets.{parent}.split.segment")),
        (ReadinessCode::CommitmentWithoutOwner, format!("commitments.{promise}.owner")),
        (ReadinessCode::SectionEmpty, "sections.coMarketing".to_owned()),
    ];
    assert_eq!(found, expected);
    assert!(!is_ready(&check(&draft)));
}
