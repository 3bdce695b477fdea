//! The order in which there are things to say, whatever the budget.
//!
//! First the least that is an answer: verdict, first suspect, how to read it, the change that is accused, the suspect's two
//! best pieces of evidence, why.
//! Then every section offers its items, best first, and the offers are merged as packets of different flows are
//! (weighted fair queueing, Demers, Keshav and Shenker 1989): the section speaks next that will then have spent the least
//! of the budget, measured by its **share** and by the **strength** of what it offers. So the top of every signal has its
//! place early, and weak items wait long. A bundle is a prefix of this order; hence a larger budget shows all that a
//! smaller one does.

use crate::sections;
use crate::selection::List;
use crate::source::{Capture, Source};

/// One step: the smallest piece that a budget adds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Step {
    /// How to read quotes, handles and times.
    Note,
    Reason,
    Window,
    Complete,
    Counts,
    Services,
    /// An item's next level.
    Raise(List, u32),
    /// A line of an excerpt.
    Line(u32, u32),
    /// Beside what is held: how likely the suspects are now, and how the incident stands.
    State,
    /// How likely changes are the cause now, and how they went.
    Outcomes,
    /// Whom the incidents hit, the worst first.
    Hit,
    /// The figures of one row more.
    Figure,
    /// Which rows are no more: first a few of them.
    Gone,
}

/// A step with its weight.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Offer {
    pub(crate) step: Step,
    /// Worth beside the section's best, above 0 to 1; offers of a section come in falling order of it.
    pub(crate) strength: f64,
    /// About how much text it is.
    pub(crate) bytes: usize,
}

/// One section's offers.
struct Flow {
    share: f64,
    offers: std::vec::IntoIter<Offer>,
    next: Option<Offer>,
    spent: f64,
}

/// All steps, the first first, with the bytes each will take, roughly; beside what is held, what is added to it.
pub(crate) struct Plan {
    pub(crate) steps: Vec<(Step, usize)>,
    pub(crate) late: Vec<(Step, usize)>,
}

pub(crate) fn plan(source: &Source<'_>) -> Plan {
    let is_late = |offer: &Offer| match offer.step {
        Step::Raise(list, index) => source.is_late(list, index as usize),
        _ => false,
    };
    if source.late.is_none() {
        return Plan { steps: steps(source, |_| true), late: Vec::new() };
    }
    let mut steps = steps(source, |offer| !is_late(offer));
    steps.retain(|(step, _)| !COUNTS.iter().any(|(count, _)| count == step));
    let held_bytes = steps.iter().map(|(_, bytes)| bytes).sum();
    Plan { steps, late: late(source, held_bytes, is_late) }
}

/// Bytes of what holds still, for each row whose figures are told: figures are a twentieth of the text, or less.
pub(crate) const BYTES_A_FIGURE: usize = 1_000;
/// Rows whose figures are told before anything else that moved.
const FIGURES_FIRST: usize = 2;

/// What is added to what is held: how it stands with how much is new and what is no more, the first figures, then what is
/// late, best first, with figures between.
fn late(source: &Source<'_>, held_bytes: usize, is_late: impl Fn(&Offer) -> bool) -> Vec<(Step, usize)> {
    let figure = (Step::Figure, 40);
    let gone = (Step::Gone, 40);
    let mut steps = vec![(Step::State, 60), gone];
    steps.extend([figure; FIGURES_FIRST]);
    steps.extend([(Step::Outcomes, 60), COUNTS[0], gone, (Step::Hit, 100)]);
    let mut flows = flows(source, is_late);
    let mut figures = held_bytes / BYTES_A_FIGURE;
    while speak_next(&mut flows, &mut steps) {
        if figures > 0 {
            figures -= 1;
            steps.push(figure);
        }
    }
    steps.push(COUNTS[1]);
    steps.extend(std::iter::repeat_n(figure, figures));
    steps
}

fn steps(source: &Source<'_>, is_in: impl Fn(&Offer) -> bool) -> Vec<(Step, usize)> {
    let mut flows = flows(source, is_in);
    let mut steps = opening(source, &mut flows);
    let mut spoken = 0;
    while speak_next(&mut flows, &mut steps) {
        spoken += 1;
        if spoken == BEFORE_COUNTS {
            steps.extend(COUNTS);
        }
    }
    if spoken < BEFORE_COUNTS {
        steps.extend(COUNTS);
    }
    steps.push((Step::Services, 400));
    if source.delta.is_some() {
        // Who has the whole knows where its records went, and whose they are.
        steps.retain(|(step, _)| !matches!(step, Step::Counts | Step::Services));
    }
    steps
}

/// The flow speaks that will then have spent the least; false when none has anything to say.
fn speak_next(flows: &mut [Flow], steps: &mut Vec<(Step, usize)>) -> bool {
    let waiting = flows.iter_mut().filter(|flow| flow.next.is_some());
    let next = waiting.min_by(|a, b| a.finish().total_cmp(&b.finish()));
    next.map(|flow| flow.speak(steps)).is_some()
}

