//! Prints bundles of plain logs: `bundles FOLDER_OF_CASES OUT BUDGET..`. A case is a folder with a `raw.log`; its bundles
//! go to `OUT-BUDGET/CASE.txt`. For looking at what excerpts alone make of a log.
#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a tool for a developer's terminal")]

use std::path::Path;
use std::time::Instant;

use decant_codec::text::{DecodeOptions, FileDecoder};
use decant_context::excerpts::{Config, Excerpter};
use decant_context::{Request, bundle};
use decant_model::{Findings, Verdict};

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let budgets: Vec<usize> = args[3..].iter().map(|b| b.parse().unwrap()).collect();
    let mut cases: Vec<_> = std::fs::read_dir(&args[1]).unwrap().map(|e| e.unwrap().path()).collect();
    cases.sort();
    for case in cases {
        let name = case.file_name().unwrap().to_string_lossy().into_owned();
        let bytes = std::fs::read(case.join("raw.log")).unwrap();
        let mut decoder = FileDecoder::new("raw.log", DecodeOptions::default());
        let mut batches = Vec::new();
        decoder.push(&bytes, &mut batches);
        let _counts = decoder.finish(&mut batches);
        let mut excerpter = Excerpter::new(&Config::default());
        batches.iter().for_each(|b| excerpter.push(b));
        let findings = Findings {
            verdict: Verdict::Incident,
            verdict_reason: "The log tells of a failure.".to_owned(),
            excerpts: excerpter.finish(),
            ..Findings::default()
        };
        for &budget_tokens in &budgets {
            let start = Instant::now();
            let made = bundle(&findings, &Request { budget_tokens, ..Request::default() });
            println!("{name}: {} of {budget_tokens} tokens in {:?}", made.used_tokens, start.elapsed());
            let folder = format!("{}-{budget_tokens}", args[2]);
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(Path::new(&folder).join(format!("{name}.txt")), made.text).unwrap();
        }
    }
}
