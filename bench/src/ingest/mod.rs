//! Facts by the million: how fast a server takes them in, what it keeps in memory meanwhile, and what its database alone would do.
//!
//! A plan with twelve targets and ten commitments is written and signed; then facts of deals are sent, each deal approved and won,
//! each fact placed in three dimensions, in batches as a nightly job would send them, one after the other on one connection. What is
//! measured is the whole way: reading, judging, the ledger, the deals, the sums by day, warnings and events. Beside it stands what the
//! same database does when as many rows of the same shape are inserted into a table without indexes, in transactions of as many rows.

mod bare;
mod door;
mod report;
mod rows;

use std::path::PathBuf;

use anyhow::{Context, ensure};
use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};
use jbp::{clock::Clock, db::Db, domain::actor::Actor, op::Op, service::plans};
use migration::{Migrator, MigratorTrait};
use tokio::time::Instant;

use self::{door::Door, report::Report, rows::Shape};
use crate::{
    attack::server::Server,
    seed::{plans::write, vendors},
};

/// Loads facts into a server of its own, and prints what that took as Markdown.
#[derive(Debug, Args)]
pub struct Ingest {
    /// The `jbp` to measure, which is started on a database of its own
    #[arg(long)]
    jbp: PathBuf,
    /// Facts that are sent
    #[arg(long, default_value_t = 1_000_000)]
    rows: usize,
    /// The database, empty: `postgres://…`; an `SQLite` file of its own unless said
    #[arg(long)]
    database_url: Option<String>,
    /// Through which door they are sent
    #[arg(long, value_enum, default_value_t = Way::Load)]
    door: Way,
    /// Do not measure the bare inserts
    #[arg(long)]
    no_bare: bool,
}

/// The ways in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Way {
    /// `POST /ingest/activities`, a thousand lines of JSON each time
    Load,
    /// The mutation `recordActivities`; five hundred facts each time, for a request has 256 KB at most
    Mutation,
}

impl Way {
    /// Facts in a batch.
    fn batch(self) -> usize {
        match self {
            Self::Load => 1_000,
            Self::Mutation => 500,
        }
    }
}

impl Ingest {
    /// Measures.
    pub async fn run(self) -> anyhow::Result<()> {
        let Self { jbp, rows, database_url, door: way, no_bare } = self;
        ensure!(rows >= 10, "{rows} facts are too few to measure");
        let jbp = jbp.canonicalize().context("no such `jbp`")?;
        let home = tempfile::tempdir()?;
        let url = database_url.unwrap_or_else(|| {
            format!("sqlite://{}?mode=rwc", home.path().join("ingest.db").display())
        });
        let db = Db::open(&url, 8).await.context("cannot open the database")?;
        Migrator::up(db.admin(), None).await?;
        let op = Op::new(db, Clock::System, Actor::System);
        let vendor = vendors::found(&op, 1).await?;
        let plan = write(&op, &vendor, 0, 0).await?;
        let plan = plans::find(&op, plan).await?.context("the plan is gone")?;
        let shape = Shape::of(&plan, op.now().date_naive());
        let token = vendors::token(&op, &vendor).await?;

        let server = Server::serve(&jbp, &url, token, home).await?;
        let mut door = Door::open(&server, way).await?;
        let bar = ProgressBar::new(u64::try_from(rows)?);
        bar.set_style(ProgressStyle::with_template(
            "facts [{bar:40}] {pos}/{len} {per_sec} {eta}",
        )?);
        let mut report = Report::new(rows, server.resident()?);
        let begun = Instant::now();
        let mut sent = 0;
        while sent < rows {
            let next = (sent + way.batch()).min(rows);
            door.send(&shape, sent..next).await?;
            sent = next;
            report.note(sent, begun.elapsed(), server.resident()?);
            bar.set_position(u64::try_from(sent)?);
        }
        bar.finish_and_clear();
        let counted = bare::count(&op.db).await?;
        ensure!(counted == u64::try_from(rows)?, "{counted} facts were recorded, not {rows}");
        let bare =
            if no_bare { None } else { Some(bare::insert(&op.db, rows, way.batch()).await?) };
        report.print(bare, if url.starts_with("sqlite") { "SQLite" } else { "PostgreSQL" })
    }
}
