//! Where the rows went.

/// Totals of one lane. Law, always exact: `seen = first + repeats + near_repeats + folded + redelivered`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DedupCounts {
    pub seen: u64,
    /// Passed without a mark.
    pub first: u64,
    /// Log rows that passed with the mark of an equal one before them.
    pub repeats: u64,
    /// The same, of one that differs in what is set aside.
    pub near_repeats: u64,
    /// Rows of repeats that the policy drops; the rows that stand for them say how many they are.
    pub folded: u64,
    /// Those of them that were near repeats.
    pub folded_near: u64,
    /// Rows that had been here before: they count once.
    pub redelivered: u64,
    /// Identities forgotten for want of room.
    pub evicted: u64,
}
