//! How fast the lines of a file are learned: `template_pace FILE [PASSES]`, best pass.
#![expect(clippy::print_stdout, reason = "a command-line example")]

use std::io;
use std::time::Instant;

use decant_template::{Config, Miner};

fn main() -> io::Result<()> {
    let mut args = std::env::args().skip(1);
    let path = args.next().ok_or_else(|| io::Error::other("usage: template_pace FILE [PASSES]"))?;
    let passes: usize = args.next().and_then(|n| n.parse().ok()).unwrap_or(10);
    let bytes = std::fs::read(path)?;
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<&str> = text.lines().collect();
    let mut best = f64::MAX;
    for _ in 0..passes {
        let mut miner = Miner::new(&Config::default());
        let start = Instant::now();
        let sum = lines.iter().fold(0, |sum, line| sum ^ miner.learn(line));
        best = best.min(start.elapsed().as_secs_f64());
        std::hint::black_box(sum);
    }
    println!("{:.0} lines/s, {:.0} MB/s", lines.len() as f64 / best, text.len() as f64 / best / 1e6);
    Ok(())
}
