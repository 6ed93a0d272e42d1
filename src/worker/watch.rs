//! What time alone makes true: targets fall behind, commitments come due, while nothing is recorded.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::{error::Result, op::Op, service::watch};

/// How often the calendar is looked at.
const GLANCE: Duration = Duration::from_secs(30);

/// Looks at one plan whose day has come; false when there is none.
pub async fn step(op: &Op) -> Result<bool> {
    watch::next(op).await
}

/// Watches until told to stop.
pub async fn run(op: Op, stop: CancellationToken) {
    let mut glance = tokio::time::interval(GLANCE);
    loop {
        tokio::select! {
            _ = glance.tick() => {}
            () = stop.cancelled() => return,
        }
        loop {
            match step(&op).await {
                Ok(true) if !stop.is_cancelled() => {}
                Ok(_) => break,
                Err(error) => {
                    tracing::error!(?error, "a plan could not be watched");
                    break;
                }
            }
        }
    }
}
