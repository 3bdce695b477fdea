//! `decant mcp`: MCP on standard input and output, answered by a server that runs somewhere.

use std::sync::Arc;

use anyhow::Context as _;
use decant_egress::{Desk, Limits, Metrics, Remote, serve_mcp_stdio};
use tokio_util::sync::CancellationToken;

use crate::cli::McpArguments;
use crate::exit::Usage;

pub(crate) fn run(arguments: &McpArguments) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Runtime::new().context("cannot start")?;
    runtime.block_on(async {
        let remote = Remote::new(&arguments.to).map_err(|e| Usage(format!("--to {e}")))?;
        let desk = Desk::new(Arc::new(remote), Limits::default(), Arc::new(Metrics::default()));
        serve_mcp_stdio(desk, CancellationToken::new()).await.context("the agent on standard input")
    })
}
