//! The process as its operator sees it: the log, the metrics, patience, crowds, and the end.

use std::{
    io,
    sync::{Arc, Mutex, Once},
    time::Duration,
};

use jbp::http::{Timing, rooms::Rooms, serve::Patience};
use reqwest::header;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use tracing::subscriber::DefaultGuard;

use crate::support::{
    TestApp,
    asking::{MODERN, answer},
    client::SOON,
    toy::Server,
};

/// A time a test can wait out.
const SHORT: Duration = Duration::from_millis(30);

/// What is logged by this thread, which runs all of a test.
struct Log {
    lines: Arc<Mutex<Vec<u8>>>,
    _guard: DefaultGuard,
}

#[derive(Clone)]
struct Pen(Arc<Mutex<Vec<u8>>>);

impl io::Write for Pen {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Log {
    fn open() -> Self {
        // Somebody always listens, or a place that logs may have been told in another thread that nobody does.
        static LISTENED_TO: Once = Once::new();
        LISTENED_TO.call_once(|| {
            let nobody = tracing_subscriber::fmt().with_writer(io::sink).finish();
            tracing::subscriber::set_global_default(nobody).unwrap();
        });
        let lines = Arc::new(Mutex::new(Vec::new()));
        let pen = Pen(Arc::clone(&lines));
        let subscriber = tracing_subscriber::fmt().json().with_writer(move || pen.clone()).finish();
        Self { lines, _guard: tracing::subscriber::set_default(subscriber) }
    }

    fn text(&self) -> String {
        String::from_utf8(self.lines.lock().unwrap().clone()).unwrap()
    }

