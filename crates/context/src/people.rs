//! The same bundle for people: Markdown, and a page of HTML that stands by itself.
//!
//! Both carry the text that a model gets, section by section, as preformatted blocks: one content, one source, and the
//! quotes hold as they do there. The page adds what eyes are good at: when what began, and who calls whom. It loads
//! nothing and runs nothing. The budget binds the text within, not the frame.

mod graph;
mod timeline;

use std::fmt::Write as _;

use decant_model::Findings;

use crate::bundle::{Request, bundle};
use crate::quote;

/// Colours by meaning, readable on light and dark ground.
const STYLE: &str = "\
:root{color-scheme:light dark;--ink:#1b1f24;--paper:#fff;--faint:#8a939d;--line:#d5dae0;--bad:#c62f2f;--warn:#b97a00;--good:#2d7d46;--calm:#3569a8}\
@media(prefers-color-scheme:dark){:root{--ink:#e4e8ec;--paper:#15181c;--faint:#87919b;--line:#343a41;--bad:#ff7b72;--warn:#e3b341;--good:#56d364;--calm:#79b8ff}}\
body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);max-width:1100px;margin:2rem auto;padding:0 1rem}\
h1{font-size:1.4rem}h2{font-size:1.05rem;margin:1.6rem 0 .3rem}\
pre{font:13px/1.5 ui-monospace,monospace;white-space:pre-wrap;overflow-wrap:anywhere;border:1px solid var(--line);border-radius:6px;padding:.7rem;margin:0}\
svg{width:100%;height:auto;border:1px solid var(--line);border-radius:6px}\
svg text{font:11px system-ui,sans-serif;fill:var(--ink)}svg .faint{fill:var(--faint)}";

/// One heading of the text and the lines below it; the first has no heading.
struct Block<'a> {
    heading: Option<&'a str>,
    body: String,
}

/// The bundle as Markdown.
#[must_use]
pub fn markdown(findings: &Findings, request: &Request) -> String {
    let text = bundle(findings, request).text;
    let mut out = format!("# Decant: {}\n", findings.verdict.as_str());
    for block in blocks(&text) {
        if let Some(heading) = block.heading {
            let _infallible = write!(out, "\n## {heading}\n");
        }
        // Longer than any run inside, so that no line of a log ends the block.
        let fence = "`".repeat(longest_run(&block.body).max(2) + 1);
        let _infallible = write!(out, "\n{fence}text\n{}{fence}\n", block.body);
    }
    out
}

/// The bundle as a page.
#[must_use]
pub fn html(findings: &Findings, request: &Request) -> String {
    let text = bundle(findings, request).text;
    let verdict = escaped(findings.verdict.as_str());
    let mut out = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>Decant: {verdict}</title><style>{STYLE}</style></head>\n\
         <body><h1>{verdict}</h1>\n"
    );
    for (title, plot) in [("When", timeline::svg(findings)), ("Who calls whom", graph::svg(findings))] {
        if let Some(plot) = plot {
            let _infallible = write!(out, "<h2>{title}</h2>\n{plot}\n");
        }
    }
    for block in blocks(&text) {
        if let Some(heading) = block.heading {
            let _infallible = writeln!(out, "<h2>{}</h2>", escaped(heading));
        }
        let _infallible = writeln!(out, "<pre>{}</pre>", escaped(&block.body));
    }
    out.push_str("</body></html>\n");
    out
}

/// Only lines of ours begin with `## `: all of the telemetry stands behind a frame.
fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut blocks = vec![Block { heading: None, body: String::new() }];
    for line in text.lines() {
        match (line.strip_prefix("## "), blocks.last_mut()) {
            (None, Some(block)) => {
                block.body.push_str(line);
                block.body.push('\n');
            }
            (heading, _) => blocks.push(Block { heading, body: String::new() }),
        }
    }
    blocks
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or_default()
}

/// Text for HTML, within elements and attributes; hidden characters written out.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for c in quote::visible(text, true).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// A name for a plot: short, escaped.
fn label(text: &str) -> String {
    match quote::cut(text, 28) {
        (whole, 0) => escaped(whole),
        (head, _) => format!("{}…", escaped(head)),
    }
}
