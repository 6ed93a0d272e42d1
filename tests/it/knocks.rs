//! Who brings bad tokens again and again: told to wait, and what their neighbours notice of it.

use std::sync::{Arc, Mutex, atomic::Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use jbp::{domain::allowance::Rate, http::knocks::Knocks};
use reqwest::header;
use serde_json::{Value, json};

use crate::support::{
    TestApp,
    asking::{Answer, JSON, MODERN, answer},
    toy::Server,
};

/// A clock that the test moves.
#[derive(Clone)]
struct Hands(Arc<Mutex<DateTime<Utc>>>);

impl Hands {
    fn move_by(&self, seconds: i64) {
        *self.0.lock().unwrap() += TimeDelta::seconds(seconds);
    }
}

/// A server that looks three bad tokens of an address up at once, and one more each second.
async fn server() -> (Server, Hands) {
    let hands = Hands(Arc::new(Mutex::new(DateTime::UNIX_EPOCH)));
    let read = hands.clone();
    let server = Server::with(|state| {
        let now = Arc::new(move || *read.0.lock().unwrap());
        state.knocks = Some(Arc::new(Knocks::new(Rate { limit: 3, restore: 1 }, now)));
        state.proxies = 1;
    })
    .await;
    (server, hands)
}

async fn knock(server: &Server, address: &str, token: &str) -> Answer {
    let request = server.post(MODERN).header("x-forwarded-for", address);
    answer(request.bearer_auth(token).json(&json!({ "query": "{ hello }" }))).await
}

#[tokio::test]
async fn after_some_bad_tokens_nobody_looks_the_next_one_up() {
    let (server, hands) = server().await;
    for _ in 0..3 {
        let told = knock(&server, "198.51.100.1", "forged").await;
        assert_eq!(told.refusal(), (401, "UNAUTHENTICATED"));
    }
    let looked_up = server.toy.n_questions.load(Ordering::SeqCst);
    assert_eq!(looked_up, 3);
    for token in ["forged", "another", "ada"] {
        let told = knock(&server, "198.51.100.1", token).await;
        assert_eq!(told.refusal(), (429, "RATE_LIMITED"));
        assert_eq!(told.header(header::RETRY_AFTER), "1");
        assert_eq!(told.body["errors"][0]["extensions"]["retryAfterMs"], 1000);
    }
    let hello = json!({ "query": "{ hello }" });
    let by_stream = server.post("text/event-stream").header("x-forwarded-for", "198.51.100.1");
    assert_eq!(answer(by_stream.bearer_auth("forged").json(&hello)).await.status, 429);
    let by_old = server.post(JSON).header("x-forwarded-for", "198.51.100.1");
    assert_eq!(answer(by_old.bearer_auth("forged").json(&hello)).await.status, 429);
    assert_eq!(server.toy.n_questions.load(Ordering::SeqCst), looked_up);

    // Who brings no token is asked for none, and others are not their neighbours.
    let nobody = server.post(MODERN).header("x-forwarded-for", "198.51.100.1").json(&hello);
    assert_eq!(answer(nobody).await.status, 200);
    assert_eq!(knock(&server, "198.51.100.2", "forged").await.status, 401);
    // In IPv6, neighbours of one network are one.
    for host in 1..=3 {
        assert_eq!(knock(&server, &format!("2001:db8::{host}"), "forged").await.status, 401);
    }
    assert_eq!(knock(&server, "2001:db8::9", "forged").await.status, 429);
    assert_eq!(knock(&server, "2001:db8:0:1::9", "forged").await.status, 401);

    hands.move_by(1);
    assert_eq!(knock(&server, "198.51.100.1", "forged").await.status, 401);
    assert_eq!(knock(&server, "198.51.100.1", "forged").await.status, 429);
}

#[tokio::test]
async fn neighbours_with_good_tokens_are_not_locked_out() {
    let (server, hands) = server().await;
    assert_eq!(knock(&server, "198.51.100.1", "ada").await.status, 200);
    for _ in 0..10 {
        knock(&server, "198.51.100.1", "forged").await;
    }
    // Known to be good: looked up, and still good.
    assert_eq!(knock(&server, "198.51.100.1", "ada").await.status, 200);
    assert_eq!(knock(&server, "198.51.100.1", "forged").await.status, 429);
    // Not known: as soon as something is forgotten.
    assert_eq!(knock(&server, "198.51.100.1", "brief").await.status, 429);
    // No longer good: not known to be, either.
    server.toy.is_revoked.store(true, Ordering::SeqCst);
    assert_eq!(knock(&server, "198.51.100.1", "ada").await.status, 401);
    assert_eq!(knock(&server, "198.51.100.1", "ada").await.status, 429);
    server.toy.is_revoked.store(false, Ordering::SeqCst);
    // However many came at once, it is over after a while.
    hands.move_by(15);
    assert_eq!(knock(&server, "198.51.100.1", "ada").await.status, 200);
}

#[tokio::test]
async fn many_at_once_are_remembered_for_longer() {
    let (server, hands) = server().await;
    let all = (0..12).map(|_| knock(&server, "198.51.100.1", "forged"));
    let told = futures_util::future::join_all(all).await;
    let looked_up = i64::from(server.toy.n_questions.load(Ordering::SeqCst));
    assert!(looked_up >= 3, "{looked_up}");
    let n_refused = told.iter().filter(|told| told.status == 401).count();
    assert_eq!(i64::try_from(n_refused).unwrap(), looked_up);
    hands.move_by(looked_up - 3);
    assert_eq!(knock(&server, "198.51.100.1", "forged").await.status, 429);
    hands.move_by(1);
    assert_eq!(knock(&server, "198.51.100.1", "forged").await.status, 401);
}

#[tokio::test]
async fn nobody_could_tell_counts_for_nothing() {
    let (server, _hands) = server().await;
    server.toy.is_down.store(true, Ordering::SeqCst);
    for _ in 0..5 {
        assert_eq!(knock(&server, "198.51.100.1", "ada").await.status, 503);
    }
    server.toy.is_down.store(false, Ordering::SeqCst);
    assert_eq!(knock(&server, "198.51.100.1", "ada").await.status, 200);
}

#[tokio::test]
async fn the_socket_knocks_at_the_same_door() {
    let (server, _hands) = server().await;
    let mut open = server.welcome("ada").await;
    for reason in ["Forbidden", "Forbidden", "Forbidden", "Try again later"] {
        let mut client = server.connect().await;
        client.greet(json!({ "authorization": "forged" })).await;
        let code = if reason == "Forbidden" { 4403 } else { 1013 };
        assert_eq!(client.end().await, (code, reason.to_owned()));
    }
    open.hears_nothing().await;
    server.welcome("ada").await;
}

#[tokio::test]
async fn the_house_counts_unless_it_is_told_not_to() {
    let app = TestApp::start().await;
    let northwind = app.vendor("Northwind").await;
    let who = "{ viewer { user { email } } }";
    let ask = async |house: &crate::support::house::House, token: &str| {
        answer(house.post(&json!({ "query": who })).bearer_auth(token)).await.status
    };
    let (token, fresh) = (northwind.admin.bearer().await, northwind.viewer.bearer().await);
    let house = app.open_doors_with(|config| config.bad_tokens = 2).await;
    assert_eq!(ask(&house, &token).await, 200);
    let mut told = Vec::new();
    for _ in 0..4 {
        told.push(ask(&house, "jbpa_forged").await);
    }
    assert_eq!(told, [401, 401, 429, 429]);
    assert_eq!((ask(&house, &token).await, ask(&house, &fresh).await), (200, 429));
    app.advance(TimeDelta::seconds(1));
    assert_eq!(ask(&house, &fresh).await, 200);

    let house = app.open_doors_with(|config| config.bad_tokens = 0).await;
    for _ in 0..40 {
        assert_eq!(ask(&house, "jbpa_forged").await, 401);
    }
    let told: Value = house.ask(&northwind.admin, who, json!({})).await;
    assert_eq!(told["viewer"]["user"]["email"], northwind.admin.email());
}
