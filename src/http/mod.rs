//! The doors: GraphQL over HTTP and over a socket, and what stands around them.
//!
//! A request passes from outside to inside: a connection that does not keep us
//! waiting ([`serve`]), headers every page carries ([`router`]), who is asking
//! ([`auth`], [`knocks`]) and from where ([`visit`]), what may be asked at all ([`guard`])
//! and how much of it ([`meter`]), execution in bounded time ([`run`]), and an
//! answer whose errors are coded ([`answer`]). [`graphql`] and [`socket`] differ
//! in how they speak and in nothing that happens in between. Facts by the million
//! have a door of their own ([`ingest`]).
//!
//! The schema, the clock and the token check come in through [`HttpState`]; this
//! module knows none of them by name.

use std::{sync::Arc, time::Duration};

use async_graphql::Executor;
use axum::{
    Router,
    extract::{DefaultBodyLimit, Request, State},
    http::{Extensions, HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Version, header},
    middleware::{self, Next},
    response::Response,
    routing::get,
};
use chrono::{DateTime, Utc};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower_http::{
    compression::{
        CompressionLayer, Predicate,
        predicate::{DefaultPredicate, NotForContentType, SizeAbove},
    },
    cors::CorsLayer,
};

pub mod accept;
pub mod answer;
pub mod auth;
pub mod dashboard;
pub mod event_stream;
pub mod following;
pub mod graphql;
pub mod guard;
pub mod health;
pub mod ingest;
pub mod knocks;
pub mod meter;
pub mod metrics;
pub mod protocol;
pub mod record;
pub mod rooms;
pub mod run;
pub mod serve;
pub mod sharing;
pub mod socket;
pub mod unsubscribe;
pub mod visit;
pub mod wire;

/// Reads the clock.
pub type Now = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// Makes up a name for a request, by which its log lines are found.
pub type MintRequestId = Arc<dyn Fn() -> String + Send + Sync>;

/// What the doors need from the house.
#[derive(Clone)]
pub struct HttpState<E> {
    /// The schema.
    pub executor: E,
    /// The schema as the guard knows it.
    pub outline: Arc<guard::outline::Outline>,
    /// The documents that are known already.
    pub documents: Arc<guard::documents::Documents>,
    /// Whether strangers may read the schema.
    pub is_schema_open: bool,
    /// Counts what is asked for; without it nothing is counted.
    pub meter: Option<Arc<meter::Meter>>,
    /// Remembers who brings bad tokens; without it nobody does.
    pub knocks: Option<Arc<knocks::Knocks>>,
    /// Proxies in front of this process, whose word on where a request comes from is taken.
    pub proxies: usize,
    /// Turns tokens into callers.
    pub authenticate: auth::Authenticator,
    /// Asked by `/readyz`.
    pub is_ready: health::Readiness,
    /// The clock that tokens expire by.
    pub now: Now,
    /// The source of request ids.
    pub mint_request_id: MintRequestId,
    /// Places for sockets and streams.
    pub rooms: rooms::Rooms,
    /// What is followed together.
    pub sharing: sharing::Sharing,
    /// Holds every open socket and stream, so that a shutdown can wait for them.
    pub tasks: TaskTracker,
    /// Closes every socket with 1012 when cancelled.
    pub shutdown: CancellationToken,
    /// How long things may take.
    pub timing: Timing,
    /// Origins whose pages may call; none by default.
    pub origins: Vec<HeaderValue>,
}

/// How long things may take. The default is the contract's.
#[derive(Clone, Copy, Debug)]
pub struct Timing {
    /// A query or a mutation, before it is given up.
    pub execution: Duration,
    /// A body, from its headers to its end.
    pub body: Duration,
    /// The wait for `connection_init`, and from there to `connection_ack`.
    pub init: Duration,
    /// Between two pings, and between two signs of life in a stream; a client silent through two pings is dead.
    pub ping: Duration,
    /// Between two questions whether the token of a socket or a stream is still good.
    pub recheck: Duration,
    /// A client not reading, before its socket is closed.
    pub stuck: Duration,
    /// A client reading why its socket is closed, before it is cut.
    pub farewell: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            execution: Duration::from_secs(10),
            body: Duration::from_secs(10),
            init: Duration::from_secs(3),
            ping: Duration::from_secs(25),
            recheck: Duration::from_secs(4),
            stuck: Duration::from_secs(10),
            farewell: Duration::from_secs(5),
        }
    }
}

/// The name of a request, in its `x-request-id` and in an error that is ours.
#[derive(Clone, Debug)]
pub struct RequestId(pub String);

/// Everything served, with `others` beside what is served here.
pub fn router<E: Executor>(
    state: HttpState<E>,
    others: impl IntoIterator<Item = Router>,
) -> Router {
    let cors = cors(&state.origins);
    let mint_request_id = Arc::clone(&state.mint_request_id);
    let own = Router::new()
        .route("/graphql", get(graphql::get::<E>).post(graphql::post::<E>))
        .layer(DefaultBodyLimit::max(guard::MAX_REQUEST_BYTES))
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz::<E>))
        .with_state(Arc::new(state));
    let all = others.into_iter().fold(own, Router::merge).layer(compression());
    let all = match cors {
        Some(cors) => all.layer(cors),
        None => all,
    };
    all.layer(middleware::from_fn_with_state(mint_request_id, stamp))
}

/// Gives every request an id and every response the headers of a careful page.
async fn stamp(State(mint): State<MintRequestId>, mut request: Request, next: Next) -> Response {
    const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
    let id = mint();
    request.extensions_mut().insert(RequestId(id.clone()));
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(&id) {
        headers.insert(REQUEST_ID, id);
    }
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_FRAME_OPTIONS, "DENY"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Compresses what is worth it, and never the answer that opens a socket, nor one that is read as it comes.
fn compression() -> CompressionLayer<impl Predicate> {
    let worth_it = DefaultPredicate::new()
        .and(SizeAbove::new(1024))
        .and(NotForContentType::const_new("application/x-ndjson"));
    CompressionLayer::new().compress_when(worth_it.and(
        |status: StatusCode, _: Version, _: &HeaderMap, _: &Extensions| {
            status != StatusCode::SWITCHING_PROTOCOLS
        },
    ))
}

fn cors(origins: &[HeaderValue]) -> Option<CorsLayer> {
    if origins.is_empty() {
        return None;
    }
    Some(
        CorsLayer::new()
            .allow_origin(origins.to_vec())
            .allow_methods([Method::GET, Method::POST])
            .allow_headers([header::ACCEPT, header::AUTHORIZATION, header::CONTENT_TYPE])
            .expose_headers([HeaderName::from_static("x-request-id"), header::RETRY_AFTER])
            .max_age(Duration::from_mins(10)),
    )
}
