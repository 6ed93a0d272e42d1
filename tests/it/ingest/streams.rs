//! What a stream may do to the house: too long, cut off, packed badly, slow, or never ending.

use std::{sync::Arc, time::Duration};

use axum::{Extension, Router, body::Body, extract::Request};
use futures_util::{FutureExt, StreamExt, stream};
use insta::assert_snapshot;
use jbp::http::{
    RequestId,
    auth::{Caller, Shareable},
    ingest::{self, Chunk, Loads, Opened, Pace},
};
use serde_json::json;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
    sync::Semaphore,
};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use super::{CSV, NDJSON, answered, leads, load, loaded, n_facts, packed, told};
use crate::support::{Client, TestApp, given::id_of, house::House};

/// A load whose body is written as the test goes.
struct Sender(BufReader<TcpStream>);

impl Sender {
    async fn open(house: &House, who: &Client, header: &str) -> Self {
        let mut stream = TcpStream::connect(house.address).await.unwrap();
        let head = format!(
            "POST /ingest/activities HTTP/1.1\r\nHost: x\r\nContent-Type: {NDJSON}\r\n\
             Authorization: Bearer {}\r\n{header}\r\n\r\n",
            who.bearer().await
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        Self(BufReader::new(stream))
    }

    /// Sends a piece of a body that is sent in pieces.
    async fn say(&mut self, piece: &str) {
        let piece = format!("{:x}\r\n{piece}\r\n", piece.len());
        self.0.write_all(piece.as_bytes()).await.unwrap();
    }

    /// The next line that has this word in it.
    async fn hears(&mut self, word: &str) -> serde_json::Value {
        loop {
            let mut line = String::new();
            assert_ne!(self.0.read_line(&mut line).await.unwrap(), 0, "no {word}");
            if line.starts_with('{') && line.contains(word) {
                return serde_json::from_str(&line).unwrap();
            }
        }
    }
}

#[tokio::test]
async fn a_line_of_twenty_megabytes_is_one_bad_row() {
    let app = TestApp::start().await;
    let plan = app.active_plan().await;
    let house = app.open_doors().await;
    let ours = &plan.partner.partnership;
    let row = |number: usize| leads(ours, number).lines().last().unwrap().to_owned();
    let body = format!("{}\n\"{}\"\n{}\n", row(1), "x".repeat(20 << 20), row(2));
    let answer = loaded(&house, &plan.vendor.manager, NDJSON, "", &body).await;
    assert_snapshot!(told(&answer), @r"
    2 REJECTED VALIDATION_FAILED row: is longer than 64 KB
    chunk 1: 3 read, 2 recorded, 1 rejected
    complete: 3 read, 2 recorded, 1 rejected
    ");
    assert_eq!(n_facts(&plan).await, 2);

    // One that does not end even then ends the load; what was gathered before it is not recorded.
    let body = format!("{}\n\"{}", row(3), "x".repeat(40 << 20));
    let request = load(&house, &plan.vendor.manager, NDJSON, "").await.body(body);
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 413);
    assert_snapshot!(told(&answered(response).await), @"PAYLOAD_TOO_LARGE line 2: the row is longer than 64 KB and does not end; is a quotation mark left open?:");
    assert_eq!(n_facts(&plan).await, 2);

    let table = format!("source,kind\n\"{}", "x".repeat(100_000));
    let request = load(&house, &plan.vendor.manager, CSV, "").await.body(table);
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 413);
    assert_snapshot!(told(&answered(response).await), @"PAYLOAD_TOO_LARGE line 2: the row is longer than 64 KB and does not end; is a quotation mark left open?:");
}

