//! A company's own server, which takes webhooks on a port of its own, and checks them as Standard Webhooks says.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU16, Ordering},
};

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::Value;
use sha2::{Digest, Sha256};
use tokio::{net::TcpListener, sync::Notify};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// Something that was received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// `webhook-id`.
    pub id: String,
    /// `webhook-timestamp`.
    pub timestamp: i64,
    /// `webhook-signature`.
    pub signature: String,
    /// The body, as it came.
    pub body: String,
}

impl Received {
    /// The body, read.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// What happened.
    pub fn kind(&self) -> String {
        self.json()["type"].as_str().unwrap().to_owned()
    }

    /// Whether this secret has signed it.
    pub fn is_signed_with(&self, secret: &str) -> bool {
        let key = BASE64_STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
        let message = format!("{}.{}.{}", self.id, self.timestamp, self.body);
        let expected = format!("v1,{}", BASE64_STANDARD.encode(hmac(&key, message.as_bytes())));
        self.signature.split(' ').any(|signature| signature == expected)
    }
}

/// HMAC-SHA256 as RFC 2104 writes it down.
fn hmac(key: &[u8], message: &[u8]) -> Vec<u8> {
    let pad = |with: u8| -> Vec<u8> {
        (0..64).map(|at| key.get(at).copied().unwrap_or(0) ^ with).collect()
    };
    let inner = Sha256::digest([pad(0x36).as_slice(), message].concat());
    Sha256::digest([pad(0x5c).as_slice(), &inner].concat()).to_vec()
}

/// A server that is up until it is dropped.
pub struct Receiver {
    /// Its address.
    pub url: String,
    shelf: Arc<Shelf>,
    stop: CancellationToken,
}

struct Shelf {
    received: Mutex<Vec<Received>>,
    status: AtomicU16,
    /// Nothing is answered while this has no permit.
    may_answer: tokio::sync::Semaphore,
    arrived: Notify,
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

impl Receiver {
    /// A server that takes everything.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hooks", listener.local_addr().unwrap());
        let shelf = Arc::new(Shelf {
            received: Mutex::new(Vec::new()),
            status: AtomicU16::new(204),
            may_answer: tokio::sync::Semaphore::new(tokio::sync::Semaphore::MAX_PERMITS),
            arrived: Notify::new(),
        });
        let router = Router::new().fallback(take).with_state(Arc::clone(&shelf));
        let stop = CancellationToken::new();
        let serving =
            axum::serve(listener, router).with_graceful_shutdown(stop.clone().cancelled_owned());
        TaskTracker::new().spawn(serving.into_future());
        Self { url, shelf, stop }
    }

    /// From now on it answers with this status.
    pub fn answers(&self, status: u16) {
        self.shelf.status.store(status, Ordering::SeqCst);
    }

    /// From now on it answers nothing.
    pub fn falls_silent(&self) {
        self.shelf.may_answer.forget_permits(usize::MAX);
    }

    /// What has come since it was last looked.
    pub fn takes(&self) -> Vec<Received> {
        std::mem::take(&mut *self.shelf.received.lock().unwrap())
    }

    /// How much has come in all.
    pub fn n_received(&self) -> usize {
        self.shelf.received.lock().unwrap().len()
    }

    /// The id of what came last.
    pub fn last_id(&self) -> Option<String> {
        self.shelf.received.lock().unwrap().last().map(|received| received.id.clone())
    }

    /// All that has come.
    pub fn received(&self) -> Vec<Received> {
        self.shelf.received.lock().unwrap().clone()
    }

    /// Waits until so much has come in all.
    pub async fn has_received(&self, n: usize) {
        loop {
            let arrived = self.shelf.arrived.notified();
            if self.shelf.received.lock().unwrap().len() >= n {
                return;
            }
            arrived.await;
        }
    }
}

async fn take(State(shelf): State<Arc<Shelf>>, headers: HeaderMap, body: String) -> Response {
    let said =
        |name: &str| headers.get(name).map_or("", |value| value.to_str().unwrap()).to_owned();
    shelf.received.lock().unwrap().push(Received {
        id: said("webhook-id"),
        timestamp: said("webhook-timestamp").parse().unwrap_or_default(),
        signature: said("webhook-signature"),
        body,
    });
    shelf.arrived.notify_waiters();
    drop(shelf.may_answer.acquire().await);
    let status = StatusCode::from_u16(shelf.status.load(Ordering::SeqCst)).unwrap();
    if status.is_redirection() {
        return (status, [(header::LOCATION, "/elsewhere")]).into_response();
    }
    (status, "thanks".repeat(10_000)).into_response()
}
