//! `decant bundle`: files in, one context bundle out.

use std::io::Write as _;

use decant_codec::text::DecodeOptions;
use decant_context::{Format, Request, TokenCounter as _, Tokenizer};

use crate::capture::{self, Question, Reading};
use crate::cli::{BundleArguments, BundleFormat, ReadingArguments};
use crate::exit::Usage;
use crate::{size, when};

pub(crate) fn run(arguments: &BundleArguments) -> anyhow::Result<()> {
    let request = request(arguments)?;
    let reading = reading(&arguments.reading)?;
    let question = question(arguments)?;
    load(request.tokenizer);
    let findings = capture::findings(&arguments.paths, &arguments.baseline, &question, &reading)?;
    let printed = match arguments.format {
        BundleFormat::Text => decant_context::bundle(&findings, &request).text,
        BundleFormat::Json => decant_context::bundle(&findings, &request).json.to_string(),
        BundleFormat::Markdown => decant_context::markdown(&findings, &request),
        BundleFormat::Html => decant_context::html(&findings, &request),
    };
    let mut out = std::io::stdout().lock();
    // The budget binds what is printed, and a newline is a token: it is printed only where the text has one already.
    out.write_all(printed.as_bytes())?;
    out.flush()?;
    Ok(())
}

/// Has the tables of a tokenizer loaded while the input is read: some 30 ms that a small file would else wait for.
fn load(tokenizer: Tokenizer) {
    // Without a thread they are loaded when they are needed.
    drop(std::thread::Builder::new().spawn(move || tokenizer.count("")));
}

fn request(arguments: &BundleArguments) -> Result<Request, Usage> {
    const BUDGETS: std::ops::RangeInclusive<u64> = 100..=1_000_000;
    if !BUDGETS.contains(&arguments.budget) {
        return Err(Usage(format!("--budget is {}: it must lie between 100 and 1,000,000 tokens", arguments.budget)));
    }
    let Some(tokenizer) = decant_context::tokenizer(&arguments.tokenizer) else {
        return Err(Usage(format!(
            "--tokenizer {:?} is not known: use o200k_base, cl100k_base, or approx for a model whose tokenizer is not public",
            arguments.tokenizer
        )));
    };
    let format = match arguments.format {
        BundleFormat::Json => Format::Json,
        BundleFormat::Text | BundleFormat::Markdown | BundleFormat::Html => Format::Text,
    };
    let budget_tokens = usize::try_from(arguments.budget).unwrap_or(usize::MAX);
    Ok(Request { budget_tokens, tokenizer, format })
}

fn question(arguments: &BundleArguments) -> Result<Question, Usage> {
    let zone = when::zone(&arguments.reading.timezone).map_err(|e| Usage(format!("--timezone {e}")))?;
    let time = |name: &str, text: &Option<String>| match text {
        Some(text) => when::When::parse(text, &zone).map(Some).map_err(|e| Usage(format!("{name} {e}"))),
        None => Ok(None),
    };
    Ok(Question {
        from: time("--from", &arguments.from)?,
        to: time("--to", &arguments.to)?,
        at: time("--at", &arguments.at)?,
        service: arguments.service.clone(),
    })
}

/// The options of reading, checked.
///
/// # Errors
/// A zone or a size that cannot be read.
pub(crate) fn reading(arguments: &ReadingArguments) -> Result<Reading, Usage> {
    let zone = when::zone(&arguments.timezone).map_err(|e| Usage(format!("--timezone {e}")))?;
    let memory_bytes = size::parse(&arguments.memory).map_err(|e| Usage(format!("--memory {e}")))?;
    let memory_bytes = usize::try_from(memory_bytes).unwrap_or(usize::MAX);
    let reference_year = zone.to_datetime(jiff::Timestamp::now()).year();
    let decode = DecodeOptions { timezone: Some(zone), reference_year, ..DecodeOptions::default() };
    Ok(Reading { decode, memory_bytes })
}