#[tokio::test]
async fn what_is_packed_badly_says_what_was_recorded_before() {
    let app = TestApp::start().await;
    let plan = app.active_plan().await;
    let house = app.open_doors().await;
    let send = async |body: Vec<u8>| {
        let request = load(&house, &plan.vendor.manager, NDJSON, "?report=rejected").await;
        let response = request.header("content-encoding", "gzip").body(body).send().await.unwrap();
        (response.status().as_u16(), told(&answered(response).await))
    };
    let whole = packed(&leads(&plan.partner.partnership, 1_500));
    let (status, answer) = send(whole[..whole.len() - 4].to_vec()).await;
    assert_eq!(status, 200);
    assert_snapshot!(answer, @r"
    chunk 1: 1000 read, 1000 recorded
    BAD_USER_INPUT the body is no gzip, or damaged, or cut off: 1000 read, 1000 recorded
    ");
    assert_eq!(n_facts(&plan).await, 1_000);

    let (status, answer) = send(packed(&" ".repeat(100 << 20))).await;
    assert_eq!(status, 413);
    assert_snapshot!(answer, @"PAYLOAD_TOO_LARGE the body unpacks to implausibly much:");

    let (status, answer) = send(whole).await;
    assert_eq!(status, 200);
    assert_snapshot!(answer, @r"
    chunk 1: 1000 read, 1000 duplicates
    chunk 2: 1500 read, 500 recorded, 1000 duplicates
    complete: 1500 read, 500 recorded, 1000 duplicates
    ");
    assert_eq!(n_facts(&plan).await, 1_500);
}

#[tokio::test]
async fn a_body_cut_in_the_middle_is_finished_by_sending_it_again() {
    let app = TestApp::start().await;
    let plan = app.active_plan().await;
    let house = app.open_doors().await;
    let body = leads(&plan.partner.partnership, 1_500);
    let header = format!("Content-Length: {}", body.len() + 1);
    let mut sender = Sender::open(&house, &plan.vendor.manager, &header).await;
    sender.0.write_all(body.as_bytes()).await.unwrap();
    assert_eq!(sender.hears("chunk").await["recorded"], 1_000);
    sender.0.shutdown().await.unwrap();
    let mut rest = Vec::new();
    sender.0.read_to_end(&mut rest).await.unwrap();
    assert_eq!(n_facts(&plan).await, 1_000);

    let again = loaded(&house, &plan.vendor.manager, NDJSON, "?report=rejected", &body).await;
    assert_snapshot!(told(&again), @r"
    chunk 1: 1000 read, 1000 duplicates
    chunk 2: 1500 read, 500 recorded, 1000 duplicates
    complete: 1500 read, 500 recorded, 1000 duplicates
    ");
    assert_eq!(n_facts(&plan).await, 1_500);
    app.check_sums().await;
}

#[tokio::test]
async fn a_load_ends_when_its_token_does() {
    let app = TestApp::start().await;
    let plan = app.active_plan().await;
    let house = app.open_doors().await;
    let create =
        "mutation { createIntegration(input: { name: \"CRM\", scopes: [ACTIVITIES_WRITE] }) {
        integration { id } token errors { code message path } } }";
    let made = plan.vendor.admin.done(create, json!({})).await;
    let crm = app.as_bearer(made["token"].as_str().unwrap());
    let mut sender = Sender::open(&house, &crm, "Transfer-Encoding: chunked").await;
    let body = leads(&plan.partner.partnership, 2_000);
    let at = body.match_indices('\n').nth(999).unwrap().0 + 1;
    sender.say(&body[..at]).await;
    // It is told while the body is still being written.
    assert_eq!(sender.hears("chunk").await["recorded"], 1_000);
    let revoke = "mutation($id: ID!) { revokeIntegration(input: { integrationId: $id }) {
        errors { code message path } } }";
    plan.vendor.admin.done(revoke, json!({ "id": id_of(&made["integration"]) })).await;
    sender.say(&body[at..]).await;
    let last = sender.hears("complete").await;
    assert_eq!(last["error"]["code"], "UNAUTHENTICATED");
    assert_eq!((&last["complete"], &last["recorded"]), (&json!(false), &json!(1_000)));
    assert_eq!(n_facts(&plan).await, 1_000);
}

#[tokio::test]
async fn rows_are_paid_for_like_anything_else() {
    let app = TestApp::start().await;
    let plan = app.active_plan().await;
    let house = app
        .open_doors_with(|config| {
            (config.rate_limit, config.rate_restore) = (10_000, 1_000_000);
        })
        .await;
    // No time passes, so nothing comes back.
    let body = leads(&plan.partner.partnership, 12_000);
    let answer = loaded(&house, &plan.vendor.manager, NDJSON, "?dryRun=true", &body).await;
    let last = answer.last().unwrap();
    assert_eq!((&last["error"]["code"], &last["read"]), (&json!("RATE_LIMITED"), &json!(9_000)));
    assert!(last["error"]["retryAfterMs"].as_i64().unwrap() > 0);
    // What is asked for elsewhere is paid for from the same allowance.
    let query = json!({ "query": "{ rateLimit { remaining } }" });
    let asked = house.post(&query).bearer_auth(plan.vendor.manager.bearer().await);
    let left: serde_json::Value = asked.send().await.unwrap().json().await.unwrap();
    assert!(left["data"]["rateLimit"]["remaining"].as_i64().unwrap() < 1_000, "{left}");
}

