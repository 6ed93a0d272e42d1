//! Server-sent events: `graphql-sse` in its distinct connections mode.

use std::{sync::atomic::Ordering, time::Duration};

use jbp::http::Timing;
use reqwest::{Method, RequestBuilder, Response, header};
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::support::{asking::answer, client::SOON, toy::Server};

const STREAM: &str = "text/event-stream";

/// A client that hears a stream event by event.
struct Listener {
    response: Response,
    heard: String,
}

impl Listener {
    async fn new(request: RequestBuilder) -> Self {
        let response = request.send().await.unwrap();
        assert_eq!(response.status().as_u16(), 200);
        assert_eq!(response.headers()[header::CONTENT_TYPE], "text/event-stream; charset=utf-8");
        assert_eq!(response.headers()[header::CACHE_CONTROL], "no-store");
        assert_eq!(response.headers()["x-accel-buffering"], "no");
        Self { response, heard: String::new() }
    }

    /// The next event as it was written, or nothing when the stream has ended.
    async fn block(&mut self) -> Option<String> {
        loop {
            if let Some((block, rest)) = self.heard.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.heard = rest;
                return Some(block);
            }
            let chunk = timeout(SOON, self.response.chunk()).await.unwrap().unwrap()?;
            self.heard.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }

    async fn next(&mut self) -> Value {
        let block = self.block().await.unwrap();
        serde_json::from_str(block.strip_prefix("event: next\ndata: ").unwrap()).unwrap()
    }

    async fn completes(&mut self) {
        assert_eq!(self.block().await.as_deref(), Some("event: complete\ndata:"));
        self.ends().await;
    }

    async fn ends(&mut self) {
        assert_eq!(self.block().await, None);
    }
}

async fn listen(server: &Server, query: &str) -> Listener {
    Listener::new(server.post(STREAM).json(&json!({ "query": query }))).await
}

#[tokio::test]
async fn a_subscription_is_told_until_it_ends_by_post_and_by_get() {
    let mut server = Server::start().await;
    let query = "subscription { counter }";
    let by_get = server
        .request(Method::GET, "/graphql")
        .header(header::ACCEPT, STREAM)
        .query(&[("query", query)]);
    for request in [server.post(STREAM).json(&json!({ "query": query })), by_get] {
        let mut listener = Listener::new(request).await;
        let feed = server.feed().await;
        for number in [7, 8] {
            feed.send(number).unwrap();
            assert_eq!(listener.next().await, json!({ "data": { "counter": number } }));
        }
        drop(feed);
        listener.completes().await;
    }
}

