//! What kind of fault it looks like.
//!
//! Every aspect that speaks for a service speaks for a few kinds; words of new errors and failed spans speak louder,
//! for programs say what hurts them. The kind with the most votes wins.

use std::collections::BTreeMap;

use crate::evidence::{Aspect, Item};
use crate::role::Role;

/// Words by the kind that they speak for. Plain lower-case parts of messages that runtimes, kernels and libraries write.
const WORDS: [(&str, &[&str]); 13] = [
    ("certificate", &["certificate", "x509", "tls handshake", "ssl", "cert has expired", "pkix"]),
    (
        "dns",
        &[
            "no such host",
            "nxdomain",
            "servfail",
            "name resolution",
            "getaddrinfo",
            "unknownhost",
            "name or service not known",
            "dns",
            "name_resolution",
            "enotfound",
            "eai_again",
        ],
    ),
    ("disk", &["no space left", "disk full", "enospc", "disk quota", "read-only file system"]),
    (
        "memory",
        &["outofmemory", "out of memory", "oom", "java heap", "cannot allocate memory", "heap limit", "gc overhead"],
    ),
    (
        "clock",
        &["clock", "in the future", "not yet valid", "time skew", "issued in the future", "token used before", "ntp"],
    ),
    (
        "restart",
        &[
            "sigkill",
            "sigterm",
            "exit code 137",
            "crashloop",
            "back-off restarting",
            "shutting down",
            "killed",
            "started in",
            "starting server",
            "listening on",
            "starting up",
        ],
    ),
    (
        "unreachable",
        &["connection refused", "no route to host", "unreachable", "econnrefused", "host is down", "network is down"],
    ),
    ("packet_loss", &["connection reset", "broken pipe", "retransmi", "packet loss", "econnreset", "unexpected eof"]),
    (
        "slow_query",
        &[
            "slow query",
            "statement timeout",
            "query took",
            "seq scan",
            "full table scan",
            "lock wait timeout",
            "slow sql",
        ],
    ),
    (
        "bad_data",
        &[
            "malformed",
            "invalid",
            "unparseable",
            "deserializ",
            "unmarshal",
            "parse error",
            "schema",
            "violates",
            "unexpected value",
            "out of range",
            "bad record",
            "validation",
            "negative",
        ],
    ),
    (
        "exception",
        &[
            "exception",
            "panic",
            "traceback",
            "nullpointer",
            "typeerror",
            "undefined is not",
            "nil pointer",
            "segfault",
            "assertion",
            "stack overflow",
        ],
    ),
    ("latency", &["timeout", "timed out", "deadline exceeded", "took too long", "slow"]),
    ("cpu", &["cpu throttl", "throttled"]),
];

/// Whether a failed call is the caller's own failure by its words: who cannot resolve a name reaches nobody.
pub(crate) fn is_own(text: &str) -> bool {
    let text = text.to_lowercase();
    WORDS.iter().any(|(kind, words)| *kind == "dns" && words.iter().any(|w| text.contains(w)))
}

/// Words of a text that speak for kinds.
pub(crate) fn hear(text: &str, loudness: f64, votes: &mut BTreeMap<&'static str, f64>) {
    let text = text.to_lowercase();
    for (kind, words) in WORDS {
        if words.iter().any(|w| text.contains(w)) {
            // A timeout or an exception is how many faults end; the others are how they begin.
            let weight = if matches!(kind, "latency" | "exception") { 0.5 } else { 1.0 };
            *votes.entry(kind).or_default() += weight * loudness;
        }
    }
}

/// What an aspect speaks for.
pub(crate) fn vote(aspect: Aspect, part: f64, items: &[Item], votes: &mut BTreeMap<&'static str, f64>) {
    let up = items.first().is_some_and(|i| i.z > 0.0);
    let mut add = |kind: &'static str, weight: f64| *votes.entry(kind).or_default() += weight * part;
    match aspect {
        Aspect::Resource(Role::Cpu) => add("cpu", 1.5),
        Aspect::Resource(Role::Memory) if up => add("memory", 1.0),
        Aspect::Resource(Role::Disk) => add("disk", 1.5),
        Aspect::Resource(Role::Io) if up => add("io", 2.5),
        Aspect::Resource(Role::PacketLoss) => add("packet_loss", 3.0),
        Aspect::Resource(Role::Dns) => add("dns", 1.5),
        Aspect::Resource(Role::Certificate) => add("certificate", 4.0),
        Aspect::Resource(Role::Clock) => add("clock", 1.5),
        Aspect::Resource(Role::Restart) => add("restart", 1.5),
        Aspect::Gap => add("latency", 1.2),
        Aspect::Unanswered => add("unreachable", 1.2),
        Aspect::Clock => add("clock", 2.0),
        Aspect::SelfTime | Aspect::Latency => add("latency", 0.3),
        Aspect::GainedError | Aspect::RisingError => add("exception", 0.6),
        Aspect::Lost | Aspect::Gained | Aspect::Structure | Aspect::OwnErrors => add("exception", 0.4),
        Aspect::ThroughputUp => add("traffic", 3.0),
        Aspect::Symptom(Role::Throughput) if up => add("traffic", 0.5),
        _ => {}
    }
}

/// The kind with the most votes.
pub(crate) fn winner(votes: &BTreeMap<&'static str, f64>) -> &'static str {
    let best = votes.iter().max_by(|a, b| a.1.total_cmp(b.1).then_with(|| b.0.cmp(a.0)));
    best.filter(|(_, v)| **v > 0.05).map_or("unknown", |(k, _)| k)
}