/// The door before a house that notes how many rows each chunk has.
fn door(pace: Pace, chunks: &tokio::sync::mpsc::UnboundedSender<usize>) -> Router {
    let chunks = chunks.clone();
    let loads = Loads {
        authenticate: Arc::new(|_token| {
            let caller = Caller {
                id: Some("ada".into()),
                prepare: Arc::new(|request| request),
                shareable: Shareable::nothing(),
                epoch: 0,
                still_holds: None,
                expires_at: None,
            };
            async move { Ok(caller) }.boxed()
        }),
        meter: None,
        knocks: None,
        proxies: 0,
        open: Arc::new(move |_opening| {
            let chunks = chunks.clone();
            let record = move |chunk: Chunk| {
                chunks.send(chunk.rows.len()).unwrap();
                async { Ok(Vec::new()) }.boxed()
            };
            let opened = Opened { delimiter: b',', rows_at_once: 2, record: Arc::new(record) };
            async { Ok(opened) }.boxed()
        }),
        places: Arc::new(Semaphore::new(1)),
        shutdown: CancellationToken::new(),
        pace,
    };
    ingest::routes(loads).layer(Extension(RequestId("req-1".to_owned())))
}

fn request(body: Body) -> Request {
    Request::post("/ingest/activities")
        .header("content-type", NDJSON)
        .header("authorization", "Bearer ada")
        .body(body)
        .unwrap()
}

#[tokio::test]
async fn who_sends_too_slowly_is_not_waited_for() {
    let (chunks, mut heard) = tokio::sync::mpsc::unbounded_channel();
    let pace = Pace { row: Duration::from_millis(20), ..Pace::default() };
    let door = door(pace, &chunks);
    let never = stream::iter([Ok::<_, std::io::Error>("1\n2\n3\n")]).chain(stream::pending());
    let response = door.clone().oneshot(request(Body::from_stream(never))).await.unwrap();
    assert_eq!(response.status(), 200);
    let bytes = axum::body::to_bytes(response.into_body(), 10_000).await.unwrap();
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    assert!(
        text.ends_with(
            "\"error\":{\"code\":\"TIMEOUT\",\"message\":\"the next row took too long to come\"}}\n"
        ),
        "{text}"
    );
    assert_eq!(heard.recv().await, Some(2));
    assert!(heard.is_empty());

    let silent =
        door.oneshot(request(Body::from_stream(stream::pending::<Result<&str, std::io::Error>>())));
    assert_eq!(silent.await.unwrap().status(), 504);
}

#[tokio::test]
async fn nothing_is_read_before_what_was_said_is_taken() {
    let (chunks, mut heard) = tokio::sync::mpsc::unbounded_channel();
    let door = door(Pace::default(), &chunks);
    let endless = stream::repeat_with(|| Ok::<_, std::io::Error>("1\n2\n"));
    let response = door.clone().oneshot(request(Body::from_stream(endless))).await.unwrap();
    // The first chunk tells the status; no other is read until somebody wants to hear of it.
    assert_eq!((heard.try_recv(), heard.is_empty()), (Ok(2), true));
    let mut lines = response.into_body().into_data_stream();
    lines.next().await.unwrap().unwrap();
    assert!(heard.is_empty());
    lines.next().await.unwrap().unwrap();
    assert_eq!((heard.try_recv(), heard.is_empty()), (Ok(2), true));

    // One place there is, and who hangs up leaves it.
    let turned_away = door.clone().oneshot(request(Body::from("1\n"))).await.unwrap();
    assert_eq!(turned_away.status(), 503);
    drop(lines);
    let let_in = door.oneshot(request(Body::from("1\n"))).await.unwrap();
    assert_eq!(let_in.status(), 200);
}
