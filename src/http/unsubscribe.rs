//! Where links in mails stop further ones: without signing in, by `POST` alone, as RFC 8058 wants it.
//!
//! A page asks first whoever follows the link with a browser: programs that look at every link of a mail change nothing.

use std::sync::Arc;

use axum::{
    Router,
    extract::{DefaultBodyLimit, Path, State},
    http::{
        HeaderValue, StatusCode,
        header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE},
    },
    response::{IntoResponse, Response},
    routing::get,
};
use futures_util::future::BoxFuture;

/// Says whether the house has written a link, or does what it is for; none when that could not be found out.
pub type Answer = Arc<dyn Fn(String) -> BoxFuture<'static, Option<bool>> + Send + Sync>;

/// What links in mails do.
#[derive(Clone)]
pub struct Unsubscribing {
    /// Whether the house has written the link; changes nothing.
    pub is_ours: Answer,
    /// Stops the mails of the person whose link it is.
    pub unsubscribe: Answer,
}

/// Nothing is loaded, from nowhere; the form goes to where the page came from.
const PAGE_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'; \
     frame-ancestors 'none'";

/// Bytes of a body, which says nothing that the link does not say.
const LARGEST: usize = 1024;

/// The page and what its button does.
pub fn routes(links: Unsubscribing) -> Router {
    Router::new()
        .route("/unsubscribe/{token}", get(ask).post(unsubscribe))
        .layer(DefaultBodyLimit::max(LARGEST))
        .with_state(links)
}

async fn ask(State(links): State<Unsubscribing>, Path(token): Path<String>) -> Response {
    match (links.is_ours)(token).await {
        Some(true) => page(
            StatusCode::OK,
            "No more mails?",
            "<p>You will get no more mails about your joint business plans. What there is to know stays on the dashboard.</p>\n\
             <form method=\"post\"><button>No more mails</button></form>",
        ),
        Some(false) => unknown(),
        None => failed(),
    }
}

async fn unsubscribe(State(links): State<Unsubscribing>, Path(token): Path<String>) -> Response {
    match (links.unsubscribe)(token).await {
        Some(true) => page(
            StatusCode::OK,
            "You get no more mails",
            "<p>Should you want them again, your notification preferences turn them on.</p>",
        ),
        Some(false) => unknown(),
        None => failed(),
    }
}

/// The same for every link that the house has not written.
fn unknown() -> Response {
    let words = "<p>This link is not whole. Take it from the mail once more.</p>";
    page(StatusCode::NOT_FOUND, "Nothing here", words)
}

fn failed() -> Response {
    let words = "<p>Nothing was changed. Try again in a while.</p>";
    page(StatusCode::SERVICE_UNAVAILABLE, "That did not work", words)
}

fn page(status: StatusCode, title: &str, words: &str) -> Response {
    let body = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"robots\" content=\"noindex\">\n\
         <title>{title} · Joint business plans</title>\n<style>\n\
         :root {{ color-scheme: light dark; }}\n\
         body {{ font: 1.0625rem/1.5 system-ui, sans-serif; max-width: 32rem; margin: 0 auto; padding: 15vh 1.25rem 2rem; \
         color: light-dark(#1a1d23, #e6e8ec); background: light-dark(#fff, #15171b); }}\n\
         h1 {{ font-size: 1.5rem; line-height: 1.25; }}\n\
         button {{ font: inherit; width: 100%; min-height: 3rem; margin-top: 1rem; border: 0; border-radius: .5rem; \
         color: #fff; background: #1f5fbf; cursor: pointer; }}\n\
         button:hover {{ background: #174a96; }}\n\
         button:focus-visible {{ outline: .1875rem solid light-dark(#1a1d23, #e6e8ec); outline-offset: .125rem; }}\n\
         </style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n{words}\n</main>\n</body>\n</html>\n"
    );
    let mut response = (status, body).into_response();
    for (name, value) in [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CACHE_CONTROL, "no-store"),
        (CONTENT_SECURITY_POLICY, PAGE_POLICY),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}
