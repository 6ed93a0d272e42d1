//! Many who follow the same: each hears everything once, and only what is theirs, whether alone or together with others.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::{Client, GivenPlan, TestApp, house::House, planning::plan_mutation};

/// How long something may take that should be there already.
const SOON: Duration = Duration::from_secs(10);

const EVENTS: &str = "subscription($after: String) { planEvents(after: $after) { __typename
    ... on PlanContentChanged { cursor revision plan { name } } ... on Heartbeat { cursor } } }";

/// Changes the plan's words; gives its new revision.
async fn rename(house: &House, plan: &GivenPlan, revision: i64) -> i64 {
    let query = "mutation($input: EditPlanInput!) { editPlan(input: $input) { plan { revision } errors { code message } } }";
    let input = json!({ "planId": plan.id, "expectedRevision": revision, "name": format!("2026 ({revision})") });
    let done = house.does(&plan.vendor.manager, query, json!({ "input": input })).await;
    done["plan"]["revision"].as_i64().unwrap()
}

async fn shared(app: &TestApp) -> (GivenPlan, i64) {
    let northwind = app.vendor("Northwind").await;
    let acme = app.partner(&northwind, "Acme", "STRATEGIC", "RESELLER").await;
    let plan = northwind.plan(&acme).full().shared().await;
    let revision = plan.read(&plan.vendor.manager, "revision").await.as_i64().unwrap();
    (plan, revision)
}

fn is_change(data: &Value) -> bool {
    data["planEvents"]["__typename"] == "PlanContentChanged"
}

#[tokio::test]
async fn each_of_many_hears_every_change_once_whenever_they_come() {
    let app = TestApp::start().await;
    let house = app.open_doors().await;
    let (plan, first) = shared(&app).await;
    let partner = &plan.partner;
    let people = [&partner.admin, &partner.manager, &partner.executive, &partner.viewer];
    let mut revision = first;
    let mut sockets = Vec::new();
    // The next ones come while the former are together already, some with the cursor of an earlier one.
    let mut cursor = Value::Null;
    for at in 0..12 {
        let mut socket = house.socket(people[at % people.len()]).await;
        let after = if at % 3 == 2 { cursor.clone() } else { Value::Null };
        socket.follow("live", EVENTS, json!({ "after": after })).await;
        if after.is_null() {
            let heard = socket.hears("live", SOON, |_| true).await.unwrap()["planEvents"].take();
            assert_eq!(heard["__typename"], "Heartbeat");
            cursor = heard["cursor"].clone();
        }
        sockets.push((socket, revision));
        revision = rename(&house, &plan, revision).await;
    }
    let last = revision;
    join_all(sockets.into_iter().map(|(mut socket, since)| async move {
        let mut heard = Vec::new();
        while heard.last() != Some(&last) {
            let data = socket.hears("live", SOON, is_change).await.unwrap();
            heard.push(data["planEvents"]["revision"].as_i64().unwrap());
        }
        // One that brought the cursor of the one before has heard its change too.
        let expected: Vec<i64> = (since + 1..=last).collect();
        let rest = heard.strip_prefix(&[since]).unwrap_or(&heard);
        assert_eq!(rest, expected);
        socket.has_heard_nothing().await;
    }))
    .await;
    house.close().await;
}

#[tokio::test]
async fn who_loses_access_while_together_hears_the_end_and_the_others_go_on() {
    let app = TestApp::start().await;
    let house = app.open_doors().await;
    let (plan, first) = shared(&app).await;
    let viewer = plan.partner.viewer.user_id().await;
    let mut sockets = Vec::new();
    for client in [&plan.partner.viewer, &plan.partner.viewer, &plan.partner.admin] {
        let mut socket = house.socket(client).await;
        socket.follow("live", EVENTS, json!({})).await;
        socket.hears("live", SOON, |_| true).await.unwrap();
        sockets.push(socket);
    }
    let second = rename(&house, &plan, first).await;
    for socket in &mut sockets {
        let heard = socket.hears("live", SOON, is_change).await.unwrap();
        assert_eq!(heard["planEvents"]["revision"], second);
    }
    let query = "mutation($input: DeactivateUserInput!) { deactivateUser(input: $input) { errors { code message } } }";
    house.does(&plan.partner.admin, query, json!({ "input": { "userId": viewer } })).await;
    let third = rename(&house, &plan, second).await;
    let mut admin = sockets.pop().unwrap();
    let heard = admin.hears("live", SOON, is_change).await.unwrap();
    assert_eq!(heard["planEvents"]["revision"], third);
    for socket in &mut sockets {
        let (code, data) = socket.hears_its_last("live").await;
        assert_eq!((code.as_str(), data), ("UNAUTHENTICATED", Value::Null));
    }
    house.close().await;
}

