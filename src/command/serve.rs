//! `jbp serve`

use std::io::{self, Write};

use tokio_util::sync::CancellationToken;

use crate::app::App;

/// Serves until the process is told to stop.
pub async fn run(app: App) -> anyhow::Result<()> {
    let db = app.op.db.clone();
    let serving = app.listen(None).await?;
    writeln!(
        io::stdout(),
        "GraphQL   http://{0}/graphql\nGraphiQL  http://{0}/graphiql",
        serving.address
    )?;
    let stopper = serving.stopper();
    tokio::select! {
        served = serving.run() => served?,
        () = stop_on_signal(stopper) => {}
    }
    Ok(db.close().await?)
}

/// Waits for Ctrl-C or a request to terminate, and tells the house; never returns, so that the house can finish.
pub async fn stop_on_signal(stopper: CancellationToken) {
    wait_for_signal().await;
    tracing::info!("stopping: finishing what runs, closing sockets");
    stopper.cancel();
    std::future::pending::<()>().await;
}

#[cfg(unix)]
async fn wait_for_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
        }
        Err(_) => drop(tokio::signal::ctrl_c().await),
    }
}

#[cfg(not(unix))]
async fn wait_for_signal() {
    drop(tokio::signal::ctrl_c().await);
}
