//! `graphql-transport-ws`, sentence by sentence, in bytes.
//!
//! <https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md>

use std::{sync::atomic::Ordering, time::Duration};

use jbp::http::Timing;
use serde_json::json;

use crate::support::{
    raw::{BINARY, CLOSE, PING, PONG, Raw, TEXT},
    toy::Server,
};

// Communication

#[tokio::test]
async fn the_subprotocol_is_graphql_transport_ws() {
    let server = Server::start().await;
    let (_raw, head) = Raw::offer(&server, "graphql-ws, graphql-transport-ws").await;
    assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
    assert!(head.contains("sec-websocket-protocol: graphql-transport-ws\r\n"), "{head}");
    let (_raw, head) = Raw::offer(&server, "graphql-ws").await;
    assert!(head.starts_with("HTTP/1.1 400 "), "{head}");
}

#[tokio::test]
async fn messages_are_json_sent_as_text() {
    let server = Server::start().await;
    let mut raw = Raw::open(&server).await;
    raw.frame(BINARY, br#"{"type":"connection_init"}"#).await;
    raw.ends(4400, "Malformed message").await;
}

#[tokio::test]
async fn all_messages_contain_the_type() {
    let server = Server::start().await;
    let mut raw = Raw::open(&server).await;
    raw.say(json!({ "id": "1", "payload": {} })).await;
    raw.ends(4400, "Malformed message").await;
}

#[tokio::test]
async fn operations_with_separate_ids_are_active_at_a_time_and_interleave() {
    let mut server = Server::start().await;
    let mut raw = Raw::acknowledged(&server).await;
    raw.subscribe("a", "subscription { counter }").await;
    let first = server.feed().await;
    raw.subscribe("b", "subscription { counter }").await;
    let second = server.feed().await;
    for number in 1..3 {
        first.send(number).unwrap();
        raw.hears_number("a", number).await;
        second.send(number * 10).unwrap();
        raw.hears_number("b", number * 10).await;
    }
}

#[tokio::test]
async fn the_server_can_close_the_socket_at_any_time_and_says_why() {
    let server = Server::start().await;
    let raw = Raw::acknowledged(&server).await;
    server.shutdown.cancel();
    raw.ends(1012, "Service restart").await;
}

#[tokio::test]
async fn the_client_closes_the_socket_with_1000_and_has_its_own_back() {
    let mut server = Server::start().await;
    let mut raw = Raw::acknowledged(&server).await;
    raw.subscribe("1", "subscription { counter }").await;
    let feed = server.feed().await;
    raw.frame(CLOSE, &1000_u16.to_be_bytes()).await;
    raw.ends(1000, "").await;
    feed.closed().await;
}

// ConnectionInit

#[tokio::test]
async fn connection_init_must_come_within_the_allowed_waiting_time() {
    let timing = Timing { init: Duration::from_millis(30), ..Timing::default() };
    let server = Server::timed(timing).await;
    let raw = Raw::open(&server).await;
    raw.ends(4408, "Connection initialisation timeout").await;
}

#[tokio::test]
async fn pings_do_not_make_the_waiting_time_longer() {
    let timing = Timing { init: Duration::from_millis(30), ..Timing::default() };
    let server = Server::timed(timing).await;
    let mut raw = Raw::open(&server).await;
    raw.hears_nothing().await;
    raw.ends(4408, "Connection initialisation timeout").await;
}

#[tokio::test]
async fn more_than_one_connection_init_closes_4429() {
    let server = Server::start().await;
    let mut raw = Raw::acknowledged(&server).await;
    raw.say(json!({ "type": "connection_init" })).await;
    raw.ends(4429, "Too many initialisation requests").await;
    // Also while the first is being looked at.
    let mut raw = Raw::open(&server).await;
    let riddle = json!({ "type": "connection_init", "payload": { "authorization": "riddle" } });
    raw.say(riddle.clone()).await;
    raw.say(riddle).await;
    raw.ends(4429, "Too many initialisation requests").await;
}

#[tokio::test]
async fn a_rejected_connection_closes_4403() {
    let server = Server::start().await;
    let mut raw = Raw::open(&server).await;
    raw.say(json!({ "type": "connection_init", "payload": { "authorization": "forged" } })).await;
    raw.ends(4403, "Forbidden").await;
}

#[tokio::test]
async fn the_payload_of_connection_init_is_optional_and_an_object() {
    let server = Server::start().await;
    for payload in [json!(null), json!({}), json!({ "more": [1] })] {
        let mut raw = Raw::open(&server).await;
        raw.say(json!({ "type": "connection_init", "payload": payload })).await;
        raw.hears(json!({ "type": "connection_ack" })).await;
    }
    let mut raw = Raw::open(&server).await;
    raw.say(json!({ "type": "connection_init", "payload": "token" })).await;
    raw.ends(4400, "Malformed message").await;
}

// ConnectionAck

#[tokio::test]
async fn connection_ack_is_the_response_and_then_operations_may_be_requested() {
    let server = Server::start().await;
    let mut raw = Raw::acknowledged(&server).await;
    raw.subscribe("1", "{ hello }").await;
    raw.hears(json!({ "type": "next", "id": "1", "payload": { "data": { "hello": "world" } } }))
        .await;
    raw.hears(json!({ "type": "complete", "id": "1" })).await;
}

#[tokio::test]
async fn connection_ack_is_the_servers_to_say() {
    let server = Server::start().await;
    for kind in ["connection_ack", "next", "error"] {
        let mut raw = Raw::acknowledged(&server).await;
        raw.say(json!({ "type": kind, "id": "1", "payload": {} })).await;
        raw.ends(4400, "Malformed message").await;
    }
}

// Ping and Pong

#[tokio::test]
async fn a_ping_is_answered_by_a_pong_at_any_time_with_its_payload() {
    let server = Server::start().await;
    for mut raw in [Raw::open(&server).await, Raw::acknowledged(&server).await] {
        raw.hears_nothing().await;
        raw.say(json!({ "type": "ping", "payload": { "at": 7 } })).await;
        raw.hears(json!({ "type": "pong", "payload": { "at": 7 } })).await;
    }
}

#[tokio::test]
async fn a_pong_may_be_unsolicited_and_is_not_answered() {
    let server = Server::start().await;
    for mut raw in [Raw::open(&server).await, Raw::acknowledged(&server).await] {
        raw.say(json!({ "type": "pong" })).await;
        raw.say(json!({ "type": "pong", "payload": { "at": 7 } })).await;
        raw.hears_nothing().await;
    }
}

#[tokio::test]
async fn the_pings_of_the_socket_itself_are_answered_too() {
    let server = Server::start().await;
    let mut raw = Raw::open(&server).await;
    raw.frame(PING, b"there?").await;
    assert_eq!(raw.read().await, (PONG, b"there?".to_vec()));
}

// Subscribe

#[tokio::test]
async fn subscribe_has_an_id_and_a_payload_with_a_query() {
    let server = Server::start().await;
    for message in [
        json!({ "type": "subscribe", "payload": { "query": "{ hello }" } }),
        json!({ "type": "subscribe", "id": "", "payload": { "query": "{ hello }" } }),
        json!({ "type": "subscribe", "id": 1, "payload": { "query": "{ hello }" } }),
        json!({ "type": "subscribe", "id": "1" }),
        json!({ "type": "subscribe", "id": "1", "payload": {} }),
        json!({ "type": "subscribe", "id": "1", "payload": { "query": null } }),
        json!({ "type": "subscribe", "id": "1", "payload": { "query": "{ hello }", "variables": 7 } }),
        json!({ "type": "subscribe", "id": "1", "payload": { "query": "{ hello }", "operationName": 7 } }),
        json!({ "type": "subscribe", "id": "1", "payload": { "query": "{ hello }", "extensions": 7 } }),
    ] {
        let mut raw = Raw::acknowledged(&server).await;
        raw.say(message).await;
        raw.ends(4400, "Malformed message").await;
    }
}

#[tokio::test]
async fn operation_name_variables_and_extensions_are_optional_and_may_be_null() {
    let server = Server::start().await;
    let mut raw = Raw::acknowledged(&server).await;
    let query = "query A { hello } query B($n: Int!) { double(n: $n) }";
    raw.say(json!({
        "type": "subscribe", "id": "1",
        "payload": {
            "query": query, "operationName": "B", "variables": { "n": 4 }, "extensions": {},
        },
    }))
    .await;
    raw.hears(json!({ "type": "next", "id": "1", "payload": { "data": { "double": 8 } } })).await;
    raw.hears(json!({ "type": "complete", "id": "1" })).await;
    raw.say(json!({
        "type": "subscribe", "id": "1",
        "payload": {
            "query": "{ hello }", "operationName": null, "variables": null, "extensions": null,
        },
    }))
    .await;
    raw.hears(json!({ "type": "next", "id": "1", "payload": { "data": { "hello": "world" } } }))
        .await;
    raw.hears(json!({ "type": "complete", "id": "1" })).await;
}

#[tokio::test]
async fn an_id_with_an_active_subscriber_closes_4409_whatever_the_operation() {
    let mut server = Server::start().await;
    for query in ["subscription { counter }", "{ wait }"] {
        let mut raw = Raw::acknowledged(&server).await;
        raw.subscribe("1", query).await;
        let feed = server.feed().await;
        raw.subscribe("1", "mutation { bump }").await;
        raw.ends(4409, "Subscriber for 1 already exists").await;
        feed.closed().await;
    }
    assert_eq!(server.toy.bumps.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn an_id_is_free_once_its_operation_has_completed_whoever_completed_it() {
    let mut server = Server::start().await;
    let mut raw = Raw::acknowledged(&server).await;
    raw.subscribe("1", "subscription { counter }").await;
    server.feed().await;
    raw.hears(json!({ "type": "complete", "id": "1" })).await;
    raw.subscribe("1", "subscription { counter }").await;
    let feed = server.feed().await;
    raw.complete("1").await;
    feed.closed().await;
    raw.subscribe("1", "{").await;
    assert_eq!(raw.hear().await["type"], "error");
    raw.subscribe("1", "subscription { counter }").await;
    server.feed().await.send(3).unwrap();
    raw.hears_number("1", 3).await;
}

#[tokio::test]
async fn an_operation_before_the_acknowledgement_closes_4401() {
    let server = Server::start().await;
    let mut raw = Raw::open(&server).await;
    raw.subscribe("1", "mutation { bump }").await;
    raw.ends(4401, "Unauthorized").await;
    assert_eq!(server.toy.bumps.load(Ordering::SeqCst), 0);
}

// Next, Error and Complete from the server

#[tokio::test]
async fn results_are_next_messages_and_after_all_of_them_complete_follows() {
    let mut server = Server::start().await;
    let mut raw = Raw::acknowledged(&server).await;
    raw.subscribe("1", "subscription { counter }").await;
    let feed = server.feed().await;
    for number in [1, 2, 3] {
        feed.send(number).unwrap();
    }
    drop(feed);
    for number in [1, 2, 3] {
        raw.hears_number("1", number).await;
    }
    raw.hears(json!({ "type": "complete", "id": "1" })).await;
    raw.hears_nothing().await;
}

#[tokio::test]
async fn an_error_of_execution_is_part_of_next() {
    let server = Server::start().await;
    let mut raw = Raw::acknowledged(&server).await;
    raw.subscribe("1", "{ hello forbidden }").await;
    let next = raw.hear().await;
    assert_eq!((&next["type"], &next["id"]), (&json!("next"), &json!("1")));
    assert_eq!(next["payload"]["data"], json!({ "hello": "world", "forbidden": null }));
    assert_eq!(next["payload"]["errors"][0]["path"], json!(["forbidden"]));
    raw.hears(json!({ "type": "complete", "id": "1" })).await;
}

#[tokio::test]
async fn an_error_before_execution_ends_the_operation_without_complete() {
    let server = Server::start().await;
    let mut raw = Raw::acknowledged(&server).await;
    for query in ["{", "{ nothing }", "subscription { closed }"] {
        raw.subscribe("1", query).await;
        let error = raw.hear().await;
        assert_eq!((&error["type"], &error["id"]), (&json!("error"), &json!("1")), "{query}");
        assert!(error["payload"][0]["message"].is_string(), "{query}");
        raw.hears_nothing().await;
    }
}

#[tokio::test]
async fn an_error_in_the_middle_ends_the_operation_without_complete() {
    let server = Server::start().await;
    let mut raw = Raw::acknowledged(&server).await;
    raw.subscribe("1", "subscription { bomb }").await;
    assert_eq!(raw.hear().await["type"], "next");
    assert_eq!(raw.hear().await["type"], "error");
    raw.hears_nothing().await;
}

// Complete from the client

#[tokio::test]
async fn a_completed_operation_sends_nothing_more_and_complete_is_not_echoed() {
    let mut server = Server::start().await;
    let mut raw = Raw::acknowledged(&server).await;
    raw.subscribe("1", "subscription { counter }").await;
    let feed = server.feed().await;
    raw.complete("1").await;
    feed.closed().await;
    raw.hears_nothing().await;
}

#[tokio::test]
async fn a_completed_single_result_is_not_sent_once_it_resolves() {
    let mut server = Server::start().await;
    let mut raw = Raw::acknowledged(&server).await;
    raw.subscribe("1", "{ wait }").await;
    let feed = server.feed().await;
    raw.complete("1").await;
    feed.closed().await;
    assert!(feed.send(1).is_err());
    raw.hears_nothing().await;
}

#[tokio::test]
async fn complete_for_an_operation_that_is_over_or_never_was_is_ignored() {
    let server = Server::start().await;
    let mut raw = Raw::acknowledged(&server).await;
    raw.subscribe("1", "{ hello }").await;
    raw.hear().await;
    raw.hear().await;
    for id in ["1", "1", "never begun"] {
        raw.complete(id).await;
    }
    raw.hears_nothing().await;
    // Nobody has been greeted yet, and there is nothing to complete either.
    let mut raw = Raw::open(&server).await;
    raw.complete("1").await;
    raw.hears_nothing().await;
}

// Invalid message

#[tokio::test]
async fn a_message_of_another_type_or_form_closes_4400() {
    let server = Server::start().await;
    for text in [
        "",
        "nonsense",
        "null",
        "[]",
        r#""ping""#,
        r#"["ping"]"#,
        r#"{"type":"start","id":"1","payload":{"query":"{ hello }"}}"#,
        r#"{"type":"connection_terminate"}"#,
        r#"{"type":"PING"}"#,
        r#"{"type":null}"#,
        r#"{"type":"ping","payload":"x"}"#,
        r#"{"type":"complete"}"#,
        r#"{"type":"ping"}{"type":"ping"}"#,
    ] {
        let mut raw = Raw::acknowledged(&server).await;
        raw.write(text).await;
        raw.ends(4400, "Malformed message").await;
    }
}

#[tokio::test]
async fn bytes_that_are_no_text_close_4400() {
    let server = Server::start().await;
    let mut raw = Raw::acknowledged(&server).await;
    raw.frame(TEXT, &[0xFF, 0xFE]).await;
    raw.ends(4400, "Malformed message").await;
}
