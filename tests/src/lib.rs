//! End-to-end tests: the product as its users meet it, and the invariants of the workspace.
