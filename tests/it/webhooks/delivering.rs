//! What arrives, and what happens when it does not.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{ANYWHERE, House, another_courier, create, does, kinds, refused};
use crate::support::{Fact, planning::bare_mutation, receiver::Receiver};

#[tokio::test]
async fn what_happens_arrives_signed_thin_and_in_order() {
    let house = House::start().await;
    let receiver = Receiver::start().await;
    let (id, secret) = create(&house.acme.admin, json!({ "url": receiver.url })).await;
    assert!(secret.starts_with("whsec_") && secret.len() == 50);
    house.deliver().await;
    assert_eq!(kinds(&receiver), [""; 0], "it begins with what happens from now on");

    house.rename("First").await;
    house.rename("Second").await;
    house.deliver().await;
    let taken = receiver.takes();
    let asked =
        "{ events(first: 100) { edges { cursor node { __typename ... on PlanContentChanged {
        id cursor kind occurredAt actor { id side } plan { id } change revision } } } } }";
    let heard = house.acme.admin.run(asked, json!({})).await["events"]["edges"].take();
    let last: Vec<&Value> =
        heard.as_array().unwrap().iter().rev().take(2).rev().map(|edge| &edge["node"]).collect();
    for (taken, node) in taken.iter().zip(&last) {
        assert_eq!(taken.json()["data"], **node, "what a subscriber gets, with the same cursor");
        assert_eq!(taken.id, node["id"].as_str().unwrap());
        assert_eq!(taken.timestamp, house.app.clock.now().timestamp());
        assert!(taken.is_signed_with(&secret) && taken.body.len() < 20_000);
        assert!(!taken.is_signed_with(&secret.replace("whsec_", "whsec_AAAA")));
    }
    assert_eq!(taken.len(), 2);

    let told = house.deliveries(&house.acme.admin, &id, Value::Null).await;
    assert_eq!(told.len(), 2);
    assert_eq!(
        told[0],
        json!({
            "id": told[0]["id"], "webhookId": last[1]["id"], "purpose": "EVENT", "status": "DELIVERED",
            "eventId": last[1]["id"], "eventKind": "PLAN_EDITED", "cursor": last[1]["cursor"],
            "createdAt": "2026-06-30T12:00:00+00:00", "nextTryAt": null, "finishedAt": "2026-06-30T12:00:00+00:00",
            "attempts": [{ "attemptedAt": "2026-06-30T12:00:00+00:00", "durationMs": 0, "statusCode": 204, "error": null }],
            "endpoint": { "id": id },
        })
    );
    let endpoint = house.endpoint(&house.acme.admin, &id).await;
    assert_eq!(endpoint["cursor"], last[1]["cursor"]);
    assert_eq!(endpoint["lastDeliveredAt"], "2026-06-30T12:00:00+00:00");
}

#[tokio::test]
async fn figures_and_warnings_arrive_too() {
    let house = House::start().await;
    let receiver = Receiver::start().await;
    let plan = &house.plan;
    plan.change(&house.vendor.manager, "proposePlan", json!({})).await;
    create(&house.vendor.admin, json!({ "url": receiver.url })).await;
    plan.sign(&house.vendor.executive).await;
    plan.sign(&house.acme.executive).await;
    let fact = Fact::deal("DEAL_WON", "D-1", "2026-02-01").amount("5.00", "USD");
    house.vendor.manager.recorded(&house.acme.partnership, &[fact]).await;
    house.deliver().await;
    let taken = receiver.takes();
    let data: Vec<Value> = taken.iter().map(|taken| taken.json()["data"].take()).collect();
    let of = |kind: &str| data.iter().find(|data| data["__typename"] == kind).unwrap();
    assert_eq!(of("ProgressChanged")["recorded"], 1);
    assert!(of("ProgressChanged")["targets"][0]["id"].as_str().unwrap().starts_with("trgt_"));
    assert!(of("AlertChanged")["alert"]["id"].as_str().unwrap().starts_with("alrt_"));
    assert_eq!(of("PlanChanged")["version"], 1);
    assert_eq!(of("PlanChanged")["actor"]["side"], "VENDOR");
}

