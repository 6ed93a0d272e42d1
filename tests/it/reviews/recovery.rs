//! Course correction: what is to bring a figure back, and the figure before and after.

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::{act, in_april, mutation, review, win};
use crate::support::{Client, Fact, GivenPlan, TestApp, given::id_of};

const ITEM: &str = "actionItem { id }";

const FIGURES: &str = "actionItems { nodes { kind state side expectedEffect alertRule target { name } commitment { title }
    figureBefore { asOf actual expected pace targetStatus commitmentStatus }
    figureAfter { asOf actual expected pace targetStatus commitmentStatus } } }";

/// The id of an open alert of somebody's side, by its rule.
async fn alert(plan: &GivenPlan, client: &Client, rule: &str) -> String {
    let field =
        format!("alerts(filter: {{ rules: [{rule}], states: [OPEN] }}) {{ nodes {{ id }} }}");
    id_of(&plan.read(client, &field).await["nodes"][0])
}

async fn input(source: Value, owner: &Client) -> Value {
    json!({ "input": { "source": source, "title": "call every customer", "ownerId": owner.user_id().await,
        "dueOn": "2026-05-31", "expectedEffect": "200,000 by June" } })
}

async fn recovery(client: &Client, source: Value, owner: &Client) -> String {
    let query = mutation("recordRecoveryAction", ITEM);
    id_of(&client.done(&query, input(source, owner).await).await["actionItem"])
}

async fn complete(client: &Client, id: &str) {
    let input = json!({ "input": { "actionItemId": id } });
    client.done(&mutation("completeActionItem", ITEM), input).await;
}

