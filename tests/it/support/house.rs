//! The whole house behind its real doors, on a port of its own.

use std::{net::SocketAddr, time::Duration};

use futures_util::StreamExt;
use jbp::{
    app::App,
    config::{Config, Overrides},
};
use serde_json::{Value, json};
use tokio_tungstenite::{
    connect_async,
    tungstenite::{Message, client::IntoClientRequest, http::HeaderValue},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{Client, TestApp, asking::MODERN, client};

/// A house that is being served, until it is dropped or stopped.
pub struct House {
    /// Where.
    pub address: SocketAddr,
    /// Where the metrics are, if they are shown.
    pub measured: Option<SocketAddr>,
    stop: CancellationToken,
    tasks: TaskTracker,
    http: reqwest::Client,
}

impl Drop for House {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

impl TestApp {
    /// Opens the doors of this house.
    pub async fn open_doors(&self) -> House {
        self.open_doors_with(|_| {}).await
    }

    /// Opens the doors of this house, set otherwise.
    pub async fn open_doors_with(&self, change: impl FnOnce(&mut Config)) -> House {
        let flags = Overrides { bind: Some("127.0.0.1:0".to_owned()), ..Overrides::default() };
        let mut config = Config::read(None, &flags).unwrap();
        change(&mut config);
        let serving = App::new(self.op.clone(), config).listen(None).await.unwrap();
        let (address, measured) = (serving.address, serving.measured);
        let (stop, tasks) = (serving.stopper(), TaskTracker::new());
        tasks.spawn(serving.run());
        House { address, measured, stop, tasks, http: reqwest::Client::new() }
    }
}

impl House {
    /// A request to be, in the media type whose status speaks.
    pub fn post(&self, body: &Value) -> reqwest::RequestBuilder {
        let request = self.http.post(format!("http://{}/graphql", self.address));
        request.header("accept", MODERN).json(body)
    }

    /// Asks over HTTP; gives the whole answer.
    pub async fn try_ask(&self, who: &Client, query: &str, variables: Value) -> Value {
        let request = self
            .post(&json!({ "query": query, "variables": variables }))
            .bearer_auth(who.bearer().await);
        request.send().await.unwrap().json().await.unwrap()
    }

    /// Asks over HTTP; gives the data, of which nothing may be missing.
    pub async fn ask(&self, who: &Client, query: &str, variables: Value) -> Value {
        let mut answer = self.try_ask(who, query, variables).await;
        assert!(answer.get("errors").is_none(), "{query}: {}", answer["errors"]);
        answer["data"].take()
    }

    /// Does something over HTTP that must succeed; gives the payload of the only mutation.
    pub async fn does(&self, who: &Client, query: &str, variables: Value) -> Value {
        let data = self.ask(who, query, variables).await;
        let payload = data.as_object().unwrap().values().next().unwrap().clone();
        assert_eq!(payload["errors"], json!([]), "{query}");
        payload
    }

    /// A socket of this person, acknowledged.
    pub async fn socket(&self, who: &Client) -> Listener {
        let mut socket = self.knock(&who.bearer().await).await;
        assert_eq!(socket.hear().await, json!({ "type": "connection_ack" }));
        Listener { socket, heard: Vec::new() }
    }

    /// A socket on which this token has been shown.
    pub async fn knock(&self, token: &str) -> client::Client {
        let url = format!("ws://{}/graphql", self.address);
        let mut request = url.into_client_request().unwrap();
        let protocol = HeaderValue::from_static("graphql-transport-ws");
        request.headers_mut().insert("sec-websocket-protocol", protocol);
        let mut socket = client::Client(connect_async(request).await.unwrap().0);
        socket.greet(json!({ "authorization": format!("Bearer {token}") })).await;
        socket
    }

    /// Closes the doors, and waits until all that was running has ended.
    pub async fn close(self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

/// A person at an open socket; what was heard and not yet asked for is remembered.
pub struct Listener {
    /// The socket itself.
    pub socket: client::Client,
    heard: Vec<Value>,
}

impl Listener {
    /// Begins a subscription.
    pub async fn follow(&mut self, id: &str, query: &str, variables: Value) {
        let payload = json!({ "query": query, "variables": variables });
        self.socket.say(json!({ "type": "subscribe", "id": id, "payload": payload })).await;
    }

    /// The first item of the subscription that satisfies `wanted`, heard already or to come; nothing if it takes longer than `within`.
    pub async fn hears(
        &mut self,
        id: &str,
        within: Duration,
        wanted: impl Fn(&Value) -> bool + Send + Sync,
    ) -> Option<Value> {
        let is_it = |heard: &Value| heard["id"] == id && wanted(&heard["payload"]["data"]);
        if let Some(at) = self.heard.iter().position(is_it) {
            return Some(self.heard.remove(at)["payload"]["data"].take());
        }
        let listening = async {
            loop {
                let Message::Text(text) = self.socket.0.next().await.unwrap().unwrap() else {
                    continue;
                };
                let mut heard: Value = serde_json::from_str(&text).unwrap();
                assert_ne!(heard["type"], "error", "{heard}");
                if is_it(&heard) {
                    return heard["payload"]["data"].take();
                }
                self.heard.push(heard);
            }
        };
        tokio::time::timeout(within, listening).await.ok()
    }

    /// The message that ends the subscription, before anything else of it comes.
    pub async fn hears_the_end(&mut self, id: &str) -> Value {
        loop {
            let heard = self.socket.hear().await;
            if heard["id"] == id {
                assert_ne!(heard["type"], "next", "{heard}");
                return heard;
            }
        }
    }

    /// The code and the data of the next item of the subscription, with which it ends.
    pub async fn hears_its_last(&mut self, id: &str) -> (String, Value) {
        let mut said = Vec::new();
        while said.len() < 2 {
            let heard = self.socket.hear().await;
            if heard["id"] == id {
                said.push(heard);
            }
        }
        assert_eq!((&said[0]["type"], &said[1]["type"]), (&json!("next"), &json!("complete")));
        let payload = &said[0]["payload"];
        let code = payload["errors"][0]["extensions"]["code"].as_str().unwrap();
        (code.to_owned(), payload["data"].clone())
    }

    /// Checks that nothing was heard but that the streams are alive, and that the server has nothing else to say first.
    pub async fn has_heard_nothing(&mut self) {
        self.socket.say(json!({ "type": "ping" })).await;
        while let heard = self.socket.hear().await
            && heard["type"] != "pong"
        {
            self.heard.push(heard);
        }
        self.heard.retain(|heard| !is_heartbeat(heard));
        assert_eq!(self.heard, [Value::Null; 0]);
    }
}

fn is_heartbeat(heard: &Value) -> bool {
    let data = heard["payload"]["data"].as_object();
    data.is_some_and(|data| data.values().all(|item| item["__typename"] == "Heartbeat"))
}
