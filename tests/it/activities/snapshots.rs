//! Deals as CRMs hold them, and the facts that follow from them.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::{Client, Fact, GivenPlan, TestApp, deals::UPSERT};

/// A deal as a CRM holds it: `of("D-1", "2026-03-01", "OPEN")`.
fn of(reference: &str, as_of: &str, state: &str) -> Value {
    json!({ "source": "crm", "reference": reference, "asOf": as_of, "state": state })
}

fn with(mut deal: Value, field: &str, value: Value) -> Value {
    deal[field] = value;
    deal
}

fn worth(deal: Value, amount: &str) -> Value {
    with(deal, "amount", json!({ "amount": amount, "currency": "USD" }))
}

impl Client {
    async fn upsert(&self, partnership: &str, deals: &[Value]) -> Value {
        self.upsert_with(partnership, deals, json!({})).await
    }

    async fn upsert_with(&self, partnership: &str, deals: &[Value], mut input: Value) -> Value {
        let about = |deal: &Value| with(deal.clone(), "partnershipId", json!(partnership));
        input["deals"] = deals.iter().map(about).collect();
        self.run(UPSERT, json!({ "input": input })).await["upsertDeals"].take()
    }
}

/// What became of each deal, a line each.
fn told(payload: &Value) -> String {
    let Some(results) = payload["results"].as_array() else {
        return payload["errors"].to_string();
    };
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let line = |row: &Value| {
        let facts = row["activities"].as_array().unwrap().iter().map(|fact| {
            let again = if fact["supersedesId"].is_null() { "" } else { " again" };
            format!(" {} {}{again}", text(&fact["occurredOn"]), text(&fact["kind"]))
        });
        let errors = row["errors"].as_array().unwrap().iter().map(|error| {
            let path: Vec<String> = error["path"].as_array().unwrap().iter().map(text).collect();
            let (code, value) = (text(&error["code"]), text(&error["value"]));
            format!(" {code} {}={value}: {}", path.join("."), text(&error["message"]))
        });
        let facts: Vec<String> = facts.chain(errors).collect();
        format!("{} {}{}", row["index"], text(&row["outcome"]), facts.join(","))
    };
    results.iter().map(line).collect::<Vec<_>>().join("\n")
}

async fn n_facts(plan: &GivenPlan) -> i64 {
    let query = "{ activities { totalCount } }";
    let found = plan.vendor.viewer.run(query, json!({})).await;
    found["activities"]["totalCount"].as_i64().unwrap()
}

