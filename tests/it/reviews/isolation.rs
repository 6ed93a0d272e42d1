//! What a rival partner and another vendor learn of a review and what follows from it: nothing.

use serde_json::{Value, json};

use super::{act, in_april, mutation, read, review, to_do};
use crate::support::{Client, GivenPlan, TestApp, given::id_of};

/// A held review with something to do and a recovery, and everybody who has no business with it.
struct World {
    app: TestApp,
    plan: GivenPlan,
    review: String,
    item: String,
    alert: String,
    outsiders: [Client; 2],
}

impl World {
    async fn new() -> Self {
        let app = TestApp::start().await;
        let plan = in_april(&app).await;
        app.settle().await;
        let manager = &plan.vendor.manager;
        let id = review(&plan, 1).await;
        let actions = json!({ "actions": [to_do("train", &plan.partner.manager).await] });
        act(manager, "holdReview", &id, actions).await;
        let item = id_of(&plan.read(manager, "actionItems { nodes { id } }").await["nodes"][0]);
        let alert = id_of(&plan.read(manager, "alerts { nodes { id } }").await["nodes"][0]);
        let globex = app.partner(&plan.vendor, "Globex", "STRATEGIC", "RESELLER").await;
        let contoso = app.vendor("Contoso").await;
        Self { app, plan, review: id, item, alert, outsiders: [globex.admin, contoso.admin] }
    }

    /// Every mutation of this slice, with the field that names something of the plan.
    async fn mutations(&self) -> Vec<(String, Value, &'static str)> {
        let action = to_do("x", &self.plan.partner.manager).await;
        let owner = action["ownerId"].clone();
        let recovery = json!({ "source": { "alertId": self.alert }, "title": "x", "ownerId": owner,
            "dueOn": "2026-05-31", "expectedEffect": "x" });
        let of_review =
            |name: &str, input: Value| (mutation(name, "review { id }"), input, "reviewId");
        let of_item =
            |name: &str, input: Value| (mutation(name, "actionItem { id }"), input, "actionItemId");
        let mut all = vec![
            of_review("setReviewAgenda", json!({ "items": [{ "kind": "ISSUES" }] })),
            of_review("holdReview", json!({ "actions": [action] })),
            of_review("skipReview", json!({ "reason": "x" })),
            of_review("amendMinutes", json!({ "minutes": "x" })),
            of_review("confirmReview", json!({})),
            of_review("disputeReview", json!({ "reason": "x" })),
            of_item("completeActionItem", json!({})),
            of_item("cancelActionItem", json!({ "reason": "x" })),
            of_item("reassignActionItem", json!({ "ownerId": owner })),
            (mutation("addActionItem", "actionItem { id }"), json!({ "action": action }), "planId"),
        ];
        for (_, input, field) in &mut all {
            input[*field] = match *field {
                "reviewId" => json!(self.review),
                "actionItemId" => json!(self.item),
                _ => json!(self.plan.id),
            };
        }
        all.push((mutation("recordRecoveryAction", "actionItem { id }"), recovery, "source"));
        all
    }
}

/// The same input about something that nothing has the id of.
fn about_nothing(input: &Value, field: &str) -> Value {
    let unknown =
        |id: &str| format!("{}_00000000000000000000000001", id.rsplit_once('_').unwrap().0);
    let mut absent = input.clone();
    match field {
        "source" => {
            let id = unknown(input["source"]["alertId"].as_str().unwrap());
            absent["source"] = json!({ "alertId": id });
        }
        _ => absent[field] = json!(unknown(input[field].as_str().unwrap())),
    }
    absent
}

#[tokio::test]
async fn an_outsider_finds_nothing_by_any_id_and_hears_nothing() {
    let world = Box::pin(World::new()).await;
    let query = "query($review: ID!, $item: ID!, $plan: ID!) {
        review: node(id: $review) { __typename }
        item: node(id: $item) { __typename }
        plan(id: $plan) { reviews { id } actionItems { totalCount } }
        nodes(ids: [$review, $item]) { id }
        events(first: 100) { edges { cursor } }
        alerts { totalCount }
    }";
    let variables = json!({ "review": world.review, "item": world.item, "plan": world.plan.id });
    for outsider in &world.outsiders {
        assert_eq!(
            outsider.run(query, variables.clone()).await,
            json!({ "review": null, "item": null, "plan": null, "nodes": [null, null],
                "events": { "edges": [] }, "alerts": { "totalCount": 0 } }),
            "{}",
            outsider.email()
        );
    }
    let own = world.plan.partner.viewer.run(query, variables).await;
    assert_eq!(
        (&own["review"]["__typename"], &own["item"]["__typename"]),
        (&json!("Review"), &json!("ActionItem"))
    );
}

