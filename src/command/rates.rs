//! `jbp rates`

use std::{
    io::{self, Write},
    path::PathBuf,
};

use anyhow::Context;
use chrono::NaiveDate;
use clap::Args;

use crate::{
    app::App,
    domain::{id::PlanId, money::Currency},
    import::ecb,
    service::{planning_rates, plans, sessions},
};

/// Sets a plan's planning rates from the European Central Bank's file of euro reference rates.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  jbp rates eurofxref-hist.csv --on 2025-12-31 --plan plan_01… --as ada@northwind.example --dry-run
  jbp rates eurofxref-hist.csv --on 2025-12-31 --plan plan_01… --as ada@northwind.example --currency GBP,JPY

Rates between two other currencies go through the euro, exactly, and are rounded half-even to ten decimal places.
A rate that both sides have signed stays as it is.")]
pub struct Rates {
    /// The file, as the bank publishes it: eurofxref-hist.csv
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The day whose rates are taken; a day on which there were rates
    #[arg(long, value_name = "DATE")]
    on: NaiveDate,
    /// The plan's id
    #[arg(long, value_name = "ID")]
    plan: PlanId,
    /// Who sets them, by e-mail; it goes into the plan's history
    #[arg(long = "as", value_name = "EMAIL")]
    by: String,
    /// Only of these currencies; of all in the file unless said
    #[arg(long, value_name = "CODES", value_delimiter = ',')]
    currency: Vec<Currency>,
    /// Only say what would be set
    #[arg(long)]
    dry_run: bool,
}

impl Rates {
    /// Sets the rates, and prints them.
    pub async fn run(self, app: &App) -> anyhow::Result<()> {
        let Self { file, on, plan, by, currency, dry_run } = self;
        let published = ecb::rates_on(&file, on)?;
        let actor = sessions::actor_by_email(&app.op, &by).await?;
        let actor = actor.with_context(|| format!("nobody signs in as {by}"))?;
        let op = app.op.acting_as(actor);
        let found = plans::find(&op, plan).await?.with_context(|| format!("{plan} not found"))?;
        let rates = published.planning(found.currency, &currency)?;
        let changed = if dry_run {
            planning_rates::preview(&op, plan, &rates).await?
        } else {
            planning_rates::set(&op, plan, &rates).await?
        };
        let mut out = io::stdout().lock();
        if dry_run {
            writeln!(out, "A dry run: nothing was set.")?;
        }
        for (currency, rate) in &changed.set {
            writeln!(out, "1 {currency} = {rate} {}", found.currency)?;
        }
        for currency in &changed.signed {
            writeln!(out, "{currency} is signed, and stays.")?;
        }
        Ok(writeln!(out, "{} rates of {on} for {}.", changed.set.len(), found.name)?)
    }
}
