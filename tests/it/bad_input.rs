//! Values that cannot be: each refused with its field and itself, and nothing done.

use serde_json::{Value, json};

use crate::support::{Client, Fact, GivenPlan, TestApp, facts::RECORD, planning::plan_mutation};

/// Code and message of the error that a request is refused with as a whole.
async fn refused(client: &Client, query: &str, variables: Value) -> String {
    let answer = client.try_run(query, variables).await;
    let error = &answer["errors"][0];
    assert!(!error.is_null(), "{answer}");
    let code = error["extensions"]["code"].as_str().unwrap_or("–");
    format!("{code}: {}", error["message"].as_str().unwrap())
}

async fn check(client: &Client, query: &str, variables: Value, expected: &str) {
    let told = refused(client, query, variables.clone()).await;
    assert!(told.contains(expected), "{query} {variables}: {told}");
}

#[tokio::test]
async fn an_id_of_another_kind_is_refused_before_anything_is_looked_up() {
    let app = TestApp::start().await;
    let plan = app.active_plan().await;
    let client = &plan.vendor.admin;
    let target = plan.target("Revenue").await;
    for (id, shown) in [
        (target.as_str(), target.as_str()),
        ("", ""),
        ("plan", "plan"),
        ("plan_", "plan_"),
        ("plan_0", "plan_0"),
        ("1", "1"),
        ("plan_zzzzzzzzzzzzzzzzzzzzzzzzzz", "plan_zzzzzzzzzzzzzzzzzzzzzzzzzz"),
        ("0191d8c0-0000-7000-8000-000000000000", "0191d8c0-0000-7000-8000-000000000000"),
        ("plan_00000000000000000000000001\0", "plan_00000000000000000000000001\0"),
    ] {
        let expected = format!("`{shown}` is not an id of the form `plan_…`");
        let query = "query($id: ID!) { plan(id: $id) { id } }";
        check(client, query, json!({ "id": id }), &expected).await;
        let input = json!({ "planId": id, "expectedRevision": 1 });
        check(client, &plan_mutation("sharePlan"), json!({ "input": input }), &expected).await;
    }
    let nodes = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }";
    for id in ["", "x", "nope_00000000000000000000000001", "evnt_00000000000000000000000001"] {
        let expected =
            format!("BAD_USER_INPUT: `{id}` is not an id of anything that can be looked up");
        check(client, nodes, json!({ "ids": [plan.id, id] }), &expected).await;
    }
    let many = vec![plan.id.clone(); 101];
    check(client, nodes, json!({ "ids": many }), "BAD_USER_INPUT: ids: 101 ids are more than 100")
        .await;
    assert_eq!(plan.read(client, "state").await, "ACTIVE");
}

#[tokio::test]
async fn a_number_is_a_text_of_digits() {
    let app = TestApp::start().await;
    let plan = app.active_plan().await;
    let rate = async |rate: Value| {
        let input =
            json!({ "planId": plan.id, "expectedRevision": 1, "currency": "EUR", "rate": rate });
        let query = plan_mutation("setExchangeRate");
        refused(&plan.vendor.manager, &query, json!({ "input": input })).await
    };
    for text in [
        "",
        " ",
        "abc",
        "1,5",
        "1_000",
        "1 000",
        "1e3",
        "0x10",
        "NaN",
        "Infinity",
        "--1",
        "+1",
        "1.",
        ".5",
        " 1",
        "1 ",
        "1\0",
        "1.5.5",
        "79228162514264337593543950336",
        "0.00000000000000000000000000001",
        "½",
        "١",
    ] {
        let told = rate(json!(text)).await;
        assert!(told.contains(&format!("`{text}` is not a decimal number")), "{text:?}: {told}");
    }
    for value in [json!(1.5), json!(1), json!(true), json!(["1"]), json!({ "a": 1 }), Value::Null] {
        rate(value).await;
    }
    assert_eq!(plan.read(&plan.vendor.viewer, "exchangeRates { rate }").await, json!([]));
}

