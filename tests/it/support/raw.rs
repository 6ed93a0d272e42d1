//! A WebSocket of which every byte is in sight: nothing between the test and the wire that could be kind.

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use super::{client::SOON, toy::Server};

pub const TEXT: u8 = 0x1;
pub const BINARY: u8 = 0x2;
pub const CLOSE: u8 = 0x8;
pub const PING: u8 = 0x9;
pub const PONG: u8 = 0xA;

/// A WebSocket of which every byte is in sight.
pub struct Raw(TcpStream);

impl Raw {
    /// Offers these subprotocols; gives the head of the response too.
    pub async fn offer(server: &Server, protocols: &str) -> (Self, String) {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        let request = format!(
            "GET /graphql HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
             Sec-WebSocket-Protocol: {protocols}\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(timeout(SOON, stream.read_u8()).await.unwrap().unwrap());
        }
        (Self(stream), String::from_utf8(head).unwrap())
    }

    pub async fn open(server: &Server) -> Self {
        let (raw, head) = Self::offer(server, "graphql-transport-ws").await;
        assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
        raw
    }

    /// A socket that has been acknowledged.
    pub async fn acknowledged(server: &Server) -> Self {
        let mut raw = Self::open(server).await;
        raw.say(json!({ "type": "connection_init" })).await;
        raw.hears(json!({ "type": "connection_ack" })).await;
        raw
    }

    pub async fn frame(&mut self, opcode: u8, payload: &[u8]) {
        let length = u16::try_from(payload.len()).unwrap();
        // A mask of zeros is a mask, and leaves the payload readable.
        let mut bytes = vec![0x80 | opcode, 0x80 | 0x7E];
        bytes.extend(length.to_be_bytes());
        bytes.extend([0; 4]);
        bytes.extend(payload);
        self.0.write_all(&bytes).await.unwrap();
    }

    pub async fn write(&mut self, text: &str) {
        self.frame(TEXT, text.as_bytes()).await;
    }

    pub async fn say(&mut self, message: Value) {
        self.write(&message.to_string()).await;
    }

    pub async fn subscribe(&mut self, id: &str, query: &str) {
        self.say(json!({ "type": "subscribe", "id": id, "payload": { "query": query } })).await;
    }

    pub async fn complete(&mut self, id: &str) {
        self.say(json!({ "type": "complete", "id": id })).await;
    }

    pub async fn read(&mut self) -> (u8, Vec<u8>) {
        let reading = async {
            let opcode = self.0.read_u8().await.unwrap() & 0x0F;
            let length = match self.0.read_u8().await.unwrap() {
                126 => self.0.read_u16().await.unwrap().into(),
                127 => usize::try_from(self.0.read_u64().await.unwrap()).unwrap(),
                length => usize::from(length),
            };
            let mut payload = vec![0; length];
            self.0.read_exact(&mut payload).await.unwrap();
            (opcode, payload)
        };
        timeout(SOON, reading).await.unwrap()
    }

    pub async fn hear(&mut self) -> Value {
        let (opcode, payload) = self.read().await;
        assert_eq!(opcode, TEXT, "{payload:?}");
        serde_json::from_slice(&payload).unwrap()
    }

    pub async fn hears(&mut self, message: Value) {
        assert_eq!(self.hear().await, message);
    }

    pub async fn hears_number(&mut self, id: &str, number: i32) {
        let payload = json!({ "data": { "counter": number } });
        self.hears(json!({ "type": "next", "id": id, "payload": payload })).await;
    }

    pub async fn hears_nothing(&mut self) {
        self.say(json!({ "type": "ping" })).await;
        self.hears(json!({ "type": "pong" })).await;
    }

    /// Checks that the server closes next, with this code and reason.
    pub async fn ends(mut self, code: u16, reason: &str) {
        let (opcode, payload) = self.read().await;
        assert_eq!(opcode, CLOSE, "{}", String::from_utf8_lossy(&payload));
        assert_eq!(u16::from_be_bytes([payload[0], payload[1]]), code);
        assert_eq!(std::str::from_utf8(&payload[2..]).unwrap(), reason);
    }
}
