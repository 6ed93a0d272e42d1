//! How good the facts are, as those see it who can mend them.

use serde_json::{Value, json};

use crate::support::{Client, Fact, GivenPlan, TestApp, deals::UPSERT, planning::bare_mutation};

/// A field of the data quality of a partnership, as somebody sees it; null when it is not theirs to see.
async fn quality(client: &Client, partnership: &str, field: &str) -> Value {
    let query = format!(
        "query($id: ID!) {{ node(id: $id) {{ ... on Partnership {{ dataQuality {{ it: {field} }} }} }} }}"
    );
    let mut answer = client.run(&query, json!({ "id": partnership })).await;
    answer["node"]["dataQuality"]["it"].take()
}

fn won(reference: &str, amount: &str, currency: &str) -> Fact {
    Fact::deal("DEAL_WON", reference, "2026-02-01").amount(amount, currency)
}

const UNCONVERTED: &str = "unconvertedFacts { plan { id } currency activities firstOn lastOn
    wouldCount(rate: \"1.0850\") { revenue { amount } pipelineCreated { amount } openPipeline { amount }
        mdfSpent { amount } } }";

async fn total(plan: &GivenPlan) -> Value {
    let fields =
        "progress { total { revenue { amount } pipelineCreated { amount } mdfSpent { amount } } }";
    plan.read(&plan.vendor.viewer, fields).await["total"].take()
}

#[tokio::test]
async fn a_rate_counts_exactly_what_was_promised() {
    let app = TestApp::start().await;
    let plan = app.active_plan().await;
    let (manager, partnership) = (&plan.vendor.manager, &plan.partner.partnership);
    assert_eq!(quality(manager, partnership, UNCONVERTED).await, json!([]));
    let facts = [
        won("D-1", "1000.01", "EUR"),
        won("D-2", "5.00", "USD"),
        Fact::deal("DEAL_APPROVED", "D-3", "2026-03-01").amount("20.00", "EUR"),
        Fact::spent("7.00", "2026-04-01").amount("7.00", "EUR"),
        won("D-4", "100.00", "EUR").with("occurredOn", json!("2025-12-31")).called("last year"),
    ];
    manager.recorded(partnership, &facts).await;
    assert_eq!(
        quality(&plan.partner.viewer, partnership, UNCONVERTED).await,
        json!([{ "plan": { "id": plan.id }, "currency": "EUR", "activities": 3, "firstOn": "2026-02-01",
            "lastOn": "2026-04-01", "wouldCount": { "revenue": { "amount": "1085.01" },
            "pipelineCreated": { "amount": "21.70" }, "openPipeline": { "amount": "21.70" },
            "mdfSpent": { "amount": "7.60" } } }])
    );
    let none = json!({ "revenue": { "amount": "5.00" }, "pipelineCreated": { "amount": "0.00" },
        "mdfSpent": { "amount": "0.00" } });
    assert_eq!(total(&plan).await, none);
    plan.change(manager, "setExchangeRate", json!({ "currency": "EUR", "rate": "1.0850" })).await;
    let counted = json!({ "revenue": { "amount": "1090.01" }, "pipelineCreated": { "amount": "21.70" },
        "mdfSpent": { "amount": "7.60" } });
    assert_eq!(total(&plan).await, counted);
    assert_eq!(quality(manager, partnership, UNCONVERTED).await, json!([]));
    app.check_sums().await;

    let bad = "unconvertedFacts { wouldCount(rate: \"0\") { revenue { amount } } }";
    manager.recorded(partnership, &[won("D-5", "1.00", "GBP")]).await;
    let query = format!(
        "query($id: ID!) {{ node(id: $id) {{ ... on Partnership {{ dataQuality {{ {bad} }} }} }} }}"
    );
    let answer = manager.try_run(&query, json!({ "id": partnership })).await;
    assert_eq!(
        answer["errors"][0]["message"],
        "rate: 0 is not a rate above 0 with at most 10 decimal places"
    );
}

