//! What a line tells.

/// Kinds of lines, by what they tell about a failure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Kind {
    #[default]
    Plain,
    /// Progress, passing tests, downloads.
    Noise,
    /// The job or step that runs from here on.
    Step,
    /// A line of a step's script.
    Script,
    /// A command that a shell or runner shows before it runs it.
    Command,
    /// A warning: of interest when warnings count as errors.
    Warning,
    /// A command, task or test that begins here.
    Header,
    /// Expected, actual, a place in the source: tells much beside an error, little alone.
    Detail,
    /// A frame of a stack.
    Frame,
    /// How many failed.
    Summary,
    /// The name of a test or check that failed.
    Test,
    /// An error, an exception, a failed request.
    Cause,
    /// How a process ended.
    Exit,
}

/// A line's kind, and how much it tells by itself, 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Class {
    pub(super) kind: Kind,
    pub(super) score: f32,
    /// The runner itself says that the step or job failed.
    pub(super) ends: bool,
}

impl Kind {
    /// In words, for an excerpt's reason.
    pub(super) fn why(self) -> &'static str {
        match self {
            Self::Cause => "error",
            Self::Warning => "warning",
            Self::Test => "failed test",
            Self::Exit => "exit status",
            Self::Summary => "summary of failures",
            Self::Detail | Self::Frame => "details of a failure",
            Self::Step | Self::Script | Self::Command | Self::Header => "step or command",
            Self::Plain | Self::Noise => "last lines before the failure",
        }
    }
}