#[tokio::test]
async fn a_filter_lets_through_what_is_wanted() {
    let house = House::start().await;
    let (all, some) = (Receiver::start().await, Receiver::start().await);
    let other = house.vendor.plan(&house.acme).named("Next").between("2027-01-01", "2027-12-31");
    let other = other.full().shared().await;
    let admin = &house.acme.admin;
    create(admin, json!({ "url": all.url })).await;
    let filter = json!({ "kinds": ["PLAN_EDITED"], "planIds": [other.id] });
    let (id, _) = create(admin, json!({ "url": some.url, "filter": filter })).await;
    house.rename("Renamed").await;
    other.change(&house.vendor.manager, "editPlan", json!({ "name": "Later" })).await;
    other.change(&house.vendor.manager, "proposePlan", json!({})).await;
    house.deliver().await;
    assert_eq!(kinds(&all), ["PLAN_EDITED", "PLAN_EDITED", "PLAN_PROPOSED"]);
    assert_eq!(kinds(&some), ["PLAN_EDITED"]);

    let kinds_only = json!({ "endpointId": id, "filter": { "kinds": ["PLAN_EDITED"] } });
    does(admin, "updateWebhookEndpoint", "", kinds_only).await;
    house.rename("Renamed again").await;
    house.deliver().await;
    assert_eq!(kinds(&some), ["PLAN_EDITED"]);
    let plans = house.endpoint(admin, &id).await["plans"].take();
    assert_eq!(plans, Value::Null);
}

#[tokio::test]
async fn what_is_not_taken_is_tried_again_before_anything_else() {
    let house = House::start().await;
    let receiver = Receiver::start().await;
    let admin = &house.acme.admin;
    let (id, _) = create(admin, json!({ "url": receiver.url })).await;
    receiver.answers(500);
    house.rename("First").await;
    house.rename("Second").await;
    house.deliver().await;
    let first = receiver.takes();
    assert_eq!(first.len(), 1, "the second waits for the first");
    let told = house.deliveries(admin, &id, json!({ "statuses": ["PENDING"] })).await;
    assert_eq!(told[0]["attempts"][0]["statusCode"], 500);
    let next = told[0]["nextTryAt"].as_str().unwrap();
    assert!(("2026-06-30T12:00:04.5"..="2026-06-30T12:00:05.5").contains(&&next[..21]), "{next}");

    house.app.advance(TimeDelta::seconds(4));
    house.deliver().await;
    assert_eq!(receiver.takes(), []);
    house.app.advance(TimeDelta::seconds(2));
    house.deliver().await;
    let again = receiver.takes();
    assert_eq!((&again[0].id, &again[0].body), (&first[0].id, &first[0].body));
    assert_eq!(again[0].timestamp, first[0].timestamp + 6);

    receiver.answers(200);
    house.app.advance(TimeDelta::seconds(400));
    house.deliver().await;
    let taken = receiver.takes();
    assert_eq!((taken.len(), &taken[0].id), (2, &first[0].id));
    assert_eq!(house.endpoint(admin, &id).await["firstFailedAt"], Value::Null);
    let attempts = house.deliveries(admin, &id, Value::Null).await[1]["attempts"].take();
    let statuses: Vec<&Value> =
        attempts.as_array().unwrap().iter().map(|attempt| &attempt["statusCode"]).collect();
    assert_eq!(statuses, [500, 500, 200]);
}

