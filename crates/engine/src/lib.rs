//! Lane and Correlator: the synchronous core
