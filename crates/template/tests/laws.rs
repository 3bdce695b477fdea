//! The laws: what is learned is a function of the multiset of lines, whatever the order and the sharding.

use std::collections::BTreeMap;
use std::path::PathBuf;

use decant_template::{Config, Dictionary, Learned, Miner};
use proptest::prelude::*;

/// Everything that can be seen of a dictionary, with the mapping of the shapes.
fn seen(dictionary: &Dictionary, shapes: &[u64]) -> (Vec<String>, BTreeMap<u64, u64>) {
    let templates = dictionary.templates().map(|t| format!("{t:?}")).collect();
    let mapping = shapes.iter().map(|s| (*s, dictionary.get(*s).map_or(0, |t| t.id))).collect();
    (templates, mapping)
}

fn alone(lines: &[String]) -> (Learned, Vec<u64>) {
    let mut miner = Miner::new(&Config::default());
    let shapes = lines.iter().map(|line| miner.learn(line)).collect();
    (miner.take(), shapes)
}

/// Dealt to `n` miners, each taken twice, merged from the last to the first.
fn sharded(lines: &[String], n: usize) -> Learned {
    let mut miners: Vec<Miner> = (0..n).map(|_| Miner::new(&Config::default())).collect();
    let mut parts = Vec::new();
    for (i, line) in lines.iter().enumerate() {
        miners[i % n].learn(line);
        if i == lines.len() / 2 {
            parts.extend(miners.iter_mut().map(Miner::take));
        }
    }
    parts.extend(miners.iter_mut().map(Miner::take));
    let mut all = Learned::default();
    for part in parts.into_iter().rev() {
        all.merge(part);
    }
    all
}

fn check_laws(lines: &[String], shuffled: &[String]) {
    let (learned, shapes) = alone(lines);
    let expected = seen(&learned.dictionary(), &shapes);
    let total: u64 = learned.dictionary().templates().map(|t| t.count).sum();
    assert_eq!(total, lines.len() as u64, "counts sum to the lines");
    assert!(expected.1.values().all(|id| *id != 0), "every line has a template");
    for (n, lines) in [(1, shuffled), (2, lines), (8, shuffled)] {
        let merged = sharded(lines, n);
        assert!(seen(&merged.dictionary(), &shapes) == expected, "{n} shards give the same");
        assert_eq!(merged.counts(), learned.counts());
        let bytes = merged.to_bytes();
        assert_eq!(bytes, learned.to_bytes());
        assert_eq!(Learned::from_bytes(&bytes).map(|read| read.to_bytes()), Ok(bytes));
    }
}

/// Lines that look like logs, with few templates and many values.
fn line() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        "[a-z]{2,6}",
        "[a-z]{3}[0-9]{1,3}",
        "[0-9]{1,6}",
        "[0-9a-f]{8}",
        "[A-Z]{3,6}",
        "10\\.0\\.0\\.[0-9]{1,2}(:[0-9]{2,4})?",
        "[a-z]{2}=[a-z0-9]{0,4}",
        "\"[a-z ]{0,9}\"",
        "\\([a-z0-9]{0,3}\\)",
        "[0-9]{1,3} (ms|KB|bytes)",
        "/[a-z]{2}/[a-z0-9]{1,4}",
        "<email:[0-9]>",
        "[0-9]{2}:[0-9]{2}:[0-9]{2}",
        "é[0-9]?",
        "\\[1(, 2){0,3}\\]",
    ];
    let fixed = prop_oneof![
        Just("session opened for user".to_owned()),
        Just("failed to reach".to_owned()),
        Just("state changed to".to_owned()),
        Just("{\"a\":".to_owned()),
        Just(String::new()),
    ];
    (fixed, prop::collection::vec(word, 0..4)).prop_map(|(head, rest)| format!("{head} {}", rest.join(" ")))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn order_and_sharding_change_nothing(
        (lines, shuffled) in prop::collection::vec(line(), 1..160)
            .prop_flat_map(|lines| (Just(lines.clone()), Just(lines).prop_shuffle()))
    ) {
        check_laws(&lines, &shuffled);
    }

    #[test]
    fn no_text_is_too_strange(lines in prop::collection::vec("\\PC{0,80}|[\\x00-\\x7f]{0,60}", 1..12)) {
        let mut reversed = lines.clone();
        reversed.reverse();
        check_laws(&lines, &reversed);
    }

    #[test]
    fn damaged_states_are_refused_or_read(at in 0_usize..400, byte in any::<u8>(), cut in 0_usize..400) {
        let (learned, _) = alone(&["user=a took 3 ms".to_owned(), "x [1, 2] y\n at a.b(C.java:3)".to_owned()]);
        let mut bytes = learned.to_bytes();
        if let Some(b) = bytes.get_mut(at) {
            *b = byte;
        }
        bytes.truncate(bytes.len().saturating_sub(cut));
        if let Ok(read) = Learned::from_bytes(&bytes) {
            prop_assert!(read.dictionary().templates().all(|t| !t.text.contains(char::from(1))));
        }
    }

    #[test]
    fn digits_are_not_part_of_a_number_shape(a in 0_u32..1_000_000, b in 0_u32..1_000_000) {
        let mut miner = Miner::new(&Config::default());
        prop_assert_eq!(miner.learn(&format!("took {a} ms for 10.0.0.1")), miner.learn(&format!("took {b} ms for 10.9.8.7")));
    }
}

