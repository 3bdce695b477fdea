//! Who calls whom: callers left of callees, suspects marked, edges that changed in colour.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write as _;

use decant_model::Findings;

use super::label;

/// Services and edges of a plot.
const NODES: usize = 60;
const EDGES: usize = 300;
const WIDTH: f64 = 1000.0;
const ROW: f64 = 26.0;

/// The plot; `None` without a graph.
pub(super) fn svg(findings: &Findings) -> Option<String> {
    let edges = edges(findings);
    if edges.is_empty() {
        return None;
    }
    let depths = depths(&edges);
    let mut columns: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
    for (name, depth) in &depths {
        columns.entry(*depth).or_default().push(name);
    }
    let rows = columns.values().map(Vec::len).max().unwrap_or_default();
    let height = ROW * rows as f64 + 20.0;
    let step = (WIDTH - 40.0) / columns.len().max(1) as f64;
    let mut places: HashMap<&str, (f64, f64)> = HashMap::new();
    for (column, names) in columns.values().enumerate() {
        let gap = (height - 20.0) / names.len() as f64;
        for (row, name) in names.iter().enumerate() {
            places.insert(name, (20.0 + step * column as f64, 10.0 + gap * (row as f64 + 0.5)));
        }
    }
    let changed: BTreeSet<(&str, &str)> =
        findings.span_edges.iter().map(|edge| (edge.caller.as_str(), edge.callee.as_str())).collect();
    let mut out = format!("<svg viewBox=\"0 0 {WIDTH} {height:.0}\" role=\"img\" aria-label=\"service graph\">");
    for (caller, callee, calls) in &edges {
        let (Some(from), Some(to)) = (places.get(caller), places.get(callee)) else { continue };
        let colour = if changed.contains(&(*caller, *callee)) { "var(--bad)" } else { "var(--line)" };
        let width = 1.0 + (*calls as f64).max(1.0).log10() / 2.0;
        let _infallible = write!(
            out,
            "<line x1=\"{:.1}\" y1=\"{:.1}\" x2=\"{:.1}\" y2=\"{:.1}\" stroke=\"{colour}\" stroke-width=\"{width:.1}\"/>",
            from.0, from.1, to.0, to.1
        );
    }
    for (name, (x, y)) in depths.keys().filter_map(|name| Some((name, places.get(name)?))) {
        let rank = findings.suspects.iter().position(|suspect| suspect.service == *name);
        let (colour, radius, told) = match rank {
            Some(rank) => ("var(--bad)", if rank == 0 { 8 } else { 6 }, format!(" ({})", rank + 1)),
            None => ("var(--calm)", 4, String::new()),
        };
        let _infallible = write!(
            out,
            "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{radius}\" fill=\"{colour}\"/><text x=\"{:.1}\" y=\"{:.1}\">{}{told}</text>",
            x + 10.0,
            y + 4.0,
            label(name)
        );
    }
    out.push_str("</svg>");
    Some(out)
}

/// Edges of the graph, those of the suspects first, as far as they fit.
fn edges(findings: &Findings) -> Vec<(&str, &str, u64)> {
    let suspect = |name: &str| findings.suspects.iter().take(3).any(|suspect| suspect.service == name);
    let mut edges: Vec<(&str, &str, u64)> =
        findings.topology.iter().map(|edge| (edge.caller.as_str(), edge.callee.as_str(), edge.calls)).collect();
    edges.retain(|(caller, callee, _)| caller != callee);
    edges.sort_by_key(|(caller, callee, calls)| (!(suspect(caller) || suspect(callee)), u64::MAX - calls));
    let mut nodes = BTreeSet::new();
    edges.retain(|(caller, callee, _)| {
        let more = usize::from(!nodes.contains(caller)) + usize::from(!nodes.contains(callee));
        let fits = nodes.len() + more <= NODES;
        if fits {
            nodes.extend([*caller, *callee]);
        }
        fits
    });
    edges.truncate(EDGES);
    edges
}

/// Columns: one right of the rightmost caller; circles end after as many rounds as there are services.
fn depths<'a>(edges: &[(&'a str, &'a str, u64)]) -> BTreeMap<&'a str, usize> {
    let mut depths: BTreeMap<&str, usize> = edges.iter().flat_map(|edge| [(edge.0, 0), (edge.1, 0)]).collect();
    let most = 8.min(depths.len().saturating_sub(1));
    for _ in 0..most {
        for (caller, callee, _) in edges {
            let depth = (depths.get(caller).copied().unwrap_or_default() + 1).min(most);
            depths.entry(callee).and_modify(|old| *old = depth.max(*old));
        }
    }
    depths
}
