//! Whether the process lives, and whether it should be sent requests.

use std::sync::Arc;

use async_graphql::Executor;
use axum::{extract::State, http::StatusCode};
use futures_util::future::BoxFuture;

use super::HttpState;

/// Asks what requests depend on whether it is there.
pub type Readiness = Arc<dyn Fn() -> BoxFuture<'static, bool> + Send + Sync>;

/// The process answers; nothing else is meant.
pub async fn healthz() -> &'static str {
    "ok"
}

/// The process has what requests depend on; a balancer sends them elsewhere if not.
pub async fn readyz<E: Executor>(
    State(house): State<Arc<HttpState<E>>>,
) -> (StatusCode, &'static str) {
    if (house.is_ready)().await {
        (StatusCode::OK, "ready")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "not ready")
    }
}
