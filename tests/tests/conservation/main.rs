//! Nothing gets lost between the doors and the answer: the counts in a bundle, and what it says it leaves out, are the rows
//! that the store holds of its window.
//!
//! Batches as they come (repeats, redeliveries, malformed lines, records without a time or with a wrong one) go through the
//! real lane, store and correlator; then bundles of any window and budget are held against the stored rows.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod stored;
mod telemetry;

use decant_context::{Format, Request, bundle};
use decant_dedup::Repeats;
use decant_engine::{Ask, Config, Correlator, Lane};
use decant_model::Findings;
use decant_store::{Store, StoreConfig};
use proptest::prelude::*;
use serde_json::Value;

use stored::Stored;
use telemetry::{SECOND, START, Sent, sent};

const BUDGETS: [usize; 4] = [100, 500, 4_000, 64_000];

/// All that came, where it went.
struct House {
    /// Of the store's files.
    _folder: tempfile::TempDir,
    store: Store,
    lanes: Vec<Lane>,
    correlator: Correlator,
    records_in: u64,
}

impl House {
    fn of(config: &Config, sent: &[Sent]) -> Self {
        let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
        let (store, _) = Store::open(folder.path(), StoreConfig::default()).unwrap();
        let mut lanes: Vec<Lane> = (0..2).map(|_| Lane::new(config)).collect();
        let mut correlator = Correlator::new(config);
        let mut records_in = 0;
        for (at, sent) in sent.iter().enumerate() {
            // A request that comes again goes to the lane that had it.
            let number = usize::from(sent.lane) % lanes.len();
            let lane = &mut lanes[number];
            for batch in sent.batches() {
                records_in += batch.len() as u64;
                store.append(&[lane.push(batch)]).unwrap();
            }
            if at % 3 == 0 {
                correlator.absorb(lane.take());
            }
        }
        lanes.iter_mut().for_each(|lane| correlator.absorb(lane.take()));
        Self { _folder: folder, store, lanes, correlator, records_in }
    }

    fn findings(&mut self, ask: &Ask) -> Findings {
        let mut counts = decant_engine::LaneCounts::default();
        self.lanes.iter().for_each(|lane| counts.add(&lane.counts()));
        self.correlator.findings(ask, Vec::new(), &counts)
    }
}

/// What a bundle says of records.
struct Told {
    json: Value,
}

impl Told {
    fn number(&self, path: &str) -> u64 {
        self.json.pointer(path).and_then(Value::as_u64).unwrap_or_default()
    }

    fn sum(&self, path: &str) -> u64 {
        self.json.pointer(path).and_then(Value::as_object).into_iter().flatten().filter_map(|(_, n)| n.as_u64()).sum()
    }

    fn note(&self, name: &str) -> u64 {
        self.number(&format!("/counts/notes/{name}"))
    }

    fn patterns(&self) -> impl Iterator<Item = &Value> {
        self.json["log_patterns"].as_array().into_iter().flatten()
    }
}

fn windows() -> impl Strategy<Value = (Option<i64>, Option<i64>)> {
    let time = || prop::option::of((0..600_000_i64).prop_map(|ms| START + ms * (SECOND / 1000)));
    prop_oneof![
        1 => Just((None, None)),
        3 => (time(), time()).prop_map(|(a, b)| match (a, b) {
            (Some(a), Some(b)) => (Some(a.min(b)), Some(a.max(b) + 1)),
            open => open,
        }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn what_a_bundle_tells_and_leaves_out_are_the_rows_of_its_window(
        sent in prop::collection::vec(sent(), 1..14),
        window in windows(),
        service in prop::option::of(prop::sample::select(vec!["cart".to_owned(), "pay".to_owned()])),
        drops in any::<bool>(),
        few_patterns in any::<bool>(),
    ) {
        let mut config = Config::default();
        config.dedup.repeats = if drops { Repeats::Drop } else { Repeats::Keep };
        if few_patterns {
            config.detect.max_findings = 2;
        }
        let mut house = House::of(&config, &sent);
        let ask = Ask { from: window.0, to: window.1, service, ..Ask::default() };
        let findings = house.findings(&ask);
        let (from, to) = (findings.scope.from_unix_nano, findings.scope.to_unix_nano);
        // The window told is the one asked for, in whole steps of ten seconds.
        if let (Some(from), Some(asked)) = (from, window.0) {
            prop_assert!(from >= asked.div_euclid(10 * SECOND) * 10 * SECOND);
        }
        if let (Some(to), Some(asked)) = (to, window.1) {
            prop_assert!(to < asked + 10 * SECOND);
        }
        let stored = Stored::of(&house.store, from.zip(to));
        for format in [Format::Json, Format::Both] {
            for budget_tokens in BUDGETS {
                let json = bundle(&findings, &Request { budget_tokens, format, ..Request::default() }).json;
                let told = Told { json };
                if told.json.get("counts").is_none() {
                    // Too small for any count: then it must say that something is left out.
                    let items = findings.log_patterns.len() + findings.metric_shifts.len() + findings.span_edges.len();
                    prop_assert!(items == 0 || told.number("/omitted/all") > 0, "{}", told.json);
                    continue;
                }
                for (signal, rows) in [("logs", stored.logs), ("spans", stored.spans), ("metric_points", stored.points)] {
                    prop_assert_eq!(told.number(&format!("/counts/{signal}")), rows, "{} of {}", signal, told.json);
                }
                let represented = stored.logs + stored.spans + stored.points;
                prop_assert_eq!(represented + told.sum("/counts/dropped"), house.records_in, "{}", told.json);
                prop_assert_eq!(told.number("/counts/records_in"), house.records_in);
                if !findings.counts.notes.is_empty() && told.json["counts"]["notes"] == Value::Object(serde_json::Map::new()) {
                    // Notes need room of their own.
                    continue;
                }
                let shown: u64 = told.patterns().filter_map(|p| p["count"].as_u64()).sum();
                let left_out = told.number("/omitted/log_patterns.records")
                    + told.note("log records of patterns over the limit")
                    + told.note("log records of services farther away")
                    + told.note("log records that tell of changes");
                prop_assert_eq!(shown + left_out, stored.logs, "{}", told.json);
            }
        }
        // Each pattern by itself: as many as the store has rows of its template.
        let templates = stored.by_template(house.correlator.dictionary());
        for pattern in &findings.log_patterns {
            let key = (pattern.service.clone(), pattern.template_id, pattern.severity.0);
            prop_assert_eq!(pattern.count, templates.get(&key).copied().unwrap_or_default(), "{:?}", pattern);
        }
    }
}
