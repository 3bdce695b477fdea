//! Settings of what listens: as written ([`RawConfig`]), and as checked ([`Config`]).
//!
//! The OTLP servers listen on loopback unless told otherwise. Kafka is off until brokers are named.

mod checks;
mod kafka;
mod otlp;

use std::time::Duration;

use serde::Deserialize;

pub use kafka::{KafkaConfig, RawKafka, RawTopic, Start, Topic};
pub use otlp::{Acknowledge, OtlpConfig, OtlpLimits, RawOtlp};

use checks::{millis, size};

/// The section as an operator writes it; everything may be left out.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RawConfig {
    pub otlp: RawOtlp,
    pub kafka: RawKafka,
    pub intake: RawIntake,
}

/// As [`IntakeLimits`]; what is left out has its default.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RawIntake {
    pub batches_max: Option<usize>,
    pub rows_max: Option<usize>,
    pub bytes_max: Option<usize>,
    pub wait_max_ms: Option<u64>,
}

/// What comes in, and by which ways.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    pub otlp: OtlpConfig,
    /// `None`: no brokers were named.
    pub kafka: Option<KafkaConfig>,
    pub intake: IntakeLimits,
}

/// How much may be on its way in, from all sources, until it is durable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IntakeLimits {
    /// 1,024.
    pub batches_max: usize,
    /// 1,000,000.
    pub rows_max: usize,
    /// 256 MiB.
    pub bytes_max: usize,
    /// How long an OTLP request waits for room; 2 s.
    pub wait_max: Duration,
}

impl Default for IntakeLimits {
    fn default() -> Self {
        Self { batches_max: 1_024, rows_max: 1_000_000, bytes_max: 256 << 20, wait_max: Duration::from_secs(2) }
    }
}

/// A setting that cannot be meant. Words are not repeated: they may be a password at the wrong place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    #[error("{setting}: write an address and a port, such as 127.0.0.1:{port}, or off")]
    Address { setting: &'static str, port: u16 },
    #[error("{setting} is {value}: it must lie between {min} and {max}")]
    OutOfRange { setting: &'static str, value: u64, min: u64, max: u64 },
    #[error("{setting}: it must be one of {allowed}")]
    OneOf { setting: &'static str, allowed: &'static str },
    #[error("{setting} is empty: {mend}")]
    Empty { setting: &'static str, mend: &'static str },
    #[error("kafka.topics names {0:?} twice: a topic has one encoding")]
    TopicTwice(String),
    #[error("kafka.properties sets {0:?}, which decides when offsets are committed: leave it out")]
    Property(String),
}

impl RawConfig {
    /// # Errors
    /// The first setting that cannot be meant.
    pub fn validate(self) -> Result<Config, ConfigError> {
        Ok(Config { otlp: self.otlp.validate()?, kafka: self.kafka.validate()?, intake: self.intake.validate()? })
    }
}

impl RawIntake {
    fn validate(self) -> Result<IntakeLimits, ConfigError> {
        let default = IntakeLimits::default();
        Ok(IntakeLimits {
            batches_max: size("intake.batches_max", self.batches_max, default.batches_max, (1, 1_000_000))?,
            rows_max: size("intake.rows_max", self.rows_max, default.rows_max, (1_000, 1_000_000_000))?,
            bytes_max: size("intake.bytes_max", self.bytes_max, default.bytes_max, (1 << 20, 1 << 40))?,
            wait_max: millis("intake.wait_max_ms", self.wait_max_ms, default.wait_max, (0, 60_000))?,
        })
    }
}

#[cfg(test)]
mod tests;
