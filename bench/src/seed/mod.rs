//! Fills an empty database with vendors, partnerships and signed plans to measure by, through the services, as people would.
//!
//! Every plan has twelve targets, ten commitments, four reviews and some facts. For whoever sends the load it writes a token of
//! each vendor's channel account manager, and each vendor's plans.

pub mod plans;
pub mod vendors;

use std::{fs, io::Write, path::PathBuf};

use anyhow::Context;
use chrono::{DateTime, Utc};
use clap::Args;
use futures_util::{StreamExt, TryStreamExt, stream};
use indicatif::{ProgressBar, ProgressStyle};
use jbp::{clock::Clock, db::Db, domain::actor::Actor, op::Op};
use migration::{Migrator, MigratorTrait};

/// Plans that are written at the same time.
const AT_ONCE: usize = 8;

/// Fills an empty database with what a measurement asks for.
#[derive(Debug, Args)]
pub struct Seed {
    /// The database, empty: `postgres://…` or `sqlite://…?mode=rwc`
    #[arg(long)]
    database_url: String,
    /// Where `tokens` (a line a vendor) and `plans` (vendor number and plan id) are written
    #[arg(long, default_value = ".")]
    out: PathBuf,
    /// Vendors
    #[arg(long, default_value_t = 5)]
    vendors: usize,
    /// Plans in force of each vendor, each with a partner of its own
    #[arg(long, default_value_t = 400)]
    plans: usize,
    /// Deals of each plan, two facts each
    #[arg(long, default_value_t = 10)]
    deals: usize,
    /// The instant at which the plans are signed; their fiscal year is that instant's calendar year
    #[arg(long)]
    at: Option<DateTime<Utc>>,
}

impl Seed {
    /// Fills the database.
    pub async fn run(self) -> anyhow::Result<()> {
        let db = Db::open(&self.database_url, 16).await.context("cannot open the database")?;
        Migrator::up(db.admin(), None).await?;
        let at = self.at.unwrap_or_else(|| Clock::System.now());
        let op = Op::new(db, Clock::manual(at), Actor::System);

        let bar = ProgressBar::new(u64::try_from(self.vendors * self.plans)?);
        bar.set_style(ProgressStyle::with_template("plans [{bar:40}] {pos}/{len} {eta}")?);
        fs::create_dir_all(&self.out)?;
        let mut tokens = fs::File::create(self.out.join("tokens"))?;
        let mut written = fs::File::create(self.out.join("plans"))?;
        for number in 1..=self.vendors {
            let vendor = vendors::found(&op, number).await?;
            let ids: Vec<_> = stream::iter(0..self.plans)
                .map(|at| plans::write(&op, &vendor, at, self.deals))
                .buffered(AT_ONCE)
                .inspect_ok(|_| bar.inc(1))
                .try_collect()
                .await?;
            let now = Op::new(op.db.clone(), Clock::System, Actor::System);
            writeln!(tokens, "{}", vendors::token(&now, &vendor).await?)?;
            for id in ids {
                writeln!(written, "{number}\t{id}")?;
            }
        }
        bar.finish();
        Ok(())
    }
}
