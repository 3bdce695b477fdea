//! Rollups, detectors, service graph, incidents, ranked suspects
