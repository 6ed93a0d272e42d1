//! Getting a small document from another server, in bounded time and size.

use std::{sync::Arc, time::Duration};

use anyhow::{Context, bail};

use crate::service::issuers::keyring::Fetch;

/// Until the other server has taken the connection.
const TO_CONNECT: Duration = Duration::from_secs(2);

/// Until the last byte.
const TO_END: Duration = Duration::from_secs(5);

/// Bytes of a document at most.
const LARGEST: usize = 256 * 1024;

/// A client that is kept, with its connections.
///
/// It follows no redirects: where keys come from is said by the issuer, and by nobody whom the issuer's server points at.
pub fn client() -> anyhow::Result<Fetch> {
    let client = reqwest::Client::builder()
        .connect_timeout(TO_CONNECT)
        .timeout(TO_END)
        .redirect(reqwest::redirect::Policy::none())
        .user_agent(concat!("jbp/", env!("CARGO_PKG_VERSION")))
        .build()
        .context("cannot make an HTTP client")?;
    Ok(Arc::new(move |url| {
        let client = client.clone();
        Box::pin(async move { get(&client, &url).await.map_err(|error| format!("{error:#}")) })
    }))
}

async fn get(client: &reqwest::Client, url: &str) -> anyhow::Result<Vec<u8>> {
    let mut response = client.get(url).header("accept", "application/json").send().await?;
    if response.status() != reqwest::StatusCode::OK {
        bail!("{url} answers {}", response.status());
    }
    let mut document = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if document.len() + chunk.len() > LARGEST {
            bail!("{url} is longer than {LARGEST} bytes");
        }
        document.extend_from_slice(&chunk);
    }
    Ok(document)
}
