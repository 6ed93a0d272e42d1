//! `POST /ingest/activities`: facts by the million, as lines of JSON or as a table, with the rules of `recordActivities`.
//!
//! The body is read no faster than it is recorded: a chunk of rows is gathered, paid for, recorded in one transaction and answered,
//! and only then is the next one read. Nothing is held but that chunk. The load lives in the answer that is being written: when the
//! connection breaks, it ends where it is, and chunks that were recorded stay. Sent again, it finds what it knows already.
//!
//! What a row means and how it is recorded comes in through [`Loads`]; this module knows streams, not facts.

mod inflate;
mod load;
mod rows;

use std::{sync::Arc, time::Duration};

use axum::{
    Extension, Router,
    body::Body,
    extract::{DefaultBodyLimit, Query, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};
use futures_util::{StreamExt, future::BoxFuture, stream};
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

pub use self::rows::{Content, Form, Row};
use self::{
    inflate::Inflate,
    load::{Load, Paying, Told},
};
use super::{
    RequestId,
    answer::{Code, Refusal},
    auth::{self, AuthFailure, Authenticator},
    knocks::{self, Knocks},
    meter::{Meter, Payer},
    visit,
};

/// Loads under way at a time, in one process; each may hold a chunk and a transaction.
pub const MOST_LOADS: usize = 32;

/// What lines of the answer are.
const NDJSON: &str = "application/x-ndjson";

/// What was asked for in the address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Asked {
    /// Whether to say what would happen, and do nothing.
    #[serde(default)]
    pub dry_run: bool,
    /// What becomes of the good rows of a chunk that has bad ones.
    #[serde(default)]
    pub mode: Mode,
    /// Whose mapping gives columns their meaning: an integration's id, or `none`; unless said, that of the integration that calls.
    pub mapping: Option<String>,
    /// Which rows are told of.
    #[serde(default)]
    pub report: Report,
}

/// What becomes of the good rows of a chunk that has bad ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// They are recorded.
    #[default]
    PerItem,
    /// They are not; other chunks are.
    AllOrNothing,
}

/// Which rows are told of, one by one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Report {
    /// Every one that was not simply recorded.
    #[default]
    All,
    /// Those that were rejected.
    Rejected,
}

/// A load that is to begin.
#[derive(Clone, Debug)]
pub struct Opening {
    /// Whose it is.
    pub token: String,
    /// What was asked for.
    pub asked: Asked,
    /// Whether the body is a table.
    pub is_table: bool,
}

/// A load that may begin.
pub struct Opened {
    /// The character between the cells of a table.
    pub delimiter: u8,
    /// Rows that a chunk may have.
    pub rows_at_once: usize,
    /// Records a chunk.
    pub record: Recorder,
}

/// Rows to be recorded together.
#[derive(Clone, Debug)]
pub struct Chunk {
    /// The names of the columns, where the body is a table.
    pub header: Vec<String>,
    /// The rows.
    pub rows: Vec<Row>,
}

/// What has become of a fact, or of a row that gave none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Landed {
    /// The line on which its row begins.
    pub line: u64,
    /// What has become of it: `RECORDED`, `DUPLICATE`, `SUPERSEDED`, `REJECTED`, `SKIPPED`.
    pub outcome: &'static str,
    /// What the reporting system calls it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// The fact, new or known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub activity_id: Option<String>,
    /// Why it was not recorded.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<Wrong>,
}

/// Why a fact was not recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Wrong {
    /// The kind of refusal.
    pub code: &'static str,
    /// The field that is to blame.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// What stands there, shortened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// What is wrong with it, in words.
    pub message: String,
    /// The fact that stands in the way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub existing_id: Option<String>,
}

/// Records a chunk on behalf of whoever the token stands for by then.
pub type Recorder =
    Arc<dyn Fn(Chunk) -> BoxFuture<'static, Result<Vec<Landed>, Refusal>> + Send + Sync>;

/// Says whether a load may begin, and how it is recorded.
pub type Opener = Arc<dyn Fn(Opening) -> BoxFuture<'static, Result<Opened, Refusal>> + Send + Sync>;

/// What this door needs from the house.
#[derive(Clone)]
pub struct Loads {
    /// Turns tokens into callers.
    pub authenticate: Authenticator,
    /// Counts rows; without it nothing is counted.
    pub meter: Option<Arc<Meter>>,
    /// Remembers who brings bad tokens; without it nobody does.
    pub knocks: Option<Arc<Knocks>>,
    /// Proxies in front of this process.
    pub proxies: usize,
    /// Begins loads.
    pub open: Opener,
    /// Places for loads.
    pub places: Arc<Semaphore>,
    /// Ends every load after its chunk when cancelled.
    pub shutdown: CancellationToken,
    /// How long things may take.
    pub pace: Pace,
}

/// How long a load may take.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// From the beginning of a row to its end.
    pub row: Duration,
    /// The recording of a chunk.
    pub chunk: Duration,
    /// The whole of it.
    pub load: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            row: Duration::from_secs(10),
            chunk: Duration::from_secs(30),
            load: Duration::from_hours(1),
        }
    }
}

/// The door.
pub fn routes(loads: Loads) -> Router {
    Router::new()
        .route("/ingest/activities", post(activities))
        .layer(DefaultBodyLimit::disable())
        .with_state(Arc::new(loads))
}

