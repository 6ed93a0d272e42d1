//! Connections that say little, slowly, or do not listen.

use std::time::Duration;

use anyhow::Context;
use futures_util::future::join_all;
use serde_json::{Value, json};
use tokio::time::{Instant, interval, sleep, timeout};

use super::{server::Server, wire::Wire};

/// More than the server waits for a greeting and, when it has closed the socket, for an answer to that: 3 s and 5 s.
const GREETING: Duration = Duration::from_secs(12);

/// More than the server waits for a body: 10 s.
const BODY: Duration = Duration::from_secs(16);

/// More than the server waits for a reader, and for his answer: 10 s and 5 s, from when he is stuck.
const READER: Duration = Duration::from_secs(32);

/// Answers of 140 KB that a reader who does not read has asked for: 5.6 MB, which the system does not keep for him.
const LONG_ANSWERS: u32 = 40;

/// What became of a crowd.
pub struct Fate {
    /// Connections.
    pub size: usize,
    /// Those that the server ended in time.
    pub ended: usize,
    /// Megabytes that the server kept while all were there, at most.
    pub resident: f64,
}

/// Sockets that are opened and never say whose they are.
pub async fn silent(server: &Server, size: usize) -> anyhow::Result<Fate> {
    let opening = (0..size).map(|_| async {
        let mut wire = Wire::open(server.address).await?;
        // Whoever is one too many is told so on a socket too.
        wire.upgrade().await.map(|()| wire)
    });
    let opened = join_all(opening).await;
    let resident = server.resident()?;
    let wires = opened.into_iter().collect::<anyhow::Result<Vec<Wire>>>()?;
    let waiting = wires.into_iter().map(|mut wire| async move { wire.ends_within(GREETING).await });
    let ended = join_all(waiting).await.into_iter().filter(|ended| *ended).count();
    Ok(Fate { size, ended, resident })
}

/// Requests whose bodies come a byte a second.
pub async fn dripping(server: &Server, size: usize) -> anyhow::Result<Fate> {
    let dripping = (0..size).map(|_| async {
        let mut wire = Wire::open(server.address).await?;
        let head = wire.head("POST", "", Some(100_000));
        wire.write(head.as_bytes()).await?;
        let mut second = interval(Duration::from_secs(1));
        let until = Instant::now() + BODY;
        while Instant::now() < until {
            second.tick().await;
            let is_open = wire.write(b"{").await.is_ok();
            let is_over = !is_open || wire.ends_within(Duration::from_millis(1)).await;
            if is_over {
                return anyhow::Ok(true);
            }
        }
        Ok(false)
    });
    let looking = async {
        sleep(Duration::from_secs(5)).await;
        server.resident()
    };
    let (fates, resident) = tokio::join!(join_all(dripping), looking);
    let fates = fates.into_iter().collect::<anyhow::Result<Vec<bool>>>()?;
    Ok(Fate { size, ended: fates.into_iter().filter(|ended| *ended).count(), resident: resident? })
}

/// Sockets that ask for much and read nothing, beside followers that never read while events flow; only the first must be ended.
pub async fn deaf(server: &Server, size: usize) -> anyhow::Result<Fate> {
    let headers = format!("authorization: Bearer {}\r\n", server.token);
    let mut teller = Wire::open(server.address).await?;
    let plan = plan(&mut teller, &headers).await?;
    let follow = json!({ "query": "subscription { planEvents { __typename ... on Event { id kind cursor } } }" });
    let follow = follow.to_string();
    let mut followers = Vec::new();
    for _ in 0..5 * size {
        let mut socket = greeted(server).await?;
        let message = format!("{{\"type\":\"subscribe\",\"id\":\"1\",\"payload\":{follow}}}");
        socket.say(&message).await?;
        followers.push(socket);
        let mut stream = Wire::open_narrow(server.address).await?;
        let accept = format!("accept: text/event-stream\r\n{headers}");
        let head = stream.head("POST", &accept, Some(follow.len()));
        stream.write(format!("{head}{follow}").as_bytes()).await?;
        followers.push(stream);
    }
    let mut stuck = Vec::new();
    for _ in 0..size {
        stuck.push(greeted(server).await?);
    }
    let until = Instant::now() + READER;
    let long = json!({ "query": "{ __schema { types { name description fields { name description } } } }" });
    let comment = json!({
        "query": "mutation($input: AddCommentInput!) { addComment(input: $input) { errors { message } } }",
        "variables": { "input": { "planId": plan, "visibility": "SHARED", "body": "well" } },
    });
    let mut resident = 0.0_f64;
    for tick in 0.. {
        if Instant::now() > until {
            break;
        }
        teller.ask(&headers, &comment.to_string()).await?;
        // One answer after the other, until more waits than the system keeps for a connection.
        if tick % 2 == 0 && tick < 2 * LONG_ANSWERS {
            for socket in &mut stuck {
                let message =
                    json!({ "type": "subscribe", "id": tick.to_string(), "payload": long });
                // Whoever was ended already says nothing more.
                drop(socket.say(&message.to_string()).await);
            }
        }
        resident = resident.max(server.resident()?);
        sleep(Duration::from_millis(100)).await;
    }
    // What was sent before the server lost its patience can still be read; then there is an end.
    let waiting = stuck.into_iter().map(|mut wire| async move { wire.ends_within(GREETING).await });
    let ended = join_all(waiting).await.into_iter().filter(|ended| *ended).count();
    drop(followers);
    Ok(Fate { size, ended, resident })
}

async fn greeted(server: &Server) -> anyhow::Result<Wire> {
    let mut socket = Wire::open_narrow(server.address).await?;
    socket.upgrade().await?;
    let greeting = json!({ "type": "connection_init", "payload": { "authorization": format!("Bearer {}", server.token) } });
    socket.say(&greeting.to_string()).await?;
    Ok(socket)
}

/// A plan on which the caller may comment.
async fn plan(wire: &mut Wire, headers: &str) -> anyhow::Result<String> {
    let asked =
        json!({ "query": "{ plans(first: 1, filter: { states: [ACTIVE] }) { nodes { id } } }" });
    let answer = timeout(GREETING, wire.ask(headers, &asked.to_string())).await??;
    let answer: Value = serde_json::from_str(&answer.body)?;
    let id = answer.pointer("/data/plans/nodes/0/id").and_then(Value::as_str);
    Ok(id.context("no plan to comment on")?.to_owned())
}
