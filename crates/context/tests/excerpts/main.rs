//! Small logs of many tools, written for these tests: the lines that name the cause must be among the worthiest.

mod builds;
mod checkers;
mod failure;
mod harness;
mod laws;
mod lessons;
mod more;
mod noise;
mod recall;
mod services;
mod suites;
