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
        let _end = End(self);
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

/// Drops what nobody waits for any more: each load knows where it waits, so that otherwise they would keep each other.
struct End<'a>(&'a Loads);

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.0.0.is_driven.store(false, Ordering::Relaxed);
        drop(self.0.take());
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

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;

    use super::*;

    /// A load that notes when it runs.
    fn load(loads: &Loads, log: &Arc<Mutex<Vec<&'static str>>>) -> oneshot::Receiver<()> {
        let (done, heard) = oneshot::channel();
        let log = Arc::clone(log);
        let load = async move {
            log.lock().unwrap().push("load");
            // Perhaps nobody waits any more.
            done.send(()).ok();
        };
        loads.spawn_obj(FutureObj::new(load.boxed())).unwrap();
        heard
    }

    #[tokio::test]
    async fn a_load_begins_when_the_request_can_go_no_further() {
        let (loads, log) = (Loads::default(), Arc::default());
        let request = async {
            let (first, second) = (load(&loads, &log), load(&loads, &log));
            log.lock().unwrap().push("asked");
            first.await.unwrap();
            log.lock().unwrap().push("heard");
            second.await.unwrap();
            load(&loads, &log).await.unwrap();
            "answer"
        };
        assert_eq!(loads.drive(request).await, "answer");
        assert_eq!(*log.lock().unwrap(), ["asked", "load", "load", "heard", "load"]);
    }

    #[tokio::test]
    async fn what_nobody_waits_for_is_dropped_with_the_request() {
        let (loads, log) = (Loads::default(), Arc::default());
        let answered = loads.drive(async { drop(load(&loads, &log)) });
        answered.await;
        let given_up = async {
            let heard = load(&loads, &log);
            future::pending::<()>().await;
            drop(heard);
        };
        assert_eq!(loads.drive(given_up).now_or_never(), None);
        assert_eq!((*log.lock().unwrap()).as_slice(), ["load"]);
        assert_eq!(Arc::strong_count(&log), 1);
    }

    #[tokio::test]
    async fn whoever_is_not_driven_is_served_by_the_runtime() {
        let (loads, log) = (Loads::default(), Arc::default());
        loads.delay(Duration::ZERO).await;
        load(&loads, &log).await.unwrap();
        assert_eq!(*log.lock().unwrap(), ["load"]);
    }
}
