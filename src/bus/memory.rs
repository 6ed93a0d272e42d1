//! The bus of one process.

use std::{collections::BTreeSet, sync::Arc};

use tokio::sync::broadcast::{self, error::RecvError};

use crate::domain::id::{OrganizationId, PlanId};

/// Wakes that a listener may be behind before it is told only that it missed some.
const BACKLOG: usize = 256;

/// Events have been committed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wake {
    /// In this vendor's order.
    pub vendor: OrganizationId,
    /// About these plans.
    pub plans: Arc<BTreeSet<PlanId>>,
}

/// Hands wakes to all who listen.
#[derive(Clone, Debug)]
pub struct Bus(broadcast::Sender<Wake>);

impl Default for Bus {
    fn default() -> Self {
        Self(broadcast::Sender::new(BACKLOG))
    }
}

impl Bus {
    /// Tells all who listen now; nobody listening is no fault.
    pub fn publish(&self, wake: Wake) {
        drop(self.0.send(wake));
    }

    /// Listens from now on.
    pub fn listen(&self) -> Listener {
        Listener(self.0.subscribe())
    }
}

/// One who listens.
#[derive(Debug)]
pub struct Listener(broadcast::Receiver<Wake>);

/// What a listener hears.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// Events have been committed.
    Wake(Wake),
    /// Some wakes were missed: look at everything.
    Missed,
    /// There will be no more.
    Closed,
}

impl Listener {
    /// Waits for the next wake.
    pub async fn next(&mut self) -> Heard {
        match self.0.recv().await {
            Ok(wake) => Heard::Wake(wake),
            Err(RecvError::Lagged(_)) => Heard::Missed,
            Err(RecvError::Closed) => Heard::Closed,
        }
    }
}
