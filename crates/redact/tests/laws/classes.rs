//! Every class: of its valid values at least 98 % are caught under its name, of its near misses as many are left alone.
//!
//! Tokens come from patterns, and so do their near misses: a wrong letter in the issuer's prefix, one character too many
//! or too few, a character that the alphabet lacks, letters glued before or behind. What is told by its key or by a check
//! digit has tables of its own. A class without an entry is a failure.

use std::collections::BTreeMap;

use decant_redact::{CLASSES, Config, Policy, RawConfig, Redactor};

use crate::corpus::{Draw, Part, base64, parts};
use crate::formats::keyed::KEYED;
use crate::formats::people::PEOPLE;
use crate::formats::{FORMATS, secret_of};

const SEEDS: u64 = 50;

/// Outcomes by class.
#[derive(Default)]
struct Score(BTreeMap<&'static str, (u32, Vec<String>)>);

impl Score {
    fn add(&mut self, class: &'static str, failure: Option<String>) {
        let (all, failed) = self.0.entry(class).or_default();
        *all += 1;
        failed.extend(failure);
    }

    /// Each class fails in at most one of fifty.
    fn check(&self, what: &str) {
        let (all, failed) = self.0.values().fold((0, 0), |(a, f), (all, failed)| (a + all, f + failed.len()));
        println!("{failed} of {all} {what}, {} classes", self.0.len());
        self.0
            .iter()
            .flat_map(|(class, (_, failed))| failed.first().map(|f| (class, f)))
            .for_each(|(class, f)| println!("{class}: {f}"));
        let bad: Vec<_> =
            self.0.iter().filter(|(_, (all, failed))| failed.len() as f64 > f64::from(*all) * 0.02).collect();
        for (class, (all, failed)) in &bad {
            println!("{class}: {} of {all} {what}, such as", failed.len());
            failed.iter().step_by(1 + failed.len() / 4).for_each(|f| println!("    {f}"));
        }
        assert!(bad.is_empty(), "{what}: {:?}", bad.iter().map(|(class, _)| class).collect::<Vec<_>>());
    }
}

fn redactor(class: &str) -> Redactor {
    let raw = RawConfig { ip_addresses: class == "ip-address", ..RawConfig::default() };
    Redactor::new(&raw.validate().unwrap())
}

/// What is wrong when `secret` in `line` is not found under `class`.
fn missed(class: &str, line: &str, secret: &str) -> Option<String> {
    let mut redactor = redactor(class);
    let new = redactor.text(line).into_owned();
    let gone = secret.lines().flat_map(|l| l.split("\\n")).all(|part| part.len() < 3 || !new.contains(part));
    let named = redactor.counts().get(class) == Some(&1);
    let again = redactor.text(&new) == new;
    (!(gone && named && again)).then(|| format!("{line:?} -> {new:?} {:?}", redactor.counts()))
}

fn changed(class: &str, line: &str) -> Option<String> {
    let new = redactor(class).text(line).into_owned();
    (new != line).then(|| format!("{line:?} -> {new:?}"))
}

/// What stands between `⟨` and `⟩` in base64.
fn encoded(line: String) -> String {
    match line.split_once('⟨').and_then(|(before, rest)| Some((before, rest.split_once('⟩')?))) {
        Some((before, (plain, after))) => format!("{before}{}{after}", base64(plain.as_bytes())),
        None => line,
    }
}

/// Where tokens stand: in prose, headers, JSON, behind an escape, as a setting.
fn sentence(draw: &mut Draw, value: &str) -> String {
    match draw.below(7) {
        0 => format!("request refused for {value} by upstream"),
        1 => format!("curl -H \"X-Thing: {value}\" https://api.example.com/v1"),
        2 => format!("{{\"msg\":\"seen\",\"what\":\"{value}\"}}"),
        3 => format!("{{\"msg\":\"first line\\n{value}\\nlast\"}}"),
        4 => format!("export THING={value}; run"),
        5 => format!("?key={value}&page=2"),
        _ => format!("argument {value}"),
    }
}

#[test]
fn valid_values_are_caught_under_their_class() {
    let mut score = Score::default();
    for (class, pattern) in FORMATS {
        for seed in 0..SEEDS {
            let mut draw = Draw::new(seed);
            let value = draw.pattern(pattern);
            let line = sentence(&mut draw, &value);
            score.add(class, missed(class, &line, secret_of(&value)));
        }
    }
    for keyed in KEYED {
        for (line, seed) in keyed.valid.iter().flat_map(|line| (0..SEEDS).map(move |seed| (line, seed))) {
            let line = encoded(Draw::new(seed).pattern(line));
            let (secret, _) = line.split_once('«').unwrap().1.split_once('»').unwrap();
            score.add(keyed.class, missed(keyed.class, &line.replace(['«', '»'], ""), secret));
        }
    }
    for person in PEOPLE {
        for seed in 0..SEEDS {
            let value = (person.draw)(&mut Draw::new(seed));
            score.add(person.class, missed(person.class, &person.line.replace('@', &value), &value));
        }
    }
    let without: Vec<_> = CLASSES.iter().map(|c| c.name).filter(|name| !score.0.contains_key(name)).collect();
    assert!(without.is_empty(), "classes without a format: {without:?}");
    score.check("valid values not caught");
}

/// The value with a letter in the issuer's first literal changed, unless that makes another issuer's.
fn wrong_prefix(draw: &mut Draw, pattern: &str) -> Option<String> {
    let value = draw.pattern(pattern);
    let literal = parts(pattern).into_iter().find_map(|p| match p {
        Part::Literal(l) if !l.is_empty() => Some(l),
        _ => None,
    })?;
    let letters: Vec<usize> =
        literal.bytes().take(4).enumerate().filter(|(_, b)| b.is_ascii_alphabetic()).map(|(i, _)| i).collect();
    // The header of a JWT is JSON that may be any; only its start is the format's.
    let letters = if literal.starts_with("eyJ") { vec![0, 1, 2] } else { letters };
    let at = value.find(literal)? + *letters.get(draw.below(letters.len().max(1)))?;
    let other = if value.as_bytes()[at].is_ascii_uppercase() { ["Q", "W"] } else { ["q", "w"] };
    let other = if value[at..].starts_with(other[0]) { other[1] } else { other[0] };
    let new = format!("{}{other}{}", &value[..at], &value[at + 1..]);
    let of_another = FORMATS.iter().any(|(_, p)| match parts(p)[0] {
        Part::Literal(l) => l.len() > 2 && new.starts_with(l),
        Part::Drawn { .. } => false,
    });
    (!of_another).then_some(new)
}

/// The value with the drawn part at `chosen` replaced by what `change` makes of it.
fn with_part(
    draw: &mut Draw,
    pattern: &str,
    chosen: usize,
    change: impl Fn(&mut Draw, &str, String) -> String,
) -> String {
    let mut all = String::new();
    for (i, part) in parts(pattern).iter().enumerate() {
        let text = draw.part(part);
        match part {
            Part::Drawn { set, .. } if i == chosen => all.push_str(&change(draw, set, text)),
            _ => all.push_str(&text),
        }
    }
    all
}

fn quarter(part: Part<'_>) -> Part<'_> {
    match part {
        Part::Drawn { set, min, .. } => Part::Drawn { set, min: min / 4, max: min / 4 },
        literal => literal,
    }
}

/// Near misses of a pattern, by kind.
fn near_misses(draw: &mut Draw, pattern: &str) -> Vec<(&'static str, String)> {
    let parts = parts(pattern);
    let fixed = parts.iter().all(|p| !matches!(p, Part::Drawn { min, max, .. } if min < max));
    let long = |p: &Part<'_>| matches!(p, Part::Drawn { min, .. } if *min >= 5);
    let drawn: Vec<usize> = (0..parts.len()).filter(|&i| long(&parts[i])).collect();
    let any = drawn[draw.below(drawn.len())];
    let mut all = Vec::new();
    all.extend(wrong_prefix(draw, pattern).map(|value| ("prefix", value)));
    // Within the first characters of the first part: what is left before it is no value of its own.
    let strange = with_part(draw, pattern, drawn[0], |draw, set, text| {
        let at = draw.below(text.len().min(8));
        format!("{}{}{}", &text[..at], if set == "H" { "z" } else { "!" }, &text[at + 1..])
    });
    all.push(("alphabet", strange));
    if fixed {
        all.push(("short", with_part(draw, pattern, any, |_, _, text| text[1..].to_owned())));
        all.push(("long", with_part(draw, pattern, any, |draw, set, text| text + &draw.drawn(set, 1))));
        if !pattern.ends_with('=') {
            all.push(("glued behind", draw.pattern(pattern) + "Zq"));
        }
    } else if !pattern.starts_with("eyJ") {
        // A JWT that was cut still tells what it says.
        all.push(("short", parts.iter().map(|part| draw.part(&quarter(*part))).collect()));
    }
    all.push(("glued before", format!("Nz{}", draw.pattern(pattern))));
    all
}

/// What guesses at random characters is off: formats with a `:` or a `=` of their own look like settings, and their near
/// misses stay secrets for all one knows.
fn changed_without_guess(line: &str) -> Option<String> {
    let raw = RawConfig { policies: [("high-entropy".to_owned(), Policy::Allow)].into(), ..RawConfig::default() };
    let new = Redactor::new(&raw.validate().unwrap()).text(line).into_owned();
    (new != line).then(|| format!("{line:?} -> {new:?}"))
}

#[test]
fn near_misses_are_left_alone() {
    let mut score = Score::default();
    // The host of a webhook is another's as soon as a letter changes: its near misses are paths, which are in no table.
    for (class, pattern) in FORMATS.iter().filter(|(_, p)| !p.contains("://")) {
        for seed in 0..SEEDS {
            for (kind, value) in near_misses(&mut Draw::new(seed), pattern) {
                let failure = changed_without_guess(&format!("argument {value} seen"));
                score.add(class, failure.map(|f| format!("{kind}, {pattern}: {f}")));
            }
        }
    }
    for keyed in KEYED {
        for (line, seed) in keyed.misses.iter().flat_map(|line| (0..SEEDS).map(move |seed| (line, seed))) {
            score.add(keyed.class, changed(keyed.class, &Draw::new(seed).pattern(line)));
        }
    }
    for person in PEOPLE {
        for seed in 0..SEEDS {
            let mut draw = Draw::new(seed);
            let value = match person.miss {
                Some(miss) => miss(&mut draw),
                None => other_check(&(person.draw)(&mut draw)),
            };
            score.add(person.class, changed(person.class, &person.line.replace('@', &value)));
        }
    }
    for path in [
        "hooks.slack.com/docs/{a9}",
        "example.com/api/webhooks/{D6}",
        "hooks.zapier.com/hooks/standard",
        "office.com/webhook",
    ] {
        for seed in 0..SEEDS {
            score.add(
                "webhook-url",
                changed("webhook-url", &Draw::new(seed).pattern(&format!("GET https://{path} 200"))),
            );
        }
    }
    let without: Vec<_> = CLASSES.iter().map(|c| c.name).filter(|name| !score.0.contains_key(name)).collect();
    assert!(without.is_empty(), "classes without a near miss: {without:?}");
    score.check("near misses changed");
}

/// The number with another last character: a check digit or letter that is wrong.
fn other_check(value: &str) -> String {
    let (rest, last) = value.split_at(value.len() - 1);
    let last = match last.as_bytes()[0] {
        b'9' => '0',
        b'Z' => 'A',
        b'X' => '1',
        b => char::from(b + 1),
    };
    format!("{rest}{last}")
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
