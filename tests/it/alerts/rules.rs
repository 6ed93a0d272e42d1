//! Rules as data: which warn, whom, and how loudly.

use serde_json::{Value, json};

use super::{NONE, demos, move_to, told};
use crate::support::{Client, GivenPlan, TestApp, planning::bare_mutation};

fn set_rules() -> String {
    bare_mutation("setAlertRules")
}

async fn set(plan: &GivenPlan, rules: Value) {
    let input = json!({ "planId": plan.id, "rules": rules });
    plan.vendor.admin.done(&set_rules(), json!({ "input": input })).await;
}

/// Somebody's alerts of targets and feeds: rule, severity and state, the oldest first.
async fn loud(plan: &GivenPlan, client: &Client) -> Vec<String> {
    let field = "alerts(last: 100, filter: { rules: [TARGET_BEHIND, FEED_SILENT] }) { nodes { rule severity state } }";
    let found = plan.read(client, field).await["nodes"].take();
    let rows = found.as_array().unwrap().iter().rev();
    rows.map(|row| {
        let word = |name: &str| row[name].as_str().unwrap().to_owned();
        format!("{} {} {}", word("rule"), word("severity"), word("state"))
    })
    .collect()
}

#[tokio::test]
async fn a_rule_that_is_off_opens_nothing_and_resolves_what_it_had_opened() {
    let app = TestApp::start().await;
    let plan = demos(&app, vec![]).await;
    move_to(&app, "2026-01-24").await;
    let (vendor, partner) = (&plan.vendor.viewer, &plan.partner.viewer);
    let usual = ["TARGET_BEHIND CRITICAL OPEN", "FEED_SILENT INFO OPEN"];
    assert_eq!(loud(&plan, vendor).await, usual);
    set(
        &plan,
        json!([
            { "rule": "FEED_SILENT", "isOn": false },
            { "rule": "TARGET_BEHIND", "severity": "INFO", "audience": "VENDOR_ONLY" },
        ]),
    )
    .await;
    assert_eq!(loud(&plan, vendor).await, ["TARGET_BEHIND INFO OPEN", "FEED_SILENT INFO RESOLVED"]);
    assert_eq!(
        loud(&plan, partner).await,
        ["TARGET_BEHIND CRITICAL RESOLVED", "FEED_SILENT INFO RESOLVED"]
    );
    // Days go by, and it stays silent.
    move_to(&app, "2026-01-26").await;
    assert_eq!(loud(&plan, vendor).await, ["TARGET_BEHIND INFO OPEN", "FEED_SILENT INFO RESOLVED"]);
    set(&plan, json!([])).await;
    for side in [vendor, partner] {
        assert_eq!(loud(&plan, side).await, usual);
    }
    let entries = plan.read(partner, "history(first: 100) { nodes { action } }").await;
    let n_set = entries["nodes"].as_array().unwrap().iter();
    assert_eq!(n_set.filter(|entry| entry["action"] == "setAlertRules").count(), 2);
    app.check_sums().await;
}

#[tokio::test]
async fn only_the_vendors_admin_sets_rules_and_each_of_them_once() {
    let app = TestApp::start().await;
    let plan = demos(&app, vec![]).await;
    let asked = |rules: Value| json!({ "input": { "planId": plan.id, "rules": rules } });
    let off = json!([{ "rule": "FEED_SILENT", "isOn": false }]);
    for client in [&plan.vendor.manager, &plan.vendor.executive, &plan.partner.admin] {
        assert_eq!(
            client.refused(&set_rules(), asked(off.clone())).await,
            "FORBIDDEN: only an admin of the vendor may do this"
        );
    }
    let rival = app.partner(&plan.vendor, "Globex", "GOLD", "RESELLER").await;
    assert_eq!(rival.admin.refused(&set_rules(), asked(off)).await, "NOT_FOUND: plan not found");
    let twice =
        json!([{ "rule": "FEED_SILENT" }, { "rule": "PLAN_ENDING" }, { "rule": "FEED_SILENT" }]);
    assert_eq!(
        plan.vendor.admin.refused(&set_rules(), asked(twice)).await,
        "VALIDATION_FAILED at rules.2.rule: rules.2.rule: the rule is set twice, at 0 and at 2"
    );
    move_to(&app, "2026-01-24").await;
    assert_ne!(told(&plan, &plan.partner.viewer, "FEED_SILENT").await, NONE);
}

#[tokio::test]
async fn a_policy_says_what_its_plans_warn_of() {
    let app = TestApp::start().await;
    app.set_time("2026-01-10T12:00:00Z");
    let northwind = app.vendor("Northwind").await;
    let rules = json!([
        { "rule": "TARGET_BEHIND", "severity": "WARNING", "audience": "PARTNER_ONLY" },
        { "rule": "PLAN_ENDING" },
    ]);
    let policy = json!({ "mode": "LIGHT", "alertRules": rules });
    let input = json!({ "tierId": northwind.tier("GOLD").await, "policy": policy });
    northwind.admin.done(&bare_mutation("setPlanningPolicy"), json!({ "input": input })).await;
    let acme = app.partner(&northwind, "Acme", "GOLD", "RESELLER").await;
    let sketch = northwind.plan(&acme).light();
    let plan = sketch.with_target(crate::support::planning::custom("demos", "1200")).active().await;
    let field = "planningPolicy { alertRules { rule isOn severity audience } }";
    let shown = plan.read(&acme.viewer, field).await["alertRules"].take();
    assert_eq!(shown.as_array().unwrap().len(), 20);
    assert_eq!(
        shown[1],
        json!({ "rule": "TARGET_BEHIND", "isOn": true, "severity": "WARNING", "audience": "PARTNER_ONLY" })
    );
    assert_eq!(
        shown[19],
        json!({ "rule": "PLAN_ENDING", "isOn": true, "severity": "WARNING", "audience": "BOTH_SIDES" })
    );
    move_to(&app, "2026-01-15").await;
    assert_eq!(loud(&plan, &northwind.viewer).await, NONE);
    assert_eq!(loud(&plan, &acme.viewer).await, ["TARGET_BEHIND WARNING OPEN"]);
}
