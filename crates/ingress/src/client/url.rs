//! What an endpoint's URL means.

use axum::http::Uri;

use super::ClientError;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    Grpc,
    Http,
}

/// An endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) way: Way,
    /// Without a slash at the end; for HTTP `/v1/..` is added to it.
    pub(super) url: String,
}

impl Target {
    pub(super) fn parse(text: &str) -> Result<Self, ClientError> {
        let wrong = || ClientError::Url { url: text.to_owned() };
        let trimmed = text.trim();
        let url = if trimmed.contains("://") { trimmed.to_owned() } else { format!("http://{trimmed}") };
        let (url, forced) = match url.strip_prefix("grpc://") {
            Some(rest) => (format!("http://{rest}"), true),
            None => (url, false),
        };
        let uri: Uri = url.parse().map_err(|_| wrong())?;
        let scheme = uri.scheme_str().ok_or_else(wrong)?;
        let authority = uri.authority().filter(|a| !a.host().is_empty()).ok_or_else(wrong)?;
        if scheme == "https" {
            return Err(ClientError::Tls { url: text.to_owned() });
        }
        if scheme != "http" || uri.query().is_some() {
            return Err(wrong());
        }
        let mut path = uri.path().trim_end_matches('/');
        for signal in ["/v1/logs", "/v1/metrics", "/v1/traces", "/v1"] {
            path = path.strip_suffix(signal).unwrap_or(path);
        }
        let http = !forced && (authority.port_u16() == Some(4318) || !uri.path().trim_matches('/').is_empty());
        let (way, path, default_port) = if http { (Way::Http, path, 4318) } else { (Way::Grpc, "", 4317) };
        let authority = match authority.port_u16() {
            Some(_) => authority.as_str().to_owned(),
            None => format!("{}:{default_port}", authority.host()),
        };
        Ok(Self { way, url: format!("http://{authority}{path}") })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, way: Way, url: &str) {
        assert_eq!(Target::parse(text), Ok(Target { way, url: url.to_owned() }), "{text}");
    }

    #[test]
    fn port_and_path_tell_the_protocol() {
        check("http://localhost:4317", Way::Grpc, "http://localhost:4317");
        check("http://localhost:4317/", Way::Grpc, "http://localhost:4317");
        check("localhost:9999", Way::Grpc, "http://localhost:9999");
        check("grpc://[::1]:4318", Way::Grpc, "http://[::1]:4318");
        check("http://collector", Way::Grpc, "http://collector:4317");
        check("http://localhost:4318", Way::Http, "http://localhost:4318");
        check("http://localhost:80/v1/logs", Way::Http, "http://localhost:80");
        check("http://localhost:4318/v1", Way::Http, "http://localhost:4318");
        check("http://localhost:80/v1/", Way::Http, "http://localhost:80");
        check("http://localhost:80/otlp/", Way::Http, "http://localhost:80/otlp");
        check("http://collector/otlp/v1/traces", Way::Http, "http://collector:4318/otlp");
    }

    #[test]
    fn what_is_no_endpoint_is_refused() {
        for text in ["", "http://", "ftp://host:1", "http://host:4318/?a=b", "http://ho st"] {
            assert!(matches!(Target::parse(text), Err(ClientError::Url { .. })), "{text}");
        }
        assert!(matches!(Target::parse("https://host:4317"), Err(ClientError::Tls { .. })));
    }
}