#[tokio::test]
async fn a_recovery_action_shows_the_figure_before_and_after_and_both_sides_alerts_show_it() {
    let app = TestApp::start().await;
    let plan = in_april(&app).await;
    app.settle().await;
    // 100,000 of 277,777.80 due.
    let vendors = alert(&plan, &plan.vendor.viewer, "TARGET_BEHIND").await;
    let id =
        recovery(&plan.vendor.manager, json!({ "alertId": vendors }), &plan.partner.manager).await;
    let shown = async |client: &Client| {
        let field = "alerts(filter: { rules: [TARGET_BEHIND, TARGET_AT_RISK, MDF_OVERSPENT] }) { nodes { rule state recoveryActions { title state } } }";
        plan.read(client, field).await["nodes"].take()
    };
    let open = json!([{ "title": "call every customer", "state": "OPEN" }]);
    for client in [&plan.vendor.viewer, &plan.partner.viewer] {
        assert_eq!(
            shown(client).await,
            json!([{ "rule": "TARGET_BEHIND", "state": "OPEN", "recoveryActions": open }])
        );
    }
    app.set_time("2026-04-30T12:00:00Z");
    win(&plan, "D-2", "166666.67", "2026-04-29").await;
    complete(&plan.partner.manager, &id).await;
    let frozen = plan.read(&plan.partner.viewer, FIGURES).await;
    assert_snapshot!(serde_json::to_string_pretty(&frozen["nodes"]).unwrap(), @r#"
    [
      {
        "alertRule": "TARGET_BEHIND",
        "commitment": null,
        "expectedEffect": "200,000 by June",
        "figureAfter": {
          "actual": "266666.67",
          "asOf": "2026-04-30",
          "commitmentStatus": null,
          "expected": "333333.36",
          "pace": "0.8000",
          "targetStatus": "AT_RISK"
        },
        "figureBefore": {
          "actual": "100000.00",
          "asOf": "2026-04-10",
          "commitmentStatus": null,
          "expected": "277777.80",
          "pace": "0.3600",
          "targetStatus": "BEHIND"
        },
        "kind": "RECOVERY",
        "side": "PARTNER",
        "state": "DONE",
        "target": {
          "name": "Revenue"
        }
      }
    ]
    "#);
    // The target is at risk now; what was done about it stays beside its warning.
    win(&plan, "D-3", "1.00", "2026-04-30").await;
    let done = json!([{ "title": "call every customer", "state": "DONE" }]);
    for client in [&plan.vendor.viewer, &plan.partner.viewer] {
        assert_eq!(shown(client).await[0]["recoveryActions"], done);
    }
    assert_eq!(plan.read(&plan.partner.viewer, FIGURES).await, frozen);
}

#[tokio::test]
async fn a_review_calls_for_recovery_of_a_target_too() {
    let app = TestApp::start().await;
    let plan = in_april(&app).await;
    app.settle().await;
    let (first, target) = (review(&plan, 1).await, plan.target("Revenue").await);
    let reviewed = json!({ "reviewed": { "reviewId": first, "targetId": target } });
    let manager = &plan.partner.manager;
    let query = mutation("recordRecoveryAction", ITEM);
    assert_eq!(
        manager.refused(&query, input(reviewed.clone(), manager).await).await,
        "VALIDATION_FAILED at reviewId: reviewId: review 1 is scheduled, not held"
    );
    act(manager, "holdReview", &first, json!({})).await;
    recovery(manager, reviewed, &plan.vendor.manager).await;
    let found = plan.read(&plan.vendor.viewer, "actionItems { nodes { kind review { number } target { name } figureBefore { actual targetStatus } } }").await;
    assert_eq!(
        found["nodes"],
        json!([{ "kind": "RECOVERY", "review": { "number": 1 }, "target": { "name": "Revenue" },
            "figureBefore": { "actual": "100000.00", "targetStatus": "BEHIND" } }])
    );
    let shown = plan
        .read(
            &plan.vendor.viewer,
            "alerts(filter: { rules: [TARGET_BEHIND] }) { nodes { recoveryActions { title } } }",
        )
        .await;
    assert_eq!(shown["nodes"][0]["recoveryActions"], json!([{ "title": "call every customer" }]));
    let other =
        json!({ "reviewed": { "reviewId": first, "targetId": "trgt_00000000000000000000000001" } });
    assert_eq!(
        manager.refused(&query, input(other, manager).await).await,
        "NOT_FOUND at targetId: targetId: `trgt_00000000000000000000000001` is no target of the plan"
    );
}

#[tokio::test]
async fn a_warning_about_the_plan_keeps_its_own_recovery() {
    let app = TestApp::start().await;
    let plan = in_april(&app).await;
    let spent = [Fact::spent("12000.00", "2026-04-01"), Fact::custom("demos", "1", "2026-04-01")];
    plan.vendor.manager.recorded(&plan.partner.partnership, &spent).await;
    let overspent = alert(&plan, &plan.partner.viewer, "MDF_OVERSPENT").await;
    recovery(&plan.partner.manager, json!({ "alertId": overspent }), &plan.partner.manager).await;
    let unconverted = Fact::deal("DEAL_WON", "D-7", "2026-04-02").amount("5.00", "EUR");
    plan.vendor.manager.recorded(&plan.partner.partnership, &[unconverted]).await;
    let field = "alerts(filter: { rules: [MDF_OVERSPENT, FACTS_UNCONVERTED] }) { nodes { rule recoveryActions { figureBefore { actual expected pace } } } }";
    let shown = plan.read(&plan.vendor.viewer, field).await;
    assert_eq!(
        shown["nodes"],
        json!([
            { "rule": "FACTS_UNCONVERTED", "recoveryActions": [] },
            { "rule": "MDF_OVERSPENT", "recoveryActions": [
                { "figureBefore": { "actual": "12000.00", "expected": "10000.00", "pace": null } },
            ] },
        ])
    );
}

#[tokio::test]
async fn a_warning_of_the_other_side_a_resolved_one_and_an_empty_hope_are_refused() {
    let app = TestApp::start().await;
    let plan = in_april(&app).await;
    app.settle().await;
    let (manager, partner) = (&plan.vendor.manager, &plan.partner.manager);
    let query = mutation("recordRecoveryAction", ITEM);
    let vendors = alert(&plan, &plan.vendor.viewer, "TARGET_BEHIND").await;
    let source = json!({ "alertId": vendors });
    assert_eq!(
        partner.refused(&query, input(source.clone(), partner).await).await,
        "NOT_FOUND: alert not found"
    );
    let viewer = plan.vendor.viewer.refused(&query, input(source.clone(), manager).await).await;
    assert_eq!(viewer, "FORBIDDEN: following up on actions is not for your role");
    let mut hopeless = input(source.clone(), manager).await;
    hopeless["input"]["expectedEffect"] = json!(" ");
    assert_eq!(
        manager.refused(&query, hopeless).await,
        "VALIDATION_FAILED at expectedEffect: expectedEffect: must not be empty"
    );
    win(&plan, "D-2", "900000.00", "2026-04-09").await;
    assert_eq!(
        manager.refused(&query, input(source, manager).await).await,
        "VALIDATION_FAILED at source.alertId: source.alertId: the alert is resolved"
    );
    let left = plan.read(&plan.vendor.viewer, "actionItems { totalCount }").await;
    assert_eq!(left["totalCount"], 0);
}
