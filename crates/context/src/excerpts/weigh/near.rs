//! What a line is worth for standing beside one that tells much: the body of an error, the title above it, the last
//! lines before the end.

use super::super::gather::Line;
use super::super::kind::Kind;
use super::super::words::bare;

/// From here on a line lends weight to its neighbours.
const LENDS: f32 = 0.4;
/// As much lends to the name of a failed test on the next line: it says whose reason this was.
const LENDS_TO_TEST: f32 = 0.3;
const AFTER: usize = 16;
const BEFORE: usize = 5;
/// Lines before the end of a failed step, of which something may explain it though no word says so.
const TAIL: usize = 24;

/// One weight a line, not less than its own.
pub(super) fn weights(lines: &[Line], own: &[f32], news: &[f32]) -> Vec<f32> {
    let mut out = vec![0.0; own.len()];
    for (i, (line, &weight)) in lines.iter().zip(own).enumerate() {
        let named = lines.get(i + 1).is_some_and(|l| l.class.kind == Kind::Test && l.ordinal == line.ordinal + 1);
        let lends = weight >= if named { LENDS_TO_TEST } else { LENDS };
        if lends && !matches!(line.class.kind, Kind::Step | Kind::Script | Kind::Command | Kind::Header) {
            if !line.class.ends {
                after(lines, i, weight, &mut out);
            }
            before(lines, i, weight, &mut out);
        }
        if line.class.ends {
            tail(lines, i, weight, &mut out);
        }
        if (line.class.ends || line.class.kind == Kind::Exit) && weight >= LENDS {
            step(lines, i, weight, &mut out);
        }
    }
    for (((line, weight), own), news) in lines.iter().zip(&mut out).zip(own).zip(news) {
        *weight = (*weight * news).max(*own) * length_factor(line.text.len()) * substance(&line.text);
    }
    for (i, (line, &weight)) in lines.iter().zip(own).enumerate() {
        if line.class.ends {
            last(lines, i, weight, &mut out);
        }
    }
    out
}

fn raise(out: &mut [f32], i: usize, to: f32) {
    if let Some(weight) = out.get_mut(i)
        && *weight < to
    {
        *weight = to;
    }
}

/// The body of an error: what is indented or begins with a sign belongs to it, other lines soon do not.
fn after(lines: &[Line], at: usize, weight: f32, out: &mut [f32]) {
    let Some(first) = lines.get(at) else { return };
    let mut lend = weight * if first.class.kind == Kind::Exit { 0.3 } else { 0.75 };
    let mut ordinal = first.ordinal;
    let mut own_frames = 0;
    for (j, line) in lines.iter().enumerate().skip(at + 1).take(AFTER) {
        if line.ordinal > ordinal + 3 || line.step != first.step || line.class.ends {
            return;
        }
        ordinal = line.ordinal;
        let share = match line.class.kind {
            Kind::Noise => 0.1,
            Kind::Detail => 1.1,
            // Some tools say first why, and then which test it was.
            Kind::Test => 1.0,
            Kind::Frame if is_library(&line.text) => 0.25,
            Kind::Frame if !line.text.contains(':') || line.text.contains(": ") => 0.4,
            Kind::Frame => {
                own_frames += 1;
                if own_frames == 1 { 1.15 } else { 0.7 }
            }
            _ if is_marked(&line.text) => 1.0,
            _ if is_body(&line.text) && is_library(&line.text) => 0.3,
            _ if is_body(&line.text) => 0.75,
            Kind::Plain => 0.5,
            _ => 0.6,
        };
        raise(out, j, lend * share);
        lend *= if is_body(&line.text) || line.class.kind == Kind::Detail { 0.93 } else { 0.8 };
    }
}

