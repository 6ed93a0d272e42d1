//! `jbp migrate`, `jbp token`, `jbp rebuild`, `jbp verify`

use std::io::{self, Write};

use anyhow::Context;
use chrono::TimeDelta;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use super::demo;
use crate::{
    app::{App, DATABASE_FILE},
    config::Config,
    service::{rollups, sessions},
};

/// Says that the tables are up to date; opening the database has seen to it.
pub fn migrated(_app: &App) -> anyhow::Result<()> {
    Ok(writeln!(io::stdout(), "The tables are up to date.")?)
}

/// Prints a bearer token of a person.
#[derive(Debug, Args)]
pub struct Token {
    /// What the person signs in with
    email: String,
    /// For how many days it is good
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u16).range(1..=365))]
    days: u16,
}

impl Token {
    /// Opens a session and prints its access token. Without a named database the server's file is asked, then the demo's.
    pub async fn run(self, config: Config) -> anyhow::Result<()> {
        let files = [DATABASE_FILE, demo::DATABASE_FILE];
        let file = files
            .into_iter()
            .find(|file| !config.database_url.is_empty() || config.data_dir.join(file).exists())
            .with_context(|| format!("there is no database in {}", config.data_dir.display()))?;
        let app = App::open(config, file).await?;
        let lifetime = TimeDelta::days(self.days.into());
        let session = sessions::open_session_for(&app.op, &self.email, lifetime)
            .await
            .with_context(|| format!("no token for {}", self.email))?;
        Ok(writeln!(io::stdout(), "{}", session.access_token)?)
    }
}

fn bar(n_plans: usize, message: &'static str) -> anyhow::Result<ProgressBar> {
    let bar = ProgressBar::new(u64::try_from(n_plans)?).with_message(message);
    bar.set_style(ProgressStyle::with_template("{msg} [{bar:40}] {pos}/{len} plans {eta}")?);
    Ok(bar)
}

/// Counts the facts of all plans in force anew.
pub async fn rebuild(app: &App) -> anyhow::Result<()> {
    let plans = rollups::plans_in_force(&app.op).await?;
    let bar = bar(plans.len(), "Counting")?;
    for plan in &plans {
        rollups::rebuild(&app.op, plan).await?;
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(writeln!(io::stdout(), "{} plans were counted anew.", plans.len())?)
}

/// Prints the sums that do not equal their facts; false when there are any.
pub async fn verify(app: &App) -> anyhow::Result<bool> {
    let plans = rollups::plans_in_force(&app.op).await?;
    let bar = bar(plans.len(), "Verifying")?;
    let mut n_differences = 0;
    for plan in &plans {
        for difference in rollups::differences(&app.op, plan).await? {
            n_differences += 1;
            bar.suspend(|| writeln!(io::stdout(), "{} {difference}", plan.id))?;
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    writeln!(io::stdout(), "{} plans, {n_differences} differences.", plans.len())?;
    Ok(n_differences == 0)
}
