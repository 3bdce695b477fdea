//! Running the binary, and inputs made for it.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// The binary under test, with no settings of the developer's in its environment.
pub(crate) fn decant() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_decant"));
    command.env_remove("DECANT_LOG");
    command
}

/// What a run printed, and how it ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).expect("the output is UTF-8"),
            err: String::from_utf8(output.stderr).expect("the notes are UTF-8"),
        }
    }
}

/// Runs with arguments, in a folder.
pub(crate) fn run(folder: &Path, arguments: &[&str]) -> Ran {
    decant().args(arguments).current_dir(folder).output().expect("the binary runs").into()
}

/// Runs with bytes on standard input.
pub(crate) fn run_with_input(arguments: &[&str], input: &[u8]) -> Ran {
    let mut child = decant()
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    let mut stdin = child.stdin.take().expect("standard input is piped");
    let input = input.to_vec();
    let writer = std::thread::spawn(move || stdin.write_all(&input).ok());
    let output = child.wait_with_output().expect("the binary ends");
    writer.join().expect("the writer ends");
    output.into()
}

/// A log of a job that fails in the middle: noise before and after.
pub(crate) fn failing_log() -> String {
    let mut log = String::new();
    for i in 0..400 {
        log.push_str(&format!(
            "2026-03-03T09:{:02}:{:02}Z INFO shop::cart: added item {} to cart {}\n",
            i / 60,
            i % 60,
            i * 7,
            i * 31
        ));
    }
    log.push_str("2026-03-03T09:06:41Z ERROR shop::billing: charge failed: ledger rejected currency XTS\n");
    for i in 401..500 {
        log.push_str(&format!(
            "2026-03-03T09:{:02}:{:02}Z INFO shop::cart: added item {} to cart {}\n",
            i / 60,
            i % 60,
            i * 7,
            i * 31
        ));
    }
    log
}