#[tokio::test]
async fn after_three_days_there_is_a_dead_letter_and_then_an_end() {
    let house = House::start().await;
    let receiver = Receiver::start().await;
    let admin = &house.vendor.admin;
    let (id, _) = create(admin, json!({ "url": receiver.url })).await;
    receiver.answers(503);
    house.rename("First").await;
    house.rename("Second").await;
    let mut n_tries = Vec::new();
    for _ in 0..10 {
        house.deliver().await;
        n_tries.push(receiver.takes().len());
        house.app.advance(TimeDelta::hours(27));
    }
    assert_eq!(
        n_tries,
        [1, 1, 1, 1, 1, 1, 1, 1, 1, 2],
        "the tenth was the last; the second event followed"
    );
    let endpoint = house.endpoint(admin, &id).await;
    assert_eq!(
        (&endpoint["state"], &endpoint["firstFailedAt"]),
        (&json!("FAILING"), &json!("2026-06-30T12:00:00+00:00"))
    );
    let dead = house.deliveries(admin, &id, json!({ "statuses": ["DEAD"] })).await;
    assert_eq!((dead.len(), dead[0]["attempts"].as_array().unwrap().len()), (1, 10));
    house.rename("Third").await;
    house.deliver().await;
    assert_eq!(receiver.takes(), []);

    // Mended, it goes on where it was; the dead letter comes when it is asked for.
    receiver.answers(200);
    let redeliver = json!({ "deliveryId": dead[0]["id"] });
    assert_eq!(
        refused(admin, "redeliverWebhook", redeliver.clone()).await,
        "VALIDATION_FAILED at endpointId: endpointId: the endpoint is switched off; enable it first"
    );
    let enable = json!({ "endpointId": id, "isEnabled": true });
    does(admin, "updateWebhookEndpoint", "endpoint { state }", enable).await;
    house.deliver().await;
    assert_eq!(kinds(&receiver), ["PLAN_EDITED", "PLAN_EDITED"]);
    does(admin, "redeliverWebhook", "delivery { status }", redeliver).await;
    house.deliver().await;
    let taken = receiver.takes();
    assert_eq!((taken.len(), taken[0].id.as_str()), (1, dead[0]["webhookId"].as_str().unwrap()));
    assert_eq!(house.deliveries(admin, &id, json!({ "statuses": ["DEAD"] })).await.len(), 0);
}

#[tokio::test]
async fn one_letter_that_nobody_takes_does_not_end_an_endpoint_that_takes_the_others() {
    let house = House::start().await;
    let receiver = Receiver::start().await;
    let admin = &house.vendor.admin;
    let (id, _) = create(admin, json!({ "url": receiver.url })).await;
    receiver.answers(400);
    house.rename("Poison").await;
    for _ in 0..9 {
        house.deliver().await;
        house.app.advance(TimeDelta::hours(27));
    }
    house.deliver().await;
    assert_eq!(receiver.takes().len(), 10);
    receiver.answers(200);
    house.rename("Wholesome").await;
    house.deliver().await;
    let endpoint = house.endpoint(admin, &id).await;
    assert_eq!((&endpoint["state"], receiver.takes().len()), (&json!("ENABLED"), 1));
}

