//! `decant serve` as a process: ports, signals, configuration, and what survives a kill.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use crate::run::{decant, run};

/// A server of its own; killed when dropped.
pub(crate) struct Served {
    child: Child,
    pub(crate) otlp_grpc: SocketAddr,
    pub(crate) otlp_http: SocketAddr,
    context_http: SocketAddr,
}

impl Served {
    fn start(folder: &Path) -> Self {
        Self::start_with(folder, "")
    }

    /// With further sections of the configuration.
    pub(crate) fn start_with(folder: &Path, further: &str) -> Self {
        let config = folder.join("decant.yaml");
        let free = "127.0.0.1:0";
        std::fs::write(
            &config,
            format!(
                "otlp: {{ grpc_listen: '{free}', http_listen: '{free}' }}\n\
                 context: {{ grpc_listen: '{free}', http_listen: '{free}' }}\n\
                 store: {{ path: '{}' }}\n{further}",
                folder.join("data").display()
            ),
        )
        .unwrap();
        let mut child = decant()
            .args(["serve", "--config"])
            .arg(&config)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut address = |name: &str| -> SocketAddr {
            loop {
                let line = lines.next().expect("the server says where it listens").unwrap();
                if let Some(rest) = line.trim().strip_prefix(name) {
                    return rest.trim().parse().unwrap();
                }
            }
        };
        let otlp_grpc = address("OTLP gRPC in");
        let otlp_http = address("OTLP HTTP in");
        let context_http = address("context HTTP, MCP out");
        // The pipe is read to its end, so that the server never waits for it.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, otlp_grpc, otlp_http, context_http }
    }

    fn send_log(&self, body: &str) -> u16 {
        http(self.otlp_http, "POST", "/v1/logs", &log(body)).0
    }

    fn wait_for_a_failed_append(&self) {
        let until = Instant::now() + Duration::from_secs(20);
        let failures = |l: &str| l.starts_with("decant_store_append_failures_total") && !l.ends_with(" 0");
        while !self.metrics().lines().any(failures) {
            assert!(Instant::now() < until, "no append failed: {}", self.metrics());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// A bundle as JSON.
    pub(crate) fn bundle(&self) -> serde_json::Value {
        let (status, body) = http(self.context_http, "GET", "/v1/context?budget=20000&format=json", "");
        assert_eq!(status, 200, "{body}");
        serde_json::from_str(&body).unwrap()
    }

    pub(crate) fn metrics(&self) -> String {
        http(self.context_http, "GET", "/metrics", "").1
    }

    /// Status of a request of OTLP/JSON.
    pub(crate) fn send(&self, path: &str, json: &str) -> u16 {
        http(self.otlp_http, "POST", path, json).0
    }

    pub(crate) fn send_logs(&self, json: &str) -> u16 {
        http(self.otlp_http, "POST", "/v1/logs", json).0
    }

    /// The answer to a question, as text.
    pub(crate) fn told(&self, question: &str) -> String {
        let (status, body) = http(self.context_http, "GET", question, "");
        assert_eq!(status, 200, "{question}: {body}");
        body
    }

    /// The same as JSON, which the question asks for.
    pub(crate) fn asked(&self, question: &str) -> serde_json::Value {
        serde_json::from_str(&self.told(question)).unwrap()
    }

    fn context(&self) -> String {
        let (status, body) = http(self.context_http, "GET", "/v1/search?query=ledger&budget=2000", "");
        assert_eq!(status, 200, "{body}");
        body
    }

    #[cfg(unix)]
    fn terminate(mut self) -> i32 {
        let killed = std::process::Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(killed.success());
        let until = Instant::now() + Duration::from_secs(30);
        while Instant::now() < until {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code().unwrap_or(-1);
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("the server did not end within 30 s of SIGTERM");
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended by itself.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// A request of one log record.
fn log(body: &str) -> String {
    format!(
        r#"{{"resourceLogs":[{{"resource":{{"attributes":[{{"key":"service.name","value":{{"stringValue":"cart"}}}}]}},
        "scopeLogs":[{{"logRecords":[{{"timeUnixNano":"1772528400000000000","severityNumber":17,"body":{{"stringValue":"{body}"}}}}]}}]}}]}}"#
    )
}

