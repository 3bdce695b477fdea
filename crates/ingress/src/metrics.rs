//! What comes in and what does not, counted; in the text format of
//! <https://prometheus.io/docs/instrumenting/exposition_formats/>. Labels are fixed words, never what somebody sent.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use decant_model::Signal;

/// By which way telemetry came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    Grpc,
    Http,
    Kafka,
}

impl Door {
    pub(crate) const ALL: [Self; 3] = [Self::Grpc, Self::Http, Self::Kafka];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Grpc => "otlp_grpc",
            Self::Http => "otlp_http",
            Self::Kafka => "kafka",
        }
    }
}

/// How a request (or a Kafka batch) ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// Durable (or received, when the operator chose so).
    Accepted,
    /// It could not be decoded or was beyond a limit.
    Invalid,
    /// No room in time.
    Full,
    /// Taken, and then not made durable: the sender was told to try again.
    Failed,
    /// Taken, and then refused for good.
    Rejected,
}

impl End {
    const ALL: [Self; 5] = [Self::Accepted, Self::Invalid, Self::Full, Self::Failed, Self::Rejected];

    fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Invalid => "invalid",
            Self::Full => "full",
            Self::Failed => "failed",
            Self::Rejected => "rejected",
        }
    }
}

const DOORS: usize = Door::ALL.len();
const SIGNALS: usize = Signal::ALL.len();

/// Shared by all sources of one process.
#[derive(Debug, Default)]
pub struct Metrics {
    requests: [[[AtomicU64; End::ALL.len()]; SIGNALS]; DOORS],
    rows: [[AtomicU64; SIGNALS]; DOORS],
    bytes: [AtomicU64; DOORS],
    /// Accepted, refused.
    connections: [[AtomicU64; 2]; DOORS],
    pub(crate) kafka: KafkaMetrics,
}

/// What the Kafka consumer counts beyond that.
#[derive(Debug, Default)]
pub(crate) struct KafkaMetrics {
    pub(crate) messages: AtomicU64,
    pub(crate) dead_letters: AtomicU64,
    pub(crate) commits: AtomicU64,
    pub(crate) commit_failures: AtomicU64,
    pub(crate) rebalances: AtomicU64,
    pub(crate) pauses: AtomicU64,
    pub(crate) rewinds: AtomicU64,
    pub(crate) errors: AtomicU64,
}

impl Metrics {
    pub(crate) fn ended(&self, door: Door, signal: Signal, end: End) {
        self.requests[door as usize][signal as usize][end as usize].fetch_add(1, Relaxed);
    }

    pub(crate) fn received(&self, door: Door, bytes: usize) {
        self.bytes[door as usize].fetch_add(bytes as u64, Relaxed);
    }

    pub(crate) fn accepted(&self, door: Door, signal: Signal, rows: u64) {
        self.ended(door, signal, End::Accepted);
        self.rows[door as usize][signal as usize].fetch_add(rows, Relaxed);
    }

    pub(crate) fn connection(&self, door: Door, accepted: bool) {
        self.connections[door as usize][usize::from(!accepted)].fetch_add(1, Relaxed);
    }

    /// Rows that were acknowledged.
    #[must_use]
    pub fn rows(&self, door: Door, signal: Signal) -> u64 {
        self.rows[door as usize][signal as usize].load(Relaxed)
    }

    /// Bytes received by all ways.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes.iter().map(|bytes| bytes.load(Relaxed)).sum()
    }

    /// Requests (or Kafka batches) that ended so: `accepted`, `invalid`, `full`, `failed` or `rejected`.
    #[must_use]
    pub fn requests(&self, door: Door, signal: Signal, end: &str) -> u64 {
        let counts = &self.requests[door as usize][signal as usize];
        End::ALL.iter().zip(counts).find(|(e, _)| e.as_str() == end).map_or(0, |(_, n)| n.load(Relaxed))
    }

    /// Kafka messages that could not be decoded and were set aside.
    #[must_use]
    pub fn dead_letters(&self) -> u64 {
        self.kafka.dead_letters.load(Relaxed)
    }

    /// Appends all counters; those with labels only where they are not zero.
    pub fn write_prometheus(&self, out: &mut String) {
        family(out, "decant_ingress_requests_total", "Requests and Kafka batches by outcome.");
        for door in Door::ALL {
            for signal in Signal::ALL {
                for (end, count) in End::ALL.iter().zip(&self.requests[door as usize][signal as usize]) {
                    let labels = [("source", door.as_str()), ("signal", signal.as_str()), ("outcome", end.as_str())];
                    sample(out, "decant_ingress_requests_total", &labels, count);
                }
            }
        }
        family(out, "decant_ingress_rows_total", "Log records, data points and spans that were acknowledged.");
        for door in Door::ALL {
            for signal in Signal::ALL {
                let labels = [("source", door.as_str()), ("signal", signal.as_str())];
                sample(out, "decant_ingress_rows_total", &labels, &self.rows[door as usize][signal as usize]);
            }
        }
        family(
            out,
            "decant_ingress_bytes_total",
            "Bytes received, before decompression over HTTP, after it elsewhere.",
        );
        for door in Door::ALL {
            sample(out, "decant_ingress_bytes_total", &[("source", door.as_str())], &self.bytes[door as usize]);
        }
        family(out, "decant_ingress_connections_total", "Connections; beyond the limit they are refused.");
        for door in Door::ALL {
            for (outcome, count) in ["accepted", "refused"].iter().zip(&self.connections[door as usize]) {
                let labels = [("source", door.as_str()), ("outcome", outcome)];
                sample(out, "decant_ingress_connections_total", &labels, count);
            }
        }
        for (name, help, count) in self.kafka.all() {
            family(out, name, help);
            writeln!(out, "{name} {}", count.load(Relaxed)).ok();
        }
    }
}

impl KafkaMetrics {
    fn all(&self) -> [(&'static str, &'static str, &AtomicU64); 8] {
        [
            ("decant_ingress_kafka_messages_total", "Messages taken from Kafka.", &self.messages),
            ("decant_ingress_kafka_dead_letters_total", "Messages set aside undecoded.", &self.dead_letters),
            ("decant_ingress_kafka_commits_total", "Commits of offsets that succeeded.", &self.commits),
            ("decant_ingress_kafka_commit_failures_total", "Commits of offsets that failed.", &self.commit_failures),
            ("decant_ingress_kafka_rebalances_total", "Assignments of partitions that changed.", &self.rebalances),
            ("decant_ingress_kafka_pauses_total", "Times a partition was paused since it was full.", &self.pauses),
            ("decant_ingress_kafka_rewinds_total", "Times a partition went back after a failure.", &self.rewinds),
            ("decant_ingress_kafka_errors_total", "Errors that the Kafka client reported.", &self.errors),
        ]
    }
}

fn family(out: &mut String, name: &str, help: &str) {
    // Writing to a string does not fail.
    writeln!(out, "# HELP {name} {help}\n# TYPE {name} counter").ok();
}

fn sample(out: &mut String, name: &str, labels: &[(&str, &str)], count: &AtomicU64) {
    let value = count.load(Relaxed);
    if value > 0 {
        let labels: Vec<String> = labels.iter().map(|(key, value)| format!("{key}=\"{value}\"")).collect();
        writeln!(out, "{name}{{{}}} {value}", labels.join(",")).ok();
    }
}
