//! What a plan is to reach.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::{
    Fact, GivenPlan, TestApp,
    planning::{custom, revenue},
};

async fn shared(app: &TestApp) -> GivenPlan {
    let northwind = app.vendor("Northwind").await;
    let acme = app.partner(&northwind, "Acme", "STRATEGIC", "RESELLER").await;
    northwind.plan(&acme).with_target(revenue("1000000.00")).shared().await
}

async fn add(plan: &GivenPlan, target: Value) {
    plan.change(&plan.vendor.manager, "addTarget", json!({ "target": target })).await;
}

async fn refused(plan: &GivenPlan, target: Value) -> String {
    plan.refused(&plan.partner.manager, "addTarget", json!({ "target": target })).await
}

/// Names and amounts, in the plan's order.
async fn amounts(plan: &GivenPlan) -> Value {
    let found = plan.read(&plan.partner.viewer, "targets { name amount }").await;
    found.as_array().unwrap().iter().map(|row| json!([row["name"], row["amount"]])).collect()
}

/// Blockers among the readiness findings, a line each.
async fn blockers(plan: &GivenPlan, code: &str) -> String {
    let found = plan.read(&plan.vendor.viewer, "readiness { code severity path message }").await;
    let lines: Vec<String> = found
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| finding["severity"] == "BLOCKER" && finding["code"] == code)
        .map(|finding| finding["message"].as_str().unwrap().to_owned())
        .collect();
    lines.join("\n")
}

#[tokio::test]
async fn every_metric_has_its_unit() {
    let app = TestApp::start().await;
    let plan = shared(&app).await;
    for (metric, amount, shown) in [
        ("PIPELINE_CREATED", "2500000.5", "2500000.50"),
        ("DEALS_REGISTERED", "40", "40"),
        ("DEALS_WON", "12", "12"),
        ("LEADS", "300", "300"),
        ("TRAINING_COMPLETIONS", "25", "25"),
        ("CERTIFIED_PEOPLE", "8", "8"),
    ] {
        add(&plan, json!({ "name": metric, "metric": metric, "amount": amount, "baseline": "1" }))
            .await;
        let found =
            plan.read(&plan.partner.viewer, "targets { name amount currency metricKey }").await;
        let last = found.as_array().unwrap().last().unwrap();
        assert_eq!((&last["name"], &last["amount"]), (&json!(metric), &json!(shown)));
        assert_eq!(last["currency"].is_null(), metric != "PIPELINE_CREATED", "{metric}");
    }
    add(&plan, custom("demos", "12.125")).await;
    assert_eq!(amounts(&plan).await[7], json!(["demos", "12.125"]));
}

