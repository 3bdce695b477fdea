//! The vocabulary: columnar batches over Arrow, resources, rollups, anomalies, incidents, evidence, bundles
