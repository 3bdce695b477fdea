//! `decant replay`: captured OTLP/JSON lines, sent to an OTLP endpoint as they are.

use std::io::{BufRead as _, BufReader, Read as _};

use anyhow::{Context as _, bail};
use decant_ingress::{Client, files};
use serde_json::Value;

use crate::cli::ReplayArguments;
use crate::exit::Usage;
use crate::inputs;
use crate::progress::{Progress, note};

/// Longest line that is sent.
const MAX_LINE_BYTES: u64 = 64 << 20;

#[derive(Debug, Default)]
struct Sent {
    requests: u64,
    skipped: u64,
}

pub(crate) fn run(arguments: &ReplayArguments) -> anyhow::Result<()> {
    let found = files::discover(&arguments.paths);
    for error in &found.errors {
        note(&error.to_string());
    }
    let runtime = tokio::runtime::Runtime::new().context("cannot start")?;
    let sent = runtime.block_on(async {
        let client = Client::new(&arguments.to).map_err(|e| Usage(format!("--to: {e}")))?;
        let mut progress = Progress::new(None);
        let mut sent = Sent::default();
        for input in &found.inputs {
            progress.begin(&input.name());
            send_file(&client, input, &mut progress, &mut sent).await?;
        }
        anyhow::Ok(sent)
    })?;
    if sent.requests == 0 {
        bail!("nothing was sent: no line was an OTLP/JSON message ({} were not)", sent.skipped);
    }
    let skipped = if sent.skipped > 0 {
        format!(", {} lines were no OTLP/JSON and skipped", sent.skipped)
    } else {
        String::new()
    };
    note(&format!("{} requests sent to {}{skipped}", sent.requests, arguments.to));
    Ok(())
}

async fn send_file(
    client: &Client,
    input: &files::Input,
    progress: &mut Progress,
    sent: &mut Sent,
) -> anyhow::Result<()> {
    let mut reader = BufReader::new(inputs::open(input)?);
    let mut line = Vec::new();
    let mut plain_bytes = 0;
    loop {
        line.clear();
        let read = (&mut reader)
            .take(MAX_LINE_BYTES)
            .read_until(b'\n', &mut line)
            .with_context(|| format!("cannot read {}", input.name()))?;
        if read == 0 {
            return Ok(());
        }
        plain_bytes += read as u64;
        progress.read(plain_bytes);
        if line.trim_ascii().is_empty() {
            continue;
        }
        if send_line(client, &line).await? {
            sent.requests += 1;
        } else {
            sent.skipped += 1;
        }
    }
}

/// Sends the signals that a line holds; `false` when it holds none.
async fn send_line(client: &Client, line: &[u8]) -> anyhow::Result<bool> {
    let Ok(Value::Object(fields)) = serde_json::from_slice::<Value>(line) else { return Ok(false) };
    let mut any = false;
    for (name, value) in fields {
        let request = serde_json::json!({ name.as_str(): value });
        let sent = match name.as_str() {
            "resourceLogs" => client.send_logs(serde_json::from_value(request)?).await?,
            "resourceMetrics" => client.send_metrics(serde_json::from_value(request)?).await?,
            "resourceSpans" => client.send_traces(serde_json::from_value(request)?).await?,
            _ => continue,
        };
        if sent.rejected > 0 {
            note(&format!("{} records were refused: {}", sent.rejected, sent.message));
        }
        any = true;
    }
    Ok(any)
}
