//! Which bare lines belong to the record before them.
//!
//! After a line with a header: indented lines, and stack traces. After a bare line: only stack traces, since indentation
//! alone proves nothing in text without headers. A trace is followed by the habits of its language:
//!
//! | language | begins | goes on with | ends |
//! |---|---|---|---|
//! | Java, .NET, JavaScript | an exception's line, or the first frame | `at ..`, `Caused by:`, `... 12 more`, `--- End of` | any other |
//! | Python | `Traceback (most recent call last):` | indented lines | the exception's line, unless a chain goes on |
//! | Go | `panic: `, `fatal error: `, `goroutine 1 [` | frames, indented lines, blank lines between goroutines | any other |
//! | Rust | `thread 'main' panicked at` | the message, `note:`, `stack backtrace:`, indented lines | any other |

/// Where in a trace a record is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trace {
    /// In none.
    Outside,
    /// Java, .NET, JavaScript.
    Frames,
    Python,
    /// After the exception's line: only a chain goes on.
    PythonEnded,
    Go,
    Rust,
    /// The panic's message is on the next line, whatever it is.
    RustMessage,
}

/// How many blank lines may lie within one record.
pub(super) const MAX_BLANK_LINES: u64 = 3;

/// The trace that a record which ends in `line` is in.
pub(super) fn begins(line: &str) -> Trace {
    let bytes = line.as_bytes();
    let trimmed = line.trim_ascii_start();
    if trimmed.ends_with("(most recent call last):") {
        Trace::Python
    } else if trimmed.starts_with("panic: ")
        || trimmed.starts_with("fatal error: ")
        || is_goroutine(trimmed)
        || contains(bytes, b"panic: runtime error")
    {
        Trace::Go
    } else if contains(bytes, b"panicked at") && contains(bytes, b"thread ") {
        if line.trim_ascii_end().ends_with(':') { Trace::RustMessage } else { Trace::Rust }
    } else if is_frame(line)
        || trimmed.starts_with("Caused by: ")
        || trimmed.starts_with("Exception in thread ")
        || trimmed.starts_with("Unhandled exception")
        || is_exception(trimmed)
    {
        Trace::Frames
    } else {
        Trace::Outside
    }
}

/// Whether `line` goes on a record which is in `trace`, and where the record is then. `headered`: the record began with a
/// header. `blank`: blank lines lie between.
pub(super) fn goes_on(trace: Trace, line: &str, headered: bool, blank: bool) -> Option<Trace> {
    let indented = line.starts_with([' ', '\t']);
    match trace {
        Trace::RustMessage if !blank => return Some(Trace::Rust),
        Trace::Rust if indented || line.starts_with("note: ") || line.starts_with("stack backtrace:") => {
            return Some(Trace::Rust);
        }
        Trace::Go if (indented && !blank) || is_go_line(line) => return Some(Trace::Go),
        Trace::Python if indented => return Some(Trace::Python),
        Trace::Python if !blank && (is_exception(line) || is_name_with_colon(line)) => return Some(Trace::PythonEnded),
        Trace::PythonEnded | Trace::Python if is_python_chain(line) => return Some(Trace::PythonEnded),
        Trace::PythonEnded if is_traceback(line) => return Some(Trace::Python),
        Trace::Frames if !blank && (is_frame(line) || is_frames_line(line, indented)) => return Some(Trace::Frames),
        _ => {}
    }
    if !blank && is_frame(line) {
        return Some(Trace::Frames);
    }
    if headered && !blank {
        let begun = begins(line);
        if begun != Trace::Outside {
            return Some(begun);
        }
        if indented {
            return Some(trace);
        }
    }
    None
}

/// `at ..` of Java, .NET and JavaScript, indented.
fn is_frame(line: &str) -> bool {
    let trimmed = line.trim_ascii_start();
    trimmed.len() < line.len() && trimmed.starts_with("at ") && trimmed.len() > 4
}

fn is_frames_line(line: &str, indented: bool) -> bool {
    let trimmed = line.trim_ascii_start();
    let known = ["Caused by: ", "Suppressed: ", "... ", "--- End of ", "---> ", "[cause]:"];
    known.iter().any(|k| trimmed.starts_with(k)) || indented || line == "}"
}

fn is_go_line(line: &str) -> bool {
    is_goroutine(line)
        || ["created by ", "[signal ", "runtime stack:", "exit status ", "panic(", "rax ", "goroutine "]
            .iter()
            .any(|k| line.starts_with(k))
        || is_go_frame(line)
}

/// `main.(*Server).run(0xc000, ...)`: no space before the parenthesis, and closed at the end.
fn is_go_frame(line: &str) -> bool {
    let Some(open) = line.find('(') else { return false };
    let name = line.get(..open).unwrap_or_default();
    line.ends_with(')') && name.contains('.') && !name.contains(' ')
}

fn is_goroutine(line: &str) -> bool {
    line.strip_prefix("goroutine ")
        .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()) && rest.contains(" ["))
}

fn is_traceback(line: &str) -> bool {
    line.ends_with("(most recent call last):")
}

fn is_python_chain(line: &str) -> bool {
    line.starts_with("During handling of the above exception")
        || line.starts_with("The above exception was the direct cause")
}

/// A dotted name that ends as exceptions' do, alone or before a colon: `java.io.IOException: ..`, `ValueError`.
pub(super) fn is_exception(line: &str) -> bool {
    let Some(name) = name_before_colon(line) else { return false };
    let last = name.rsplit(['.', '$']).next().unwrap_or(name);
    let ends = ["Exception", "Error", "Throwable", "Failure", "Fault", "Interrupt", "Warning", "Exit", "Iteration"];
    last.starts_with(|c: char| c.is_ascii_uppercase()) && ends.iter().any(|e| last.ends_with(e))
}

/// As the last line of a Python traceback: any dotted name, since exceptions may be called anything.
fn is_name_with_colon(line: &str) -> bool {
    name_before_colon(line).is_some()
}

fn name_before_colon(line: &str) -> Option<&str> {
    let len = line.bytes().position(|b| !(b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'$')));
    let name = line.get(..len.unwrap_or(line.len()))?;
    let after = line.as_bytes().get(name.len());
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && name.len() > 2;
    (is_name && matches!(after, None | Some(b':'))).then_some(name)
}

fn contains(line: &[u8], needle: &[u8]) -> bool {
    memchr::memmem::find(line, needle).is_some()
}
