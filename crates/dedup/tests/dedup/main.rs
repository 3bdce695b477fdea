//! Dedup from outside: what is a repeat, what a redelivery, and the laws that hold whatever comes in.

mod folding;
mod laws;
mod make;
mod redelivery;
mod repeats;
