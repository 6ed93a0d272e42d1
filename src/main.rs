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
    match runtime.block_on(command.run()) {
        Ok(true) => Ok(ExitCode::SUCCESS),
        Ok(false) => Ok(ExitCode::FAILURE),
        // Whoever reads what is printed has read enough: `jbp schema | head`.
        Err(cause) if is_closed_pipe(&cause) => Ok(ExitCode::SUCCESS),
        Err(cause) => Err(cause),
    }
}

fn is_closed_pipe(cause: &anyhow::Error) -> bool {
    let io = cause.downcast_ref::<std::io::Error>();
    io.is_some_and(|io| io.kind() == std::io::ErrorKind::BrokenPipe)
}
