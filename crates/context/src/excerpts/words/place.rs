//! What a line says by how it begins or ends, and by its form.

use super::super::kind::Kind;
use super::Sum;

/// The line without what some tools put before each of theirs: the step and second of an image build (`#7 12.5 `), a
/// process (`==12== `), a time (`[00:12:31] `), the edge of a box. What a tool says begins after it.
pub(in super::super) fn bare(line: &str) -> &str {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let rest = match line.as_bytes().first() {
        Some(b'#') => line.get(1 + digits(line.get(1..).unwrap_or_default())..).and_then(|rest| {
            let (second, text) = rest.strip_prefix(' ')?.split_once(' ')?;
            (second.contains('.') && second.bytes().all(|b| b.is_ascii_digit() || b == b'.')).then_some(text)
        }),
        Some(b'=') => line.strip_prefix("==").and_then(|rest| {
            let count = digits(rest);
            let text = rest.get(count..)?.strip_prefix("==")?;
            (count > 0).then(|| text.strip_prefix(' ').unwrap_or(text))
        }),
        Some(b'[') => line.get(1..).and_then(|rest| {
            let (time, text) = rest.split_once("] ")?;
            let is_time = time.contains(':') && time.len() <= 16;
            (is_time
                && time.bytes().all(|b| b.is_ascii_digit() || matches!(b, b':' | b'.' | b' ' | b'A' | b'P' | b'M')))
            .then_some(text)
        }),
        Some(0xe2) => line.strip_prefix('\u{2502}').map(|rest| rest.strip_prefix(' ').unwrap_or(rest)),
        _ => None,
    };
    rest.unwrap_or(line)
}

/// Adds what the start of `line` says.
pub(super) fn start(sum: &mut Sum, line: &str) {
    let trimmed = line.trim_start();
    if line.starts_with("E   ") {
        // What pytest prints under the line that failed. Further lines of it are indented more.
        let detail = line.starts_with("E     ") && !line.starts_with("E       ");
        sum.damp = 1.0;
        sum.say(if detail { Kind::Detail } else { Kind::Cause }, if detail { 0.6 } else { 0.88 });
        return;
    }
    if let Some(rest) = trimmed.strip_prefix("##[") {
        if rest.starts_with("group]Run ") || rest.starts_with("section]Starting: ") {
            (sum.kind, sum.score) = (Kind::Step, 0.5);
        } else if rest.starts_with("group]") || rest.starts_with("endgroup]") || rest.starts_with("section]") {
            (sum.kind, sum.score) = (Kind::Noise, 0.0);
        }
        return;
    }
    if ["section_start:", "section_end:", "travis_fold:", "travis_time:", "[Pipeline]"]
        .iter()
        .any(|s| trimmed.starts_with(s))
    {
        // Where a runner's parts begin and end.
        (sum.kind, sum.score) = (Kind::Noise, 0.0);
        return;
    }
    if is_verdict_on_test(trimmed) {
        sum.damp = 1.0;
        sum.say(Kind::Test, 0.86);
        return;
    }
    if is_frame(trimmed) {
        (sum.kind, sum.score) = (Kind::Frame, 0.2);
        return;
    }
    if is_test_id(trimmed) {
        sum.passed = true;
        return;
    }
    if sum.score < 0.7 && is_announcement(trimmed) {
        // Its words are what somebody called a task or a test.
        (sum.kind, sum.score) = (Kind::Header, 0.1);
        return;
    }
    if sum.score < 0.6 && is_lack(trimmed) {
        sum.say(Kind::Cause, 0.6);
    }
    let indent = line.len() - trimmed.len();
    let says_error = || sum.score >= 0.4 && is_diagnostic(trimmed);
    if indent >= 4 && sum.score < 0.85 && !starts_with_word(trimmed) && !says_error() {
        // Source that is shown around an error, and prose in it.
        sum.shown = if is_prose(trimmed) { 0.3 } else { 0.55 };
    }
    if is_place(trimmed) || (indent < 3 && begins_with_exact_place(trimmed)) {
        sum.say(Kind::Detail, 0.4);
    } else if sum.score < 0.3 && is_header(trimmed) {
        sum.say(Kind::Header, 0.1);
    } else if sum.score >= 0.4 && has_place(trimmed) {
        sum.score += 0.06;
    }
    if is_call(trimmed) {
        sum.shown = 0.5;
    }
}

