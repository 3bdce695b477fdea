//! The accuracy and cost benchmark behind decant bench
