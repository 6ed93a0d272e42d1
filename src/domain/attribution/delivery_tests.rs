//! What facts deliver on a commitment from 1 March to 30 June in a plan of 2026.

use crate::domain::{
    commitment::{EnablementKind, MilestoneKind, PipelineActivityKind, ResourceKind, SupportKind},
    sample::{delivered, ledger, plan_with},
    target::Metric,
    terms::Terms,
};

/// What the facts of one subject deliver by the end of the plan: quantity, leads and funds.
#[track_caller]
fn check(terms: &Terms, rows: &[&str], expected: (i64, i64, i64)) {
    check_on(terms, rows, "2026-12-31", expected);
}

#[track_caller]
fn check_on(terms: &Terms, rows: &[&str], on: &str, expected: (i64, i64, i64)) {
    let tally = plan_with(terms.clone()).tally(&ledger(rows)).unwrap();
    let sums = delivered(&tally, on);
    assert_eq!((sums.delivered, sums.leads, sums.mdf), expected, "{terms:?} by {on} of {rows:?}");
}

fn marketing(campaign_type: Option<&str>) -> Terms {
    let campaign_type = campaign_type.map(str::to_owned);
    Terms::CoMarketing { campaign_type, mdf_allocated: 0, partner_co_funding: 0, expected_leads: 0 }
}

#[test]
fn programmes_count_by_name_or_by_kind() {
    let (webinars, any) = (marketing(Some("webinar")), marketing(None));
    for (terms, row, expected) in [
        (&webinars, "2026-03-01 executed campaign=webinar", (1, 0, 0)),
        (&webinars, "2026-03-01 executed campaign=fair", (0, 0, 0)),
        (&webinars, "2026-03-01 executed", (0, 0, 0)),
        (&any, "2026-03-01 executed", (1, 0, 0)),
        (&any, "2026-03-01 executed campaign=fair", (1, 0, 0)),
        // From its start to its due day, unless a fact names it: then from its start to the end of the plan.
        (&webinars, "2026-02-28 executed campaign=webinar", (0, 0, 0)),
        (&webinars, "2026-06-30 executed campaign=webinar", (1, 0, 0)),
        (&webinars, "2026-07-01 executed campaign=webinar", (0, 0, 0)),
        (&webinars, "2026-07-01 executed campaign=fair for=1", (1, 0, 0)),
        (&webinars, "2026-12-31 executed for=1", (1, 0, 0)),
        (&webinars, "2027-01-01 executed for=1", (0, 0, 0)),
        (&webinars, "2026-02-28 executed for=1", (0, 0, 0)),
        (&webinars, "2026-03-01 executed campaign=webinar for=2", (0, 0, 0)),
        (&webinars, "2026-03-01 leads leads=40 campaign=webinar", (0, 40, 0)),
        (&webinars, "2026-03-01 leads leads=40", (0, 0, 0)),
        (&webinars, "2026-09-01 leads leads=40 for=1", (0, 40, 0)),
        (&any, "2026-03-01 spent amount=12.50", (0, 0, 12_50)),
        (&any, "2026-03-01 spent amount=12.50 in=EUR", (0, 0, 0)),
        (&any, "2026-03-01 spent amount=12.50 for=2", (0, 0, 0)),
    ] {
        check(terms, &[row], expected);
    }
}

#[test]
fn a_cancellation_takes_back_what_was_counted_and_nothing_else() {
    let terms = marketing(Some("webinar"));
    let executed = "2026-06-01 executed programme=a campaign=webinar";
    for cancelled in ["2026-06-10 cancelled programme=a", "2026-09-01 cancelled programme=a"] {
        check_on(&terms, &[executed, cancelled], "2026-06-01", (1, 0, 0));
        check(&terms, &[executed, cancelled], (0, 0, 0));
    }
    for before in
        ["2026-02-01 executed programme=a campaign=webinar", "2026-04-01 executed programme=a"]
    {
        check(&terms, &[before, "2026-05-01 cancelled programme=a"], (0, 0, 0));
    }
}

#[test]
fn a_trained_person_counts_once_from_the_first_course_after_the_start() {
    let terms = Terms::Enablement { kind: EnablementKind::Training, code: "C".to_owned() };
    check(&terms, &["2026-03-01 completed"], (1, 0, 0));
    check(&terms, &["2026-03-01 completed", "2026-04-01 completed"], (1, 0, 0));
    check(&terms, &["2026-02-28 completed"], (0, 0, 0));
    check_on(&terms, &["2026-02-28 completed", "2026-04-02 completed"], "2026-04-01", (0, 0, 0));
    check_on(&terms, &["2026-02-28 completed", "2026-04-02 completed"], "2026-04-02", (1, 0, 0));
    check(&terms, &["2026-03-01 completed code=D"], (0, 0, 0));
    check(&terms, &["2026-03-01 earned"], (0, 0, 0));
    check(&terms, &["2026-10-01 completed"], (1, 0, 0));
    check(&terms, &["2027-01-01 completed"], (0, 0, 0));
}

