//! The corpus of secrets: enough of them, reproducible, and planted where it is said.

use std::collections::{BTreeMap, BTreeSet};

use decant_codec::{Limits, otlp};
use decant_model::Position;
use decant_sim::secrets::{Place, Specimen, VALUES_PER_CLASS, class_names, corpus, plant, plant_text};
use prost::Message as _;

#[test]
fn there_are_forty_classes_and_more_with_fifty_different_values_each() {
    let mut values: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for specimen in corpus(1) {
        assert!(!specimen.near_miss.contains(&specimen.value), "{specimen:?}");
        values.entry(specimen.class).or_default().insert(specimen.value);
    }
    assert!(values.len() >= 40 && values.len() == class_names().count(), "{}", values.len());
    for (class, values) in values {
        assert!(values.len() > VALUES_PER_CLASS * 3 / 5, "{class}: only {} values differ", values.len());
    }
}

#[test]
fn a_seed_decides_the_corpus() {
    let all = |seed| corpus(seed).collect::<Vec<Specimen>>();
    assert_eq!(all(5), all(5));
    assert_ne!(all(5), all(6));
}

#[test]
fn each_place_carries_the_value_as_one_row_that_the_codec_reads() {
    for specimen in corpus(2).step_by(7) {
        for place in Place::ALL.into_iter().filter(|p| p.holds(&specimen)) {
            let step = plant(&specimen, place, 1_772_528_400_000_000_000);
            assert_eq!(step.records(), 1, "{place:?}");
            let position = Position::default;
            let (bytes, batch) = if let Some(r) = &step.logs {
                (r.encode_to_vec(), otlp::logs_from_request(r, &Limits::default(), position()))
            } else if let Some(r) = &step.traces {
                (r.encode_to_vec(), otlp::traces_from_request(r, &Limits::default(), position()))
            } else {
                let r = step.metrics.as_ref().unwrap();
                (r.encode_to_vec(), otlp::metrics_from_request(r, &Limits::default(), position()))
            };
            assert_eq!(batch.unwrap().len(), 1);
            // Encodings hide the value from a plain search; JSON escapes line breaks.
            if matches!(place, Place::BodyBase64 | Place::BodyPercent | Place::BodyUrl) {
                continue;
            }
            for needle in specimen.needles() {
                let found = bytes.windows(needle.len()).any(|w| w == needle.as_bytes());
                assert!(found, "{place:?} has lost {:?} of {}", needle, specimen.class);
            }
        }
    }
}

#[test]
fn encodings_can_be_undone() {
    let specimen = corpus(3).find(|s| s.class == "password").unwrap();
    assert!(plant_text(&specimen, Place::BodyLogfmt).contains(&format!(" password={} ", specimen.value)));
    assert!(plant_text(&specimen, Place::BodyPercent).contains("password%3D"));
    assert!(!plant_text(&specimen, Place::BodyBase64).contains(&specimen.value));
}
