//! Streams over the real socket: continued after a cursor, ended with the access.

use std::time::Duration;

use jbp::service::cursors;
use serde_json::{Value, json};

use crate::support::{
    Client, Partner, TestApp, Vendor,
    house::{House, Listener},
};

/// How long something may take that should be there already.
const SOON: Duration = Duration::from_secs(10);

const EVENTS: &str = "subscription($after: String) { planEvents(after: $after) { __typename
    ... on PlanChanged { cursor kind } ... on PlanContentChanged { cursor change revision }
    ... on StreamReset { reason } ... on Heartbeat { cursor } } }";

async fn shared_plan(house: &House, vendor: &Vendor, partner: &Partner) -> String {
    let created = house
        .does(
            &vendor.manager,
            "mutation($input: CreatePlanInput!) { createPlan(input: $input) { plan { id } errors { code message } } }",
            json!({ "input": { "partnershipId": partner.partnership, "name": "2026", "periodKind": "FISCAL_YEAR",
                "startsOn": "2026-01-01" } }),
        )
        .await;
    let id = created["plan"]["id"].as_str().unwrap().to_owned();
    let query =
        "mutation($input: SharePlanInput!) { sharePlan(input: $input) { errors { code } } }";
    house
        .does(&vendor.manager, query, json!({ "input": { "planId": id, "expectedRevision": 1 } }))
        .await;
    id
}

/// Renames the plan; gives its new revision.
async fn rename(house: &House, who: &Client, plan: &str, revision: i64) -> i64 {
    let query = "mutation($input: EditPlanInput!) { editPlan(input: $input) { plan { revision } errors { code message } } }";
    let input = json!({ "planId": plan, "expectedRevision": revision, "name": format!("2026 ({revision})") });
    house.does(who, query, json!({ "input": input })).await["plan"]["revision"].as_i64().unwrap()
}

/// Begins the subscription `live` from now on: it has begun when the first cursor comes.
async fn begin(socket: &mut Listener) -> Value {
    socket.follow("live", EVENTS, json!({})).await;
    let first = socket.hears("live", SOON, |_| true).await.unwrap()["planEvents"].take();
    assert_eq!(first["__typename"], "Heartbeat");
    first["cursor"].clone()
}

#[tokio::test]
async fn a_stream_continues_after_its_cursor_across_a_restart_of_the_server() {
    let app = TestApp::start().await;
    let vendor = app.vendor("Northwind").await;
    let acme = app.partner(&vendor, "Acme", "STRATEGIC", "RESELLER").await;

    let house = app.open_doors().await;
    let plan = shared_plan(&house, &vendor, &acme).await;
    let mut socket = house.socket(&acme.manager).await;
    begin(&mut socket).await;
    let mut revision = rename(&house, &vendor.manager, &plan, 2).await;
    let heard = socket.hears("live", SOON, |_| true).await.unwrap()["planEvents"].take();
    assert_eq!((&heard["change"], &heard["revision"]), (&json!("editPlan"), &json!(3)));
    let cursor = heard["cursor"].clone();
    drop(socket);
    for _ in 0..3 {
        revision = rename(&house, &vendor.manager, &plan, revision).await;
    }
    house.close().await;

    let house = app.open_doors().await;
    let mut socket = house.socket(&acme.manager).await;
    socket.follow("again", EVENTS, json!({ "after": cursor })).await;
    rename(&house, &acme.manager, &plan, revision).await;
    let mut revisions = Vec::new();
    for _ in 0..4 {
        let heard = socket.hears("again", SOON, |_| true).await.unwrap();
        revisions.push(heard["planEvents"]["revision"].as_i64().unwrap());
    }
    assert_eq!(revisions, [4, 5, 6, 7]);
    socket.has_heard_nothing().await;
    drop(socket);
    house.close().await;
}

#[tokio::test]
async fn a_cursor_of_another_database_resets_the_stream_and_no_cursor_is_refused() {
    let app = TestApp::start().await;
    let house = app.open_doors().await;
    let vendor = app.vendor("Northwind").await;
    let acme = app.partner(&vendor, "Acme", "STRATEGIC", "RESELLER").await;
    shared_plan(&house, &vendor, &acme).await;
    let mut cursor = jbp::domain::event::EventCursor::default();
    cursor.advance(vendor.id.parse().unwrap(), 1_000_000);
    let mut socket = house.socket(&acme.manager).await;
    let sealer = cursors::sealer(&app.op).await.unwrap();
    socket.follow("live", EVENTS, json!({ "after": sealer.seal(&cursor).unwrap() })).await;
    let heard = socket.hears("live", SOON, |_| true).await.unwrap();
    assert_eq!(
        heard["planEvents"],
        json!({ "__typename": "StreamReset", "reason": "CURSOR_UNKNOWN" })
    );

    let query = "query { events(after: \"nonsense\") { edges { cursor } } }";
    let refused = house.try_ask(&acme.manager, query, json!({})).await;
    assert_eq!(refused["errors"][0]["message"], "after: not a cursor of this list");
    drop(socket);
    house.close().await;
}

#[tokio::test]
async fn a_stream_ends_with_the_access_of_its_subscriber() {
    let app = TestApp::start().await;
    let house = app.open_doors().await;
    let vendor = app.vendor("Northwind").await;
    let acme = app.partner(&vendor, "Acme", "STRATEGIC", "RESELLER").await;
    let plan = shared_plan(&house, &vendor, &acme).await;
    let user = acme.viewer.user_id().await;
    let mut socket = house.socket(&acme.viewer).await;
    let after = begin(&mut socket).await;
    socket.follow("ends", EVENTS, json!({ "after": after })).await;

    let query = "mutation($input: DeactivateUserInput!) { deactivateUser(input: $input) { errors { code message } } }";
    house.does(&acme.admin, query, json!({ "input": { "userId": user } })).await;
    rename(&house, &vendor.manager, &plan, 2).await;
    // The event is not delivered: what comes instead is the end.
    let ended = socket.hears_the_end("ends").await;
    assert_eq!(ended["payload"][0]["extensions"]["code"], "UNAUTHENTICATED");
    drop(socket);
    house.close().await;
}

#[tokio::test]
async fn whoever_begins_without_a_cursor_gets_one_before_anything_happens() {
    let app = TestApp::start().await;
    let house = app.open_doors().await;
    let vendor = app.vendor("Northwind").await;
    let acme = app.partner(&vendor, "Acme", "STRATEGIC", "RESELLER").await;
    let plan = shared_plan(&house, &vendor, &acme).await;
    let mut socket = house.socket(&acme.manager).await;
    let cursor = begin(&mut socket).await;
    drop(socket);
    rename(&house, &vendor.manager, &plan, 2).await;
    let mut socket = house.socket(&acme.manager).await;
    socket.follow("again", EVENTS, json!({ "after": cursor })).await;
    let heard = socket.hears("again", SOON, |_| true).await.unwrap();
    assert_eq!(heard["planEvents"]["change"], "editPlan");
    drop(socket);
    house.close().await;
}
