//! One operation while it runs, and what its caller gets.

use crate::pods::PodId;
use crate::shop::{INFO, Language, Operation, Service, ServiceId, WARN};
use crate::trouble::Trouble;

use super::Walk;

/// The activation record of an operation.
#[derive(Debug)]
pub(crate) struct Frame {
    pub(crate) service: ServiceId,
    pub(crate) spec: &'static Service,
    pub(crate) operation: &'static Operation,
    pub(crate) operation_id: usize,
    pub(crate) pod: PodId,
    pub(crate) slot: usize,
    pub(crate) span: [u8; 8],
    pub(crate) parent: Option<[u8; 8]>,
    pub(crate) start: i64,
    pub(crate) now: i64,
    pub(crate) trouble: Option<Trouble>,
    /// Type, message and trace.
    pub(crate) exception: Option<(String, String, String)>,
}

/// How an operation ended.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reply {
    pub(crate) end: i64,
    pub(crate) trouble: Option<Trouble>,
}

impl Frame {
    pub(super) fn new(
        walk: &mut Walk<'_>,
        target: (ServiceId, usize),
        pod: PodId,
        at: i64,
        parent: Option<[u8; 8]>,
    ) -> Self {
        Self {
            service: target.0,
            spec: walk.world.graph.service(target.0),
            operation: walk.world.graph.operation(target),
            operation_id: target.1,
            pod,
            slot: walk.world.pods.all[pod].slot,
            span: walk.dice.id(),
            parent,
            start: at,
            now: at,
            trouble: None,
            exception: None,
        }
    }

    /// What the web framework writes when a request is over; half of the services have that switched on.
    fn access_log(&self, walk: &mut Walk<'_>, status: u16) {
        let is_on = matches!(
            self.spec.name,
            "storefront" | "identity" | "cart" | "reviews" | "promotions" | "shipping" | "orders"
        );
        if !is_on || !self.operation.is_served() {
            return;
        }
        let (method, path) = (self.operation.method, walk.path(self.operation));
        let ms = (self.now - self.start) as f64 / 1e6;
        let severity = if status >= 500 { WARN } else { INFO };
        let (text, fields) = match self.spec.language {
            Language::DotNet => {
                (format!("Request finished HTTP/1.1 {method} {path} - {status} - application/json {ms:.4}ms"), vec![])
            }
            Language::Python => (format!("\"{method} {path} HTTP/1.1\" {status}"), vec![]),
            Language::Java => {
                (format!("{method} {path} {status} {} {}", 180 + usize::from(self.span[0]), ms as u64), vec![])
            }
            _ => (
                "request completed".to_owned(),
                vec![
                    ("method", method.to_owned()),
                    ("url", path),
                    ("statusCode", status.to_string()),
                    ("responseTime", format!("{ms:.1}")),
                ],
            ),
        };
        walk.write_entry(self, severity, text, fields, None);
    }

    /// Ends the operation's span and counts it.
    pub(super) fn finish(mut self, walk: &mut Walk<'_>) -> Reply {
        self.now += 50_000;
        let status = self.trouble.map_or(200, Trouble::status);
        let span = walk.server(&self, status);
        walk.world.span(self.pod, self.start, self.now, span);
        self.access_log(walk, status);
        if self.operation.method != "cron" {
            let ms = (self.now - self.start) as f64 / 1e6;
            let context = walk.context(&self);
            walk.world.meters.observe(self.pod, self.operation_id, status, ms, context, self.now);
        }
        Reply { end: self.now, trouble: self.trouble }
    }
}
