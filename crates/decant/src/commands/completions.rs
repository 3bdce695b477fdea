//! `decant completions`: a script for a shell.

use clap::CommandFactory as _;

use crate::cli::{Cli, CompletionsArguments};

pub(crate) fn run(arguments: &CompletionsArguments) -> anyhow::Result<()> {
    clap_complete::generate(arguments.shell, &mut Cli::command(), "decant", &mut std::io::stdout().lock());
    Ok(())
}
