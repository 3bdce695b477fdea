//! The section `kafka`.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use decant_codec::Limits;
use decant_codec::payload::Encoding;
use decant_model::Signal;
use serde::Deserialize;

use super::ConfigError;
use super::checks::{millis, size};

/// As an operator writes it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RawKafka {
    /// `host:port` of some brokers. None: Kafka is off.
    pub brokers: Vec<String>,
    /// `decant`.
    pub group_id: Option<String>,
    /// `otlp_logs`, `otlp_metrics` and `otlp_spans` in `otlp_proto`.
    pub topics: Option<Vec<RawTopic>>,
    /// Where a group without offsets begins: `earliest` or `latest`; `earliest`.
    pub start: Option<String>,
    /// Further settings for librdkafka, such as `security.protocol`.
    pub properties: BTreeMap<String, String>,
    pub batch_max_rows: Option<usize>,
    pub batch_max_bytes: Option<usize>,
    pub linger_ms: Option<u64>,
    pub uncommitted_max_messages: Option<usize>,
    pub uncommitted_max_bytes: Option<usize>,
    pub commit_interval_ms: Option<u64>,
    pub retry_delay_ms: Option<u64>,
    pub drain_timeout_ms: Option<u64>,
}

/// A topic as an operator writes it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RawTopic {
    pub name: String,
    /// `otlp_proto`, `otlp_json`, `json`, `raw` or `text`; `otlp_proto`.
    pub encoding: Option<String>,
    /// Of `otlp_proto`: `logs`, `metrics` or `traces`. Left out, the topic's name tells, else it is `logs`.
    pub signal: Option<String>,
}

/// Where a consumer group without offsets begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    Earliest,
    Latest,
}

/// What a topic's messages are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Topic {
    pub name: String,
    pub encoding: Encoding,
    pub signal: Signal,
}

/// The Kafka consumer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KafkaConfig {
    pub brokers: Vec<String>,
    pub group_id: String,
    pub topics: Vec<Topic>,
    pub start: Start,
    pub properties: BTreeMap<String, String>,
    /// Rows gathered from messages of one partition; 8,192. An OTLP message is a batch of its own.
    pub batch_max_rows: usize,
    /// Bytes gathered; 4 MiB.
    pub batch_max_bytes: usize,
    /// How long rows are gathered; 200 ms.
    pub linger: Duration,
    /// Messages of a partition that were taken and not yet committed; beyond, the partition pauses; 20,000.
    pub uncommitted_max_messages: usize,
    /// Their bytes; 64 MiB.
    pub uncommitted_max_bytes: usize,
    /// 1 s.
    pub commit_interval: Duration,
    /// How long a partition waits after a batch failed, before it goes back to it; 1 s.
    pub retry_delay: Duration,
    /// How long shutdown waits for batches to become durable; 10 s.
    pub drain_timeout: Duration,
    pub limits: Limits,
}

/// Settings of librdkafka that are Decant's to make.
const RESERVED: [&str; 7] = [
    "bootstrap.servers",
    "metadata.broker.list",
    "group.id",
    "enable.auto.commit",
    "enable.auto.offset.store",
    "auto.offset.reset",
    "enable.partition.eof",
];

impl Default for KafkaConfig {
    fn default() -> Self {
        let topic = |name: &str, signal| Topic { name: name.to_owned(), encoding: Encoding::OtlpProto, signal };
        Self {
            brokers: Vec::new(),
            group_id: "decant".to_owned(),
            topics: vec![
                topic("otlp_logs", Signal::Logs),
                topic("otlp_metrics", Signal::Metrics),
                topic("otlp_spans", Signal::Traces),
            ],
            start: Start::Earliest,
            properties: BTreeMap::new(),
            batch_max_rows: 8_192,
            batch_max_bytes: 4 << 20,
            linger: Duration::from_millis(200),
            uncommitted_max_messages: 20_000,
            uncommitted_max_bytes: 64 << 20,
            commit_interval: Duration::from_secs(1),
            retry_delay: Duration::from_secs(1),
            drain_timeout: Duration::from_secs(10),
            limits: Limits::default(),
        }
    }
}

