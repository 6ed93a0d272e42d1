//! Action items: agreed on, carried from review to review, done.

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::{act, in_april, mutation, read, refused, review, to_do};
use crate::support::{Client, GivenPlan, TestApp, given::id_of};

const ITEM: &str = "actionItem { id state side ownerName dueOn outcome isOverdue }";

/// Adds an action item; gives its id.
async fn add(plan: &GivenPlan, client: &Client, action: Value) -> String {
    let input = json!({ "planId": plan.id, "action": action });
    let added = client.done(&mutation("addActionItem", ITEM), json!({ "input": input })).await;
    id_of(&added["actionItem"])
}

async fn settle(client: &Client, name: &str, id: &str, mut input: Value) -> Value {
    input["actionItemId"] = json!(id);
    let settled = client.done(&mutation(name, ITEM), json!({ "input": input })).await;
    settled["actionItem"].clone()
}

async fn not_settled(client: &Client, name: &str, id: &str, mut input: Value) -> String {
    input["actionItemId"] = json!(id);
    client.refused(&mutation(name, ITEM), json!({ "input": input })).await
}

/// The titles of what comes up again in a review, as its list and as the first item of its agenda.
async fn carried(plan: &GivenPlan, number: usize) -> Vec<String> {
    let fields = "openActions { title } agenda { kind actions { title } }";
    let found = read(plan, &plan.partner.viewer, number, fields).await;
    assert_eq!(
        found["agenda"][0],
        json!({ "kind": "OPEN_ACTIONS", "actions": found["openActions"] })
    );
    let titles = found["openActions"].as_array().unwrap().iter();
    titles.map(|item| item["title"].as_str().unwrap().to_owned()).collect()
}

