//! What a side keeps to itself.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::{Client, GivenPlan, TestApp};

const ADD: &str = "mutation($input: AddPrivateNoteInput!) { addPrivateNote(input: $input) {
    note { id body author { email } } errors { code message path }
} }";

async fn shared(app: &TestApp) -> GivenPlan {
    let northwind = app.vendor("Northwind").await;
    let acme = app.partner(&northwind, "Acme", "STRATEGIC", "RESELLER").await;
    northwind.plan(&acme).full().shared().await
}

fn note(plan: &GivenPlan, body: &str) -> Value {
    json!({ "input": { "planId": plan.id, "body": body } })
}

async fn notes(client: &Client, plan: &GivenPlan) -> Value {
    plan.read(client, "privateNotes { totalCount nodes { body } }").await
}

#[tokio::test]
async fn a_note_is_read_by_the_own_side_and_leaves_no_trace_for_the_other() {
    let app = TestApp::start().await;
    let plan = shared(&app).await;
    let trace = async |client: &Client| {
        let query = "query($id: ID!) {
            plan(id: $id) { revision updatedAt history(first: 100) { totalCount } privateNotes { totalCount nodes { id } } }
            events(first: 100) { edges { cursor } }
            viewer { unreadAlertCount }
        }";
        client.run(query, json!({ "id": plan.id })).await
    };
    let (partner, vendor) = (trace(&plan.partner.admin).await, trace(&plan.vendor.viewer).await);
    app.set_time("2026-06-30T13:00:00Z");
    let written = plan.vendor.manager.done(ADD, note(&plan, "they will accept 30 %")).await;
    assert_eq!(written["note"]["author"]["email"], "manager@northwind.example");
    plan.vendor.executive.done(ADD, note(&plan, "agreed")).await;

    assert_eq!(trace(&plan.partner.admin).await, partner);
    assert_eq!(trace(&plan.vendor.viewer).await, vendor);
    let own = json!({ "totalCount": 2, "nodes": [{ "body": "agreed" }, { "body": "they will accept 30 %" }] });
    for client in [&plan.vendor.admin, &plan.vendor.manager, &plan.vendor.executive] {
        assert_eq!(notes(client, &plan).await, own);
    }
    let none = json!({ "totalCount": 0, "nodes": [] });
    for client in [&plan.vendor.viewer, &plan.partner.admin, &plan.partner.executive] {
        assert_eq!(notes(client, &plan).await, none, "{}", client.email());
    }
    plan.partner.executive.done(ADD, note(&plan, "we need 20 %")).await;
    assert_eq!(notes(&plan.vendor.admin, &plan).await, own);
    assert_eq!(notes(&plan.partner.admin, &plan).await["totalCount"], 1);
}

#[tokio::test]
async fn a_note_says_something_and_fits() {
    let app = TestApp::start().await;
    let plan = shared(&app).await;
    let manager = &plan.vendor.manager;
    let long = "x".repeat(10_001);
    let huge = "y".repeat(2_000_000);
    let mut told = Vec::new();
    for body in ["", " \n", "a\0b", &long, &huge] {
        told.push(manager.refused(ADD, note(&plan, body)).await);
    }
    assert_snapshot!(told.join("\n"), @r"
    VALIDATION_FAILED at body: body: must not be empty
    VALIDATION_FAILED at body: body: must not be empty
    VALIDATION_FAILED at body: body: has the control character U+0000
    VALIDATION_FAILED at body: body: has 10001 characters; 10000 is the most
    VALIDATION_FAILED at body: body: has 2000000 characters; 10000 is the most
    ");
    assert_eq!(notes(manager, &plan).await["totalCount"], 0);
    for body in [&long[..10_000], "\nfirst line is empty", "a\tb", &"long line ".repeat(30)] {
        manager.done(ADD, note(&plan, body)).await;
    }
}

#[tokio::test]
async fn viewers_and_rivals_write_none() {
    let app = TestApp::start().await;
    let plan = shared(&app).await;
    let globex = app.partner(&plan.vendor, "Globex", "GOLD", "RESELLER").await;
    for (client, refused) in [
        (&plan.vendor.viewer, "FORBIDDEN: writing a note is not for your role"),
        (&plan.partner.viewer, "FORBIDDEN: writing a note is not for your role"),
        (&globex.admin, "NOT_FOUND: plan not found"),
    ] {
        assert_eq!(client.refused(ADD, note(&plan, "hm")).await, refused);
    }
    assert_eq!(notes(&plan.vendor.admin, &plan).await["totalCount"], 0);
}
