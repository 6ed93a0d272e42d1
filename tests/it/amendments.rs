//! Plans in force are changed by amendments, and end: what counts on which day, and what both signed.

mod around;

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::{
    Client, Fact, GivenPlan, TestApp,
    planning::{custom, revenue},
};

/// A plan in force since 10 January whose first target asks for 1,200 demos, 100 a month.
async fn demos(app: &TestApp) -> GivenPlan {
    app.set_time("2026-01-10T12:00:00Z");
    let northwind = app.vendor("Northwind").await;
    let acme = app.partner(&northwind, "Acme", "STRATEGIC", "RESELLER").await;
    let sketch = northwind.plan(&acme).light().with_target(custom("demos", "1200"));
    sketch.with_target(revenue("1000000.00")).active().await
}

/// Begins an amendment that asks for 2,400 demos instead.
async fn doubled(plan: &GivenPlan) {
    let manager = &plan.vendor.manager;
    plan.change(manager, "beginAmendment", json!({ "reason": "it goes well" })).await;
    ask_for(plan, "2400").await;
}

async fn ask_for(plan: &GivenPlan, amount: &str) {
    let target = plan.target("demos").await;
    let edit = json!({ "targetId": target, "target": custom("demos", amount) });
    plan.change(&plan.partner.manager, "editTarget", edit).await;
}

async fn propose(plan: &GivenPlan, effective_on: &str) {
    let input = json!({ "effectiveOn": effective_on });
    plan.change(&plan.vendor.manager, "proposeAmendment", input).await;
}

async fn both_sign(plan: &GivenPlan) {
    plan.sign(&plan.vendor.executive).await;
    plan.sign(&plan.partner.executive).await;
}

async fn move_to(app: &TestApp, day: &str) {
    app.set_time(&format!("{day}T12:00:00Z"));
    app.settle().await;
}

/// Day, first figure and its status in the scorecard with which the plan ended.
async fn final_figures(plan: &GivenPlan, client: &Client) -> Value {
    let card = plan.read(client, "finalScorecard { asOf targets { actual status } }").await;
    json!([card["asOf"], card["targets"][0]["actual"], card["targets"][0]["status"]])
}

async fn asked(plan: &GivenPlan) -> Value {
    plan.read(&plan.partner.viewer, "targets { amount }").await[0]["amount"].take()
}

