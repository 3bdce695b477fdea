//! What can go wrong in a call or a code path, as the language at hand says it.
//!
//! The same event has many texts: a refused connection is `ECONNREFUSED` to Node and a `java.net.ConnectException` to
//! Java. A service only ever says what its own client library sees.

use crate::shop::{Language, PeerKind};

/// A failure as the caller meets it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Trouble {
    /// No answer within the caller's limit.
    Timeout,
    Refused,
    Reset,
    /// The name did not resolve.
    NoName,
    /// The resolver did not answer.
    ResolverTimeout,
    CertificateExpired,
    /// The caller's circuit breaker is open.
    BreakerOpen,
    /// The callee sheds load.
    Overloaded,
    /// No connection free in the pool.
    PoolEmpty,
    NoSpace,
    /// A defect in the code.
    Thrown,
    /// A record that does not keep its contract.
    BadRecord,
    /// A provider or a database answers with an error of its own.
    PeerError,
    /// The callee answered with this status.
    Answered(u16),
}

impl Trouble {
    /// The HTTP status that a server answers with when it fails for this reason.
    pub(crate) fn status(self) -> u16 {
        match self {
            Self::Timeout => 504,
            Self::Thrown | Self::PoolEmpty | Self::BadRecord => 500,
            Self::NoSpace => 507,
            Self::Overloaded | Self::BreakerOpen => 503,
            Self::Answered(404) => 404,
            Self::Answered(503 | 504) => 503,
            _ => 502,
        }
    }

    /// Whether a client tries again.
    pub(crate) fn is_transient(self) -> bool {
        matches!(
            self,
            Self::Timeout | Self::Refused | Self::Reset | Self::NoName | Self::ResolverTimeout | Self::Overloaded
        ) || matches!(self, Self::Answered(502..=504))
    }

    /// `error.type` of the span.
    pub(crate) fn error_type(self) -> String {
        match self {
            Self::Timeout => "timeout".to_owned(),
            Self::Refused => "connection_refused".to_owned(),
            Self::Reset => "connection_reset".to_owned(),
            Self::NoName | Self::ResolverTimeout => "name_resolution_error".to_owned(),
            Self::CertificateExpired => "tls_error".to_owned(),
            Self::BreakerOpen => "circuit_open".to_owned(),
            Self::PoolEmpty => "pool_timeout".to_owned(),
            Self::Overloaded => "503".to_owned(),
            Self::Answered(status) => status.to_string(),
            Self::PeerError => "peer_error".to_owned(),
            Self::NoSpace => "io_error".to_owned(),
            Self::Thrown | Self::BadRecord => "_OTHER".to_owned(),
        }
    }
}

/// The other end of a failed call.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) name: String,
    pub(crate) host: String,
    pub(crate) ip: String,
    pub(crate) port: u16,
    /// `POST /charges`, or the operation of a statement.
    pub(crate) what: String,
    /// The caller's limit.
    pub(crate) timeout_ms: f64,
    pub(crate) peer: Option<PeerKind>,
    /// When the certificate ran out, as text; only read for [`Trouble::CertificateExpired`].
    pub(crate) expired_at: String,
}

