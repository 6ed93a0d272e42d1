//! A WebSocket with a bounded queue in front of it.
//!
//! Reading and writing are one poll, so that a socket is one task and one
//! allocation less; and nobody waits for a client that does not read, because
//! [`Wire::queue`] never does.

use std::{
    collections::VecDeque,
    future::poll_fn,
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::extract::ws::{CloseFrame, Message, WebSocket};
use futures_util::{SinkExt, StreamExt};
use tokio::time::{Instant, timeout};

use super::protocol::Close;

/// Messages that may wait for a slow reader before the operations have to.
const QUEUE: usize = 64;

/// One thing that happened on the wire.
#[derive(Debug)]
pub enum Turn {
    /// A message came in.
    Heard(Message),
    /// Bytes came in that are no message.
    Garbled,
    /// Something went out; there may be room again.
    Sent,
    /// The connection is no more.
    Gone,
}

/// The two directions of a socket.
#[derive(Debug)]
pub struct Wire {
    socket: WebSocket,
    outbox: VecDeque<Message>,
    is_flushed: bool,
    /// How long nothing may move before the reader counts as stuck.
    patience: Duration,
    stuck_at: Option<Instant>,
}

impl Wire {
    /// A wire over `socket` that gives its reader `patience` for each step.
    pub fn new(socket: WebSocket, patience: Duration) -> Self {
        Self { socket, outbox: VecDeque::new(), is_flushed: true, patience, stuck_at: None }
    }

    /// Whether there is room for what an operation has to say.
    pub fn has_room(&self) -> bool {
        self.outbox.len() < QUEUE
    }

    /// Puts a message behind the others.
    pub fn queue(&mut self, message: impl Into<Message>) {
        self.outbox.push_back(message.into());
        self.stuck_at.get_or_insert_with(|| Instant::now() + self.patience);
    }

    /// When the reader will count as stuck, if it does not read until then.
    pub fn stuck_at(&self) -> Option<Instant> {
        self.stuck_at
    }

    /// Waits for the next thing to happen; it loses nothing when it is dropped.
    ///
    /// While the queue is full nothing is read either: replies need room too.
    pub async fn turn(&mut self) -> Turn {
        poll_fn(|cx| self.poll_turn(cx)).await
    }

    /// Says goodbye after what is queued, or at once to a reader that is stuck,
    /// and waits until the client has gone so that it can read why.
    pub async fn close(mut self, close: Close, patience: Duration) {
        if close == Close::OVERLOAD {
            self.outbox.clear();
        }
        let frame = CloseFrame { code: close.code, reason: close.reason.as_ref().into() };
        self.queue(Message::Close(Some(frame)));
        self.listen_out(patience).await;
    }

    /// Lets the client, which has said goodbye, have its own back.
    pub async fn release(mut self, patience: Duration) {
        self.outbox.clear();
        self.listen_out(patience).await;
    }

    async fn listen_out(mut self, patience: Duration) {
        let listening = async { while !matches!(self.turn().await, Turn::Gone | Turn::Garbled) {} };
        timeout(patience, listening).await.ok();
    }

    fn poll_turn(&mut self, cx: &mut Context<'_>) -> Poll<Turn> {
        match self.poll_send(cx) {
            Poll::Ready(Ok(())) => return Poll::Ready(Turn::Sent),
            Poll::Ready(Err(_)) => return Poll::Ready(Turn::Gone),
            Poll::Pending => {}
        }
        if !self.has_room() {
            return Poll::Pending;
        }
        Poll::Ready(match ready!(self.socket.poll_next_unpin(cx)) {
            Some(Ok(message)) => Turn::Heard(message),
            Some(Err(_)) => Turn::Garbled,
            None => Turn::Gone,
        })
    }

    /// Ready when something has moved, pending when nothing can or need.
    fn poll_send(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), axum::Error>> {
        let mut has_moved = false;
        while !self.outbox.is_empty() {
            match self.socket.poll_ready_unpin(cx)? {
                Poll::Ready(()) => {}
                Poll::Pending if has_moved => return Poll::Ready(Ok(())),
                Poll::Pending => return Poll::Pending,
            }
            if let Some(message) = self.outbox.pop_front() {
                self.socket.start_send_unpin(message)?;
                self.is_flushed = false;
                self.stuck_at = Some(Instant::now() + self.patience);
                has_moved = true;
            }
        }
        if self.is_flushed {
            return Poll::Pending;
        }
        match self.socket.poll_flush_unpin(cx)? {
            Poll::Ready(()) => {
                self.is_flushed = true;
                self.stuck_at = None;
                Poll::Ready(Ok(()))
            }
            Poll::Pending if has_moved => Poll::Ready(Ok(())),
            Poll::Pending => Poll::Pending,
        }
    }
}
