//! The store as its users see it: what was acknowledged is there, once, and is found.

mod crash;
mod fixtures;
mod near;
mod opening;
mod replay;
mod scanning;
mod spool;
mod upkeep;
