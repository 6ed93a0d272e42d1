//! What happens around the meeting: its agenda, leaving it out, and who may do what.

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::{act, in_april, mutation, read, refused, review};
use crate::support::{Client, GivenPlan, TestApp};

#[tokio::test]
async fn a_review_that_is_skipped_says_why_and_is_not_held() {
    let app = TestApp::start().await;
    let plan = in_april(&app).await;
    let id = review(&plan, 1).await;
    let overdue = async || read(&plan, &plan.partner.viewer, 1, "isOverdue state").await;
    assert_eq!(overdue().await, json!({ "isOverdue": false, "state": "SCHEDULED" }));
    app.set_time("2026-04-11T00:00:00Z");
    assert_eq!(overdue().await, json!({ "isOverdue": true, "state": "SCHEDULED" }));
    let manager = &plan.partner.manager;
    assert_eq!(
        refused(manager, "skipReview", &id, json!({ "reason": " " })).await,
        "VALIDATION_FAILED at reason: reason: must not be empty"
    );
    assert_eq!(act(manager, "skipReview", &id, json!({ "reason": "strike" })).await, "SKIPPED");
    assert_eq!(overdue().await, json!({ "isOverdue": false, "state": "SKIPPED" }));
    for (name, input, told) in [
        ("holdReview", json!({}), "a review that is skipped cannot be held"),
        ("skipReview", json!({ "reason": "x" }), "a review that is skipped cannot be skipped"),
        ("confirmReview", json!({}), "the minutes of a review that is skipped cannot be confirmed"),
        (
            "setReviewAgenda",
            json!({ "items": [{ "kind": "ISSUES" }] }),
            "the agenda of a review that is skipped cannot be set",
        ),
    ] {
        let refused = refused(&plan.vendor.manager, name, &id, input).await;
        assert_eq!(refused, format!("INVALID_TRANSITION: {told}"));
    }
    let found =
        read(&plan, &plan.vendor.viewer, 1, "skipReason preRead { daysLeft } viewerActions").await;
    assert_eq!(found, json!({ "skipReason": "strike", "preRead": null, "viewerActions": [] }));
}

#[tokio::test]
async fn the_agenda_begins_with_what_was_promised_and_can_be_set() {
    let app = TestApp::start().await;
    let plan = in_april(&app).await;
    let id = review(&plan, 1).await;
    let agenda = async |fields: &str| {
        read(&plan, &plan.partner.viewer, 1, &format!("agenda {{ {fields} }}")).await["agenda"]
            .take()
    };
    let kinds: Vec<Value> =
        agenda("kind").await.as_array().unwrap().iter().map(|item| item["kind"].clone()).collect();
    assert_eq!(
        kinds,
        [
            "OPEN_ACTIONS",
            "PERFORMANCE",
            "PIPELINE",
            "MARKETING",
            "ENABLEMENT",
            "ISSUES",
            "NEXT_COMMITMENTS"
        ]
    );
    let items = json!([
        { "kind": "PERFORMANCE", "notes": "EMEA first" },
        { "kind": "OTHER", "title": "New factory" },
    ]);
    act(&plan.vendor.manager, "setReviewAgenda", &id, json!({ "items": items })).await;
    assert_eq!(
        agenda("kind title notes actions { title }").await,
        json!([
            { "kind": "PERFORMANCE", "title": "Performance", "notes": "EMEA first", "actions": [] },
            { "kind": "OTHER", "title": "New factory", "notes": null, "actions": [] },
        ])
    );
    let mut told = Vec::new();
    for items in [
        json!([]),
        json!([{ "kind": "OTHER" }]),
        json!([{ "kind": "ISSUES", "notes": "x".repeat(10_001) }]),
        json!(vec![json!({ "kind": "ISSUES" }); 51]),
    ] {
        told.push(
            refused(&plan.vendor.manager, "setReviewAgenda", &id, json!({ "items": items })).await,
        );
    }
    assert_snapshot!(told.join("\n"), @"
    VALIDATION_FAILED at items: items: 0 items; an agenda has 1 to 50
    VALIDATION_FAILED at items.0.title: items.0.title: must not be empty
    VALIDATION_FAILED at items.0.notes: items.0.notes: has 10001 characters; 10000 is the most
    VALIDATION_FAILED at items: items: 51 items; an agenda has 1 to 50
    ");
    assert_eq!(agenda("kind").await.as_array().unwrap().len(), 2);
}

/// Whether each of a review's mutations is refused to somebody, and what they can read.
async fn reads_but_does_not_act(plan: &GivenPlan, client: &Client) {
    let id = review(plan, 1).await;
    for (name, input, what) in [
        ("setReviewAgenda", json!({ "items": [{ "kind": "ISSUES" }] }), "holding a review"),
        ("holdReview", json!({}), "holding a review"),
        ("skipReview", json!({ "reason": "x" }), "skipping a review"),
        ("amendMinutes", json!({ "minutes": "x" }), "holding a review"),
        ("confirmReview", json!({}), "confirming a review"),
        ("disputeReview", json!({ "reason": "x" }), "confirming a review"),
    ] {
        let told = refused(client, name, &id, input).await;
        assert_eq!(told, format!("FORBIDDEN: {what} is not for your role"), "{name}");
    }
    let found =
        read(plan, client, 1, "state viewerActions preRead { progress { total { dealsWon } } }")
            .await;
    let progress = json!({ "progress": { "total": { "dealsWon": "1" } } });
    assert_eq!(found, json!({ "state": "SCHEDULED", "viewerActions": [], "preRead": progress }));
}

#[tokio::test]
async fn viewers_and_integrations_read_but_do_not_act() {
    let app = TestApp::start().await;
    let plan = in_april(&app).await;
    for client in [&plan.vendor.viewer, &plan.partner.viewer] {
        reads_but_does_not_act(&plan, client).await;
    }
    let create = "mutation { createIntegration(input: { name: \"BI\", scopes: [PLANS_READ] }) {
        token errors { code message path } } }";
    let made = plan.partner.admin.done(create, json!({})).await;
    reads_but_does_not_act(&plan, &app.as_bearer(made["token"].as_str().unwrap())).await;
    // Executives sign and confirm, but do not hold.
    let id = review(&plan, 1).await;
    let told = refused(&plan.vendor.executive, "holdReview", &id, json!({})).await;
    assert_eq!(told, "FORBIDDEN: holding a review is not for your role");
}

#[tokio::test]
async fn a_review_is_commented_on_like_any_part_of_the_plan() {
    let app = TestApp::start().await;
    let plan = in_april(&app).await;
    let id = review(&plan, 1).await;
    let said = json!({ "planId": plan.id, "subjectId": id, "body": "bring figures", "visibility": "SHARED" });
    let query = mutation("addComment", "comment { id subjectId }");
    let made = plan.vendor.manager.done(&query, json!({ "input": said })).await;
    assert_eq!(made["comment"]["subjectId"], json!(id));
    let field = format!("comments(filter: {{ subjectId: {id:?} }}) {{ nodes {{ body }} }}");
    let heard = plan.read(&plan.partner.viewer, &field).await;
    assert_eq!(heard["nodes"], json!([{ "body": "bring figures" }]));
}
