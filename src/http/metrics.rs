//! `/metrics`, for those who watch the process: on an address of its own, because it is nobody else's business.

use std::sync::Arc;

use axum::{Router, http::header, routing::get};

/// Writes down what was counted, in the text format of Prometheus.
pub type Render = Arc<dyn Fn() -> String + Send + Sync>;

/// The page.
pub fn routes(render: Render) -> Router {
    let page = async move || ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], render());
    Router::new().route("/metrics", get(page))
}
