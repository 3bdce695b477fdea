//! Whether a log says by itself that what it tells of failed. A detector compares times, and has nothing to compare in
//! the log of one run: there the words decide, and the bundle says that they did.

use decant_model::{Findings, Verdict};

use super::gather::Line;
use super::kind::Kind;
use super::shape::Shapes;

/// A strong word that a log repeats more often than this is its daily bread.
const RARE: u32 = 5;
/// How a process ended, with a code that is not zero.
const EXIT: f32 = 0.75;
/// What no healthy run says: `panicked at`, `segmentation fault`, `out of memory`.
const GRAVE: f32 = 0.9;
/// The verdict on a test, and totals of failures.
const FAILED: f32 = 0.85;

/// How sure a log's words make it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Sure {
    /// A test failed, or a total says how many.
    Fairly,
    /// A process ended badly, or said something grave.
    Quite,
    /// The runner says that the job failed.
    Wholly,
}

/// What the logs are that were looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// A capture that somebody asks about: it may be the log of one run, from its beginning to its end.
    Capture,
    /// A stretch of what systems send all day long. Grave words occur in it without anything being wrong, and times were
    /// compared with what is usual there.
    Stream,
}

/// Where a log says that it failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failure {
    sure: Sure,
    /// Whether all lines are of one file, which tells one story whoever writes in it.
    one_file: bool,
    /// Of the line that says so: the last one of its kind.
    pub ordinal: u64,
}

impl Failure {
    /// The surest line, the last of several.
    pub(super) fn of<'a>(lines: impl Iterator<Item = &'a Line>, shapes: &Shapes) -> Option<Self> {
        let said =
            lines.filter_map(|line| Some(Self { sure: sure(line, shapes)?, one_file: false, ordinal: line.ordinal }));
        said.max_by_key(|failure| (failure.sure, failure.ordinal))
    }

    /// The failure of several logs of one run.
    pub(super) fn surest(failures: impl Iterator<Item = Self>) -> Option<Self> {
        failures.max_by_key(|failure| failure.sure)
    }

    pub(super) fn of_one_file(self, one_file: bool) -> Self {
        Self { one_file, ..self }
    }

    /// Has the verdict say what the log says, where nothing but the log is there to go by.
    pub fn settle(self, findings: &mut Findings, heard: Heard) {
        let counts = &findings.counts;
        if counts.spans > 0 || counts.metric_points > 0 {
            return;
        }
        // Of several services in a file of one machine, what ends a process is the failure; a failed check may be anyone's.
        let is_story = heard == Heard::Capture && self.one_file && self.sure >= Sure::Quite;
        if findings.scope.services.len() > 1 && !is_story {
            return;
        }
        let ordinal = self.ordinal;
        let says = match self.sure {
            Sure::Wholly => format!("line {ordinal}: the runner says that it failed"),
            Sure::Quite => format!("line {ordinal} says how it failed"),
            Sure::Fairly => format!("line {ordinal} says that something failed"),
        };
        match findings.verdict {
            Verdict::Incident => findings.verdict_reason = format!("{says}; {}", findings.verdict_reason),
            // Times were compared, and tell more than the words of a passing remark.
            Verdict::NoIncident if self.sure == Sure::Fairly => {}
            Verdict::NoIncident if heard == Heard::Stream && self.sure < Sure::Wholly => {}
            Verdict::NoIncident | Verdict::InsufficientData => {
                findings.verdict = Verdict::Incident;
                findings.verdict_reason = format!("{says}; judged by the log's words alone");
            }
        }
    }
}

fn sure(line: &Line, shapes: &Shapes) -> Option<Sure> {
    let class = line.class;
    if class.ends {
        return Some(Sure::Wholly);
    }
    let rare = line.shape != 0 && shapes.seen(line.shape) <= RARE;
    match class.kind {
        Kind::Exit if class.score >= EXIT && rare => Some(Sure::Quite),
        Kind::Cause if class.score >= GRAVE && rare => Some(Sure::Quite),
        Kind::Exit | Kind::Test | Kind::Summary if class.score >= FAILED => Some(Sure::Fairly),
        _ => None,
    }
}
