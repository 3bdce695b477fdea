//! The server: intake, lanes, writer, correlator and doors, started in one place and stopped from left to right.
//!
//! ```text
//! OTLP, Kafka -> intake -> lanes -> writer -> store
//!                            |                  |
//!                            +-> correlator <- answers <- doors (gRPC, HTTP, MCP)
//! ```
//!
//! Stopping: the intake's servers end and let their requests come to an end, which needs the lanes and the writer; these
//! end when their queues are empty; the doors answer until then, and close last.

mod answers;
mod correlating;
mod dead_letters;
mod lanes;
mod metrics;
mod recovery;
mod topics;
mod upkeep;
mod writing;

use std::net::SocketAddr;
use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::{Context as _, anyhow, bail};
use decant_egress::{Desk, HttpOptions};
use decant_engine::Lane;
use decant_ingress::Intake;
use decant_store::Store;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use self::answers::Answers;
use self::correlating::Correlating;
use self::dead_letters::DeadLetters;
use self::lanes::Lanes;
use self::recovery::Past;
use self::writing::Writing;
use crate::config::Config;

/// How long failures may take to reach the senders at the end of a stop that took too long.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// What part of the server a task is, for messages.
type Part = &'static str;

/// A running server.
pub(crate) struct Server {
    pub(crate) otlp_grpc: Option<SocketAddr>,
    pub(crate) otlp_http: Option<SocketAddr>,
    pub(crate) context_grpc: SocketAddr,
    pub(crate) context_http: SocketAddr,
    /// Stops what takes telemetry in.
    stop_intake: CancellationToken,
    /// Stops what answers questions.
    stop_doors: CancellationToken,
    sources: JoinSet<(Part, anyhow::Result<()>)>,
    doors: JoinSet<(Part, anyhow::Result<()>)>,
    /// Ends when everything that came in is durable.
    lanes: tokio::task::JoinHandle<Vec<JoinHandle<()>>>,
    writer: JoinHandle<()>,
    writer_ended: CancellationToken,
    /// Ends the writer's patience with a failing disk.
    give_up: CancellationToken,
    drain_timeout: Duration,
    answers: Arc<Answers>,
}