#[tokio::test]
async fn example_f_as_a_crm_tells_it_day_by_day() {
    let app = TestApp::start().await;
    let plan = app.active_plan().await;
    let (manager, partnership) = (&plan.vendor.manager, &plan.partner.partnership);
    let registered =
        |on: &str, state: &str| with(of("D-1", on, state), "registeredOn", json!("2026-02-10"));
    let approved =
        |on: &str, state: &str| with(registered(on, state), "approvedOn", json!("2026-02-12"));
    let mut lines = Vec::new();
    app.set_time("2026-08-01T12:00:00Z");
    for deal in [
        worth(registered("2026-02-10", "OPEN"), "40000.00"),
        worth(approved("2026-02-13", "OPEN"), "40000.00"),
        with(worth(approved("2026-05-04", "WON"), "36500.00"), "closedOn", json!("2026-05-03")),
        worth(approved("2026-06-20", "OPEN"), "40000.00"),
        worth(approved("2026-07-15", "WON"), "38000.00"),
    ] {
        lines.push(told(&manager.upsert(partnership, std::slice::from_ref(&deal)).await));
        let again = manager.upsert(partnership, &[deal]).await;
        assert_eq!(told(&again), "0 UNCHANGED");
    }
    assert_snapshot!(lines.join("\n"), @r"
    0 RECORDED 2026-02-10 DEAL_REGISTERED
    0 RECORDED 2026-02-12 DEAL_APPROVED
    0 RECORDED 2026-05-03 DEAL_WON
    0 RECORDED 2026-06-20 DEAL_REOPENED
    0 RECORDED 2026-07-15 DEAL_WON
    ");
    for (on, revenue, won) in [
        ("2026-05-02", "0.00", "0"),
        ("2026-05-03", "36500.00", "1"),
        ("2026-05-31", "36500.00", "1"),
        ("2026-06-30", "0.00", "0"),
        ("2026-07-31", "38000.00", "1"),
    ] {
        assert_eq!(plan.actual("Revenue", on).await, revenue, "{on}");
        let total = format!("progress(asOf: \"{on}\") {{ total {{ dealsWon }} }}");
        assert_eq!(plan.read(manager, &total).await["total"]["dealsWon"], won, "{on}");
    }
    app.check_sums().await;
}

#[tokio::test]
async fn a_batch_is_told_of_deal_by_deal() {
    let app = TestApp::start().await;
    let plan = app.active_plan().await;
    let (manager, partnership) = (&plan.vendor.manager, &plan.partner.partnership);
    manager.upsert(partnership, &[worth(of("OLD", "2026-03-09", "OPEN"), "5.00")]).await;
    let batch = [
        worth(of("D-1", "2026-03-01", "WON"), "5.00"),
        of("D-2", "2031-01-01", "OPEN"),
        of("D-3", "2026-03-01", "WON"),
        of("OLD", "2026-03-08", "LOST"),
        of("D-1", "2026-03-01", "LOST"),
        worth(of("D-4", "2026-03-01", "OPEN"), "5.005"),
        with(of("D-5", "2026-03-01", "OPEN"), "probability", json!("100.5")),
        with(of("D-6", "2026-03-01", "OPEN"), "probability", json!("1.234")),
        with(of("D-7", "2026-03-01", "LOST"), "closedOn", json!("2026-03-02")),
        with(of("", "2026-03-01", "OPEN"), "stage", json!("demo")),
        of("D-8", "2026-03-01", "OPEN"),
    ];
    let dry = manager.upsert_with(partnership, &batch, json!({ "dryRun": true })).await;
    assert_eq!(n_facts(&plan).await, 1);
    let payload = manager.upsert(partnership, &batch).await;
    assert_eq!(told(&dry), told(&payload));
    assert_snapshot!(told(&payload), @r"
    0 RECORDED 2026-03-01 DEAL_WON
    1 REJECTED VALIDATION_FAILED deals.1.asOf=2031-01-01: asOf: 2031-01-01 is in the future
    2 REJECTED VALIDATION_FAILED deals.2.amount=-: amount: a won deal needs its amount
    3 REJECTED SNAPSHOT_OUTDATED deals.3.asOf=2026-03-08: asOf: 2026-03-08 is before 2026-03-09, of which more is known
    4 REJECTED VALIDATION_FAILED deals.4.reference=D-1: reference: `D-1` is here twice
    5 REJECTED VALIDATION_FAILED deals.5.amount=5.005 USD: amount: 5.005 has more than 2 decimal places
    6 REJECTED VALIDATION_FAILED deals.6.probability=100.5: probability: 100.5 is not between 0 and 100
    7 REJECTED VALIDATION_FAILED deals.7.probability=1.234: probability: 1.234 is no percentage
    8 REJECTED VALIDATION_FAILED deals.8.closedOn=2026-03-02: closedOn: 2026-03-02 is after 2026-03-01, the day of the snapshot
    9 REJECTED VALIDATION_FAILED deals.9.reference=: reference: must not be empty
    10 RECORDED 2026-03-01 DEAL_REGISTERED
    ");
    let counts = json!([payload["recorded"], payload["unchanged"], payload["rejected"]]);
    assert_eq!(counts, json!([2, 0, 9]));
    assert_eq!(n_facts(&plan).await, 3);

    let all = json!({ "mode": "ALL_OR_NOTHING" });
    let more = [of("D-9", "2026-03-01", "OPEN"), of("D-3", "2026-03-01", "WON")];
    let payload = manager.upsert_with(partnership, &more, all).await;
    assert_snapshot!(told(&payload), @r"
    0 REJECTED BATCH_REFUSED deals.0.mode=-: mode: another deal of this all-or-nothing batch is bad
    1 REJECTED VALIDATION_FAILED deals.1.amount=-: amount: a won deal needs its amount
    ");
    assert_eq!(n_facts(&plan).await, 3);
    app.check_sums().await;
}

#[tokio::test]
async fn a_batch_has_a_thousand_deals_and_is_sent_again_for_nothing() {
    let app = TestApp::start().await;
    let plan = app.active_plan().await;
    let (manager, partnership) = (&plan.vendor.manager, &plan.partner.partnership);
    let deal = |number: usize| {
        let won = worth(of(&format!("D-{number}"), "2026-03-05", "WON"), "1.00");
        with(with(won, "registeredOn", json!("2026-02-01")), "approvedOn", json!("2026-02-02"))
    };
    let deals: Vec<Value> = (0..1_000).map(deal).collect();
    let first = manager.upsert(partnership, &deals).await;
    assert_eq!(first["recorded"], 1_000);
    assert_eq!(n_facts(&plan).await, 3_000);
    assert_eq!(plan.actual("Revenue", "2026-06-30").await, "1000.00");
    let again = manager.upsert(partnership, &deals).await;
    assert_eq!((&again["unchanged"], n_facts(&plan).await), (&json!(1_000), 3_000));
    let more: Vec<Value> = (0..=1_000).map(deal).collect();
    let refused = manager.upsert(partnership, &more).await;
    assert_eq!(refused["errors"][0]["message"], "deals: 1001 deals; 1000 is the most");
    app.check_sums().await;
}

#[tokio::test]
async fn the_same_key_gets_the_same_answer() {
    let app = TestApp::start().await;
    let plan = app.active_plan().await;
    let (manager, partnership) = (&plan.vendor.manager, &plan.partner.partnership);
    let key = || json!({ "idempotencyKey": "night 1" });
    let deals = [worth(of("D-1", "2026-03-05", "OPEN"), "1.00")];
    let first = manager.upsert_with(partnership, &deals, key()).await;
    assert_eq!(told(&first), "0 RECORDED 2026-03-05 DEAL_REGISTERED");
    assert_eq!(manager.upsert_with(partnership, &deals, key()).await, first);
    let other = [worth(of("D-1", "2026-03-06", "OPEN"), "1.00")];
    let refused = manager.upsert_with(partnership, &other, key()).await;
    assert_eq!(refused["errors"][0]["code"], "IDEMPOTENCY_CONFLICT");
    assert_eq!(n_facts(&plan).await, 1);
}

#[tokio::test]
async fn who_sends_it_vouches_for_it_and_a_partner_restates_no_word_of_the_vendor() {
    let app = TestApp::start().await;
    let plan = app.active_plan().await;
    let partnership = &plan.partner.partnership;
    let (vendor, partner) = (&plan.vendor.manager, &plan.partner.manager);
    let theirs = worth(of("P", "2026-03-05", "WON"), "7.00");
    partner.upsert(partnership, std::slice::from_ref(&theirs)).await;
    vendor.upsert(partnership, &[worth(of("V", "2026-03-05", "WON"), "5.00")]).await;
    let fields = "actual verifiedShare";
    let progress = plan.target_progress(vendor, "Revenue", "2026-03-31", fields).await;
    assert_eq!(progress, json!({ "actual": "12.00", "verifiedShare": "0.4167" }));

    // A correction in two parts: neither lands, for one of them is not the partner's to make.
    let claim = with(of("V", "2026-03-06", "WON"), "registeredOn", json!("2026-02-01"));
    let payload = partner.upsert(partnership, &[worth(claim, "9.00")]).await;
    let known = payload["results"][0]["errors"][0]["message"].as_str().unwrap().to_owned();
    let known = known.split('`').nth(1).unwrap();
    assert_snapshot!(told(&payload).replace(known, "KNOWN"), @"0 REJECTED FORBIDDEN deals.0.amount=9.00 USD: amount: `KNOWN` was recorded by the vendor, who alone corrects it");
    assert_eq!(plan.actual("Revenue", "2026-03-31").await, "12.00");
    let ours = with(worth(of("P", "2026-03-06", "WON"), "6.00"), "source", json!("erp"));
    let payload = vendor.upsert(partnership, &[ours]).await;
    assert_eq!(told(&payload), "0 RECORDED 2026-03-05 DEAL_WON again");
    assert_eq!(plan.actual("Revenue", "2026-03-31").await, "11.00");

    // The partner's retry of what it said is no news, though the vendor has said otherwise since.
    let again = partner.upsert(partnership, &[theirs]).await;
    assert_eq!(told(&again), "0 UNCHANGED");
    assert_eq!(plan.actual("Revenue", "2026-03-31").await, "11.00");
    app.check_sums().await;
}

#[tokio::test]
async fn a_snapshot_is_compared_with_every_fact_of_the_deal() {
    let app = TestApp::start().await;
    let plan = app.active_plan().await;
    let (manager, partnership) = (&plan.vendor.manager, &plan.partner.partnership);
    let won = Fact::deal("DEAL_WON", "D-1", "2026-03-10").amount("5.00", "USD");
    manager.recorded(partnership, &[won.with("productLine", json!("clowd"))]).await;
    let early = manager.upsert(partnership, &[of("D-1", "2026-03-09", "OPEN")]).await;
    assert_snapshot!(told(&early), @"0 REJECTED SNAPSHOT_OUTDATED deals.0.asOf=2026-03-09: asOf: 2026-03-09 is before 2026-03-10, of which more is known");
    // What is stated anew keeps the words of the statement before it.
    let more = manager.upsert(partnership, &[worth(of("D-1", "2026-03-10", "WON"), "6.00")]).await;
    assert_eq!(told(&more), "0 RECORDED 2026-03-10 DEAL_WON again");
    let query = "{ activities(filter: { isSuperseded: false }) { nodes {
        externalId source productLineText reason amount { amount } } } }";
    let found = manager.run(query, json!({})).await;
    assert_eq!(
        found["activities"]["nodes"],
        json!([{ "externalId": "snapshot D-1 1.1", "source": "crm", "productLineText": "clowd",
            "reason": "the snapshot of 2026-03-10 says so", "amount": { "amount": "6.00" } }])
    );
    app.check_sums().await;
}

