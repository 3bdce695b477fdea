//! Log template mining on text lines

mod config;
mod dictionary;
mod kind;
mod learned;
mod miner;
mod scan;
mod sketch;

pub use config::{Config, ConfigError, RawConfig};
pub use dictionary::{Dictionary, Slot, Template};
pub use kind::Kind;
pub use learned::{Learned, LearnedCounts};
pub use miner::Miner;
