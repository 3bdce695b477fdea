//! Personal data that is found by its shape: addresses of mail, and numbers with a check digit or a fixed layout.
//!
//! Logs are full of numbers that mean nothing to anybody outside the program. A number counts as personal only when its
//! layout, its check digits *and* its borders fit, or when a word before it says what it is.

pub(crate) mod checks;
pub(crate) mod email;
pub(crate) mod iban;
pub(crate) mod ip;
pub(crate) mod national;
pub(crate) mod numbers;
pub(crate) mod phone;
