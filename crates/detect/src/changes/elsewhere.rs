//! What speaks for a cause that is no change: an outside provider, the infrastructure, the load, the data.
//!
//! Each piece of evidence makes "no change is guilty" so many times likelier, as a logarithm. Errors that name a host
//! outside of the system are the plainest: no deployment of ours makes a provider answer 503.

use decant_model::{LogPattern, Suspect};

use super::symptoms::{is_news, text};
use crate::evidence::Aspect;
use crate::findings::Told;
use crate::findings::plain::plain;
use crate::role::of_host;
use crate::signal::What;

/// A reason to look elsewhere.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Elsewhere {
    pub(super) log_ratio: f64,
    pub(super) reason: String,
}

/// ln of how much oftener all errors name an outside host when that host fails than when a change of ours does: say 0.7
/// against 0.05.
const OUTSIDE: f64 = 2.6;
/// The same for kinds of faults that machines and networks bring upon code, say 0.6 against 0.15.
const SURROUNDINGS: f64 = 1.4;
/// For data that does not keep its form: code that writes or reads it may have been changed as well.
const DATA: f64 = 0.7;
/// z at which a machine's own metrics are half believed to be in trouble.
const HALF: f64 = 6.0;

pub(super) fn look(told: &Told<'_>, suspects: &[Suspect], patterns: &[LogPattern]) -> Vec<Elsewhere> {
    let mut found = Vec::new();
    let Some(first) = suspects.first() else { return found };
    let mut add = |log_ratio: f64, reason: String| found.push(Elsewhere { log_ratio, reason });
    if let Some((share, host)) = outside_share(told, first, patterns)
        && share > 0.0
    {
        add(OUTSIDE * share, format!("its errors come from {}, outside of this system", plain(&host)));
    }
    match first.kind.as_str() {
        "dependency" => add(SURROUNDINGS, "what it depends on fails".to_owned()),
        "traffic" => add(SURROUNDINGS, "the load rose".to_owned()),
        "dns" | "disk" | "clock" | "certificate" | "packet_loss" | "io" => {
            add(SURROUNDINGS, format!("the fault is one of its surroundings ({})", first.kind));
        }
        "bad_data" => add(DATA, "it is fed data that does not keep its form".to_owned()),
        _ => {}
    }
    let z = machine_trouble(told);
    if z > 0.0 {
        let believed = z * z / (z * z + HALF * HALF);
        add(SURROUNDINGS * believed, "a machine is in trouble".to_owned());
    }
    found.sort_by(|a, b| b.log_ratio.total_cmp(&a.log_ratio).then_with(|| a.reason.cmp(&b.reason)));
    found
}

/// Strongest shift of a machine's own metrics.
fn machine_trouble(told: &Told<'_>) -> f64 {
    let ledger = told.analysis.ledger.services.values().flat_map(|aspects| aspects.iter());
    ledger
        .filter(|(aspect, _)| matches!(aspect, Aspect::Symptom(role) if role.is_resource()))
        .flat_map(|(_, items)| items)
        .filter(|item| match item.what {
            What::Metric { series } => {
                told.material.live.series.get(&series).is_some_and(|s| of_host(told.material.name(s.metric)))
            }
            _ => false,
        })
        .fold(0.0, |most, item| f64::max(most, item.strength))
}

/// Share of a suspect's new errors that name a host outside, and the host named most.
fn outside_share(told: &Told<'_>, suspect: &Suspect, patterns: &[LogPattern]) -> Option<(f64, String)> {
    let onset = told.incident.map(|(from, _)| from);
    let (mut all, mut outside) = (0.0, 0.0);
    let mut most: (u64, String) = (0, String::new());
    let known = |host: &str| {
        let first = host.split('.').next().unwrap_or("");
        told.material.live.services.values().any(|s| {
            let name = told.material.name(s.name);
            name == first || name == host
        })
    };
    let theirs = patterns.iter().filter(|p| p.service == suspect.service && p.severity.is_error());
    for pattern in theirs.filter(|p| is_news(p, onset)) {
        all += pattern.count as f64;
        if let Some(host) = hosts(text(pattern)).find(|host| !known(host)) {
            outside += pattern.count as f64;
            if pattern.count > most.0 {
                most = (pattern.count, host.to_owned());
            }
        }
    }
    (all > 0.0).then(|| (outside / all, most.1))
}

/// Hosts in the public space of names that a text names.
fn hosts(text: &str) -> impl Iterator<Item = &str> {
    let mut before = "";
    text.split_inclusive(|c: char| !c.is_ascii_alphanumeric() && c != '.' && c != '-').filter_map(move |piece| {
        let token = piece.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
        // `github.com/acme/cart` is where code lives, unless it is the host of a URL.
        let is_path = piece.ends_with('/') && before != "/";
        before = piece;
        let token = token.trim_matches(['.', '-']);
        (!is_path && is_outside(token)).then_some(token)
    })
}

fn is_outside(host: &str) -> bool {
    // Generic domains in which providers live; others are too easily taken for packages and files. Under `example` (RFC
    // 2606) nobody lives, so rehearsals and simulated systems put their stand-ins for providers there.
    const DOMAINS: [&str; 11] = ["com", "net", "org", "cloud", "app", "dev", "edu", "gov", "info", "biz", "example"];
    let mut labels = host.rsplit('.');
    let is_public = labels.next().is_some_and(|last| DOMAINS.contains(&last));
    let count = host.split('.').count();
    is_public
        && count >= 2
        && host.split('.').all(|label| !label.is_empty() && label.bytes().all(|b| b != b'_'))
        && host.bytes().any(|b| b.is_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_of_others_are_told_from_packages_files_and_own_names() {
        for (text, host) in [
            ("POST https://api.pay.example/v1/charges returned 503", Some("api.pay.example")),
            ("lookup smtp.mail.example.com on 10.0.0.10:53: no such host", Some("smtp.mail.example.com")),
            ("java.io.IOException at com.acme.Cart.put(Cart.java:12)", None),
            ("dial orders.shop.svc.cluster.local:8080: i/o timeout", None),
            ("panic in ratelimit.go:38", None),
            ("FAIL /tmp/cart.test exited with 2", None),
            ("github.com/acme/cart.(*Store).Put(0xc0001) golang.org/x/net/http2.go:12", None),
            ("", None),
        ] {
            assert_eq!(hosts(text).next(), host, "{text}");
        }
    }
}
