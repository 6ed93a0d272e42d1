//! The socket: who may say what when, and how each conversation ends.

use std::{sync::atomic::Ordering, time::Duration};

use futures_util::StreamExt;
use jbp::http::Timing;
use serde_json::{Value, json};
use tokio::{io::AsyncReadExt, time::timeout};
use tokio_tungstenite::tungstenite::{self, Message};

use crate::support::{client::SOON, toy::Server};

/// A time a test can wait out.
const SHORT: Duration = Duration::from_millis(30);

fn next(id: &str, data: Value) -> Value {
    json!({ "id": id, "type": "next", "payload": { "data": data } })
}

fn complete(id: &str) -> Value {
    json!({ "id": id, "type": "complete" })
}

fn closed(code: u16, reason: &str) -> (u16, String) {
    (code, reason.to_owned())
}

#[tokio::test]
async fn another_subprotocol_is_refused() {
    let server = Server::start().await;
    for protocol in [None, Some("graphql-ws"), Some("graphql-ws, mqtt")] {
        let Err(tungstenite::Error::Http(refused)) = server.try_connect(protocol, None).await
        else {
            panic!("{protocol:?} was spoken");
        };
        assert_eq!(refused.status().as_u16(), 400);
    }
    server.try_connect(Some("graphql-ws, graphql-transport-ws"), None).await.unwrap();
}

#[tokio::test]
async fn a_token_comes_in_the_greeting_or_the_header() {
    let server = Server::start().await;
    for (header, payload, expected) in [
        (None, json!({}), "nobody"),
        (None, json!({ "authorization": "ada" }), "ada"),
        (None, json!({ "authorization": "Bearer ada" }), "ada"),
        (Some("Bearer ada"), json!({}), "ada"),
        (Some("Bearer forged"), json!({ "authorization": "ada" }), "ada"),
    ] {
        let mut client = server.try_connect(Some("graphql-transport-ws"), header).await.unwrap();
        client.greet(payload).await;
        assert_eq!(client.hear().await, json!({ "type": "connection_ack" }));
        client.subscribe("1", "{ whoami }").await;
        assert_eq!(client.hear().await, next("1", json!({ "whoami": expected })));
    }
}

#[tokio::test]
async fn a_bad_token_closes_4403() {
    let server = Server::start().await;
    for (header, payload) in [
        (None, json!({ "authorization": "forged" })),
        (None, json!({ "authorization": 7 })),
        (Some("Bearer forged"), json!({})),
        (Some("Basic YWRhOg=="), json!({})),
        (Some("Bearer ada"), json!({ "authorization": "forged" })),
    ] {
        let mut client = server.try_connect(Some("graphql-transport-ws"), header).await.unwrap();
        client.greet(payload).await;
        assert_eq!(client.end().await, closed(4403, "Forbidden"));
    }
}

