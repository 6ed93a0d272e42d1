//! What was done, by plan and by object, as far as each may know.

use serde_json::{Value, json};

use super::{say, shared};
use crate::support::{Client, GivenPlan, TestApp};

async fn actions(client: &Client, plan: &GivenPlan, filter: &str) -> Vec<String> {
    let field =
        format!("history(first: 100, filter: {{ {filter} }}) {{ totalCount nodes {{ action }} }}");
    named(&plan.read(client, &field).await)
}

fn named(found: &Value) -> Vec<String> {
    let nodes = found["nodes"].as_array().unwrap();
    assert_eq!(found["totalCount"], nodes.len());
    nodes.iter().map(|node| node["action"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn the_history_narrows_by_object_action_side_and_time() {
    let app = TestApp::start().await;
    let plan = shared(&app).await;
    let (vendor, partner) = (&plan.vendor.manager, &plan.partner.manager);
    let target = plan.target("Revenue").await;
    app.set_time("2026-07-01T08:00:00Z");
    let edit = json!({ "name": "Revenue", "metric": "REVENUE", "amount": "900000.00" });
    plan.change(partner, "editTarget", json!({ "targetId": target, "target": edit })).await;
    app.set_time("2026-07-02T08:00:00Z");
    plan.change(vendor, "editPlan", json!({ "name": "Bigger" })).await;

    assert_eq!(
        actions(vendor, &plan, &format!("subjectId: {target:?}")).await,
        ["editTarget", "addTarget"]
    );
    assert_eq!(actions(vendor, &plan, "side: PARTNER").await, ["editTarget"]);
    assert_eq!(
        actions(vendor, &plan, "actions: [\"editPlan\", \"sharePlan\"]").await,
        ["editPlan", "sharePlan", "editPlan"]
    );
    assert_eq!(
        actions(vendor, &plan, "from: \"2026-07-01T08:00:00Z\"").await,
        ["editPlan", "editTarget"]
    );
    let day = "from: \"2026-07-01T08:00:00Z\", to: \"2026-07-02T08:00:00Z\"";
    assert_eq!(actions(vendor, &plan, day).await, ["editTarget"]);
    assert_eq!(actions(vendor, &plan, "actions: []").await, Vec::<String>::new());
    assert_eq!(actions(vendor, &plan, "subjectId: \"nothing\"").await, Vec::<String>::new());

    let fields = "history { totalCount nodes { action side before after } }";
    let found = plan.read(vendor, &format!("targets {{ {fields} }}")).await;
    assert_eq!(named(&found[0]["history"]), ["editTarget", "addTarget"]);
    let entry = &found[0]["history"]["nodes"][0];
    let value =
        |field: &str| -> Value { serde_json::from_str(entry[field].as_str().unwrap()).unwrap() };
    assert_eq!(
        (&value("before")["amount"], &value("after")["amount"]),
        (&json!(100_000_000), &json!(90_000_000))
    );
    let found = plan
        .read(vendor, "commitments { title history(first: 1) { totalCount nodes { action } } }")
        .await;
    assert_eq!(named(&found[0]["history"]), ["addCommitment"]);

    let nul = "query($id: ID!, $of: [String!]) { plan(id: $id) { history(filter: { actions: $of }) { totalCount } } }";
    for of in [json!(["a\0b"]), json!(vec!["x"; 51])] {
        let answer = vendor.try_run(nul, json!({ "id": plan.id, "of": of })).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
    }
}

#[tokio::test]
async fn what_happened_before_sharing_and_what_is_private_stay_with_their_side() {
    let app = TestApp::start().await;
    let plan = shared(&app).await;
    say(&plan.partner.manager, &plan, "between us", json!({ "visibility": "PRIVATE" })).await;
    say(&plan.vendor.manager, &plan, "between us", json!({ "visibility": "PRIVATE" })).await;
    let of_target = "targets { history { totalCount nodes { action } } }";
    for (client, all, target) in [
        (&plan.vendor.admin, 10, 1),
        (&plan.vendor.executive, 10, 1),
        (&plan.vendor.viewer, 1, 0),
        (&plan.partner.admin, 2, 0),
        (&plan.partner.viewer, 1, 0),
    ] {
        assert_eq!(actions(client, &plan, "").await.len(), all, "{}", client.email());
        let found = plan.read(client, of_target).await;
        assert_eq!(named(&found[0]["history"]).len(), target, "{}", client.email());
    }
    assert_eq!(actions(&plan.partner.admin, &plan, "side: VENDOR").await, ["sharePlan"]);
    assert_eq!(
        actions(&plan.partner.admin, &plan, "actions: [\"addComment\"]").await,
        ["addComment"]
    );
}