#[tokio::test]
async fn gone_means_that_nothing_more_is_told() {
    let house = House::start().await;
    let receiver = Receiver::start().await;
    let admin = &house.acme.admin;
    let (id, _) = create(admin, json!({ "url": receiver.url })).await;
    receiver.answers(410);
    house.rename("First").await;
    house.rename("Second").await;
    house.deliver().await;
    house.app.advance(TimeDelta::days(1));
    house.deliver().await;
    assert_eq!(receiver.takes().len(), 1);
    let endpoint = house.endpoint(admin, &id).await;
    let expected = (&json!("GONE"), &json!("2026-06-30T12:00:00+00:00"));
    assert_eq!((&endpoint["state"], &endpoint["disabledAt"]), expected);

    receiver.answers(200);
    does(admin, "updateWebhookEndpoint", "", json!({ "endpointId": id, "isEnabled": true })).await;
    house.deliver().await;
    assert_eq!(receiver.takes().len(), 2, "what it did not take is not lost");
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let house = House::start().await;
    let receiver = Receiver::start().await;
    let admin = &house.acme.admin;
    let (id, _) = create(admin, json!({ "url": receiver.url })).await;
    for status in [301, 302, 307, 308] {
        receiver.answers(status);
        house.rename(&format!("After {status}")).await;
        house.deliver().await;
        assert_eq!(receiver.takes().len(), 1);
        let told = house.deliveries(admin, &id, Value::Null).await;
        let attempts = told[0]["attempts"].as_array().unwrap();
        assert_eq!(attempts.last().unwrap()["statusCode"], status);
        receiver.answers(200);
        house.app.advance(TimeDelta::minutes(1));
        house.deliver().await;
        receiver.takes();
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_is_said_not_to_be_there() {
    let house = House::start().await;
    let admin = &house.acme.admin;
    let (id, _) = create(admin, json!({ "url": "http://127.0.0.1:9/" })).await;
    house.rename("First").await;
    house.deliver().await;
    let told = house.deliveries(admin, &id, Value::Null).await;
    let attempt = &told[0]["attempts"][0];
    assert_eq!(attempt["statusCode"], Value::Null);
    assert!(attempt["error"].as_str().unwrap().starts_with("no connection: "), "{attempt}");
}

#[tokio::test]
async fn a_new_secret_signs_beside_the_old_one_for_a_day() {
    let house = House::start().await;
    let receiver = Receiver::start().await;
    let admin = &house.acme.admin;
    let (id, first) = create(admin, json!({ "url": receiver.url })).await;
    let rotated = does(
        admin,
        "rotateWebhookSecret",
        "endpoint { previousSecretEndsAt } secret",
        json!({ "endpointId": id }),
    )
    .await;
    let second = rotated["secret"].as_str().unwrap();
    assert_eq!(rotated["endpoint"]["previousSecretEndsAt"], "2026-07-01T12:00:00+00:00");
    house.rename("First").await;
    house.deliver().await;
    let taken = receiver.takes().remove(0);
    assert!(taken.is_signed_with(&first) && taken.is_signed_with(second));
    assert_eq!(taken.signature.split(' ').count(), 2);

    house.app.advance(TimeDelta::days(1));
    house.rename("Second").await;
    house.deliver().await;
    let taken = receiver.takes().remove(0);
    assert!(!taken.is_signed_with(&first) && taken.is_signed_with(second));
    assert_eq!(house.endpoint(admin, &id).await["previousSecretEndsAt"], Value::Null);
}

#[tokio::test]
async fn a_test_goes_before_everything_and_is_tried_once() {
    let house = House::start().await;
    let receiver = Receiver::start().await;
    let admin = &house.acme.admin;
    let (id, secret) = create(admin, json!({ "url": receiver.url })).await;
    house.rename("First").await;
    let sent = does(
        admin,
        "sendTestWebhook",
        "delivery { id status purpose }",
        json!({ "endpointId": id }),
    )
    .await;
    assert_eq!(sent["delivery"]["status"], "PENDING");
    house.deliver().await;
    let taken = receiver.takes();
    assert_eq!((taken[0].kind().as_str(), taken[1].kind().as_str()), ("TEST", "PLAN_EDITED"));
    assert_eq!(taken[0].id, sent["delivery"]["id"].as_str().unwrap());
    assert_eq!(taken[0].json()["data"]["__typename"], "Heartbeat");
    assert!(taken[0].is_signed_with(&secret));

    receiver.answers(500);
    does(admin, "sendTestWebhook", "", json!({ "endpointId": id })).await;
    house.deliver().await;
    house.app.advance(TimeDelta::days(1));
    house.deliver().await;
    assert_eq!(receiver.takes().len(), 1);
    let told = house.deliveries(admin, &id, json!({ "statuses": ["DEAD"] })).await;
    assert_eq!((told.len(), &told[0]["purpose"]), (1, &json!("TEST")));
}

#[tokio::test]
async fn everything_after_a_cursor_is_told_again_under_the_same_ids() {
    let house = House::start().await;
    let receiver = Receiver::start().await;
    let admin = &house.acme.admin;
    let (id, _) = create(admin, json!({ "url": receiver.url })).await;
    for name in ["First", "Second", "Third"] {
        house.rename(name).await;
    }
    house.deliver().await;
    let taken = receiver.takes();
    let after = taken[0].json()["data"]["cursor"].clone();
    let input = json!({ "endpointId": id, "after": after });
    does(admin, "redeliverWebhooks", "endpoint { cursor }", input).await;
    house.deliver().await;
    let again = receiver.takes();
    assert_eq!(again.len(), 2);
    for (one, other) in again.iter().zip(&taken[1..]) {
        assert_eq!((&one.id, &one.body), (&other.id, &other.body));
    }

    // A cursor of what is not told yet passes over nothing.
    receiver.answers(500);
    house.rename("Fourth").await;
    house.deliver().await;
    let asked = "{ events(first: 100) { pageInfo { endCursor } } }";
    let end = admin.run(asked, json!({})).await["events"]["pageInfo"]["endCursor"].take();
    does(admin, "redeliverWebhooks", "", json!({ "endpointId": id, "after": end })).await;
    receiver.takes();
    receiver.answers(200);
    house.deliver().await;
    assert_eq!(receiver.takes().len(), 1);
    for (after, expected) in [
        ("nonsense", "VALIDATION_FAILED at after: after: not a cursor of events"),
        ("", "VALIDATION_FAILED at after: after: not a cursor of events"),
    ] {
        let input = json!({ "endpointId": id, "after": after });
        assert_eq!(refused(admin, "redeliverWebhooks", input).await, expected);
    }
}

#[tokio::test]
async fn an_endpoint_can_begin_after_a_cursor() {
    let house = House::start().await;
    let receiver = Receiver::start().await;
    let admin = &house.acme.admin;
    house.rename("First").await;
    let asked = "{ events(first: 1) { pageInfo { endCursor } } }";
    let after = admin.run(asked, json!({})).await["events"]["pageInfo"]["endCursor"].take();
    create(admin, json!({ "url": receiver.url, "after": after })).await;
    house.deliver().await;
    let asked = "query($after: String) { events(first: 100, after: $after) { edges { node { ... on Event { id } } } } }";
    let heard = admin.run(asked, json!({ "after": after })).await["events"]["edges"].take();
    let ids: Vec<&str> =
        heard.as_array().unwrap().iter().map(|edge| edge["node"]["id"].as_str().unwrap()).collect();
    let taken: Vec<String> = receiver.takes().into_iter().map(|taken| taken.id).collect();
    assert_eq!(taken, ids);
    assert!(!ids.is_empty());
}

#[tokio::test]
async fn what_happens_while_an_endpoint_is_off_waits_for_it() {
    let house = House::start().await;
    let receiver = Receiver::start().await;
    let admin = &house.acme.admin;
    let (id, _) = create(admin, json!({ "url": receiver.url })).await;
    let switch = |is_enabled: bool| json!({ "endpointId": id, "isEnabled": is_enabled });
    does(admin, "updateWebhookEndpoint", "", switch(false)).await;
    house.rename("First").await;
    house.deliver().await;
    assert_eq!(receiver.takes(), []);
    assert_eq!(house.endpoint(admin, &id).await["state"], "DISABLED");
    assert_eq!(
        refused(admin, "sendTestWebhook", json!({ "endpointId": id })).await,
        "VALIDATION_FAILED at endpointId: endpointId: the endpoint is switched off; enable it first"
    );
    does(admin, "updateWebhookEndpoint", "", switch(true)).await;
    house.deliver().await;
    assert_eq!(kinds(&receiver), ["PLAN_EDITED"]);
}

#[tokio::test]
async fn a_deleted_endpoint_hears_nothing_more() {
    let house = House::start().await;
    let receiver = Receiver::start().await;
    let admin = &house.acme.admin;
    let (id, _) = create(admin, json!({ "url": receiver.url })).await;
    house.rename("First").await;
    let gone =
        does(admin, "deleteWebhookEndpoint", "deletedEndpointId", json!({ "endpointId": id }))
            .await;
    assert_eq!(gone["deletedEndpointId"], json!(id));
    house.deliver().await;
    assert_eq!(receiver.takes(), []);
    let refused = refused(admin, "deleteWebhookEndpoint", json!({ "endpointId": id })).await;
    assert_eq!(refused, "NOT_FOUND: webhook endpoint not found");
}

/// While one process is at it, another one leaves it alone; once the first has died, the other takes over, under the same id.
#[tokio::test]
async fn two_processes_do_not_tell_the_same_at_once() {
    let house = House::start().await;
    let receiver = Receiver::start().await;
    create(&house.acme.admin, json!({ "url": receiver.url })).await;
    let other = another_courier(&house.app, ANYWHERE).await;
    receiver.falls_silent();
    house.rename("First").await;
    {
        let mut round = std::pin::pin!(house.courier.round());
        tokio::select! {
            _ = &mut round => panic!("nothing was answered"),
            () = receiver.has_received(1) => {}
        }
        assert!(!other.round().await.unwrap(), "the first one has it");
    }
    house.app.advance(TimeDelta::seconds(29));
    assert!(!other.round().await.unwrap());
    house.app.advance(TimeDelta::seconds(2));
    {
        let mut round = std::pin::pin!(other.round());
        tokio::select! {
            _ = &mut round => panic!("nothing was answered"),
            () = receiver.has_received(2) => {}
        }
    }
    let taken = receiver.takes();
    assert_eq!((taken.len(), &taken[0].id), (2, &taken[1].id));
}

/// Behind the real doors: a receiver that answers nothing keeps nobody else waiting.
#[tokio::test]
async fn a_receiver_that_is_silent_delays_nobody_else() {
    let house = House::start().await;
    let (silent, lively) = (Receiver::start().await, Receiver::start().await);
    silent.falls_silent();
    create(&house.acme.admin, json!({ "url": silent.url })).await;
    create(&house.acme.admin, json!({ "url": lively.url })).await;
    let doors = house
        .app
        .open_doors_with(|config| {
            config.webhooks.allow_private = true;
            config.webhooks.allow_http = true;
        })
        .await;
    house.rename("First").await;
    silent.has_received(1).await;
    for n in 0..10 {
        house.rename(&format!("Name {n}")).await;
    }
    lively.has_received(11).await;
    assert_eq!(silent.received().len(), 1);
    drop(silent);
    drop(doors);
}

#[tokio::test]
async fn what_an_endpoint_is_told_has_the_types_of_the_schema() {
    let house = House::start().await;
    let receiver = Receiver::start().await;
    let admin = &house.vendor.admin;
    create(admin, json!({ "url": receiver.url })).await;
    let said = json!({ "planId": house.plan.id, "body": "well", "visibility": "SHARED" });
    house.vendor.manager.done(&bare_mutation("addComment"), json!({ "input": said })).await;
    house.rename("First").await;
    house.plan.change(&house.vendor.manager, "proposePlan", json!({})).await;
    house.plan.sign(&house.vendor.executive).await;
    house.plan.sign(&house.acme.executive).await;
    house.app.set_time("2026-07-20T12:00:00Z");
    house.app.settle().await;
    house.deliver().await;
    let asked = "{ events(first: 100) { edges { node { __typename ... on Event { id kind } } } } }";
    let heard = admin.run(asked, json!({})).await["events"]["edges"].take();
    let mut n_compared = 0;
    for taken in receiver.takes() {
        let data = taken.json()["data"].take();
        let edges = heard.as_array().unwrap();
        let node = edges.iter().map(|edge| &edge["node"]).find(|node| node["id"] == data["id"]);
        let told =
            json!({ "__typename": data["__typename"], "id": data["id"], "kind": data["kind"] });
        assert_eq!(*node.unwrap(), told);
        n_compared += 1;
    }
    assert!(n_compared > 10, "{n_compared}");
}
