//! From a log's text to the worthiest lines of its excerpts.

use decant_context::excerpts::{Config, Excerpter};
use decant_model::{Batch, Excerpt, LogRecord, LogsBuilder, Position, Resource, ResourceTable, Rows, Severity};

/// A log as one batch of plain lines.
pub(crate) fn batch(text: &str) -> Batch {
    let mut resources = ResourceTable::default();
    let resource = resources.intern(Resource::new([("log.file.name".to_owned(), "job.log".to_owned())]));
    let mut logs = LogsBuilder::default();
    for (i, body) in text.lines().enumerate() {
        let severity = if body.starts_with("##[error]") { Severity::ERROR } else { Severity::UNSPECIFIED };
        let record = LogRecord { body, severity, resource, ordinal: i as u64 + 1, ..LogRecord::default() };
        logs.push(&record, []);
    }
    let position = Position { source: "job.log".to_owned(), ..Position::default() };
    Batch { position, resources, rows: Rows::Logs(logs.finish()) }
}

pub(crate) fn excerpts(text: &str) -> Vec<Excerpt> {
    let mut excerpter = Excerpter::new(&Config::default());
    excerpter.push(&batch(text));
    excerpter.finish()
}

/// The worthiest lines that fit `tokens`, in the order of the log.
pub(crate) fn worthiest(text: &str, tokens: usize) -> String {
    let found = excerpts(text);
    let mut lines: Vec<_> = found.iter().flat_map(|e| e.lines.iter().map(|l| (e.score * l.weight, l))).collect();
    lines.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.ordinal.cmp(&b.1.ordinal)));
    let (mut left, mut taken) = (tokens, Vec::new());
    for (worth, line) in lines {
        let shown = format!("{} {}\n", line.ordinal, line.text);
        let cost = bpe_openai::o200k_base().count(&shown);
        if cost > left {
            break;
        }
        left -= cost;
        taken.push((line.ordinal, format!("{worth:.2} {shown}")));
    }
    taken.sort();
    taken.into_iter().map(|(_, shown)| shown).collect()
}

/// Each of `expected` stands among the worthiest lines.
pub(crate) fn check(text: &str, tokens: usize, expected: &[&str]) {
    let shown = worthiest(text, tokens);
    let missed: Vec<_> = expected.iter().filter(|e| !shown.contains(**e)).collect();
    assert!(missed.is_empty(), "missed {missed:#?} in\n{shown}");
}