#[tokio::test]
async fn a_day_is_written_in_one_way() {
    let app = TestApp::start().await;
    let plan = app.active_plan().await;
    let query = "query($id: ID!, $day: Date!) { plan(id: $id) { progress(asOf: $day) { asOf } } }";
    for text in [
        "",
        "2026-02-29",
        "2026-13-01",
        "2026-00-10",
        "2026-1-1",
        "26-01-01",
        "01.02.2026",
        "2026-01-01T00:00:00Z",
        "+2026-01-01",
        "12026-01-01",
        "+12026-01-01",
        "-0001-01-01",
        "2026-01-01 ",
        "today",
        "2026-01-01\0",
    ] {
        let expected = format!("`{text}` is not a day of the form YYYY-MM-DD");
        check(&plan.vendor.viewer, query, json!({ "id": plan.id, "day": text }), &expected).await;
    }
    refused(&plan.vendor.viewer, query, json!({ "id": plan.id, "day": 20_260_101 })).await;
    for day in ["0000-01-01", "9999-12-31"] {
        let found = plan.vendor.viewer.run(query, json!({ "id": plan.id, "day": day })).await;
        assert_eq!(found["plan"]["progress"]["asOf"], day);
    }
}

#[tokio::test]
async fn a_currency_is_one_of_iso_4217() {
    let app = TestApp::start().await;
    let plan = app.active_plan().await;
    for text in ["", "usd", "US", "USDT", "ABC", "€", "USD\0", " USD"] {
        let input =
            json!({ "planId": plan.id, "expectedRevision": 1, "currency": text, "rate": "1" });
        let expected = format!("`{text}` is not a currency code of ISO 4217");
        check(
            &plan.vendor.manager,
            &plan_mutation("setExchangeRate"),
            json!({ "input": input }),
            &expected,
        )
        .await;
    }
}

#[tokio::test]
async fn a_page_has_a_size_and_a_place_in_its_own_list() {
    let app = TestApp::start().await;
    let plan = app.active_plan().await;
    let facts: Vec<Fact> = (1..=3).map(|leads| Fact::leads(leads, "2026-02-01")).collect();
    plan.vendor.manager.recorded(&plan.partner.partnership, &facts).await;
    let client = &plan.vendor.viewer;
    let lists = [
        ("", "plans", ""),
        ("", "portfolio", ""),
        ("", "activities", ""),
        ("", "deals", ""),
        ("", "alerts", ""),
        ("viewer {", "plans", "}"),
        ("viewer {", "alerts", "}"),
        ("viewer {", "partnerships", "}"),
        ("plan(id: $id) {", "alerts", "}"),
        ("plan(id: $id) {", "activities", "}"),
        ("plan(id: $id) {", "history", "}"),
        ("plan(id: $id) {", "privateNotes", "}"),
    ];
    let other = client.run("{ activities(first: 1) { pageInfo { endCursor } } }", json!({})).await;
    let foreign = other["activities"]["pageInfo"]["endCursor"].as_str().unwrap();
    for (before, list, after) in lists {
        for (args, expected) in [
            ("first: 0", "BAD_USER_INPUT: first: 0 is not between 1 and 100"),
            ("first: -1", "BAD_USER_INPUT: first: -1 is not between 1 and 100"),
            ("first: 101", "BAD_USER_INPUT: first: 101 is not between 1 and 100"),
            ("first: 2147483647", "BAD_USER_INPUT: first: 2147483647 is not between 1 and 100"),
            ("last: 0", "BAD_USER_INPUT: last: 0 is not between 1 and 100"),
            ("last: 101", "BAD_USER_INPUT: last: 101 is not between 1 and 100"),
            ("first: 1, last: 1", "BAD_USER_INPUT: last: give `first` or `last`, not both"),
            ("after: \"\"", "INVALID_CURSOR: after: not a cursor of this list"),
            ("after: \"nonsense\"", "INVALID_CURSOR: after: not a cursor of this list"),
            ("before: \"!\"", "INVALID_CURSOR: before: not a cursor of this list"),
        ] {
            let query = format!(
                "query($id: ID!) {{ {before} {list}({args}) {{ totalCount }} {after} p: plan(id: $id) {{ id }} }}"
            );
            check(client, &query, json!({ "id": plan.id }), expected).await;
        }
        if (before, list) != ("", "activities") {
            let query = format!(
                "query($id: ID!, $c: String) {{ {before} {list}(after: $c) {{ totalCount }} {after} p: plan(id: $id) {{ id }} }}"
            );
            let variables = json!({ "id": plan.id, "c": foreign });
            check(client, &query, variables, "INVALID_CURSOR: after: not a cursor of this list")
                .await;
        }
    }
    // A cursor of the same list under another filter is another list's.
    let filtered =
        "query($c: String) { activities(after: $c, filter: { kinds: [DEAL_WON] }) { totalCount } }";
    check(client, filtered, json!({ "c": foreign }), "INVALID_CURSOR: after").await;
    for (args, expected) in [
        ("first: 0", "BAD_USER_INPUT: first: 0 is not between 1 and 100"),
        ("first: 101", "BAD_USER_INPUT: first: 101 is not between 1 and 100"),
        ("after: \"x\"", "INVALID_CURSOR: after: not a cursor of this list"),
    ] {
        check(
            client,
            &format!("{{ events({args}) {{ edges {{ cursor }} }} }}"),
            json!({}),
            expected,
        )
        .await;
    }
}

