//! All metrics of the process in one text.
//!
//! Ingress, store and egress count for themselves. What the stages between them made of the records (what came twice, what
//! a limit or a wrong clock turned away) is known on the lanes' and the correlator's threads: the correlator's puts it into
//! [`Totals`] after each yield, so that reading the metrics waits for no question. After a restart these start with what
//! was read back from the store.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};

use decant_engine::LaneCounts;
use decant_store::Store;

/// What all lanes and the correlator counted, as of the last yield.
#[derive(Debug, Default)]
pub(super) struct Totals(Mutex<(LaneCounts, BTreeMap<&'static str, u64>)>);

impl Totals {
    /// Called by the correlator's thread after each yield.
    pub(super) fn set(&self, lanes: LaneCounts, notes: BTreeMap<&'static str, u64>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = (lanes, notes);
    }

    fn write_prometheus(&self, out: &mut String) {
        let (lanes, notes) = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let LaneCounts { records_in, logs, spans, metric_points, repeats, near_repeats, .. } = lanes;
        let LaneCounts { folded, redelivered, evicted, redacted, .. } = lanes;
        family(
            out,
            "decant_engine_records_in_total",
            "Records that lanes took; each is one of the three kinds or redelivered.",
        );
        sample(out, "decant_engine_records_in_total", None, records_in);
        family(out, "decant_engine_records_total", "Records that count, by signal.");
        for (signal, count) in [("logs", logs), ("metrics", metric_points), ("traces", spans)] {
            sample(out, "decant_engine_records_total", Some(("signal", signal)), count);
        }
        family(out, "decant_engine_redelivered_total", "Records that were handed over twice, and count once.");
        sample(out, "decant_engine_redelivered_total", None, redelivered);
        family(out, "decant_engine_repeats_total", "Log records that repeat another, by likeness.");
        for (kind, count) in [("exact", repeats), ("near", near_repeats)] {
            sample(out, "decant_engine_repeats_total", Some(("kind", kind)), count);
        }
        family(
            out,
            "decant_engine_repeats_folded_total",
            "Those of the repeats that the store keeps as a count, by policy.",
        );
        sample(out, "decant_engine_repeats_folded_total", None, folded);
        family(out, "decant_engine_identities_forgotten_total", "Identities that dedup forgot for want of room.");
        sample(out, "decant_engine_identities_forgotten_total", None, evicted);
        family(out, "decant_engine_redacted_total", "Values that redaction replaced, by class.");
        for (class, &count) in &redacted {
            sample(out, "decant_engine_redacted_total", Some(("class", class)), count);
        }
        family(
            out,
            "decant_detect_notes_total",
            "What limits turned away and what could not be used, in a bundle's words.",
        );
        for (what, &count) in &notes {
            sample(out, "decant_detect_notes_total", Some(("what", what)), count);
        }
    }
}

/// What `GET /metrics` calls.
pub(super) fn exposition(
    store: Arc<Store>,
    ingress: Arc<decant_ingress::Metrics>,
    totals: Arc<Totals>,
    egress: Arc<decant_egress::Metrics>,
) -> Arc<dyn Fn() -> String + Send + Sync> {
    Arc::new(move || {
        let mut out = String::new();
        ingress.write_prometheus(&mut out);
        totals.write_prometheus(&mut out);
        store.write_prometheus(&mut out);
        egress.write_prometheus(&mut out);
        out
    })
}

fn family(out: &mut String, name: &str, help: &str) {
    // Writing to a string does not fail.
    writeln!(out, "# HELP {name} {help}\n# TYPE {name} counter").ok();
}

/// One line; the classes of redaction are an operator's words, so the value of a label is escaped.
fn sample(out: &mut String, name: &str, label: Option<(&str, &str)>, count: u64) {
    match label {
        None => writeln!(out, "{name} {count}").ok(),
        Some(_) if count == 0 => None,
        Some((key, value)) => {
            let value = value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
            writeln!(out, "{name}{{{key}=\"{value}\"}} {count}").ok()
        }
    };
}
