//! The `graphql-transport-ws` protocol: what may be said when, without a socket.
//!
//! <https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md>

use std::{borrow::Cow, collections::HashMap};

use async_graphql::ServerError;
use futures_util::future::{AbortHandle, AbortRegistration};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{
    answer::{Answer, Code},
    guard::{Asked, Object},
};

/// The only subprotocol spoken.
pub const SUBPROTOCOL: &str = "graphql-transport-ws";

/// Operations running on one socket at a time.
pub const MAX_OPERATIONS: usize = 50;

/// Why a socket is closed by the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Close {
    /// The close code.
    pub code: u16,
    /// The reason; a close frame has room for 123 bytes.
    pub reason: Cow<'static, str>,
}

impl Close {
    /// A message longer than one may be.
    pub const TOO_BIG: Self = Self::because(1009, "Message too big");
    /// The process is going down; connect again, to another.
    pub const RESTART: Self = Self::because(1012, "Service restart");
    /// The client does not read, or nobody could say who it is.
    pub const OVERLOAD: Self = Self::because(1013, "Try again later");
    /// Not a message of the protocol.
    pub const MALFORMED: Self = Self::because(4400, "Malformed message");
    /// An operation before the acknowledgement.
    pub const UNAUTHORIZED: Self = Self::because(4401, "Unauthorized");
    /// A token that is not good.
    pub const FORBIDDEN: Self = Self::because(4403, "Forbidden");
    /// A token that was good.
    pub const EXPIRED: Self = Self::because(4403, "token expired");
    /// No acknowledgement in time.
    pub const INIT_TIMEOUT: Self = Self::because(4408, "Connection initialisation timeout");
    /// A second `connection_init`.
    pub const INIT_TWICE: Self = Self::because(4429, "Too many initialisation requests");

    const fn because(code: u16, reason: &'static str) -> Self {
        Self { code, reason: Cow::Borrowed(reason) }
    }

    fn duplicate(id: &str) -> Self {
        let id = &id[..id.floor_char_boundary(80)];
        Self { code: 4409, reason: format!("Subscriber for {id} already exists").into() }
    }
}

/// What a message asks of whoever holds the socket.
#[derive(Debug)]
pub enum Step {
    /// Nothing.
    Rest,
    /// Say this.
    Reply(String),
    /// Find out who the sender of this payload is, then [`Conversation::acknowledge`].
    Identify(Map<String, Value>),
    /// Run this until it ends, is aborted or the socket closes.
    Start {
        /// The operation's name on this socket.
        id: String,
        /// What to run.
        asked: Asked,
        /// Ends it when the client says `complete`.
        until: AbortRegistration,
    },
}

/// Where a conversation stands.
#[derive(Debug, Default)]
pub struct Conversation {
    phase: Phase,
    running: HashMap<String, AbortHandle>,
}

#[derive(Debug, Default, PartialEq, Eq)]
enum Phase {
    /// Nothing was said.
    #[default]
    Open,
    /// `connection_init` was said and is being looked at.
    Greeted,
    /// `connection_ack` was said.
    Acknowledged,
}

impl Conversation {
    /// Hears a message: the next step, or the end.
    pub fn hear(&mut self, text: &str) -> Result<Step, Close> {
        let Ok(Object(message)) = serde_json::from_str(text) else {
            return Err(Close::MALFORMED);
        };
        match message {
            Message::ConnectionInit { payload } => {
                if self.phase != Phase::Open {
                    return Err(Close::INIT_TWICE);
                }
                self.phase = Phase::Greeted;
                Ok(Step::Identify(payload.unwrap_or_default()))
            }
            Message::Ping { payload } => Ok(Step::Reply(pong(payload))),
            Message::Pong { .. } => Ok(Step::Rest),
            Message::Subscribe { id, payload: Object(asked) } => self.subscribe(id, asked),
            Message::Complete { id } => {
                // One that is not running has crossed our own `complete` on the way.
                if let Some(operation) = self.running.remove(&id) {
                    operation.abort();
                }
                Ok(Step::Rest)
            }
        }
    }

    /// The sender is known: says so, and operations may follow.
    pub fn acknowledge(&mut self) -> String {
        self.phase = Phase::Acknowledged;
        json!({ "type": "connection_ack" }).to_string()
    }

    /// Whether operations may run.
    pub fn is_acknowledged(&self) -> bool {
        self.phase == Phase::Acknowledged
    }

    /// An operation has ended by itself; its id may be used again.
    pub fn finish(&mut self, id: &str) {
        self.running.remove(id);
    }

    fn subscribe(&mut self, id: String, asked: Asked) -> Result<Step, Close> {
        if !self.is_acknowledged() {
            return Err(Close::UNAUTHORIZED);
        }
        if id.is_empty() {
            return Err(Close::MALFORMED);
        }
        if self.running.contains_key(&id) {
            return Err(Close::duplicate(&id));
        }
        if self.running.len() >= MAX_OPERATIONS {
            let message = format!("at most {MAX_OPERATIONS} operations run on one socket");
            let answer = Answer::refused(Code::RateLimited.refuse(message));
            return Ok(Step::Reply(error(&id, answer.errors())));
        }
        let (operation, until) = AbortHandle::new_pair();
        self.running.insert(id.clone(), operation);
        Ok(Step::Start { id, asked, until })
    }
}

