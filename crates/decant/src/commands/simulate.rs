//! `decant simulate`: a run of the simulated shop, written as OTLP/JSON lines with its truth, or sent to an endpoint.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use decant_ingress::{Client, ClientError, Sent};
use decant_sim::{Fault, Scenario, Simulation, Step};

use crate::cli::SimulateArguments;
use crate::exit::Usage;
use crate::progress::{Progress, note};

pub(crate) fn run(arguments: &SimulateArguments) -> anyhow::Result<()> {
    let fault = fault(&arguments.fault, arguments.seed)?;
    if arguments.minutes == 0 || !(arguments.speed >= 0.0 && arguments.speed.is_finite()) {
        return Err(Usage("--minutes must be at least 1, and --speed 0 or more".to_owned()).into());
    }
    let whole = Duration::from_secs(60 * u64::from(arguments.minutes));
    let scenario =
        Scenario { seed: arguments.seed, fault, healthy: whole * 3 / 5, faulty: whole * 2 / 5, ..Scenario::default() };
    match (&arguments.out, &arguments.to) {
        (Some(folder), _) => write(&scenario, folder),
        (None, Some(url)) => send(scenario, url, arguments.speed),
        (None, None) => Err(Usage("give --out DIR or --to URL".to_owned()).into()),
    }
}

/// The fault of this name; `random` draws one by the seed, `none` is a healthy run.
///
/// # Errors
/// An unknown name; the message lists the known ones.
pub(crate) fn fault(name: &str, seed: u64) -> Result<Option<Fault>, Usage> {
    match name {
        "none" | "healthy" => Ok(None),
        // Multiplying first, so that neighbouring seeds draw different faults.
        "random" => Ok(Some(Fault::ALL[(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as usize % Fault::ALL.len()])),
        name => name.parse().map(Some).map_err(|e| Usage(format!("--fault: {e}, random or none"))),
    }
}

fn write(scenario: &Scenario, folder: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make folder {}", folder.display()))?;
    let create = |name: &str| {
        let path = folder.join(name);
        File::create(&path).map(BufWriter::new).with_context(|| format!("cannot write {}", path.display()))
    };
    let (mut logs, mut metrics, mut traces) =
        (create("logs.jsonl")?, create("metrics.jsonl")?, create("traces.jsonl")?);
    let mut simulation = Simulation::new(scenario);
    let progress = Progress::steps(steps(scenario));
    let mut records = 0;
    for step in &mut simulation {
        records += step.records();
        write_line(&mut logs, step.logs.as_ref())?;
        write_line(&mut metrics, step.metrics.as_ref())?;
        write_line(&mut traces, step.traces.as_ref())?;
        progress.step();
    }
    for mut file in [logs, metrics, traces] {
        file.flush()?;
    }
    let mut truth = create("truth.json")?;
    serde_json::to_writer_pretty(&mut truth, simulation.truth())?;
    truth.flush()?;
    drop(progress);
    note(&format!("{records} records and truth.json in {}", folder.display()));
    Ok(())
}

fn write_line(file: &mut impl std::io::Write, request: Option<&impl serde::Serialize>) -> anyhow::Result<()> {
    if let Some(request) = request {
        serde_json::to_writer(&mut *file, request)?;
        file.write_all(b"\n")?;
    }
    Ok(())
}

fn send(mut scenario: Scenario, url: &str, speed: f64) -> anyhow::Result<()> {
    // Event time runs up to now and beyond, as that of a live system.
    scenario.start_unix_nano = i64::try_from(jiff::Timestamp::now().as_nanosecond()).unwrap_or(i64::MAX);
    let runtime = tokio::runtime::Runtime::new().context("cannot start")?;
    runtime.block_on(async {
        let client = Client::new(url).map_err(|e| Usage(format!("--to: {e}")))?;
        let mut simulation = Simulation::new(&scenario);
        let progress = Progress::steps(steps(&scenario));
        let (began, mut records) = (Instant::now(), 0);
        for step in &mut simulation {
            if speed > 0.0 {
                let event =
                    Duration::from_nanos(step.at_unix_nano.saturating_sub(scenario.start_unix_nano).unsigned_abs());
                tokio::time::sleep_until((began + event.div_f64(speed)).into()).await;
            }
            records += step.records();
            send_step(&client, step).await.with_context(|| format!("cannot send to {url}"))?;
            progress.step();
        }
        drop(progress);
        let truth = serde_json::to_string(simulation.truth())?;
        note(&format!("{records} records sent to {url}; the truth: {truth}"));
        Ok(())
    })
}

/// Sends all signals of a step, at the same time.
pub(crate) async fn send_step(client: &Client, step: Step) -> Result<(), ClientError> {
    let logs = async { sent(step.logs.map(|request| client.send_logs(request))).await };
    let metrics = async { sent(step.metrics.map(|request| client.send_metrics(request))).await };
    let traces = async { sent(step.traces.map(|request| client.send_traces(request))).await };
    tokio::try_join!(logs, metrics, traces)?;
    Ok(())
}

async fn sent(sending: Option<impl Future<Output = Result<Sent, ClientError>>>) -> Result<(), ClientError> {
    if let Some(sending) = sending {
        let sent = sending.await?;
        if sent.rejected > 0 {
            note(&format!("{} records were refused: {}", sent.rejected, sent.message));
        }
    }
    Ok(())
}

fn steps(scenario: &Scenario) -> u64 {
    let whole = scenario.end_unix_nano().saturating_sub(scenario.start_unix_nano).unsigned_abs();
    whole / u64::try_from(scenario.step.as_nanos()).unwrap_or(1).max(1)
}
