//! Mutated lines, for two seconds or for `DECANT_FUZZ_SECONDS`: nothing panics, a shape depends on its line alone, and
//! what is learned does not depend on order, shards or a restart.
//!
//! `DECANT_FUZZ_SECONDS=600 cargo test --release -p decant-template --test fuzz`; `DECANT_FUZZ_SEED` goes another way.

use std::time::{Duration, Instant};

use decant_template::{Config, Learned, Miner};

/// Lines of many kinds to begin with.
const SEEDS: &[&str] = &[
    "Failed password for invalid user ann from 10.0.0.1 port 22 ssh2",
    "user=ann uid=0 tty= rhost=10.0.0.1 msg=\"took 3 ms, then failed\" path=/var/lib/x.db",
    "{\"level\":\"info\",\"ts\":1700000000.5,\"msg\":\"retry 3 of 5\",\"peer\":{\"ip\":\"::1\"},\"tags\":[1,2,3]}",
    "2024-05-01T10:00:00.123Z worker-7 [main] com.example.Thing$1 - 0x7ffe12 -> 550e8400-e29b-41d4-a716-446655440000",
    "Sat May 04 09:51:52 CST 2013: eth0: link up, 1000 Mbps, 12.5% loss (1190 bytes (1.16 KB) sent) <email:1>",
    "blk_-4711 part-00012 C:\\Users\\x\\y.txt https://a.example/b?c=d&e=%20 v1.2.3-rc1 db-1.example.com:5432 0000:00:1f.2",
    "request failed: java.lang.IllegalStateException: no\n\tat a.B.c(B.java:1)\n\tat a.B.d(B.java:2)\nCaused by: x.Y: z",
    "[1, 2, 3] (a) () [] {} 'it''s' 5s 1h2m3s 3e-4 +1.5 #7 a|b;c `d` == != <1 sec ../x ~/y HTTP/1.1 true FALSE null",
    "\u{1b}[1;31mERROR\u{1b}[0m \u{e9}t\u{e9} \u{4f60}\u{597d} \u{1f600} \u{b5}s 12\u{b5}s \u{a0}x",
];
/// What is put between their bytes.
const PIECES: &[&str] = &[
    " ",
    "  ",
    "\t",
    "\n",
    "=",
    "\"",
    "'",
    "<",
    ">",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ":",
    "::",
    ".",
    "..",
    "/",
    "//",
    "@",
    "\\",
    ",",
    "-",
    "_",
    "#",
    "%",
    "0",
    "7",
    "0x",
    "-1",
    "e9",
    "T",
    "Z",
    "ms",
    " KB",
    "x",
    "word",
    "\u{0}",
    "\u{1}",
    "\u{1d}",
    "\u{7f}",
    "\u{e9}",
    "http://",
    " HTTP/1.1",
    "at ",
    "Caused by: ",
    "true",
    "a.b.c",
    "10.0.0.1",
    "10:00:00",
];

struct Rng(u64);

impl Rng {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap_or(0) % n
    }

    fn mutate(&mut self, line: &str, other: &str) -> String {
        let mut out: Vec<char> = line.chars().collect();
        for _ in 0..=self.below(4) {
            let at = self.below(out.len() + 1);
            let end = (at + self.below(9)).min(out.len());
            match self.below(6) {
                0 => drop(out.drain(at..end)),
                1 => drop(out.splice(at..at, PIECES[self.below(PIECES.len())].chars())),
                2 => drop(out.splice(at..end, PIECES[self.below(PIECES.len())].chars())),
                3 => out.truncate(at),
                4 => {
                    let from = self.below(other.chars().count() + 1);
                    let more: Vec<char> = other.chars().skip(from).take(40).collect();
                    drop(out.splice(at..at, more));
                }
                _ => {
                    let again: Vec<char> = out[at..end].to_vec();
                    for _ in 0..=self.below(30) {
                        drop(out.splice(at..at, again.iter().copied()));
                    }
                }
            }
        }
        out.into_iter().collect()
    }
}

fn learn(lines: &[String], config: &Config) -> (Learned, Vec<u64>) {
    let mut miner = Miner::new(config);
    let shapes = lines.iter().map(|line| miner.learn(line)).collect();
    (miner.take(), shapes)
}

fn seen(learned: &Learned, shapes: &[u64]) -> String {
    let dictionary = learned.dictionary();
    let ids: Vec<_> = shapes.iter().map(|s| dictionary.get(*s).map(|t| t.id)).collect();
    format!("{:?} {ids:?}", dictionary.templates().collect::<Vec<_>>())
}

/// One round: a few dozen lines that come from one another.
fn round(rng: &mut Rng, warm: &mut Miner, config: &Config) {
    let mut lines: Vec<String> = SEEDS.iter().map(|s| (*s).to_owned()).collect();
    for _ in 0..40 {
        let (a, b) = (rng.below(lines.len()), rng.below(lines.len()));
        let line = rng.mutate(&lines[a], &lines[b]);
        lines.push(line);
    }
    let (learned, shapes) = learn(&lines, config);
    for (line, shape) in lines.iter().zip(&shapes) {
        assert_eq!(warm.learn(line), *shape, "known lines change the shape of {line:?}");
        assert_eq!(Miner::new(config).learn(line), *shape, "lines before it change the shape of {line:?}");
    }
    let expected = seen(&learned, &shapes);
    let total: u64 = learned.dictionary().templates().map(|t| t.count).sum();
    assert_eq!(total, lines.len() as u64, "{lines:?}");
    let (odd, even): (Vec<_>, Vec<_>) = lines.iter().rev().cloned().enumerate().partition(|(i, _)| i % 2 == 1);
    let part = |lines: Vec<(usize, String)>| learn(&lines.into_iter().map(|(_, l)| l).collect::<Vec<_>>(), config).0;
    let mut merged = part(odd);
    merged.merge(part(even));
    assert_eq!(seen(&merged, &shapes), expected, "{lines:?}");
    let bytes = learned.to_bytes();
    let other = merged.to_bytes();
    let differ = bytes.iter().zip(&other).position(|(a, b)| a != b);
    let near =
        |of: &[u8]| differ.map(|at| of[at.saturating_sub(90)..(at + 30).min(of.len())].escape_ascii().to_string());
    let (mine, theirs) = (near(&bytes), near(&other));
    assert!(other == bytes, "{mine:?} is not {theirs:?}: {lines:?}");
    let read = Learned::from_bytes(&bytes).map(|read| seen(&read, &shapes));
    assert_eq!(read, Ok(expected), "{lines:?}");
}

#[test]
#[expect(clippy::print_stderr, reason = "how much was tried")]
fn mutated_lines_break_no_law() {
    let number = |name| std::env::var(name).ok().and_then(|n| n.parse::<u64>().ok());
    let time = Duration::from_secs(number("DECANT_FUZZ_SECONDS").unwrap_or(2));
    let mut rng = Rng(number("DECANT_FUZZ_SEED").unwrap_or(0x9e37_79b9_7f4a_7c15));
    let start = Instant::now();
    let small = Config { max_line_bytes: 64, max_shape_bytes: 64, max_values: 2, ..Config::default() };
    let configs = [Config::default(), small];
    let mut warm = configs.each_ref().map(Miner::new);
    let mut rounds = 0_u64;
    while start.elapsed() < time || rounds == 0 {
        for (config, warm) in configs.iter().zip(&mut warm) {
            round(&mut rng, warm, config);
        }
        rounds += 1;
    }
    eprintln!("{rounds} rounds of {} lines", 2 * (40 + SEEDS.len()));
}
