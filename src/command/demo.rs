//! `jbp demo`

use std::io::{self, Write};

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use super::serve::Signals;
use crate::{app::App, config::Config, demo};

/// The demo's own SQLite file, so that it never mixes with a server's.
pub const DATABASE_FILE: &str = "demo.db";

/// Serves a demo.
#[derive(Debug, Args)]
pub struct Demo {
    /// Print e-mail, side, role and password of each demo user as JSON, and end
    #[arg(long)]
    pub print_users: bool,
}

/// Prints who can sign in to the demo.
pub fn print_users() -> anyhow::Result<()> {
    serde_json::to_writer_pretty(io::stdout(), &demo::users())?;
    Ok(writeln!(io::stdout())?)
}

/// Seeds the demo if its database is empty, and serves it until the process is told to stop.
pub async fn run(config: Config) -> anyhow::Result<()> {
    let app = App::open(config, DATABASE_FILE).await?;
    if !demo::is_seeded(&app.op).await? {
        let bar = ProgressBar::new(0).with_message("Preparing the demo");
        bar.set_style(ProgressStyle::with_template("{msg} [{bar:40}] {percent}% {elapsed}")?);
        demo::seed(&app.op, |done, total| {
            bar.set_length(total);
            bar.set_position(done);
        })
        .await?;
        bar.finish_and_clear();
    }
    let db = app.op.db.clone();
    let signals = Signals::listen()?;
    let serving = app.listen(Some(demo::users())).await?;
    greet(&serving.address.to_string())?;
    let stopper = serving.stopper();
    tokio::select! {
        served = serving.run() => served?,
        () = signals.stop(stopper) => {}
    }
    Ok(db.close().await?)
}

fn greet(address: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "The demo is ready.\n")?;
    writeln!(
        out,
        "  GraphiQL  http://{address}/graphiql   (sign in with one click, examples in the menu)"
    )?;
    writeln!(out, "  GraphQL   http://{address}/graphql\n")?;
    writeln!(out, "  {:<42} {:<8} {:<26} password", "sign in as", "side", "role")?;
    for user in demo::users() {
        writeln!(out, "  {:<42} {:<8} {:<26} {}", user.email, user.side, user.role, user.password)?;
    }
    writeln!(out, "\n  Stop with Ctrl-C; the data stay for the next start.")?;
    out.flush()
}
