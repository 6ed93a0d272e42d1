//! Sending a webhook's letter to another server, in bounded time, to where it may go and nowhere else.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use anyhow::Context;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::net::lookup_host;

use crate::{
    domain::webhook::address::Reach, service::webhooks::delivering::Letter, worker::deliver::Post,
};

/// Until the other server has taken the connection.
const TO_CONNECT: Duration = Duration::from_secs(5);

/// Until its answer.
const TO_END: Duration = Duration::from_secs(15);

/// Bytes of an answer that are read, so that the connection can be used again.
const LARGEST: usize = 4 * 1024;

/// Resolves names to addresses that may be connected to. It is asked for each connection, and what it gives is what is connected to:
/// a name that means something else a moment later leads nowhere.
#[derive(Debug)]
struct Resolver(Reach);

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = self.0;
        Box::pin(async move {
            let found = lookup_host((name.as_str(), 0)).await?;
            let admitted: Vec<SocketAddr> =
                found.filter(|address| reach.admits(address.ip())).collect();
            if admitted.is_empty() {
                return Err(format!("{} has no public address", name.as_str()).into());
            }
            let admitted: Addrs = Box::new(admitted.into_iter());
            Ok(admitted)
        })
    }
}

/// A post that keeps its connections.
///
/// It follows no redirects, and asks no proxy, which would resolve names for itself.
pub fn post(reach: Reach) -> anyhow::Result<Post> {
    let client = reqwest::Client::builder()
        .dns_resolver(Arc::new(Resolver(reach)))
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(TO_CONNECT)
        .timeout(TO_END)
        .pool_max_idle_per_host(2)
        .user_agent(concat!("jbp/", env!("CARGO_PKG_VERSION")))
        .build()
        .context("cannot make an HTTP client")?;
    Ok(Arc::new(move |letter| {
        let client = client.clone();
        Box::pin(async move {
            // An address that stands in the URL itself is resolved by nobody.
            let url = reach.parse(&letter.url)?;
            send(&client, url, letter).await.map_err(|error| in_words(&error))
        })
    }))
}

async fn send(client: &reqwest::Client, url: url::Url, letter: Letter) -> reqwest::Result<u16> {
    let mut request = client.post(url).header("content-type", "application/json");
    for (name, value) in letter.headers() {
        request = request.header(name, value);
    }
    let mut response = request.body(letter.message.body).send().await?;
    let status = response.status().as_u16();
    let mut n_read = 0;
    // The status says it all; an answer that breaks off changes nothing.
    while let Ok(Some(chunk)) = response.chunk().await {
        n_read += chunk.len();
        if n_read > LARGEST {
            break;
        }
    }
    Ok(status)
}

/// What went wrong, down to its cause, without the address, which is nobody's to read in a log.
fn in_words(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "no answer in time".to_owned();
    }
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    let what = if error.is_connect() { "no connection" } else { "no answer" };
    format!("{what}: {cause}")
}
