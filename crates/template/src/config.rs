//! Settings of the miner: as written ([`RawConfig`]), and as checked ([`Config`]).

use serde::Deserialize;

use crate::mask::MaskConfig;

/// The section as an operator writes it; everything may be left out.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RawConfig {
    /// Shapes held at once; beyond it the rarest go, counted. 65,536.
    pub max_shapes: Option<usize>,
    /// Bytes held by shapes and their values at once. 128 MiB.
    pub max_bytes: Option<usize>,
    /// Bytes of one line that are looked at; the rest is one wildcard. 16,384.
    pub max_line_bytes: Option<usize>,
    /// Bytes of one shape: a line whose constants are longer ends in a wildcard. 2,048.
    pub max_shape_bytes: Option<usize>,
    /// Values kept for each slot. 16.
    pub max_values: Option<usize>,
    /// Part of every template's id. Empty.
    pub scope: Option<String>,
    /// Patterns of the operator's own. None.
    pub masks: Vec<MaskConfig>,
}

/// Limits of one miner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    pub max_shapes: usize,
    pub max_bytes: usize,
    pub max_line_bytes: usize,
    pub max_shape_bytes: usize,
    pub max_values: usize,
    pub scope: String,
    /// Each compiles: see [`RawConfig::validate`].
    pub masks: Vec<MaskConfig>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            max_shapes: 65_536,
            max_bytes: 128 << 20,
            max_line_bytes: 16_384,
            max_shape_bytes: 2_048,
            max_values: 16,
            scope: String::new(),
            masks: Vec::new(),
        }
    }
}

/// A setting that cannot be meant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    #[error("{setting} is {value}: it must lie between {min} and {max}")]
    OutOfRange { setting: &'static str, value: usize, min: usize, max: usize },
    #[error("mask name `{name}` must be 1 to 31 lower-case letters, `_` or `-`")]
    MaskName { name: String },
    #[error("mask `{name}` must say in `needs` which text a line holds that it is for")]
    MaskNeeds { name: String },
    #[error("pattern of mask `{name}` is not a regular expression")]
    MaskPattern { name: String },
}

impl RawConfig {
    /// # Errors
    /// The first setting that cannot be meant.
    pub fn validate(&self) -> Result<Config, ConfigError> {
        let default = Config::default();
        let limit = |setting, value: Option<usize>, default: usize, min: usize, max: usize| {
            let value = value.unwrap_or(default);
            if (min..=max).contains(&value) {
                Ok(value)
            } else {
                Err(ConfigError::OutOfRange { setting, value, min, max })
            }
        };
        for mask in &self.masks {
            mask.compile()?;
        }
        Ok(Config {
            max_shapes: limit("max_shapes", self.max_shapes, default.max_shapes, 16, 1 << 24)?,
            max_bytes: limit("max_bytes", self.max_bytes, default.max_bytes, 1 << 20, 1 << 36)?,
            max_line_bytes: limit("max_line_bytes", self.max_line_bytes, default.max_line_bytes, 64, 1 << 24)?,
            max_shape_bytes: limit("max_shape_bytes", self.max_shape_bytes, default.max_shape_bytes, 64, 1 << 20)?,
            max_values: limit("max_values", self.max_values, default.max_values, 2, 256)?,
            scope: self.scope.clone().unwrap_or_default(),
            masks: self.masks.clone(),
        })
    }
}
