//! A shop of small services that serves requests, tells of it in OpenTelemetry's three signals, and can be hurt.
//!
//! A [`Scenario`] (seed, fault, lengths, rate) makes a [`Simulation`]: an iterator of [`Step`]s, each with the OTLP
//! export requests of a second of event time, and a [`Truth`] that says what was done to which service and when.
//! Nothing is drawn from a recording: requests walk through the code paths of the services, and a fault changes how
//! that walk goes (who waits, who fails, who retries), so causes and effects are spread as the graph spreads them.
//! Equal scenarios give equal bytes. Nothing here reads a clock, a file or the network.
//!
//! ```
//! use decant_sim::{Fault, Scenario, Simulation};
//!
//! let run = Simulation::new(&Scenario { seed: 7, fault: Some(Fault::SlowQuery), ..Scenario::default() });
//! let truth = run.truth().clone();
//! assert_eq!(truth.kind.as_deref(), Some("slow_query"));
//! let records: usize = run.take(3).map(|step| step.records()).sum();
//! assert!(records > 300);
//! ```
//!
//! Beside the shop there are [`series`] (single metrics with a known shape) and [`secrets`] (what must not leak, and the
//! places where it may stand).

mod ailment;
mod calendar;
mod dice;
mod fault;
mod line;
mod load;
mod meters;
mod otlp;
mod outbox;
mod plan;
mod pods;
mod scenario;
pub mod secrets;
pub mod series;
mod shop;
mod simulation;
mod stack;
mod step;
mod traffic;
mod trouble;
mod truth;
mod vars;
mod walk;
mod world;

use std::time::Duration;

pub use fault::{Fault, UnknownFault};
pub use scenario::Scenario;
pub use simulation::Simulation;
pub use step::Step;
pub use truth::{ChangeTruth, Truth};

/// Event time before the start that is simulated and not told.
const WARM_UP: Duration = Duration::from_secs(40);
