//! Decoders through the crate's public face: bytes in, batches out.
//!
//! What is proved: each format's header is taken apart as its maker meant it, traces become one record, bad input is
//! counted and loses nothing else, and laws hold for any bytes. Not proved: speed (see the benches).

mod formats;
mod hostile;
mod laws;
mod otlp;
mod rows;
mod traces;
