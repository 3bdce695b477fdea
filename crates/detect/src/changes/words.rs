//! Words of code, titles and telemetry, in a form in which they meet.
//!
//! `DefaultTTL`, `default_ttl` and "default TTL" are the same words. Engineers also name one thing differently in code and in
//! messages ("timeout", "deadline exceeded"): such families share a **notion**, a word that stands for all of them.

use std::collections::BTreeSet;

/// Shortest word that says something by itself.
const LEAST_LETTERS: usize = 4;
/// Letters by which a word is known: "registry" and "registration" are about one thing.
const STEM_LETTERS: usize = 6;

/// Families of words, by how they begin.
const NOTIONS: [(&str, &[&str]); 10] = [
    ("~waiting", &["timeout", "deadline", "timedout"]),
    ("~concurrency", &["mutex", "lock", "unlock", "deadlock", "atomic", "concurren", "race", "synchron", "semaphore"]),
    ("~connections", &["pool", "conn", "socket", "keepalive", "backend", "exhaust"]),
    ("~memory", &["heap", "memory", "alloc", "oomkill", "outofmemory", "leak"]),
    ("~form", &["schema", "json", "decod", "deserial", "serial", "unmarshal", "marshal", "pars", "field", "proto"]),
    ("~database", &["query", "queries", "select", "index", "statement", "migration", "transaction"]),
    ("~caching", &["cache", "evict", "stampede", "expir"]),
    ("~allowance", &["throttl", "quota", "capacity", "ratelimit", "limiter", "throughput"]),
    ("~naming", &["resolv", "lookup", "hostname", "endpoint", "enotfound"]),
    ("~trust", &["certificat", "token", "credential", "secret", "auth", "permission", "unauthor", "forbidden"]),
];

/// Parts of a text that are split at case, digits and punctuation, in lower case; short ones too, in their order.
pub(super) fn parts(text: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut word = String::new();
    let mut last = ' ';
    for c in text.chars().chain([' ']) {
        let is_new = !c.is_ascii_alphabetic() || (c.is_ascii_uppercase() && last.is_ascii_lowercase());
        if is_new && !word.is_empty() {
            out.push(std::mem::take(&mut word));
        }
        if c.is_ascii_alphabetic() {
            word.push(c.to_ascii_lowercase());
        }
        last = c;
    }
    out
}

/// Stems of words of four letters or more, and the notions that they belong to.
pub(super) fn words(text: &str) -> BTreeSet<String> {
    of(parts(text))
}

/// The same of parts.
pub(super) fn of(parts: impl IntoIterator<Item = String>) -> BTreeSet<String> {
    parts.into_iter().flat_map(|part| stems(&part).collect::<Vec<_>>()).collect()
}

/// The stem of one word and its notions; nothing of short words.
pub(super) fn stems(part: &str) -> impl Iterator<Item = String> {
    let says = part.len() >= LEAST_LETTERS;
    let notions = NOTIONS.iter().filter(move |(_, stems)| says && stems.iter().any(|stem| part.starts_with(stem)));
    // Parts are ASCII, so that letters are bytes.
    let stem = part.get(..STEM_LETTERS).unwrap_or_else(|| part.trim_end_matches('s'));
    notions.map(|(notion, _)| (*notion).to_owned()).chain(says.then(|| stem.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_and_messages_meet() {
        let shared = |a: &str, b: &str| -> Vec<String> { words(a).intersection(&words(b)).cloned().collect() };
        assert_eq!(shared("cfg.DefaultTimeout = 5", "context deadline exceeded"), ["~waiting"]);
        assert_eq!(shared("l.mu.Lock()", "fatal error: concurrent map writes"), ["~concurrency"]);
        assert_eq!(shared("cache_hits_total", "CacheHit"), ["cache", "~caching"]);
        assert_eq!(shared("global type registry", "duplicate registration"), ["regist"]);
        assert!(shared("return math.Round(net)", "upstream answered 503").is_empty());
    }
}
