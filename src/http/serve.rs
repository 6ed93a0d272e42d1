//! Connections: how many there are, how long each may keep us waiting, and how all of them end.

use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::{Extension, Router};
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service as adapter,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    time::{Instant, Sleep, sleep, timeout},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// How many connections there may be, and how patient we are with each.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// Connections open at a time; who comes later waits at the door.
    pub connections: usize,
    /// For the headers of the next request; longer than a balancer in front keeps an idle connection, or it will send one in vain.
    pub headers: Duration,
    /// For a client that does not take what it is sent.
    pub unread: Duration,
    /// For the requests in flight when the process goes down.
    pub farewell: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            connections: 20_000,
            headers: Duration::from_secs(75),
            unread: Duration::from_secs(30),
            farewell: Duration::from_secs(15),
        }
    }
}

/// Where a connection comes from.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

/// Serves `router` until `shutdown`, then until the requests in flight are answered, but not for ever.
///
/// Sockets are not in flight: wait for them on [`super::HttpState::tasks`].
pub async fn serve(
    listener: TcpListener,
    router: Router,
    patience: Patience,
    shutdown: CancellationToken,
) -> io::Result<()> {
    let room = Arc::new(Semaphore::new(patience.connections));
    let connections = TaskTracker::new();
    // Held by each connection, so that one which is not answered in time can be cut.
    let cut = CancellationToken::new();
    while let Some((stream, peer, place)) = next(&listener, &room, &shutdown).await {
        let connection = converse(stream, peer, router.clone(), patience, shutdown.clone());
        let cut = cut.clone();
        connections.spawn(async move {
            cut.run_until_cancelled(connection).await;
            drop(place);
        });
    }
    drop(listener);
    connections.close();
    if timeout(patience.farewell, connections.wait()).await.is_err() {
        tracing::warn!(connections = connections.len(), "cut before they were answered");
        cut.cancel();
        connections.wait().await;
    }
    Ok(())
}

/// The next connection and its place among the others; nothing once the doors close.
async fn next(
    listener: &TcpListener,
    room: &Arc<Semaphore>,
    shutdown: &CancellationToken,
) -> Option<(TcpStream, SocketAddr, tokio::sync::OwnedSemaphorePermit)> {
    let arriving = async {
        let place = Arc::clone(room).acquire_owned().await.ok()?;
        loop {
            match listener.accept().await {
                Ok((stream, peer)) => return Some((stream, peer, place)),
                Err(cause) => {
                    // Mostly there are no more file handles; they come back as connections end.
                    tracing::error!(%cause, "a connection could not be accepted");
                    sleep(Duration::from_millis(100)).await;
                }
            }
        }
    };
    shutdown.run_until_cancelled(arriving).await.flatten()
}

async fn converse(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    patience: Patience,
    shutdown: CancellationToken,
) {
    // Without it, a short answer waits for the acknowledgement of the one before.
    if let Err(cause) = stream.set_nodelay(true) {
        tracing::debug!(%cause, "a connection keeps its delay");
    }
    let io = TokioIo::new(Impatient::new(stream, patience.unread));
    let service = adapter::TowerToHyperService::new(router.layer(Extension(Peer(peer))));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(patience.headers)
        .serve_connection(io, service)
        .with_upgrades();
    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = shutdown.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(cause) = ended {
        tracing::debug!(%cause, %peer, "a connection broke");
    }
}

/// A stream that breaks when its reader takes nothing for too long.
struct Impatient {
    stream: TcpStream,
    patience: Duration,
    /// Runs while something waits to be taken.
    waiting: Option<Pin<Box<Sleep>>>,
}

impl Impatient {
    fn new(stream: TcpStream, patience: Duration) -> Self {
        Self { stream, patience, waiting: None }
    }

    /// What came of a write: progress ends the wait, none goes on with it.
    fn judge<T>(
        &mut self,
        cx: &mut Context<'_>,
        outcome: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if outcome.is_ready() {
            self.waiting = None;
            return outcome;
        }
        let until = Instant::now() + self.patience;
        let waiting = self.waiting.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(until)));
        ready!(waiting.as_mut().poll(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Impatient {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Impatient {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.judge(cx, outcome)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let outcome = Pin::new(&mut self.stream).poll_flush(cx);
        self.judge(cx, outcome)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write_vectored(cx, bytes);
        self.judge(cx, outcome)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
