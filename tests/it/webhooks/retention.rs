//! Events are forgotten by age, and whoever wants to continue from before is told so, and only they.

use chrono::TimeDelta;
use jbp::worker::forget;
use serde_json::{Value, json};

use super::{House, create, does, kinds, refused};
use crate::support::{Client, planning::bare_mutation, receiver::Receiver};

impl House {
    /// Forgets what is older than so many days.
    async fn forget(&self, days: i64) {
        while forget::step(&self.app.op, Some(TimeDelta::days(days))).await.unwrap() {}
    }
}

/// The kinds of events after a cursor, and the last cursor.
async fn heard(who: &Client, after: &Value) -> (Vec<String>, Value) {
    let asked = "query($after: String) { events(first: 100, after: $after) {
        edges { node { ... on Event { kind } ... on StreamReset { reason cursor } } } pageInfo { endCursor } } }";
    let found = who.run(asked, json!({ "after": after })).await["events"].take();
    let word = |edge: &Value| {
        let node = &edge["node"];
        node["kind"].as_str().or(node["reason"].as_str()).unwrap().to_owned()
    };
    let words = found["edges"].as_array().unwrap().iter().map(word).collect();
    (words, found["pageInfo"]["endCursor"].clone())
}

#[tokio::test]
async fn what_is_old_is_forgotten_and_a_cursor_from_before_is_told() {
    let house = House::start().await;
    let (partner, vendor) = (&house.acme.manager, &house.vendor.manager);
    let (before, old) = heard(partner, &Value::Null).await;
    assert_eq!(before, ["PLAN_SHARED"]);
    house.rename("First").await;
    house.app.advance(TimeDelta::days(20));
    house.rename("Second").await;
    house.app.advance(TimeDelta::days(20));
    house.forget(30).await;
    assert_eq!(heard(partner, &Value::Null).await.0, ["PLAN_EDITED"]);
    let (words, now) = heard(partner, &old).await;
    assert_eq!(words, ["EXPIRED"]);
    assert_eq!(heard(partner, &now).await.0, [""; 0]);
    house.rename("Third").await;
    assert_eq!(heard(partner, &now).await.0, ["PLAN_EDITED"]);
    assert_eq!(heard(vendor, &Value::Null).await.0, ["PLAN_EDITED", "PLAN_EDITED"]);
}

/// A cursor after which others did much and the viewer could have seen nothing is as good as on its first day.
#[tokio::test]
async fn what_others_did_resets_nobodys_stream() {
    let house = House::start().await;
    let (_, partners) = heard(&house.acme.manager, &Value::Null).await;
    let (_, viewers) = heard(&house.vendor.viewer, &Value::Null).await;
    let globex = house.app.partner(&house.vendor, "Globex", "STRATEGIC", "RESELLER").await;
    let theirs = house.vendor.plan(&globex).full().draft().await;
    theirs.change(&house.vendor.manager, "editPlan", json!({ "name": "Theirs" })).await;
    let said = json!({ "planId": house.plan.id, "body": "well", "visibility": "PRIVATE" });
    house.vendor.manager.done(&bare_mutation("addComment"), json!({ "input": said })).await;
    house.app.advance(TimeDelta::days(40));
    house.forget(30).await;
    assert_eq!(heard(&house.acme.manager, &partners).await.0, [""; 0]);
    assert_eq!(heard(&house.vendor.viewer, &viewers).await.0, [""; 0]);
    assert_eq!(heard(&house.vendor.manager, &viewers).await.0, ["EXPIRED"]);
}

#[tokio::test]
async fn a_stream_that_cannot_continue_says_so_over_the_socket() {
    let house = House::start().await;
    let (_, old) = heard(&house.acme.manager, &Value::Null).await;
    house.rename("First").await;
    house.app.advance(TimeDelta::days(40));
    house.forget(30).await;
    let doors = house.app.open_doors().await;
    let mut socket = doors.socket(&house.acme.manager).await;
    let asked = "subscription($after: String) { portfolioEvents(after: $after) { __typename
        ... on StreamReset { reason } ... on PlanContentChanged { change } } }";
    socket.follow("live", asked, json!({ "after": old })).await;
    let soon = std::time::Duration::from_secs(10);
    let first = socket.hears("live", soon, |_| true).await.unwrap();
    let expected = json!({ "__typename": "StreamReset", "reason": "EXPIRED" });
    assert_eq!(first["portfolioEvents"], expected);
    house.rename("Second").await;
    let next = socket.hears("live", soon, |_| true).await.unwrap();
    assert_eq!(next["portfolioEvents"]["change"], "editPlan");
    drop(socket);
    doors.close().await;
}