#[tokio::test]
async fn a_mapped_word_is_gone_from_the_list_and_counts() {
    let app = TestApp::start().await;
    let plan = app.active_plan().await;
    let (vendor, partnership) = (&plan.vendor, &plan.partner.partnership);
    let cloud = vendor.add_values("PRODUCT_LINE", &[("cloud", None)]).await.remove(0);
    let globex = app.partner(vendor, "Globex", "STRATEGIC", "RESELLER").await;
    let worded = |reference: &str, line: &str| {
        won(reference, "5.00", "USD")
            .with("productLine", json!(line))
            .with("country", json!("Utopia"))
    };
    let facts = [worded("D-1", "clowd"), worded("D-2", "clowd"), worded("D-3", "cluod")];
    vendor.manager.recorded(partnership, &facts).await;
    vendor.admin.recorded(&globex.partnership, &[worded("D-1", "clowd")]).await;
    let fields = "unmappedValues { dimension text activities }";
    let row = |dimension: &str, text: &str, activities: i32| json!({ "dimension": dimension, "text": text, "activities": activities });
    let geography = row("GEOGRAPHY", "Utopia", 3);
    let lines = [row("PRODUCT_LINE", "clowd", 2), row("PRODUCT_LINE", "cluod", 1)];
    let expected = json!([lines[0], lines[1], geography]);
    assert_eq!(quality(&plan.partner.viewer, partnership, fields).await, expected);
    let input = json!({ "dimension": "PRODUCT_LINE", "text": "Clowd", "valueId": cloud });
    vendor.admin.done(&bare_mutation("mapValue"), json!({ "input": input })).await;
    let expected = json!([lines[1], geography]);
    assert_eq!(quality(&plan.partner.viewer, partnership, fields).await, expected);
    let cut = "progress { breakdown(by: PRODUCT_LINE) { figures { revenue { amount } } } }";
    let found = plan.read(&vendor.viewer, cut).await;
    assert_eq!(found["breakdown"], json!([{ "figures": { "revenue": { "amount": "10.00" } } }]));
    app.check_sums().await;
}

#[tokio::test]
async fn feeds_that_fell_silent_come_first() {
    let app = TestApp::start().await;
    let plan = app.active_plan().await;
    let (manager, partnership) = (&plan.vendor.manager, &plan.partner.partnership);
    app.set_time("2026-06-10T12:00:00Z");
    let lms = Fact::training("COURSE_COMPLETED", "p1", "A", "2026-06-09");
    manager.recorded(partnership, &[lms.with("source", json!("lms"))]).await;
    app.set_time("2026-06-20T12:00:00Z");
    let lead = Fact::leads(3, "2026-06-01");
    manager.recorded(partnership, &[won("D-1", "5.00", "USD"), lead]).await;
    app.set_time("2026-06-24T12:00:00Z");
    let fields =
        "feeds { feed source activities lastOccurredOn lastRecordedAt silentDays isSilent }";
    let row = |feed: &str, source: &str, on: &str, at: &str, days: i32, is_silent: bool| {
        json!({ "feed": feed, "source": source, "activities": 1, "lastOccurredOn": on,
            "lastRecordedAt": at, "silentDays": days, "isSilent": is_silent })
    };
    let recorded = "2026-06-20T12:00:00+00:00";
    assert_eq!(
        quality(&plan.partner.viewer, partnership, fields).await,
        json!([
            row("TRAINING", "lms", "2026-06-09", "2026-06-10T12:00:00+00:00", 14, true),
            row("DEALS", "crm", "2026-02-01", recorded, 4, false),
            row("MARKETING", "crm", "2026-06-01", recorded, 4, false),
        ])
    );
    // What comes late moves the day on which it came, and not the latest day of a fact.
    let earlier = Fact::training("COURSE_COMPLETED", "p2", "A", "2026-06-01");
    manager.recorded(partnership, &[earlier.with("source", json!("lms"))]).await;
    let feeds = quality(&plan.vendor.viewer, partnership, fields).await;
    let mut lms = row("TRAINING", "lms", "2026-06-09", "2026-06-24T12:00:00+00:00", 0, false);
    lms["activities"] = json!(2);
    assert_eq!(feeds.as_array().unwrap().last(), Some(&lms));
    app.check_sums().await;
}

#[tokio::test]
async fn what_is_told_twice_or_disputed_is_counted_for_those_who_see_it() {
    let app = TestApp::start().await;
    let plan = app.active_plan().await;
    let (manager, partnership) = (&plan.vendor.manager, &plan.partner.partnership);
    let registered = |reference: &str| {
        Fact::deal("DEAL_REGISTERED", reference, "2026-02-01").saying("customer", json!("Initech"))
    };
    let ids = manager.recorded(partnership, &[registered("A"), registered("B")]).await;
    let input = json!({ "activityId": ids[0], "reason": "no" });
    let dispute = bare_mutation("disputeActivity");
    plan.partner.manager.done(&dispute, json!({ "input": input })).await;
    for client in [&plan.vendor.viewer, &plan.partner.viewer] {
        assert_eq!(quality(client, partnership, "duplicateDeals").await, 1);
        assert_eq!(quality(client, partnership, "disputedActivities").await, 1);
    }
    let globex = app.partner(&plan.vendor, "Globex", "STRATEGIC", "RESELLER").await;
    let contoso = app.vendor("Contoso").await;
    for client in [&globex.admin, &contoso.admin] {
        assert!(quality(client, partnership, "duplicateDeals").await.is_null());
    }
    assert_eq!(quality(&globex.admin, &globex.partnership, "duplicateDeals").await, 0);
    // Who may not read facts reads nothing of them.
    let create = "mutation { createIntegration(input: { name: \"BI\", scopes: [PLANS_READ] }) {
        token errors { code message path } } }";
    let made = plan.vendor.admin.done(create, json!({})).await;
    let reading = app.as_bearer(made["token"].as_str().unwrap());
    let query = "query($id: ID!) { node(id: $id) { ... on Partnership { dataQuality { duplicateDeals } } } }";
    let answer = reading.try_run(query, json!({ "id": partnership })).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "FORBIDDEN");
}

