//! Joining: stubs and sightings of many traces, sorted, then one trace at a time.

use decant_model::SpanKind;

use super::facts::{ChildCell, EdgeCell, Facts, OperationCell, PairCell, PresenceCell};
use super::failures::FailureCell;
use crate::Config;
use crate::ids::{NONE, mix};
use crate::rollup::{Sighting, Stub};

/// Clocks of one data centre agree to some milliseconds.
const CLOCK_SLACK_NS: i64 = 100_000_000;

/// Folds whole traces into the facts. Equal stubs are redeliveries and count once.
pub(crate) fn fold(facts: &mut Facts, stubs: &[Stub], sightings: &[Sighting], config: &Config) {
    // Stubs are large: they are put in order by their traces' ids alone, and copied a trace at a time.
    let mut order: Vec<(u128, usize)> =
        stubs.iter().enumerate().map(|(at, s)| (u128::from_be_bytes(s.trace), at)).collect();
    order.sort_unstable();
    let mut sightings: Vec<&Sighting> = sightings.iter().collect();
    sightings.sort_unstable();
    let mut rest = sightings.as_slice();
    let mut trace = Trace::default();
    for members in order.chunk_by(|a, b| a.0 == b.0) {
        trace.read(members.iter().filter_map(|(_, at)| stubs.get(*at)).copied());
        let id = trace.spans.first().map_or([0; 16], |s| s.trace);
        let skip = rest.partition_point(|s| s.trace < id);
        let end = rest.partition_point(|s| s.trace <= id);
        trace.count(facts, &rest[skip..end], config);
        rest = &rest[end..];
    }
}

/// One trace with its tree found. Read anew for each, so that its lists are made once.
#[derive(Default)]
struct Trace {
    spans: Vec<Stub>,
    parents: Vec<Option<usize>>,
    /// Parents with their children, in order of both; those of a parent begin at `first[parent]`.
    children: Vec<(usize, usize)>,
    first: Vec<usize>,
    by_id: Vec<(u64, usize)>,
    /// When it ended by most clocks: a service whose clock is wrong must not move what others saw.
    moment: i64,
}

impl Trace {
    fn read(&mut self, spans: impl Iterator<Item = Stub>) {
        let Self { spans: into, parents, children, first, by_id, moment: ended } = self;
        into.clear();
        into.extend(spans);
        into.sort_unstable();
        into.dedup();
        by_id.clear();
        by_id.extend(into.iter().enumerate().map(|(i, s)| (s.span, i)));
        by_id.sort_unstable();
        let find = |id: u64| {
            let at = by_id.partition_point(|(s, _)| *s < id);
            by_id.get(at).filter(|(s, _)| *s == id).map(|(_, i)| *i)
        };
        parents.clear();
        let parent = |(i, s): (usize, &Stub)| if s.parent == 0 { None } else { find(s.parent).filter(|p| *p != i) };
        parents.extend(into.iter().enumerate().map(parent));
        cut_circles(parents);
        children.clear();
        children.extend(parents.iter().enumerate().filter_map(|(i, p)| p.map(|p| (p, i))));
        children.sort_unstable();
        first.clear();
        first.extend((0..=into.len()).map(|p| children.partition_point(|(q, _)| *q < p)));
        *ended = moment(into);
    }

    /// Children of a span, the first to start first.
    fn children(&self, span: usize) -> impl DoubleEndedIterator<Item = usize> + ExactSizeIterator {
        self.children[self.first[span]..self.first[span + 1]].iter().map(|(_, child)| *child)
    }

    /// Whether the span is where its service takes over.
    fn is_entry(&self, span: usize) -> bool {
        self.parents[span].is_none_or(|p| self.spans[p].service != self.spans[span].service)
    }

    /// The entry of the call in which a span lies.
    fn entry(&self, mut span: usize) -> usize {
        while let Some(parent) = self.parents[span].filter(|p| self.spans[*p].service == self.spans[span].service) {
            span = parent;
        }
        span
    }

    /// A span's time that its children do not cover.
    fn self_ms(&self, span: usize) -> f64 {
        let (start, end) = (self.spans[span].start, self.spans[span].end);
        let mut covered = 0_i64;
        let mut upto = start;
        for child in self.children(span) {
            // Stubs are sorted by start, and so are children.
            let (from, to) = (self.spans[child].start.max(upto), self.spans[child].end.min(end));
            if to > from {
                covered = to.saturating_sub(from).saturating_add(covered);
                upto = to;
            }
        }
        end.saturating_sub(start).saturating_sub(covered).max(0) as f64 / 1e6
    }

    fn count(&self, facts: &mut Facts, sightings: &[&Sighting], config: &Config) {
        for span in 0..self.spans.len() {
            self.count_operation(facts, span, config);
            self.count_edge(facts, span, config);
            self.count_failure(facts, span, config);
            self.count_children(facts, span, config);
        }
        self.count_presence(facts, sightings, config);
    }

