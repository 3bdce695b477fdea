//! How much of a bundle two successive revisions of a simulated incident share, and where they part.
//!
//! `cargo run --release -p decant-tests --example revisions -- SEED [OUT] [FAULT...]`
#![expect(clippy::print_stdout, reason = "a measuring tool prints")]

use std::time::Duration;

use decant_context::{Request, TokenCounter as _, Tokenizer, bundle};
use decant_sim::{Fault, Scenario};
use decant_tests::revisions;

fn shared(one: &str, two: &str) -> (usize, f64) {
    let same: String = one.chars().zip(two.chars()).take_while(|(a, b)| a == b).map(|(a, _)| a).collect();
    let count = |text: &str| Tokenizer::O200kBase.count(text) as f64;
    (same.lines().count(), count(&same) / count(two))
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let seed = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(1);
    let out = arguments.next().unwrap_or_else(|| "-".to_owned());
    let wanted: Vec<Fault> = arguments.map(|name| name.parse().expect("a fault's name")).collect();
    let mut all: [Vec<f64>; 3] = Default::default();
    for fault in Fault::ALL.into_iter().filter(|f| wanted.is_empty() || wanted.contains(f)) {
        let scenario = Scenario { seed, fault: Some(fault), faulty: Duration::from_secs(420), ..Scenario::default() };
        let told = revisions(&scenario, &[330, 360, 390, 420].map(|s| Duration::from_secs(180 + s)));
        for (n, pair) in told.windows(2).enumerate() {
            let [one, two] = pair else { continue };
            let names =
                |f: &decant_model::Findings| f.suspects.iter().take(3).map(|s| s.service.clone()).collect::<Vec<_>>();
            let onset =
                |f: &decant_model::Findings| f.incidents.first().map_or(0, |i| i.onset_unix_nano / 1_000_000_000);
            let is_same = one.incidents.first().map(|i| i.id) == two.incidents.first().map(|i| i.id)
                && names(one).first() == names(two).first();
            println!("{fault} {n}: same {is_same} onset moved {} suspects {:?}", onset(two) - onset(one), names(two));
            for (place, budget_tokens) in [1_000, 4_000, 16_000].into_iter().enumerate() {
                let [a, b] = [one, two].map(|f| bundle(f, &Request { budget_tokens, ..Request::default() }).text);
                let (lines, share) = shared(&a, &b);
                if is_same {
                    all[place].push(share);
                }
                println!("   {budget_tokens}: {share:.2} used {}", Tokenizer::O200kBase.count(&b));
                if share < 0.9 {
                    println!(
                        "      < {}\n      > {}",
                        a.lines().nth(lines.saturating_sub(1)).unwrap_or(""),
                        b.lines().nth(lines.saturating_sub(1)).unwrap_or("")
                    );
                }
                if out != "-" {
                    std::fs::write(format!("{out}/{fault}-{n}-{budget_tokens}.a"), &a).expect("a file");
                    std::fs::write(format!("{out}/{fault}-{n}-{budget_tokens}.b"), &b).expect("a file");
                }
            }
        }
    }
    for mut shares in all {
        shares.sort_by(f64::total_cmp);
        let at = |q: f64| shares.get((q * (shares.len() - 1) as f64) as usize).copied().unwrap_or(0.0);
        println!(
            "{} pairs: mean {:.3} least {:.2} 10th {:.2} median {:.2}",
            shares.len(),
            shares.iter().sum::<f64>() / shares.len() as f64,
            at(0.0),
            at(0.1),
            at(0.5)
        );
    }
}