/// Exception type and message.
pub(crate) fn describe(language: Language, trouble: Trouble, to: &Target) -> (String, String) {
    let Target { name, host, ip, port, what, timeout_ms, peer, expired_at } = to;
    let ms = *timeout_ms as u64;
    let database = peer.is_some_and(|p| p != PeerKind::Provider);
    let own = |kind: &str, message: String| (kind.to_owned(), message);
    match (trouble, language) {
        (Trouble::PeerError, _) => peer_error(language, to),
        (Trouble::Timeout, _) if database => database_timeout(language, to),
        (Trouble::Timeout, Language::Go) => {
            own("context.deadlineExceededError", format!("{what}: context deadline exceeded (limit {ms}ms)"))
        }
        (Trouble::Timeout, Language::Java) => own(
            "java.net.SocketTimeoutException",
            format!("Read timed out after {ms} ms executing {what} on http://{host}:{port}"),
        ),
        (Trouble::Timeout, Language::Node) => {
            own("AbortError", format!("request to http://{host}:{port} timed out after {ms}ms ({what})"))
        }
        (Trouble::Timeout, Language::Python) => own(
            "httpx.ReadTimeout",
            format!("The read operation timed out: {what} on {host}:{port} ({:.1}s)", timeout_ms / 1_000.0),
        ),
        (Trouble::Timeout, Language::Rust) => own(
            "reqwest::Error",
            format!("error sending request for url (http://{host}:{port}): operation timed out: {what}"),
        ),
        (Trouble::Timeout, Language::DotNet) => own(
            "System.Threading.Tasks.TaskCanceledException",
            format!(
                "The request was canceled due to the configured HttpClient.Timeout of {ms} milliseconds elapsing. ({host}:{port})"
            ),
        ),

        (Trouble::Refused, Language::Go) => {
            own("*net.OpError", format!("dial tcp {ip}:{port}: connect: connection refused"))
        }
        (Trouble::Refused, Language::Java) => {
            own("java.net.ConnectException", format!("Connection refused: {host}/{ip}:{port}"))
        }
        (Trouble::Refused, Language::Node) => own("Error", format!("connect ECONNREFUSED {ip}:{port}")),
        (Trouble::Refused, Language::Python) => {
            own("ConnectionRefusedError", format!("[Errno 111] Connection refused: {host}:{port}"))
        }
        (Trouble::Refused, Language::Rust) => {
            own("reqwest::Error", format!("tcp connect error: Connection refused (os error 111): {host}:{port}"))
        }
        (Trouble::Refused, Language::DotNet) => {
            own("System.Net.Http.HttpRequestException", format!("Connection refused ({host}:{port})"))
        }

        (Trouble::Reset, Language::Go) => {
            own("*net.OpError", format!("read tcp {ip}:{port}: read: connection reset by peer"))
        }
        (Trouble::Reset, Language::Java) => {
            own("java.net.SocketException", format!("Connection reset while reading from {host}:{port}"))
        }
        (Trouble::Reset, Language::Node) => own("Error", format!("read ECONNRESET {ip}:{port}")),
        (Trouble::Reset, Language::Python) => {
            own("ConnectionResetError", format!("[Errno 104] Connection reset by peer: {host}:{port}"))
        }
        (Trouble::Reset, Language::Rust) => {
            own("hyper::Error", format!("connection closed before message completed: {host}:{port}"))
        }
        (Trouble::Reset, Language::DotNet) => own(
            "System.IO.IOException",
            format!("Unable to read data from the transport connection: Connection reset by peer. ({host}:{port})"),
        ),

        (Trouble::NoName, Language::Go) => {
            own("*net.DNSError", format!("dial tcp: lookup {host} on 10.96.0.10:53: no such host"))
        }
        (Trouble::NoName, Language::Java) => {
            own("java.net.UnknownHostException", format!("{host}: Name or service not known"))
        }
        (Trouble::NoName, Language::Node) => own("Error", format!("getaddrinfo ENOTFOUND {host}")),
        (Trouble::NoName, Language::Python) => {
            own("socket.gaierror", format!("[Errno -2] Name or service not known: {host}"))
        }
        (Trouble::NoName, Language::Rust) => own(
            "reqwest::Error",
            format!("dns error: failed to lookup address information: Name or service not known: {host}"),
        ),
        (Trouble::NoName, Language::DotNet) => {
            own("System.Net.Http.HttpRequestException", format!("Name or service not known ({host}:{port})"))
        }

        (Trouble::ResolverTimeout, Language::Go) => own(
            "*net.DNSError",
            format!("dial tcp: lookup {host} on 10.96.0.10:53: read udp {ip}:41872->10.96.0.10:53: i/o timeout"),
        ),
        (Trouble::ResolverTimeout, Language::Java) => {
            own("java.net.UnknownHostException", format!("{host}: Temporary failure in name resolution"))
        }
        (Trouble::ResolverTimeout, Language::Node) => own("Error", format!("getaddrinfo EAI_AGAIN {host}")),
        (Trouble::ResolverTimeout, Language::Python) => {
            own("socket.gaierror", format!("[Errno -3] Temporary failure in name resolution: {host}"))
        }
        (Trouble::ResolverTimeout, Language::Rust) => own(
            "reqwest::Error",
            format!("dns error: failed to lookup address information: Temporary failure in name resolution: {host}"),
        ),
        (Trouble::ResolverTimeout, Language::DotNet) => {
            own("System.Net.Http.HttpRequestException", format!("Resource temporarily unavailable ({host}:{port})"))
        }

        (Trouble::CertificateExpired, Language::Go) => own(
            "*tls.CertificateVerificationError",
            format!(
                "tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time is after {expired_at} ({host})"
            ),
        ),
        (Trouble::CertificateExpired, Language::Java) => own(
            "javax.net.ssl.SSLHandshakeException",
            format!(
                "PKIX path validation failed: java.security.cert.CertPathValidatorException: validity check failed: NotAfter: {expired_at} ({host})"
            ),
        ),
        (Trouble::CertificateExpired, Language::Node) => {
            own("Error", format!("certificate has expired: {host}:{port} code CERT_HAS_EXPIRED valid to {expired_at}"))
        }
        (Trouble::CertificateExpired, Language::Python) => own(
            "ssl.SSLCertVerificationError",
            format!(
                "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: certificate has expired: {host}:{port} (_ssl.c:1006)"
            ),
        ),
        (Trouble::CertificateExpired, Language::Rust) => own(
            "rustls::Error",
            format!("invalid peer certificate: certificate expired: verification time after {expired_at} ({host})"),
        ),
        (Trouble::CertificateExpired, Language::DotNet) => own(
            "System.Security.Authentication.AuthenticationException",
            format!(
                "The remote certificate is invalid because of errors in the certificate chain: NotTimeValid ({host}, not after {expired_at})"
            ),
        ),

        (Trouble::BreakerOpen, Language::Java) => own(
            "io.github.resilience4j.circuitbreaker.CallNotPermittedException",
            format!("CircuitBreaker '{name}' is OPEN and does not permit further calls"),
        ),
        (Trouble::BreakerOpen, Language::DotNet) => own(
            "Polly.CircuitBreaker.BrokenCircuitException",
            format!("The circuit for {name} is now open and is not allowing calls."),
        ),
        (Trouble::BreakerOpen, _) => own("BreakerOpen", format!("circuit breaker {name} is open")),

        (Trouble::PoolEmpty, Language::Java) => own(
            "java.sql.SQLTransientConnectionException",
            format!("HikariPool-1 - Connection is not available, request timed out after {ms}ms ({name})"),
        ),
        (Trouble::PoolEmpty, Language::Go) => {
            own("*errors.errorString", format!("{name}: acquire connection: pool exhausted after {ms}ms"))
        }
        (Trouble::PoolEmpty, Language::Python) => own(
            "sqlalchemy.exc.TimeoutError",
            format!(
                "QueuePool limit of size 15 overflow 0 reached, connection timed out, timeout {:.2} ({name})",
                timeout_ms / 1_000.0
            ),
        ),
        (Trouble::PoolEmpty, Language::DotNet) => own(
            "Npgsql.NpgsqlException",
            format!("The connection pool has been exhausted, raise 'Max Pool Size' or 'Timeout' ({name}, {ms} ms)"),
        ),
        (Trouble::PoolEmpty, _) => {
            own("PoolTimeoutError", format!("timed out waiting {ms}ms for a connection from the pool to {name}"))
        }

        (Trouble::NoSpace, Language::Java) => own("java.io.IOException", format!("No space left on device ({what})")),
        (Trouble::NoSpace, Language::Python) => own("OSError", format!("[Errno 28] No space left on device: '{what}'")),
        (Trouble::NoSpace, Language::Go) => own("*fs.PathError", format!("write {what}: no space left on device")),
        (Trouble::NoSpace, Language::Node) => own("Error", format!("ENOSPC: no space left on device, write '{what}'")),
        (Trouble::NoSpace, Language::Rust) => {
            own("std::io::Error", format!("No space left on device (os error 28): {what}"))
        }
        (Trouble::NoSpace, Language::DotNet) => {
            own("System.IO.IOException", format!("No space left on device : '{what}'"))
        }

        (Trouble::Overloaded, _) => own("HttpError", format!("{what} on {name} answered 503 Service Unavailable")),
        (Trouble::Answered(status), _) => own("HttpError", format!("{what} on {name} answered {status}")),
        (Trouble::Thrown | Trouble::BadRecord, _) => own("Error", format!("{what} failed")),
    }
}

