//! Where what a request loads is run: in the request's own task, whenever the request itself can go no further.
//!
//! Whatever its fields ask for until then is one batch, without waiting for a clock (whose shortest wait is a millisecond) and without a
//! task of its own on another thread; and what nobody waits for any more is dropped together with the request.

use std::{
    fmt,
    future::{self, Future},
    mem,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::Poll,
    time::Duration,
};

use async_graphql::runtime::{Timer, TokioSpawner, TokioTimer};
use futures_util::{
    FutureExt, StreamExt,
    future::BoxFuture,
    stream::FuturesUnordered,
    task::{FutureObj, Spawn, SpawnError},
};

/// The loads of one request that have not begun.
#[derive(Clone, Default)]
pub struct Loads(Arc<Waiting>);

#[derive(Default)]
struct Waiting {
    /// Whether somebody runs them; what begins a stream lets the runtime do it.
    is_driven: AtomicBool,
    begun: Mutex<Vec<FutureObj<'static, ()>>>,
}

impl fmt::Debug for Loads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Loads").finish_non_exhaustive()
    }
}

impl Loads {
    /// Runs a request, and whatever it loads, to its end.
    pub async fn drive<T>(&self, request: impl Future<Output = T> + Send) -> T {
        self.0.is_driven.store(true, Ordering::Relaxed);
        let mut work = FuturesUnordered::new();
        work.push(request.map(Some).boxed());
        future::poll_fn(|context| {
            loop {
                let polled = work.poll_next_unpin(context);
                if let Poll::Ready(Some(Some(answer))) = polled {
                    return Poll::Ready(answer);
                }
                let loads = self.take();
                if loads.is_empty() && polled.is_pending() {
                    return Poll::Pending;
                }
                work.extend(loads.into_iter().map(|load| load.map(|()| None).boxed()));
            }
        })
        .await
    }

    fn take(&self) -> Vec<FutureObj<'static, ()>> {
        mem::take(&mut *self.0.begun.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn is_driven(&self) -> bool {
        self.0.is_driven.load(Ordering::Relaxed)
    }
}

impl Spawn for Loads {
    fn spawn_obj(&self, load: FutureObj<'static, ()>) -> Result<(), SpawnError> {
        if !self.is_driven() {
            return TokioSpawner::current().spawn_obj(load);
        }
        self.0.begun.lock().unwrap_or_else(PoisonError::into_inner).push(load);
        Ok(())
    }
}

impl Timer for Loads {
    fn delay(&self, duration: Duration) -> BoxFuture<'static, ()> {
        if self.is_driven() {
            future::ready(()).boxed()
        } else {
            TokioTimer::default().delay(duration)
        }
    }
}
