//! Words: programs say what hurts them. Parts of messages that runtimes, kernels and client libraries write.
//!
//! Heard are the service's own new messages and failures, what its callers' failed calls say of it (half as loud, since
//! they see less), and what the cluster tells of its containers.

use std::collections::BTreeMap;

use decant_model::{LogPattern, Novelty};

use super::Case;
use crate::findings::Told;

/// Words by the kind that they speak for, in lower case.
const WORDS: [(&str, &[&str]); 13] = [
    (
        "certificate",
        &[
            "certificate",
            "x509",
            "tls handshake",
            "sslhandshake",
            "cert has expired",
            "cert_has_expired",
            "pkix",
            "tls_error",
        ],
    ),
    (
        "dns",
        &[
            "no such host",
            "nxdomain",
            "servfail",
            "name resolution",
            "name_resolution",
            "getaddrinfo",
            "unknownhost",
            "name or service not known",
            "dns",
            "enotfound",
            "eai_again",
        ],
    ),
    ("disk", &["no space left", "disk full", "enospc", "disk quota", "read-only file system"]),
    (
        "memory",
        &[
            "outofmemory",
            "out of memory",
            "oomkill",
            "oom-kill",
            "java heap",
            "cannot allocate memory",
            "heap limit",
            "gc overhead",
        ],
    ),
    (
        "clock",
        &["clock", "local time", "in the future", "time skew", "token used before", "request time too skewed", "ntp"],
    ),
    (
        "restart",
        &["sigkill", "sigterm", "exit code 137", "crashloop", "back-off restarting", "shutting down", "starting up"],
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
            "unparseable",
            "deserializ",
            "unmarshal",
            "parse error",
            "failed to parse",
            "cannot parse",
            "numberformat",
            "for input string",
            "parsefloat",
            "parseint",
            "invalid syntax",
            "invalid literal",
            "could not convert",
            "must be a number",
            "must be a string",
            "not in a correct format",
            "invalid type:",
            "mismatchedinput",
            "validationerror",
            "validation error",
            "missing field",
            "field required",
            "required field",
            "\" is required",
            "missing required",
            "violates",
            "schema",
            "bad record",
            "corrupt",
        ],
    ),
    (
        "exception",
        &[
            "nullpointer",
            "nullreference",
            "object reference not set",
            "nil pointer",
            "nil map",
            "none value",
            "nonetype",
            "cannot read propert",
            "undefined is not",
            "is not a function",
            "typeerror",
            "attributeerror",
            "keyerror",
            "rangeerror",
            "index out of",
            "out of bounds",
            "argumentoutofrange",
            "outofrange",
            "illegalstate",
            "invalidoperation",
            "classcast",
            "panicked",
            "segfault",
            "assertion",
            "stack overflow",
            "divide by zero",
            "division by zero",
        ],
    ),
    ("cpu", &["cpu throttl", "cpu limit"]),
    (
        "dependency",
        &["too many connections", "recovery mode", "not primary", "all shards failed", "communications link failure"],
    ),
];

/// Kinds that the texts of a failure speak for.
fn heard(text: &str) -> impl Iterator<Item = &'static str> {
    let text = text.to_lowercase();
    WORDS.iter().filter(move |(_, words)| words.iter().any(|w| text.contains(w))).map(|(kind, _)| *kind)
}

/// Whether a failed call is the caller's own failure by its words: who cannot resolve a name reaches nobody.
pub(crate) fn is_own(text: &str) -> bool {
    heard(text).any(|kind| kind == "dns")
}

/// How far words are believed that come with other causes too.
fn caution(kind: &str) -> f64 {
    // A process that dies leaves connections reset and refused; so does much else.
    if matches!(kind, "unreachable" | "packet_loss") { 0.5 } else { 1.0 }
}

/// Significance (-log10 p) of a message at which it is half believed.
const HALF_SIGNIFICANCE: f64 = 3.0;
/// Failures beyond the usual at which what they say is half believed.
const HALF_FAILURES: f64 = 4.0;
/// Kinds of failures read.
const MAX_NOTES: usize = 40;
/// How far the callers are believed, and the cluster.
const CALLERS: f64 = 0.5;
const CLUSTER: f64 = 0.7;

