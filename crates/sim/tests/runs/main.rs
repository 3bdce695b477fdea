//! What a run promises: the same bytes for the same scenario, valid OTLP, a truth that fits, and faults that act.

mod faults;
mod laws;
mod support;
mod validity;