/// `FAILED tests/a.py::b`, `FAIL src/a.test.ts`, `ERROR tests/a.py - ..`, `hook....Failed`: a verdict, and whom it is on.
fn is_verdict_on_test(line: &str) -> bool {
    let verdict = ["FAILED ", "FAIL ", "FAIL\t", "ERROR "].iter().find_map(|v| line.strip_prefix(v));
    let named = verdict.and_then(|rest| rest.trim_start().split_ascii_whitespace().next());
    let is_name = |name: &str| name.contains("::") || (name.contains('.') && name.contains('/'));
    named.is_some_and(is_name) || line.ends_with("...Failed") || line.ends_with("... FAILED")
}

/// A test's name alone, or with its progress: its words are not news.
fn is_test_id(line: &str) -> bool {
    let first = line.split_ascii_whitespace().next().unwrap_or_default();
    first.contains("::") && first.contains('/')
}

/// Running text, as in the comments of source that is shown: words without a name, a sign or a capital before them.
fn is_prose(line: &str) -> bool {
    if line.starts_with([':', '#', '*', '@']) {
        return true;
    }
    let words =
        line.split_ascii_whitespace().filter(|w| w.bytes().all(|b| b.is_ascii_alphabetic() || b == b'-' || b == b'.'));
    line.starts_with(|c: char| c.is_ascii_lowercase()) && words.count() >= 5 && !line.contains([':', '=', '\''])
}

/// The line says by its first word that it is an error, or goes on a chain of causes (`> Could not resolve ..`).
fn starts_with_word(line: &str) -> bool {
    if line.strip_prefix("> ").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_uppercase())) {
        return true;
    }
    ["error", "Error", "ERROR", "FAIL", "fail", "fatal", "FATAL", "E "].iter().any(|w| line.starts_with(w))
}

/// `tool: error: text`, also where a tool passes on what another one said: `> configure: error: text`.
fn is_diagnostic(line: &str) -> bool {
    let line = line.trim_start_matches(['>', '|', ' ']);
    let at = ["error: ", "Error: ", "ERROR: ", "fatal: "].iter().filter_map(|w| line.find(w)).min();
    let before = at.and_then(|at| line.get(..at)).map(str::trim_end);
    before
        .is_some_and(|b| b.is_empty() || (b.len() < 60 && b.ends_with(':') && !b.contains(['(', '"', '\'', '=', ';'])))
}

/// What is good to lack.
const TROUBLES: [&str; 10] =
    ["broken", "vulnerabilit", "issue", "error", "problem", "leak", "conflict", "warning", "failure", "violation"];

/// `No package 'x' found`: what was looked for is not there.
fn is_lack(line: &str) -> bool {
    let line = line.trim_start_matches(['>', '|', ' ']).trim_end_matches(['.', '!']);
    let lacking = line.strip_prefix("No ").and_then(|rest| rest.strip_suffix(" found"));
    lacking.is_some_and(|what| !TROUBLES.iter().any(|trouble| what.contains(trouble)))
}

/// A frame of a stack.
fn is_frame(line: &str) -> bool {
    // `#3 0x55d2 in put /src/ring.c:5`, `#4      main.<anonymous> (file:///a_test.dart:36:5)`.
    if let Some(rest) = line.strip_prefix('#').map(|rest| rest.trim_start_matches(|c: char| c.is_ascii_digit()))
        && rest.len() + 1 < line.len()
        && rest.starts_with(' ')
    {
        return rest.ends_with(')') || has_place(rest) || rest.starts_with(" 0x");
    }
    let numbered = line.trim_start_matches(|c: char| c.is_ascii_digit());
    if numbered.len() < line.len() && numbered.starts_with(": ") && numbered.contains("::") {
        return true;
    }
    let Some(rest) = line.strip_prefix("at ") else {
        return (line.starts_with("File \"") && line.contains(", line ")) || line.starts_with("from /");
    };
    rest.ends_with(')') || has_place(rest)
}