#[tokio::test]
async fn pages_follow_each_other_both_ways() {
    let app = TestApp::start().await;
    let plan = app.active_plan().await;
    let facts: Vec<Fact> = (1..=5).map(|leads| Fact::leads(leads, "2026-02-01")).collect();
    plan.vendor.manager.recorded(&plan.partner.partnership, &facts).await;
    let page = async |args: &str| {
        let query = format!(
            "{{ activities({args}) {{ totalCount nodes {{ externalId }} pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }} }}"
        );
        plan.vendor.viewer.run(&query, json!({})).await["activities"].take()
    };
    let names = |page: &Value| -> String {
        let nodes = page["nodes"].as_array().unwrap().iter();
        nodes.map(|node| node["externalId"].as_str().unwrap()[..1].to_owned()).collect()
    };
    let first = page("first: 2").await;
    assert_eq!((names(&first).as_str(), &first["totalCount"]), ("54", &json!(5)));
    assert_eq!(first["pageInfo"]["hasNextPage"], true);
    let cursor = |page: &Value, which: &str| page["pageInfo"][which].as_str().unwrap().to_owned();
    let second = page(&format!("first: 2, after: \"{}\"", cursor(&first, "endCursor"))).await;
    assert_eq!(names(&second), "32");
    // What comes meanwhile moves nothing.
    plan.vendor.manager.recorded(&plan.partner.partnership, &[Fact::leads(6, "2026-02-01")]).await;
    let third = page(&format!("first: 2, after: \"{}\"", cursor(&second, "endCursor"))).await;
    assert_eq!((names(&third).as_str(), &third["pageInfo"]["hasNextPage"]), ("1", &json!(false)));
    let back = page(&format!("last: 2, before: \"{}\"", cursor(&second, "startCursor"))).await;
    assert_eq!((names(&back).as_str(), &back["pageInfo"]["hasPreviousPage"]), ("54", &json!(true)));
}

/// Everything of a plan that a bad request could have changed.
async fn traces(plan: &GivenPlan) -> Value {
    let query = "query($id: ID!) {
        plan(id: $id) { revision history(first: 1) { totalCount } targets { id } commitments { id } }
        activities { totalCount }
        events(first: 100) { edges { cursor } }
    }";
    plan.vendor.admin.run(query, json!({ "id": plan.id })).await
}

