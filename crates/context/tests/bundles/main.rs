//! Bundles and pages as a caller gets them: their laws, their wording, and what telemetry cannot do to them.

mod arbitrary;
mod cases;
mod delta;
mod fuzz;
mod held;
mod injections;
mod laws;
mod pages;
mod people;
mod rows;
mod snapshots;
mod steady;
