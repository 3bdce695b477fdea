//! The shop's exporters: each step's requests over OTLP/gRPC, several steps on their way at once, tokens counted.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use decant_context::{TokenCounter as _, Tokenizer};
use decant_ingress::Client;
use decant_sim::{Scenario, Simulation, Step};
use tokio::task::{JoinHandle, LocalSet};

use crate::commands::simulate::send_step;
use crate::progress::Progress;

/// Steps on their way at once: an exporter a service would be more.
const IN_FLIGHT: usize = 16;

/// What was sent.
#[derive(Debug, Default)]
pub(super) struct Sent {
    pub(super) records: usize,
    /// Of the requests as OTLP/JSON.
    pub(super) raw_bytes: usize,
    pub(super) raw_tokens: usize,
    pub(super) took: Duration,
}

/// Sends the whole run; the last reply has come when this returns.
pub(super) async fn send(simulation: Simulation, scenario: &Scenario, url: &str) -> anyhow::Result<(Simulation, Sent)> {
    // The senders stay on this thread: they only wait; what costs time runs elsewhere.
    LocalSet::new().run_until(send_steps(simulation, scenario, url)).await
}

async fn send_steps(mut simulation: Simulation, scenario: &Scenario, url: &str) -> anyhow::Result<(Simulation, Sent)> {
    let began = Instant::now();
    let client = Client::new(url).context("the demo's own server has an odd address")?;
    let steps = (scenario.end_unix_nano() - scenario.start_unix_nano).unsigned_abs()
        / u64::try_from(scenario.step.as_nanos()).unwrap_or(1).max(1);
    let progress = Progress::steps(steps);
    let mut sent = Sent::default();
    let mut open: VecDeque<JoinHandle<anyhow::Result<(usize, usize)>>> = VecDeque::new();
    for step in &mut simulation {
        sent.records += step.records();
        let client = client.clone();
        open.push_back(tokio::task::spawn_local(async move {
            let counted = step.clone();
            let counting = tokio::task::spawn_blocking(move || raw_size(&counted));
            send_step(&client, step).await?;
            Ok(counting.await?)
        }));
        if open.len() >= IN_FLIGHT
            && let Some(first) = open.pop_front()
        {
            sent.add(first.await??);
            progress.step();
        }
    }
    for rest in open {
        sent.add(rest.await??);
        progress.step();
    }
    sent.took = began.elapsed();
    Ok((simulation, sent))
}

impl Sent {
    fn add(&mut self, (bytes, tokens): (usize, usize)) {
        self.raw_bytes += bytes;
        self.raw_tokens += tokens;
    }
}

/// Bytes and tokens that an agent would have to read if it were handed the step as OTLP/JSON.
fn raw_size(step: &Step) -> (usize, usize) {
    let tokenizer = Tokenizer::default();
    let forms = [
        step.logs.as_ref().map(serde_json::to_string),
        step.metrics.as_ref().map(serde_json::to_string),
        step.traces.as_ref().map(serde_json::to_string),
    ];
    forms
        .into_iter()
        .flatten()
        .filter_map(Result::ok)
        .fold((0, 0), |(bytes, tokens), text| (bytes + text.len(), tokens + tokenizer.count(&text)))
}
