//! How changes and experiments went: verdicts with their evidence.
//!
//! A change is judged by what its service and the neighbours do after it, beside what they did before; an experiment by
//! whether the system stood it. Both are told with the reason in words, and neither says more than the telemetry does:
//! what was not observed for long enough is `WAIT` or `unknown`.

/// How a change went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Outcome {
    /// What was compared is as it was.
    Pass,
    /// Something differs, but weakly, or only next door.
    Warning,
    /// The changed service fares worse, beyond the threshold.
    Regression,
    /// Too little was heard, before or after, to say.
    #[default]
    Wait,
}

impl Outcome {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "PASS",
            Self::Warning => "WARNING",
            Self::Regression => "REGRESSION",
            Self::Wait => "WAIT",
        }
    }
}

/// The verdict on a change, or on any two windows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ChangeVerdict {
    pub outcome: Outcome,
    /// In a sentence or two of ours.
    pub reason: String,
    /// What differs, the strongest first: a service, then what of it, in words of ours.
    pub evidence: Vec<String>,
    /// How much longer it takes to say, when time alone is what lacks.
    pub wait_s: Option<u64>,
}

/// How a system stood an experiment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Survival {
    /// No incident came of it.
    Healthy,
    /// An incident came of it, and is over.
    Recovered,
    /// An incident came of it, and goes on.
    Incident,
    /// Too little was heard since.
    #[default]
    Unknown,
}

impl Survival {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Healthy => "healthy",
            Self::Recovered => "recovered",
            Self::Incident => "incident",
            Self::Unknown => "unknown",
        }
    }
}

/// One chaos experiment, as it was told, and what came of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Experiment {
    /// That of its change event.
    pub id: u64,
    pub at_unix_nano: i64,
    /// When it was told to be over.
    pub ended_unix_nano: Option<i64>,
    /// The kind of fault as the tool names it.
    pub fault: String,
    pub survival: Survival,
    /// From its beginning to the newest anomaly; of `Recovered` and `Incident`.
    pub sick_s: Option<u64>,
    /// The incident that came of it.
    pub incident: Option<u64>,
}

/// What experiments say of a service.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Resilience {
    pub service: String,
    /// Chance that it stands the next one, by those seen, 0 to 1.
    pub score: f64,
    /// How long ago the newest experiment was, in event time.
    pub age_s: u64,
    /// The newest first, up to a limit.
    pub experiments: Vec<Experiment>,
    /// How many there were.
    pub experiments_total: u64,
}
