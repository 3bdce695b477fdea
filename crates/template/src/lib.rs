//! Log template mining on text lines
