//! Settings of the store: as written ([`RawConfig`]), and as checked ([`StoreConfig`]).

use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;

/// The section as an operator writes it; everything may be left out.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RawConfig {
    /// The folder. The binary decides when it is left out.
    pub path: Option<PathBuf>,
    /// The oldest segments go when there is more than this; 0: no limit. 20 GiB.
    pub max_bytes: Option<u64>,
    /// Segments that were written longer ago go; 0: no limit. 168 (a week).
    pub max_age_hours: Option<u64>,
    /// Of zstd, 1 to 19; 3.
    pub compression_level: Option<i32>,
    /// Rows of a Parquet row group; 131,072.
    pub row_group_rows: Option<usize>,
}

/// How much is kept, and how it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreConfig {
    /// Bytes of segment files; `None`: no limit.
    pub max_bytes: Option<u64>,
    /// Since the writing; `None`: no limit.
    pub max_age: Option<Duration>,
    pub compression_level: i32,
    pub row_group_rows: usize,
}

impl Default for StoreConfig {
    fn default() -> Self {
        Self {
            max_bytes: Some(20 << 30),
            max_age: Some(Duration::from_secs(7 * 24 * 3600)),
            compression_level: 3,
            row_group_rows: 131_072,
        }
    }
}

/// A setting that cannot be meant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    #[error("{setting} is {value}: it must lie between {min} and {max}")]
    OutOfRange { setting: &'static str, value: u64, min: u64, max: u64 },
}

impl RawConfig {
    /// # Errors
    /// The first setting that cannot be meant.
    pub fn validate(&self) -> Result<StoreConfig, ConfigError> {
        let default = StoreConfig::default();
        let max_bytes = match self.max_bytes {
            None => default.max_bytes,
            Some(0) => None,
            // Below this, a store would delete what it has just acknowledged.
            Some(n) => Some(in_range("max_bytes", n, (16 << 20, 1 << 60))?),
        };
        let max_age = match self.max_age_hours {
            None => default.max_age,
            Some(0) => None,
            Some(n) => Some(Duration::from_secs(3600 * in_range("max_age_hours", n, (1, 24 * 36_500))?)),
        };
        let level = self.compression_level.unwrap_or(default.compression_level);
        in_range("compression_level", u64::try_from(level).unwrap_or(0), (1, 19))?;
        let rows = self.row_group_rows.unwrap_or(default.row_group_rows);
        in_range("row_group_rows", u64::try_from(rows).unwrap_or(u64::MAX), (1_024, 16 << 20))?;
        Ok(StoreConfig { max_bytes, max_age, compression_level: level, row_group_rows: rows })
    }
}

fn in_range(setting: &'static str, value: u64, (min, max): (u64, u64)) -> Result<u64, ConfigError> {
    if (min..=max).contains(&value) { Ok(value) } else { Err(ConfigError::OutOfRange { setting, value, min, max }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(json: &str, expected: Result<StoreConfig, &str>) {
        let found = serde_json::from_str::<RawConfig>(json)
            .map_err(|e| e.to_string())
            .and_then(|raw| raw.validate().map_err(|e| e.to_string()));
        match expected {
            Ok(config) => assert_eq!(found, Ok(config), "{json}"),
            Err(word) => assert!(found.as_ref().is_err_and(|e| e.contains(word)), "{json}: {found:?}"),
        }
    }

    #[test]
    fn settings_that_cannot_be_meant_are_named() {
        check("{}", Ok(StoreConfig::default()));
        check(
            r#"{"max_bytes":0,"max_age_hours":0}"#,
            Ok(StoreConfig { max_bytes: None, max_age: None, ..StoreConfig::default() }),
        );
        check(r#"{"max_bytes":1}"#, Err("max_bytes is 1"));
        check(r#"{"max_age_hours":99999999}"#, Err("max_age_hours"));
        check(r#"{"compression_level":-3}"#, Err("compression_level"));
        check(r#"{"row_group_rows":1}"#, Err("row_group_rows"));
        check(r#"{"max_byte":1}"#, Err("unknown field `max_byte`"));
    }
}
