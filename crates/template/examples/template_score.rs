//! Mines the lines of a file and prints `line,template_id,template` as CSV.

use std::io::{self, BufWriter, Write};

use decant_template::{Config, Miner};

fn main() -> io::Result<()> {
    let path = std::env::args().nth(1).ok_or_else(|| io::Error::other("usage: template_score FILE"))?;
    let bytes = std::fs::read(path)?;
    let text = String::from_utf8_lossy(&bytes);
    let mut miner = Miner::new(&Config::default());
    let shapes: Vec<u64> = text.lines().map(|line| miner.learn(line)).collect();
    let dictionary = miner.take().dictionary();
    let mut out = BufWriter::new(io::stdout().lock());
    writeln!(out, "line,template_id,template")?;
    for (i, shape) in shapes.iter().enumerate() {
        if let Some(t) = dictionary.get(*shape) {
            writeln!(out, "{},{:016x},\"{}\"", i + 1, t.id, t.text.replace('"', "\"\""))?;
        }
    }
    out.flush()
}
