//! Laws, over whatever comes in: kinds of sources, replays, windows, late records, memory that is too small.

use std::collections::{BTreeMap, BTreeSet};

use decant_dedup::{Config, Dedup, Messages, Mode, Repeats, unfold};
use decant_model::{Batch, Position, Signal};
use proptest::prelude::*;

use crate::make::{Log, SECOND, at, bodies, columns, ids, log, logs, marks, push, records, spans};

/// Something that comes in.
#[derive(Clone, Debug)]
enum Push {
    Logs {
        source: usize,
        offset: i64,
        rows: Vec<Log>,
    },
    Spans {
        source: usize,
        offset: i64,
        ids: Vec<u8>,
    },
    /// One of the earlier ones, again.
    Again(usize),
}

const SOURCES: [&str; 4] = ["", "otlp_http", "topic", "lines"];

impl Push {
    fn batch(&self, earlier: &[Batch]) -> Option<Batch> {
        match self {
            Self::Logs { source, offset, rows } => Some(logs(at(SOURCES[*source], *offset), rows)),
            Self::Spans { source, offset, ids } => Some(spans(at(SOURCES[*source], *offset), ids)),
            Self::Again(number) => earlier.get(number % earlier.len().max(1)).cloned(),
        }
    }
}

fn row() -> impl Strategy<Value = Log> {
    // Some windows, some late, some without a time.
    let time = prop_oneof![9 => (0_i64..40).prop_map(|t| Some(t * SECOND)), 1 => Just(None)];
    (time, "[ab][0-2]", 0_u64..50).prop_map(|(time, body, ordinal)| Log { time, body, user: String::new(), ordinal })
}

fn pushes() -> impl Strategy<Value = Vec<Push>> {
    let some_logs = (0..SOURCES.len(), 0_i64..50, prop::collection::vec(row(), 0..40))
        .prop_map(|(source, offset, rows)| Push::Logs { source, offset, rows });
    let some_spans = (0..SOURCES.len(), 0_i64..50, prop::collection::vec(0_u8..40, 0..20))
        .prop_map(|(source, offset, ids)| Push::Spans { source, offset, ids });
    prop::collection::vec(
        prop_oneof![4 => some_logs, 3 => some_spans, 2 => (0_usize..100).prop_map(Push::Again)],
        0..30,
    )
}

fn config() -> impl Strategy<Value = Config> {
    let modes = prop_oneof![Just(Mode::Exact), Just(Mode::Near)];
    let policies = prop_oneof![Just(Repeats::Keep), Just(Repeats::Drop)];
    let room = prop_oneof![1_usize..20, Just(1 << 16)];
    (modes, policies, room).prop_map(|(mode, repeats, max_keys)| Config {
        mode,
        repeats,
        max_keys,
        ..Config::default()
    })
}

fn dedup(config: Config) -> Dedup {
    let mut dedup = Dedup::new(config);
    dedup.may_replay("topic", Messages::Batches);
    dedup.may_replay("lines", Messages::Rows);
    dedup
}