/// What led to an error.
fn before(lines: &[Line], at: usize, weight: f32, out: &mut [f32]) {
    let Some(last) = lines.get(at) else { return };
    let mut lend = weight * 0.5;
    let mut ordinal = last.ordinal;
    let mut first = true;
    for (back, (j, line)) in lines.iter().enumerate().take(at).rev().enumerate() {
        let header = match line.class.kind {
            Kind::Header => last.ordinal < line.ordinal + 400,
            Kind::Command => true,
            _ => false,
        };
        if header && line.step == last.step {
            raise(out, j, weight * 0.6);
            return;
        }
        if line.ordinal + 3 < ordinal || line.step != last.step || back >= BEFORE {
            return;
        }
        ordinal = line.ordinal;
        let share = match line.class.kind {
            Kind::Noise => 0.1,
            // What ended with this code stands above it.
            _ if first && last.class.kind == Kind::Exit => 1.8,
            Kind::Frame if is_library(&line.text) => 0.3,
            Kind::Frame => 1.4,
            Kind::Detail => 1.0,
            _ => 0.7,
        };
        raise(out, j, lend * share);
        first &= line.class.kind == Kind::Noise;
        lend *= if is_body(&line.text) { 0.85 } else { 0.75 };
    }
}

/// The last lines before the runner gave up.
fn tail(lines: &[Line], at: usize, weight: f32, out: &mut [f32]) {
    let Some(end) = lines.get(at) else { return };
    let mut lend = weight * 0.55;
    for (j, line) in lines.iter().enumerate().take(at).rev().take(TAIL) {
        if line.step != end.step {
            return;
        }
        raise(out, j, if line.class.kind == Kind::Noise { lend * 0.15 } else { lend });
        lend *= 0.93;
    }
}

/// How far it came: the very last lines, though they be progress and told before.
fn last(lines: &[Line], at: usize, weight: f32, out: &mut [f32]) {
    let Some(end) = lines.get(at) else { return };
    for (j, line) in lines.iter().enumerate().take(at).rev().take(2) {
        if line.step == end.step {
            raise(out, j, weight * 0.3 * length_factor(line.text.len()));
        }
    }
}

/// Title and script of the step that failed, and the last command that was shown in it.
fn step(lines: &[Line], at: usize, weight: f32, out: &mut [f32]) {
    let Some(end) = lines.get(at) else { return };
    let is_command = |line: &Line| line.class.kind == Kind::Command && line.step == end.step;
    if let Some(command) = lines.iter().take(at).rposition(is_command) {
        raise(out, command, weight * 0.6);
    }
    let mut script = weight * 0.4;
    for (j, line) in lines.iter().enumerate().take(at) {
        if line.step == end.step {
            match line.class.kind {
                Kind::Step => raise(out, j, weight * 0.75),
                Kind::Script if line.text.trim_start().starts_with('#') => raise(out, j, script * 0.4),
                Kind::Script => {
                    raise(out, j, script);
                    script *= 0.95;
                }
                _ => {}
            }
        }
    }
}

/// Indented, or beginning with a sign that frames and code frames begin with.
fn is_body(text: &str) -> bool {
    bare(text).starts_with([' ', '\t', '|', '>', '+', '-', '^', '~', '=', '}', ')', ']'])
}

/// The line of a code frame at which it points.
fn is_marked(text: &str) -> bool {
    let text = bare(text).trim_start();
    (text.starts_with("> ") || text.starts_with(">>> ")) && text.contains('|')
}

/// A frame of somebody else's code.
fn is_library(text: &str) -> bool {
    const PATHS: [&str; 21] = [
        "node_modules/",
        "site-packages/",
        "dist-packages/",
        "/rustc/",
        "/.cargo/registry/",
        "node:internal",
        "(internal/",
        " internal/",
        "/opt/hostedtoolcache/",
        "/usr/local/go/",
        "/usr/local/lib/",
        "java.base/",
        "java.util.",
        "sun.reflect",
        "org.junit.",
        "/usr/lib/",
        "/usr/include/",
        "libsanitizer/",
        ": core::",
        ": std::",
        ": __rust",
    ];
    PATHS.iter().any(|p| text.contains(p))
}

/// Lines that are drawn rather than written tell little; `3 != 2` tells all.
fn substance(text: &str) -> f32 {
    let letters = text.chars().filter(|c| c.is_alphanumeric()).take(3).count();
    let compared = letters == 2 && (text.contains("==") || text.contains("!="));
    if letters < 3 && !compared { 0.4 } else { 1.0 }
}

/// Long lines cost more than they tell.
fn length_factor(bytes: usize) -> f32 {
    1.0 / (1.0 + bytes.saturating_sub(160) as f32 / 500.0)
}
