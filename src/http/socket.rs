//! The socket: `graphql-transport-ws` over a WebSocket.
//!
//! One task a socket. What may be said is [`protocol`]'s, how it is sent is
//! [`Wire`]'s; here they meet the schema, the token and the clock.

use std::{net::IpAddr, pin::Pin, sync::Arc};

use async_graphql::Executor;
use axum::{
    body::Bytes,
    extract::{
        WebSocketUpgrade,
        ws::{Message, WebSocket},
    },
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use futures_util::{
    FutureExt, StreamExt,
    future::{AbortRegistration, Abortable, BoxFuture, OptionFuture},
    stream::{self, BoxStream, SelectAll},
};
use metrics::gauge;
use tokio::time::{Instant, Sleep, sleep_until};

use super::{
    HttpState, Timing,
    answer::{Answer, Code},
    auth::{self, AuthFailure, Caller},
    guard::{Asked, MAX_REQUEST_BYTES},
    knocks,
    protocol::{self, Close, Conversation, Step},
    record,
    rooms::Place,
    run::{self, Told},
    visit::{Door, Visit},
    wire::{Turn, Wire},
};

/// Pings that may stay unanswered before a client counts as dead.
const MAX_SILENT_PINGS: u8 = 2;

/// Opens a socket, if the client speaks our protocol.
pub fn open<E: Executor>(
    house: Arc<HttpState<E>>,
    headers: &HeaderMap,
    address: IpAddr,
    upgrade: WebSocketUpgrade,
) -> Response {
    let upgrade = upgrade
        .protocols([protocol::SUBPROTOCOL])
        // The library's own buffer of 128 KiB would be most of what an idle socket costs.
        .read_buffer_size(2048)
        .write_buffer_size(0)
        // Twice what is allowed, so that a message somewhat too long gets a reason.
        .max_frame_size(2 * MAX_REQUEST_BYTES)
        .max_message_size(2 * MAX_REQUEST_BYTES);
    if upgrade.selected_protocol().is_none() {
        let message = format!("the subprotocol must be {}", protocol::SUBPROTOCOL);
        return (StatusCode::BAD_REQUEST, message).into_response();
    }
    let token = auth::from_headers(headers);
    let open = house.tasks.token();
    let place = house.rooms.enter(false);
    upgrade.on_upgrade(async move |socket| {
        if let Some(place) = place {
            gauge!("jbp_sockets").increment(1);
            Session::new(house, socket, token, address, place).run().await;
            gauge!("jbp_sockets").decrement(1);
        } else {
            let Timing { stuck, farewell, .. } = house.timing;
            Wire::new(socket, stuck).close(Close::OVERLOAD, farewell).await;
        }
        drop(open);
    })
}

/// How a session ends.
enum Ending {
    /// The server closes, and says why.
    Close(Close),
    /// The client has closed.
    Released,
    /// Nobody is there to be told.
    Lost,
}

impl From<Close> for Ending {
    fn from(close: Close) -> Self {
        Self::Close(close)
    }
}

/// What an operation has to say.
enum Said {
    /// A message, and more may come.
    Next(String),
    /// The last message of the operation `id`.
    Last { id: String, text: String },
}

struct Session<E> {
    house: Arc<HttpState<E>>,
    wire: Wire,
    conversation: Conversation,
    operations: SelectAll<BoxStream<'static, Said>>,
    /// Where the client is.
    address: IpAddr,
    /// The token: from the header, until a greeting brings another.
    token: Result<Option<String>, AuthFailure>,
    /// The question who the token belongs to, while it is open.
    identity: OptionFuture<BoxFuture<'static, Result<Caller, AuthFailure>>>,
    caller: Option<Caller>,
    place: Place,
    ack_by: Option<Instant>,
    recheck_at: Option<Instant>,
    ping_at: Instant,
    silent_pings: u8,
    alarm: Pin<Box<Sleep>>,
}

impl<E: Executor> Session<E> {
    fn new(
        house: Arc<HttpState<E>>,
        socket: WebSocket,
        token: Result<Option<String>, AuthFailure>,
        address: IpAddr,
        place: Place,
    ) -> Self {
        let now = Instant::now();
        let ack_by = now + house.timing.init;
        Self {
            wire: Wire::new(socket, house.timing.stuck),
            conversation: Conversation::default(),
            operations: SelectAll::new(),
            address,
            token,
            identity: None.into(),
            caller: None,
            place,
            ack_by: Some(ack_by),
            recheck_at: None,
            ping_at: now + house.timing.ping,
            silent_pings: 0,
            alarm: Box::pin(sleep_until(ack_by)),
            house,
        }
    }

    async fn run(mut self) {
        let ending = loop {
            if let Err(ending) = self.step().await {
                break ending;
            }
        };
        let Self { wire, operations, house, .. } = self;
        drop(operations);
        match ending {
            Ending::Close(close) => wire.close(close, house.timing.farewell).await,
            Ending::Released => wire.release(house.timing.farewell).await,
            Ending::Lost => {}
        }
    }

    /// Waits for whatever is next and deals with it.
    async fn step(&mut self) -> Result<(), Ending> {
        let next_alarm = self.next_alarm();
        if self.alarm.deadline() != next_alarm {
            self.alarm.as_mut().reset(next_alarm);
        }
        tokio::select! {
            () = self.house.shutdown.cancelled() => Err(Close::RESTART.into()),
            () = &mut self.alarm => self.alarmed(Instant::now()),
            Some(verdict) = &mut self.identity => self.identified(verdict),
            Some(said) = self.operations.next(), if self.wire.has_room() => {
                self.say(said);
                Ok(())
            }
            turn = self.wire.turn() => match turn {
                Turn::Heard(message) => self.heard(&message),
                Turn::Garbled => Err(Close::MALFORMED.into()),
                Turn::Sent => Ok(()),
                Turn::Gone => Err(Ending::Lost),
            },
        }
    }

    fn heard(&mut self, message: &Message) -> Result<(), Ending> {
        self.silent_pings = 0;
        let text = match message {
            Message::Text(text) => text,
            Message::Binary(_) => return Err(Close::MALFORMED.into()),
            Message::Ping(_) | Message::Pong(_) => return Ok(()),
            Message::Close(_) => return Err(Ending::Released),
        };
        if text.len() > MAX_REQUEST_BYTES {
            return Err(Close::TOO_BIG.into());
        }
        match self.conversation.hear(text)? {
            Step::Rest => {}
            Step::Reply(text) => self.wire.queue(text),
            Step::Identify(payload) => {
                match auth::from_greeting(&payload) {
                    Ok(None) => {}
                    token => self.token = token,
                }
                self.ack_by = Some(Instant::now() + self.house.timing.init);
                self.identify()?;
            }
            Step::Start { id, asked, until } => self.start(id, asked, until),
        }
        Ok(())
    }

    fn identify(&mut self) -> Result<(), Ending> {
        let Ok(token) = self.token.clone() else {
            return Err(Close::FORBIDDEN.into());
        };
        self.recheck_at = None;
        let (house, address) = (Arc::clone(&self.house), self.address);
        let known = self.caller.clone();
        let asking = async move {
            // A token that was good is asked about without knocking.
            if let Some(caller) = known {
                caller.renewed(&house.authenticate, token, (house.now)()).await
            } else {
                let knocks = house.knocks.as_deref();
                knocks::identify(knocks, &house.authenticate, token, address).await
            }
        };
        self.identity = Some(asking.boxed()).into();
        Ok(())
    }

    fn identified(&mut self, verdict: Result<Caller, AuthFailure>) -> Result<(), Ending> {
        self.identity = None.into();
        match (verdict, &self.caller) {
            (Ok(caller), known) => {
                if known.is_none() {
                    self.ack_by = None;
                    self.wire.queue(self.conversation.acknowledge());
                }
                if caller.id.is_some() {
                    self.place.leave_hall();
                }
                self.caller = Some(caller);
            }
            (Err(AuthFailure::Invalid), None) => {
                self.turned_away(Code::Unauthenticated);
                return Err(Close::FORBIDDEN.into());
            }
            (Err(AuthFailure::TooMany(_)), None) => {
                self.turned_away(Code::RateLimited);
                return Err(Close::OVERLOAD.into());
            }
            (Err(AuthFailure::Unavailable), None) => return Err(Close::OVERLOAD.into()),
            (Err(AuthFailure::Invalid), Some(_)) => return Err(Close::EXPIRED.into()),
            // A token once good stays good while nobody can tell, but not past its end.
            (Err(AuthFailure::Unavailable | AuthFailure::TooMany(_)), Some(caller)) => {
                if caller.has_expired((self.house.now)()) {
                    return Err(Close::EXPIRED.into());
                }
            }
        }
        self.recheck_at = self.next_recheck();
        Ok(())
    }

    fn turned_away(&self, code: Code) {
        let request_id = (self.house.mint_request_id)();
        record::turned_away(Door::Socket, self.address, &request_id, code);
    }

    /// At the instant the token ends, and often enough to notice a revocation.
    fn next_recheck(&self) -> Option<Instant> {
        let token = self.token.as_ref().ok()?.as_deref();
        let (now, every) = ((self.house.now)(), self.house.timing.recheck);
        let wait = self.caller.as_ref()?.recheck_in(token, now, every)?;
        Some(Instant::now() + wait)
    }

    fn start(&mut self, id: String, asked: Asked, until: AbortRegistration) {
        // Operations start after the acknowledgement, and by then there is a caller.
        let Some(caller) = &self.caller else { return };
        let visit = Visit {
            caller: caller.clone(),
            address: self.address,
            door: Door::Socket,
            request_id: (self.house.mint_request_id)(),
        };
        match visit.admit(&self.house, asked) {
            Ok((admitted, paid)) => {
                let token = self.token.clone().ok().flatten();
                let answers = run::all(Arc::clone(&self.house), visit, token, admitted, paid);
                let said = operate(answers, id);
                self.operations.push(Abortable::new(said, until).boxed());
            }
            Err(refusal) => {
                let text = protocol::error(&id, Answer::refused(refusal).errors());
                self.say(Said::Last { id, text });
            }
        }
    }

    fn say(&mut self, said: Said) {
        match said {
            Said::Next(text) => self.wire.queue(text),
            Said::Last { id, text } => {
                self.conversation.finish(&id);
                self.wire.queue(text);
            }
        }
    }

    fn next_alarm(&self) -> Instant {
        [self.ack_by, self.recheck_at, self.wire.stuck_at()]
            .into_iter()
            .flatten()
            .fold(self.ping_at, Instant::min)
    }

    fn alarmed(&mut self, now: Instant) -> Result<(), Ending> {
        let is_due = |at: Option<Instant>| at.is_some_and(|at| at <= now);
        if is_due(self.ack_by) {
            return Err(Close::INIT_TIMEOUT.into());
        }
        if is_due(self.wire.stuck_at()) {
            return Err(Close::OVERLOAD.into());
        }
        if is_due(self.recheck_at) {
            self.identify()?;
        }
        if is_due(Some(self.ping_at)) {
            if self.silent_pings == MAX_SILENT_PINGS {
                return Err(Ending::Lost);
            }
            self.silent_pings += 1;
            self.ping_at = now + self.house.timing.ping;
            self.wire.queue(Message::Ping(Bytes::new()));
        }
        Ok(())
    }
}

/// An operation as the messages it leads to.
fn operate(
    answers: BoxStream<'static, Told>,
    id: String,
) -> impl stream::Stream<Item = Said> + Send {
    stream::unfold(Some((answers, id)), |running| async {
        let (mut answers, id) = running?;
        match answers.next().await {
            Some(Told::Next(json)) => {
                let text = protocol::next(&id, &json);
                Some((Said::Next(text), Some((answers, id))))
            }
            Some(Told::Refused(answer)) => {
                let text = protocol::error(&id, answer.errors());
                Some((Said::Last { id, text }, None))
            }
            None => {
                let text = protocol::complete(&id);
                Some((Said::Last { id, text }, None))
            }
        }
    })
}
