//! Follows all plans: `follow [CURSOR_FILE]`. Stop it, start it, restart the server: nothing is lost, nothing comes twice.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, Result};
use futures_util::StreamExt;
use graphql_client::Response;
use graphql_ws_client::{Client, graphql::GraphqlOperation};
use jbp_example::{token, url};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio_tungstenite::{
    connect_async,
    tungstenite::{client::IntoClientRequest, http::HeaderValue},
};

/// Written by hand, because `graphql_client` does not look for an interface among the members of a union.
#[derive(Serialize)]
struct Follow {
    query: &'static str,
    variables: Value,
}

const FOLLOW: &str = "subscription Follow($after: String) {
  planEvents(after: $after) {
    ... on Event { cursor id kind occurredAt }
    ... on Heartbeat { cursor }
    ... on StreamReset { cursor reason }
  }
}";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    plan_events: Item,
}

#[derive(Deserialize)]
struct Item {
    cursor: String,
    #[serde(flatten)]
    what: What,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum What {
    #[serde(rename_all = "camelCase")]
    Event {
        id: String,
        kind: String,
        occurred_at: String,
    },
    Reset {
        reason: String,
    },
    Heartbeat {},
}

impl GraphqlOperation for Follow {
    type Response = Response<Told>;
    type Error = serde_json::Error;

    fn decode(&self, answer: Value) -> serde_json::Result<Self::Response> {
        serde_json::from_value(answer)
    }
}

#[tokio::main]
async fn main() {
    let file = PathBuf::from(env::args().nth(1).unwrap_or_else(|| "cursor.txt".to_owned()));
    loop {
        match follow(&file).await {
            Ok(()) => eprintln!("connecting again"),
            Err(cause) => eprintln!("connecting again: {cause:#}"),
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

/// Follows until the connection ends.
async fn follow(file: &Path) -> Result<()> {
    let mut request = url().replacen("http", "ws", 1).into_client_request()?;
    let protocol = HeaderValue::from_static("graphql-transport-ws");
    request.headers_mut().insert("Sec-WebSocket-Protocol", protocol);
    let (connection, _) = connect_async(request).await?;

    let operation = Follow { query: FOLLOW, variables: json!({ "after": load(file) }) };
    let greeting = json!({ "authorization": token().await? });
    let mut answers = Client::build(connection).payload(greeting)?.subscribe(operation).await?;
    while let Some(answer) = answers.next().await {
        let item = answer?.data.context("an answer without data")?.plan_events;
        match item.what {
            What::Event { id, kind, occurred_at } => println!("{occurred_at} {kind} {id}"),
            What::Reset { reason } => {
                eprintln!("the server does not know our cursor ({reason}): reading on from now");
            }
            What::Heartbeat {} => {}
        }
        save(file, &item.cursor)?; // After handling: what is not saved comes again.
    }
    Ok(())
}

/// Where the stream goes on: nothing, for from now on, before anything was heard.
fn load(file: &Path) -> Option<String> {
    fs::read_to_string(file).ok()
}

/// A file is renamed whole or not at all, even when the process dies.
fn save(file: &Path, cursor: &str) -> io::Result<()> {
    let new = file.with_extension("new");
    fs::write(&new, cursor)?;
    fs::rename(new, file)
}
