//! Handing facts in.

use std::slice;

use insta::assert_snapshot;
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};

use crate::support::{
    Fact, GivenPlan, TestApp,
    facts::{RECORD, ids, outcomes},
    planning::custom,
};

/// The facts of a partnership, the latest recorded first.
async fn ledger(plan: &GivenPlan, fields: &str) -> Vec<Value> {
    let query = format!("{{ activities(first: 100) {{ nodes {{ {fields} }} }} }}");
    let found = plan.vendor.viewer.run(&query, json!({})).await;
    found["activities"]["nodes"].as_array().unwrap().clone()
}

async fn n_facts(plan: &GivenPlan) -> i64 {
    let query = "{ activities { totalCount } }";
    plan.vendor.viewer.run(query, json!({})).await["activities"]["totalCount"].as_i64().unwrap()
}

async fn n_events(plan: &GivenPlan) -> usize {
    let query = "{ events(first: 100) { edges { cursor } } }";
    let found = plan.vendor.admin.run(query, json!({})).await;
    found["events"]["edges"].as_array().unwrap().len()
}

#[tokio::test]
async fn facts_of_every_feed_land_and_count() {
    let app = TestApp::start().await;
    let northwind = app.vendor("Northwind").await;
    let acme = app.partner(&northwind, "Acme", "STRATEGIC", "RESELLER").await;
    let plan = northwind.plan(&acme).full().with_target(custom("demos", "100")).active().await;
    let facts = [
        Fact::deal("DEAL_REGISTERED", "D-1", "2026-02-01").amount("500.00", "USD"),
        Fact::training("COURSE_COMPLETED", "p1", "BASICS", "2026-02-02"),
        Fact::training("CERTIFICATION_EARNED", "p1", "ARCH", "2026-02-03"),
        Fact::marketing("PROGRAMME_EXECUTED", "spring", "2026-02-04")
            .saying("campaignType", json!("webinar")),
        Fact::leads(12, "2026-02-05"),
        Fact::spent("99.50", "2026-02-06"),
        Fact::support("CO_SELL_RESOURCE", "7.5", "2026-02-07"),
        Fact::custom("demos", "2.5", "2026-02-08"),
    ];
    let payload = plan.vendor.manager.record(&plan.partner.partnership, &facts).await;
    assert_eq!(payload["recorded"], 8);
    assert_eq!(payload["errors"], json!([]));

    let found = ledger(
        &plan,
        "feed kind occurredOn about provenance isSuperseded amount { amount currency }",
    )
    .await;
    let lines: Vec<String> = found
        .iter()
        .map(|fact| {
            let word = |field: &str| fact[field].as_str().unwrap_or("–");
            let amount = fact["amount"]["amount"].as_str().unwrap_or("–");
            format!("{} {} {} {amount}", word("occurredOn"), word("kind"), word("about"))
        })
        .collect();
    assert_snapshot!(lines.join("\n"), @r"
    2026-02-08 CUSTOM demos –
    2026-02-07 SUPPORT_DELIVERED – –
    2026-02-06 MDF_SPENT – 99.50
    2026-02-05 LEADS_DELIVERED – –
    2026-02-04 PROGRAMME_EXECUTED spring –
    2026-02-03 CERTIFICATION_EARNED p1 –
    2026-02-02 COURSE_COMPLETED p1 –
    2026-02-01 DEAL_REGISTERED D-1 500.00
    ");
    assert!(
        found.iter().all(|fact| fact["provenance"] == "VERIFIED" && fact["isSuperseded"] == false)
    );

    let total = "progress { total { dealsRegistered dealsOpen trainingCompletions certifiedPeople programmesExecuted leads mdfSpent { amount } } }";
    assert_eq!(
        plan.read(&plan.partner.viewer, total).await["total"],
        json!({
            "dealsRegistered": "1", "dealsOpen": "1", "trainingCompletions": "1", "certifiedPeople": "1",
            "programmesExecuted": "1", "leads": "12", "mdfSpent": { "amount": "99.50" },
        })
    );
    assert_eq!(plan.actual("demos", "2026-06-30").await, "2.500");
    let hours = plan.commitment_progress("Co-sell hours", "2026-06-30", "delivered status").await;
    assert_eq!(hours, json!({ "delivered": "7.500", "status": "IN_PROGRESS" }));
    let webinars = plan.commitment_progress("Webinars", "2026-06-30", "delivered").await;
    assert_eq!(webinars["delivered"], "1");
    let architects =
        plan.commitment_progress("Certified architects", "2026-06-30", "delivered").await;
    assert_eq!(architects["delivered"], "1");
    app.check_sums().await;
}

#[tokio::test]
async fn good_rows_land_and_bad_rows_come_back() {
    let app = TestApp::start().await;
    let plan = app.active_plan().await;
    let good = Fact::deal("DEAL_REGISTERED", "D-1", "2026-02-01");
    let facts = [
        good.clone(),
        Fact::deal("DEAL_WON", "D-2", "2026-02-01"),
        Fact::deal("DEAL_REGISTERED", "D-3", "2026-02-01").amount("5.001", "USD"),
        Fact::deal("DEAL_REGISTERED", "D-4", "2026-02-01").amount("5.5", "JPY"),
        Fact::deal("DEAL_REGISTERED", "D-5", "2026-02-01").saying("probability", json!("12.345")),
        Fact::deal("DEAL_REGISTERED", "D-6", "2026-07-01"),
        Fact::deal("DEAL_REGISTERED", "D-7", "1999-12-31"),
        Fact::leads(0, "2026-02-01"),
        Fact::support("CO_SELL_RESOURCE", "0", "2026-02-01"),
        Fact::support("CO_SELL_RESOURCE", "1.2345", "2026-02-01"),
        Fact::custom("demos", "1", "2026-02-01").with("kind", json!("DEAL_LOST")),
        Fact::custom("demos", "1", "2026-02-01").with("source", json!("a\0b")),
        Fact::deal("DEAL_REGISTERED", "D-8", "2026-02-01"),
    ];
    let payload = plan.vendor.manager.record(&plan.partner.partnership, &facts).await;
    assert_snapshot!(outcomes(&payload), @r"
    0 RECORDED
    1 REJECTED VALIDATION_FAILED at activities.1.deal.amount: deal.amount: a won deal needs its amount
    2 REJECTED VALIDATION_FAILED at activities.2.deal.amount: deal.amount: 5.001 has more than 2 decimal places
    3 REJECTED VALIDATION_FAILED at activities.3.deal.amount: deal.amount: 5.5 has more than 0 decimal places
    4 REJECTED VALIDATION_FAILED at activities.4.deal.probability: deal.probability: 12.345 is no percentage
    5 REJECTED VALIDATION_FAILED at activities.5.occurredOn: occurredOn: 2026-07-01 is in the future
    6 REJECTED VALIDATION_FAILED at activities.6.occurredOn: occurredOn: 1999-12-31 is before the year 2000
    7 REJECTED VALIDATION_FAILED at activities.7.marketing.leads: marketing.leads: 0 leads cannot be delivered
    8 REJECTED VALIDATION_FAILED at activities.8.support.quantity: support.quantity: 0.000 is not more than nothing
    9 REJECTED VALIDATION_FAILED at activities.9.support.quantity: support.quantity: 1.2345 has more than 3 decimal places
    10 REJECTED VALIDATION_FAILED at activities.10.kind: kind: the details are not those of this kind of fact
    11 REJECTED VALIDATION_FAILED at activities.11.source: source: has the control character U+0000
    12 RECORDED
    ");
    assert_eq!((&payload["recorded"], &payload["rejected"]), (&json!(2), &json!(11)));
    assert_eq!(n_facts(&plan).await, 2);
    app.check_sums().await;
}

#[tokio::test]
async fn a_day_begins_where_the_vendor_is() {
    let app = TestApp::start().await;
    let plan = app.active_plan().await;
    let tomorrow = [Fact::leads(1, "2026-07-01")];
    let partnership = &plan.partner.partnership;
    let payload = plan.vendor.manager.record(partnership, &tomorrow).await;
    assert_eq!(payload["rejected"], 1);
    plan.vendor
        .admin
        .done(
            "mutation { setVendorSettings(input: { timeZone: \"Pacific/Auckland\" }) { errors { code } } }",
            json!({}),
        )
        .await;
    plan.vendor.manager.recorded(partnership, &tomorrow).await;
    app.check_sums().await;
}

#[tokio::test]
async fn all_or_nothing_means_nothing_when_a_row_is_bad() {
    let app = TestApp::start().await;
    let plan = app.active_plan().await;
    let (good, bad) = (Fact::leads(5, "2026-02-01"), Fact::leads(0, "2026-02-01"));
    let (manager, partnership) = (&plan.vendor.manager, &plan.partner.partnership);
    let all = json!({ "mode": "ALL_OR_NOTHING" });
    let events = n_events(&plan).await;
    let payload = manager.record_with(partnership, &[good.clone(), bad], all.clone()).await;
    assert_snapshot!(outcomes(&payload), @r"
    0 REJECTED BATCH_REFUSED at activities.0.mode: mode: another row of this all-or-nothing batch is bad
    1 REJECTED VALIDATION_FAILED at activities.1.marketing.leads: marketing.leads: 0 leads cannot be delivered
    ");
    assert_eq!((n_facts(&plan).await, n_events(&plan).await), (0, events));

    let payload = manager.record_with(partnership, slice::from_ref(&good), all.clone()).await;
    assert_eq!(outcomes(&payload), "0 RECORDED");
    // A duplicate is not bad.
    let payload =
        manager.record_with(partnership, &[good, Fact::leads(6, "2026-02-01")], all).await;
    assert_eq!(outcomes(&payload), "0 DUPLICATE\n1 RECORDED");
    app.check_sums().await;
}

#[tokio::test]
async fn a_dry_run_says_what_would_happen_and_leaves_nothing() {
    let app = TestApp::start().await;
    let plan = app.active_plan().await;
    let facts = [
        Fact::deal("DEAL_WON", "D-1", "2026-02-01").amount("5.00", "USD"),
        Fact::leads(0, "2026-02-01"),
    ];
    let (manager, partnership) = (&plan.vendor.manager, &plan.partner.partnership);
    let events = n_events(&plan).await;
    let dry = json!({ "dryRun": true, "idempotencyKey": "k" });
    for _ in 0..2 {
        let payload = manager.record_with(partnership, &facts, dry.clone()).await;
        assert_eq!((&payload["recorded"], &payload["rejected"]), (&json!(1), &json!(1)));
    }
    assert_eq!((n_facts(&plan).await, n_events(&plan).await), (0, events));
    assert_eq!(plan.actual("Revenue", "2026-06-30").await, "0.00");
    let deals = plan.vendor.viewer.run("{ deals { totalCount } }", json!({})).await;
    assert_eq!(deals["deals"]["totalCount"], 0);

    let wet = json!({ "idempotencyKey": "k" });
    let payload = manager.record_with(partnership, &facts, wet).await;
    assert_eq!((&payload["recorded"], &payload["rejected"]), (&json!(1), &json!(1)));
    assert_eq!(plan.actual("Revenue", "2026-06-30").await, "5.00");
    app.check_sums().await;
}

#[tokio::test]
async fn a_fact_sent_again_changes_nothing() {
    let app = TestApp::start().await;
    let plan = app.active_plan().await;
    let fact = Fact::deal("DEAL_WON", "D-1", "2026-02-01").amount("5.00", "USD");
    let (manager, partnership) = (&plan.vendor.manager, &plan.partner.partnership);
    let first = manager.recorded(partnership, slice::from_ref(&fact)).await;
    let events = n_events(&plan).await;
    // Also by the other side, and twice in one batch.
    for client in [manager, &plan.partner.manager] {
        let payload = client.record(partnership, &[fact.clone(), fact.clone()]).await;
        assert_eq!(outcomes(&payload), "0 DUPLICATE\n1 DUPLICATE");
        assert_eq!(ids(&payload), [first[0].clone(), first[0].clone()]);
    }
    assert_eq!((n_facts(&plan).await, n_events(&plan).await), (1, events));

    let twice = Fact::leads(5, "2026-02-01");
    let payload = manager.record(partnership, &[twice.clone(), twice]).await;
    assert_eq!(outcomes(&payload), "0 RECORDED\n1 DUPLICATE");
    assert_eq!(ids(&payload)[0], ids(&payload)[1]);
    app.check_sums().await;
}

#[tokio::test]
async fn the_same_key_gets_the_same_answer() {
    let app = TestApp::start().await;
    let plan = app.active_plan().await;
    let (manager, partnership) = (&plan.vendor.manager, &plan.partner.partnership);
    let batch = [Fact::leads(5, "2026-02-01"), Fact::leads(0, "2026-02-01")];
    let key = json!({ "idempotencyKey": "night-1" });
    let first = manager.record_with(partnership, &batch, key.clone()).await;
    assert_eq!(first, manager.record_with(partnership, &batch, key.clone()).await);
    assert_eq!(first["recorded"], 1);
    assert_eq!(n_facts(&plan).await, 1);

    let other = [Fact::leads(7, "2026-02-01").with("partnershipId", json!(partnership)).0];
    let input = json!({ "activities": other, "idempotencyKey": "night-1" });
    let refused = manager.refused(RECORD, json!({ "input": input })).await;
    assert_snapshot!(refused, @"IDEMPOTENCY_CONFLICT at idempotencyKey: the idempotency key `night-1` was used with another input");
    assert_eq!(n_facts(&plan).await, 1);

    // The partner's keys are its own, and a key is free again after a day.
    let payload = plan
        .partner
        .manager
        .record_with(partnership, &[Fact::leads(7, "2026-02-01")], key.clone())
        .await;
    assert_eq!(outcomes(&payload), "0 RECORDED");
    app.set_time("2026-07-01T12:00:01Z");
    let payload = manager.record_with(partnership, &[Fact::leads(8, "2026-02-01")], key).await;
    assert_eq!(outcomes(&payload), "0 RECORDED");
    app.check_sums().await;
}

#[tokio::test]
async fn two_requests_with_a_new_key_at_once_get_one_answer() {
    let app = TestApp::start().await;
    let plan = app.active_plan().await;
    let (manager, partnership) = (&plan.vendor.manager, &plan.partner.partnership);
    for round in 1..=8 {
        let batch = [Fact::leads(round, "2026-02-01"), Fact::leads(0, "2026-02-01")];
        let key = json!({ "idempotencyKey": format!("night-{round}") });
        let (first, second) = tokio::join!(
            manager.record_with(partnership, &batch, key.clone()),
            manager.record_with(partnership, &batch, key.clone()),
        );
        assert_eq!((&first["recorded"], &first["rejected"]), (&json!(1), &json!(1)));
        assert_eq!(first, second);
    }
    assert_eq!(n_facts(&plan).await, 8);
    app.check_sums().await;
}

#[tokio::test]
async fn a_batch_has_a_thousand_rows_at_most() {
    let app = TestApp::start().await;
    let plan = app.active_plan().await;
    let (manager, partnership) = (&plan.vendor.manager, &plan.partner.partnership);
    let facts: Vec<Fact> = (1..=1_001).map(|leads| Fact::leads(leads, "2026-02-01")).collect();
    let payload = manager.record(partnership, &facts).await;
    assert_snapshot!(outcomes(&payload), @"refused VALIDATION_FAILED: activities: 1001 rows; 1000 is the most");
    assert_eq!(n_facts(&plan).await, 0);
    let payload = manager.record(partnership, &facts[..1_000]).await;
    assert_eq!(payload["recorded"], 1_000);
    let payload = manager.record(partnership, &facts[1_000..]).await;
    assert_eq!(payload["recorded"], 1);
    let leads = plan.read(manager, "progress { total { leads } }").await;
    assert_eq!(leads["total"]["leads"], (1_001 * 1_002 / 2).to_string());
    assert_eq!(outcomes(&manager.record(partnership, &[]).await), "");
    app.check_sums().await;
}

#[tokio::test]
async fn a_fact_names_a_commitment_that_is_promised_and_fits() {
    let app = TestApp::start().await;
    let plan = app.active_plan().await;
    let (webinars, hours) =
        (plan.commitment("Webinars").await, plan.commitment("Co-sell hours").await);
    let globex = app.partner(&plan.vendor, "Globex", "STRATEGIC", "RESELLER").await;
    let theirs = plan.vendor.plan(&globex).full().active().await;
    let of_theirs = theirs.commitment("Webinars").await;
    let draft =
        plan.vendor.plan(&plan.partner).named("2027").between("2027-01-01", "2027-12-31").full();
    let of_draft = draft.draft().await.commitment("Webinars").await;

    let executed = |id: &str, name: &str| {
        Fact::marketing("PROGRAMME_EXECUTED", name, "2026-03-01").saying("commitmentId", json!(id))
    };
    let facts = [
        executed(&webinars, "a"),
        executed(&of_theirs, "b"),
        executed(&of_draft, "c"),
        executed(&hours, "d"),
        Fact::support("CO_SELL_RESOURCE", "2", "2026-03-01").saying("commitmentId", json!(hours)),
        Fact::custom("calls", "2", "2026-03-01").saying("commitmentId", json!(hours)),
    ];
    let payload = plan.vendor.manager.record(&plan.partner.partnership, &facts).await;
    let told = outcomes(&payload)
        .replace(&of_theirs, "THEIRS")
        .replace(&of_draft, "DRAFT")
        .replace(&hours, "HOURS");
    assert_snapshot!(told, @r"
    0 RECORDED
    1 REJECTED NOT_FOUND at activities.1.marketing.commitmentId: marketing.commitmentId: `THEIRS` not found
    2 REJECTED NOT_FOUND at activities.2.marketing.commitmentId: marketing.commitmentId: `DRAFT` not found
    3 REJECTED VALIDATION_FAILED at activities.3.marketing.commitmentId: marketing.commitmentId: `HOURS` is kept by other facts
    4 RECORDED
    5 REJECTED VALIDATION_FAILED at activities.5.custom.commitmentId: custom.commitmentId: `HOURS` is kept by other facts
    ");
    assert_eq!(
        plan.commitment_progress("Webinars", "2026-06-30", "delivered").await["delivered"],
        "1"
    );
    app.check_sums().await;
}

#[tokio::test]
async fn facts_are_recorded_by_those_who_work_on_the_partnership() {
    let app = TestApp::start().await;
    let plan = app.active_plan().await;
    let globex = app.partner(&plan.vendor, "Globex", "STRATEGIC", "RESELLER").await;
    let contoso = app.vendor("Contoso").await;
    let ours = &plan.partner.partnership;
    for (client, expected) in [
        (&plan.vendor.admin, "RECORDED"),
        (&plan.vendor.manager, "RECORDED"),
        (&plan.vendor.executive, "FORBIDDEN"),
        (&plan.vendor.viewer, "FORBIDDEN"),
        (&plan.partner.admin, "RECORDED"),
        (&plan.partner.manager, "RECORDED"),
        (&plan.partner.executive, "FORBIDDEN"),
        (&plan.partner.viewer, "FORBIDDEN"),
        (&globex.admin, "NOT_FOUND"),
        (&contoso.admin, "NOT_FOUND"),
    ] {
        let fact = Fact::leads(1, "2026-02-01").called(client.email());
        let payload = client.record(ours, &[fact]).await;
        let told = outcomes(&payload);
        assert!(told.contains(expected), "{}: {told}", client.email());
    }
    let fact = Fact::leads(1, "2026-02-01").with("partnershipId", json!(ours)).0;
    let input = json!({ "input": { "activities": [fact] } });
    assert_snapshot!(app.as_stranger().refused(RECORD, input).await, @"UNAUTHENTICATED: sign in first");
    assert_eq!(n_facts(&plan).await, 4);
    app.check_sums().await;
}

/// Where a statement that is asked of the facts walks through more of them than it names.
async fn walks(app: &TestApp, sql: &str) -> Vec<String> {
    let db = app.op.db.read();
    let asked = format!("EXPLAIN QUERY PLAN {sql}");
    let asked = Statement::from_string(db.get_database_backend(), asked);
    let steps = db.query_all_raw(asked).await.unwrap();
    let steps = steps.iter().map(|step| step.try_get::<String>("", "detail").unwrap());
    let is_walk = |step: &String| {
        step.starts_with("SCAN activity")
            || (step.starts_with("SEARCH activity") && step.ends_with("(partnership_id=?)"))
    };
    steps.filter(is_walk).map(|step| format!("{step}: {sql}")).collect()
}

#[tokio::test]
async fn a_batch_walks_through_no_facts_of_before() {
    let app = TestApp::start().await;
    // PostgreSQL chooses by how large a table is, and here it is small.
    if app.op.db.is_shared() {
        return;
    }
    let plan = app.active_plan().await;
    let won =
        |n: u32| Fact::deal("DEAL_WON", &format!("D-{n}"), "2026-02-01").amount("5.00", "USD");
    let partnership = &plan.partner.partnership;
    plan.vendor.manager.recorded(partnership, &[won(1)]).await;
    let again = [won(1), won(2), Fact::leads(3, "2026-02-02")];
    let (_, statements) = app.overhear(plan.vendor.manager.record(partnership, &again)).await;
    let of_facts =
        statements.iter().filter(|sql| sql.starts_with("SELECT") && sql.contains("activity"));
    let mut walked = Vec::new();
    let mut n_asked = 0;
    for sql in of_facts {
        n_asked += 1;
        walked.extend(walks(&app, sql).await);
    }
    assert!(n_asked > 0);
    assert_eq!(walked, Vec::<String>::new());
}
