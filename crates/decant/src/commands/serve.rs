//! `decant serve`: the server until it is told to stop.

use std::io::Write as _;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Context as _;
use tracing::{Level, Metadata};
use tracing_subscriber::filter::{FilterExt as _, filter_fn};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _};

use crate::cli::ServeArguments;
use crate::config;
use crate::server::Server;

/// How long threads that are still at work are waited for at the end.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(1);

pub(crate) fn run(arguments: &ServeArguments) -> anyhow::Result<()> {
    let config = config::load(arguments.config.as_deref())?;
    log();
    let runtime = tokio::runtime::Runtime::new().context("cannot start")?;
    let ended = runtime.block_on(async {
        let mut stop = Stop::new()?;
        let mut server = Server::start(config).await?;
        say(&server);
        tokio::select! {
            () = stop.told() => {
                tracing::info!("stopping: what came in is made durable first");
                server.stop().await
            }
            error = server.failed() => Err(error),
        }
    });
    // What could not be ended in time must not keep the process.
    runtime.shutdown_timeout(SHUTDOWN_TIMEOUT);
    ended
}

/// Our own log goes to standard error; `DECANT_LOG` filters it (`debug`, `decant_store=debug`).
pub(crate) fn log() {
    let asked = std::env::var("DECANT_LOG").unwrap_or_else(|_| "info".to_owned());
    let filter = EnvFilter::try_new(asked).unwrap_or_else(|_| EnvFilter::new("info"));
    // Whatever is asked for: at debug level rmcp logs the arguments of calls, which nobody has redacted.
    let is_ours = |event: &Metadata<'_>| !event.target().starts_with("rmcp") || *event.level() <= Level::WARN;
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()))
        .with_filter(filter.and(filter_fn(is_ours)));
    let subscriber = tracing_subscriber::registry().with(lines);
    // Only a second call in one process could fail, and then the first one's log serves.
    subscriber.try_init().ok();
}

fn say(server: &Server) {
    let listens = |name: &str, address: Option<SocketAddr>| match address {
        Some(address) => format!("  {name:<22} {address}\n"),
        None => format!("  {name:<22} off\n"),
    };
    let text = [
        "decant is serving\n".to_owned(),
        listens("OTLP gRPC in", server.otlp_grpc),
        listens("OTLP HTTP in", server.otlp_http),
        listens("context gRPC out", Some(server.context_grpc)),
        listens("context HTTP, MCP out", Some(server.context_http)),
        format!("ask: curl 'http://{}/v1/context?budget=4000'\n", server.context_http),
    ]
    .concat();
    let mut out = anstream::stderr();
    // A closed standard error is no reason not to serve.
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).ok();
}

/// SIGTERM and Ctrl-C.
pub(crate) struct Stop {
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

impl Stop {
    /// From now on the signals are waited for.
    ///
    /// # Errors
    /// The system does not let us.
    pub(crate) fn new() -> anyhow::Result<Self> {
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};
            let terminate = signal(SignalKind::terminate()).context("cannot listen for SIGTERM")?;
            Ok(Self { terminate })
        }
        #[cfg(not(unix))]
        Ok(Self {})
    }

    /// Ends at the first of them.
    pub(crate) async fn told(&mut self) {
        #[cfg(unix)]
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = self.terminate.recv() => {}
        }
        #[cfg(not(unix))]
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
