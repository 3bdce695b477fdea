//! Text or JSON: `format=` decides, else `Accept`, else text.
//!
//! Of `Accept` (RFC 9110, section 12.5.1) only this is read: does it name `application/json` with a weight above that
//! of `text/plain`? Wildcards ask for nothing in particular and get text.

use axum::http::{HeaderMap, header};

use crate::{parameters::quoted, query::Format, service::ServiceError};

pub(super) fn named(format: &str) -> Result<Format, ServiceError> {
    match format {
        "text" => Ok(Format::Text),
        "json" => Ok(Format::Json),
        other => Err(ServiceError::InvalidArgument(format!("format is {}: use text or json", quoted(other)))),
    }
}

pub(crate) fn accepted(headers: &HeaderMap) -> Format {
    let mut text = 0.0;
    let mut json = 0.0;
    let ranges = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    for range in ranges.flat_map(|value| value.split(',')) {
        let mut parts = range.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default().to_ascii_lowercase();
        let weight = parts.find_map(|part| part.strip_prefix("q=")?.parse::<f32>().ok()).unwrap_or(1.0);
        match name.as_str() {
            "application/json" => json = weight,
            "text/plain" => text = weight,
            _ => {}
        }
    }
    // In doubt, a client that took the trouble to name JSON means it.
    if json > 0.0 && json >= text { Format::Json } else { Format::Text }
}
