//! Prints the heaviest lines of logs within token budgets: `excerpts FOLDER_OF_CASES OUT BUDGET..`. A case is a folder
//! with a `raw.log`; its lines go to `OUT-BUDGET/CASE.txt`. For looking at weights without the rest of a bundle.
#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a tool for a developer's terminal")]

use std::path::Path;
use std::time::Instant;

use decant_codec::text::{DecodeOptions, FileDecoder};
use decant_context::excerpts::{Config, Excerpter};
use decant_model::Excerpt;

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
        let start = Instant::now();
        let mut excerpter = Excerpter::new(&Config::default());
        batches.iter().for_each(|b| excerpter.push(b));
        let found = excerpter.finish();
        let seconds = start.elapsed().as_secs_f64();
        println!("{name}: {} excerpts, {:.0} MB/s", found.len(), bytes.len() as f64 / 1e6 / seconds);
        for &budget in &budgets {
            let folder = format!("{}-{budget}", args[2]);
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(Path::new(&folder).join(format!("{name}.txt")), heaviest(&found, budget)).unwrap();
        }
    }
}

fn heaviest(found: &[Excerpt], budget: usize) -> String {
    let mut lines: Vec<_> =
        found.iter().flat_map(|e| e.lines.iter().map(|line| (e.score * line.weight, line))).collect();
    lines.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.ordinal.cmp(&b.1.ordinal)));
    let mut left = budget;
    let mut taken = Vec::new();
    for (worth, line) in lines {
        let text = format!("{} {}\n", line.ordinal, line.text);
        let cost = bpe_openai::o200k_base().count(&text);
        if cost <= left {
            left -= cost;
            taken.push((line.ordinal, worth, text));
        }
    }
    taken.sort_by_key(|t| t.0);
    let shown = std::env::var("WEIGHTS").is_ok();
    taken.iter().map(|(_, w, t)| if shown { format!("{w:.2} {t}") } else { t.clone() }).collect()
}