fn database_timeout(language: Language, to: &Target) -> (String, String) {
    let (name, ms) = (&to.name, to.timeout_ms as u64);
    let (kind, message) = match language {
        Language::Java => {
            ("java.sql.SQLTimeoutException", format!("Statement on {name} cancelled after {ms} ms: {}", to.what))
        }
        Language::Go => ("context.deadlineExceededError", format!("{name}: {}: context deadline exceeded", to.what)),
        Language::Python => {
            ("OperationalError", format!("(2013, 'Lost connection to {name} during query after {ms} ms')"))
        }
        Language::DotNet => (
            "Npgsql.NpgsqlException",
            format!("Exception while reading from stream: Timeout during reading attempt ({name})"),
        ),
        Language::Node => ("MongoNetworkTimeoutError", format!("connection to {}:{} timed out", to.host, to.port)),
        Language::Rust => {
            ("opensearch::Error", format!("error sending request to {}: operation timed out after {ms}ms", to.host))
        }
    };
    (kind.to_owned(), message)
}

fn peer_error(language: Language, to: &Target) -> (String, String) {
    let Target { name, host, what, peer, .. } = to;
    let (kind, message) = match (peer, language) {
        (Some(PeerKind::Postgres), Language::Java) => {
            ("org.postgresql.util.PSQLException", format!("FATAL: the database system is in recovery mode ({name})"))
        }
        (Some(PeerKind::Postgres), Language::DotNet) => {
            ("Npgsql.PostgresException", format!("57P03: the database system is in recovery mode ({name})"))
        }
        (Some(PeerKind::Postgres), _) => {
            ("*pgconn.PgError", format!("{name}: FATAL: the database system is in recovery mode (SQLSTATE 57P03)"))
        }
        (Some(PeerKind::Mysql), Language::Java) => (
            "com.mysql.cj.jdbc.exceptions.CommunicationsException",
            format!(
                "Communications link failure ({name}): the last packet sent successfully to the server was {} milliseconds ago",
                to.timeout_ms as u64
            ),
        ),
        (Some(PeerKind::Mysql), _) => {
            ("pymysql.err.OperationalError", format!("(1040, 'Too many connections') {name}"))
        }
        (Some(PeerKind::Mongo), _) => {
            ("MongoServerSelectionError", format!("not primary and secondaryOk=false ({host})"))
        }
        (Some(PeerKind::OpenSearch), _) => (
            "opensearch::Error",
            format!("status 503: all shards failed (search_phase_execution_exception) index {}", to.what),
        ),
        (Some(PeerKind::Redis), _) => {
            ("RedisError", format!("LOADING Redis is loading the dataset in memory ({name})"))
        }
        (Some(PeerKind::Kafka), _) => {
            ("KafkaError", format!("NOT_LEADER_OR_FOLLOWER: broker is not the leader of the partition ({what})"))
        }
        (Some(PeerKind::Provider), _) => {
            ("HttpError", format!("{what} on https://{host} answered 503 Service Unavailable"))
        }
        (None, _) => ("HttpError", format!("{what} on {name} failed")),
    };
    (kind.to_owned(), message)
}
