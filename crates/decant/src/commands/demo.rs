//! `decant demo`: the whole product in a minute.
//!
//! The real server is started on free loopback ports with a temporary store. A simulated shop sends it real OTLP over
//! the network: it is healthy for a while, then something is broken. Then the demo asks through the gRPC API, as an
//! agent would, and holds the answer against what it knows was done. The server is told nothing of that.

mod report;
mod traffic;

use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use decant_egress::{Answer, BundleQuery, ContextService as _, Fit, Format, Remote};
use decant_sim::{Scenario, Simulation};

use self::report::Report;
use crate::cli::DemoArguments;
use crate::commands::serve::{Stop, log};
use crate::commands::simulate;
use crate::config;
use crate::exit::Usage;
use crate::server::Server;

/// How long the incident may take to show once all of its telemetry is durable.
const INCIDENT_WAIT: Duration = Duration::from_secs(5);
const ASK_INTERVAL: Duration = Duration::from_millis(100);

pub(crate) fn run(arguments: &DemoArguments) -> anyhow::Result<()> {
    let fault = simulate::fault(&arguments.fault, arguments.seed)?;
    if !(100..=1_000_000).contains(&arguments.budget) {
        return Err(
            Usage(format!("--budget is {}: it must lie between 100 and 1,000,000 tokens", arguments.budget)).into()
        );
    }
    if std::env::var_os("DECANT_LOG").is_some() {
        log();
    }
    let runtime = tokio::runtime::Runtime::new().context("cannot start")?;
    runtime.block_on(async {
        let mut stop = Stop::new()?;
        tokio::select! {
            done = show(arguments, fault) => {
                let server = done?;
                if arguments.keep {
                    report::kept(&server);
                    stop.told().await;
                }
                server.stop().await
            }
            () = stop.told() => bail!("interrupted"),
        }
    })
}

async fn show(arguments: &DemoArguments, fault: Option<decant_sim::Fault>) -> anyhow::Result<Server> {
    let began = Instant::now();
    let folder = tempfile::Builder::new().prefix("decant-demo-").tempdir().context("cannot make a temporary folder")?;
    let server = Server::start(config::for_demo(folder.path())?).await?;
    let mut scenario = Scenario { seed: arguments.seed, fault, ..Scenario::default() };
    let length = scenario.end_unix_nano() - scenario.start_unix_nano;
    // The run ends now, so that a person who asks for the last minutes finds it.
    let now = i64::try_from(jiff::Timestamp::now().as_nanosecond()).unwrap_or(i64::MAX);
    scenario.start_unix_nano = now - length;
    let otlp = server.otlp_grpc.context("the demo's server has no OTLP port")?;
    report::started(&scenario, otlp);
    let (simulation, sent) = traffic::send(Simulation::new(&scenario), &scenario, &format!("http://{otlp}")).await?;
    report::sent(&sent);

    let asked = Instant::now();
    let remote = Remote::new(&format!("http://{}", server.context_grpc))?;
    let answer = ask(&remote, arguments.budget, fault.is_some()).await?;
    let report = Report {
        truth: simulation.truth(),
        answer: &answer,
        sent: &sent,
        answered_in: asked.elapsed(),
        whole: began.elapsed(),
    };
    report.print()?;
    // The server holds its files open until it stops; the folder goes when the process does its last.
    report::keep_until_exit(folder, arguments.keep);
    Ok(server)
}

/// Asks until there is an incident, if there should be one, for as long as it may take.
async fn ask(remote: &Remote, budget_tokens: u64, expected: bool) -> anyhow::Result<Answer> {
    let began = Instant::now();
    loop {
        let query = BundleQuery {
            fit: Fit { budget_tokens, tokenizer: "o200k_base".to_owned(), format: Format::Text },
            from: None,
            to: None,
            at: None,
            service: None,
            since: None,
        };
        let mut text = remote.bundle(query.clone()).await?;
        // The text is what a model would read; the JSON, asked for by itself, is what is checked.
        let fit = Fit { format: Format::Json, ..query.fit.clone() };
        text.json = remote.bundle(BundleQuery { fit, ..query }).await?.json;
        let found = text.json["verdict"] == "incident";
        if found || !expected || began.elapsed() > INCIDENT_WAIT {
            return Ok(text);
        }
        tokio::time::sleep(ASK_INTERVAL).await;
    }
}
