//! The arguments as they are typed. What they mean together is decided by the command that takes them.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

#[derive(Debug, Parser)]
#[command(
    name = "decant",
    version,
    about = "Turns raw logs, metrics and traces into small, token-budgeted context bundles",
    long_about = "Decant turns raw logs, metrics and traces into small, token-budgeted context bundles for AI agents and \
                  the engineers beside them.",
    after_help = "Examples:\n  \
                  decant bundle build.log                     what failed, in 4,000 tokens\n  \
                  decant bundle capture/ --baseline healthy/  an incident, against a healthy capture\n  \
                  decant serve                                OTLP in on 4317 and 4318, context out on 4320 and 4321\n  \
                  decant demo                                 a shop, a fault, and what Decant says about it",
    disable_help_subcommand = true,
    propagate_version = true
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Read files and print one context bundle
    Bundle(BundleArguments),
    /// Take telemetry in (OTLP, Kafka) and answer questions about it
    Serve(ServeArguments),
    /// Run a simulated shop against a real server, break something, and ask what happened
    Demo(DemoArguments),
    /// Speak MCP on standard input and output, for an agent that starts Decant itself
    Mcp(McpArguments),
    /// Show the templates of log lines
    Templates(TemplatesArguments),
    /// Take secrets and personal data out of text
    Redact(RedactArguments),
    /// Send captured OTLP/JSON lines to an OTLP endpoint
    Replay(ReplayArguments),
    /// Write or send telemetry of a simulated shop, with the truth about its fault
    Simulate(SimulateArguments),
    /// Check a configuration file
    Check(CheckArguments),
    /// Print a completion script for a shell
    Completions(CompletionsArguments),
}

/// What is printed for whom.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum BundleFormat {
    /// For models; within the budget.
    #[default]
    Text,
    /// For programs and models; within the budget.
    Json,
    /// For people: the text with headings, a little over the budget.
    Markdown,
    /// For people: one page with plots, exempt from the budget.
    Html,
}

#[derive(Args, Debug)]
#[command(
    after_help = "PATH is a file, a directory or - for standard input: raw text, JSON lines or OTLP/JSON lines, each plain, .gz or\n\
                        .zst. All PATHs are one capture, merged by event time. T is RFC 3339 (2026-05-01T10:00:00Z), a Unix time, or\n\
                        relative to the newest record (-15m).\n\n\
                        Examples:\n  \
                        decant bundle build.log --budget 2000\n  \
                        kubectl logs deploy/cart | decant bundle -\n  \
                        decant bundle capture/ --baseline healthy/ --format json\n  \
                        decant bundle /var/log/app --from -15m --service cart"
)]
pub(crate) struct BundleArguments {
    /// Files, directories, or - for standard input
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// Most tokens that the printed bundle may have (100 to 1,000,000)
    #[arg(long, value_name = "TOKENS", default_value_t = 4000)]
    pub(crate) budget: u64,
    /// Whose tokens: o200k_base, cl100k_base, or approx for models whose tokenizer is not known
    #[arg(long, value_name = "NAME", default_value = "o200k_base")]
    pub(crate) tokenizer: String,
    /// Form of the bundle
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: BundleFormat,
    /// Leave out what is older
    #[arg(long, value_name = "T", allow_hyphen_values = true)]
    pub(crate) from: Option<String>,
    /// Leave out this time and what is newer
    #[arg(long, value_name = "T", allow_hyphen_values = true)]
    pub(crate) to: Option<String>,
    /// Only this service and its neighbours
    #[arg(long, value_name = "NAME")]
    pub(crate) service: Option<String>,
    /// The incident at this time rather than the newest
    #[arg(long, value_name = "T", allow_hyphen_values = true)]
    pub(crate) at: Option<String>,
    /// A capture of the same system when it was well; may be given more than once
    #[arg(long, value_name = "PATH")]
    pub(crate) baseline: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) reading: ReadingArguments,
}