/// A `next` message around an answer that is JSON already.
///
/// The payload is not read again, so that one text can serve many sockets.
pub fn next(id: &str, payload: &str) -> String {
    format!(r#"{{"id":{},"type":"next","payload":{payload}}}"#, Value::from(id))
}

/// An `error` message: the operation did not run, and is over.
pub fn error(id: &str, errors: &[ServerError]) -> String {
    json!({ "id": id, "type": "error", "payload": errors }).to_string()
}

/// A `complete` message: the operation has run, and is over.
pub fn complete(id: &str) -> String {
    json!({ "id": id, "type": "complete" }).to_string()
}

fn pong(payload: Option<Map<String, Value>>) -> String {
    match payload {
        Some(payload) => json!({ "type": "pong", "payload": payload }).to_string(),
        None => json!({ "type": "pong" }).to_string(),
    }
}

/// What a client may say.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Message {
    ConnectionInit {
        payload: Option<Map<String, Value>>,
    },
    Ping {
        payload: Option<Map<String, Value>>,
    },
    /// Its payload is checked for its form, and then has nothing to say.
    Pong {
        #[serde(rename = "payload")]
        _payload: Option<Map<String, Value>>,
    },
    Subscribe {
        id: String,
        payload: Object<Asked>,
    },
    Complete {
        id: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    const INIT: &str = r#"{"type":"connection_init"}"#;

    fn subscribe(id: &str) -> String {
        json!({ "type": "subscribe", "id": id, "payload": { "query": "{ a }" } }).to_string()
    }

    fn acknowledged() -> Conversation {
        let mut conversation = Conversation::default();
        conversation.hear(INIT).unwrap();
        conversation.acknowledge();
        conversation
    }

    #[track_caller]
    fn ends(mut conversation: Conversation, text: &str, code: u16) {
        assert_eq!(conversation.hear(text).unwrap_err().code, code, "{text}");
    }

    #[test]
    fn what_is_not_a_message_is_malformed() {
        for text in [
            "",
            "nonsense",
            "[]",
            r#"["ping"]"#,
            "{}",
            r#"{"type":1}"#,
            r#"{"type":"start","id":"1"}"#,
            r#"{"type":"connection_ack"}"#,
            r#"{"type":"connection_init","payload":"abc"}"#,
            r#"{"type":"ping","payload":[]}"#,
            r#"{"type":"complete"}"#,
            r#"{"type":"subscribe","id":"1"}"#,
            r#"{"type":"subscribe","id":"","payload":{"query":"{ a }"}}"#,
            r#"{"type":"subscribe","id":1,"payload":{"query":"{ a }"}}"#,
            r#"{"type":"subscribe","id":"1","payload":{}}"#,
            r#"{"type":"subscribe","id":"1","payload":["{ a }"]}"#,
            r#"{"type":"subscribe","id":"1","payload":{"query":"{ a }","variables":[]}}"#,
        ] {
            ends(acknowledged(), text, 4400);
        }
    }

    #[test]
    fn order_is_kept() {
        ends(Conversation::default(), &subscribe("1"), 4401);
        ends(acknowledged(), INIT, 4429);

        let mut greeted = Conversation::default();
        greeted.hear(INIT).unwrap();
        ends(greeted, INIT, 4429);

        let mut greeted = Conversation::default();
        greeted.hear(INIT).unwrap();
        ends(greeted, &subscribe("1"), 4401);
    }

    #[test]
    fn an_id_is_taken_until_its_operation_ends() {
        let mut conversation = acknowledged();
        conversation.hear(&subscribe("1")).unwrap();
        let taken = conversation.hear(&subscribe("1")).unwrap_err();
        assert_eq!(taken.code, 4409);
        assert_eq!(taken.reason, "Subscriber for 1 already exists");

        conversation.finish("1");
        conversation.hear(&subscribe("1")).unwrap();
        conversation.hear(r#"{"type":"complete","id":"1"}"#).unwrap();
        conversation.hear(&subscribe("1")).unwrap();
    }

    #[test]
    fn a_reason_fits_into_a_close_frame() {
        let mut conversation = acknowledged();
        let id = "é".repeat(300);
        conversation.hear(&subscribe(&id)).unwrap();
        let close = conversation.hear(&subscribe(&id)).unwrap_err();
        assert_eq!(close.reason.len(), 110);
    }

    #[test]
    fn fifty_operations_run_and_the_next_is_refused_alone() {
        let mut conversation = acknowledged();
        for id in 0..50 {
            assert!(matches!(
                conversation.hear(&subscribe(&id.to_string())).unwrap(),
                Step::Start { .. }
            ));
        }
        let Step::Reply(text) = conversation.hear(&subscribe("50")).unwrap() else { panic!() };
        let refused = serde_json::from_str::<Value>(&text).unwrap();
        assert_eq!(refused["id"], "50");
        assert_eq!(refused["type"], "error");
        assert_eq!(refused["payload"][0]["extensions"]["code"], "RATE_LIMITED");

        conversation.finish("7");
        assert!(matches!(conversation.hear(&subscribe("50")).unwrap(), Step::Start { .. }));
    }

    #[test]
    fn a_ping_is_answered_at_any_time_with_its_payload() {
        let mut conversation = Conversation::default();
        for (ping, pong) in [
            (r#"{"type":"ping"}"#, r#"{"type":"pong"}"#),
            (r#"{"type":"ping","payload":{"a":1}}"#, r#"{"payload":{"a":1},"type":"pong"}"#),
        ] {
            let Step::Reply(text) = conversation.hear(ping).unwrap() else { panic!() };
            assert_eq!(text, pong);
        }
    }
}