    fn count_operation(&self, facts: &mut Facts, span: usize, config: &Config) {
        let stub = &self.spans[span];
        let key = mix(&[stub.service, stub.operation]);
        if facts.operations.len() >= config.max_edges && !facts.operations.contains_key(&key) {
            facts.note("operations over the limit", 1);
            return;
        }
        let cell = facts
            .operations
            .entry(key)
            .or_insert_with(|| OperationCell { service: stub.service, ..OperationCell::default() });
        let stats = cell.windows.at(config.window(stub.end.max(stub.start)));
        stats.spans += 1;
        stats.entries += u32::from(self.is_entry(span));
        stats.own_errors +=
            u32::from(stub.error && !calls_out(stub) && !self.children(span).any(|c| self.spans[c].error));
        // The self time of a span that only wraps a call is the way there and back: the edge's gap.
        let is_way = calls_out(stub) || (self.wraps(span) && self.answered(span));
        if !is_way {
            stats.self_ms.add(self.self_ms(span));
        }
    }

    fn count_edge(&self, facts: &mut Facts, span: usize, config: &Config) {
        let stub = &self.spans[span];
        let (caller, callee, client) = match self.parents[span] {
            Some(parent) if self.spans[parent].service != stub.service => {
                (self.spans[parent].service, stub.service, Some(parent))
            }
            None if stub.parent == 0 && !calls_out(stub) => (NONE, stub.service, None),
            _ if calls_out(stub) && stub.peer != NONE && !self.answered(span) => (stub.service, stub.peer, None),
            _ => return,
        };
        let out = caller == stub.service;
        if caller != NONE {
            self.count_pair(facts, span, (caller, callee), client, config);
        }
        let key = mix(&[caller, callee, stub.operation]);
        if facts.edges.len() >= config.max_edges && !facts.edges.contains_key(&key) {
            facts.note("edges over the limit", 1);
            return;
        }
        let cell = facts.edges.entry(key).or_insert_with(|| EdgeCell {
            caller,
            callee,
            operation: stub.operation,
            database: out && stub.database,
            ..EdgeCell::default()
        });
        let stats = cell.windows.at(config.window(stub.end.max(stub.start)));
        stats.calls += 1;
        stats.errors += u32::from(stub.error || client.is_some_and(|c| self.spans[c].error && self.wraps(c)));
        stats.ms.add(stub.duration_ms());
        if let Some(client) = client.filter(|c| self.wraps(*c) && stub.kind != SpanKind::Consumer) {
            stats.gap.add((self.spans[client].duration_ms() - stub.duration_ms()).max(0.0));
        }
    }

    fn count_pair(
        &self,
        facts: &mut Facts,
        span: usize,
        (caller, callee): (u64, u64),
        client: Option<usize>,
        config: &Config,
    ) {
        let key = mix(&[caller, callee]);
        if facts.pairs.len() >= config.max_edges && !facts.pairs.contains_key(&key) {
            facts.note("edges over the limit", 1);
            return;
        }
        let cell = facts.pairs.entry(key).or_insert_with(|| PairCell { caller, callee, ..PairCell::default() });
        let stats = cell.windows.at(config.window(self.moment));
        stats.calls += 1;
        stats.unanswered += u32::from(client.is_none());
        let stub = &self.spans[span];
        let impossible = client.map(|c| &self.spans[c]).is_some_and(|c| {
            !matches!(stub.kind, SpanKind::Consumer)
                && (stub.start < c.start - CLOCK_SLACK_NS || stub.start > c.end + CLOCK_SLACK_NS)
        });
        stats.impossible += u32::from(impossible);
    }

    fn count_failure(&self, facts: &mut Facts, span: usize, config: &Config) {
        let stub = &self.spans[span];
        if !stub.error {
            return;
        }
        let mut children = self.children(span).map(|c| &self.spans[c]);
        let about = if calls_out(stub) {
            children.find(|c| c.service != stub.service).map_or(stub.peer, |c| c.service)
        } else {
            match children.find(|c| c.error) {
                Some(child) if child.service == stub.service => return,
                Some(child) => child.service,
                None => NONE,
            }
        };
        let key = |note: u64| mix(&[stub.service, about, note]);
        // Notes may be of endless variety: beyond the limit whom they accuse is still counted.
        let is_room = facts.failures.len() < config.max_edges || facts.failures.contains_key(&key(stub.note));
        let note = if is_room { stub.note } else { NONE };
        if facts.failures.len() >= 2 * config.max_edges && !facts.failures.contains_key(&key(note)) {
            facts.note("failures over the limit", 1);
            return;
        }
        let cell = facts.failures.entry(key(note)).or_insert_with(|| FailureCell {
            service: stub.service,
            about,
            note,
            ..FailureCell::default()
        });
        *cell.windows.at(config.window(self.moment)) += 1;
    }

    /// Whether a span only wraps one call, so that its time less the callee's is the way between.
    fn wraps(&self, span: usize) -> bool {
        match self.spans[span].kind {
            SpanKind::Client => true,
            SpanKind::Unspecified | SpanKind::Internal => self.children(span).len() == 1,
            SpanKind::Server | SpanKind::Producer | SpanKind::Consumer => false,
        }
    }