fn flows(source: &Source<'_>, is_in: impl Fn(&Offer) -> bool) -> Vec<Flow> {
    List::ALL
        .into_iter()
        .map(|list| {
            let mut offers = sections::offers(source, list);
            offers.retain(&is_in);
            // A stable sort: equal offers stay in the order of the findings.
            offers.sort_by(|a, b| b.strength.total_cmp(&a.strength));
            let mut offers = offers.into_iter();
            let next = offers.next();
            Flow { share: share(list, source.capture), offers, next, spent: 0.0 }
        })
        .collect()
}

impl Flow {
    /// What it will have spent after its next offer.
    fn finish(&self) -> f64 {
        self.next.map_or(f64::INFINITY, |offer| {
            self.spent + offer.bytes.max(1) as f64 / (self.share * offer.strength.clamp(0.01, 1.0))
        })
    }

    fn speak(&mut self, steps: &mut Vec<(Step, usize)>) {
        if let Some(offer) = self.next {
            steps.push((offer.step, offer.bytes));
            self.spent = self.finish();
            self.next = self.offers.next();
        }
    }
}

/// Lines with which the bundle of a plain log opens.
const OPENING_LINES: usize = 12;
/// Suspects with which any other opens.
const OPENING_SUSPECTS: usize = 3;
/// Probability from which a change is accused.
pub(crate) const ACCUSED: f64 = 0.5;
/// Offers that come before the window and the counts, which are for the record.
const BEFORE_COUNTS: usize = 30;
const COUNTS: [(Step, usize); 2] = [(Step::Window, 100), (Step::Counts, 200)];

/// What stands first in every bundle.
fn opening(source: &Source<'_>, flows: &mut [Flow]) -> Vec<(Step, usize)> {
    let mut steps = Vec::new();
    let mut speak = |steps: &mut Vec<(Step, usize)>, list: List, times: usize| {
        if let Some(flow) = flows.get_mut(list as usize) {
            (0..times).for_each(|_| flow.speak(steps));
        }
    };
    let (note, reason) = ((Step::Note, 250), (Step::Reason, source.findings.verdict_reason.len()));
    let complete = (Step::Complete, 300);
    if source.capture == Capture::Log {
        // Who is no question here.
        steps.extend([note, reason]);
        speak(&mut steps, List::Excerpts, OPENING_LINES);
        steps.push(complete);
        return steps;
    }
    // Name and reasoning of the first suspect.
    speak(&mut steps, List::Suspects, 2);
    steps.push(note);
    let best = best_two(source);
    // A change that is accused is what to undo.
    if source.accused().is_some() {
        speak(&mut steps, List::Changes, 1);
    }
    if let Some(list) = best.first() {
        speak(&mut steps, *list, 1);
    }
    // The names of the next ones.
    speak(&mut steps, List::Suspects, OPENING_SUSPECTS - 1);
    steps.push(reason);
    if let Some(list) = best.get(1) {
        speak(&mut steps, *list, 1);
    }
    speak(&mut steps, List::Incidents, 1);
    speak(&mut steps, List::Suspects, OPENING_SUSPECTS - 1);
    steps.push(complete);
    steps
}

/// The lists of the first suspect's two best pieces of evidence (each list offers its best supported item first).
fn best_two(source: &Source<'_>) -> Vec<List> {
    use decant_model::EvidenceKind;
    let Some(first) = source.findings.suspects.first() else { return Vec::new() };
    let list = |kind: EvidenceKind| match kind {
        EvidenceKind::LogPattern => List::LogPatterns,
        EvidenceKind::MetricShift => List::MetricShifts,
        EvidenceKind::SpanEdge => List::SpanEdges,
        EvidenceKind::Trace => List::Traces,
        EvidenceKind::Change => List::Changes,
        EvidenceKind::Excerpt => List::Excerpts,
    };
    first.evidence.iter().take(2).map(|evidence| list(evidence.kind)).collect()
}

/// Parts of the budget, in hundredths; what a section does not need goes to the others.
fn share(list: List, capture: Capture) -> f64 {
    match (capture, list) {
        (Capture::Log, List::Excerpts) => 85.0,
        (Capture::Log, List::LogPatterns) => 6.0,
        (Capture::Log, _) => 2.0,
        (Capture::Logs, List::Excerpts) => 40.0,
        (_, List::LogPatterns) => 30.0,
        (_, List::MetricShifts | List::SpanEdges) => 15.0,
        (_, List::Suspects) => 20.0,
        (_, List::Changes) => 10.0,
        (_, List::Traces) => 8.0,
        (_, List::Healthy | List::Incidents) => 4.0,
        (_, List::Missing | List::Topology | List::Resilience) => 3.0,
        (_, List::Excerpts) => 2.0,
    }
}