async fn activities(
    State(loads): State<Arc<Loads>>,
    Extension(id): Extension<RequestId>,
    request: Request,
) -> Response {
    match begin(&loads, &id, request).await {
        Ok(load) => stream(load).await,
        Err(TurnedAway(status, refusal)) => turn_away(status, &refusal, &id),
    }
}

struct TurnedAway(StatusCode, Refusal);

impl From<Refusal> for TurnedAway {
    fn from(refusal: Refusal) -> Self {
        Self(refusal.code.status(), refusal)
    }
}

async fn begin(loads: &Arc<Loads>, id: &RequestId, request: Request) -> Result<Load, TurnedAway> {
    let headers = request.headers();
    let unsupported = |message: &str| {
        TurnedAway(StatusCode::UNSUPPORTED_MEDIA_TYPE, Code::BadUserInput.refuse(message))
    };
    let is_table = is_table(headers).ok_or_else(|| {
        unsupported("the body must be application/x-ndjson or text/csv, in UTF-8")
    })?;
    let inflate = is_packed(headers)
        .ok_or_else(|| unsupported("the body must be packed by gzip or not at all"))?
        .then(Inflate::new);
    let Query(asked) = Query::<Asked>::try_from_uri(request.uri())
        .map_err(|rejection| Code::BadUserInput.refuse(rejection.body_text()))?;

    let anonymous = || Code::Unauthenticated.refuse("sign in first");
    let token = auth::from_headers(headers).map_err(|_failure| invalid_token())?;
    let token = token.ok_or_else(anonymous)?;
    let address = visit::address(request.extensions(), headers, loads.proxies);
    let knocks = loads.knocks.as_deref();
    let found = knocks::identify(knocks, &loads.authenticate, Some(token.clone()), address);
    let caller = found.await.map_err(|failure| match failure {
        AuthFailure::TooMany(wait) => TurnedAway::from(
            Code::RateLimited
                .refuse("too many bad tokens came from your address; wait, then try again")
                .after(wait),
        ),
        AuthFailure::Invalid => TurnedAway::from(invalid_token()),
        AuthFailure::Unavailable => TurnedAway(
            StatusCode::SERVICE_UNAVAILABLE,
            Code::InternalServerError.refuse("internal error"),
        ),
    })?;
    let paying = loads.meter.as_ref().map(|meter| Paying {
        meter: Arc::clone(meter),
        payer: Payer::new(caller.id.as_ref(), address),
    });
    if let Some(paying) = &paying {
        paying.meter.take(&paying.payer, 1)?;
    }
    let place = Arc::clone(&loads.places).try_acquire_owned().map_err(|_full| {
        let refusal = Code::RateLimited.refuse("too many loads are under way; come again");
        TurnedAway(StatusCode::SERVICE_UNAVAILABLE, refusal)
    })?;
    let report = asked.report;
    let opened = (loads.open)(Opening { token, asked, is_table }).await?;
    let form = if is_table { Form::Csv(opened.delimiter) } else { Form::Json };
    let who = caller.id.as_deref().unwrap_or_default().to_owned();
    let told = Told::begin(&id.0, who, if is_table { "csv" } else { "ndjson" });
    let body = request.into_body().into_data_stream();
    Ok(Load::new(Arc::clone(loads), opened, paying, place, told, report, form, inflate, body))
}

/// Answers with what the load says, chunk by chunk; one that fails before its first chunk is refused by its status.
async fn stream(mut load: Load) -> Response {
    let first = load.next().await;
    let status = load.status();
    let rest = stream::unfold(load, |mut load| async move {
        let lines = load.next().await?;
        Some((lines, load))
    });
    let lines = stream::iter(first).chain(rest).map(Ok::<_, std::convert::Infallible>);
    answer(status, Body::from_stream(lines))
}

fn turn_away(status: StatusCode, refusal: &Refusal, id: &RequestId) -> Response {
    let mut response = answer(status, Body::from(load::nothing(refusal, &id.0)));
    let headers = response.headers_mut();
    if refusal.code == Code::Unauthenticated {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    if let Some(after) = refusal.after {
        headers.insert(header::RETRY_AFTER, ((after.num_milliseconds() + 999) / 1000).into());
    }
    response
}

fn answer(status: StatusCode, body: Body) -> Response {
    let headers = [(header::CONTENT_TYPE, NDJSON), (header::CACHE_CONTROL, "no-store")];
    (status, headers, body).into_response()
}

fn invalid_token() -> Refusal {
    Code::Unauthenticated.refuse("the token is not valid")
}

/// Whether the body is a table, if it is something that is read here.
fn is_table(headers: &HeaderMap) -> Option<bool> {
    let kind = headers.get(header::CONTENT_TYPE)?.to_str().ok()?.to_ascii_lowercase();
    let mut parts = kind.split(';').map(str::trim);
    let is_table = match parts.next()? {
        NDJSON => false,
        "text/csv" => true,
        _ => return None,
    };
    let is_utf8 = parts.filter_map(|part| part.strip_prefix("charset=")).all(|charset| {
        let charset = charset.trim_matches('"');
        charset == "utf-8" || charset == "utf8" || charset == "us-ascii"
    });
    is_utf8.then_some(is_table)
}

/// Whether the body is packed, if it is so in a way that is unpacked here.
fn is_packed(headers: &HeaderMap) -> Option<bool> {
    let Some(encoding) = headers.get(header::CONTENT_ENCODING) else { return Some(false) };
    match encoding.to_str().ok()?.trim().to_ascii_lowercase().as_str() {
        "gzip" | "x-gzip" => Some(true),
        "identity" | "" => Some(false),
        _ => None,
    }
}
