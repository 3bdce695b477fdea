//! Stack traces: one record each, and what comes after is not swallowed.

use crate::rows::decode;

/// The bodies of the records that `text` becomes.
fn check(text: &str, expected: &[&str]) {
    let (rows, counts) = decode(text);
    let bodies: Vec<&str> = rows.iter().map(|r| r.body.as_str()).collect();
    assert_eq!(bodies, expected);
    let lines: u64 = rows.iter().map(|r| r.get("log.line.count").map_or(1, |n| n.parse().expect("a number"))).sum();
    assert_eq!(lines + counts.blank_lines, counts.lines);
}

#[test]
fn java() {
    let trace = "java.lang.IllegalStateException: no stock\n\tat com.shop.Cart.add(Cart.java:42)\n\
                 \tat com.shop.Web.post(Web.java:7)\nCaused by: java.io.IOException: gone\n\
                 \tat com.shop.Disk.read(Disk.java:1)\n\t... 12 more";
    check(&format!("2024-01-02 15:04:05 ERROR {trace}\n2024-01-02 15:04:06 INFO next\n"), &[trace, "next"]);
    check(&format!("{trace}\nplain text\n"), &[trace, "plain text"]);
    check(
        &format!("2024-01-02 15:04:05 ERROR failed\n{trace}\n2024-01-02 15:04:06 INFO next\n"),
        &[&format!("failed\n{trace}"), "next"],
    );
}

#[test]
fn python() {
    let trace = "Traceback (most recent call last):\n  File \"a.py\", line 1, in <module>\n    boom()\nValueError: no\n\n\
                 During handling of the above exception, another exception occurred:\n\n\
                 Traceback (most recent call last):\n  File \"a.py\", line 3, in <module>\n    bang()\nshop.NoStock: 7";
    check(&format!("{trace}\nplain text\n"), &[trace, "plain text"]);
    check(&format!("2024-01-02 15:04:05 ERROR failed\n{trace}\nplain\n"), &[&format!("failed\n{trace}"), "plain"]);
}

#[test]
fn go() {
    let trace = "panic: runtime error: index out of range [5] with length 3\n\ngoroutine 1 [running]:\n\
                 main.(*Cart).add(0xc000, 0x1)\n\t/src/cart.go:42 +0x1d\nmain.main()\n\t/src/main.go:7 +0x20\nexit status 2";
    check(&format!("{trace}\nplain text\n"), &[trace, "plain text"]);
    check(&format!("2024/01/02 15:04:05 INFO before\n{trace}\n"), &[&format!("before\n{trace}")]);
}

#[test]
fn rust() {
    let trace = "thread 'main' panicked at src/main.rs:7:5:\nindex out of bounds: the len is 3 but the index is 5\n\
                 stack backtrace:\n   0: rust_begin_unwind\n             at /rustc/x/std/src/panicking.rs:1:1\n\
                 note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace";
    check(&format!("{trace}\nplain text\n"), &[trace, "plain text"]);
}

#[test]
fn javascript_and_dotnet() {
    let node =
        "TypeError: x is not a function\n    at Object.<anonymous> (/app/a.js:1:1)\n    at node:internal/main:1:1";
    check(&format!("{node}\nplain text\n"), &[node, "plain text"]);
    let net = "System.InvalidOperationException: no\n   at Shop.Cart.Add() in /src/Cart.cs:line 42\n\
               --- End of stack trace from previous location ---\n   at Shop.Web.Post()";
    check(&format!("{net}\nplain text\n"), &[net, "plain text"]);
}

#[test]
fn within_a_container_log_too() {
    let cri = |text: &str| format!("2024-01-02T15:04:05.1Z stderr F {text}\n");
    let text = ["ERROR java.lang.Error: x", "\tat a.B.c(B.java:1)", "INFO next"].map(cri).concat();
    check(&text, &["ERROR java.lang.Error: x\n\tat a.B.c(B.java:1)", "INFO next"]);
}

#[test]
fn indented_lines_belong_to_a_record_with_a_header_only() {
    check("2024-01-02 15:04:05 INFO a\n  detail\nplain\n", &["a\n  detail", "plain"]);
    check("plain\n  indented\n", &["plain", "  indented"]);
}

#[test]
fn a_trace_without_a_level_is_an_error() {
    let (rows, _) = decode("java.lang.Error: x\n\tat a.B.c(B.java:1)\n2024-01-02 15:04:05 INFO a\n  detail\n");
    assert_eq!(rows.iter().map(|r| r.severity).collect::<Vec<_>>(), ["ERROR", "INFO"]);
}

#[test]
fn joining_is_bounded() {
    let text = format!("2024-01-02 15:04:05 INFO a\n{}", "  more\n".repeat(3000));
    let (rows, counts) = decode(&text);
    assert!(rows.len() >= 2, "{}", rows.len());
    assert!(counts.split_records > 0);
    assert_eq!(counts.lines, 3001);
}