/// One request, one answer: status and body.
fn http(address: SocketAddr, method: &str, path: &str, body: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
    let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body).to_owned();
    (status, body)
}

#[cfg(unix)]
#[test]
fn what_was_acknowledged_is_answered_and_survives_a_kill_and_a_stop() {
    let folder = tempfile::tempdir().unwrap();
    let server = Served::start(folder.path());
    assert_eq!(server.send_log("ledger rejected the charge"), 200);
    assert!(server.context().contains("ledger rejected the charge"));
    // Killed, not stopped: what was acknowledged must be on the disk.
    drop(server);
    let server = Served::start(folder.path());
    assert!(server.context().contains("ledger rejected the charge"));
    assert_eq!(server.send_log("ledger is back"), 200);
    assert_eq!(server.terminate(), 0);
    let server = Served::start(folder.path());
    let found = server.context();
    assert!(found.contains("ledger rejected the charge") && found.contains("ledger is back"), "{found}");
}

#[test]
fn a_disk_that_fails_for_a_while_delays_the_acknowledgement_and_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let server = Served::start(folder.path());
    // Where the folder of log segments would be, there is a file: every append fails until it goes.
    let obstacle = folder.path().join("data/data/logs");
    std::fs::create_dir_all(obstacle.parent().unwrap()).unwrap();
    std::fs::write(&obstacle, "").unwrap();
    std::thread::scope(|scope| {
        let sending = scope.spawn(|| server.send_log("ledger waits for the disk"));
        server.wait_for_a_failed_append();
        assert!(!sending.is_finished(), "it was acknowledged and is not there");
        std::fs::remove_file(&obstacle).unwrap();
        assert_eq!(sending.join().unwrap(), 200);
    });
    assert!(server.context().contains("ledger waits for the disk"));
}

#[cfg(unix)]
#[test]
fn a_stop_with_a_disk_that_stays_full_ends_in_its_time_and_tells_the_sender() {
    let folder = tempfile::tempdir().unwrap();
    let server = Served::start_with(folder.path(), "drain_timeout_ms: 300\n");
    let obstacle = folder.path().join("data/data/logs");
    std::fs::create_dir_all(obstacle.parent().unwrap()).unwrap();
    std::fs::write(&obstacle, "").unwrap();
    let (otlp_http, json) = (server.otlp_http, log("ledger waits for the disk"));
    let sending = std::thread::spawn(move || http(otlp_http, "POST", "/v1/logs", &json).0);
    server.wait_for_a_failed_append();
    assert_eq!(server.terminate(), 1);
    assert_eq!(sending.join().unwrap(), 503);
}

#[test]
fn a_taken_port_and_an_unknown_key_are_told_before_anything_starts() {
    let folder = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let check = |config: &str, words: &[&str]| {
        std::fs::write(folder.path().join("c.yaml"), config).unwrap();
        let ran = run(folder.path(), &["serve", "--config", "c.yaml"]);
        assert_eq!(ran.code, 1, "{config}: {}", ran.err);
        for word in words {
            assert!(ran.err.contains(word), "{config}: {:?} lacks {word:?}", ran.err);
        }
    };
    check(&format!("otlp: {{ grpc_listen: '127.0.0.1:{port}' }}\n"), &["cannot listen on", "otlp.grpc_listen"]);
    check("stores:\n  path: x\n", &["c.yaml", "line 1", "stores"]);
    check("store:\n  max_bytes: 1\n", &["c.yaml", "line 2", "store.max_bytes is 1"]);
}

#[test]
fn check_says_whether_a_file_would_be_taken() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("good.yaml"), "lanes: 2\n").unwrap();
    std::fs::write(folder.path().join("bad.yaml"), "lanes: 2\nlane: 3\n").unwrap();
    assert_eq!(run(folder.path(), &["check", "--config", "good.yaml"]).code, 0);
    let ran = run(folder.path(), &["check", "--config", "bad.yaml"]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("line 2") && ran.err.contains("lane"), "{}", ran.err);
}