    /// The service that a child is, or that it calls.
    fn callee(&self, child: usize) -> u64 {
        let stub = &self.spans[child];
        let is_own = |service: u64| self.parents[child].is_some_and(|p| self.spans[p].service == service);
        let below = self.children(child).map(|c| self.spans[c].service).find(|s| *s != stub.service);
        if is_own(stub.service) { below.unwrap_or(stub.peer) } else { stub.service }
    }

    fn answered(&self, span: usize) -> bool {
        self.children(span).any(|c| self.spans[c].service != self.spans[span].service)
    }

    fn count_children(&self, facts: &mut Facts, span: usize, config: &Config) {
        let stub = &self.spans[span];
        let mut kinds: Vec<(u64, u64)> =
            self.children(span).map(|c| (self.spans[c].service, self.spans[c].operation)).collect();
        let last = kinds.last().copied();
        kinds.sort_unstable();
        for same in kinds.chunk_by(|a, b| a == b) {
            let (child_service, child_operation) = same[0];
            let key = mix(&[stub.service, stub.operation, child_service, child_operation]);
            if facts.children.len() >= config.max_edges && !facts.children.contains_key(&key) {
                facts.note("child kinds over the limit", 1);
                return;
            }
            let cell = facts.children.entry(key).or_insert_with(|| ChildCell {
                service: stub.service,
                operation: stub.operation,
                child_service,
                child_operation,
                ..ChildCell::default()
            });
            let stats = cell.windows.at(config.window(stub.end.max(stub.start)));
            stats.parents += 1;
            stats.children += same.len() as u32;
            if last == Some(same[0]) {
                stats.last += 1;
                // Stubs are sorted by start, and so are children.
                let callee = self.children(span).next_back().map_or(NONE, |c| self.callee(c));
                if callee != NONE && callee != cell.service {
                    // Of several the same one, in whatever order they come.
                    cell.callee = if cell.callee == NONE { callee } else { cell.callee.min(callee) };
                }
            }
        }
    }

    fn count_presence(&self, facts: &mut Facts, sightings: &[&Sighting], config: &Config) {
        let mut seen: Vec<(usize, u64)> =
            sightings.iter().filter_map(|s| self.call_of(s).map(|call| (call, s.shape))).collect();
        seen.sort_unstable();
        seen.dedup();
        for (call, shape) in seen {
            let stub = &self.spans[call];
            let key = mix(&[stub.service, stub.operation, shape]);
            if facts.presence.len() >= config.max_log_keys && !facts.presence.contains_key(&key) {
                facts.note("template places over the limit", 1);
                continue;
            }
            let cell = facts.presence.entry(key).or_insert_with(|| PresenceCell {
                service: stub.service,
                operation: stub.operation,
                shape,
                ..PresenceCell::default()
            });
            *cell.windows.at(config.window(stub.end.max(stub.start))) += 1;
        }
    }

    /// The call in which a record was written: by its span, else by service and time.
    fn call_of(&self, sighting: &Sighting) -> Option<usize> {
        let at = self.by_id.partition_point(|(s, _)| *s < sighting.span);
        let named = self.by_id.get(at).filter(|(s, _)| sighting.span != 0 && *s == sighting.span).map(|(_, i)| *i);
        if let Some(span) = named.filter(|i| self.spans[*i].service == sighting.service) {
            return Some(self.entry(span));
        }
        let entries =
            || (0..self.spans.len()).filter(|i| self.spans[*i].service == sighting.service && self.is_entry(*i));
        entries().rfind(|i| self.spans[*i].start <= sighting.time).or_else(|| entries().next())
    }
}

/// Whether a span is a call to something outside its service.
fn calls_out(stub: &Stub) -> bool {
    matches!(stub.kind, SpanKind::Client | SpanKind::Producer) || (stub.kind != SpanKind::Server && stub.peer != NONE)
}

/// The median over services of when each was last heard in a trace.
fn moment(spans: &[Stub]) -> i64 {
    let mut ends: Vec<(u64, i64)> = spans.iter().map(|s| (s.service, s.end.max(s.start))).collect();
    ends.sort_unstable();
    let mut last: Vec<i64> = ends.chunk_by(|a, b| a.0 == b.0).filter_map(|c| c.last().map(|(_, end)| *end)).collect();
    last.sort_unstable();
    last.get(last.len() / 2).copied().unwrap_or_default()
}

/// Parents that lead back to their child are taken for unknown: telemetry may claim anything.
fn cut_circles(parents: &mut [Option<usize>]) {
    // 0 unvisited, 1 on the current path, 2 known to end.
    let mut state = vec![0_u8; parents.len()];
    let mut path = Vec::new();
    for start in 0..parents.len() {
        let mut at = start;
        while state[at] == 0 {
            state[at] = 1;
            path.push(at);
            match parents[at] {
                Some(parent) if state[parent] == 1 => parents[at] = None,
                Some(parent) => at = parent,
                None => {}
            }
        }
        for span in path.drain(..) {
            state[span] = 2;
        }
    }
}
