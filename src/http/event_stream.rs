//! Answers as a stream of server-sent events: `graphql-sse` in its distinct connections mode.
//!
//! <https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md>
//!
//! One task a stream, between the operation and a short queue before the client. Time and queue are bounded as those of a socket are.

use std::{convert::Infallible, sync::Arc};

use async_graphql::Executor;
use axum::{
    body::{Body, Bytes},
    http::{HeaderName, HeaderValue, header},
    response::Response,
};
use futures_util::{StreamExt, stream::BoxStream};
use tokio::{
    sync::mpsc,
    time::{Instant, interval_at, sleep, timeout},
};
use tokio_stream::wrappers::ReceiverStream;

use super::{
    HttpState,
    accept::Media,
    auth::AuthFailure,
    guard::Admitted,
    meter::Paid,
    rooms::Place,
    run::{self, Told},
    visit::Visit,
};

/// Events that may wait for a slow reader before the operation has to.
const QUEUE: usize = 64;

/// A comment: nothing is said, but the line lives.
const HEARTBEAT: &str = ":\n\n";

const COMPLETE: &str = "event: complete\ndata:\n\n";

/// Runs an operation and streams its answers until it ends, its caller may not hear more, or the process goes down.
pub fn open<E: Executor>(
    house: Arc<HttpState<E>>,
    visit: Visit,
    token: Option<String>,
    admitted: Admitted,
    paid: Option<Paid>,
    place: Place,
) -> Response {
    let (queue, events) = mpsc::channel(QUEUE);
    let answers = run::all(Arc::clone(&house), visit.clone(), token.clone(), admitted, paid);
    let telling = Telling { house: Arc::clone(&house), visit, token, answers, queue };
    house.tasks.spawn(async move {
        telling.run().await;
        drop(place);
    });
    respond(Body::from_stream(ReceiverStream::new(events).map(Ok::<_, Infallible>)))
}

/// A stream of a single answer.
pub fn only(json: &str) -> Response {
    respond(Body::from(format!("{}{COMPLETE}", next(json))))
}

fn next(json: &str) -> String {
    format!("event: next\ndata: {json}\n\n")
}

fn respond(body: Body) -> Response {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, Media::EventStream.content_type());
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // Proxies that gather an answer before they pass it on would gather for ever.
    headers.insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    response
}

struct Telling<E> {
    house: Arc<HttpState<E>>,
    visit: Visit,
    token: Option<String>,
    answers: BoxStream<'static, Told>,
    queue: mpsc::Sender<Bytes>,
}

/// Nobody is there any more, or nobody who may hear.
struct Over;

impl<E: Executor> Telling<E> {
    async fn run(mut self) {
        let shutdown = self.house.shutdown.clone();
        tokio::select! {
            () = shutdown.cancelled() => {}
            Over = self.tell() => {}
        }
    }

    async fn tell(&mut self) -> Over {
        let beat = self.house.timing.ping;
        let mut heartbeat = interval_at(Instant::now() + beat, beat);
        let recheck = sleep(self.recheck_in());
        tokio::pin!(recheck);
        loop {
            let told = tokio::select! {
                () = self.queue.closed() => return Over,
                () = &mut recheck => {
                    let renewed = self.renew().await;
                    recheck.set(sleep(self.recheck_in()));
                    renewed
                }
                _ = heartbeat.tick() => self.send(HEARTBEAT.into()).await,
                answer = self.answers.next() => match answer {
                    Some(Told::Next(json)) => self.send(next(&json).into()).await,
                    Some(Told::Refused(answer)) => {
                        let json = answer.to_json(&self.visit.request_id);
                        self.send(next(&json).into()).await
                    }
                    None => self.send(COMPLETE.into()).await.and(Err(Over)),
                },
            };
            if told.is_err() {
                return Over;
            }
        }
    }

    async fn send(&mut self, event: Bytes) -> Result<(), Over> {
        let sending = timeout(self.house.timing.stuck, self.queue.send(event));
        sending.await.is_ok_and(|sent| sent.is_ok()).then_some(()).ok_or(Over)
    }

    /// A day, for who brought no token: there is nothing to ask about.
    fn recheck_in(&self) -> std::time::Duration {
        let (now, every) = ((self.house.now)(), self.house.timing.recheck);
        let wait = self.visit.caller.recheck_in(self.token.as_deref(), now, every);
        wait.unwrap_or(std::time::Duration::from_hours(24))
    }

    /// A token once good stays good while nobody can tell, but not past its end.
    async fn renew(&mut self) -> Result<(), Over> {
        if self.token.is_none() {
            return Ok(());
        }
        let (caller, now) = (&self.visit.caller, (self.house.now)());
        match caller.renewed(&self.house.authenticate, self.token.clone(), now).await {
            Ok(caller) => self.visit.caller = caller,
            Err(AuthFailure::Unavailable | AuthFailure::TooMany(_))
                if !self.visit.caller.has_expired((self.house.now)()) => {}
            Err(_) => return Err(Over),
        }
        Ok(())
    }
}
