//! The store as its users see it: what was acknowledged is there, once, and is found.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod crash;
mod fixtures;
mod laws;
mod near;
mod opening;
mod replay;
mod scanning;
mod spool;
mod upkeep;