#[tokio::test]
async fn what_does_not_fit_the_schema_is_not_run() {
    let app = TestApp::start().await;
    let northwind = app.vendor("Northwind").await;
    let acme = app.partner(&northwind, "Acme", "STRATEGIC", "RESELLER").await;
    let plan = northwind.plan(&acme).full().shared().await;
    let before = traces(&plan).await;
    let fact = |details: Value| {
        json!({ "activities": [{
            "partnershipId": acme.partnership, "source": "crm", "externalId": "1", "kind": "CUSTOM",
            "occurredOn": "2026-02-01", "details": details,
        }] })
    };
    let custom = json!({ "metricKey": "a", "quantity": "1" });
    for input in [
        fact(json!({})),
        fact(json!({ "custom": custom, "adjustment": true })),
        fact(json!({ "custom": null })),
        fact(json!({ "custom": { "metricKey": "a" } })),
        fact(json!({ "custom": custom, "unknown": 1 })),
        json!({ "activities": "x" }),
        json!({}),
    ] {
        refused(&northwind.manager, RECORD, json!({ "input": input })).await;
    }
    let add = plan_mutation("addTarget");
    for target in [
        json!({ "name": "x", "metric": "NO_SUCH", "amount": "1" }),
        json!({ "name": "x", "metric": "LEADS" }),
        json!({ "name": null, "metric": "LEADS", "amount": "1" }),
        json!({ "name": 5, "metric": "LEADS", "amount": "1" }),
        json!({ "name": "x", "metric": "LEADS", "amount": "1", "weight": "5" }),
        json!({ "name": "x", "metric": "LEADS", "amount": "1", "weight": 3_000_000_000_i64 }),
        json!({ "name": "x", "metric": "LEADS", "amount": "1", "phasing": { "even": true, "monthlyWeights": [] } }),
    ] {
        let input = json!({ "planId": plan.id, "expectedRevision": plan.revision().await, "target": target });
        refused(&northwind.manager, &add, json!({ "input": input })).await;
    }
    refused(&northwind.manager, &add, json!({})).await;
    assert_eq!(traces(&plan).await, before);
}

#[tokio::test]
async fn long_and_broken_texts_are_refused_wherever_they_go() {
    let app = TestApp::start().await;
    let northwind = app.vendor("Northwind").await;
    let acme = app.partner(&northwind, "Acme", "STRATEGIC", "RESELLER").await;
    let plan = northwind.plan(&acme).full().shared().await;
    let before = traces(&plan).await;
    let huge = "x".repeat(2_000_000);
    for (bad, said) in
        [("a\0b", "has the control character U+0000"), (huge.as_str(), "has 2000000 characters")]
    {
        for (mutation, input, field) in [
            ("editPlan", json!({ "name": bad }), "name"),
            ("editPlan", json!({ "narrative": { "vision": bad } }), "narrative.vision"),
            (
                "addTarget",
                json!({ "target": { "name": bad, "metric": "LEADS", "amount": "1" } }),
                "name",
            ),
            (
                "addTarget",
                json!({ "target": { "name": "x", "metric": "CUSTOM", "metricKey": bad, "amount": "1" } }),
                "metricKey",
            ),
            (
                "addCommitment",
                json!({ "commitment": { "title": bad, "owedBy": "VENDOR", "quantity": "1", "terms": { "vendorSupport": "CO_SELL_RESOURCE" } } }),
                "title",
            ),
            ("withdrawPlan", json!({ "reason": bad }), "reason"),
        ] {
            let told = plan.refused(&northwind.manager, mutation, input).await;
            let expected = format!("VALIDATION_FAILED at {field}: {field}: {said}");
            assert!(told.starts_with(&expected), "{mutation}: {told:.200}");
        }
        let fact = Fact::deal("DEAL_REGISTERED", "D-1", "2026-02-01");
        for (fact, field) in [
            (fact.clone().called(bad), "externalId"),
            (fact.clone().with("source", json!(bad)), "source"),
            (fact.clone().with("country", json!(bad)), "country"),
            (fact.clone().with("reason", json!(bad)), "reason"),
            (fact.clone().saying("reference", json!(bad)), "deal.reference"),
            (fact.clone().saying("customer", json!(bad)), "deal.customer"),
        ] {
            let payload = northwind.manager.record(&acme.partnership, &[fact]).await;
            let error = &payload["results"][0]["errors"][0];
            assert_eq!(error["code"], "VALIDATION_FAILED");
            let message = error["message"].as_str().unwrap();
            assert!(message.starts_with(&format!("{field}: {said}")), "{message:.200}");
        }
        let key = json!({ "idempotencyKey": bad, "activities": [] });
        let told = northwind.manager.refused(RECORD, json!({ "input": key })).await;
        let expected = format!("VALIDATION_FAILED at idempotencyKey: idempotencyKey: {said}");
        assert!(told.starts_with(&expected), "{told:.200}");
    }
    assert_eq!(traces(&plan).await, before);
}