fn shared() -> Option<PathBuf> {
    let beside = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared"));
    let path = std::env::var_os("DECANT_SHARED").map_or(beside, PathBuf::from);
    path.join("data/loghub2k").is_dir().then_some(path)
}

#[test]
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn order_and_sharding_change_nothing_on_real_lines() {
    let Some(root) = shared() else {
        eprintln!("skipped: no loghub2k; set DECANT_SHARED");
        return;
    };
    for system in std::fs::read_dir(root.join("data/loghub2k")).unwrap().flatten() {
        let bytes = std::fs::read(system.path().join("messages.txt")).unwrap();
        let lines: Vec<String> = String::from_utf8_lossy(&bytes).lines().map(str::to_owned).collect();
        let mut shuffled = lines.clone();
        shuffled.sort_by_key(|line| line.bytes().fold(7_u32, |h, b| h.wrapping_mul(31).wrapping_add(u32::from(b))));
        check_laws(&lines, &shuffled);
    }
}

#[test]
fn samples_of_different_sizes_meet_in_any_order() {
    let learn = |max_values, from: u32| {
        let mut miner = Miner::new(&Config { max_values, ..Config::default() });
        (from..from + 200).for_each(|i| {
            miner.learn(&format!("item {} sold", i % 300));
        });
        miner.take()
    };
    let merged = |parts: Vec<Learned>| {
        parts.into_iter().fold(Learned::default(), |mut all, part| {
            all.merge(part);
            all
        })
    };
    let forth = merged(vec![learn(4, 0), learn(16, 100), learn(32, 150)]);
    let back = merged(vec![learn(32, 150), learn(16, 100), learn(4, 0)]);
    assert_eq!(forth.to_bytes(), back.to_bytes());
}

#[test]
fn rare_shapes_go_first_and_lines_stay_counted() {
    let mut miner = Miner::new(&Config { max_shapes: 64, ..Config::default() });
    let name = |mut n: u32| {
        let mut out = String::new();
        while n > 0 {
            out.push(char::from(b'a' + u8::try_from(n % 26).unwrap()));
            n /= 26;
        }
        out
    };
    for i in 0..10_000 {
        miner.learn("a line that is always there");
        miner.learn(&format!("{} {}", name(i * 7919 + 26), name(i + 676)));
    }
    let learned = miner.take();
    let counts = learned.counts();
    assert!(counts.shapes <= 64 && counts.evicted > 0);
    let kept: u64 = learned.dictionary().templates().map(|t| t.count).sum();
    assert_eq!(kept + counts.evicted_lines, counts.lines);
    assert_eq!(counts.lines, 20_000);
    let first = learned.dictionary().templates().next().map(|t| (t.text.clone(), t.count));
    assert_eq!(first, Some(("a line that is always there".to_owned(), 10_000)));
}
