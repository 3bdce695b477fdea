//! Settings of the search for excerpts: as written ([`RawConfig`]), and as checked ([`Config`]).

use serde::Deserialize;

/// The section as an operator writes it; everything may be left out.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RawConfig {
    /// Lines kept of one source, half of what it may hold in between; 4,096.
    pub max_lines_per_source: Option<usize>,
    /// Lines kept of all sources, half of what they may hold in between; 32,768.
    pub max_lines: Option<usize>,
    /// Sources looked at; 1,024.
    pub max_sources: Option<usize>,
    /// Shapes of telling lines that are counted; 65,536.
    pub max_shapes: Option<usize>,
    /// Excerpts handed on; 1,024.
    pub max_excerpts: Option<usize>,
}

/// How much is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    pub max_lines_per_source: usize,
    pub max_lines: usize,
    pub max_sources: usize,
    pub max_shapes: usize,
    pub max_excerpts: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            max_lines_per_source: 4_096,
            max_lines: 32_768,
            max_sources: 1_024,
            max_shapes: 65_536,
            max_excerpts: 1_024,
        }
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
    pub fn validate(&self) -> Result<Config, ConfigError> {
        let default = Config::default();
        let check = |setting, value: Option<usize>, otherwise: usize, min: usize, max: usize| {
            let value = value.unwrap_or(otherwise);
            let fits = (min..=max).contains(&value);
            if fits { Ok(value) } else { Err(ConfigError::OutOfRange { setting, value, min, max }) }
        };
        Ok(Config {
            max_lines_per_source: check(
                "max_lines_per_source",
                self.max_lines_per_source,
                default.max_lines_per_source,
                64,
                1 << 20,
            )?,
            max_lines: check("max_lines", self.max_lines, default.max_lines, 64, 1 << 24)?,
            max_sources: check("max_sources", self.max_sources, default.max_sources, 1, 1 << 20)?,
            max_shapes: check("max_shapes", self.max_shapes, default.max_shapes, 64, 1 << 24)?,
            max_excerpts: check("max_excerpts", self.max_excerpts, default.max_excerpts, 1, 1 << 20)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(json: &str, expected: Result<Config, &str>) {
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
        check("{}", Ok(Config::default()));
        check(r#"{"max_sources":7}"#, Ok(Config { max_sources: 7, ..Config::default() }));
        check(r#"{"max_sources":0}"#, Err("max_sources is 0"));
        check(r#"{"max_lines_per_source":1}"#, Err("max_lines_per_source"));
        check(r#"{"max_line":1}"#, Err("unknown field `max_line`"));
    }
}
