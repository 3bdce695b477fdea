//! Tokens with a prefix: what is valid is found under its class, what is nearly so is left alone.

use decant_redact::{Config, Redactor};

use crate::corpus::Draw;
use crate::formats::FORMATS;

const SEEDS: u64 = 50;

fn sentence(draw: &mut Draw, value: &str) -> String {
    match draw.below(4) {
        0 => format!("request refused for {value} by upstream"),
        1 => format!("curl -H \"X-Thing: {value}\" https://api.example.com/v1"),
        2 => format!("{{\"msg\":\"seen\",\"what\":\"{value}\"}}"),
        _ => format!("argument {value}"),
    }
}

#[test]
fn every_documented_format_is_found_under_its_class() {
    for (class, pattern) in FORMATS {
        for seed in 0..SEEDS {
            let mut draw = Draw::new(seed);
            let value = draw.pattern(pattern);
            let line = sentence(&mut draw, &value);
            let mut redactor = Redactor::new(&Config::default());
            let new = redactor.text(&line);
            let secret = value.rsplit('/').next().unwrap();
            assert!(!new.contains(secret), "{pattern}, seed {seed}: {new}");
            assert_eq!(
                redactor.counts().get(*class),
                Some(&1),
                "{pattern}, seed {seed}: {new} {:?}",
                redactor.counts()
            );
            assert_eq!(redactor.text(&new), new, "once is enough");
        }
    }
}

/// Shorter than the format, with a character in its middle that it never has, or with a prefix that is nobody's.
fn near_misses(draw: &mut Draw, pattern: &str) -> Vec<String> {
    let value = draw.pattern(pattern);
    let literal = pattern.find('{').unwrap();
    let drawn = value.len() - literal;
    let mut all = vec![
        value.chars().take(literal + (drawn / 3).min(9)).collect(),
        format!(
            "{}!{}",
            value.get(..literal + drawn / 4).unwrap(),
            value.get(literal + drawn / 4 + 1..literal + drawn / 2).unwrap()
        ),
    ];
    if literal > 2 && !pattern.contains('/') && !pattern.contains("eyJ") {
        all.push(format!("qz{}", value.get(2..).unwrap()));
    }
    all
}

#[test]
fn near_misses_are_left_alone() {
    let (mut all, mut changed) = (0, Vec::new());
    for (_, pattern) in FORMATS {
        for seed in 0..SEEDS {
            let mut draw = Draw::new(seed);
            for value in near_misses(&mut draw, pattern) {
                let line = format!("argument {value} seen");
                let new = Redactor::new(&Config::default()).text(&line).into_owned();
                all += 1;
                if new != line {
                    changed.push(format!("{pattern}: {line} -> {new}"));
                }
            }
        }
    }
    let share = changed.len() as f64 / f64::from(all);
    assert!(
        share <= 0.02,
        "{share:.3} of {all} near misses changed, such as {:#?}",
        changed.iter().step_by(20).take(20).collect::<Vec<_>>()
    );
}

#[test]
fn ids_hashes_and_versions_survive() {
    for seed in 0..SEEDS {
        let mut draw = Draw::new(seed);
        for pattern in [
            "commit {H40} by bot",
            "sha256:{H64} pulled",
            "trace_id={H32} span_id={H16}",
            "request_id={H8}-{H4}-{H4}-{H4}-{H12} done",
            "\"traceparent\":\"00-{H32}-{H16}-01\"",
            "block blk_{D19} received from 10.0.0.{D2}",
            "v1.{D2}.{D3}-rc.{D1}+build.{D4}",
            "etag=\"{A22}\" x-amz-request-id={U16}",
            "took {D9} ns at 17{D11} ms, 17{D14} us, 17{D17} ns",
            "pod web-{L10}-{L5} on node ip-10-0-{D1}-{D2}",
            "integrity sha512-{686}==",
            "at com.example.shop.CheckoutServiceImpl$$EnhancerBySpring.charge(CheckoutServiceImpl.java:{D3})",
            "/usr/lib/python3.12/site-packages/pip/_internal/network/auth.py:{D3}",
            "2026-01-{D1}1T10:0{D1}:11.{D9}Z INFO started",
            "Failed password for root from 10.0.0.1 port {D5} ssh2",
            "token bucket has 12 tokens; max_tokens=4096 token_count={D5}",
            "mac 02:{H2}:{H2}:{H2}:{H2}:{H2} uid=1000 pid={D6}",
        ] {
            let line = draw.pattern(pattern);
            let new = Redactor::new(&Config::default()).text(&line).into_owned();
            assert_eq!(new, line, "{pattern}");
        }
    }
}
