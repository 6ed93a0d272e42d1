//! An issuer of tokens on a port of its own, with keys made for the test.

use std::sync::{
    Arc, Mutex, OnceLock,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use axum::{Json, Router, http::StatusCode, routing::get};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use ed25519_dalek::pkcs8::EncodePrivateKey as _;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use rsa::{
    RsaPrivateKey,
    pkcs1::EncodeRsaPrivateKey,
    rand_core::{OsRng, RngCore},
    traits::PublicKeyParts,
};
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::Notify};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// A key to sign with.
#[derive(Clone)]
pub struct Signer {
    pub id: &'static str,
    pub algorithm: Algorithm,
    pub secret: EncodingKey,
    /// As it is published.
    pub public: Value,
}

fn base64(bytes: impl AsRef<[u8]>) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

fn seed() -> [u8; 32] {
    let mut seed = [0; 32];
    OsRng.fill_bytes(&mut seed);
    seed
}

impl Signer {
    /// The test process's RSA key, which takes long to make.
    pub fn rsa(id: &'static str) -> Self {
        static KEY: OnceLock<RsaPrivateKey> = OnceLock::new();
        let key = KEY.get_or_init(|| RsaPrivateKey::new(&mut OsRng, 2048).unwrap());
        let (n, e) = (base64(key.n().to_bytes_be()), base64(key.e().to_bytes_be()));
        Self {
            id,
            algorithm: Algorithm::RS256,
            secret: EncodingKey::from_rsa_der(key.to_pkcs1_der().unwrap().as_bytes()),
            public: json!({ "kty": "RSA", "kid": id, "use": "sig", "alg": "RS256", "n": n, "e": e }),
        }
    }

    /// A new key on P-256.
    pub fn ec(id: &'static str) -> Self {
        let key = p256::SecretKey::from_slice(&seed()).unwrap();
        let point = p256::EncodedPoint::from(key.public_key());
        let (x, y) = (base64(point.x().unwrap()), base64(point.y().unwrap()));
        Self {
            id,
            algorithm: Algorithm::ES256,
            secret: EncodingKey::from_ec_der(key.to_pkcs8_der().unwrap().as_bytes()),
            public: json!({ "kty": "EC", "crv": "P-256", "kid": id, "x": x, "y": y }),
        }
    }

    /// A new key of Ed25519.
    pub fn ed(id: &'static str) -> Self {
        let key = ed25519_dalek::SigningKey::from_bytes(&seed());
        let x = base64(key.verifying_key().as_bytes());
        Self {
            id,
            algorithm: Algorithm::EdDSA,
            secret: EncodingKey::from_ed_der(key.to_pkcs8_der().unwrap().as_bytes()),
            public: json!({ "kty": "OKP", "crv": "Ed25519", "kid": id, "x": x }),
        }
    }

    /// A token with these claims.
    pub fn sign(&self, claims: &Value) -> String {
        let header = Header { kid: Some(self.id.to_owned()), ..Header::new(self.algorithm) };
        jsonwebtoken::encode(&header, claims, &self.secret).unwrap()
    }

    /// A token with another header, signed all the same.
    pub fn sign_as(&self, header: &Value, claims: &Value) -> String {
        let message = unsigned(header, claims);
        let signature =
            jsonwebtoken::crypto::sign(message.as_bytes(), &self.secret, self.algorithm).unwrap();
        format!("{message}.{signature}")
    }
}

/// What is signed of a token.
pub fn unsigned(header: &Value, claims: &Value) -> String {
    format!("{}.{}", base64(header.to_string()), base64(claims.to_string()))
}

/// An issuer that is being served until it is dropped.
pub struct Issuer {
    /// Its name.
    pub url: String,
    state: Arc<State>,
    stop: CancellationToken,
}

struct State {
    url: String,
    keys: Mutex<Vec<Value>>,
    n_asked: AtomicUsize,
    is_down: AtomicBool,
    is_slow: AtomicBool,
    go_on: Notify,
}

impl Drop for Issuer {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

impl Issuer {
    /// An issuer with these keys.
    pub async fn start(signers: &[&Signer]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(State {
            url: url.clone(),
            keys: Mutex::new(Vec::new()),
            n_asked: AtomicUsize::new(0),
            is_down: AtomicBool::new(false),
            is_slow: AtomicBool::new(false),
            go_on: Notify::new(),
        });
        let (one, other) = (Arc::clone(&state), Arc::clone(&state));
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(move || Arc::clone(&one).discovery()))
            .route("/keys", get(move || Arc::clone(&other).published()));
        let stop = CancellationToken::new();
        let serving =
            axum::serve(listener, router).with_graceful_shutdown(stop.clone().cancelled_owned());
        TaskTracker::new().spawn(serving.into_future());
        let issuer = Self { url, state, stop };
        issuer.publish(signers);
        issuer
    }

    /// From now on, these keys and no others.
    pub fn publish(&self, signers: &[&Signer]) {
        let keys = signers.iter().map(|signer| signer.public.clone()).collect();
        *self.state.keys.lock().unwrap() = keys;
    }

    /// How often it was asked for its keys.
    pub fn n_asked(&self) -> usize {
        self.state.n_asked.load(Ordering::SeqCst)
    }

    /// From now on it answers 503, or no more.
    pub fn break_down(&self, is_down: bool) {
        self.state.is_down.store(is_down, Ordering::SeqCst);
    }

    /// From now on it does not answer until it is let.
    pub fn stall(&self) {
        self.state.is_slow.store(true, Ordering::SeqCst);
    }
}

impl State {
    async fn discovery(self: Arc<Self>) -> Result<Json<Value>, StatusCode> {
        self.n_asked.fetch_add(1, Ordering::SeqCst);
        if self.is_slow.load(Ordering::SeqCst) {
            self.go_on.notified().await;
        }
        if self.is_down.load(Ordering::SeqCst) {
            return Err(StatusCode::SERVICE_UNAVAILABLE);
        }
        let keys = format!("{}/keys", self.url);
        Ok(Json(json!({ "issuer": self.url, "jwks_uri": keys })))
    }

    async fn published(self: Arc<Self>) -> Json<Value> {
        Json(json!({ "keys": *self.keys.lock().unwrap() }))
    }
}
