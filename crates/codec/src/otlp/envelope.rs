//! The outermost object of OTLP/JSON: one of `resourceLogs`, `resourceMetrics`, `resourceSpans`, or several of them.

use serde::Deserialize;

use super::lenient::List;
use super::logs::ResourceLogs;
use super::metrics::ResourceMetrics;
use super::traces::ResourceSpans;

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

impl<'a> Envelope<'a> {
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
