//! The doors that facts are sent through, on one connection that is kept.

use std::ops::Range;

use anyhow::{Context, bail, ensure};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufStream},
    net::TcpStream,
};

use super::{Way, rows::Shape};
use crate::attack::server::Server;

const RECORD: &str = "mutation($input: RecordActivitiesInput!) {
    recordActivities(input: $input) { recorded rejected errors { message } } }";

/// A connection to a door.
pub struct Door {
    stream: BufStream<TcpStream>,
    way: Way,
    head: String,
}

impl Door {
    /// Opens the connection.
    pub async fn open(server: &Server, way: Way) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(server.address).await.context("cannot connect")?;
        stream.set_nodelay(true)?;
        let (path, kind) = match way {
            Way::Load => ("/ingest/activities?report=rejected", "application/x-ndjson"),
            Way::Mutation => ("/graphql", "application/json"),
        };
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {}\r\ncontent-type: {kind}\r\n",
            server.address, server.token
        );
        Ok(Self { stream: BufStream::new(stream), way, head })
    }

    /// Sends facts, all of which must be recorded.
    pub async fn send(&mut self, shape: &Shape, numbers: Range<usize>) -> anyhow::Result<()> {
        let n_facts = numbers.len();
        let facts = shape.facts(numbers);
        let body = match self.way {
            Way::Load => facts.flat_map(|fact| [fact.to_string(), "\n".to_owned()]).collect(),
            Way::Mutation => {
                let input = json!({ "activities": facts.collect::<Vec<_>>() });
                json!({ "query": RECORD, "variables": { "input": input } }).to_string()
            }
        };
        let request = format!("{}content-length: {}\r\n\r\n{body}", self.head, body.len());
        self.stream.write_all(request.as_bytes()).await?;
        self.stream.flush().await?;
        let answer = self.answer().await?;
        let last = answer.trim_end().lines().last().unwrap_or_default();
        let last: Value = serde_json::from_str(last).context("no JSON came back")?;
        let recorded = match self.way {
            Way::Load => &last["recorded"],
            Way::Mutation => &last["data"]["recordActivities"]["recorded"],
        };
        ensure!(*recorded == json!(n_facts), "{n_facts} facts were sent, and answered: {answer}");
        Ok(())
    }

    async fn line(&mut self) -> anyhow::Result<String> {
        let mut line = String::new();
        ensure!(self.stream.read_line(&mut line).await? > 0, "the connection ended");
        Ok(line.trim_end().to_owned())
    }

    /// The body of an answer, whichever way its length is told.
    async fn answer(&mut self) -> anyhow::Result<String> {
        let status = self.line().await?;
        let mut length = None;
        loop {
            let line = self.line().await?.to_ascii_lowercase();
            if line.is_empty() {
                break;
            }
            if let Some(told) = line.strip_prefix("content-length: ") {
                length = Some(told.parse()?);
            }
        }
        let mut body = Vec::new();
        match length {
            Some(length) => {
                body.resize(length, 0);
                self.stream.read_exact(&mut body).await?;
            }
            None => loop {
                let size = usize::from_str_radix(&self.line().await?, 16)?;
                let mut chunk = vec![0; size + 2];
                self.stream.read_exact(&mut chunk).await?;
                body.extend_from_slice(chunk.get(..size).unwrap_or_default());
                if size == 0 {
                    break;
                }
            },
        }
        let body = String::from_utf8_lossy(&body).into_owned();
        if !status.contains(" 200 ") {
            bail!("{status}: {body}");
        }
        Ok(body)
    }
}
