//! Spans by the semantic conventions of OpenTelemetry.

use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::trace::v1::span::{Event, Link, SpanKind};
use opentelemetry_proto::tonic::trace::v1::{Span, Status, status::StatusCode};

use crate::otlp::kv;
use crate::shop::{Operation, Peer, PeerKind};
use crate::trouble::{Target, Trouble};

use super::{Frame, Walk, http};

impl Walk<'_> {
    fn blank(&self, span: [u8; 8], parent: Option<[u8; 8]>, name: String, kind: SpanKind) -> Span {
        Span {
            trace_id: self.trace.to_vec(),
            span_id: span.to_vec(),
            parent_span_id: parent.map(|p| p.to_vec()).unwrap_or_default(),
            name,
            kind: kind as i32,
            ..Span::default()
        }
    }

    /// A piece of an operation.
    pub(super) fn internal(&mut self, frame: &Frame, name: &str) -> Span {
        let id = self.dice.id();
        self.blank(id, Some(frame.span), name.to_owned(), SpanKind::Internal)
    }

    /// The span of the operation itself.
    pub(super) fn server(&self, frame: &Frame, status: u16) -> Span {
        let operation = frame.operation;
        let kind = match operation.method {
            "poll" => SpanKind::Consumer,
            "cron" => SpanKind::Internal,
            _ => SpanKind::Server,
        };
        let mut span = self.blank(frame.span, frame.parent, operation.span_name(), kind);
        span.attributes = match operation.method {
            "rpc" => rpc(operation.route, frame.trouble),
            "poll" => vec![
                kv("messaging.system", "kafka"),
                kv("messaging.destination.name", operation.route),
                kv("messaging.operation.type", "process"),
                kv("messaging.consumer.group.name", frame.spec.name),
            ],
            "cron" => vec![kv("job.name", operation.route)],
            method => {
                let mut attributes = http(method, Some(status));
                attributes.push(kv("http.route", operation.route));
                attributes.push(kv("url.path", self.path(operation)));
                attributes
            }
        };
        if status >= 500 {
            let message = frame.exception.as_ref().map(|e| e.1.clone()).unwrap_or_default();
            span.status = Some(Status { code: StatusCode::Error as i32, message });
            span.attributes.push(kv("error.type", frame.trouble.map(Trouble::error_type).unwrap_or_default()));
        }
        span.events = frame.exception.iter().map(exception).collect();
        if operation.method == "poll" {
            let sender = frame.parent.iter().map(|parent| Link {
                trace_id: self.trace.to_vec(),
                span_id: parent.to_vec(),
                ..Link::default()
            });
            span.links = sender.collect();
        }
        span
    }

    /// The span of a call to a service, as the caller sees it.
    pub(super) fn client(
        &self,
        frame: &Frame,
        id: [u8; 8],
        operation: &Operation,
        to: &Target,
        trouble: Option<Trouble>,
    ) -> Span {
        let name = if operation.method == "rpc" { operation.route.to_owned() } else { operation.method.to_owned() };
        let mut span = self.blank(id, Some(frame.span), name, SpanKind::Client);
        span.attributes = if operation.method == "rpc" {
            rpc(operation.route, trouble)
        } else {
            let status = match trouble {
                None => Some(200),
                Some(Trouble::Answered(status)) => Some(status),
                Some(Trouble::Overloaded) => Some(503),
                Some(_) => None,
            };
            let mut attributes = http(operation.method, status);
            attributes.push(kv("url.full", format!("http://{}:{}{}", to.host, to.port, self.path(operation))));
            attributes
        };
        span.attributes.push(kv("server.address", to.host.as_str()));
        span.attributes.push(kv("server.port", i64::from(to.port)));
        span.attributes.push(kv("peer.service", to.name.as_str()));
        mark(&mut span, trouble, trouble.map_or_else(String::new, Trouble::error_type));
        span
    }

    /// The span of something asked of a peer.
    pub(super) fn peer_span(
        &mut self,
        frame: &Frame,
        peer: &Peer,
        what: &str,
        detail: &[(&str, &str)],
        failure: Option<(Trouble, String)>,
    ) -> Span {
        let id = self.dice.id();
        let kind = if peer.kind == PeerKind::Kafka { SpanKind::Producer } else { SpanKind::Client };
        let mut span = self.blank(id, Some(frame.span), what.to_owned(), kind);
        let key = match peer.kind {
            PeerKind::Kafka => "messaging.system",
            PeerKind::Provider => "network.protocol.name",
            _ => "db.system.name",
        };
        span.attributes.push(kv(key, peer.kind.system()));
        if !peer.namespace.is_empty() {
            span.attributes.push(kv("db.namespace", peer.namespace));
        }
        span.attributes.extend(detail.iter().map(|(key, value)| kv(key, *value)));
        span.attributes.push(kv("server.address", peer.host()));
        span.attributes.push(kv("server.port", i64::from(peer.port)));
        if peer.kind != PeerKind::Provider {
            span.attributes.push(kv("peer.service", peer.name));
        }
        if peer.kind == PeerKind::Provider && failure.as_ref().is_none_or(|f| f.0 == Trouble::PeerError) {
            span.attributes.push(kv("http.response.status_code", if failure.is_some() { 503 } else { 200 }));
        }
        let (trouble, message) = failure.map_or((None, String::new()), |(t, m)| (Some(t), m));
        mark(&mut span, trouble, message);
        span
    }

    pub(super) fn path(&self, operation: &Operation) -> String {
        let vars = &self.vars;
        let mut out = String::new();
        for part in operation.route.split('/').skip(1) {
            out.push('/');
            out.push_str(match part {
                "{sku}" | ":sku" => &vars.sku,
                "{user}" => &vars.user,
                "{session}" => &vars.session,
                "{partner}" => vars.partner,
                "{id}" | ":id" => &vars.order,
                other => other,
            });
        }
        out
    }
}

fn mark(span: &mut Span, trouble: Option<Trouble>, message: String) {
    if let Some(trouble) = trouble {
        span.status = Some(Status { code: StatusCode::Error as i32, message });
        span.attributes.push(kv("error.type", trouble.error_type()));
    }
}

fn exception((kind, message, trace): &(String, String, String)) -> Event {
    Event {
        name: "exception".to_owned(),
        attributes: vec![
            kv("exception.type", kind.as_str()),
            kv("exception.message", message.as_str()),
            kv("exception.stacktrace", trace.as_str()),
        ],
        ..Event::default()
    }
}

fn rpc(route: &str, trouble: Option<Trouble>) -> Vec<KeyValue> {
    let (service, method) = route.split_once('/').unwrap_or((route, ""));
    let code = match trouble {
        None => 0,
        Some(Trouble::Timeout) => 4,
        Some(Trouble::Answered(404)) => 5,
        Some(Trouble::Answered(503 | 504) | Trouble::Overloaded) => 14,
        Some(Trouble::Answered(_) | Trouble::Thrown | Trouble::BadRecord | Trouble::NoSpace | Trouble::PoolEmpty) => 13,
        Some(_) => 14,
    };
    vec![
        kv("rpc.system", "grpc"),
        kv("rpc.service", service),
        kv("rpc.method", method),
        kv("rpc.grpc.status_code", code),
    ]
}