const REJECTED: &str = "{ viewer { organization { integrations(first: 5) { nodes { rejectedRows {
    line externalId code field value message } } } } } }";

async fn rejected(client: &Client) -> Value {
    let mut found = client.run(REJECTED, json!({})).await;
    found["viewer"]["organization"]["integrations"]["nodes"][0]["rejectedRows"].take()
}

#[tokio::test]
async fn what_an_integration_sent_in_vain_is_kept_for_its_company() {
    let app = TestApp::start().await;
    let plan = app.active_plan().await;
    let partnership = &plan.partner.partnership;
    let create =
        "mutation { createIntegration(input: { name: \"CRM\", scopes: [ACTIVITIES_WRITE] }) {
        token errors { code message path } } }";
    let made = plan.partner.admin.done(create, json!({})).await;
    let crm = app.as_bearer(made["token"].as_str().unwrap());
    let bad = won("D-1", "5.00", "USD").with("occurredOn", json!("2031-01-01")).called("far");
    crm.record(partnership, &[won("D-2", "5.00", "USD"), bad]).await;
    let of_batch = json!({ "line": 1, "externalId": "far", "code": "VALIDATION_FAILED",
        "field": "occurredOn", "value": null, "message": "2031-01-01 is in the future" });
    assert_eq!(rejected(&plan.partner.admin).await, json!([of_batch]));

    let deal = json!({ "partnershipId": partnership, "source": "crm", "reference": "D-9",
        "asOf": "2026-03-01", "state": "LOST", "closedOn": "2026-03-02" });
    crm.run(UPSERT, json!({ "input": { "deals": [deal] } })).await;
    let of_deal = json!({ "line": 0, "externalId": "D-9", "code": "VALIDATION_FAILED",
        "field": "closedOn", "value": "2026-03-02",
        "message": "2026-03-02 is after 2026-03-01, the day of the snapshot" });
    assert_eq!(rejected(&plan.partner.admin).await, json!([of_deal, of_batch]));

    let house = app.open_doors().await;
    let url = format!("http://{}/ingest/activities", house.address);
    let send = async |who: &Client, lines: String, query: &str| {
        let request = reqwest::Client::new().post(format!("{url}{query}"));
        let request = request.header("content-type", "application/x-ndjson").body(lines);
        request.bearer_auth(who.bearer().await).send().await.unwrap().text().await.unwrap()
    };
    let line = |n: i32| {
        let fact = Fact::leads(0, "2026-02-01").called(&format!("lead {n}"));
        format!("{}\n", fact.with("partnershipId", json!(partnership)).0)
    };
    send(&crm, line(1), "?dryRun=true").await;
    send(&plan.partner.manager, line(1), "").await;
    assert_eq!(rejected(&plan.partner.admin).await, json!([of_deal, of_batch]));
    send(&crm, format!("no\u{1}nsense\n{}", (2..=150).map(line).collect::<String>()), "").await;
    let found = rejected(&plan.partner.viewer).await;
    let of_load = |n: i32| {
        json!({ "line": n, "externalId": format!("lead {n}"), "code": "VALIDATION_FAILED",
            "field": "marketing.leads", "value": "0", "message": "0 leads cannot be delivered" })
    };
    // The latest hundred.
    let found = found.as_array().unwrap();
    assert_eq!((found.len(), &found[0], &found[99]), (100, &of_load(150), &of_load(51)));
    // Not for the other side, and not for ever.
    let vendors = plan.vendor.admin.run(REJECTED, json!({})).await;
    assert_eq!(vendors["viewer"]["organization"]["integrations"]["nodes"], json!([]));
    app.set_time("2026-07-31T12:00:00Z");
    while jbp::worker::forget::step(&app.op, None).await.unwrap() {}
    assert_eq!(rejected(&plan.partner.admin).await, json!([]));
}