/// How files are read.
#[derive(Args, Debug)]
pub(crate) struct ReadingArguments {
    /// Zone of timestamps that name none, such as Europe/Vienna or +02:00
    #[arg(long, value_name = "ZONE", default_value = "UTC")]
    pub(crate) timezone: String,
    /// Most memory for what has to be held; more spills to a temporary folder (512M, 2G)
    #[arg(long, value_name = "BYTES", default_value = "1G")]
    pub(crate) memory: String,
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
                        decant serve                            everything on loopback, data in ./decant-data\n  \
                        decant serve --config decant.yaml\n  \
                        curl 'http://127.0.0.1:4321/v1/context?budget=4000&from=-15m'\n\n\
                        SIGTERM and Ctrl-C stop the intake, drain what is under way and end with 0.")]
pub(crate) struct ServeArguments {
    /// Settings as YAML; defaults without it
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
                        decant demo\n  \
                        decant demo --fault dns-failure --seed 7\n  \
                        decant demo --fault none                a healthy run: Decant says so\n  \
                        decant demo --keep                      leave the server running to ask it more")]
pub(crate) struct DemoArguments {
    /// Fault to inject: a name, random, or none (a wrong name lists them all)
    #[arg(long, value_name = "NAME", default_value = "random")]
    pub(crate) fault: String,
    /// Seed of the run; the same seed gives the same telemetry
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,
    /// Most tokens of the bundle
    #[arg(long, value_name = "TOKENS", default_value_t = 4000)]
    pub(crate) budget: u64,
    /// Leave the server running until Ctrl-C
    #[arg(long)]
    pub(crate) keep: bool,
}

#[derive(Args, Debug)]
#[command(after_help = "Example, in the configuration of an agent:\n  \
                        {\"mcpServers\": {\"decant\": {\"command\": \"decant\", \"args\": [\"mcp\"]}}}\n\n\
                        The server itself also speaks MCP, as streamable HTTP: http://127.0.0.1:4321/mcp")]
pub(crate) struct McpArguments {
    /// The server to ask (its gRPC address)
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:4320")]
    pub(crate) to: String,
}

/// How templates are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum TemplatesFormat {
    /// For people: the templates with their counts.
    #[default]
    Table,
    /// A row a line: line,template_id,template.
    Csv,
    /// The templates with their slots.
    Json,
}

#[derive(Args, Debug)]
#[command(
    after_help = "csv has a row for every line, in the order of the files; blank lines have no template. Lines are counted from 1\n\
                        in each file, also in the files of a directory, which come in the order of their names.\n\n\
                        Examples:\n  \
                        decant templates app.log\n  \
                        decant templates --messages --format csv messages.txt > lines.csv"
)]
pub(crate) struct TemplatesArguments {
    /// Files, directories, or - for standard input
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// Each line is one message: no headers, no joining of lines
    #[arg(long)]
    pub(crate) messages: bool,
    /// Form of the output
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: TemplatesFormat,
    #[command(flatten)]
    pub(crate) reading: ReadingArguments,
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
                        decant redact app.log > clean.log\n  \
                        journalctl | decant redact - --report")]
pub(crate) struct RedactArguments {
    /// Files, directories, or - for standard input
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// Tell on standard error how many values of which class were replaced
    #[arg(long)]
    pub(crate) report: bool,
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
                        decant replay capture/ --to http://127.0.0.1:4317\n  \
                        decant replay run.jsonl.zst --to http://127.0.0.1:4318/v1")]
pub(crate) struct ReplayArguments {
    /// Files of OTLP/JSON lines, directories, or -
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// OTLP endpoint: port 4318 is spoken to by HTTP, others by gRPC
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:4317")]
    pub(crate) to: String,
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
                        decant simulate --fault cpu-stress --seed 3 --out run/\n  \
                        decant simulate --fault none --minutes 30 --out healthy/\n  \
                        decant simulate --fault random --to http://127.0.0.1:4317 --speed 10")]
pub(crate) struct SimulateArguments {
    /// Fault to inject: a name, random, or none (a wrong name lists them all)
    #[arg(long, value_name = "NAME", default_value = "random")]
    pub(crate) fault: String,
    /// Seed of the run
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,
    /// Length of the run
    #[arg(long, value_name = "N", default_value_t = 6)]
    pub(crate) minutes: u32,
    /// Folder for logs, metrics and traces as OTLP/JSON lines, and truth.json
    #[arg(long, value_name = "DIR", required_unless_present = "to", conflicts_with = "to")]
    pub(crate) out: Option<PathBuf>,
    /// OTLP endpoint to send to instead
    #[arg(long, value_name = "URL")]
    pub(crate) to: Option<String>,
    /// Event time runs this much faster than the clock when sending; 0: as fast as it goes
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0, requires = "to")]
    pub(crate) speed: f64,
}

#[derive(Args, Debug)]
pub(crate) struct CheckArguments {
    /// Settings as YAML
    #[arg(long, value_name = "FILE")]
    pub(crate) config: PathBuf,
}

#[derive(Args, Debug)]
#[command(after_help = "Example:\n  decant completions bash > /etc/bash_completion.d/decant")]
pub(crate) struct CompletionsArguments {
    #[arg(value_enum)]
    pub(crate) shell: clap_complete::Shell,
}
