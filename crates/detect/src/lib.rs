//! Rollups, detectors, service graph, incidents, ranked suspects.
//!
//! Lanes boil their records down with a [`Roller`]; the one correlator absorbs the [`Rollups`] into a [`History`] and
//! asks it for findings. A history knows two stretches of time: what was **well** (a baseline capture, or the time before
//! an onset) and what came **after**. Each detector compares the two for one kind of signal and says by how many standard
//! errors they differ; what differs together in time is an incident, and who explains most of it is the first suspect.
//! Two things make another time no guide: a deployment, after which a service is another one (`regimes`), and the hour,
//! at which other days do the same (`seasons`).
//!
//! No clock, file or thread: time comes with the records, and the same rollups in any order give the same findings.

mod accuse;
mod analysis;
mod ask;
mod blame;
mod changes;
mod chaos;
mod coarsen;
mod config;
mod detectors;
mod evidence;
mod findings;
mod history;
mod ids;
mod material;
mod null;
mod onset;
mod patterns;
mod regimes;
mod register;
mod role;
mod rollup;
mod seasons;
mod several;
mod signal;
mod sketch;
mod statistics;
mod stretch;
mod surge;
mod threshold;
mod timeline;
mod traces;
mod verdicts;
mod windows;

pub use ask::{Ask, Named};
pub use config::{Config, ConfigError, RawConfig};
pub use findings::narrow;
pub use history::History;
pub use register::Register;
pub use rollup::{Roller, Rollups};
pub use verdicts::{Compared, Differing, Patience, verdict};