#[test]
fn a_certified_person_counts_as_long_as_the_certification_holds() {
    let terms = Terms::Enablement { kind: EnablementKind::Certification, code: "C".to_owned() };
    let lapsing = ["2026-01-10 earned until=2026-05-31"];
    for (on, level) in [("2026-02-28", 0), ("2026-03-01", 1), ("2026-05-31", 1), ("2026-06-01", 0)]
    {
        check_on(&terms, &lapsing, on, (level, 0, 0));
    }
    check(&terms, &["2025-06-01 earned until=2026-02-28"], (0, 0, 0));
    check(&terms, &["2026-04-01 earned", "2026-05-01 revoked"], (0, 0, 0));
    check(&terms, &["2026-04-01 earned code=D"], (0, 0, 0));
    check(&terms, &["2026-10-01 earned until=2030-01-01"], (1, 0, 0));
}

#[test]
fn pipeline_work_counts_by_name_or_by_its_metric() {
    let calls = |kind| Terms::PipelineActivity { kind, accounts: Vec::new() };
    let joint = calls(PipelineActivityKind::JointCalls);
    let mapping = calls(PipelineActivityKind::AccountMapping);
    check(&joint, &["2026-03-01 counted key=joint_calls quantity=3"], (3, 0, 0));
    check(&joint, &["2026-03-01 counted key=account_mapping"], (0, 0, 0));
    check(&mapping, &["2026-03-01 counted key=account_mapping"], (1, 0, 0));
    check(&joint, &["2026-03-01 counted key=whatever quantity=2 for=1"], (2, 0, 0));
    check(&joint, &["2026-03-01 counted key=joint_calls for=2"], (0, 0, 0));
    check(&joint, &["2026-02-28 counted key=joint_calls"], (0, 0, 0));
}

#[test]
fn deals_with_named_accounts_count_when_they_are_registered() {
    let accounts = vec!["Initech".to_owned(), " Umbrella Corp ".to_owned()];
    let terms = Terms::PipelineActivity { kind: PipelineActivityKind::TargetAccounts, accounts };
    check(&terms, &["2026-03-01 registered customer=INITECH"], (1, 0, 0));
    check(&terms, &["2026-03-01 registered customer=Hooli"], (0, 0, 0));
    check(&terms, &["2026-03-01 registered"], (0, 0, 0));
    check(&terms, &["2026-02-28 registered customer=Initech"], (0, 0, 0));
    check(&terms, &["2026-03-01 registered", "2026-04-01 updated customer=Initech"], (1, 0, 0));
}

#[test]
fn a_milestone_counts_deals_from_its_start() {
    let milestone =
        |metric| Terms::PipelineMilestone { kind: MilestoneKind::DealRegistration, metric };
    let deal = [
        "2026-03-01 registered amount=40.00",
        "2026-03-12 approved",
        "2026-05-03 won amount=36.50",
    ];
    check(&milestone(Metric::DealsRegistered), &deal, (1, 0, 0));
    check(&milestone(Metric::PipelineCreated), &deal, (40_00, 0, 0));
    check(&milestone(Metric::DealsWon), &deal, (1, 0, 0));
    check(&milestone(Metric::Revenue), &deal, (36_50, 0, 0));
    let before = ["2026-02-28 registered amount=40.00", "2026-02-28 approved"];
    check(&milestone(Metric::DealsRegistered), &before, (0, 0, 0));
    check(&milestone(Metric::PipelineCreated), &before, (0, 0, 0));
    // A win taken back, and one that was never counted.
    let reopened = ["2026-03-01 won amount=9.00", "2026-04-01 reopened"];
    check_on(&milestone(Metric::Revenue), &reopened, "2026-03-31", (9_00, 0, 0));
    check(&milestone(Metric::Revenue), &reopened, (0, 0, 0));
    let old = ["2026-02-01 won amount=9.00", "2026-04-01 reopened"];
    check(&milestone(Metric::Revenue), &old, (0, 0, 0));
    let again = ["2026-02-01 won amount=9.00", "2026-04-01 reopened", "2026-05-01 won amount=8.00"];
    check(&milestone(Metric::Revenue), &again, (8_00, 0, 0));
}

#[test]
fn support_counts_by_name_or_by_kind() {
    let selling = Terms::VendorSupport { kind: SupportKind::CoSellResource };
    let materials = Terms::VendorSupport { kind: SupportKind::MarketingMaterials };
    check(&selling, &["2026-03-01 delivered support=selling quantity=8"], (8_000, 0, 0));
    check(&selling, &["2026-03-01 delivered support=materials"], (0, 0, 0));
    check(&materials, &["2026-03-01 delivered support=materials"], (1_000, 0, 0));
    check(&selling, &["2026-07-01 delivered support=selling"], (0, 0, 0));
    check(&selling, &["2026-07-01 delivered support=selling for=1"], (1_000, 0, 0));
    check(&selling, &["2026-03-01 delivered support=selling for=2"], (0, 0, 0));

    let time = Terms::ResourceInvestment { kind: ResourceKind::Time };
    let people = Terms::ResourceInvestment { kind: ResourceKind::People };
    check(&time, &["2026-03-01 delivered resource=time quantity=8"], (8_000, 0, 0));
    check(&time, &["2026-03-01 delivered support=selling"], (0, 0, 0));
    check(&people, &["2026-03-01 delivered resource=time"], (0, 0, 0));
    check(&people, &["2026-03-01 delivered resource=people for=1"], (1_000, 0, 0));
}
