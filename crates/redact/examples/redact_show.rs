//! Prints the lines that redaction changes, old and new: `cargo run -p decant-redact --example redact_show -- FILE...`

use std::io::Write as _;

use decant_redact::{Config, Redactor};

fn main() -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    for path in std::env::args().skip(1) {
        let text = String::from_utf8_lossy(&std::fs::read(&path)?).into_owned();
        let mut redactor = Redactor::new(&Config::default());
        for line in text.lines() {
            let visible: String = line.chars().filter(|c| !c.is_control()).collect();
            let new = redactor.text(&visible);
            if new != visible {
                writeln!(out, "- {visible}\n+ {new}")?;
            }
        }
        writeln!(out, "{path}: {:?}", redactor.counts())?;
    }
    Ok(())
}
