//! What is old is forgotten, a little at a time.

use std::time::Duration;

use chrono::TimeDelta;
use metrics::counter;
use tokio_util::sync::CancellationToken;

use crate::{error::Result, op::Op, service::retention};

/// How often it is looked for what is old.
const GLANCE: Duration = Duration::from_mins(1);

/// Forgets some of what is older than it is kept; false when there is nothing. Without `kept`, events are kept for ever.
pub async fn step(op: &Op, kept: Option<TimeDelta>) -> Result<bool> {
    if let Some(kept) = kept
        && retention::forget_events(op, kept).await?
    {
        counter!("jbp_events_forgotten_total").increment(1);
        return Ok(true);
    }
    Ok(retention::forget_deliveries(op).await?
        || retention::forget_mails(op).await?
        || retention::forget_rejections(op).await?)
}

/// Forgets until told to stop.
pub async fn run(op: Op, kept: Option<TimeDelta>, stop: CancellationToken) {
    let mut glance = tokio::time::interval(GLANCE);
    loop {
        tokio::select! {
            _ = glance.tick() => {}
            () = stop.cancelled() => return,
        }
        loop {
            match step(&op, kept).await {
                Ok(true) if !stop.is_cancelled() => {}
                Ok(_) => break,
                Err(error) => {
                    tracing::error!(?error, "what is old could not be forgotten");
                    break;
                }
            }
        }
    }
}
