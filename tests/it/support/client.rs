//! A client of the socket that says and hears one message at a time.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{
        self, Message,
        client::IntoClientRequest,
        http::{HeaderValue, header},
    },
};

use super::toy::Server;

/// How long a test waits for what should be there already.
pub const SOON: Duration = Duration::from_secs(10);

/// Somebody with a socket to the server.
pub struct Client(pub WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Server {
    pub async fn try_connect(
        &self,
        protocol: Option<&str>,
        credential: Option<&str>,
    ) -> Result<Client, tungstenite::Error> {
        let mut request = format!("ws://{}/graphql", self.address).into_client_request()?;
        for (name, value) in
            [(header::SEC_WEBSOCKET_PROTOCOL, protocol), (header::AUTHORIZATION, credential)]
        {
            if let Some(value) = value {
                request.headers_mut().insert(name, HeaderValue::from_str(value).unwrap());
            }
        }
        Ok(Client(connect_async(request).await?.0))
    }

    pub async fn connect(&self) -> Client {
        self.try_connect(Some("graphql-transport-ws"), None).await.unwrap()
    }

    /// A client that has been acknowledged.
    pub async fn welcome(&self, token: &str) -> Client {
        let mut client = self.connect().await;
        client.greet(json!({ "authorization": token })).await;
        assert_eq!(client.hear().await, json!({ "type": "connection_ack" }));
        client
    }
}

impl Client {
    pub async fn send(&mut self, message: Message) {
        self.0.send(message).await.unwrap();
    }

    pub async fn say(&mut self, message: Value) {
        self.send(message.to_string().into()).await;
    }

    pub async fn greet(&mut self, payload: Value) {
        self.say(json!({ "type": "connection_init", "payload": payload })).await;
    }

    pub async fn subscribe(&mut self, id: &str, query: &str) {
        self.say(json!({ "type": "subscribe", "id": id, "payload": { "query": query } })).await;
    }

    pub async fn complete(&mut self, id: &str) {
        self.say(json!({ "type": "complete", "id": id })).await;
    }

    pub async fn receive(&mut self) -> Message {
        timeout(SOON, self.0.next()).await.unwrap().unwrap().unwrap()
    }

    /// The next thing the server says.
    pub async fn hear(&mut self) -> Value {
        loop {
            match self.receive().await {
                Message::Text(text) => return serde_json::from_str(&text).unwrap(),
                Message::Ping(_) => {}
                other => panic!("heard {other:?}"),
            }
        }
    }

    /// The code and reason the server closes with, whatever it says before.
    pub async fn end(&mut self) -> (u16, String) {
        loop {
            if let Message::Close(frame) = self.receive().await {
                let frame = frame.unwrap();
                return (frame.code.into(), frame.reason.to_string());
            }
        }
    }

    /// Checks that the server has nothing else to say first.
    pub async fn hears_nothing(&mut self) {
        self.say(json!({ "type": "ping" })).await;
        assert_eq!(self.hear().await, json!({ "type": "pong" }));
    }
}
