//! From the event table to the bus: whoever listens is told which plans have news.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use tokio_util::sync::CancellationToken;

use crate::{
    bus::memory::{Bus, Wake},
    domain::id::{OrganizationId, PlanId},
    error::Result,
    op::Op,
    service::events,
};

/// Events looked at in one step.
const STEP: u64 = 1_000;

/// How often the table is looked at even if this process has committed nothing: other processes may have.
const GLANCE: Duration = Duration::from_millis(500);

/// Relays committed events; remembers how far it has come in each vendor's order.
#[derive(Debug)]
pub struct Relay {
    op: Op,
    bus: Bus,
    seen: BTreeMap<OrganizationId, i64>,
}

impl Relay {
    /// A relay that begins with what is committed from now on; `op` is the house's own.
    pub async fn start(op: Op, bus: Bus) -> Result<Self> {
        let seen = events::heads(&op).await?;
        Ok(Self { op, bus, seen })
    }

    /// Tells the bus what has been committed since the last step; false when there was nothing.
    pub async fn step(&mut self) -> Result<bool> {
        let found = events::all_after(&self.op, &self.seen, STEP).await?;
        let mut plans: BTreeMap<OrganizationId, BTreeSet<PlanId>> = BTreeMap::new();
        for event in &found {
            self.seen.insert(event.vendor_id, event.position);
            plans.entry(event.vendor_id).or_default().extend(event.plan_id);
        }
        for (vendor, plans) in plans {
            self.bus.publish(Wake { vendor, plans: Arc::new(plans) });
        }
        Ok(!found.is_empty())
    }

    /// Relays until told to stop.
    pub async fn run(mut self, stop: CancellationToken) {
        let db = self.op.db.clone();
        let mut glance = tokio::time::interval(GLANCE);
        loop {
            let committed = db.committed().notified();
            match self.step().await {
                Ok(true) => continue,
                Ok(false) => {}
                Err(error) => tracing::error!(?error, "events could not be relayed"),
            }
            tokio::select! {
                () = committed => {}
                _ = glance.tick() => {}
                () = stop.cancelled() => return,
            }
        }
    }
}
