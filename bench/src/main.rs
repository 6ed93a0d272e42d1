//! Measures the server from outside.

mod attack;
mod ingest;
mod seed;

use clap::{Parser, Subcommand};

/// Measures the server from outside.
#[derive(Debug, Parser)]
struct Bench {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Fill an empty database with what a measurement asks for
    Seed(seed::Seed),
    /// Load facts into a server, and say how fast it is and what it keeps in memory
    Ingest(ingest::Ingest),
    /// Attack a server, and say what that costs it and those who use it meanwhile
    Attack(attack::Attack),
}

fn main() -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    match Bench::parse().verb {
        Verb::Seed(seed) => runtime.block_on(Box::pin(seed.run())),
        Verb::Ingest(ingest) => runtime.block_on(Box::pin(ingest.run())),
        Verb::Attack(attack) => runtime.block_on(Box::pin(attack.run())),
    }
}
