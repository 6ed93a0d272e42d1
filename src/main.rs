//! The server: parse the command line, start, nothing else.

use std::process::ExitCode;

use clap::Parser;
use jbp::command::Command;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let is_well = Command::parse().run().await?;
    Ok(if is_well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
