//! Checks that the sections share.

use std::{net::SocketAddr, time::Duration};

use super::ConfigError;

pub(super) fn in_range(
    setting: &'static str,
    value: Option<u64>,
    default: u64,
    (min, max): (u64, u64),
) -> Result<u64, ConfigError> {
    let value = value.unwrap_or(default);
    if (min..=max).contains(&value) { Ok(value) } else { Err(ConfigError::OutOfRange { setting, value, min, max }) }
}

pub(super) fn size(
    setting: &'static str,
    value: Option<usize>,
    default: usize,
    (min, max): (usize, usize),
) -> Result<usize, ConfigError> {
    let wide = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
    in_range(setting, value.map(wide), wide(default), (wide(min), wide(max)))?;
    Ok(value.unwrap_or(default))
}

pub(super) fn millis(
    setting: &'static str,
    value: Option<u64>,
    default: Duration,
    range: (u64, u64),
) -> Result<Duration, ConfigError> {
    let default = u64::try_from(default.as_millis()).unwrap_or(u64::MAX);
    in_range(setting, value, default, range).map(Duration::from_millis)
}

/// An address, or `off`.
pub(super) fn address(
    setting: &'static str,
    value: Option<String>,
    port: u16,
) -> Result<Option<SocketAddr>, ConfigError> {
    let Some(value) = value else { return Ok(Some(SocketAddr::from(([127, 0, 0, 1], port)))) };
    let text = value.trim();
    if text == "off" {
        return Ok(None);
    }
    let text = text.strip_prefix("localhost:").map_or_else(|| text.to_owned(), |port| format!("127.0.0.1:{port}"));
    text.parse().map(Some).map_err(|_| ConfigError::Address { setting, port })
}
