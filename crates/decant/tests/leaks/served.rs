//! A server process with its log at the greatest detail, and plain HTTP to it.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Longest wait for anything; reached only when something is broken.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// The binary under test, with no settings of the developer's in its environment: the one that was built with the test,
/// or that at DECANT_BIN, which may be an optimised one.
pub(crate) fn decant() -> Command {
    let other = std::env::var_os("DECANT_BIN");
    let mut command = Command::new(other.unwrap_or_else(|| env!("CARGO_BIN_EXE_decant").into()));
    command.env_remove("DECANT_LOG");
    command
}

/// Whether it is one that can be asked a thousand questions in a few seconds.
pub(crate) fn is_optimised() -> bool {
    std::env::var_os("DECANT_BIN").is_some()
}

/// A server of its own; killed when dropped.
pub(crate) struct Served {
    child: Child,
    log: Option<JoinHandle<String>>,
    pub(crate) otlp_grpc: SocketAddr,
    pub(crate) otlp_http: SocketAddr,
    pub(crate) context_grpc: SocketAddr,
    pub(crate) context_http: SocketAddr,
}

impl Served {
    /// With the store in `folder`, and more settings as YAML.
    pub(crate) fn start(folder: &Path, settings: &str) -> Self {
        let free = "127.0.0.1:0";
        let config = format!(
            "otlp: {{ grpc_listen: '{free}', http_listen: '{free}' }}\n\
             context: {{ grpc_listen: '{free}', http_listen: '{free}' }}\n\
             store: {{ path: '{}' }}\n{settings}",
            folder.join("data").display()
        );
        let path = folder.join("decant.yaml");
        std::fs::write(&path, config).unwrap();
        let mut child = decant()
            .env("DECANT_LOG", "trace,rmcp=trace,rmcp::service=trace")
            .args(["serve", "--config"])
            .arg(&path)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut log = String::new();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut address = |name: &str| -> SocketAddr {
            loop {
                let Some(line) = lines.next() else { panic!("the server does not serve: {log}") };
                let line = line.unwrap();
                log.push_str(&line);
                log.push('\n');
                if let Some(rest) = line.trim().strip_prefix(name) {
                    return rest.trim().parse().unwrap();
                }
            }
        };
        let otlp_grpc = address("OTLP gRPC in");
        let otlp_http = address("OTLP HTTP in");
        let context_grpc = address("context gRPC out");
        let context_http = address("context HTTP, MCP out");
        let log = std::thread::spawn(move || {
            for line in lines {
                log.push_str(&line.unwrap());
                log.push('\n');
            }
            log
        });
        Self { child, log: Some(log), otlp_grpc, otlp_http, context_grpc, context_http }
    }

    /// Stops it as an operator would; returns all that it logged.
    pub(crate) fn stop(mut self) -> String {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        let until = Instant::now() + PATIENCE;
        while self.child.try_wait().unwrap().is_none() {
            assert!(Instant::now() < until, "the server does not stop");
            std::thread::sleep(Duration::from_millis(20));
        }
        self.log.take().unwrap().join().unwrap()
    }

    pub(crate) fn get(&self, path: &str) -> Reply {
        http(self.context_http, "GET", path, &[], b"")
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended by itself.
        self.child.kill().ok();
        self.child.wait().ok();
        if let Some(log) = self.log.take().filter(|_| std::thread::panicking()).and_then(|log| log.join().ok()) {
            let telling = log.lines().filter(|line| !line.contains(" TRACE ") && !line.contains(" DEBUG "));
            telling.for_each(|line| println!("{line}"));
        }
    }
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    /// Head and body, as they came.
    pub(crate) whole: String,
}

impl Reply {
    pub(crate) fn body(&self) -> &str {
        self.whole.split_once("\r\n\r\n").map_or("", |(_, body)| body)
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(self.body()).unwrap_or_else(|e| panic!("{e}: {}", self.whole))
    }
}

/// One request on a connection of its own.
pub(crate) fn http(address: SocketAddr, method: &str, path: &str, headers: &[&str], body: &[u8]) -> Reply {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut head = format!(
        "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Length: {}\r\n",
        body.len()
    );
    for header in headers {
        head.push_str(header);
        head.push_str("\r\n");
    }
    stream.write_all(format!("{head}\r\n").as_bytes()).unwrap();
    stream.write_all(body).unwrap();
    let mut whole = Vec::new();
    stream.read_to_end(&mut whole).unwrap();
    let whole = String::from_utf8(whole).unwrap();
    let status = whole.split(' ').nth(1).unwrap_or_else(|| panic!("{method} {path}: no reply")).parse().unwrap();
    Reply { status, whole }
}

/// Waits until it holds.
pub(crate) fn wait_for(what: &str, mut holds: impl FnMut() -> bool) {
    let until = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < until, "{what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}