impl Server {
    /// Opens the store and the ports, then starts everything.
    ///
    /// # Errors
    /// A port is taken, or the store cannot be opened.
    pub(crate) async fn start(mut config: Config) -> anyhow::Result<Self> {
        let stop_intake = CancellationToken::new();
        let stop_doors = CancellationToken::new();
        let writer_ended = CancellationToken::new();
        let give_up = CancellationToken::new();
        // Ports first: a taken one is the commonest fault, and costs nothing to find out.
        let otlp_grpc = bind(config.ingress.otlp.grpc_listen, "otlp.grpc_listen").await?;
        let otlp_http = bind(config.ingress.otlp.http_listen, "otlp.http_listen").await?;
        let context_grpc = must_bind(config.context.grpc_listen, "context.grpc_listen").await?;
        let context_http = must_bind(config.context.http_listen, "context.http_listen").await?;

        let (store, recovered) = tokio::task::spawn_blocking({
            let (path, store) = (config.store_path.clone(), config.store.clone());
            move || Store::open(&path, store)
        })
        .await
        .context("the store's opening panicked")??;
        let store = Arc::new(store);
        tracing::info!(path = %config.store_path.display(), ?recovered, "the store is open");

        if !config.engine.redact.is_keyed() {
            // Lanes and restarts must give one value one pseudonym.
            let key = store.secret_or_insert("pseudonyms", rand::random)?;
            config.engine.redact = config.engine.redact.with_key(first_half(&key));
        }

        let ingress_metrics = Arc::new(decant_ingress::Metrics::default());
        let egress_metrics = Arc::new(decant_egress::Metrics::default());
        let now = i64::try_from(jiff::Timestamp::now().as_nanosecond()).unwrap_or(i64::MAX);
        let (intake, deliveries) = Intake::new(&config.ingress.intake, now, ingress_metrics.clone());

        let totals = Arc::new(metrics::Totals::default());
        let (correlating, _) =
            Correlating::start(&config.engine, totals.clone()).context("cannot start the correlator")?;
        let (writing, writer) =
            Writing::start(store.clone(), writer_ended.clone(), give_up.clone()).context("cannot start the writer")?;
        let past = Past::of(&store, config.replay);
        let topics = config.ingress.kafka.as_ref().map_or_else(Vec::new, |kafka| kafka.topics.clone());
        let (past, counted) = tokio::task::spawn_blocking({
            let topics = topics.clone();
            move || {
                let counted = past.as_ref().map_or_else(Vec::new, |past| past.messages(&topics));
                (past, counted)
            }
        })
        .await
        .context("the look at what is stored panicked")?;
        let introduce = |lane: &mut Lane| topics::introduce(lane, &topics, &counted);
        let lanes = Lanes::start(config.lanes, &config.engine, &writing, &correlating, introduce)
            .context("cannot start a lane")?;
        drop(writing);
        if let Some(past) = past {
            past.replay(&config.engine, correlating.clone());
        }
        let lanes = tokio::spawn(lanes.spread(deliveries, topics));

        let addresses = Addresses::of(otlp_grpc.as_ref(), otlp_http.as_ref(), &context_grpc, &context_http)?;
        let mut sources = JoinSet::new();
        start_sources(&mut sources, &config.ingress, otlp_grpc, otlp_http, &intake, &stop_intake, &config.store_path)?;
        drop(intake);

        let answers = Arc::new(Answers::new(store.clone(), correlating, ingress_metrics.clone()));
        let desk = Desk::new(answers.clone(), config.context.limits.clone(), egress_metrics.clone());
        let options = HttpOptions {
            allowed_hosts: config.context.allowed_hosts.clone(),
            allowed_origins: config.context.allowed_origins.clone(),
            metrics: metrics::exposition(store.clone(), ingress_metrics, totals, egress_metrics),
        };
        let mut doors = JoinSet::new();
        doors.spawn(named("context gRPC", decant_egress::serve_grpc(context_grpc, desk.clone(), stop_doors.clone())));
        doors.spawn(named("store upkeep", upkeep::keep(store.clone(), stop_doors.clone())));
        doors.spawn(named("context HTTP", decant_egress::serve_http(context_http, desk, options, stop_doors.clone())));

        Ok(Self {
            otlp_grpc: addresses.otlp_grpc,
            otlp_http: addresses.otlp_http,
            context_grpc: addresses.context_grpc,
            context_http: addresses.context_http,
            stop_intake,
            stop_doors,
            sources,
            doors,
            lanes,
            writer,
            writer_ended,
            give_up,
            drain_timeout: config.drain_timeout,
            answers,
        })
    }

    /// Ends when a part of the server ends by itself, which none should.
    ///
    /// # Errors
    /// The part, and why it ended.
    pub(crate) async fn failed(&mut self) -> anyhow::Error {
        let ended = tokio::select! {
            Some(ended) = self.sources.join_next() => ended,
            Some(ended) = self.doors.join_next() => ended,
            () = self.writer_ended.cancelled() => {
                return anyhow!("the store takes no writes any more: start again to recover what was acknowledged");
            }
            ended = &mut self.lanes => return match ended {
                Ok(_) => anyhow!("the lanes ended by themselves"),
                Err(error) => anyhow!("the lanes: {error}"),
            },
        };
        match ended {
            Ok((part, Ok(()))) => anyhow!("{part} ended by itself"),
            Ok((part, Err(error))) => error.context(part),
            Err(error) => anyhow!(error).context("a part of the server panicked"),
        }
    }

