//! One table a format.

use decant_codec::text::{DecodeOptions, Format};

use crate::rows::{Row, decode, decode_with};

/// A line that is one record: its format, time, severity, service, body and some of its attributes.
fn check(line: &str, format: Format, expected: (&str, &str, &str, &str), attributes: &[(&str, &str)]) {
    let (rows, counts) = decode(line);
    assert_eq!(rows.len(), 1, "{line}: {rows:?}");
    let Row { time, severity, service, body, .. } = &rows[0];
    assert_eq!((time.as_str(), *severity, service.as_str(), body.as_str()), expected, "{line}");
    for (key, value) in attributes {
        assert_eq!(rows[0].get(key), Some(*value), "{line}: {:?}", rows[0].attributes);
    }
    assert_eq!(counts.format(format), 1, "{line}: {:?}", counts.formats().collect::<Vec<_>>());
}

const FILE: &str = "app.log";

#[test]
fn bare_text_is_its_own_message() {
    check("just some words", Format::Plain, ("", "", FILE, "just some words"), &[]);
    check("error: could not compile", Format::Plain, ("", "ERROR", FILE, "error: could not compile"), &[]);
    check("  FAILED tests/a.py::b", Format::Plain, ("", "ERROR", FILE, "  FAILED tests/a.py::b"), &[]);
}

#[test]
fn headers_with_a_timestamp_are_taken_apart() {
    let at = "2024-01-02T15:04:05Z";
    let milli = "2024-01-02T15:04:05.123Z";
    check(
        "2024-01-02 15:04:05,123 INFO  [main] com.shop.Cart: added item 7",
        Format::Timestamped,
        (milli, "INFO", FILE, "added item 7"),
        &[("thread.name", "main"), ("otel.scope.name", "com.shop.Cart")],
    );
    check(
        "2024-01-02 15:04:05,123 - shop.cart - WARNING - low stock",
        Format::Timestamped,
        (milli, "WARN", FILE, "low stock"),
        &[("otel.scope.name", "shop.cart")],
    );
    check(
        "2024-01-02T15:04:05.123Z ERROR shop::cart: connection refused",
        Format::Timestamped,
        (milli, "ERROR", FILE, "connection refused"),
        &[("otel.scope.name", "shop::cart")],
    );
    check(
        "[2024-01-02T15:04:05Z ERROR shop::cart] connection refused",
        Format::Timestamped,
        (at, "ERROR", FILE, "connection refused"),
        &[("otel.scope.name", "shop::cart")],
    );
    check(
        "2024/01/02 15:04:05 main.go:42: listening on :80",
        Format::Timestamped,
        (at, "", FILE, "listening on :80"),
        &[("code.file.path", "main.go"), ("code.line.number", "42")],
    );
    check(
        "2024/01/02 15:04:05 [error] 123#456: *7 connect() failed (111: Connection refused)",
        Format::Timestamped,
        (at, "ERROR", FILE, "*7 connect() failed (111: Connection refused)"),
        &[("process.pid", "123")],
    );
    check(
        "2024-01-02 15:04:05.123 UTC [99] ERROR:  relation \"x\" does not exist",
        Format::Timestamped,
        (milli, "ERROR", FILE, "relation \"x\" does not exist"),
        &[("process.pid", "99")],
    );
    check(
        "2024-01-02 15:04:05.123  INFO 77 --- [nio-8080-exec-1] c.s.web.Home     : served",
        Format::Timestamped,
        (milli, "INFO", FILE, "served"),
        &[("process.pid", "77"), ("thread.name", "nio-8080-exec-1"), ("otel.scope.name", "c.s.web.Home")],
    );
    check("2024-01-02 15:04:05 nothing but words", Format::Timestamped, (at, "", FILE, "nothing but words"), &[]);
}

