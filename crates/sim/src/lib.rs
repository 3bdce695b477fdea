//! A service-graph workload generator with a fault matrix and ground truth
