//! Log patterns, in order of what they tell.

use decant_model::{LogExample, LogPattern, Novelty, Severity};

use super::Told;
use crate::ids::{IdMap, mix, text_id};
use crate::patterns::Pattern;
use crate::rollup::Exemplar;
use crate::signal::What;
use crate::statistics::significance;

/// Rates that differ by less than this factor are steady, however sure the difference is.
const LEAST_RATIO: f64 = 1.5;

/// The patterns that tell the most, and how many records the others have.
pub(crate) fn tell(told: &Told<'_>) -> (Vec<LogPattern>, u64) {
    let strongest = strongest(told);
    let mut patterns: Vec<(f64, u64, &Pattern<'_>, Change)> = told
        .material
        .patterns
        .by_key
        .iter()
        .filter(|(_, p)| records(told, p) > 0 || p.base_total > 0)
        .map(|(key, pattern)| {
            let change = Change::of(told, pattern, strongest.get(key).copied().unwrap_or(0.0));
            (worth(told, pattern, &change), id(pattern), pattern, change)
        })
        .collect();
    patterns.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let others = patterns.split_off(told.material.config.max_findings.min(patterns.len()));
    let omitted = others.iter().map(|(_, _, pattern, _)| count(told, pattern)).sum();
    (patterns.into_iter().map(|(_, _, pattern, change)| one(told, pattern, &change)).collect(), omitted)
}

/// Records known.
fn records(told: &Told<'_>, pattern: &Pattern<'_>) -> u64 {
    match told.material.until {
        i64::MAX => pattern.cell.total(),
        until => pattern.cell.windows.sum(i64::MIN, until) + pattern.cell.positions.total(),
    }
}

/// Records in scope.
fn count(told: &Told<'_>, pattern: &Pattern<'_>) -> u64 {
    let windows = told.material.told;
    pattern.cell.windows.sum(windows.from, windows.to) + pattern.cell.positions.total()
}

fn id(pattern: &Pattern<'_>) -> u64 {
    mix(&[text_id("pattern"), pattern.service, pattern.named.id, u64::from(pattern.severity.0)])
}

/// How a pattern changed: records a minute, and what that is called.
struct Change {
    before: Option<f64>,
    after: Option<f64>,
    novelty: Novelty,
    significance: f64,
}

/// The strongest evidence for each pattern, signed.
fn strongest(told: &Told<'_>) -> IdMap<f64> {
    let mut strongest: IdMap<f64> = IdMap::default();
    for items in told.analysis.ledger.services.values().flat_map(|a| a.values()) {
        for item in items {
            if let What::Rate { pattern } | What::Presence { pattern, .. } = item.what {
                let known = strongest.entry(pattern).or_default();
                if item.z.abs() > known.abs() {
                    *known = item.z;
                }
            }
        }
    }
    strongest
}

impl Change {
    fn of(told: &Told<'_>, pattern: &Pattern<'_>, z: f64) -> Self {
        let material = told.material;
        let windows = &pattern.cell.windows;
        let stretch = material.stretch;
        let per_min = |count: u64, seconds: f64| (seconds > 0.0).then(|| count as f64 * 60.0 / seconds);
        let base_s =
            if material.base_has_logs(pattern.service) { material.base_logs.total(i64::MIN, i64::MAX) } else { 0.0 };
        let (before, after) = match told.analysis.episode.filter(|_| told.incident.is_some()) {
            Some(e) => {
                let (from, to) = (stretch.from + e.from as i64, stretch.from + e.to as i64);
                let outside_s = material.logs.total(i64::MIN, from);
                let before =
                    per_min(windows.sum(i64::MIN, from) + pattern.base.sum(i64::MIN, i64::MAX), outside_s + base_s);
                (before, per_min(windows.sum(from, to), material.logs.total(from, to)))
            }
            None => {
                let whole = material.logs.total(stretch.from, stretch.to);
                (per_min(pattern.base.total(), base_s), per_min(windows.sum(stretch.from, stretch.to), whole))
            }
        };
        let after = if pattern.cell.windows.total() == 0 && pattern.cell.total() > 0 { None } else { after };
        Self { before, after, novelty: novelty(before, after, z), significance: significance(z) }
    }
}

fn one(told: &Told<'_>, pattern: &Pattern<'_>, change: &Change) -> LogPattern {
    let material = told.material;
    let example = |e: &Exemplar| LogExample {
        time_unix_nano: e.time,
        source: e.source.clone(),
        ordinal: e.ordinal,
        text: e.text.clone(),
        flagged: false,
    };
    let mut examples: Vec<LogExample> = pattern.cell.first.iter().map(example).collect();
    if pattern.cell.last != pattern.cell.first {
        examples.extend(pattern.cell.last.iter().map(example));
    }
    let service = material.name(pattern.service).to_owned();
    let template = if pattern.named.text.is_empty() {
        pattern.example().map_or_else(String::new, |e| e.text.clone())
    } else {
        pattern.named.text.clone()
    };
    LogPattern {
        id: id(pattern),
        template_id: pattern.named.id,
        template,
        service,
        severity: pattern.severity,
        count: count(told, pattern),
        before_per_min: change.before,
        after_per_min: change.after,
        first_unix_nano: pattern.cell.first.as_ref().and_then(|e| e.time),
        last_unix_nano: pattern.cell.last.as_ref().and_then(|e| e.time),
        novelty: change.novelty,
        significance: change.significance,
        examples,
        slots: pattern.named.slots.clone(),
    }
}

fn novelty(before: Option<f64>, after: Option<f64>, z: f64) -> Novelty {
    let (Some(before), Some(after)) = (before, after) else { return Novelty::Unknown };
    let sure = z.abs() >= 2.0;
    if before <= 0.0 && after > 0.0 {
        Novelty::New
    } else if after <= 0.0 && before > 0.0 {
        if sure { Novelty::Vanished } else { Novelty::Falling }
    } else if sure && after > before * LEAST_RATIO {
        Novelty::Rising
    } else if sure && before > after * LEAST_RATIO {
        Novelty::Falling
    } else {
        Novelty::Steady
    }
}

/// Where in a timeless input a pattern stands, 0 to 1: what ends a log explains it more often than what begins it.
fn timeless_lateness(pattern: &Pattern<'_>) -> f64 {
    let end = pattern.cell.positions.end();
    match (&pattern.cell.last, end) {
        (Some(last), end) if end > 0 => (last.ordinal as f64 / end as f64).min(1.0),
        _ => 0.0,
    }
}

/// What a pattern is worth to a reader: how surely it changed, how bad it is, how rare, how late.
fn worth(told: &Told<'_>, pattern: &Pattern<'_>, change: &Change) -> f64 {
    let severity = match pattern.severity {
        s if s >= Severity::FATAL => 4.0,
        s if s >= Severity::ERROR => 3.0,
        s if s >= Severity::WARN => 1.5,
        _ => 0.0,
    };
    let changed = match change.novelty {
        Novelty::New => 2.0 + change.significance.min(20.0) / 2.0,
        Novelty::Vanished | Novelty::Rising => 1.0 + change.significance.min(20.0) / 2.0,
        Novelty::Falling => change.significance.min(20.0) / 2.0,
        // An error that was always there explains nothing.
        Novelty::Steady => change.significance.min(20.0) / 4.0 - 0.7 * severity,
        Novelty::Unknown => 0.0,
    };
    let rarity = 1.0 / (1.0 + (records(told, pattern).max(1) as f64).ln());
    severity + changed + rarity + timeless_lateness(pattern)
}