#[tokio::test]
async fn a_target_that_cannot_be_is_refused_by_field() {
    let app = TestApp::start().await;
    let plan = shared(&app).await;
    let with = |field: &str, value: Value| {
        let mut target = revenue("100.00");
        target[field] = value;
        target
    };
    let long = "x".repeat(201);
    let mut told = Vec::new();
    for target in [
        with("name", json!("")),
        with("name", json!("a\0b")),
        with("name", json!(long)),
        with("amount", json!("0")),
        with("amount", json!("-1")),
        with("amount", json!("1.001")),
        with("amount", json!("100000000000.01")),
        with("baseline", json!("0.001")),
        with("weight", json!(0)),
        with("weight", json!(101)),
        with("metricKey", json!("demos")),
        with("metric", json!("CUSTOM")),
        json!({ "name": "Won", "metric": "DEALS_WON", "amount": "1.5" }),
        with("phasing", json!({ "quarterlyWeights": ["50", "50"] })),
        with("phasing", json!({ "quarterlyWeights": ["10", "20", "30", "41"] })),
        with("phasing", json!({ "monthlyWeights": ["100"] })),
        with("phasing", json!({ "quarterlyWeights": ["-10", "40", "30", "40"] })),
        with("phasing", json!({ "baselineCurve": [] })),
        with("productLineId", json!("dimv_00000000000000000000000001")),
    ] {
        told.push(refused(&plan, target).await);
    }
    assert_snapshot!(told.join("\n"), @r"
    VALIDATION_FAILED at name: name: must not be empty
    VALIDATION_FAILED at name: name: has the control character U+0000
    VALIDATION_FAILED at name: name: has 201 characters; 200 is the most
    VALIDATION_FAILED at amount: amount: 0 is not more than nothing
    VALIDATION_FAILED at amount: amount: -1 is not more than nothing
    VALIDATION_FAILED at amount: amount: 1.001 has more than 2 decimal places
    VALIDATION_FAILED at amount: amount: 100000000000.01 is larger than can be kept
    VALIDATION_FAILED at baseline: baseline: 0.001 has more than 2 decimal places
    VALIDATION_FAILED at weight: weight: 0 is not between 1 and 100
    VALIDATION_FAILED at weight: weight: 101 is not between 1 and 100
    VALIDATION_FAILED at metricKey: metricKey: only a custom metric has a key
    VALIDATION_FAILED at metricKey: metricKey: a custom metric needs its key
    VALIDATION_FAILED at amount: amount: 1.5 has more than 0 decimal places
    VALIDATION_FAILED at phasing: phasing: 2 weights for 4 parts of the period
    VALIDATION_FAILED at phasing: phasing: the weights add up to 101, not to 100
    VALIDATION_FAILED at phasing: phasing: 1 weights for 12 parts of the period
    VALIDATION_FAILED at phasing: phasing: the weight -10 is not between 0 and 100
    VALIDATION_FAILED at phasing: phasing: nothing was achieved in the period before; give the curve
    NOT_FOUND at productLineId: productLineId: `dimv_00000000000000000000000001` is no value of this dimension
    ");
    assert_eq!(amounts(&plan).await, json!([["Revenue", "1000000.00"]]));
}

#[tokio::test]
async fn phases_add_up_to_the_target() {
    let app = TestApp::start().await;
    let plan = shared(&app).await;
    // Example A of domain §5.
    let mut target = revenue("1000000.00");
    target["name"] = json!("Quarterly");
    target["phasing"] = json!({ "quarterlyWeights": ["15", "20", "25", "40"] });
    add(&plan, target).await;
    let mut curve = vec!["1"; 12];
    curve[11] = "0";
    let leads = json!({ "name": "Leads", "metric": "LEADS", "amount": "100",
        "phasing": { "baselineCurve": curve } });
    add(&plan, leads).await;
    let found =
        plan.read(&plan.partner.viewer, "targets { phases { startsOn endsOn amount } }").await;
    assert_eq!(
        found[1]["phases"],
        json!([
            { "startsOn": "2026-01-01", "endsOn": "2026-03-31", "amount": "150000.00" },
            { "startsOn": "2026-04-01", "endsOn": "2026-06-30", "amount": "200000.00" },
            { "startsOn": "2026-07-01", "endsOn": "2026-09-30", "amount": "250000.00" },
            { "startsOn": "2026-10-01", "endsOn": "2026-12-31", "amount": "400000.00" },
        ])
    );
    let of = |at: usize| -> Vec<String> {
        let phases = found[at]["phases"].as_array().unwrap().iter();
        phases.map(|phase| phase["amount"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(of(0)[..2], ["83333.34", "83333.34"]);
    assert_eq!(of(0)[11], "83333.33");
    assert_eq!(of(2), ["10", "9", "9", "9", "9", "9", "9", "9", "9", "9", "9", "0"]);
}

#[tokio::test]
async fn example_a_what_is_due_on_a_day() {
    let app = TestApp::start().await;
    let northwind = app.vendor("Northwind").await;
    let acme = app.partner(&northwind, "Acme", "STRATEGIC", "RESELLER").await;
    let mut target = revenue("1000000.00");
    target["phasing"] = json!({ "quarterlyWeights": ["15", "20", "25", "40"] });
    let plan = northwind.plan(&acme).full().with_target(target).active().await;
    for (on, expected, status) in [
        ("2025-12-31", "0.00", "NOT_STARTED"),
        ("2026-01-14", "23333.33", "ON_TRACK"),
        ("2026-01-15", "25000.00", "BEHIND"),
        ("2026-05-15", "248901.10", "BEHIND"),
        ("2026-12-31", "1000000.00", "BEHIND"),
        ("2027-01-01", "1000000.00", "MISSED"),
    ] {
        let found = plan.target_progress(&acme.viewer, "Revenue", on, "expected status").await;
        assert_eq!(found, json!({ "expected": expected, "status": status }), "{on}");
    }
}

#[tokio::test]
async fn an_even_split_adds_up_exactly() {
    let app = TestApp::start().await;
    let plan = shared(&app).await;
    let lines = plan.vendor.add_values("PRODUCT_LINE", &[("cloud", None), ("edge", None)]).await;
    let target = plan.target("Revenue").await;
    let split = json!({ "targetId": target, "dimension": "PRODUCT_LINE", "valueIds": lines, "withOther": true });
    plan.change(&plan.partner.manager, "splitTarget", split.clone()).await;
    // Example E of domain §5.
    assert_eq!(
        amounts(&plan).await,
        json!([
            ["Revenue", "1000000.00"],
            ["Revenue · cloud", "333333.34"],
            ["Revenue · edge", "333333.33"],
            ["Revenue · other", "333333.33"],
        ])
    );
    let parts = plan
        .read(&plan.partner.viewer, "targets { parentId splitBy isOther productLine { code } }")
        .await;
    assert_eq!(
        parts[3],
        json!({ "parentId": target, "splitBy": "PRODUCT_LINE", "isOther": true, "productLine": null })
    );
    let again = plan.refused(&plan.vendor.manager, "splitTarget", split).await;
    assert_snapshot!(again, @"VALIDATION_FAILED at dimension: dimension: the target is already split by product line");
    assert_eq!(blockers(&plan, "SPLIT_NOT_ADDING_UP").await, "");
}

#[tokio::test]
async fn a_split_by_baseline_follows_what_the_period_before_achieved() {
    let app = TestApp::start().await;
    let northwind = app.vendor("Northwind").await;
    let acme = app.partner(&northwind, "Acme", "STRATEGIC", "RESELLER").await;
    let lines =
        northwind.add_values("PRODUCT_LINE", &[("a", None), ("b", None), ("c", None)]).await;
    let registered = |count: usize, line: &'static str| {
        (0..count).map(move |at| {
            Fact::deal("DEAL_REGISTERED", &format!("{line}{at}"), "2025-03-01")
                .with("productLine", json!(line))
        })
    };
    let facts: Vec<Fact> =
        registered(7, "a").chain(registered(2, "b")).chain(registered(2, "c")).collect();
    northwind.manager.recorded(&acme.partnership, &facts).await;
    let target = json!({ "name": "Deals", "metric": "DEALS_REGISTERED", "amount": "100" });
    let plan = northwind.plan(&acme).with_target(target).shared().await;
    let split = json!({
        "targetId": plan.target("Deals").await, "dimension": "PRODUCT_LINE", "valueIds": lines, "basis": "BASELINE",
    });
    plan.change(&northwind.manager, "splitTarget", split).await;
    let found = plan.read(&acme.viewer, "targets { amount baseline }").await;
    let parts: Vec<(&str, &str)> = found.as_array().unwrap()[1..]
        .iter()
        .map(|part| (part["amount"].as_str().unwrap(), part["baseline"].as_str().unwrap()))
        .collect();
    assert_eq!(parts, [("64", "7"), ("18", "2"), ("18", "2")]);

    let leads = json!({ "name": "Leads", "metric": "LEADS", "amount": "100" });
    add(&plan, leads).await;
    let split = json!({
        "targetId": plan.target("Leads").await, "dimension": "PRODUCT_LINE", "valueIds": lines, "basis": "BASELINE",
    });
    let refused = plan.refused(&northwind.manager, "splitTarget", split).await;
    assert_snapshot!(refused, @"VALIDATION_FAILED at basis: basis: nothing was achieved in the period before");
}

#[tokio::test]
async fn parts_that_do_not_add_up_keep_a_plan_from_being_proposed() {
    let app = TestApp::start().await;
    let northwind = app.vendor("Northwind").await;
    let acme = app.partner(&northwind, "Acme", "STRATEGIC", "RESELLER").await;
    let plan = northwind.plan(&acme).full().shared().await;
    let lines = northwind.add_values("PRODUCT_LINE", &[("cloud", None), ("edge", None)]).await;
    let target = plan.target("Revenue").await;
    let split = json!({ "targetId": target, "dimension": "PRODUCT_LINE", "valueIds": lines });
    plan.change(&northwind.manager, "splitTarget", split).await;
    let part = plan.target("Revenue · edge").await;
    let edited = json!({ "name": "Edge", "metric": "REVENUE", "amount": "499999.99", "productLineId": lines[1] });
    plan.change(&acme.manager, "editTarget", json!({ "targetId": part, "target": edited })).await;
    let told = "the split of “Revenue” by product line adds up to 999999.99, not to 1000000.00";
    assert_eq!(blockers(&plan, "SPLIT_NOT_ADDING_UP").await, told);

    let query = "mutation($input: ProposePlanInput!) { proposePlan(input: $input) {
        plan { id } errors { code message ... on NotReady { blockers { code severity path message } } }
    } }";
    let input = json!({ "planId": plan.id, "expectedRevision": plan.revision().await });
    let answer = northwind.manager.run(query, json!({ "input": input })).await;
    assert_eq!(
        answer["proposePlan"],
        json!({ "plan": null, "errors": [{
            "code": "NOT_READY", "message": "the plan is not ready, blockers: 1",
            "blockers": [{
                "code": "SPLIT_NOT_ADDING_UP", "severity": "BLOCKER", "message": told,
                "path": ["targets", target, "split", "productLine"],
            }],
        }] })
    );
    assert_eq!(plan.read(&acme.viewer, "state").await, "NEGOTIATING");
}

#[tokio::test]
async fn weights_are_all_absent_or_make_a_hundred() {
    let app = TestApp::start().await;
    let plan = shared(&app).await;
    let weighing = |name: &str, weight: Value| {
        let mut target = custom(name, "10");
        target["weight"] = weight;
        target
    };
    assert_eq!(blockers(&plan, "WEIGHTS_INVALID").await, "");
    add(&plan, weighing("a", json!(60))).await;
    let mut told = vec![blockers(&plan, "WEIGHTS_INVALID").await];
    let mut first = revenue("1000000.00");
    first["weight"] = json!(30);
    let target = plan.target("Revenue").await;
    let edit = json!({ "targetId": target, "target": first });
    plan.change(&plan.vendor.manager, "editTarget", edit).await;
    told.push(blockers(&plan, "WEIGHTS_INVALID").await);
    assert_snapshot!(told.join("\n"), @r"
    1 of 2 targets have no weight
    the weights add up to 90, not to 100
    ");
    add(&plan, weighing("b", json!(10))).await;
    assert_eq!(blockers(&plan, "WEIGHTS_INVALID").await, "");
}

#[tokio::test]
async fn a_part_stays_inside_the_whole_and_beside_its_siblings() {
    let app = TestApp::start().await;
    let plan = shared(&app).await;
    let places = [("EMEA", None), ("DE", Some("EMEA")), ("FR", Some("EMEA")), ("US", None)];
    let geo = plan.vendor.add_values("GEOGRAPHY", &places).await;
    let line = plan.vendor.add_values("PRODUCT_LINE", &[("cloud", None)]).await.remove(0);
    let [emea, de, fr, us] = [&geo[0], &geo[1], &geo[2], &geo[3]];
    let top = plan.target("Revenue").await;
    let part = |name: &str, parent: &str, dimension: &str, value: Option<&str>| {
        let mut target = revenue("10.00");
        target["name"] = json!(name);
        target["partOf"] =
            json!({ "parentId": parent, "dimension": dimension, "isOther": value.is_none() });
        let field = if dimension == "GEOGRAPHY" { "geographyId" } else { "productLineId" };
        if let Some(value) = value {
            target[field] = json!(value);
        }
        target
    };
    add(&plan, part("EMEA", &top, "GEOGRAPHY", Some(emea))).await;
    add(&plan, part("rest", &top, "GEOGRAPHY", None)).await;
    let (region, rest) = (plan.target("EMEA").await, plan.target("rest").await);
    add(&plan, part("EMEA cloud", &region, "PRODUCT_LINE", Some(&line))).await;
    let cloud = plan.target("EMEA cloud").await;

    let mut told = Vec::new();
    for target in [
        part("again", &top, "GEOGRAPHY", Some(emea)),
        part("another rest", &top, "GEOGRAPHY", None),
        // Germany is in EMEA, which has its part already.
        part("DE", &top, "GEOGRAPHY", Some(de)),
        part("US in EMEA", &region, "GEOGRAPHY", Some(us)),
        part("EMEA in EMEA", &region, "GEOGRAPHY", Some(emea)),
        part("US in EMEA's cloud", &cloud, "GEOGRAPHY", Some(us)),
        part("France in the rest", &rest, "GEOGRAPHY", Some(fr)),
        part("nowhere", "trgt_00000000000000000000000001", "GEOGRAPHY", Some(us)),
    ] {
        told.push(refused(&plan, target).await);
    }
    let mut no_value = part("no value", &top, "PRODUCT_LINE", None);
    no_value["partOf"]["isOther"] = json!(false);
    let mut rest_with_value = part("rest with value", &top, "PRODUCT_LINE", Some(&line));
    rest_with_value["partOf"]["isOther"] = json!(true);
    let mut weighing = part("weighing", &top, "PRODUCT_LINE", Some(&line));
    weighing["weight"] = json!(10);
    let mut two_ways = part("two ways", &top, "PRODUCT_LINE", Some(&line));
    two_ways["geographyId"] = json!(us);
    let mut other_metric = part("other metric", &top, "PRODUCT_LINE", Some(&line));
    other_metric["metric"] = json!("PIPELINE_CREATED");
    for target in [no_value, rest_with_value, weighing, two_ways, other_metric] {
        told.push(refused(&plan, target).await);
    }
    assert_snapshot!(told.join("\n"), @r"
    VALIDATION_FAILED at geographyId: geographyId: “EMEA” has facts of it already
    VALIDATION_FAILED at partOf.isOther: partOf.isOther: “rest” takes the rest already
    VALIDATION_FAILED at geographyId: geographyId: “EMEA” has facts of it already
    VALIDATION_FAILED at geographyId: geographyId: the part's value is not inside the whole's
    VALIDATION_FAILED at geographyId: geographyId: the part's value is not inside the whole's
    VALIDATION_FAILED at geographyId: geographyId: the part's value is not inside the whole's
    VALIDATION_FAILED at geographyId: geographyId: the part's value is not inside the whole's
    NOT_FOUND at partOf.parentId: partOf.parentId: `trgt_00000000000000000000000001` is no target of the plan
    VALIDATION_FAILED at productLineId: productLineId: a part by product line needs its value
    VALIDATION_FAILED at partOf.isOther: partOf.isOther: the rest has no value of its own
    VALIDATION_FAILED at weight: weight: only top-level targets have a weight
    VALIDATION_FAILED at geographyId: geographyId: a part by product line has no other value
    VALIDATION_FAILED at metric: metric: a part has the metric of the whole
    ");
    add(&plan, part("US", &top, "GEOGRAPHY", Some(us))).await;
    add(&plan, part("EMEA cloud DE", &cloud, "GEOGRAPHY", Some(de))).await;
    add(&plan, part("DE", &region, "GEOGRAPHY", Some(de))).await;
    assert_eq!(amounts(&plan).await.as_array().unwrap().len(), 7);
}

#[tokio::test]
async fn a_whole_goes_with_its_parts() {
    let app = TestApp::start().await;
    let plan = shared(&app).await;
    let lines = plan.vendor.add_values("PRODUCT_LINE", &[("cloud", None), ("edge", None)]).await;
    let target = plan.target("Revenue").await;
    let split = json!({ "targetId": target, "dimension": "PRODUCT_LINE", "valueIds": lines });
    plan.change(&plan.vendor.manager, "splitTarget", split).await;
    let metric = json!({ "targetId": target, "target": { "name": "Revenue", "metric": "PIPELINE_CREATED", "amount": "5" } });
    let refused = plan.refused(&plan.vendor.manager, "editTarget", metric).await;
    assert_snapshot!(refused, @"VALIDATION_FAILED at metric: metric: a target that is split keeps its metric");
    plan.change(&plan.vendor.manager, "removeTarget", json!({ "targetId": target })).await;
    assert_eq!(amounts(&plan).await, json!([]));
    let refused =
        plan.refused(&plan.vendor.manager, "removeTarget", json!({ "targetId": target })).await;
    assert_snapshot!(refused, @"NOT_FOUND: target not found");
}