    /// Stops the intake, lets everything that came in become durable, then closes the doors. When the time for that is over,
    /// who still waits is told that it did not.
    ///
    /// # Errors
    /// It took longer than the configured time, or a part failed on the way.
    pub(crate) async fn stop(mut self) -> anyhow::Result<()> {
        self.answers.drain();
        self.stop_intake.cancel();
        let timeout = self.drain_timeout;
        let mut drained = pin!(async {
            let mut first_error = None;
            while let Some(ended) = self.sources.join_next().await {
                first_error = first_error.or(failure(ended));
            }
            let threads = self.lanes.await.context("the lanes")?;
            let writer = self.writer;
            tokio::task::spawn_blocking(move || {
                let lanes_panicked = threads.into_iter().any(|thread| thread.join().is_err());
                let writer_panicked = writer.join().is_err();
                lanes_panicked || writer_panicked
            })
            .await
            .map_err(anyhow::Error::from)
            .and_then(|panicked| if panicked { Err(anyhow!("a lane or the writer panicked")) } else { Ok(()) })?;
            self.stop_doors.cancel();
            while let Some(ended) = self.doors.join_next().await {
                first_error = first_error.or(failure(ended));
            }
            first_error.map_or(Ok(()), Err)
        });
        if let Ok(result) = tokio::time::timeout(timeout, &mut drained).await {
            return result;
        }
        self.give_up.cancel();
        // The outcome is told already; this is for the senders' answers to get out.
        tokio::time::timeout(LAST_WORDS, drained).await.ok();
        bail!(
            "what was under way did not become durable within {} ms; senders were not told that it did",
            timeout.as_millis()
        )
    }
}

fn start_sources(
    sources: &mut JoinSet<(Part, anyhow::Result<()>)>,
    config: &decant_ingress::Config,
    grpc: Option<TcpListener>,
    http: Option<TcpListener>,
    intake: &Intake,
    stop: &CancellationToken,
    store_path: &Path,
) -> anyhow::Result<()> {
    let limits = &config.otlp.limits;
    if let Some(listener) = grpc {
        let serving = decant_ingress::serve_otlp_grpc(listener, intake.clone(), limits.clone(), stop.clone());
        sources.spawn(named("OTLP gRPC", serving));
    }
    if let Some(listener) = http {
        let serving = decant_ingress::serve_otlp_http(listener, intake.clone(), limits.clone(), stop.clone());
        sources.spawn(named("OTLP HTTP", serving));
    }
    if let Some(kafka) = config.kafka.clone() {
        let (intake, stop) = (intake.clone(), stop.clone());
        let mut letters = DeadLetters::new(store_path);
        let consuming = tokio::task::spawn_blocking(move || {
            decant_ingress::kafka::consume(&kafka, &intake, &mut |letter| letters.keep(letter), &stop)
        });
        sources.spawn(async move {
            let ended = match consuming.await {
                Ok(ended) => ended.map_err(anyhow::Error::from),
                Err(error) => Err(error.into()),
            };
            ("Kafka", ended)
        });
    }
    if sources.is_empty() {
        bail!("nothing would be taken in: turn on otlp.grpc_listen, otlp.http_listen or kafka");
    }
    Ok(())
}

async fn named<E: Into<anyhow::Error>>(
    part: Part,
    serving: impl Future<Output = Result<(), E>>,
) -> (Part, anyhow::Result<()>) {
    (part, serving.await.map_err(Into::into))
}

fn failure(ended: Result<(Part, anyhow::Result<()>), tokio::task::JoinError>) -> Option<anyhow::Error> {
    match ended {
        Ok((_, Ok(()))) => None,
        Ok((part, Err(error))) => Some(error.context(part)),
        Err(error) => Some(error.into()),
    }
}

fn first_half(key: &[u8; 32]) -> [u8; 16] {
    let mut half = [0; 16];
    half.copy_from_slice(&key[..16]);
    half
}

struct Addresses {
    otlp_grpc: Option<SocketAddr>,
    otlp_http: Option<SocketAddr>,
    context_grpc: SocketAddr,
    context_http: SocketAddr,
}

impl Addresses {
    fn of(
        otlp_grpc: Option<&TcpListener>,
        otlp_http: Option<&TcpListener>,
        context_grpc: &TcpListener,
        context_http: &TcpListener,
    ) -> std::io::Result<Self> {
        Ok(Self {
            otlp_grpc: otlp_grpc.map(TcpListener::local_addr).transpose()?,
            otlp_http: otlp_http.map(TcpListener::local_addr).transpose()?,
            context_grpc: context_grpc.local_addr()?,
            context_http: context_http.local_addr()?,
        })
    }
}

async fn bind(address: Option<SocketAddr>, setting: &str) -> anyhow::Result<Option<TcpListener>> {
    match address {
        Some(address) => must_bind(address, setting).await.map(Some),
        None => Ok(None),
    }
}

async fn must_bind(address: SocketAddr, setting: &str) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot listen on {address}: stop what does, or choose another {setting}"))
}
