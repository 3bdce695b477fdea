//! `Lane` and `Correlator`: the synchronous core between decode and answer.
//!
//! A [`Lane`] takes batches through the stages in their one order: redact, template, dedup, roll up. Each lane works
//! alone and yields, when asked, a small mergeable [`Yield`]. The one [`Correlator`] takes the yields of all lanes, in
//! any order, and makes [`decant_model::Findings`] of them. Neither reads a clock, waits or does I/O: both are functions
//! of their state and arguments, so that a run can be repeated to the byte.

mod checkpoint;
mod config;
mod correlator;
mod counts;
mod lane;
mod window;

pub use config::{Config, ConfigError, RawConfig};
pub use correlator::Correlator;
pub use counts::LaneCounts;
pub use lane::{Lane, Yield};
pub use window::{Window, restrict};

pub use decant_dedup::{Messages, RawConfig as RawDedupConfig};
pub use decant_detect::{Ask, Compared, Differing, Patience, RawConfig as RawDetectConfig, verdict};
pub use decant_redact::{RawConfig as RawRedactConfig, Redactor, instruction_like};
pub use decant_template::{Dictionary, RawConfig as RawTemplateConfig, Slot as TemplateSlot, Template};