#[test]
fn the_timestamp_need_not_come_first() {
    let at = "2024-01-02T15:04:05Z";
    let milli = "2024-01-02T15:04:05.123Z";
    let timestamped = Format::Timestamped;
    check(
        "ERROR [main] 2024-01-02 15:04:05,123 Cart.java:42 - boom",
        timestamped,
        (milli, "ERROR", FILE, "boom"),
        &[("thread.name", "main"), ("code.file.path", "Cart.java")],
    );
    check(
        "ERROR 2024-01-02 15:04:05,123 a request failed",
        timestamped,
        (milli, "ERROR", FILE, "a request failed"),
        &[],
    );
    check(
        "E, [2024-01-02T15:04:05.123 #77] ERROR -- : boom",
        timestamped,
        (milli, "ERROR", FILE, "boom"),
        &[("process.pid", "77")],
    );
    check("1:M 02 Jan 2024 15:04:05.123 # low memory", timestamped, (milli, "WARN", FILE, "low memory"), &[]);
    check("LABEL 1704207845 2024.01.02 n7 RAS FATAL boom", timestamped, (at, "FATAL", FILE, "boom"), &[]);
    check("TOTAL 1704207845 bytes", Format::Plain, ("", "", FILE, "TOTAL 1704207845 bytes"), &[]);
    check("[2024-01-02 15:04:05,123: ERROR/Main-1] boom", timestamped, (milli, "ERROR", FILE, "boom"), &[]);
    check("1704207845 [E] boom", timestamped, (at, "ERROR", FILE, "boom"), &[]);
}

#[test]
fn a_time_of_day_with_a_level_is_a_header() {
    check(
        "15:04:05.123 [main] ERROR c.s.Cart - boom",
        Format::Timestamped,
        ("", "ERROR", FILE, "boom"),
        &[("thread.name", "main"), ("otel.scope.name", "c.s.Cart")],
    );
    check("[15:04:05 ERR] boom", Format::Timestamped, ("", "ERROR", FILE, "boom"), &[]);
    check("15:04:05 elapsed", Format::Plain, ("", "", FILE, "15:04:05 elapsed"), &[]);
}

#[test]
fn syslog_of_both_generations() {
    check(
        "<34>Oct 11 22:14:15 mymachine su[77]: 'su root' failed",
        Format::Syslog3164,
        ("2000-10-11T22:14:15Z", "ERROR", "su", "'su root' failed"),
        &[("host.name", "mymachine"), ("process.pid", "77")],
    );
    check(
        "Jun  9 06:06:20 combo sshd(pam_unix)[19939]: authentication failure",
        Format::Syslog3164,
        ("2000-06-09T06:06:20Z", "", "sshd", "authentication failure"),
        &[("host.name", "combo"), ("process.pid", "19939"), ("syslog.module", "pam_unix")],
    );
    check(
        "2024-01-02T15:04:05.123456+00:00 web-1 nginx[3]: started",
        Format::Syslog3164,
        ("2024-01-02T15:04:05.123456Z", "", "nginx", "started"),
        &[("host.name", "web-1")],
    );
    check(
        "<165>1 2003-10-11T22:14:15.003Z web-1 evntslog 8 ID47 [a@1 k=\"v]\\\"\"][b@1] \u{feff}An event",
        Format::Syslog5424,
        ("2003-10-11T22:14:15.003Z", "INFO", "evntslog", "An event"),
        &[("host.name", "web-1"), ("process.pid", "8"), ("syslog.msg.id", "ID47")],
    );
    check("<11>1 - - - - - - nothing known", Format::Syslog5424, ("", "ERROR", FILE, "nothing known"), &[]);
}

#[test]
fn container_runtimes_wrap_a_program() {
    check(
        "2024-01-02T15:04:05.123456789Z stderr F 2024-01-02 15:04:05 ERROR boom",
        Format::Cri,
        ("2024-01-02T15:04:05.123456789Z", "ERROR", FILE, "boom"),
        &[("log.iostream", "stderr")],
    );
    check(
        "{\"log\":\"{\\\"level\\\":\\\"warn\\\",\\\"msg\\\":\\\"slow\\\"}\\n\",\"stream\":\"stdout\",\"time\":\"2024-01-02T15:04:05.5Z\"}",
        Format::DockerJson,
        ("2024-01-02T15:04:05.5Z", "WARN", FILE, "slow"),
        &[],
    );
}

