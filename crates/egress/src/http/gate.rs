//! The gate: keeps a browser's other pages out of a server on loopback.
//!
//! A page anywhere on the web may point its own host name at 127.0.0.1 (DNS rebinding) and then read what this server
//! says as if it were its own. Such requests carry that page's host name, so only known names pass. A request with an
//! `Origin` comes from a page, and passes when that origin was allowed. Neither replaces authentication.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header},
    middleware::Next,
    response::Response,
};
use tower_http::cors::{AllowHeaders, AllowOrigin, CorsLayer};

use super::problem;
use crate::{parameters::quoted, service::ServiceError};

pub(super) struct Gate {
    /// In lower case, with or without a port; empty: any.
    hosts: Vec<String>,
    origins: Vec<String>,
}

impl Gate {
    pub(super) fn new(hosts: Vec<String>, origins: Vec<String>) -> Self {
        let lower = |names: Vec<String>| names.into_iter().map(|name| name.to_ascii_lowercase()).collect();
        Self { hosts: lower(hosts), origins: lower(origins) }
    }

    fn check(&self, uri: &Uri, headers: &HeaderMap) -> Result<(), ServiceError> {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_ascii_lowercase);
        let host = uri.authority().map(|a| a.as_str().to_ascii_lowercase()).or_else(|| text(header::HOST));
        let host = host.unwrap_or_default();
        if !self.hosts.is_empty() && !self.hosts.iter().any(|name| *name == host || name == without_port(&host)) {
            return Err(ServiceError::InvalidArgument(format!(
                "the host name {} is not answered to: add it to allowed_hosts",
                quoted(&host)
            )));
        }
        if headers.contains_key(header::ORIGIN) {
            let origin = text(header::ORIGIN).unwrap_or_default();
            if !self.origins.contains(&origin) {
                return Err(ServiceError::InvalidArgument(format!(
                    "pages of {} may not ask: add it to allowed_origins",
                    quoted(&origin)
                )));
            }
        }
        Ok(())
    }
}

/// `[::1]:4321` and `[::1]` are `::1`.
fn without_port(host: &str) -> &str {
    if let Some(rest) = host.strip_prefix('[') {
        return rest.split_once(']').map_or(rest, |(address, _)| address);
    }
    host.split_once(':').map_or(host, |(name, _)| name)
}

/// Tells browsers that pages of the allowed origins may read the answers (<https://fetch.spec.whatwg.org/>, CORS).
pub(super) fn cors(origins: &[String]) -> CorsLayer {
    let origins = origins.iter().filter_map(|origin| HeaderValue::from_str(origin).ok());
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_methods([Method::GET, Method::POST])
        .allow_headers(AllowHeaders::mirror_request())
}

pub(super) async fn pass(State(gate): State<Arc<Gate>>, request: Request, next: Next) -> Response {
    match gate.check(request.uri(), request.headers()) {
        Ok(()) => next.run(request).await,
        Err(error) => problem::with_status(StatusCode::FORBIDDEN, &error),
    }
}