    /// The operations in it, without how long they took.
    fn operations(&self) -> Vec<Value> {
        let lines = self.text();
        let lines = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        lines
            .filter(|line| line["target"] == "access")
            .map(|mut line| {
                line["fields"].as_object_mut().unwrap().remove("seconds");
                line["fields"].take()
            })
            .collect()
    }
}

#[tokio::test]
async fn an_operation_is_one_line_of_the_log_without_its_values() {
    let log = Log::open();
    let server = Server::start().await;
    let query = "query Twice($n: Int!) { double(n: $n) }";
    let body = json!({ "query": query, "variables": { "n": 424_242 } });
    answer(server.post(MODERN).bearer_auth("ada").json(&body)).await;
    server.ask(MODERN, json!({ "query": "{ forbidden }" })).await;
    server.ask(MODERN, json!({ "query": "{" })).await;
    let common = json!({ "request_id": "req-1", "door": "http" });
    let line = |more: Value| {
        let mut line = common.clone();
        line.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        line
    };
    assert_eq!(
        log.operations(),
        [
            line(json!({
                "kind": "query", "operation": "Twice", "caller": "ada", "outcome": "OK",
                "answers": 1, "requested": 1, "actual": 1,
            })),
            line(json!({
                "kind": "query", "operation": "-", "caller": "127.0.0.1", "outcome": "FORBIDDEN",
                "answers": 1, "requested": 1, "actual": 1,
            })),
            line(json!({
                "message": "refused", "caller": "127.0.0.1", "outcome": "GRAPHQL_PARSE_FAILED",
            })),
        ]
    );
    assert!(!log.text().contains("424242"));
}

#[tokio::test]
async fn a_subscription_is_told_of_when_it_is_over() {
    let log = Log::open();
    let mut server = Server::start().await;
    let mut client = server.welcome("ada").await;
    client.subscribe("1", "subscription { counter }").await;
    let feed = server.feed().await;
    for number in [1, 2] {
        feed.send(number).unwrap();
        client.hear().await;
    }
    assert_eq!(log.operations(), [Value::Null; 0]);
    client.complete("1").await;
    feed.closed().await;
    client.hears_nothing().await;
    let told = log.operations();
    assert_eq!(
        (told.len(), &told[0]["kind"], &told[0]["answers"]),
        (1, &json!("subscription"), &json!(2))
    );
    assert_eq!((&told[0]["door"], &told[0]["outcome"]), (&json!("socket"), &json!("OK")));
}

#[tokio::test]
async fn metrics_are_shown_at_their_own_address_alone() {
    let app = TestApp::start().await;
    let house = app.open_doors_with(|config| config.metrics_bind = "127.0.0.1:0".to_owned()).await;
    answer(house.post(&json!({ "query": "{ __typename }" }))).await;
    answer(house.post(&json!({ "query": "{" }))).await;
    let page = async |address, path: &str| {
        let response = reqwest::get(format!("http://{address}{path}")).await.unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    };
    let (status, text) = page(house.measured.unwrap(), "/metrics").await;
    assert_eq!(status, 200);
    for name in [
        "jbp_operations_total{door=\"http\",kind=\"query\",outcome=\"OK\"}",
        "jbp_refusals_total{door=\"http\",code=\"GRAPHQL_PARSE_FAILED\"}",
        "jbp_operation_seconds_bucket{door=\"http\",kind=\"query\",le=\"0.25\"}",
    ] {
        assert!(text.contains(name), "{name}: {text}");
    }
    assert_eq!(page(house.measured.unwrap(), "/graphql").await.0, 404);
    assert_eq!(page(house.address, "/metrics").await.0, 404);
    assert_eq!(app.open_doors().await.measured, None);
}

#[tokio::test]
async fn a_request_in_flight_is_answered_before_the_process_ends() {
    let mut server = Server::start().await;
    let (shutdown, tasks) = (server.shutdown.clone(), server.tasks.clone());
    let asked = server.post(MODERN).json(&json!({ "query": "{ wait }" }));
    let ending = async {
        let feed = server.feed().await;
        shutdown.cancel();
        feed.send(7).unwrap();
    };
    let (answered, ()) = tokio::join!(answer(asked), ending);
    assert_eq!(answered.body, json!({ "data": { "wait": 7 } }));
    tasks.close();
    timeout(SOON, tasks.wait()).await.unwrap();
}

#[tokio::test]
async fn a_request_that_does_not_end_is_cut_when_the_process_has_waited_enough() {
    let patience = Patience { farewell: SHORT, ..Patience::default() };
    let mut server = Server::open(patience, |_| {}).await;
    let (shutdown, tasks) = (server.shutdown.clone(), server.tasks.clone());
    let asked = server.post(MODERN).json(&json!({ "query": "{ wait }" })).send();
    let ending = async {
        let feed = server.feed().await;
        shutdown.cancel();
        feed.closed().await;
    };
    let (answered, ()) = tokio::join!(asked, ending);
    answered.unwrap_err();
    tasks.close();
    timeout(SOON, tasks.wait()).await.unwrap();
}

/// All that the server says to somebody who writes this and then nothing.
async fn hear(server: &Server, written: &str) -> String {
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.write_all(written.as_bytes()).await.unwrap();
    let mut heard = String::new();
    timeout(SOON, stream.read_to_string(&mut heard)).await.unwrap().unwrap();
    heard
}

#[tokio::test]
async fn a_body_that_does_not_come_is_not_waited_for() {
    let server = Server::timed(Timing { body: SHORT, ..Timing::default() }).await;
    let opening = "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
    let heard = hear(&server, &format!("{opening}Content-Length: 100\r\n\r\n{{\"query\"")).await;
    assert!(heard.starts_with("HTTP/1.1 408 Request Timeout\r\n"), "{heard}");
    assert!(heard.contains("the body took too long to come"), "{heard}");
}

#[tokio::test]
async fn headers_that_do_not_come_are_not_waited_for() {
    let patience = Patience { headers: SHORT, ..Patience::default() };
    let server = Server::open(patience, |_| {}).await;
    assert_eq!(hear(&server, "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-").await, "");
    assert_eq!(hear(&server, "").await, "");
}

#[tokio::test]
async fn an_answer_that_nobody_takes_is_not_kept() {
    let patience = Patience { unread: SHORT, farewell: SOON * 2, ..Patience::default() };
    let server = Server::open(patience, |_| {}).await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let body = json!({ "query": "{ shout(times: 50000000) }" }).to_string();
    let opening = "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
    let request = format!("{opening}Content-Length: {}\r\n\r\n{body}", body.len());
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut first = [0; 12];
    stream.read_exact(&mut first).await.unwrap();
    assert_eq!(&first, b"HTTP/1.1 200");
    // The process waits for connections; this one does not last that long.
    server.shutdown.cancel();
    server.tasks.close();
    timeout(SOON, server.tasks.wait()).await.unwrap();
}

#[tokio::test]
async fn connections_beyond_the_most_wait_at_the_door() {
    let patience = Patience { connections: 1, ..Patience::default() };
    let server = Server::open(patience, |_| {}).await;
    let first = server.connect().await;
    let hello = answer(server.post(MODERN).json(&json!({ "query": "{ hello }" })));
    let (answered, ()) = tokio::join!(hello, async { drop(first) });
    assert_eq!(answered.status, 200);
}

#[tokio::test]
async fn sockets_of_strangers_are_only_so_many() {
    let server = Server::with(|state| state.rooms = Rooms::new(3, 2)).await;
    let mut silent = server.connect().await;
    let mut nobody = server.connect().await;
    nobody.greet(json!({})).await;
    assert_eq!(nobody.hear().await, json!({ "type": "connection_ack" }));
    let overload = (1013, "Try again later".to_owned());
    assert_eq!(server.connect().await.end().await, overload);
    // Whoever has said who they are makes room for the next.
    silent.greet(json!({ "authorization": "ada" })).await;
    assert_eq!(silent.hear().await, json!({ "type": "connection_ack" }));
    let _ada = server.welcome("ada").await;
    // Now there is room in the hall, and none inside: for streams neither, whoever asks.
    assert_eq!(server.connect().await.end().await, overload);
    let stream = server.post("text/event-stream").json(&json!({ "query": "{ hello }" }));
    let stream = stream.bearer_auth("ada");
    assert_eq!(answer(stream).await.refusal(), (503, "RATE_LIMITED"));
    assert_eq!(server.ask(MODERN, json!({ "query": "{ hello }" })).await.status, 200);
}

#[tokio::test]
async fn a_known_document_is_called_by_its_hash() {
    let server = Server::start().await;
    let id = "sha256:51fe7b22c64e3d5b3b11d7d0a04ab1b3cdf3cd8ea5f8a3f63ab0f8a6a0a43f33";
    let hello = jbp::http::guard::documents::id("{ hello }");
    let told = server.ask(MODERN, json!({ "documentId": hello })).await;
    assert_eq!(told.body, json!({ "data": { "hello": "world" } }));
    let told = server.get(&[("documentId", hello.as_str())]).await;
    assert_eq!(told.body, json!({ "data": { "hello": "world" } }));

    let unknown = server.ask(MODERN, json!({ "documentId": id })).await;
    assert_eq!(unknown.refusal(), (400, "PERSISTED_QUERY_NOT_FOUND"));
    let both = server.ask(MODERN, json!({ "documentId": hello, "query": "{ hello }" })).await;
    assert_eq!(both.refusal(), (400, "BAD_USER_INPUT"));
    let neither = server.get(&[("operationName", "A")]).await;
    assert_eq!(neither.refusal(), (400, "BAD_USER_INPUT"));
}

#[tokio::test]
async fn the_pages_own_operations_and_those_of_the_folder_are_known() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("own.graphql"), "{ mine: __typename }").unwrap();
    std::fs::write(folder.path().join("own.txt"), "{ other: __typename }").unwrap();
    let app = TestApp::start().await;
    let house =
        app.open_doors_with(|config| folder.path().clone_into(&mut config.documents_dir)).await;
    let ask = async |text: &str| {
        let id = jbp::http::guard::documents::id(text);
        answer(house.post(&json!({ "documentId": id }))).await
    };
    assert_eq!(ask("{ mine: __typename }").await.body["data"], json!({ "mine": "Query" }));
    let unknown = ask("{ other: __typename }").await;
    assert_eq!(unknown.refusal(), (400, "PERSISTED_QUERY_NOT_FOUND"));
    let own = include_str!("../../web/src/examples/10-viewer.graphql");
    assert_eq!(ask(own).await.status, 200);
    assert_eq!(
        answer(house.post(&json!({}))).await.header(header::CONTENT_TYPE),
        "application/graphql-response+json; charset=utf-8"
    );
}

#[test]
fn a_revoked_token_is_noticed_within_five_seconds() {
    assert_eq!(Timing::default().recheck, Duration::from_secs(4));
}