#[test]
fn lines_that_a_runtime_split_are_put_together() {
    let (rows, counts) = decode(
        "2024-01-02T15:04:05.1Z stdout P one \n2024-01-02T15:04:05.2Z stderr F other\n2024-01-02T15:04:05.3Z stdout F two\n",
    );
    let bodies: Vec<(&str, u64)> = rows.iter().map(|r| (r.body.as_str(), r.ordinal)).collect();
    assert_eq!(bodies, [("other", 2), ("one two", 1)]);
    assert_eq!((counts.lines, counts.records, counts.joined_lines), (3, 2, 1));
    let (rows, _) = decode("{\"log\":\"half\",\"stream\":\"stdout\",\"time\":\"2024-01-02T15:04:05Z\"}\n");
    assert_eq!(rows[0].body, "half");
}

#[test]
fn klog_and_its_letter() {
    check(
        "E0102 15:04:05.000123   12345 server.go:42] cannot bind: in use",
        Format::Klog,
        ("2000-01-02T15:04:05.000123Z", "ERROR", FILE, "cannot bind: in use"),
        &[("thread.id", "12345"), ("code.file.path", "server.go"), ("code.line.number", "42")],
    );
}

#[test]
fn logfmt_with_quotes_and_escapes() {
    check(
        r#"level=warn ts=2024-01-02T15:04:05Z msg="it said \"no\"" code=7 service=cart"#,
        Format::Logfmt,
        ("2024-01-02T15:04:05Z", "WARN", "cart", r#"it said "no""#),
        &[("code", "7")],
    );
    check("a=b c=d", Format::Plain, ("", "", FILE, "a=b c=d"), &[]);
}

#[test]
fn json_lines_of_many_makers() {
    let at = "2024-01-02T15:04:05Z";
    check(
        r#"{"level":"error","ts":1704207845,"caller":"a.go:7","msg":"boom","trace_id":"0102030405060708090a0b0c0d0e0f10"}"#,
        Format::Json,
        (at, "ERROR", FILE, "boom"),
        &[("code.file.path", "a.go:7")],
    );
    check(
        r#"{"@timestamp":"2024-01-02T15:04:05Z","log.level":"WARN","message":"slow","service":{"name":"cart"},"http":{"status":504}}"#,
        Format::Json,
        (at, "WARN", "cart", "slow"),
        &[("http.status", "504")],
    );
    check(
        r#"{"name":"cart","hostname":"h","pid":1,"level":50,"msg":"boom","time":"2024-01-02T15:04:05Z","v":0}"#,
        Format::Json,
        (at, "ERROR", "cart", "boom"),
        &[("host.name", "h"), ("process.pid", "1")],
    );
    check(r#"{"a":1,"b":[true,null]}"#, Format::Json, ("", "", FILE, r#"{"a":1,"b":[true,null]}"#), &[("a", "1")]);
    check(
        r#"{"t":{"$date":"2024-01-02T15:04:05Z"},"s":"E","c":"NETWORK","ctx":"listener","msg":"refused"}"#,
        Format::Json,
        (at, "ERROR", FILE, "refused"),
        &[("c", "NETWORK")],
    );
    check(
        r#"{"timestamp":"2024-01-02T15:04:05Z","level":"ERROR","fields":{"message":"boom","code":7},"target":"shop::cart"}"#,
        Format::Json,
        (at, "ERROR", FILE, "boom"),
        &[("fields.code", "7"), ("otel.scope.name", "shop::cart")],
    );
    let (rows, _) = decode(r#"{"msg":"x","trace_id":"0102030405060708090a0b0c0d0e0f10"}"#);
    assert_eq!(rows[0].trace_id.as_deref(), Some("0102030405060708090a0b0c0d0e0f10"));
}

#[test]
fn github_actions_keep_every_line() {
    let (rows, counts) = decode(
        "2024-01-02T15:04:05.1234567Z ##[group]Run tests\n2024-01-02T15:04:05.1234567Z   indented\n\
         2024-01-02T15:04:05.1234567Z \n2024-01-02T15:04:05.1234567Z ##[error]Process completed with exit code 1.\n",
    );
    let bodies: Vec<&str> = rows.iter().map(|r| r.body.as_str()).collect();
    assert_eq!(bodies, ["##[group]Run tests", "  indented", "", "##[error]Process completed with exit code 1."]);
    assert_eq!(rows[3].severity, "ERROR");
    assert_eq!(counts.format(Format::GithubActions), 4);
}

#[test]
fn access_logs_tell_status_and_path() {
    check(
        r#"10.0.0.1 - bob [02/Jan/2024:15:04:05 +0000] "GET /cart?id=7 HTTP/1.1" 503 612 "-" "curl/8""#,
        Format::Access,
        ("2024-01-02T15:04:05Z", "ERROR", FILE, r#""GET /cart?id=7 HTTP/1.1" 503 612 "-" "curl/8""#),
        &[("http.response.status_code", "503"), ("url.path", "/cart"), ("user.name", "bob")],
    );
}

#[test]
fn a_tool_that_names_the_writer_before_each_line_is_understood() {
    let (rows, counts) = decode(
        "cart-1   | plain before\ncart-1   | 2024-01-02 15:04:05 ERROR java.lang.Error: x\n\
         mail-1   | {\"level\":\"warn\",\"msg\":\"slow\"}\ncart-1   | \tat a.B.c(B.java:1)\ncart-1   | 2024-01-02 15:04:06 ERROR y\n\
         cart-1   |   more\ncart-1   | \nmail-1   | bare\n",
    );
    let found: Vec<(&str, &str)> = rows.iter().map(|r| (r.service.as_str(), r.body.as_str())).collect();
    let expected = [
        (FILE, "cart-1   | plain before"),
        ("cart-1", "java.lang.Error: x"),
        ("mail-1", "slow"),
        ("cart-1", "\tat a.B.c(B.java:1)"),
        ("cart-1", "y\n  more"),
        ("mail-1", "bare"),
    ];
    assert_eq!(found, expected);
    assert_eq!((counts.lines, counts.blank_lines), (8, 1));
    check(
        "[pod/cart-7d9f/cart] 2024-01-02 15:04:05 ERROR boom",
        Format::Timestamped,
        ("2024-01-02T15:04:05Z", "ERROR", "cart", "boom"),
        &[],
    );
    let (rows, _) = decode("INFO | 2024-01-02 15:04:05 started\n");
    assert_eq!(rows[0].service, FILE);
    check("name | value", Format::Plain, ("", "", FILE, "name | value"), &[]);
}

#[test]
fn colours_do_not_hide_the_header() {
    check(
        "\u{1b}[2m2024-01-02T15:04:05Z\u{1b}[0m \u{1b}[31mERROR\u{1b}[0m shop::cart: boom",
        Format::Timestamped,
        ("2024-01-02T15:04:05Z", "ERROR", FILE, "boom"),
        &[],
    );
}

#[test]
fn a_message_is_a_row_whatever_it_looks_like() {
    let options = DecodeOptions { messages: true, ..DecodeOptions::default() };
    let text = b"2024-01-02 15:04:05 ERROR x\n\n\tat a.B(C.java:1)\n{\"msg\":\"y\"}\n\0\xff\xfe\x01\n";
    let (rows, counts) = decode_with(text, options);
    let bodies: Vec<(&str, u64)> = rows.iter().map(|r| (r.body.as_str(), r.ordinal)).collect();
    assert_eq!(
        bodies,
        [
            ("2024-01-02 15:04:05 ERROR x", 1),
            ("", 2),
            ("\tat a.B(C.java:1)", 3),
            ("{\"msg\":\"y\"}", 4),
            ("\0\u{fffd}\u{fffd}\u{1}", 5),
        ]
    );
    assert_eq!((counts.lines, counts.records, counts.format(Format::Message)), (5, 5, 5));
}

#[test]
fn formats_may_alternate_within_a_file() {
    let (rows, _) = decode(
        "2024-01-02 15:04:05 INFO a\n{\"msg\":\"b\",\"level\":\"info\"}\nlevel=info msg=c\nI0102 15:04:06.0 7 d.go:1] d\nplain e\n",
    );
    let bodies: Vec<&str> = rows.iter().map(|r| r.body.as_str()).collect();
    assert_eq!(bodies, ["a", "b", "c", "d", "plain e"]);
}
