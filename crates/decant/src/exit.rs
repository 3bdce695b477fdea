//! How the process ends: 0 when it did what was asked, 1 when it could not, 2 when it was asked wrongly.

use std::io::{self, Write as _};
use std::process::ExitCode;

/// What was asked cannot be meant; the message names the mend. Ends with 2, like other bad usage.
#[derive(Debug)]
pub(crate) struct Usage(pub(crate) String);

impl std::fmt::Display for Usage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Usage {}

/// What clap has to say: help and version end with 0, all else with 2.
pub(crate) fn usage(error: &clap::Error) -> ExitCode {
    let code = if error.use_stderr() { 2 } else { 0 };
    // Nobody is left to tell when the terminal is gone.
    error.print().ok();
    ExitCode::from(code)
}

/// Tells what went wrong, if anything did.
pub(crate) fn code(done: anyhow::Result<()>) -> ExitCode {
    let Err(error) = done else { return ExitCode::SUCCESS };
    if is_broken_pipe(&error) {
        // Whoever read our output has had enough (`| head`): not a failure of ours.
        return ExitCode::SUCCESS;
    }
    let style = anstyle::AnsiColor::Red.on_default().bold();
    let mut out = anstream::stderr();
    writeln!(out, "{style}error:{style:#} {error:#}").ok();
    ExitCode::from(if error.is::<Usage>() { 2 } else { 1 })
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .any(|cause| cause.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe))
}
