//! The pages for people: today GraphiQL, at `/graphiql`.
//!
//! They are embedded in the binary and load nothing from elsewhere, which their Content-Security-Policy makes a promise.

use axum::{
    Json, Router,
    extract::Path,
    http::{
        HeaderMap, HeaderName, HeaderValue, StatusCode,
        header::{
            CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH,
            REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
        },
    },
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use rust_embed::{EmbeddedFile, RustEmbed};
use serde::Serialize;
use tower_http::set_header::SetResponseHeaderLayer;

/// Somebody to try the demo as, password included.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DemoUser {
    /// What they sign in with.
    pub email: String,
    /// The person's name.
    pub name: String,
    /// `VENDOR` or `PARTNER`.
    pub side: String,
    /// The name of the organization they belong to.
    pub organization: String,
    /// Their role there.
    pub role: String,
    /// The password of the demo, no secret.
    pub password: String,
}

/// The bundled pages, or the page that says how to build them.
#[derive(RustEmbed)]
#[folder = "$OUT_DIR/graphiql"]
struct Bundle;

/// What the pages ask, one operation a file.
#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/web/src/examples"]
struct Operations;

/// The documents of the pages' own operations.
pub fn documents() -> Vec<String> {
    Operations::iter()
        .filter(|path| path.ends_with(".graphql"))
        .filter_map(|path| Operations::get(&path))
        .filter_map(|file| String::from_utf8(file.data.into_owned()).ok())
        .collect()
}

/// Monaco writes its styles and icons into the page at run time; everything else comes from this server.
const PAGE_POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
     font-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// Asked again each time, answered with 304 while nothing changed.
const REVALIDATE: &str = "no-cache";
/// The name of an asset changes with its content.
const FOR_GOOD: &str = "public, max-age=31536000, immutable";

/// The pages, their assets and, in the demo alone, the users to sign in as.
pub fn routes<S>(demo_users: Option<Vec<DemoUser>>) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    let mut router = Router::new()
        .route("/", get(async || Redirect::to("/graphiql")))
        // Where links in mails lead.
        .route("/plans/{plan}", get(async || Redirect::to("/graphiql")))
        .route("/graphiql", get(page))
        .route("/graphiql/assets/{*path}", get(asset));
    if let Some(users) = demo_users {
        let answer = ([(CACHE_CONTROL, "no-store")], Json(users));
        router = router.route("/graphiql/demo.json", get(async || answer));
    }
    router
        .layer(always(X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(always(REFERRER_POLICY, "no-referrer"))
}

async fn page(request: HeaderMap) -> Response {
    let mut response = file("graphiql.html", REVALIDATE, &request);
    let policy = HeaderValue::from_static(PAGE_POLICY);
    response.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
    response
}

async fn asset(Path(path): Path<String>, request: HeaderMap) -> Response {
    file(&format!("assets/{path}"), FOR_GOOD, &request)
}

/// A file of the bundle, unless the client has it already.
fn file(path: &str, cache_control: &'static str, request: &HeaderMap) -> Response {
    let Some(file) = Bundle::get(path) else { return StatusCode::NOT_FOUND.into_response() };
    let etag = etag(&file);
    let caching = [(ETAG, etag.clone()), (CACHE_CONTROL, cache_control.to_owned())];
    if knows(request, &etag) {
        return (StatusCode::NOT_MODIFIED, caching).into_response();
    }
    let content_type = format!("{}; charset=utf-8", file.metadata.mimetype());
    (caching, [(CONTENT_TYPE, content_type)], file.data).into_response()
}

/// Weak, because the bytes may be compressed on their way.
fn etag(file: &EmbeddedFile) -> String {
    format!("W/\"{}\"", hex::encode(file.metadata.sha256_hash()))
}

fn knows(request: &HeaderMap, etag: &str) -> bool {
    let tags = request.get(IF_NONE_MATCH).and_then(|tags| tags.to_str().ok()).unwrap_or_default();
    tags.split(',').any(|tag| tag.trim() == etag)
}

fn always(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value))
}
