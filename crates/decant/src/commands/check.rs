//! `decant check`: whether a configuration file would be taken.

use std::io::Write as _;

use crate::cli::CheckArguments;
use crate::config;

pub(crate) fn run(arguments: &CheckArguments) -> anyhow::Result<()> {
    config::load(Some(&arguments.config))?;
    writeln!(anstream::stdout(), "{}: ok", arguments.config.display())?;
    Ok(())
}
