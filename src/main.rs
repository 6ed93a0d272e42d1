//! The server: parse the command line, start, nothing else.

use std::process::ExitCode;

use clap::Parser;
use jbp::command::Command;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What a thread of the runtime has for its stack: a request that resolves deep objects takes more than the usual 2 MiB in a build
/// without optimisation.
const STACK: usize = 8 * 1024 * 1024;

fn main() -> anyhow::Result<ExitCode> {
    let command = Command::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_stack_size(STACK)
        .build()?;
    let is_well = runtime.block_on(command.run())?;
    Ok(if is_well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
