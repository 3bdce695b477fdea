//! Settings of the stages, nested as an operator writes them.

use serde::Deserialize;

/// The stages' sections; everything may be left out.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RawConfig {
    pub redact: decant_redact::RawConfig,
    pub template: decant_template::RawConfig,
    pub dedup: decant_dedup::RawConfig,
    pub detect: decant_detect::RawConfig,
}

/// Checked settings of a lane and of the correlator.
#[derive(Clone, Debug, Default)]
pub struct Config {
    pub redact: decant_redact::Config,
    pub template: decant_template::Config,
    pub dedup: decant_dedup::Config,
    pub detect: decant_detect::Config,
}

/// A setting that cannot be meant, with the section it stands in.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("redact.{0}")]
    Redact(decant_redact::ConfigError),
    #[error("template.{0}")]
    Template(decant_template::ConfigError),
    #[error("dedup.{0}")]
    Dedup(decant_dedup::ConfigError),
    #[error("detect.{0}")]
    Detect(decant_detect::ConfigError),
}

impl RawConfig {
    /// # Errors
    /// The first setting that cannot be meant.
    pub fn validate(self) -> Result<Config, ConfigError> {
        Ok(Config {
            redact: self.redact.validate().map_err(ConfigError::Redact)?,
            template: self.template.validate().map_err(ConfigError::Template)?,
            dedup: self.dedup.validate().map_err(ConfigError::Dedup)?,
            detect: self.detect.validate().map_err(ConfigError::Detect)?,
        })
    }
}