impl RawKafka {
    pub(super) fn validate(self) -> Result<Option<KafkaConfig>, ConfigError> {
        let default = KafkaConfig::default();
        if let Some(key) = self.properties.keys().find(|key| RESERVED.contains(&key.as_str())) {
            return Err(ConfigError::Property(key.clone()));
        }
        let topics = match self.topics {
            None => default.topics,
            Some(topics) => topics.into_iter().map(RawTopic::validate).collect::<Result<_, _>>()?,
        };
        if topics.is_empty() {
            return Err(ConfigError::Empty { setting: "kafka.topics", mend: "name a topic, or leave it out" });
        }
        let mut names = BTreeSet::new();
        if let Some(twice) = topics.iter().find(|topic| !names.insert(&topic.name)) {
            return Err(ConfigError::TopicTwice(twice.name.clone()));
        }
        let start = match self.start.as_deref() {
            None | Some("earliest") => Start::Earliest,
            Some("latest") => Start::Latest,
            Some(_) => return Err(one_of("kafka.start", "earliest, latest")),
        };
        let group_id = self.group_id.unwrap_or(default.group_id);
        if group_id.is_empty() {
            return Err(ConfigError::Empty { setting: "kafka.group_id", mend: "name the group, or leave it out" });
        }
        let rows = size("kafka.batch_max_rows", self.batch_max_rows, default.batch_max_rows, (1, 1_000_000))?;
        let bytes = size("kafka.batch_max_bytes", self.batch_max_bytes, default.batch_max_bytes, (1_024, 1 << 30))?;
        let messages = size(
            "kafka.uncommitted_max_messages",
            self.uncommitted_max_messages,
            default.uncommitted_max_messages,
            (1, 10_000_000),
        )?;
        let uncommitted_bytes = size(
            "kafka.uncommitted_max_bytes",
            self.uncommitted_max_bytes,
            default.uncommitted_max_bytes,
            (1 << 20, 1 << 40),
        )?;
        let config = KafkaConfig {
            brokers: self.brokers,
            group_id,
            topics,
            start,
            properties: self.properties,
            batch_max_rows: rows,
            batch_max_bytes: bytes,
            linger: millis("kafka.linger_ms", self.linger_ms, default.linger, (0, 60_000))?,
            uncommitted_max_messages: messages,
            uncommitted_max_bytes: uncommitted_bytes,
            commit_interval: millis(
                "kafka.commit_interval_ms",
                self.commit_interval_ms,
                default.commit_interval,
                (10, 60_000),
            )?,
            retry_delay: millis("kafka.retry_delay_ms", self.retry_delay_ms, default.retry_delay, (10, 60_000))?,
            drain_timeout: millis(
                "kafka.drain_timeout_ms",
                self.drain_timeout_ms,
                default.drain_timeout,
                (0, 600_000),
            )?,
            limits: default.limits,
        };
        Ok(Some(config).filter(|config| !config.brokers.is_empty()))
    }
}

impl RawTopic {
    fn validate(self) -> Result<Topic, ConfigError> {
        if self.name.is_empty() {
            return Err(ConfigError::Empty { setting: "kafka.topics.name", mend: "name the topic" });
        }
        let encoding = match self.encoding.as_deref() {
            None => Encoding::OtlpProto,
            Some(name) => Encoding::from_name(name)
                .ok_or_else(|| one_of("kafka.topics.encoding", "otlp_proto, otlp_json, json, raw, text"))?,
        };
        let signal = match self.signal.as_deref() {
            Some("logs") => Signal::Logs,
            Some("metrics") => Signal::Metrics,
            Some("traces" | "spans") => Signal::Traces,
            Some(_) => return Err(one_of("kafka.topics.signal", "logs, metrics, traces")),
            None if self.name.contains("metric") => Signal::Metrics,
            None if self.name.contains("span") || self.name.contains("trace") => Signal::Traces,
            None => Signal::Logs,
        };
        Ok(Topic { name: self.name, encoding, signal })
    }
}

fn one_of(setting: &'static str, allowed: &'static str) -> ConfigError {
    ConfigError::OneOf { setting, allowed }
}