/// `--> src/a.rs:5:5`, `Dockerfile:336`, `a/b.py:43: in f`: a place in the source and not much else.
fn is_place(line: &str) -> bool {
    let line = line.strip_prefix("--> ").or_else(|| line.strip_prefix("::: ")).unwrap_or(line);
    let first = line.split_ascii_whitespace().next().unwrap_or_default();
    has_place(first) && line.len() < first.len() + 60
}

/// `src/a.ts(3,4): ..`, `a.py:7:1: ..`, `  3:24  error ..` below a file's name: what a problem matcher marks.
pub(super) fn begins_with_place(text: &str) -> bool {
    let first = text.split_ascii_whitespace().next().unwrap_or_default();
    let is_number = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    has_place(first) || first.split_once(':').is_some_and(|(line, column)| is_number(line) && is_number(column))
}

/// `src/a.ts:3:10`: a line and a column, as checkers put before what they found.
fn begins_with_exact_place(text: &str) -> bool {
    let first = text.split_ascii_whitespace().next().unwrap_or_default().trim_end_matches([':', ',']);
    let mut numbers = first.rsplitn(3, ':');
    let is_number = |t: Option<&str>| t.is_some_and(|t| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit()));
    let (column, line) = (numbers.next(), numbers.next());
    is_number(column) && is_number(line) && numbers.next().is_some_and(|path| path.contains(['.', '/']))
}

/// A name and a line number after a colon or in parentheses: `a.ts:12`, `a.ts(12,3)`.
fn has_place(text: &str) -> bool {
    let bytes = text.as_bytes();
    memchr::memchr2_iter(b':', b'(', bytes).take(12).any(|i| {
        bytes.get(i + 1).is_some_and(u8::is_ascii_digit)
            && i > 0
            && bytes.get(i - 1).is_some_and(u8::is_ascii_alphabetic)
            && !bytes.get(i + 1..).is_some_and(|rest| rest.starts_with(b"//"))
    })
}

/// The name of a command, task or test that begins here.
fn is_announcement(line: &str) -> bool {
    let step = || line.strip_prefix("Step ").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    ["TASK [", "=== RUN", "$ ", "[command]"].iter().any(|s| line.starts_with(s)) || (step() && line.contains(" : "))
}

/// A command that a shell shows before it runs it: `$ make`, `+ make`.
pub(in super::super) fn is_command(line: &str) -> bool {
    line.starts_with("$ ") || (line.starts_with("+ ") && !line.starts_with("+  "))
}

/// Where a command, task or test begins.
fn is_header(line: &str) -> bool {
    const STARTS: [&str; 15] = [
        "$ ",
        "+ ",
        "> ",
        "[command]",
        "=== RUN",
        "Collecting ",
        "Step ",
        "STEP ",
        "TASK [",
        "Running ",
        "RUN ",
        "make: Entering",
        "[INFO] --- ",
        "==> ",
        ">>> ",
    ];
    STARTS.iter().any(|s| line.starts_with(s)) || is_rule(line) || is_build_step(line)
}

/// A title between rules: `==== ERRORS ====`, `____ test_x ____`, `---- a::b stdout ----`.
fn is_rule(line: &str) -> bool {
    ["===", "___", "---"].iter().any(|r| line.starts_with(r) && line.ends_with(r) && line.len() > 12)
        && line.bytes().any(|b| b.is_ascii_alphabetic())
        || (line.starts_with("---- ") && line.ends_with(" ----"))
}

/// `#12 [stage 3/4] RUN make`: a step of an image build.
fn is_build_step(line: &str) -> bool {
    let Some(rest) = line.strip_prefix('#') else { return false };
    let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    rest.starts_with(" [")
}

/// Source code that is being shown: a call of a logger or an assertion is no failure yet.
fn is_call(line: &str) -> bool {
    line.ends_with(';') || line.ends_with('{') || line.starts_with("//") || line.starts_with("# ")
}
