//! How much evidence makes an incident, so that `false_alarms_per_hour` is kept.
//!
//! The weight of evidence is the greatest of what many signals, services and stretches of time say; what chance alone
//! makes of it is therefore Gumbel distributed, and the hourly rate at which a healthy system exceeds a weight falls by e
//! with each further [`SCALE`]. Location and scale were measured on healthy simulated runs
//! (`cargo run --release -p decant-tests --example healthy -- 1 20 30`). A rate says how often a whole system is called
//! sick in an hour of telemetry that is asked about once; asking again about the same hour is no new chance.

use crate::Config;

/// Weight that healthy runs exceeded [`AT_RATE`] times an hour.
pub(crate) const ENOUGH: f64 = 0.35;
const AT_RATE: f64 = 0.25;
/// By how much the weight must rise for the rate to fall by e.
const SCALE: f64 = 0.1;
/// Evidence below this is never an incident, however many false alarms are tolerated.
const LEAST: f64 = 0.1;
/// Healthy time of which half of what happens in it has hardly been seen.
const SHORT_HISTORY_S: f64 = 100.0;
/// With a baseline there is less to guess.
const TRAINED_SHARE: f64 = 0.1 / ENOUGH;

/// The weight that is enough, by the healthy time before it in seconds; `None` when a baseline was given.
pub(crate) fn enough(config: &Config, well_s: Option<f64>) -> f64 {
    let weight = ENOUGH + SCALE * (AT_RATE / config.false_alarms_per_hour).ln();
    let weight = match well_s {
        // The shorter the healthy time, the more it takes.
        Some(well_s) => weight * (1.0 + SHORT_HISTORY_S / well_s.max(1.0)),
        None => weight * TRAINED_SHARE,
    };
    weight.max(LEAST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fewer_false_alarms_take_more_evidence() {
        let at = |rate: f64| enough(&Config { false_alarms_per_hour: rate, ..Config::default() }, Some(1e9));
        assert!((at(AT_RATE) - ENOUGH).abs() < 1e-6);
        assert!((at(AT_RATE / std::f64::consts::E) - ENOUGH - SCALE).abs() < 1e-6);
        assert!(at(1.0) < at(AT_RATE) && at(AT_RATE) < at(0.001) && at(60.0) >= LEAST);
        let config = Config::default();
        assert!(enough(&config, Some(50.0)) > enough(&config, Some(600.0)));
        assert!(enough(&config, None) < enough(&config, Some(1e9)));
        for well_s in [None, Some(50.0), Some(1e9)] {
            let tolerant = Config { false_alarms_per_hour: 60.0, ..Config::default() };
            assert!(enough(&tolerant, well_s) >= LEAST, "{well_s:?}");
        }
    }
}
