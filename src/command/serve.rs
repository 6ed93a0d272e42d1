//! `jbp serve`

use std::io::{self, Write};

use tokio_util::sync::CancellationToken;

use crate::app::App;

/// Serves until the process is told to stop.
pub async fn run(app: App) -> anyhow::Result<()> {
    let db = app.op.db.clone();
    let signals = Signals::listen()?;
    let serving = app.listen(None).await?;
    writeln!(
        io::stdout(),
        "GraphQL   http://{0}/graphql\nGraphiQL  http://{0}/graphiql",
        serving.address
    )?;
    let stopper = serving.stopper();
    tokio::select! {
        served = serving.run() => served?,
        () = signals.stop(stopper) => {}
    }
    Ok(db.close().await?)
}

/// Ctrl-C and requests to terminate, heard from the moment this is made.
#[derive(Debug)]
pub struct Signals {
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
}

impl Signals {
    /// Begins to listen: before anybody is told that the house is ready.
    pub fn listen() -> io::Result<Self> {
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};
            Ok(Self {
                terminate: signal(SignalKind::terminate())?,
                interrupt: signal(SignalKind::interrupt())?,
            })
        }
        #[cfg(not(unix))]
        Ok(Self {})
    }

    /// Waits for one, and tells the house; never returns, so that the house can finish.
    pub async fn stop(mut self, stopper: CancellationToken) {
        self.heard().await;
        tracing::info!("stopping: finishing what runs, closing sockets");
        stopper.cancel();
        std::future::pending::<()>().await;
    }

    #[cfg(unix)]
    async fn heard(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }

    #[cfg(not(unix))]
    async fn heard(&mut self) {
        drop(tokio::signal::ctrl_c().await);
    }
}
