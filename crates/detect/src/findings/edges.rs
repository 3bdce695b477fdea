//! Edges that changed, and the graph.

use std::collections::BTreeMap;

use decant_model::{EdgeStats, SpanEdge, TopologyEdge};

use super::Told;
use crate::ids::{IdMap, mix, text_id};
use crate::signal::What;
use crate::statistics::significance;
use crate::traces::{EdgeCell, EdgeStat};

/// Edges kept of the graph, the busiest: a thousand services have about five thousand.
const MAX_TOPOLOGY: usize = 5_000;

pub(crate) fn tell(told: &Told<'_>) -> Vec<SpanEdge> {
    let Some(episode) = told.analysis.episode.filter(|_| told.incident.is_some()) else { return Vec::new() };
    let stretch = told.material.stretch;
    let (from, to) = (stretch.from + episode.from as i64, stretch.from + episode.to as i64);
    let mut changed: IdMap<(f64, &'static str)> = IdMap::default();
    for item in told.analysis.ledger.services.values().flat_map(|a| a.values().flatten()) {
        let (edge, what) = match item.what {
            What::EdgeErrors { edge } => (edge, "errors"),
            What::EdgeLatency { edge } => (edge, "latency"),
            What::EdgeGap { edge } => (edge, "gap"),
            _ => continue,
        };
        let known = changed.entry(edge).or_insert((0.0, what));
        if item.z.abs() > known.0 {
            *known = (item.z.abs(), what);
        }
    }
    let mut edges: Vec<SpanEdge> = changed
        .into_iter()
        .filter_map(|(key, (z, what))| {
            let cell = told.material.facts.edges.get(&key)?;
            let outside: f64 = told.material.spans.total(i64::MIN, from);
            let base = told.material.base_facts.edges.get(&key);
            let before =
                sum(cell.windows.range(i64::MIN, from).iter().chain(base.map_or(&[][..], |b| b.windows.cells())));
            let before_s = outside + told.material.base_spans.total(i64::MIN, i64::MAX);
            let after = sum(cell.windows.range(from, to));
            Some(SpanEdge {
                id: mix(&[text_id("edge"), key]),
                caller: told.material.name(cell.caller).to_owned(),
                callee: told.material.name(cell.callee).to_owned(),
                operation: told.material.name(cell.operation).to_owned(),
                before: stats(&before, before_s),
                after: stats(&after, told.material.spans.total(from, to)),
                significance: significance(z),
                what: what.to_owned(),
            })
        })
        .collect();
    edges.sort_by(|a, b| b.significance.total_cmp(&a.significance).then(a.id.cmp(&b.id)));
    edges.truncate(told.material.config.max_findings);
    edges
}

fn sum<'a>(cells: impl IntoIterator<Item = &'a (u32, EdgeStat)>) -> EdgeStat {
    cells.into_iter().fold(EdgeStat::default(), |mut sum, (_, cell)| {
        sum.merge(cell);
        sum
    })
}

fn stats(stat: &EdgeStat, seconds: f64) -> EdgeStats {
    if seconds <= 0.0 {
        return EdgeStats::default();
    }
    let calls = f64::from(stat.calls);
    EdgeStats {
        calls_per_min: Some(calls * 60.0 / seconds),
        error_ratio: (calls > 0.0).then(|| f64::from(stat.errors) / calls),
        p50_ms: stat.ms.quantile(0.5),
        p99_ms: stat.ms.quantile(0.99),
        gap_p50_ms: stat.gap.quantile(0.5),
    }
}

pub(crate) fn topology(told: &Told<'_>) -> Vec<TopologyEdge> {
    let mut calls: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    let until = told.material.until;
    let count = |cell: &EdgeCell| -> u64 {
        let known = cell.windows.cells().iter().filter(|(window, _)| i64::from(*window) < until);
        known.map(|(_, c)| u64::from(c.calls)).sum()
    };
    for cell in told.material.facts.edges.values().filter(|cell| count(cell) > 0) {
        *calls.entry((told.material.name(cell.caller), told.material.name(cell.callee))).or_default() += count(cell);
    }
    let mut edges: Vec<TopologyEdge> = calls
        .into_iter()
        .map(|((caller, callee), calls)| TopologyEdge { caller: caller.to_owned(), callee: callee.to_owned(), calls })
        .collect();
    edges.sort_by(|a, b| b.calls.cmp(&a.calls).then_with(|| (&a.caller, &a.callee).cmp(&(&b.caller, &b.callee))));
    edges.truncate(MAX_TOPOLOGY);
    edges
}