#[tokio::test]
async fn queries_and_mutations_are_streams_of_one_answer() {
    let server = Server::start().await;
    for (query, data) in
        [("{ hello }", json!({ "hello": "world" })), ("mutation { bump }", json!({ "bump": 1 }))]
    {
        let mut listener = listen(&server, query).await;
        assert_eq!(listener.next().await, json!({ "data": data }));
        listener.completes().await;
    }
    let refused = server
        .request(Method::GET, "/graphql")
        .header(header::ACCEPT, STREAM)
        .query(&[("query", "mutation { bump }")]);
    assert_eq!(answer(refused).await.refusal(), (405, "BAD_USER_INPUT"));
    assert_eq!(server.toy.bumps.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn what_does_not_run_is_told_in_the_stream() {
    let server = Server::start().await;
    for (query, code) in [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("subscription { nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { closed }", "UNAUTHENTICATED"),
        ("{ boom }", "INTERNAL_SERVER_ERROR"),
    ] {
        let mut listener = listen(&server, query).await;
        let refused = listener.next().await;
        assert_eq!(refused.get("data"), None, "{query}");
        assert_eq!(refused["errors"][0]["extensions"]["code"], code, "{query}");
        listener.completes().await;
    }
}

#[tokio::test]
async fn what_is_no_request_gets_a_status_and_no_stream() {
    let server = Server::start().await;
    let malformed = server.post(STREAM).json(&json!({ "query": 7 }));
    assert_eq!(answer(malformed).await.refusal(), (400, "BAD_USER_INPUT"));
    let forged = server.post(STREAM).bearer_auth("forged").json(&json!({ "query": "{ hello }" }));
    assert_eq!(answer(forged).await.refusal(), (401, "UNAUTHENTICATED"));
}

#[tokio::test]
async fn a_client_that_reads_both_gets_a_stream_for_a_subscription_alone() {
    let mut server = Server::start().await;
    let both = "application/graphql-response+json, application/json, text/event-stream";
    let told = server.ask(both, json!({ "query": "{ hello }" })).await;
    assert_eq!(told.body, json!({ "data": { "hello": "world" } }));
    let query = json!({ "query": "subscription { counter }" });
    let mut listener = Listener::new(server.post(both).json(&query)).await;
    server.feed().await.send(1).unwrap();
    assert_eq!(listener.next().await, json!({ "data": { "counter": 1 } }));
}

#[tokio::test]
async fn an_idle_stream_shows_that_it_lives() {
    let ping = Duration::from_millis(10);
    let mut server = Server::timed(Timing { ping, ..Timing::default() }).await;
    let mut listener = listen(&server, "subscription { counter }").await;
    let feed = server.feed().await;
    for _ in 0..3 {
        assert_eq!(listener.block().await.as_deref(), Some(":"));
    }
    drop(feed);
    while let Some(block) = listener.block().await {
        assert!([":", "event: complete\ndata:"].contains(&block.as_str()), "{block}");
    }
}

#[tokio::test]
async fn a_stream_ends_with_its_token() {
    let recheck = Duration::from_millis(5);
    let mut server = Server::timed(Timing { recheck, ..Timing::default() }).await;
    for token in ["ada", "brief"] {
        let query = json!({ "query": "subscription { counter }" });
        server.toy.n_questions.store(0, Ordering::SeqCst);
        let mut listener = Listener::new(server.post(STREAM).bearer_auth(token).json(&query)).await;
        let feed = server.feed().await;
        server.toy.is_revoked.store(true, Ordering::SeqCst);
        listener.ends().await;
        feed.closed().await;
    }
}

#[tokio::test]
async fn a_stream_outlives_a_while_in_which_nobody_can_tell_about_tokens() {
    let recheck = Duration::from_millis(5);
    let mut server = Server::timed(Timing { recheck, ..Timing::default() }).await;
    let query = json!({ "query": "subscription { counter }" });
    let mut listener = Listener::new(server.post(STREAM).bearer_auth("ada").json(&query)).await;
    let feed = server.feed().await;
    server.toy.is_down.store(true, Ordering::SeqCst);
    let asked = server.toy.n_questions.load(Ordering::SeqCst);
    while server.toy.n_questions.load(Ordering::SeqCst) < asked + 3 {
        feed.send(1).unwrap();
        assert_eq!(listener.next().await, json!({ "data": { "counter": 1 } }));
    }
}

#[tokio::test]
async fn an_operation_ends_with_its_listener_and_with_the_process() {
    let mut server = Server::start().await;
    let listener = listen(&server, "subscription { counter }").await;
    let feed = server.feed().await;
    drop(listener);
    feed.closed().await;

    let mut listener = listen(&server, "subscription { counter }").await;
    let feed = server.feed().await;
    server.shutdown.cancel();
    listener.ends().await;
    feed.closed().await;
    server.tasks.close();
    timeout(SOON, server.tasks.wait()).await.unwrap();
}

#[tokio::test]
async fn an_operation_does_not_wait_for_a_reader_that_is_stuck() {
    let stuck = Duration::from_millis(30);
    let mut server = Server::timed(Timing { stuck, ..Timing::default() }).await;
    let _unread = listen(&server, "subscription { flood }").await;
    server.feed().await.closed().await;
}