/// Adds what is said by and of a service.
pub(super) fn listen(told: &Told<'_>, service: u64, patterns: &[LogPattern], case: &mut Case) {
    let name = told.material.name(service);
    let is_news = |p: &&LogPattern| matches!(p.novelty, Novelty::New | Novelty::Rising | Novelty::Unknown);
    for pattern in patterns.iter().filter(|p| p.service == name).filter(is_news) {
        let loud = if pattern.severity.is_error() { 0.9 } else { 0.6 };
        let sure = loud * pattern.significance / (pattern.significance + HALF_SIGNIFICANCE);
        let text = pattern.examples.first().map_or(pattern.template.as_str(), |e| e.text.as_str());
        heard(text).for_each(|kind| case.add(kind, sure * caution(kind)));
    }
    for (note, excess, is_own) in told.notes_of(service).into_iter().take(MAX_NOTES) {
        let believed = if is_own { 1.0 } else { CALLERS };
        let sure = 0.9 * believed * excess / (excess + HALF_FAILURES);
        heard(told.material.name(note)).for_each(|kind| case.add(kind, sure * caution(kind)));
    }
    let Some((from, to)) = told.incident else { return };
    for event in told.material.live.changes.values().filter(|e| e.service == name && (from..to).contains(&e.time)) {
        if event.kind.starts_with("k8s") || event.kind.starts_with("kubernetes") {
            heard(&event.title).for_each(|kind| case.add(kind, CLUSTER * caution(kind)));
        }
    }
}

impl Told<'_> {
    /// Notes of failed spans that came with the incident, the most frequent first.
    pub(crate) fn notes(&self) -> Vec<&str> {
        let Some((from, to)) = self.incident else { return Vec::new() };
        let (from, to) = (self.material.config.window(from), self.material.config.window(to));
        let mut sums: BTreeMap<u64, (u64, u64)> = BTreeMap::new();
        for cell in self.material.facts.failures.values().filter(|c| c.note != 0) {
            let sum = sums.entry(cell.note).or_default();
            sum.0 += cell.windows.cells().iter().map(|(_, n)| u64::from(*n)).sum::<u64>();
            sum.1 += cell.windows.range(from, to).iter().map(|(_, n)| u64::from(*n)).sum::<u64>();
        }
        let mut notes: Vec<(u64, u64)> =
            sums.into_iter().filter(|(_, (all, inside))| *inside * 2 > *all).map(|(note, (_, n))| (n, note)).collect();
        notes.sort_by(|a, b| b.cmp(a));
        notes.into_iter().map(|(_, note)| self.material.name(note)).collect()
    }

    /// Notes of failed spans of a service, or of calls to it, that came with the incident: note, how many more than
    /// usual, and whether the service itself says so. The most frequent first.
    fn notes_of(&self, service: u64) -> Vec<(u64, f64, bool)> {
        let (Some((from, to)), stretch) = (self.incident, self.material.stretch) else { return Vec::new() };
        let windows = |t: i64| self.material.config.window(t);
        let (from, to) = (windows(from), windows(to));
        let inside = (to - from).max(1) as f64;
        let outside = (stretch.len() as f64 - inside).max(1.0);
        let mut sums: BTreeMap<(u64, bool), f64> = BTreeMap::new();
        let cells = self.material.facts.failures.values();
        for cell in cells.filter(|c| c.note != 0 && (c.service == service || c.about == service)) {
            let sum = sums.entry((cell.note, cell.service == service)).or_default();
            for (window, count) in cell.windows.range(stretch.from, stretch.to) {
                *sum +=
                    f64::from(*count) * if (from..to).contains(&i64::from(*window)) { 1.0 } else { -inside / outside };
            }
        }
        let mut notes: Vec<(u64, f64, bool)> =
            sums.into_iter().filter(|(_, n)| *n > 0.0).map(|((note, own), n)| (note, n, own)).collect();
        notes.sort_by(|a, b| b.1.total_cmp(&a.1).then((a.0, a.2).cmp(&(b.0, b.2))));
        notes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_of_many_runtimes_name_their_kind() {
        for (text, kind) in [
            ("java.io.IOException: No space left on device (/var/lib/x)", "disk"),
            ("dial tcp: lookup db on 10.0.0.10:53: no such host", "dns"),
            ("Error: getaddrinfo EAI_AGAIN api", "dns"),
            ("x509: certificate has expired or is not yet valid", "certificate"),
            ("java.lang.OutOfMemoryError: Java heap space", "memory"),
            ("Container was OOMKilled", "memory"),
            ("read tcp 10.0.0.1:443: read: connection reset by peer", "packet_loss"),
            ("strconv.ParseFloat: parsing \"x\": invalid syntax", "bad_data"),
            ("'NoneType' object has no attribute 'a'", "exception"),
            ("runtime error: index out of range [3] with length 3", "exception"),
        ] {
            assert!(heard(text).any(|k| k == kind), "{text}");
        }
    }

    #[test]
    fn a_defect_is_no_bad_data() {
        for text in ["runtime error: invalid memory address or nil pointer dereference", "Index was out of range."] {
            assert!(heard(text).all(|k| k != "bad_data"), "{text}");
        }
    }
}
