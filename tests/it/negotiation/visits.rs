//! What is new since the viewer last looked.

use serde_json::{Value, json};

use super::{say, shared};
use crate::support::{Client, GivenPlan, TestApp};

const MARK: &str = "mutation($id: ID!) { markPlanVisited(input: { planId: $id }) {
    plan { lastVisitedAt changesSinceVisit { totalCount } } errors { code message path }
} }";

/// What is new to somebody, the latest first.
async fn news(client: &Client, plan: &GivenPlan) -> Vec<String> {
    let found =
        plan.read(client, "changesSinceVisit(first: 100) { totalCount nodes { action } }").await;
    let nodes = found["nodes"].as_array().unwrap();
    assert_eq!(found["totalCount"], nodes.len());
    nodes.iter().map(|node| node["action"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn what_others_did_since_the_last_visit_is_new() {
    let app = TestApp::start().await;
    let plan = shared(&app).await;
    let (vendor, partner) = (&plan.vendor.manager, &plan.partner.manager);
    // All is new to who has never looked; of the time before sharing the other side learns nothing.
    assert_eq!(news(partner, &plan).await, ["sharePlan"]);
    assert_eq!(news(&plan.vendor.admin, &plan).await.len(), 9);
    assert_eq!(
        news(vendor, &plan).await,
        Vec::<String>::new(),
        "what one did is not new to oneself"
    );
    assert_eq!(plan.read(partner, "lastVisitedAt").await, Value::Null);

    let seen = partner.done(MARK, json!({ "id": plan.id })).await;
    assert_eq!(
        seen["plan"],
        json!({ "lastVisitedAt": "2026-06-30T12:00:00+00:00", "changesSinceVisit": { "totalCount": 0 } })
    );
    plan.change(vendor, "editPlan", json!({ "name": "Bigger" })).await;
    plan.change(partner, "editPlan", json!({ "name": "Bigger still" })).await;
    say(vendor, &plan, "oh", json!({})).await;
    say(vendor, &plan, "between us", json!({ "visibility": "PRIVATE" })).await;
    assert_eq!(news(partner, &plan).await, ["addComment", "editPlan"]);
    // Each has an own visit: the colleague still has all before them.
    assert_eq!(
        news(&plan.partner.admin, &plan).await,
        ["addComment", "editPlan", "editPlan", "sharePlan"]
    );
    assert_eq!(news(&plan.vendor.executive, &plan).await.len(), 13);

    app.set_time("2026-07-01T08:00:00Z");
    let seen = partner.done(MARK, json!({ "id": plan.id })).await;
    assert_eq!(seen["plan"]["lastVisitedAt"], "2026-07-01T08:00:00+00:00");
    assert_eq!(news(partner, &plan).await, Vec::<String>::new());
    let history = plan.read(vendor, "history { totalCount }").await;
    assert_eq!(history["totalCount"], 13, "a visit is nobody else's business");
}

#[tokio::test]
async fn viewers_visit_and_integrations_and_outsiders_do_not() {
    let app = TestApp::start().await;
    let plan = shared(&app).await;
    let globex = app.partner(&plan.vendor, "Globex", "GOLD", "RESELLER").await;
    let create = "mutation { createIntegration(input: { name: \"CRM\", scopes: [PLANS_READ] }) {
        token errors { code message path }
    } }";
    let made = plan.vendor.admin.done(create, json!({})).await;
    let crm = app.as_bearer(made["token"].as_str().unwrap());
    plan.partner.viewer.done(MARK, json!({ "id": plan.id })).await;
    assert_eq!(news(&plan.partner.viewer, &plan).await, Vec::<String>::new());
    assert_eq!(
        crm.refused(MARK, json!({ "id": plan.id })).await,
        "FORBIDDEN: people visit plans, not integrations"
    );
    assert_eq!(plan.read(&crm, "lastVisitedAt").await, Value::Null);
    assert_eq!(plan.read(&crm, "changesSinceVisit { totalCount }").await, Value::Null);
    for id in [plan.id.as_str(), "plan_00000000000000000000000001"] {
        assert_eq!(
            globex.admin.refused(MARK, json!({ "id": id })).await,
            "NOT_FOUND: plan not found"
        );
    }
    let stranger = app.as_stranger().refused(MARK, json!({ "id": plan.id })).await;
    assert_eq!(stranger, "UNAUTHENTICATED: sign in first");
}
