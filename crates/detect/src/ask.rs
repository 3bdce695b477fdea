//! What is asked of a history, and what it must be told to answer.

use decant_model::SlotSummary;

/// The stretch and the service in question; all of it when nothing is named. Times are nanoseconds since 1970.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ask {
    pub from: Option<i64>,
    /// Exclusive.
    pub to: Option<i64>,
    /// A time within the incident that is meant; the newest incident when none is given.
    pub at: Option<i64>,
    /// Only what concerns this service and its neighbours: [`crate::narrow`] sees to it, a history answers for all.
    pub service: Option<String>,
}

/// The template of a shape, as the learned dictionary knows it.
#[derive(Clone, Debug, Default)]
pub struct Named {
    pub id: u64,
    pub text: String,
    pub slots: Vec<SlotSummary>,
}
