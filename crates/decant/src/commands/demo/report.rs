//! What the demo prints: the bundle on standard output, all else on standard error.

use std::io::Write as _;
use std::net::SocketAddr;
use std::time::Duration;

use anstyle::AnsiColor;
use decant_egress::Answer;
use decant_sim::{Scenario, Truth};
use tempfile::TempDir;

use super::traffic::Sent;
use crate::server::Server;

/// The end of the demo.
pub(super) struct Report<'a> {
    pub(super) truth: &'a Truth,
    pub(super) answer: &'a Answer,
    pub(super) sent: &'a Sent,
    pub(super) answered_in: Duration,
    pub(super) whole: Duration,
}

pub(super) fn started(scenario: &Scenario, otlp: SocketAddr) {
    let minutes = |duration: Duration| duration.as_secs_f64() / 60.0;
    let what = match scenario.fault {
        Some(_) => format!(
            "{:.0} minutes of health, then something is broken for {:.0}; event time runs faster than the clock",
            minutes(scenario.healthy),
            minutes(scenario.faulty)
        ),
        None => format!("{:.0} minutes of health", minutes(scenario.healthy + scenario.faulty)),
    };
    say(&format!("server on {otlp}; a shop sends it OTLP: {what}"));
}

pub(super) fn sent(sent: &Sent) {
    say(&format!("{} records sent and durable in {:.1} s; asking over gRPC", sent.records, sent.took.as_secs_f64()));
}

pub(super) fn kept(server: &Server) {
    say(&format!(
        "still serving: curl 'http://{}/v1/context?budget=2000', or MCP at http://{}/mcp; Ctrl-C ends it",
        server.context_http, server.context_http
    ));
}

/// A folder that is wanted until the process ends, or longer.
pub(super) fn keep_until_exit(folder: TempDir, keep: bool) {
    if keep {
        say(&format!("the store stays in {}", folder.keep().display()));
    } else {
        drop(folder);
    }
}

impl Report<'_> {
    pub(super) fn print(&self) -> std::io::Result<()> {
        let mut out = std::io::stdout().lock();
        out.write_all(self.answer.text.as_bytes())?;
        if !self.answer.text.ends_with('\n') {
            out.write_all(b"\n")?;
        }
        out.flush()?;
        let tokens = self.answer.used_tokens.max(1);
        let mut lines = vec![
            String::new(),
            format!(
                "raw telemetry   {} records, {} tokens as OTLP/JSON",
                self.sent.records,
                grouped(self.sent.raw_tokens as u64)
            ),
            format!(
                "bundle          {} tokens, answered in {} ms; {} times fewer",
                grouped(tokens),
                self.answered_in.as_millis(),
                grouped(self.sent.raw_tokens as u64 / tokens)
            ),
        ];
        lines.extend(self.judgement());
        lines.push(format!("the whole demo  {:.1} s", self.whole.as_secs_f64()));
        lines.iter().for_each(|line| say(line));
        Ok(())
    }

    /// What was done, and whether the bundle says so.
    fn judgement(&self) -> Vec<String> {
        let json = &self.answer.json;
        let verdict = json["verdict"].as_str().unwrap_or("none");
        let Some(service) = &self.truth.service else {
            let right = verdict == "no_incident";
            return vec![
                "injected        nothing: the shop was healthy, noise and innocent changes included".to_owned(),
                mark(right, &format!("verdict         {verdict}")),
            ];
        };
        let kind = self.truth.kind.as_deref().unwrap_or_default();
        let fault = self.truth.fault.as_deref().unwrap_or_default();
        let component = self.truth.component.as_ref().map_or_else(String::new, |c| format!(" ({c})"));
        let first = &json["suspects"][0];
        let (named, looks) = (first["service"].as_str().unwrap_or("nobody"), first["kind"].as_str().unwrap_or("-"));
        let right = verdict == "incident" && self.truth.blames(named);
        vec![
            format!("injected        {fault} in {service}{component}"),
            mark(
                right && looks == kind,
                &format!("first suspect   {named}, kind {looks}; the truth: {service}, kind {kind}"),
            ),
        ]
    }
}

fn mark(right: bool, line: &str) -> String {
    let (style, word) =
        if right { (AnsiColor::Green.on_default(), "right") } else { (AnsiColor::Red.on_default(), "wrong") };
    format!("{line}: {style}{word}{style:#}")
}

fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

fn say(line: &str) {
    // A closed standard error is no reason to stop.
    writeln!(anstream::stderr(), "{line}").ok();
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn numbers_are_grouped_by_thousands() {
        for (number, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(grouped(number), text);
        }
    }
}