#[tokio::test]
async fn who_gets_another_role_while_together_sees_by_the_new_one() {
    const WORK: &str = "subscription { planEvents { __typename
        ... on PlanContentChanged { revision plan { partnership { viewerCanWork } } } } }";
    let app = TestApp::start().await;
    let house = app.open_doors().await;
    let (plan, first) = shared(&app).await;
    let viewer = plan.partner.viewer.user_id().await;
    let mut socket = house.socket(&plan.partner.viewer).await;
    socket.follow("live", WORK, json!({})).await;
    socket.hears("live", SOON, |_| true).await.unwrap();
    let may = |data: Value| data["planEvents"]["plan"]["partnership"]["viewerCanWork"].clone();
    let second = rename(&house, &plan, first).await;
    assert_eq!(may(socket.hears("live", SOON, is_change).await.unwrap()), false);
    let query = "mutation($input: ChangeRoleInput!) { changeRole(input: $input) { errors { code message } } }";
    let input = json!({ "userId": viewer, "role": "PARTNER_ADMIN" });
    house.does(&plan.partner.admin, query, json!({ "input": input })).await;
    rename(&house, &plan, second).await;
    assert_eq!(may(socket.hears("live", SOON, is_change).await.unwrap()), true);
    house.close().await;
}

#[tokio::test]
async fn what_is_one_persons_own_is_not_told_to_a_colleague() {
    const MINE: &str = "subscription { planEvents { __typename
        ... on PlanContentChanged { plan { viewerActions lastVisitedAt } } } }";
    let app = TestApp::start().await;
    let house = app.open_doors().await;
    let (plan, first) = shared(&app).await;
    let visitor = &plan.vendor.manager;
    let admin = &plan.vendor.admin;
    let colleague = app.invited(admin, "second", "Northwind", "CHANNEL_ACCOUNT_MANAGER").await;
    admin.add_to_team(&plan.partner.partnership, &colleague.user_id().await).await;
    let input = json!({ "input": { "planId": plan.id } });
    house.does(visitor, &plan_mutation("markPlanVisited"), input).await;
    let mut heard = Vec::new();
    let mut sockets = Vec::new();
    for client in [visitor, &colleague] {
        let mut socket = house.socket(client).await;
        socket.follow("live", MINE, json!({})).await;
        socket.hears("live", SOON, |_| true).await.unwrap();
        sockets.push(socket);
    }
    rename(&house, &plan, first).await;
    for socket in &mut sockets {
        let mut data = socket.hears("live", SOON, is_change).await.unwrap();
        heard.push(data["planEvents"]["plan"]["lastVisitedAt"].take());
    }
    assert!(heard[0].is_string() && heard[1].is_null(), "{heard:?}");
    house.close().await;
}

#[tokio::test]
async fn a_partner_and_its_rival_who_ask_the_same_hear_their_own() {
    let app = TestApp::start().await;
    let house = app.open_doors().await;
    let (plan, first) = shared(&app).await;
    let globex = app.partner(&plan.vendor, "Globex", "STRATEGIC", "RESELLER").await;
    let mut sockets = Vec::new();
    for client in [&plan.partner.admin, &globex.admin] {
        let mut socket = house.socket(client).await;
        socket.follow("live", EVENTS, json!({})).await;
        socket.hears("live", SOON, |_| true).await.unwrap();
        sockets.push(socket);
    }
    rename(&house, &plan, first).await;
    sockets[0].hears("live", SOON, is_change).await.unwrap();
    sockets[1].has_heard_nothing().await;
    house.close().await;
}

#[tokio::test]
async fn many_partnerships_and_plans_may_be_begun_at_once() {
    let app = TestApp::start().await;
    let northwind = app.vendor("Northwind").await;
    let begun = |at: usize| {
        let (app, northwind) = (&app, &northwind);
        async move {
            let partner =
                app.partner(northwind, &format!("Partner {at}"), "GOLD", "RESELLER").await;
            northwind.plan(&partner).full().shared().await
        }
    };
    let plans = join_all((0..8).map(begun)).await;
    let names = |client: Client| async move {
        client.run("{ plans(first: 100) { totalCount } }", json!({})).await
    };
    let found = names(northwind.viewer.clone()).await;
    assert_eq!(found["plans"]["totalCount"], plans.len());
}
