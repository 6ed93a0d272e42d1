//! Reviews whose day comes or has passed, minutes that nobody confirms, actions that nobody does.

use serde_json::{Value, json};

use super::{NONE, move_to, told};
use crate::support::{Client, GivenPlan, TestApp, planning::bare_mutation};

const RULES: &str = "REVIEW_DUE, REVIEW_OVERDUE, REVIEW_UNCONFIRMED, ACTION_ITEM_OVERDUE";

/// A full plan in force since 15 January, reviewed on 10 April first.
pub(super) async fn reviewed(app: &TestApp) -> GivenPlan {
    app.set_time("2026-01-15T12:00:00Z");
    let northwind = app.vendor("Northwind").await;
    let acme = app.partner(&northwind, "Acme", "STRATEGIC", "RESELLER").await;
    northwind.plan(&acme).full().active().await
}

async fn review(plan: &GivenPlan, number: usize) -> Value {
    plan.read(&plan.vendor.viewer, "reviews { id }").await[number - 1]["id"].take()
}

pub(super) async fn act(client: &Client, name: &str, input: Value) {
    client.done(&bare_mutation(name), json!({ "input": input })).await;
}

#[tokio::test]
async fn a_review_warns_both_before_and_after_its_day_until_it_is_held_or_skipped() {
    let app = TestApp::start().await;
    let plan = reviewed(&app).await;
    let sides = [plan.vendor.viewer.clone(), plan.partner.viewer.clone()];
    move_to(&app, "2026-03-26").await;
    assert_eq!(told(&plan, &sides[0], RULES).await, NONE);
    move_to(&app, "2026-03-27").await;
    for side in &sides {
        assert_eq!(
            told(&plan, side, RULES).await,
            ["REVIEW_DUE OPEN 1: review 1 is due on 2026-04-10"]
        );
    }
    move_to(&app, "2026-04-11").await;
    let resolved = "REVIEW_DUE RESOLVED 1: review 1 is due on 2026-04-10";
    let late = "review 1 was due on 2026-04-10 and was neither held nor skipped";
    for side in &sides {
        assert_eq!(
            told(&plan, side, RULES).await,
            [resolved.to_owned(), format!("REVIEW_OVERDUE OPEN 1: {late}")]
        );
    }
    let subject = "alerts(filter: { rules: [REVIEW_OVERDUE] }) { nodes { severity subject { ... on Review { number } } } }";
    assert_eq!(
        plan.read(&sides[1], subject).await["nodes"],
        json!([{ "severity": "WARNING", "subject": { "number": 1 } }])
    );
    act(
        &plan.partner.manager,
        "skipReview",
        json!({ "reviewId": review(&plan, 1).await, "reason": "fair" }),
    )
    .await;
    for side in &sides {
        assert_eq!(
            told(&plan, side, RULES).await,
            [resolved.to_owned(), format!("REVIEW_OVERDUE RESOLVED 1: {late}")]
        );
    }
}

#[tokio::test]
async fn minutes_that_wait_a_week_warn_each_side_of_whose_answer_is_missing() {
    let app = TestApp::start().await;
    let plan = reviewed(&app).await;
    app.set_time("2026-04-10T12:00:00Z");
    let id = review(&plan, 1).await;
    act(&plan.vendor.manager, "holdReview", json!({ "reviewId": id })).await;
    act(&plan.vendor.executive, "confirmReview", json!({ "reviewId": id })).await;
    let waiting = async |client: &Client| told(&plan, client, "REVIEW_UNCONFIRMED").await;
    move_to(&app, "2026-04-16").await;
    assert_eq!(waiting(&plan.vendor.viewer).await, NONE);
    move_to(&app, "2026-04-17").await;
    let words = |whose: &str, state: &str| {
        format!(
            "REVIEW_UNCONFIRMED {state} 1: the minutes of review 1 of 2026-04-10 await {whose} confirmation"
        )
    };
    assert_eq!(waiting(&plan.vendor.viewer).await, [words("the partner's", "OPEN")]);
    assert_eq!(waiting(&plan.partner.viewer).await, [words("your", "OPEN")]);
    act(&plan.partner.executive, "confirmReview", json!({ "reviewId": id })).await;
    assert_eq!(waiting(&plan.vendor.viewer).await, [words("the partner's", "RESOLVED")]);
    assert_eq!(waiting(&plan.partner.viewer).await, [words("your", "RESOLVED")]);
}

#[tokio::test]
async fn an_action_that_is_late_warns_both_until_it_is_done_or_given_more_time() {
    let app = TestApp::start().await;
    let plan = reviewed(&app).await;
    let owner = plan.partner.manager.user_id().await;
    for title in ["call", "write"] {
        let action = json!({ "title": title, "ownerId": owner, "dueOn": "2026-02-10" });
        act(&plan.vendor.manager, "addActionItem", json!({ "planId": plan.id, "action": action }))
            .await;
    }
    let late = async |client: &Client| told(&plan, client, "ACTION_ITEM_OVERDUE").await;
    move_to(&app, "2026-02-10").await;
    assert_eq!(late(&plan.partner.viewer).await, NONE);
    move_to(&app, "2026-02-11").await;
    let words = |title: &str, state: &str| {
        format!("ACTION_ITEM_OVERDUE {state} 1: {title}: Acme manager was to do it by 2026-02-10")
    };
    for side in [&plan.vendor.viewer, &plan.partner.viewer] {
        assert_eq!(late(side).await, [words("call", "OPEN"), words("write", "OPEN")]);
    }
    let items = plan.read(&plan.vendor.viewer, "actionItems { nodes { id title } }").await;
    let id = |at: usize| items["nodes"][at]["id"].clone();
    act(&plan.partner.manager, "completeActionItem", json!({ "actionItemId": id(1) })).await;
    let more = json!({ "actionItemId": id(0), "ownerId": owner, "dueOn": "2026-02-28" });
    act(&plan.partner.manager, "reassignActionItem", more).await;
    for side in [&plan.vendor.viewer, &plan.partner.viewer] {
        assert_eq!(late(side).await, [words("call", "RESOLVED"), words("write", "RESOLVED")]);
    }
}
