//! Settings of dedup: as written ([`RawConfig`]), and as checked ([`Config`]).

use serde::Deserialize;

/// The section as an operator writes it; everything may be left out.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RawConfig {
    /// Event-time length of a window in which equal log records are repeats of each other; 10,000.
    pub window_ms: Option<u32>,
    /// Identities remembered in one generation, for each signal; 262,144.
    pub max_keys: Option<usize>,
}

/// Limits; the defaults suit one lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Config {
    /// Event-time length of a window in which equal log records are repeats of each other.
    pub window_ms: u32,
    /// Identities remembered in one generation (16 bytes each).
    pub max_keys: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self { window_ms: 10_000, max_keys: 1 << 18 }
    }
}

/// A setting that cannot be meant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    #[error("{setting} is {value}: it must lie between {min} and {max}")]
    OutOfRange { setting: &'static str, value: usize, min: usize, max: usize },
}

impl RawConfig {
    /// # Errors
    /// The first setting that cannot be meant.
    pub fn validate(self) -> Result<Config, ConfigError> {
        let default = Config::default();
        let window_ms = self.window_ms.unwrap_or(default.window_ms);
        in_range("window_ms", window_ms as usize, (1, 24 * 3_600_000))?;
        let max_keys = in_range("max_keys", self.max_keys.unwrap_or(default.max_keys), (1_024, 1 << 28))?;
        Ok(Config { window_ms, max_keys })
    }
}

fn in_range(setting: &'static str, value: usize, (min, max): (usize, usize)) -> Result<usize, ConfigError> {
    if (min..=max).contains(&value) { Ok(value) } else { Err(ConfigError::OutOfRange { setting, value, min, max }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_that_cannot_be_meant_are_named() {
        let check = |raw: RawConfig, word: &str| {
            assert!(raw.validate().is_err_and(|e| e.to_string().contains(word)), "{word}");
        };
        assert_eq!(RawConfig::default().validate(), Ok(Config::default()));
        check(RawConfig { window_ms: Some(0), ..RawConfig::default() }, "window_ms is 0");
        check(RawConfig { max_keys: Some(1), ..RawConfig::default() }, "max_keys is 1");
    }
}
