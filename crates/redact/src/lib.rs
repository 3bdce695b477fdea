//! Secrets and personal data out, control characters out, instruction-like text flagged