async fn titles(plan: &GivenPlan, filter: &str) -> Vec<String> {
    let field = format!("actionItems(filter: {{ {filter} }}) {{ totalCount nodes {{ title }} }}");
    let found = plan.read(&plan.vendor.viewer, &field).await;
    let nodes = found["nodes"].as_array().unwrap();
    assert_eq!(found["totalCount"], nodes.len());
    nodes.iter().map(|item| item["title"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn what_is_open_comes_up_in_every_later_review_until_it_is_done() {
    let app = TestApp::start().await;
    let plan = in_april(&app).await;
    let (manager, partner) = (&plan.vendor.manager, &plan.partner.manager);
    let first = review(&plan, 1).await;
    let actions = json!([to_do("train", partner).await, to_do("lend", manager).await]);
    act(manager, "holdReview", &first, json!({ "actions": actions })).await;
    let mut sooner = to_do("call", partner).await;
    sooner["dueOn"] = json!("2026-04-20");
    let call = add(&plan, partner, sooner).await;
    assert_eq!(carried(&plan, 1).await, ["call"]);
    for number in [2, 3, 4] {
        assert_eq!(carried(&plan, number).await, ["call", "train", "lend"], "{number}");
    }

    let done =
        settle(manager, "completeActionItem", &call, json!({ "outcome": "three calls" })).await;
    assert_eq!((&done["state"], &done["outcome"]), (&json!("DONE"), &json!("three calls")));
    app.set_time("2026-07-10T12:00:00Z");
    let second = review(&plan, 2).await;
    act(
        partner,
        "holdReview",
        &second,
        json!({ "actions": [to_do_by("plan Q3", manager, "2026-08-01").await] }),
    )
    .await;
    assert_eq!(carried(&plan, 2).await, ["train", "lend"]);
    assert_eq!(carried(&plan, 3).await, ["train", "lend", "plan Q3"]);
    let frozen =
        read(&plan, &plan.vendor.viewer, 2, "scorecard { openActions { title side } }").await;
    assert_eq!(
        frozen["scorecard"]["openActions"],
        json!([{ "title": "train", "side": "PARTNER" }, { "title": "lend", "side": "VENDOR" }])
    );
    assert_eq!(titles(&plan, "overdueOnly: true").await, ["lend", "train"]);
    assert_eq!(titles(&plan, "side: PARTNER, states: [OPEN]").await, ["train"]);
    assert_eq!(titles(&plan, "states: [DONE]").await, ["call"]);
    assert_eq!(titles(&plan, &format!("reviewId: \"{second}\"")).await, ["plan Q3"]);
    assert_eq!(titles(&plan, "kinds: [RECOVERY]").await, [""; 0]);
}

async fn to_do_by(title: &str, owner: &Client, due_on: &str) -> Value {
    let mut action = to_do(title, owner).await;
    action["dueOn"] = json!(due_on);
    action
}

#[tokio::test]
async fn an_item_is_given_to_somebody_of_either_side_and_settled_once() {
    let app = TestApp::start().await;
    let plan = in_april(&app).await;
    let (manager, partner) = (&plan.vendor.manager, &plan.partner.manager);
    let id = add(&plan, partner, to_do("train", partner).await).await;
    let to = json!({ "ownerId": plan.vendor.executive.user_id().await, "dueOn": "2026-06-15" });
    let given = settle(manager, "reassignActionItem", &id, to).await;
    assert_eq!(
        given,
        json!({ "id": id, "state": "OPEN", "side": "VENDOR", "ownerName": "Northwind executive",
            "dueOn": "2026-06-15", "outcome": null, "isOverdue": false })
    );
    app.set_time("2026-06-16T00:00:00Z");
    let node = "query($id: ID!) { node(id: $id) { ... on ActionItem { isOverdue viewerCanFollowUp owner { email } } } }";
    let seen = async |client: &Client| client.run(node, json!({ "id": id })).await["node"].take();
    assert_eq!(
        seen(manager).await,
        json!({ "isOverdue": true, "viewerCanFollowUp": true, "owner": { "email": "executive@northwind.example" } })
    );
    assert_eq!(seen(&plan.partner.viewer).await["viewerCanFollowUp"], false);

    assert_eq!(
        not_settled(manager, "cancelActionItem", &id, json!({ "reason": "" })).await,
        "VALIDATION_FAILED at reason: reason: must not be empty"
    );
    let gone = settle(partner, "cancelActionItem", &id, json!({ "reason": "no need" })).await;
    assert_eq!(
        (&gone["state"], &gone["outcome"], &gone["isOverdue"]),
        (&json!("CANCELLED"), &json!("no need"), &json!(false))
    );
    let user = partner.user_id().await;
    for (name, input, told) in [
        ("completeActionItem", json!({}), "completed"),
        ("cancelActionItem", json!({ "reason": "x" }), "cancelled"),
        ("reassignActionItem", json!({ "ownerId": user }), "reassigned"),
    ] {
        assert_eq!(
            not_settled(manager, name, &id, input).await,
            format!("INVALID_TRANSITION: an action item that is cancelled cannot be {told}")
        );
    }
    let events = "{ events(first: 100) { edges { node { ... on ActionItemChanged { kind actionItem { title } } } } } }";
    let told = plan.partner.viewer.run(events, json!({})).await;
    let edges = told["events"]["edges"].as_array().unwrap().iter();
    let kinds: Vec<&str> = edges.filter_map(|edge| edge["node"]["kind"].as_str()).collect();
    assert_eq!(kinds, ["ACTION_ITEM_ADDED", "ACTION_ITEM_REASSIGNED", "ACTION_ITEM_CANCELLED"]);
    let history = plan
        .read(&plan.vendor.viewer, "history(first: 2) { nodes { action side before after } }")
        .await;
    assert_snapshot!(serde_json::to_string_pretty(&history["nodes"]).unwrap(), @r#"
    [
      {
        "action": "cancelActionItem",
        "after": "{\"dueOn\":\"2026-06-15\",\"owner\":\"Northwind executive\",\"remark\":\"no need\",\"side\":\"vendor\",\"state\":\"cancelled\",\"title\":\"train\"}",
        "before": "{\"dueOn\":\"2026-06-15\",\"owner\":\"Northwind executive\",\"remark\":null,\"side\":\"vendor\",\"state\":\"open\",\"title\":\"train\"}",
        "side": "PARTNER"
      },
      {
        "action": "reassignActionItem",
        "after": "{\"dueOn\":\"2026-06-15\",\"owner\":\"Northwind executive\",\"remark\":null,\"side\":\"vendor\",\"state\":\"open\",\"title\":\"train\"}",
        "before": "{\"dueOn\":\"2026-05-31\",\"owner\":\"Acme manager\",\"remark\":null,\"side\":\"partner\",\"state\":\"open\",\"title\":\"train\"}",
        "side": "VENDOR"
      }
    ]
    "#);
}

#[tokio::test]
async fn nobody_of_another_company_and_nobody_who_left_is_given_anything() {
    let app = TestApp::start().await;
    let plan = in_april(&app).await;
    let globex = app.partner(&plan.vendor, "Globex", "GOLD", "RESELLER").await;
    let contoso = app.vendor("Contoso").await;
    let (manager, partner) = (&plan.vendor.manager, &plan.partner.manager);
    let (first, id) =
        (review(&plan, 1).await, add(&plan, manager, to_do("x", manager).await).await);
    let left = plan.partner.viewer.user_id().await;
    let deactivate = "mutation($id: ID!) { deactivateUser(input: { userId: $id }) { errors { code message path } } }";
    plan.partner.admin.done(deactivate, json!({ "id": left })).await;
    let absent = "user_00000000000000000000000001".to_owned();
    for who in [globex.manager.user_id().await, contoso.admin.user_id().await, left, absent] {
        let action = json!({ "title": "x", "ownerId": who, "dueOn": "2026-05-31" });
        for client in [manager, partner] {
            let input = json!({ "input": { "planId": plan.id, "action": action } });
            let told = [
                client.refused(&mutation("addActionItem", ITEM), input).await,
                not_settled(client, "reassignActionItem", &id, json!({ "ownerId": who })).await,
                refused(client, "holdReview", &first, json!({ "actions": [action] })).await,
            ];
            assert_eq!(
                told.map(|told| told.replace(&who, "ID")),
                [
                    "NOT_FOUND at ownerId: ownerId: `ID` is nobody of the two parties",
                    "NOT_FOUND at ownerId: ownerId: `ID` is nobody of the two parties",
                    "NOT_FOUND at actions.0.ownerId: actions.0.ownerId: `ID` is nobody of the two parties",
                ]
            );
        }
    }
    assert_eq!(titles(&plan, "").await, ["x"]);
}

#[tokio::test]
async fn what_cannot_be_done_is_refused() {
    let app = TestApp::start().await;
    let plan = in_april(&app).await;
    let manager = &plan.vendor.manager;
    let (first, target) = (review(&plan, 1).await, plan.target("Revenue").await);
    let with = async |field: &str, value: Value| {
        let mut action = to_do("x", manager).await;
        action[field] = value;
        json!({ "planId": plan.id, "action": action })
    };
    let mut of_review = with("title", json!("x")).await;
    of_review["reviewId"] = json!(first);
    let mut told = Vec::new();
    for input in [
        with("title", json!(" ")).await,
        with("title", json!("x".repeat(201))).await,
        with("dueOn", json!("2026-04-09")).await,
        with("targetId", json!("trgt_00000000000000000000000001")).await,
        with("commitmentId", json!("cmmt_00000000000000000000000001")).await,
        with("expectedEffect", json!("x".repeat(10_001))).await,
        of_review,
    ] {
        told.push(
            manager.refused(&mutation("addActionItem", ITEM), json!({ "input": input })).await,
        );
    }
    assert_snapshot!(told.join("\n"), @"
    VALIDATION_FAILED at title: title: must not be empty
    VALIDATION_FAILED at title: title: has 201 characters; 200 is the most
    VALIDATION_FAILED at dueOn: dueOn: 2026-04-09 is before 2026-04-10
    NOT_FOUND at targetId: targetId: `trgt_00000000000000000000000001` is no target of the plan
    NOT_FOUND at commitmentId: commitmentId: `cmmt_00000000000000000000000001` is no commitment of the plan
    VALIDATION_FAILED at expectedEffect: expectedEffect: has 10001 characters; 10000 is the most
    VALIDATION_FAILED at reviewId: reviewId: review 1 is scheduled, not held
    ");
    assert_eq!(titles(&plan, "").await, [""; 0]);
    let input = with("targetId", json!(target)).await;
    for client in [&plan.vendor.viewer, &plan.partner.viewer, &plan.partner.executive] {
        let told =
            client.refused(&mutation("addActionItem", ITEM), json!({ "input": input })).await;
        assert_eq!(told, "FORBIDDEN: following up on actions is not for your role");
    }
    manager.done(&mutation("addActionItem", ITEM), json!({ "input": input })).await;
    let about = plan
        .read(&plan.vendor.viewer, "actionItems { nodes { target { name } commitment { title } } }")
        .await;
    assert_eq!(about["nodes"], json!([{ "target": { "name": "Revenue" }, "commitment": null }]));
}

#[tokio::test]
async fn the_same_request_under_a_key_adds_one_item() {
    let app = TestApp::start().await;
    let plan = in_april(&app).await;
    let manager = &plan.vendor.manager;
    let mut input =
        json!({ "planId": plan.id, "action": to_do("x", manager).await, "idempotencyKey": "k" });
    let query = mutation("addActionItem", ITEM);
    let first = manager.done(&query, json!({ "input": input })).await;
    assert_eq!(manager.done(&query, json!({ "input": input })).await, first);
    assert_eq!(titles(&plan, "").await, ["x"]);
    input["action"]["title"] = json!("y");
    assert_eq!(
        manager.refused(&query, json!({ "input": input })).await,
        "IDEMPOTENCY_CONFLICT at idempotencyKey: the idempotency key `k` was used with another input"
    );
}

#[tokio::test]
async fn a_plan_has_two_hundred_open_items_at_most_and_they_come_in_pages() {
    let app = TestApp::start().await;
    let plan = in_april(&app).await;
    let manager = &plan.vendor.manager;
    let (action, query) = (to_do("x", manager).await, mutation("addActionItem", ITEM));
    let first = review(&plan, 1).await;
    let many =
        refused(manager, "holdReview", &first, json!({ "actions": vec![&action; 51] })).await;
    assert_eq!(many, "VALIDATION_FAILED at actions: actions: 51 entries; 50 is the most");
    act(manager, "holdReview", &first, json!({ "actions": vec![&action; 50] })).await;
    let input = json!({ "input": { "planId": plan.id, "action": action } });
    for _ in 0..150 {
        manager.done(&query, input.clone()).await;
    }
    assert_eq!(
        manager.refused(&query, input).await,
        "VALIDATION_FAILED at title: title: the plan has 200 open action items, which is the most"
    );
    let page =
        "actionItems(first: 100) { totalCount nodes { id } pageInfo { hasNextPage endCursor } }";
    let found = plan.read(&plan.partner.viewer, page).await;
    assert_eq!(
        (&found["totalCount"], &found["pageInfo"]["hasNextPage"]),
        (&json!(200), &json!(true))
    );
    let after = found["pageInfo"]["endCursor"].as_str().unwrap();
    let page = format!(
        "actionItems(first: 100, after: \"{after}\") {{ nodes {{ id }} pageInfo {{ hasNextPage }} }}"
    );
    let rest = plan.read(&plan.partner.viewer, &page).await;
    assert_eq!(rest["nodes"].as_array().unwrap().len(), 100);
    assert_eq!(rest["pageInfo"]["hasNextPage"], false);
}

#[tokio::test]
async fn a_plan_that_is_not_signed_has_no_reviews_and_nothing_to_follow_up() {
    let app = TestApp::start().await;
    let northwind = app.vendor("Northwind").await;
    let acme = app.partner(&northwind, "Acme", "STRATEGIC", "RESELLER").await;
    let plan = northwind.plan(&acme).full().shared().await;
    assert_eq!(plan.read(&acme.viewer, "reviews { id }").await, json!([]));
    let mut action = to_do("x", &northwind.manager).await;
    action["dueOn"] = json!("2026-07-31");
    let input = json!({ "input": { "planId": plan.id, "action": action } });
    assert_eq!(
        northwind.manager.refused(&mutation("addActionItem", ITEM), input).await,
        "INVALID_TRANSITION: following up on actions is not possible while the plan is in negotiation"
    );
}
