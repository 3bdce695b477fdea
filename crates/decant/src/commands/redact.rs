//! `decant redact`: a filter that takes secrets and personal data out of text, line by line.
//!
//! Lines are redacted as one text a line, joined again where a key spans several: what the lane does for records.

use std::io::{BufRead as _, BufReader, BufWriter, Read as _, Write};

use anyhow::bail;
use decant_engine::{Config, Redactor};
use decant_ingress::files;

use crate::cli::RedactArguments;
use crate::inputs;
use crate::progress::note;

/// Text that is redacted at once: a longer line is taken in parts.
const MAX_LINE_BYTES: u64 = 1 << 20;

pub(crate) fn run(arguments: &RedactArguments) -> anyhow::Result<()> {
    let found = files::discover(&arguments.paths);
    found.errors.iter().for_each(|error| note(&error.to_string()));
    if found.inputs.is_empty() {
        bail!("nothing could be read");
    }
    let mut redactor = Redactor::new(&Config::default().redact);
    let mut out = BufWriter::new(std::io::stdout().lock());
    for input in &found.inputs {
        filter(BufReader::new(inputs::open(input)?), &mut redactor, &mut out)?;
    }
    out.flush()?;
    if arguments.report {
        report(&redactor);
    }
    Ok(())
}

fn filter(mut lines: impl std::io::BufRead, redactor: &mut Redactor, out: &mut impl Write) -> anyhow::Result<()> {
    let mut line = Vec::new();
    loop {
        line.clear();
        if (&mut lines).take(MAX_LINE_BYTES).read_until(b'\n', &mut line)? == 0 {
            return Ok(());
        }
        let ended = line.strip_suffix(b"\n");
        let text = String::from_utf8_lossy(ended.unwrap_or(&line));
        out.write_all(redactor.text(&text).as_bytes())?;
        if ended.is_some() {
            out.write_all(b"\n")?;
        }
    }
}

fn report(redactor: &Redactor) {
    let counts = redactor.counts();
    if counts.is_empty() {
        note("nothing was redacted");
    }
    for (class, count) in counts {
        note(&format!("{count:>8}  {class}"));
    }
}