#[tokio::test]
async fn an_outsider_changes_nothing_and_learns_nothing_from_trying() {
    let world = Box::pin(World::new()).await;
    let seen = async || {
        let fields = "reviews { state minutes decisions scorecard { hash } answers { side } }";
        let reviews = world.plan.read(&world.plan.vendor.admin, fields).await;
        let items = world
            .plan
            .read(&world.plan.vendor.admin, "actionItems { nodes { state ownerName } }")
            .await;
        let history =
            world.plan.read(&world.plan.vendor.admin, "history(first: 1) { totalCount }").await;
        json!([reviews, items, history])
    };
    let before = seen().await;
    for (query, input, field) in world.mutations().await {
        let absent = about_nothing(&input, field);
        for outsider in &world.outsiders {
            let refused = outsider.refused(&query, json!({ "input": input })).await;
            let nothing = outsider.refused(&query, json!({ "input": absent })).await;
            assert!(refused.starts_with("NOT_FOUND: "), "{query}: {refused}");
            assert_eq!(refused, nothing, "{query}");
        }
        let stranger = world.app.as_stranger().refused(&query, json!({ "input": input })).await;
        assert_eq!(stranger, "UNAUTHENTICATED: sign in first", "{query}");
    }
    assert_eq!(seen().await, before);
}

#[tokio::test]
async fn a_comparison_with_a_review_of_another_plan_is_no_comparison() {
    let world = Box::pin(World::new()).await;
    let (contoso, acme) = (world.app.vendor("Fabrikam").await, &world.plan.partner);
    let linked = world.app.link(&contoso, acme, "STRATEGIC").await;
    let mut there = acme.clone();
    there.partnership = linked.clone();
    contoso.admin.add_to_team(&linked, &contoso.manager.user_id().await).await;
    acme.admin.add_to_team(&linked, &acme.manager.user_id().await).await;
    let theirs = contoso.plan(&there).named("theirs").full().active().await;
    let other = review(&theirs, 1).await;
    act(&contoso.manager, "holdReview", &other, json!({})).await;
    let absent = "revw_00000000000000000000000001".to_owned();
    for with in [&other, &absent] {
        let field = format!("comparison(with: \"{with}\") {{ beforeOn }}");
        for client in [&world.plan.vendor.admin, &acme.admin] {
            let found = read(&world.plan, client, 1, &field).await;
            assert_eq!(found["comparison"], Value::Null);
        }
    }
    // The partner's own people of the one plan are nobody in the other vendor's eyes, and its vendor's are nobody there at all.
    let foreign = json!({ "title": "x", "ownerId": world.plan.vendor.manager.user_id().await, "dueOn": "2026-05-31" });
    let input = json!({ "input": { "planId": theirs.id, "action": foreign } });
    let query = mutation("addActionItem", "actionItem { id }");
    for client in [&contoso.manager, &acme.manager] {
        let told = client.refused(&query, input.clone()).await;
        assert!(told.ends_with("is nobody of the two parties"), "{told}");
    }
}

#[tokio::test]
async fn a_revoked_token_and_a_left_team_read_and_do_nothing_more() {
    let world = Box::pin(World::new()).await;
    let (plan, admin) = (&world.plan, &world.plan.partner.admin);
    let create = "mutation { createIntegration(input: { name: \"BI\", scopes: [PLANS_READ] }) {
        integration { id } token errors { code message path } } }";
    let made = admin.done(create, json!({})).await;
    let integration = world.app.as_bearer(made["token"].as_str().unwrap());
    let found = read(
        plan,
        &integration,
        1,
        "state scorecard { score } lateFacts { count } openActions { title }",
    )
    .await;
    assert_eq!(found["state"], "HELD");
    let facts = "query($id: ID!) { node(id: $id) { ... on Review { lateFacts { facts { totalCount nodes { id } } } } } }";
    let told = integration.try_run(facts, json!({ "id": world.review })).await;
    assert_eq!(told["errors"][0]["extensions"]["code"], "FORBIDDEN");
    let revoke = "mutation($id: ID!) { revokeIntegration(input: { integrationId: $id }) { errors { code message path } } }";
    admin.done(revoke, json!({ "id": made["integration"]["id"] })).await;
    let told = integration.try_run(facts, json!({ "id": world.review })).await;
    assert_eq!(told["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");

    let remove = "mutation($input: RemoveTeamMemberInput!) { removeTeamMember(input: $input) { errors { code message path } } }";
    let manager = &plan.partner.manager;
    let input =
        json!({ "partnershipId": plan.partner.partnership, "userId": manager.user_id().await });
    admin.done(remove, json!({ "input": input })).await;
    let told = super::refused(manager, "confirmReview", &world.review, json!({})).await;
    assert_eq!(told, "FORBIDDEN: confirming a review is not for your role");
    let actions = read(plan, manager, 1, "viewerActions").await;
    assert_eq!(actions["viewerActions"], json!([]));
}
