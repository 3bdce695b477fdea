//! What a bundle shows: the state that the steps of a plan lead to.
//!
//! Every list has its items in the order in which they were taken, each with a **level**: 1 is the item's head, higher
//! levels add detail. An excerpt is shown line by line, so its level is 1 as soon as one of its lines is.

use crate::plan::Step;
use crate::source::Source;

/// The lists of a bundle, in the order of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum List {
    Incidents,
    Suspects,
    Changes,
    Excerpts,
    LogPatterns,
    MetricShifts,
    SpanEdges,
    Traces,
    Healthy,
    Missing,
    Topology,
    Resilience,
}

impl List {
    pub(crate) const ALL: [Self; 12] = [
        Self::Incidents,
        Self::Suspects,
        Self::Changes,
        Self::Excerpts,
        Self::LogPatterns,
        Self::MetricShifts,
        Self::SpanEdges,
        Self::Traces,
        Self::Healthy,
        Self::Missing,
        Self::Topology,
        Self::Resilience,
    ];

    /// The field of the JSON form.
    pub(crate) fn field(self) -> &'static str {
        match self {
            Self::Incidents => "incidents",
            Self::Suspects => "suspects",
            Self::Changes => "changes",
            Self::Excerpts => "excerpts",
            Self::LogPatterns => "log_patterns",
            Self::MetricShifts => "metric_shifts",
            Self::SpanEdges => "span_edges",
            Self::Traces => "traces",
            Self::Healthy => "healthy",
            Self::Missing => "missing",
            Self::Topology => "topology",
            Self::Resilience => "resilience",
        }
    }
}

/// One list's part of a selection.
#[derive(Clone, Debug, Default)]
pub(crate) struct Chosen {
    /// Indices of shown items, in the order of the plan.
    pub(crate) order: Vec<u32>,
    /// Level of every item; 0: not shown.
    pub(crate) levels: Vec<u8>,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Selection {
    pub(crate) note: bool,
    pub(crate) reason: bool,
    pub(crate) window: bool,
    /// All lists are named even when they are empty, and counts and omissions stand list by list.
    pub(crate) complete: bool,
    pub(crate) counts: bool,
    pub(crate) services: bool,
    pub(crate) state: bool,
    pub(crate) outcomes: bool,
    pub(crate) hit: bool,
    /// How far what is gone is named.
    pub(crate) gone: usize,
    /// Rows whose figures are told.
    pub(crate) figures: usize,
    /// What is left out is told; without it, a selection is only good for measuring.
    pub(crate) omissions: bool,
    /// What is new beside what is held is told; without it, a selection is only good for measuring, too.
    pub(crate) news: bool,
    /// What a reader has with this; until it is known, any with as many digits.
    pub(crate) revision: Option<u64>,
    /// Heads of items in the order in which they were taken.
    pub(crate) taken: Vec<(List, u32)>,
    lists: [Chosen; List::ALL.len()],
    /// Shown lines of every excerpt.
    pub(crate) lines: Vec<Vec<bool>>,
}

impl Selection {
    /// Where `steps` lead.
    pub(crate) fn of(source: &Source<'_>, steps: &[Step]) -> Self {
        let mut new = Self {
            omissions: true,
            news: true,
            lists: List::ALL.map(|list| Chosen { order: Vec::new(), levels: vec![0; source.len(list)] }),
            lines: source.findings.excerpts.iter().map(|excerpt| vec![false; excerpt.lines.len()]).collect(),
            ..Self::default()
        };
        for step in steps {
            new.take(*step);
        }
        new
    }

    pub(crate) fn without_omissions(self) -> Self {
        Self { omissions: false, ..self }
    }

    /// As the rest of an answer that is not of the smallest.
    pub(crate) fn completed(self) -> Self {
        Self { complete: true, ..self }
    }

    /// Of what is held alone.
    pub(crate) fn without_news(self) -> Self {
        Self { news: false, ..self }
    }

    fn take(&mut self, step: Step) {
        match step {
            Step::Note => self.note = true,
            Step::Reason => self.reason = true,
            Step::Window => self.window = true,
            Step::Complete => self.complete = true,
            Step::Counts => self.counts = true,
            Step::Services => self.services = true,
            Step::State => self.state = true,
            Step::Outcomes => self.outcomes = true,
            Step::Hit => self.hit = true,
            Step::Gone => self.gone += 1,
            Step::Figure => self.figures += 1,
            Step::Raise(list, index) => self.raise(list, index),
            Step::Line(excerpt, line) => {
                if let Some(shown) = self.lines.get_mut(excerpt as usize).and_then(|lines| lines.get_mut(line as usize))
                {
                    *shown = true;
                }
                if self.level(List::Excerpts, excerpt) == 0 {
                    self.raise(List::Excerpts, excerpt);
                }
            }
        }
    }

    fn raise(&mut self, list: List, index: u32) {
        let chosen = &mut self.lists[list as usize];
        if let Some(level) = chosen.levels.get_mut(index as usize) {
            if *level == 0 {
                chosen.order.push(index);
                self.taken.push((list, index));
            }
            *level = level.saturating_add(1);
        }
    }

    pub(crate) fn chosen(&self, list: List) -> &Chosen {
        &self.lists[list as usize]
    }

    pub(crate) fn level(&self, list: List, index: u32) -> u8 {
        self.chosen(list).levels.get(index as usize).copied().unwrap_or_default()
    }
}