proptest! {
    #[test]
    fn counts_are_conserved(config in config(), pushes in pushes()) {
        let mut dedup = dedup(config);
        let (mut earlier, mut seen, mut counted) = (Vec::new(), 0, 0);
        for what in pushes {
            let Some(batch) = what.batch(&earlier) else { continue };
            earlier.push(batch.clone());
            let (rows, before) = (batch.len() as u64, dedup.counts());
            let passed = push(&mut dedup, batch);
            let after = dedup.counts();
            seen += rows;
            counted += passed.counted.len() as u64;
            // What counts and what was here before are all there is.
            prop_assert_eq!(passed.counted.len() as u64 + after.redelivered - before.redelivered, rows);
            // What is stored stands for at least what counts, and for no more than came.
            prop_assert!(records(&passed.stored) >= passed.counted.len() as u64);
            prop_assert!(records(&passed.stored) <= rows);
            prop_assert_eq!(records(&passed.counted), passed.counted.len() as u64);
        }
        let c = dedup.counts();
        prop_assert_eq!(c.seen, seen);
        prop_assert_eq!(c.seen, c.first + c.repeats + c.near_repeats + c.folded + c.redelivered);
        prop_assert_eq!(c.seen - c.redelivered, counted);
    }

    #[test]
    fn with_room_enough_exactly_the_first_of_each_key_and_window_pass_unmarked(
        near in any::<bool>(),
        batches in prop::collection::vec(prop::collection::vec(row(), 0..40), 0..8),
    ) {
        let mode = if near { Mode::Near } else { Mode::Exact };
        let mut dedup = dedup(Config { mode, ..Config::default() });
        let (mut exact, mut shapes) = (BTreeSet::new(), BTreeSet::new());
        for rows in batches {
            let mut expected = String::new();
            for row in &rows {
                let window = row.time.map(|t| t.div_euclid(10 * SECOND));
                let is_new = exact.insert((window, row.body.clone()));
                let is_far = shapes.insert((window, row.body.as_bytes()[0])) || !near;
                expected.push(match (is_new, is_far) {
                    (false, _) => '=',
                    (true, false) => '~',
                    (true, true) => '.',
                });
            }
            prop_assert_eq!(marks(&push(&mut dedup, logs(Position::default(), &rows)).stored), expected);
        }
    }

    #[test]
    fn a_stored_window_tells_count_first_and_last_of_each_key_whatever_the_policy(
        batches in prop::collection::vec(prop::collection::vec((0_i64..30, "[ab]"), 0..40), 0..8),
    ) {
        type Told = BTreeMap<(i64, String), (u64, i64, i64)>;
        let mut told: [Told; 2] = Default::default();
        for (repeats, told) in [Repeats::Keep, Repeats::Drop].into_iter().zip(&mut told) {
            let mut dedup = dedup(Config { repeats, ..Config::default() });
            for rows in &batches {
                let rows: Vec<Log> = rows.iter().map(|(t, body)| log(t * SECOND, body)).collect();
                for batch in unfold(push(&mut dedup, logs(Position::default(), &rows)).stored) {
                    for (row, body) in bodies(&batch).into_iter().enumerate() {
                        let time = columns(&batch).time(row).unwrap();
                        let key = (time.div_euclid(10 * SECOND), body.to_owned());
                        let entry = told.entry(key).or_insert((0, time, time));
                        *entry = (entry.0 + 1, entry.1.min(time), entry.2.max(time));
                    }
                }
            }
        }
        prop_assert_eq!(&told[0], &told[1]);
    }

    #[test]
    fn with_room_enough_requests_that_come_twice_count_once_in_any_order(
        requests in prop::collection::vec(prop::collection::vec((0_i64..30, "[ab]"), 1..10), 1..10),
        order in prop::collection::vec(any::<prop::sample::Index>(), 0..40),
    ) {
        let mut dedup = dedup(Config::default());
        // Each request is made at its own moment, and the clock is finer than a millisecond.
        let request = |n: usize, offset: i64| {
            let rows: Vec<Log> = requests[n].iter().map(|(t, body)| log(t * SECOND + n as i64 + 1, body)).collect();
            logs(at("otlp_http", offset), &rows)
        };
        let order: Vec<usize> = order.iter().map(|at| at.index(requests.len())).collect();
        let counted: usize =
            order.iter().enumerate().map(|(at, n)| push(&mut dedup, request(*n, at as i64)).counted.len()).sum();
        let once: BTreeSet<usize> = order.into_iter().collect();
        prop_assert_eq!(counted, once.into_iter().map(|n| requests[n].len()).sum::<usize>());
    }

    /// A store in which a position takes its own place, and a partition that is read again from the begin of any batch,
    /// message by message (as the consumer does it), with a memory that forgets.
    #[test]
    fn whatever_is_read_again_no_message_is_lost_and_none_is_stored_twice(
        max_keys in 1_usize..30,
        sizes in prop::collection::vec(1_i64..9, 1..10),
        readings in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
    ) {
        let mut dedup = dedup(Config { max_keys, ..Config::default() });
        let mut store: BTreeMap<i64, Vec<String>> = BTreeMap::new();
        let mut read = |store: &mut BTreeMap<i64, Vec<String>>, first: i64, end: i64| {
            let line = |n: i64| Log { ordinal: n as u64, ..log(n, &format!("m{n}")) };
            let rows: Vec<Log> = (first..end).map(line).collect();
            let stored = push(&mut dedup, logs(at("lines", first), &rows)).stored;
            if !stored.is_empty() {
                store.insert(first, bodies(&stored).into_iter().map(str::to_owned).collect());
            }
        };
        let mut messages = 0;
        for size in sizes {
            read(&mut store, messages, messages + size);
            messages += size;
        }
        for from in &readings {
            let begins: Vec<i64> = store.keys().copied().collect();
            (*from.get(&begins)..messages).for_each(|n| read(&mut store, n, n + 1));
        }
        let mut found: Vec<&String> = store.values().flatten().collect();
        prop_assert_eq!(found.len() as i64, messages);
        found.sort();
        found.dedup();
        prop_assert_eq!(found.len() as i64, messages);
    }

    /// The same for spans, which have identities of their own, some of them in several messages.
    #[test]
    fn whatever_is_read_again_no_span_is_lost(
        max_keys in 1_usize..40,
        messages in prop::collection::vec(prop::collection::vec(1_u8..60, 1..8), 1..30),
        order in prop::collection::vec(any::<prop::sample::Index>(), 0..60),
    ) {
        let mut dedup = dedup(Config { max_keys, ..Config::default() });
        let mut store: BTreeMap<usize, Vec<u8>> = BTreeMap::new();
        let again = order.iter().map(|at| at.index(messages.len()));
        for n in (0..messages.len()).chain(again) {
            let stored = push(&mut dedup, spans(at("topic", n as i64), &messages[n])).stored;
            if !stored.is_empty() {
                store.insert(n, ids(&stored));
            }
            let found: BTreeSet<u8> = store.values().flatten().copied().collect();
            let last = messages[n].iter().all(|id| found.contains(id));
            prop_assert!(last, "message {} is not whole: {:?}", n, store);
        }
        let found: BTreeSet<u8> = store.values().flatten().copied().collect();
        prop_assert_eq!(found, messages.iter().flatten().copied().collect::<BTreeSet<u8>>());
    }

    #[test]
    fn messages_that_were_counted_before_a_restart_count_once(
        before in 0_i64..40,
        again in 0_i64..40,
        after in 0_i64..40,
    ) {
        let mut dedup = dedup(Config::default());
        if before > 0 {
            dedup.counted_elsewhere(Signal::Logs, "topic", 0, 0, before - 1);
        }
        let from = (before - again).max(0);
        let passed = |offset| push(&mut dedup, logs(at("topic", offset), &[log(offset, "down")])).counted.len();
        let counted: usize = (from..before + after).map(passed).sum();
        prop_assert_eq!(counted as i64, after);
    }
}