#[tokio::test]
async fn what_an_endpoint_may_still_take_is_kept_for_it() {
    let house = House::start().await;
    let receiver = Receiver::start().await;
    create(&house.acme.admin, json!({ "url": receiver.url })).await;
    receiver.answers(500);
    house.rename("First").await;
    house.rename("Second").await;
    house.deliver().await;
    house.app.advance(TimeDelta::days(2));
    house.forget(1).await;
    receiver.answers(200);
    receiver.takes();
    house.deliver().await;
    assert_eq!(kinds(&receiver), ["PLAN_EDITED", "PLAN_EDITED"]);
    house.forget(1).await;
    assert_eq!(heard(&house.acme.manager, &Value::Null).await.0, [""; 0]);
}

#[tokio::test]
async fn an_endpoint_that_was_off_for_too_long_is_told_so_first() {
    let house = House::start().await;
    let receiver = Receiver::start().await;
    let admin = &house.acme.admin;
    let (id, _) = create(admin, json!({ "url": receiver.url })).await;
    let old = house.endpoint(admin, &id).await["cursor"].take();
    let switch = |is_enabled: bool| json!({ "endpointId": id, "isEnabled": is_enabled });
    receiver.answers(410);
    house.rename("First").await;
    house.deliver().await;
    receiver.takes();
    house.rename("Second").await;
    house.app.advance(TimeDelta::days(40));
    house.forget(30).await;
    receiver.answers(200);
    does(admin, "updateWebhookEndpoint", "", switch(true)).await;
    house.rename("Third").await;
    house.deliver().await;
    let taken = receiver.takes();
    assert_eq!(taken.len(), 1, "it goes on from now");
    let told = taken[0].json();
    assert_eq!(
        (&told["type"], &told["data"]["reason"]),
        (&json!("STREAM_RESET"), &json!("EXPIRED"))
    );
    house.rename("Fourth").await;
    house.deliver().await;
    assert_eq!(kinds(&receiver), ["PLAN_EDITED"]);
    let statuses: Vec<Value> = house
        .deliveries(admin, &id, Value::Null)
        .await
        .iter()
        .map(|told| told["status"].clone())
        .collect();
    assert_eq!(statuses, ["DELIVERED", "DELIVERED", "WITHDRAWN"]);
    let input = json!({ "endpointId": id, "after": old });
    assert_eq!(
        refused(admin, "redeliverWebhooks", input).await,
        "VALIDATION_FAILED at after: after: what came after it is not kept any more"
    );
}

/// An endpoint that is on and wants little has missed nothing when the rest is forgotten.
#[tokio::test]
async fn an_endpoint_that_wants_little_is_not_reset() {
    let house = House::start().await;
    let receiver = Receiver::start().await;
    let input = json!({ "url": receiver.url, "filter": { "kinds": ["PLAN_PROPOSED"] } });
    create(&house.acme.admin, input).await;
    house.rename("First").await;
    house.deliver().await;
    house.rename("Second").await;
    house.deliver().await;
    house.app.advance(TimeDelta::hours(7));
    house.deliver().await;
    house.app.advance(TimeDelta::days(40));
    house.forget(30).await;
    house.plan.change(&house.vendor.manager, "proposePlan", json!({})).await;
    house.deliver().await;
    assert_eq!(kinds(&receiver), ["PLAN_PROPOSED"]);
}

#[tokio::test]
async fn deliveries_are_listed_for_ninety_days() {
    let house = House::start().await;
    let receiver = Receiver::start().await;
    let admin = &house.acme.admin;
    let (id, _) = create(admin, json!({ "url": receiver.url })).await;
    house.rename("First").await;
    house.deliver().await;
    for (days, n_listed) in [(89, 1), (2, 0)] {
        house.app.advance(TimeDelta::days(days));
        house.forget(400).await;
        assert_eq!(house.deliveries(admin, &id, Value::Null).await.len(), n_listed);
    }
}
