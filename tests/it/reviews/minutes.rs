//! What both sides say of the minutes.

use futures_util::future::join;
use serde_json::{Value, json};

use super::{act, in_april, read, refused, review};
use crate::support::{Client, GivenPlan, TestApp};

async fn held(app: &TestApp) -> (GivenPlan, String) {
    let plan = in_april(app).await;
    let id = review(&plan, 1).await;
    let input = json!({ "minutes": "We met.", "decisions": ["go on"] });
    act(&plan.vendor.manager, "holdReview", &id, input).await;
    (plan, id)
}

/// What was said of the minutes: `SIDE answer: reason`, what no longer counts in brackets.
async fn answers(plan: &GivenPlan) -> Vec<String> {
    let fields = "answers { side answer reason personName voidedAt }";
    let found = read(plan, &plan.partner.viewer, 1, fields).await;
    let text = |value: &Value| value.as_str().unwrap_or("–").to_owned();
    let rows = found["answers"].as_array().unwrap().iter().map(|row| {
        let told = format!(
            "{} by {}: {}",
            text(&row["answer"]),
            text(&row["personName"]),
            text(&row["reason"])
        );
        if row["voidedAt"].is_null() { told } else { format!("({told})") }
    });
    rows.collect()
}

#[tokio::test]
async fn a_review_is_confirmed_once_both_sides_have() {
    let app = TestApp::start().await;
    let (plan, id) = held(&app).await;
    assert_eq!(act(&plan.partner.executive, "confirmReview", &id, json!({})).await, "HELD");
    assert_eq!(
        refused(&plan.partner.manager, "confirmReview", &id, json!({})).await,
        "INVALID_TRANSITION: your side has confirmed these minutes"
    );
    let actions = read(&plan, &plan.partner.manager, 1, "viewerActions").await;
    assert_eq!(actions["viewerActions"], json!(["AMEND_MINUTES", "DISPUTE"]));
    let actions = read(&plan, &plan.vendor.executive, 1, "viewerActions").await;
    assert_eq!(actions["viewerActions"], json!(["CONFIRM", "DISPUTE"]));
    assert_eq!(act(&plan.vendor.manager, "confirmReview", &id, json!({})).await, "CONFIRMED");
    assert_eq!(
        answers(&plan).await,
        ["CONFIRMED by Acme executive: –", "CONFIRMED by Northwind manager: –"]
    );
    for (name, input) in [
        ("amendMinutes", json!({ "minutes": "x" })),
        ("disputeReview", json!({ "reason": "x" })),
        ("confirmReview", json!({})),
        ("holdReview", json!({})),
    ] {
        let told = refused(&plan.vendor.manager, name, &id, input).await;
        assert!(told.starts_with("INVALID_TRANSITION: "), "{name}: {told}");
    }
    let events = "{ events(first: 100) { edges { node { ... on ReviewChanged { kind actor { side } review { number state } } } } } }";
    let told = plan.partner.viewer.run(events, json!({})).await;
    let told: Vec<&Value> = told["events"]["edges"]
        .as_array()
        .unwrap()
        .iter()
        .map(|edge| &edge["node"])
        .filter(|node| node["kind"].is_string())
        .collect();
    let now = json!({ "number": 1, "state": "CONFIRMED" });
    assert_eq!(
        told,
        [
            &json!({ "kind": "REVIEW_HELD", "actor": { "side": "VENDOR" }, "review": now }),
            &json!({ "kind": "REVIEW_CONFIRMED", "actor": { "side": "PARTNER" }, "review": now }),
            &json!({ "kind": "REVIEW_CONFIRMED", "actor": { "side": "VENDOR" }, "review": now }),
        ]
    );
}

#[tokio::test]
async fn a_dispute_is_settled_by_amending_and_confirming_anew() {
    let app = TestApp::start().await;
    let (plan, id) = held(&app).await;
    let scorecard =
        async || read(&plan, &plan.vendor.viewer, 1, "scorecard { hash content frozenAt }").await;
    let frozen = scorecard().await;
    act(&plan.vendor.manager, "confirmReview", &id, json!({})).await;
    act(&plan.partner.manager, "disputeReview", &id, json!({ "reason": "we agreed on two" })).await;
    assert_eq!(
        answers(&plan).await,
        ["CONFIRMED by Northwind manager: –", "DISPUTED by Acme manager: we agreed on two"]
    );
    assert_eq!(
        refused(&plan.partner.admin, "confirmReview", &id, json!({})).await,
        "INVALID_TRANSITION: your side disputes these minutes; once they are amended it can confirm them"
    );
    assert_eq!(
        refused(&plan.partner.admin, "disputeReview", &id, json!({ "reason": "again" })).await,
        "INVALID_TRANSITION: your side disputes these minutes"
    );
    assert_eq!(
        refused(&plan.vendor.manager, "amendMinutes", &id, json!({})).await,
        "VALIDATION_FAILED at minutes: minutes: says nothing, and neither do the decisions"
    );

    app.set_time("2026-04-12T12:00:00Z");
    let amended = json!({ "decisions": ["two campaigns"] });
    assert_eq!(act(&plan.vendor.manager, "amendMinutes", &id, amended).await, "HELD");
    assert_eq!(
        answers(&plan).await,
        ["(CONFIRMED by Northwind manager: –)", "(DISPUTED by Acme manager: we agreed on two)"]
    );
    let said = read(&plan, &plan.partner.viewer, 1, "minutes decisions").await;
    assert_eq!(said, json!({ "minutes": "We met.", "decisions": ["two campaigns"] }));
    let history = plan
        .read(&plan.partner.viewer, "history(first: 1) { nodes { action before after } }")
        .await;
    let entry = &history["nodes"][0];
    assert_eq!(entry["action"], "amendMinutes");
    let kept = |value: &Value| serde_json::from_str::<Value>(value.as_str().unwrap()).unwrap();
    assert_eq!(kept(&entry["before"])["decisions"], json!(["go on"]));
    assert_eq!(kept(&entry["after"])["decisions"], json!(["two campaigns"]));

    act(&plan.vendor.manager, "confirmReview", &id, json!({})).await;
    assert_eq!(act(&plan.partner.manager, "confirmReview", &id, json!({})).await, "CONFIRMED");
    assert_eq!(scorecard().await, frozen);
}

#[tokio::test]
async fn both_sides_can_confirm_at_the_same_instant() {
    let app = TestApp::start().await;
    let (plan, id) = held(&app).await;
    let confirm = async |client: &Client| act(client, "confirmReview", &id, json!({})).await;
    let states = join(confirm(&plan.vendor.manager), confirm(&plan.partner.manager)).await;
    assert!([&states.0, &states.1].contains(&&json!("CONFIRMED")), "{states:?}");
    assert_eq!(read(&plan, &plan.vendor.viewer, 1, "state").await["state"], "CONFIRMED");
    assert_eq!(answers(&plan).await.len(), 2);
}

#[tokio::test]
async fn a_side_can_dispute_what_it_has_confirmed() {
    let app = TestApp::start().await;
    let (plan, id) = held(&app).await;
    act(&plan.vendor.executive, "confirmReview", &id, json!({})).await;
    act(&plan.vendor.manager, "disputeReview", &id, json!({ "reason": "a figure is missing" }))
        .await;
    assert_eq!(act(&plan.partner.manager, "confirmReview", &id, json!({})).await, "HELD");
    assert_eq!(
        answers(&plan).await,
        [
            "(CONFIRMED by Northwind executive: –)",
            "DISPUTED by Northwind manager: a figure is missing",
            "CONFIRMED by Acme manager: –",
        ]
    );
}