#[tokio::test]
async fn deals_are_taken_in_from_those_who_work_on_the_partnership() {
    let app = TestApp::start().await;
    let plan = app.active_plan().await;
    let partnership = &plan.partner.partnership;
    let globex = app.partner(&plan.vendor, "Globex", "STRATEGIC", "RESELLER").await;
    let contoso = app.vendor("Contoso").await;
    let deals = [of("D-1", "2026-03-05", "OPEN")];
    for (client, expected) in [
        (&plan.vendor.viewer, "FORBIDDEN"),
        (&plan.partner.executive, "FORBIDDEN"),
        (&globex.admin, "NOT_FOUND"),
        (&contoso.admin, "NOT_FOUND"),
    ] {
        let payload = client.upsert(partnership, &deals).await;
        assert_eq!(payload["results"][0]["errors"][0]["code"], expected, "{}", client.email());
        let none = "pshp_01h455vb4pex5vsknk084sn02q";
        let nobody = client.upsert(none, &deals).await;
        let is_same = told(&payload).replace(partnership, none) == told(&nobody);
        assert_eq!(is_same, expected == "NOT_FOUND");
    }
    assert_eq!(n_facts(&plan).await, 0);
    // A deal of the same name in another partnership is another deal.
    plan.vendor.admin.upsert(&globex.partnership, &deals).await;
    let lost = plan.vendor.admin.upsert(partnership, &[of("D-1", "2026-03-01", "LOST")]).await;
    assert_eq!(told(&lost), "0 RECORDED 2026-03-01 DEAL_LOST");
    let seen = plan.partner.viewer.run("{ deals { nodes { state } } }", json!({})).await;
    assert_eq!(seen["deals"]["nodes"], json!([{ "state": "LOST" }]));
    app.check_sums().await;
}
