//! How many may stay: sockets and streams, which last, and sockets that have not said who they are.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Places for those who stay. Clones are the same places.
#[derive(Clone, Debug)]
pub struct Rooms {
    inside: Arc<Semaphore>,
    hall: Arc<Semaphore>,
}

/// A place that is taken until it is dropped.
#[derive(Debug)]
pub struct Place {
    _inside: OwnedSemaphorePermit,
}

/// A place in the hall, which is left with the acknowledgement.
#[derive(Debug)]
pub struct InHall {
    _hall: OwnedSemaphorePermit,
}

impl Rooms {
    /// Room for `inside` sockets and streams, of which `hall` sockets are not acknowledged yet.
    pub fn new(inside: usize, hall: usize) -> Self {
        Self { inside: Arc::new(Semaphore::new(inside)), hall: Arc::new(Semaphore::new(hall)) }
    }

    /// A place for a stream, if there is one.
    pub fn enter(&self) -> Option<Place> {
        let inside = Arc::clone(&self.inside).try_acquire_owned().ok()?;
        Some(Place { _inside: inside })
    }

    /// A place for a socket that has said nothing yet, if there is one.
    pub fn wait_in_hall(&self) -> Option<(Place, InHall)> {
        let hall = Arc::clone(&self.hall).try_acquire_owned().ok()?;
        Some((self.enter()?, InHall { _hall: hall }))
    }
}

impl Default for Rooms {
    fn default() -> Self {
        Self::new(10_000, 1_000)
    }
}
