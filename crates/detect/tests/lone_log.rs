//! A log file by itself: no traces, no metrics, no history, perhaps no times. Errors come first all the same.

use decant_codec::text::{DecodeOptions, FileDecoder};
use decant_detect::{Ask, Config, History, Named, Roller};
use decant_model::{Findings, Novelty, Rows, Severity, Verdict};
use decant_template::Miner;

fn findings(text: &str) -> Findings {
    let mut decoder = FileDecoder::new("app.log", DecodeOptions::default());
    let mut batches = Vec::new();
    decoder.push(text.as_bytes(), &mut batches);
    let _counts = decoder.finish(&mut batches);
    let mut miner = Miner::new(&decant_template::Config::default());
    let mut roller = Roller::new(&Config::default());
    for mut batch in batches {
        if let Rows::Logs(logs) = &mut batch.rows {
            let shapes: Vec<u64> = (0..logs.len()).map(|row| miner.learn(logs.body.value(row))).collect();
            logs.shape_id = shapes.into();
        }
        roller.push(&batch);
    }
    let mut history = History::new(&Config::default());
    history.absorb(roller.take());
    let dictionary = miner.learned().dictionary();
    history.findings(&Ask::default(), &|shape| {
        dictionary.get(shape).map(|t| Named { id: t.id, text: t.text.clone(), slots: Vec::new() })
    })
}

#[test]
fn errors_of_a_file_without_times_come_first() {
    let mut text: String = (0..200).map(|i| format!("INFO handled request {i} in {} ms\n", i % 7)).collect();
    text.push_str("ERROR cannot write checkpoint: no space left on device\n");
    let found = findings(&text);
    assert_eq!(found.verdict, Verdict::Incident);
    let first = found.log_patterns.first().expect("patterns");
    assert!(first.template.contains("no space left"), "{found:#?}");
    assert_eq!((first.severity, first.novelty), (Severity::ERROR, Novelty::Unknown));
}

#[test]
fn a_calm_file_is_no_incident() {
    let text: String = (0..200).map(|i| format!("INFO handled request {i} in {} ms\n", i % 7)).collect();
    assert_ne!(findings(&text).verdict, Verdict::Incident);
}

#[test]
fn what_is_new_late_in_a_file_with_times_is_told_as_new() {
    let mut text = String::new();
    for i in 0..600 {
        let (minute, second) = (i / 60, i % 60);
        text.push_str(&format!("2026-03-03T09:{minute:02}:{second:02}Z INFO handled request {i} in {} ms\n", i % 7));
        if i > 480 {
            text.push_str(&format!(
                "2026-03-03T09:{minute:02}:{second:02}Z ERROR lost connection to ledger attempt {i}\n"
            ));
        }
    }
    let found = findings(&text);
    let first = found.log_patterns.first().expect("patterns");
    assert!(first.template.contains("lost connection"), "{found:#?}");
    assert_eq!((found.verdict, first.novelty), (Verdict::Incident, Novelty::New));
}
