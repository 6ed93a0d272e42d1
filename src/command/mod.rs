//! The command line.

mod data;
mod demo;
mod export;
mod import;
mod rates;
mod serve;
mod setup;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::{
    app::{App, DATABASE_FILE},
    config::{Config, Overrides},
    telemetry,
};

/// Joint business plans that vendor and partner share, sign and keep.
#[derive(Debug, Parser)]
#[command(name = "jbp", version, after_help = EXAMPLES)]
pub struct Command {
    #[command(flatten)]
    settings: Settings,
    #[command(subcommand)]
    verb: Verb,
}

const EXAMPLES: &str = "\
Examples:
  jbp demo                                        a demo with data, at http://127.0.0.1:8080/graphiql
  jbp setup --name Northwind --admin-email ada@northwind.example
  jbp serve --bind 0.0.0.0:8080 --database-url postgres://jbp@localhost/jbp
  jbp token ada@northwind.example                 a bearer token for scripts
  jbp import --mapping crm.toml --data exports/   facts from CSV files; run it again, nothing changes";

const DATABASE_URL: &str = "The database: sqlite://PATH?mode=rwc or postgres://USER@HOST/NAME";

/// Settings that every command takes; flags go before the environment (`JBP_BIND`, …), that before the file.
#[derive(Debug, Args)]
struct Settings {
    /// Where to serve, such as 127.0.0.1:8080
    #[arg(long, global = true, value_name = "ADDR")]
    bind: Option<String>,
    #[arg(long, global = true, value_name = "URL", help = DATABASE_URL)]
    database_url: Option<String>,
    /// Where the SQLite file is kept if no database is named
    #[arg(long, global = true, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// A file of settings; `jbp.toml` here when there is one
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Serve the API, the sockets and GraphiQL
    Serve,
    /// Serve a demo: one vendor, five partners, half a fiscal year of activity
    Demo(demo::Demo),
    /// Bring the tables up to date
    Migrate,
    /// Set up a vendor and its first admin
    Setup(setup::Setup),
    /// Print the schema of the API
    Schema,
    /// Record facts from CSV files through a mapping
    Import(import::Import),
    /// Set a plan's planning rates from the European Central Bank's file
    Rates(rates::Rates),
    /// Print a bearer token of a person, for scripts
    Token(data::Token),
    /// Count the facts of all plans in force anew
    Rebuild,
    /// Compare all sums with their facts; exit 1 and the differences if they are not equal
    Verify,
}

impl Command {
    /// Does what the command line says; false when it found what should not be.
    pub async fn run(self) -> anyhow::Result<bool> {
        let Settings { bind, database_url, data_dir, config } = self.settings;
        let config = Config::read(config.as_deref(), &Overrides { bind, database_url, data_dir })?;
        if matches!(self.verb, Verb::Schema) {
            export::schema()?;
            return Ok(true);
        }
        if let Verb::Demo(demo) = &self.verb
            && demo.print_users
        {
            demo::print_users()?;
            return Ok(true);
        }
        telemetry::start(&config)?;
        match self.verb {
            Verb::Demo(_) => demo::run(config).await?,
            Verb::Serve => serve::run(App::open(config, DATABASE_FILE).await?).await?,
            Verb::Migrate => data::migrated(&App::open(config, DATABASE_FILE).await?)?,
            Verb::Setup(setup) => setup.run(&App::open(config, DATABASE_FILE).await?).await?,
            Verb::Import(import) => {
                return import.run(&App::open(config, DATABASE_FILE).await?).await;
            }
            Verb::Rates(rates) => {
                Box::pin(rates.run(&App::open(config, DATABASE_FILE).await?)).await?;
            }
            Verb::Token(token) => token.run(config).await?,
            Verb::Rebuild => data::rebuild(&App::open(config, DATABASE_FILE).await?).await?,
            Verb::Verify => return data::verify(&App::open(config, DATABASE_FILE).await?).await,
            Verb::Schema => export::schema()?,
        }
        Ok(true)
    }
}