#[tokio::test]
async fn an_amendment_counts_from_its_day_and_leaves_the_days_before_as_they_were() {
    let app = TestApp::start().await;
    let plan = demos(&app).await;
    move_to(&app, "2026-03-10").await;
    let manager = &plan.vendor.manager;
    let facts = [Fact::custom("demos", "300", "2026-02-20")];
    manager.recorded(&plan.partner.partnership, &facts).await;
    doubled(&plan).await;
    let help = json!({ "title": "More hours", "owedBy": "VENDOR", "quantity": "40", "dueOn": "2026-12-31",
        "terms": { "vendorSupport": "CO_SELL_RESOURCE" } });
    let help = plan.owned(help).await;
    plan.change(&plan.partner.manager, "addCommitment", json!({ "commitment": help })).await;
    plan.change(manager, "editPlan", json!({ "name": "Plan 2026, more" })).await;

    // Until both have signed, nothing of it is in force.
    assert_eq!(asked(&plan).await, "1200.000");
    assert_eq!(plan.read(manager, "name").await, "Plan 2026");
    let fields = "amendment { state baseVersion reason begunBy name targets { amount } changes { kind subject name field before after } }";
    let amendment = plan.read(&plan.partner.viewer, fields).await;
    assert_eq!(amendment["targets"][0]["amount"], "2400.000");
    let changes = amendment["changes"].as_array().unwrap().iter();
    let changes: Vec<String> = changes
        .map(|one| {
            let said = |field: &str| one[field].as_str().unwrap_or("-").to_owned();
            let is_whole = one["field"].is_null();
            let value = |field: &str| if is_whole { "…".to_owned() } else { said(field) };
            let (before, after) = (value("before"), value("after"));
            format!(
                "{} {} {} {}: {before} → {after}",
                said("kind"),
                said("subject"),
                said("name"),
                said("field")
            )
        })
        .collect();
    assert_snapshot!(changes.join("\n"), @"
    CHANGED PLAN Plan 2026, more name: Plan 2026 → Plan 2026, more
    CHANGED TARGET demos amount: 1200.000 → 2400.000
    ADDED COMMITMENT More hours -: … → …
    ");

    propose(&plan, "2026-04-01").await;
    assert_eq!(plan.read(manager, "state").await, "ACTIVE");
    both_sign(&plan).await;
    assert_eq!(plan.read(manager, "amendment { state }").await, Value::Null);
    assert_eq!(
        (plan.read(manager, "versionInForce").await, asked(&plan).await),
        (json!(1), json!("1200.000"))
    );
    move_to(&app, "2026-04-01").await;
    assert_eq!(
        (plan.read(manager, "versionInForce").await, asked(&plan).await),
        (json!(2), json!("2400.000"))
    );
    assert_eq!(plan.read(manager, "name").await, "Plan 2026, more");
    for (on, version, actual, expected) in [
        ("2026-02-19", 1, "0.000", "167.857"),
        ("2026-02-28", 1, "300.000", "200.000"),
        ("2026-03-31", 1, "300.000", "300.000"),
        ("2026-04-01", 2, "300.000", "606.667"),
    ] {
        assert_eq!(plan.read(manager, &format!("versionOn(day: \"{on}\")")).await, version, "{on}");
        let progress = plan.read(manager, &format!("progress(asOf: \"{on}\") {{ version }}")).await;
        assert_eq!(progress["version"], version, "{on}");
        let target = plan.target_progress(manager, "demos", on, "actual expected").await;
        assert_eq!(target, json!({ "actual": actual, "expected": expected }), "{on}");
    }
    // A late fact counts under either version, on its own day.
    let late = [Fact::custom("demos", "5", "2026-03-30")];
    manager.recorded(&plan.partner.partnership, &late).await;
    assert_eq!(plan.actual("demos", "2026-03-31").await, "305.000");
    assert_eq!(plan.actual("demos", "2026-04-01").await, "305.000");
    app.check_sums().await;
}

#[tokio::test]
async fn what_a_target_looks_at_can_be_amended_and_past_days_look_as_they_did() {
    let app = TestApp::start().await;
    let plan = demos(&app).await;
    move_to(&app, "2026-03-10").await;
    let manager = &plan.vendor.manager;
    let facts =
        [Fact::custom("demos", "10", "2026-02-20"), Fact::custom("calls", "7", "2026-02-21")];
    manager.recorded(&plan.partner.partnership, &facts).await;
    plan.change(manager, "beginAmendment", json!({ "reason": "calls matter more" })).await;
    let target = plan.target("demos").await;
    let edit = json!({ "targetId": target, "target": { "name": "demos", "metric": "CUSTOM", "metricKey": "calls", "amount": "1200" } });
    plan.change(manager, "editTarget", edit).await;
    propose(&plan, "2026-03-10").await;
    both_sign(&plan).await;
    assert_eq!(plan.read(manager, "versionInForce").await, 2);
    assert_eq!(plan.actual("demos", "2026-03-09").await, "10.000");
    assert_eq!(plan.actual("demos", "2026-03-10").await, "7.000");
    let more = [Fact::custom("calls", "2", "2026-03-01")];
    manager.recorded(&plan.partner.partnership, &more).await;
    assert_eq!(plan.actual("demos", "2026-03-09").await, "10.000");
    assert_eq!(plan.actual("demos", "2026-03-10").await, "9.000");
    app.check_sums().await;
}

#[tokio::test]
async fn an_amendment_is_given_up_rejected_or_edited_and_the_plan_stays_as_signed() {
    let app = TestApp::start().await;
    let plan = demos(&app).await;
    let manager = &plan.vendor.manager;
    let signed = plan.read(manager, "targets { id amount } commitments { id title }").await;
    doubled(&plan).await;
    let again = plan.refused(manager, "beginAmendment", json!({ "reason": "twice" })).await;
    assert_snapshot!(again, @"INVALID_TRANSITION: amending is not possible while the plan is active");
    plan.change(manager, "addTarget", json!({ "target": custom("calls", "10") })).await;
    propose(&plan, "2026-02-01").await;
    plan.sign(&plan.vendor.executive).await;

    // An edit opens it again, and the signature under it no longer counts.
    ask_for(&plan, "3600").await;
    assert_eq!(
        plan.read(manager, "amendment { state effectiveOn }").await,
        json!({ "state": "OPEN", "effectiveOn": null })
    );
    propose(&plan, "2026-02-01").await;
    plan.change(&plan.partner.executive, "rejectPlan", json!({ "reason": "too much" })).await;
    assert_eq!(plan.read(manager, "amendment { state }").await["state"], "OPEN");
    assert_eq!(plan.read(manager, "state").await, "ACTIVE");

    let actions = plan.read(&plan.partner.manager, "viewerActions").await;
    assert!(actions.as_array().unwrap().contains(&json!("WITHDRAW_AMENDMENT")));
    let webinars = json!({ "commitmentId": plan.commitment("Webinars").await });
    plan.change(manager, "removeCommitment", webinars).await;
    plan.change(&plan.partner.manager, "withdrawAmendment", json!({ "reason": "no more" })).await;
    assert_eq!(plan.read(manager, "amendment { state }").await, Value::Null);
    assert_eq!(plan.read(manager, "targets { id amount } commitments { id title }").await, signed);
    doubled(&plan).await;
    let found = plan.read(manager, "amendment { targets { name amount } }").await;
    assert_eq!(
        found["targets"],
        json!([
            { "name": "demos", "amount": "2400.000" },
            { "name": "Revenue", "amount": "1000000.00" },
        ])
    );
}

#[tokio::test]
async fn what_cannot_be_amended_is_refused_by_name() {
    let app = TestApp::start().await;
    let plan = demos(&app).await;
    let manager = &plan.vendor.manager;
    plan.change(manager, "beginAmendment", json!({ "reason": "see" })).await;
    let mut told = Vec::new();
    for effective_on in ["2026-01-09", "2027-01-01", "2026-02-01"] {
        let input = json!({ "effectiveOn": effective_on });
        told.push(plan.refused(manager, "proposeAmendment", input).await);
    }
    ask_for(&plan, "2400").await;
    propose(&plan, "2026-01-20").await;
    let signature = plan.signature(manager).await;
    let old = json!({ "version": 1, "hash": signature["hash"] });
    told.push(plan.refused(&plan.vendor.executive, "signPlan", old).await);
    told.push(plan.refused(manager, "signPlan", signature.clone()).await);
    plan.sign(&plan.vendor.executive).await;
    told.push(plan.refused(&plan.vendor.executive, "signPlan", signature.clone()).await);
    move_to(&app, "2026-01-21").await;
    told.push(plan.refused(&plan.partner.executive, "signPlan", signature).await);
    told.push(plan.refused(manager, "closePlan", json!({})).await);
    assert_snapshot!(told.join("\n"), @"
    VALIDATION_FAILED at effectiveOn: effectiveOn: 2026-01-09 is past; today is 2026-01-10
    VALIDATION_FAILED at effectiveOn: effectiveOn: 2027-01-01 is after 2026-12-31, the plan's last day
    VALIDATION_FAILED at planId: planId: nothing differs from version 1
    VALIDATION_FAILED at version: version: version 1 is not proposed; 2 is
    FORBIDDEN: signing is not for your role
    VALIDATION_FAILED at version: version: your side has signed it
    VALIDATION_FAILED at version: version: version 2 was to count from 2026-01-20, which is past
    VALIDATION_FAILED at planId: planId: the plan lasts until 2026-12-31; close it after that day
    ");
    assert_eq!(
        (plan.read(manager, "versionInForce").await, asked(&plan).await),
        (json!(1), json!("1200.000"))
    );
}

#[tokio::test]
async fn a_split_that_stops_adding_up_keeps_an_amendment_from_being_proposed() {
    let app = TestApp::start().await;
    let plan = demos(&app).await;
    let manager = &plan.vendor.manager;
    plan.change(manager, "beginAmendment", json!({ "reason": "parts" })).await;
    let values = plan.vendor.add_values("PRODUCT_LINE", &[("cloud", None), ("edge", None)]).await;
    let split = json!({ "targetId": plan.target("demos").await, "dimension": "PRODUCT_LINE", "valueIds": values });
    plan.change(manager, "splitTarget", split).await;
    ask_for(&plan, "1300").await;
    let refused =
        plan.refused(manager, "proposeAmendment", json!({ "effectiveOn": "2026-02-01" })).await;
    assert!(refused.starts_with("NOT_READY"), "{refused}");
    let found = plan.read(manager, "amendment { readiness { code severity } }").await;
    assert_eq!(
        found["readiness"][0],
        json!({ "code": "SPLIT_NOT_ADDING_UP", "severity": "BLOCKER" })
    );
}

#[tokio::test]
async fn a_plan_is_closed_once_its_period_is_over_and_its_figures_stay() {
    let app = TestApp::start().await;
    let plan = demos(&app).await;
    let manager = &plan.vendor.manager;
    let facts = [Fact::custom("demos", "10", "2026-01-09")];
    manager.recorded(&plan.partner.partnership, &facts).await;
    move_to(&app, "2027-01-01").await;
    plan.change(manager, "closePlan", json!({})).await;
    assert_eq!(plan.read(&plan.partner.viewer, "state").await, "COMPLETED");
    let late = [Fact::custom("demos", "500", "2026-12-30")];
    manager.recorded(&plan.partner.partnership, &late).await;
    assert_eq!(plan.actual("demos", "2026-12-31").await, "10.000");
    assert_eq!(final_figures(&plan, manager).await, json!(["2026-12-31", "10.000", "BEHIND"]));
    let open = "alerts(filter: { states: [OPEN] }) { totalCount }";
    assert_eq!(plan.read(manager, open).await["totalCount"], 0);
}

#[tokio::test]
async fn a_plan_is_terminated_at_once_or_when_the_notice_has_run_out() {
    let app = TestApp::start().await;
    let plan = demos(&app).await;
    let (manager, partner) = (&plan.vendor.manager, &plan.partner.manager);
    let end = |on: &str| json!({ "effectiveOn": on, "reason": "merger" });
    let refused = plan.refused(partner, "terminatePlan", end("2026-01-09")).await;
    assert_snapshot!(refused, @"VALIDATION_FAILED at effectiveOn: effectiveOn: 2026-01-09 is past; today is 2026-01-10");
    doubled(&plan).await;
    plan.change(partner, "terminatePlan", end("2026-03-01")).await;
    let termination = "state termination { effectiveOn reason by }";
    let query = format!("query($id: ID!) {{ plan(id: $id) {{ {termination} }} }}");
    let found = manager.run(&query, json!({ "id": plan.id })).await;
    assert_eq!(
        found["plan"],
        json!({ "state": "ACTIVE", "termination": { "effectiveOn": "2026-03-01", "reason": "merger", "by": "PARTNER" } })
    );
    move_to(&app, "2026-02-28").await;
    assert_eq!(plan.read(manager, "state").await, "ACTIVE");
    move_to(&app, "2026-03-01").await;
    assert_eq!(plan.read(manager, "state").await, "TERMINATED");
    assert_eq!(final_figures(&plan, partner).await, json!(["2026-03-01", "0.000", "BEHIND"]));
    assert_eq!(asked(&plan).await, "1200.000");
    // The days are free for another plan.
    plan.vendor.plan(&plan.partner).named("next").full().proposed().await;
}

#[tokio::test]
async fn nobody_else_sees_an_amendment_and_those_who_only_read_begin_none() {
    let app = TestApp::start().await;
    let plan = demos(&app).await;
    doubled(&plan).await;
    let rival = app.partner(&plan.vendor, "Globex", "STRATEGIC", "RESELLER").await;
    let contoso = app.vendor("Contoso").await;
    let heard = async |who: &Client| {
        let query = "{ events(first: 100) { edges { node { ... on PlanChanged { kind } } } } }";
        who.run(query, json!({})).await["events"]["edges"].to_string()
    };
    for party in [&plan.vendor.viewer, &plan.partner.viewer] {
        assert!(heard(party).await.contains("AMENDMENT_BEGUN"), "{}", party.email());
    }
    for outsider in [&rival.admin, &contoso.admin] {
        let query = "query($id: ID!) { plan(id: $id) { amendment { reason } } }";
        let found = outsider.run(query, json!({ "id": plan.id })).await;
        assert_eq!(found["plan"], Value::Null, "{}", outsider.email());
        let told = heard(outsider).await;
        assert!(!told.contains("AMENDMENT"), "{}: {told}", outsider.email());
    }
    for reader in [&plan.vendor.viewer, &plan.partner.viewer, &plan.partner.executive] {
        let refused = plan.refused(reader, "withdrawAmendment", json!({ "reason": "x" })).await;
        assert_eq!(refused, "FORBIDDEN: withdrawing the amendment is not for your role");
        let end = json!({ "effectiveOn": "2026-02-01", "reason": "x" });
        let refused = plan.refused(reader, "terminatePlan", end).await;
        assert_eq!(refused, "FORBIDDEN: terminating is not for your role");
    }
    assert_eq!(
        plan.read(&plan.partner.viewer, "amendment { reason }").await["reason"],
        "it goes well"
    );
}
