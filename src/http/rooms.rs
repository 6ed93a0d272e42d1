//! How many may stay: sockets and streams, which last, and those among them of whom nobody knows whose they are.

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
    hall: Option<OwnedSemaphorePermit>,
}

impl Place {
    /// Makes room in the hall: it is known now who this is.
    pub fn leave_hall(&mut self) {
        self.hall = None;
    }
}

impl Rooms {
    /// Room for `inside` sockets and streams, of which `hall` are nobody's or nobody's yet.
    pub fn new(inside: usize, hall: usize) -> Self {
        Self { inside: Arc::new(Semaphore::new(inside)), hall: Arc::new(Semaphore::new(hall)) }
    }

    /// A place for somebody, if there is one.
    pub fn enter(&self, is_known: bool) -> Option<Place> {
        let hall =
            if is_known { None } else { Some(Arc::clone(&self.hall).try_acquire_owned().ok()?) };
        let inside = Arc::clone(&self.inside).try_acquire_owned().ok()?;
        Some(Place { _inside: inside, hall })
    }
}

impl Default for Rooms {
    fn default() -> Self {
        Self::new(10_000, 1_000)
    }
}
