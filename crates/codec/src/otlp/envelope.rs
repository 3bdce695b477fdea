//! The outermost object of OTLP/JSON: one of `resourceLogs`, `resourceMetrics`, `resourceSpans`, or several of them.

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::lenient::List;
use super::logs::ResourceLogs;
use super::metrics::ResourceMetrics;
use super::traces::ResourceSpans;
use crate::DecodeError;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Envelope<'a> {
    #[serde(borrow, rename = "resourceLogs", alias = "resource_logs")]
    resource_logs: Option<List<ResourceLogs<'a>>>,
    #[serde(borrow, rename = "resourceMetrics", alias = "resource_metrics")]
    resource_metrics: Option<List<ResourceMetrics<'a>>>,
    #[serde(borrow, rename = "resourceSpans", alias = "resource_spans")]
    resource_spans: Option<List<ResourceSpans<'a>>>,
}

/// The members by name, for an object that has none of the three or has them empty.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Empty {
    #[serde(rename = "resourceLogs", alias = "resource_logs")]
    _logs: IgnoredAny,
    #[serde(rename = "resourceMetrics", alias = "resource_metrics")]
    _metrics: IgnoredAny,
    #[serde(rename = "resourceSpans", alias = "resource_spans")]
    _spans: IgnoredAny,
}

impl<'a> Envelope<'a> {
    /// A whole message. `{}` is an empty request; a list, or an object of other things, is none.
    ///
    /// # Errors
    /// It is malformed, or no OTLP.
    pub(crate) fn read(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        // The parser would take a list for the members in their order.
        if bytes.trim_ascii_start().first() == Some(&b'[') {
            return Err(DecodeError::NotOtlp);
        }
        let envelope: Self = serde_json::from_slice(bytes)?;
        if !envelope.is_otlp() && serde_json::from_slice::<Empty>(bytes).is_err() {
            return Err(DecodeError::NotOtlp);
        }
        Ok(envelope)
    }

    /// Whether any of the three is there; an object without them is not OTLP.
    pub(crate) fn is_otlp(&self) -> bool {
        self.resource_logs.is_some() || self.resource_metrics.is_some() || self.resource_spans.is_some()
    }

    pub(crate) fn logs(&self) -> &[ResourceLogs<'a>] {
        self.resource_logs.as_ref().map_or(&[], |l| l.0.as_slice())
    }

    pub(crate) fn metrics(&self) -> &[ResourceMetrics<'a>] {
        self.resource_metrics.as_ref().map_or(&[], |l| l.0.as_slice())
    }

    pub(crate) fn traces(&self) -> &[ResourceSpans<'a>] {
        self.resource_spans.as_ref().map_or(&[], |l| l.0.as_slice())
    }
}