#[tokio::test]
async fn what_is_not_a_message_closes_4400() {
    let server = Server::start().await;
    for message in [
        Message::text("nonsense"),
        Message::text(r#"{"type":"start","id":"1"}"#),
        Message::text(r#"["ping"]"#),
        Message::binary(r#"{"type":"ping"}"#),
    ] {
        let mut client = server.connect().await;
        client.send(message).await;
        assert_eq!(client.end().await, closed(4400, "Malformed message"));
    }
}

#[tokio::test]
async fn an_operation_before_the_acknowledgement_closes_4401() {
    let server = Server::start().await;
    let mut client = server.connect().await;
    client.subscribe("1", "mutation { bump }").await;
    assert_eq!(client.end().await, closed(4401, "Unauthorized"));

    let mut client = server.connect().await;
    client.greet(json!({ "authorization": "riddle" })).await;
    client.subscribe("1", "mutation { bump }").await;
    assert_eq!(client.end().await, closed(4401, "Unauthorized"));
    assert_eq!(server.toy.bumps.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn no_acknowledgement_in_time_closes_4408() {
    let server = Server::timed(Timing { init: SHORT, ..Timing::default() }).await;
    let mut silent = server.connect().await;
    assert_eq!(silent.end().await, closed(4408, "Connection initialisation timeout"));

    let mut waiting = server.connect().await;
    waiting.greet(json!({ "authorization": "riddle" })).await;
    assert_eq!(waiting.end().await, closed(4408, "Connection initialisation timeout"));
}

#[tokio::test]
async fn an_id_in_use_closes_4409() {
    let mut server = Server::start().await;
    let mut client = server.welcome("ada").await;
    client.subscribe("1", "subscription { counter }").await;
    let feed = server.feed().await;
    client.subscribe("1", "{ hello }").await;
    assert_eq!(client.end().await, closed(4409, "Subscriber for 1 already exists"));
    feed.closed().await;
}

#[tokio::test]
async fn a_second_greeting_closes_4429() {
    let server = Server::start().await;
    let mut client = server.welcome("ada").await;
    client.greet(json!({})).await;
    assert_eq!(client.end().await, closed(4429, "Too many initialisation requests"));
}

#[tokio::test]
async fn queries_and_mutations_are_answered_once_and_completed() {
    let server = Server::start().await;
    let mut client = server.welcome("ada").await;
    for (query, data) in
        [("{ hello }", json!({ "hello": "world" })), ("mutation { bump }", json!({ "bump": 1 }))]
    {
        client.subscribe("1", query).await;
        assert_eq!(client.hear().await, next("1", data));
        assert_eq!(client.hear().await, complete("1"));
    }
    client.subscribe("1", "{ hello forbidden }").await;
    let partial = client.hear().await;
    assert_eq!(partial["type"], "next");
    assert_eq!(partial["payload"]["data"], json!({ "hello": "world", "forbidden": null }));
    assert_eq!(partial["payload"]["errors"][0]["extensions"]["code"], "FORBIDDEN");
    assert_eq!(client.hear().await, complete("1"));
}

#[tokio::test]
async fn an_operation_that_does_not_run_is_an_error_and_its_id_is_free() {
    let server = Server::start().await;
    let mut client = server.welcome("ada").await;
    for (query, code) in [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("query A { hello } query B { hello }", "OPERATION_RESOLUTION_FAILURE"),
        ("subscription ($n: Int!) { counter }", "BAD_USER_INPUT"),
        ("subscription { counter(n: 1) }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { closed }", "UNAUTHENTICATED"),
        ("{ boom }", "INTERNAL_SERVER_ERROR"),
    ] {
        client.subscribe("1", query).await;
        let error = client.hear().await;
        assert_eq!((&error["id"], &error["type"]), (&json!("1"), &json!("error")), "{query}");
        assert_eq!(error["payload"][0]["extensions"]["code"], code, "{query}");
        client.hears_nothing().await;
    }
}

#[tokio::test]
async fn a_subscription_tells_until_it_ends() {
    let mut server = Server::start().await;
    let mut client = server.welcome("ada").await;
    client.subscribe("1", "subscription { counter }").await;
    let feed = server.feed().await;
    for number in [7, 8] {
        feed.send(number).unwrap();
        assert_eq!(client.hear().await, next("1", json!({ "counter": number })));
    }
    drop(feed);
    assert_eq!(client.hear().await, complete("1"));
}

#[tokio::test]
async fn a_client_ends_a_subscription_and_hears_no_echo() {
    let mut server = Server::start().await;
    let mut client = server.welcome("ada").await;
    client.subscribe("1", "subscription { counter }").await;
    client.subscribe("2", "{ wait }").await;
    for id in ["1", "2"] {
        let feed = server.feed().await;
        client.complete(id).await;
        feed.closed().await;
    }
    client.complete("never begun").await;
    client.hears_nothing().await;

    client.subscribe("1", "subscription { counter }").await;
    server.feed().await.send(9).unwrap();
    assert_eq!(client.hear().await, next("1", json!({ "counter": 9 })));
}

#[tokio::test]
async fn an_event_that_cannot_be_resolved_does_not_end_the_subscription() {
    let mut server = Server::start().await;
    let mut client = server.welcome("ada").await;
    client.subscribe("1", "subscription { even }").await;
    let feed = server.feed().await;
    feed.send(1).unwrap();
    let odd = client.hear().await;
    assert_eq!((&odd["type"], &odd["payload"]["data"]), (&json!("next"), &Value::Null));
    assert_eq!(odd["payload"]["errors"][0]["extensions"]["code"], "FORBIDDEN");
    feed.send(2).unwrap();
    assert_eq!(client.hear().await, next("1", json!({ "even": 2 })));
}

#[tokio::test]
async fn a_subscription_that_breaks_takes_nothing_else_with_it() {
    let server = Server::start().await;
    let mut client = server.welcome("ada").await;
    client.subscribe("1", "subscription { bomb }").await;
    assert_eq!(client.hear().await, next("1", json!({ "bomb": 1 })));
    let sealed = json!({ "code": "INTERNAL_SERVER_ERROR", "requestId": "req-1" });
    assert_eq!(
        client.hear().await,
        json!({
            "id": "1",
            "type": "error",
            "payload": [{ "message": "internal error", "extensions": sealed }],
        })
    );
    client.hears_nothing().await;
}

#[tokio::test]
async fn an_operation_is_given_up_when_its_time_is_over() {
    let mut server = Server::timed(Timing { execution: SHORT, ..Timing::default() }).await;
    let mut client = server.welcome("ada").await;
    client.subscribe("1", "{ wait }").await;
    let late = client.hear().await;
    assert_eq!(late["type"], "error");
    assert_eq!(late["payload"][0]["extensions"]["code"], "TIMEOUT");
    server.feed().await.closed().await;
}

#[tokio::test]
async fn fifty_operations_run_on_a_socket_and_no_more() {
    let mut server = Server::start().await;
    let mut client = server.welcome("ada").await;
    for id in 0..50 {
        client.subscribe(&id.to_string(), "{ wait }").await;
        server.feed().await;
    }
    client.subscribe("50", "{ hello }").await;
    let refused = client.hear().await;
    assert_eq!((&refused["id"], &refused["type"]), (&json!("50"), &json!("error")));
    assert_eq!(refused["payload"][0]["extensions"]["code"], "RATE_LIMITED");
    client.complete("7").await;
    client.subscribe("50", "{ hello }").await;
    assert_eq!(client.hear().await, next("50", json!({ "hello": "world" })));
}

#[tokio::test]
async fn a_message_of_more_than_256_kilobytes_closes_1009() {
    let server = Server::start().await;
    let fitting = |length: usize| {
        let frame = r#"{"type":"ping","payload":{"x":""}}"#.len();
        json!({ "type": "ping", "payload": { "x": "A".repeat(length - frame) } })
    };
    let mut client = server.connect().await;
    client.say(fitting(256 * 1024)).await;
    assert_eq!(client.hear().await["type"], "pong");
    client.say(fitting(256 * 1024 + 1)).await;
    assert_eq!(client.end().await, closed(1009, "Message too big"));
}

#[tokio::test]
async fn a_reader_that_is_stuck_is_closed_1013_and_nobody_waits_for_it() {
    let mut server = Server::timed(Timing { stuck: SHORT, ..Timing::default() }).await;
    let mut stuck = server.welcome("ada").await;
    let mut other = server.welcome("ada").await;
    stuck.subscribe("1", "subscription { flood }").await;
    let flood = server.feed().await;
    other.subscribe("1", "{ hello }").await;
    assert_eq!(other.hear().await, next("1", json!({ "hello": "world" })));

    flood.closed().await;
    assert_eq!(stuck.end().await, closed(1013, "Try again later"));
    assert_eq!(other.hear().await, complete("1"));
    other.hears_nothing().await;
}

#[tokio::test]
async fn a_client_that_answers_pings_lives() {
    let ping = Duration::from_millis(10);
    let server = Server::timed(Timing { ping, ..Timing::default() }).await;
    let mut client = server.connect().await;
    for _ in 0..6 {
        assert!(matches!(client.receive().await, Message::Ping(_)));
    }
    client.hears_nothing().await;
}

#[tokio::test]
async fn a_client_silent_through_two_pings_is_dead() {
    let ping = Duration::from_millis(10);
    let server = Server::timed(Timing { ping, ..Timing::default() }).await;
    // Below the protocol, where nothing answers a ping by itself.
    let mut bytes = server.connect().await.0.into_inner();
    let mut heard = Vec::new();
    timeout(SOON, bytes.read_to_end(&mut heard)).await.unwrap().unwrap();
    assert_eq!(heard, [0x89, 0, 0x89, 0]);
}

#[tokio::test]
async fn a_token_that_ends_closes_4403_at_that_instant() {
    // So long that it is not the next question that finds out.
    let recheck = Duration::from_hours(1);
    let server = Server::timed(Timing { recheck, ..Timing::default() }).await;
    let mut client = server.welcome("brief").await;
    assert_eq!(client.end().await, closed(4403, "token expired"));
    assert_eq!(server.toy.n_questions.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_token_that_is_revoked_closes_4403_at_the_next_question() {
    let recheck = Duration::from_millis(5);
    let mut server = Server::timed(Timing { recheck, ..Timing::default() }).await;
    let mut client = server.welcome("ada").await;
    client.subscribe("1", "subscription { counter }").await;
    let feed = server.feed().await;
    feed.send(1).unwrap();
    assert_eq!(client.hear().await, next("1", json!({ "counter": 1 })));

    server.toy.is_revoked.store(true, Ordering::SeqCst);
    assert_eq!(client.end().await, closed(4403, "token expired"));
    feed.closed().await;
}

#[tokio::test]
async fn a_good_token_stays_good_while_nobody_can_tell() {
    let recheck = Duration::from_millis(5);
    let server = Server::timed(Timing { recheck, ..Timing::default() }).await;
    let mut client = server.welcome("ada").await;
    server.toy.is_down.store(true, Ordering::SeqCst);
    let asked = server.toy.n_questions.load(Ordering::SeqCst);
    while server.toy.n_questions.load(Ordering::SeqCst) < asked + 3 {
        client.hears_nothing().await;
    }
    let mut stranger = server.connect().await;
    stranger.greet(json!({ "authorization": "ada" })).await;
    assert_eq!(stranger.end().await, closed(1013, "Try again later"));
}

#[tokio::test]
async fn an_anonymous_caller_is_not_asked_about_again() {
    let timing = Timing { recheck: Duration::ZERO, ..Timing::default() };
    let server = Server::timed(timing).await;
    let mut client = server.connect().await;
    client.greet(json!({})).await;
    assert_eq!(client.hear().await, json!({ "type": "connection_ack" }));
    client.hears_nothing().await;
    assert_eq!(server.toy.n_questions.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_shutdown_closes_1012_and_waits_for_every_socket() {
    let mut server = Server::start().await;
    let mut client = server.welcome("ada").await;
    client.subscribe("1", "subscription { counter }").await;
    let feed = server.feed().await;
    server.shutdown.cancel();
    assert_eq!(client.end().await, closed(1012, "Service restart"));
    feed.closed().await;
    while client.0.next().await.is_some() {}
    server.tasks.close();
    timeout(SOON, server.tasks.wait()).await.unwrap();
}

#[tokio::test]
async fn operations_end_with_their_client() {
    let mut server = Server::start().await;
    for is_polite in [true, false] {
        let mut client = server.welcome("ada").await;
        client.subscribe("1", "subscription { counter }").await;
        let feed = server.feed().await;
        if is_polite {
            client.0.close(None).await.unwrap();
        } else {
            drop(client);
        }
        feed.closed().await;
    }
}
