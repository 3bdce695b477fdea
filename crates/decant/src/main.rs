//! The command line: what Decant can be asked for, and which file does it.

mod capture;
mod cli;
mod commands;
mod config;
mod exit;
mod inputs;
mod progress;
mod server;
mod size;
mod when;

use std::process::ExitCode;

use clap::Parser as _;

use crate::cli::{Cli, Command};

/// Batches are made in one thread and freed in another, a few megabytes at a time, which the C library's allocator gives
/// back to the system and asks for again.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return exit::usage(&error),
    };
    let done = match cli.command {
        Command::Bundle(arguments) => commands::bundle::run(&arguments),
        Command::Templates(arguments) => commands::templates::run(&arguments),
        Command::Redact(arguments) => commands::redact::run(&arguments),
        Command::Serve(arguments) => commands::serve::run(&arguments),
        Command::Demo(arguments) => commands::demo::run(&arguments),
        Command::Mcp(arguments) => commands::mcp::run(&arguments),
        Command::Simulate(arguments) => commands::simulate::run(&arguments),
        Command::Replay(arguments) => commands::replay::run(&arguments),
        Command::Check(arguments) => commands::check::run(&arguments),
        Command::Completions(arguments) => commands::completions::run(&arguments),
    };
    exit::code(done)
}
