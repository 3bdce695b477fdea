//! Bounded memory: `template_flood [LINES]` learns that many random lines, each of a shape of its own, between known ones,
//! and prints how fast the first and the last tenth went and how much memory there was at most (10,000,000).
#![expect(clippy::print_stdout, reason = "a command-line example")]

use std::time::Instant;

use decant_template::{Config, Miner};

struct Rng(u64);

impl Rng {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// Letters alone: no two lines have one shape.
    fn line(&mut self, out: &mut String) {
        out.clear();
        for word in 0..6 {
            let mut bits = self.next();
            out.push_str(if word > 0 { " " } else { "" });
            for _ in 0..8 {
                out.push(char::from(b'a' + u8::try_from(bits % 26).unwrap_or(0)));
                bits /= 26;
            }
        }
    }
}

/// The largest resident size so far, in MiB; Linux only.
fn peak_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or_default();
    line.chars().filter(char::is_ascii_digit).collect::<String>().parse().map_or(0, |kib: u64| kib / 1024)
}

fn main() {
    let lines: u64 = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(10_000_000);
    let mut rng = Rng(0x9e37_79b9_7f4a_7c15);
    let mut miner = Miner::new(&Config::default());
    let mut line = String::new();
    let tenth = (lines / 10).max(1);
    let (mut start, mut learning) = (Instant::now(), 0.0);
    for i in 1..=lines {
        rng.line(&mut line);
        let begin = Instant::now();
        miner.learn(&line);
        learning += begin.elapsed().as_secs_f64();
        if i % 100 == 0 {
            miner.learn(&format!("user {i} logged in from 10.0.0.1 after {i} ms"));
        }
        if i % tenth == 0 {
            let pace = tenth as f64 / learning;
            println!("{i} lines: {pace:.0} lines/s, peak {} MiB, {:.1} s", peak_mib(), start.elapsed().as_secs_f64());
            (start, learning) = (Instant::now(), 0.0);
        }
    }
    let counts = miner.learned().counts();
    println!("{counts:?}");
}
