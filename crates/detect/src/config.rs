//! Settings of rollups and detection: as written ([`RawConfig`]), and as checked ([`Config`]). Every list that telemetry can make grow has its limit here; what a limit turns
//! away is counted under the limit's name ([`crate::History::notes`]).

use serde::Deserialize;

/// Settings; the defaults suit a system of some thousand services.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// Length of an event-time window.
    pub window_s: u32,
    /// Windows kept before the newest; older data is forgotten, oldest first.
    pub max_windows: usize,
    /// A capture that is read once: nothing of it is forgotten, its windows grow longer instead.
    pub whole_capture: bool,
    /// Names (services, operations, metrics, notes) known by their text.
    pub max_names: usize,
    /// Services, and pods or hosts of one.
    pub max_services: usize,
    /// Log keys: (service, shape, severity).
    pub max_log_keys: usize,
    /// Metric series.
    pub max_series: usize,
    /// Points of all series; beyond, the older half of each keeps every second one.
    pub max_points: usize,
    /// Slots with a point in one series.
    pub max_points_per_series: usize,
    /// Operations and edges with numbers of their own.
    pub max_edges: usize,
    /// How long after its beginning a trace may get further spans; later ones count for themselves.
    pub trace_wait_s: u32,
    /// Spans and template sightings in all open traces.
    pub max_open_items: usize,
    /// Change events.
    pub max_changes: usize,
    /// Longest text kept of an exemplar, in bytes.
    pub max_exemplar_bytes: usize,
    /// How often a healthy system may be called sick: false incidents an hour, for the whole system.
    pub false_alarms_per_hour: f64,
    /// Least history before anything can be said to be well.
    pub min_history_s: u32,
    /// Lengths of the lists in the findings.
    pub max_findings: usize,
    /// Incidents told of one stretch.
    pub max_incidents: usize,
    /// Incidents that are remembered, so that they keep their ids and their revisions.
    pub max_known_incidents: usize,
    /// Changes that get a verdict, the newest.
    pub max_verdicts: usize,
    /// Time after a change before it can be said that all is well.
    pub verdict_wait_s: u32,
    /// Longest time after a change that is taken for its doing.
    pub verdict_window_s: u32,
    /// Experiments told of one service, the newest.
    pub max_experiments: usize,
    /// Signals of which is kept what is usual at an hour, 1,440 bytes each; 0: of none.
    pub max_profiles: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            window_s: 10,
            max_windows: 2_160,
            whole_capture: false,
            max_names: 200_000,
            max_services: 20_000,
            max_log_keys: 100_000,
            max_series: 200_000,
            max_points: 24_000_000,
            max_points_per_series: 2_000,
            max_edges: 50_000,
            trace_wait_s: 300,
            max_open_items: 1_000_000,
            max_changes: 5_000,
            max_exemplar_bytes: 8_192,
            false_alarms_per_hour: 0.25,
            min_history_s: 50,
            max_findings: 60,
            max_incidents: 8,
            max_known_incidents: 1_000,
            max_verdicts: 16,
            verdict_wait_s: 300,
            verdict_window_s: 1_800,
            max_experiments: 20,
            max_profiles: 100_000,
        }
    }
}

impl Config {
    /// A window's length.
    pub(crate) fn window_ns(&self) -> i64 {
        i64::from(self.window_s.max(1)) * 1_000_000_000
    }

    /// A metric slot's length: half a window, so that a window always holds the newest value and one before.
    pub(crate) fn slot_ns(&self) -> i64 {
        self.window_ns() / 2
    }

    /// How long a trace is open.
    pub(crate) fn trace_wait_ns(&self) -> i64 {
        i64::from(self.trace_wait_s) * 1_000_000_000
    }

    /// The window of a time.
    pub(crate) fn window(&self, time_unix_nano: i64) -> i64 {
        time_unix_nano.div_euclid(self.window_ns())
    }
}

/// The section as an operator writes it; everything may be left out.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RawConfig {
    /// Length of a window; 10.
    pub window_s: Option<u32>,
    /// Windows kept; 2,160 (six hours of ten seconds).
    pub max_windows: Option<usize>,
    /// 20,000.
    pub max_services: Option<usize>,
    /// (service, shape, severity) keys; 100,000.
    pub max_log_keys: Option<usize>,
    /// 200,000.
    pub max_series: Option<usize>,
    /// Points of all series, 16 to 24 bytes each; 24,000,000.
    pub max_points: Option<usize>,
    /// Spans and template sightings held whole; 1,000,000.
    pub max_open_items: Option<usize>,
    /// How long a trace may get further spans; 300.
    pub trace_wait_s: Option<u32>,
    /// False incidents an hour that are tolerated, for the whole system; 0.25.
    pub false_alarms_per_hour: Option<f64>,
    /// History needed before anything is called well; 50.
    pub min_history_s: Option<u32>,
    /// Longest list in the findings; 60.
    pub max_findings: Option<usize>,
    /// Incidents told of one stretch; 8.
    pub max_incidents: Option<usize>,
    /// Incidents that keep their ids and revisions; 1,000.
    pub max_known_incidents: Option<usize>,
    /// Changes that get a verdict, the newest; 16.
    pub max_verdicts: Option<usize>,
    /// Time after a change before it can be said that all is well; 300.
    pub verdict_wait_s: Option<u32>,
    /// Longest time after a change that is taken for its doing; 1,800.
    pub verdict_window_s: Option<u32>,
    /// Experiments told of one service, the newest; 20.
    pub max_experiments: Option<usize>,
    /// Signals of which is kept what is usual at an hour, for fifteen days and 1,440 bytes each; 100,000.
    pub max_profiles: Option<usize>,
}

/// A setting that cannot be meant.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ConfigError {
    #[error("{setting} is {value}: it must lie between {min} and {max}")]
    OutOfRange { setting: &'static str, value: f64, min: f64, max: f64 },
}

impl RawConfig {
    /// # Errors
    /// The first setting that cannot be meant.
    pub fn validate(&self) -> Result<Config, ConfigError> {
        let default = Config::default();
        let count = |setting, value: Option<usize>, default: usize, (min, max): (f64, f64)| match value {
            None => Ok(default),
            Some(n) => in_range(setting, n as f64, (min, max)).map(|_| n),
        };
        let window_s = self.window_s.unwrap_or(default.window_s);
        in_range("window_s", f64::from(window_s), (1.0, 600.0))?;
        let min_history_s = self.min_history_s.unwrap_or(default.min_history_s);
        in_range("min_history_s", f64::from(min_history_s), (1.0, 86_400.0))?;
        let trace_wait_s = self.trace_wait_s.unwrap_or(default.trace_wait_s);
        in_range("trace_wait_s", f64::from(trace_wait_s), (1.0, 86_400.0))?;
        let alarms = self.false_alarms_per_hour.unwrap_or(default.false_alarms_per_hour);
        in_range("false_alarms_per_hour", alarms, (1e-6, 60.0))?;
        let verdict_wait_s = self.verdict_wait_s.unwrap_or(default.verdict_wait_s);
        in_range("verdict_wait_s", f64::from(verdict_wait_s), (1.0, 86_400.0))?;
        let verdict_window_s = self.verdict_window_s.unwrap_or(default.verdict_window_s);
        in_range("verdict_window_s", f64::from(verdict_window_s), (f64::from(verdict_wait_s), 86_400.0))?;
        Ok(Config {
            window_s,
            verdict_wait_s,
            verdict_window_s,
            min_history_s,
            trace_wait_s,
            false_alarms_per_hour: alarms,
            max_windows: count("max_windows", self.max_windows, default.max_windows, (30.0, 100_000.0))?,
            max_services: count("max_services", self.max_services, default.max_services, (1.0, 1e6))?,
            max_log_keys: count("max_log_keys", self.max_log_keys, default.max_log_keys, (100.0, 1e7))?,
            max_series: count("max_series", self.max_series, default.max_series, (100.0, 1e7))?,
            max_points: count("max_points", self.max_points, default.max_points, (10_000.0, 1e10))?,
            max_open_items: count("max_open_items", self.max_open_items, default.max_open_items, (1_000.0, 1e8))?,
            max_findings: count("max_findings", self.max_findings, default.max_findings, (1.0, 1_000.0))?,
            max_incidents: count("max_incidents", self.max_incidents, default.max_incidents, (1.0, 100.0))?,
            max_known_incidents: count(
                "max_known_incidents",
                self.max_known_incidents,
                default.max_known_incidents,
                (1.0, 1e6),
            )?,
            max_verdicts: count("max_verdicts", self.max_verdicts, default.max_verdicts, (0.0, 1_000.0))?,
            max_experiments: count("max_experiments", self.max_experiments, default.max_experiments, (1.0, 1_000.0))?,
            max_profiles: count("max_profiles", self.max_profiles, default.max_profiles, (0.0, 1e7))?,
            ..default
        })
    }
}

fn in_range(setting: &'static str, value: f64, (min, max): (f64, f64)) -> Result<f64, ConfigError> {
    if (min..=max).contains(&value) { Ok(value) } else { Err(ConfigError::OutOfRange { setting, value, min, max }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_that_cannot_be_meant_are_named() {
        for (json, word) in [
            (r#"{"window_s":0}"#, "window_s is 0"),
            (r#"{"false_alarms_per_hour":-1}"#, "false_alarms_per_hour is -1"),
            (r#"{"max_series":1}"#, "max_series is 1"),
            (r#"{"windows":1}"#, "unknown field `windows`"),
        ] {
            let found = serde_json::from_str::<RawConfig>(json)
                .map_err(|e| e.to_string())
                .and_then(|raw| raw.validate().map_err(|e| e.to_string()));
            assert!(found.as_ref().is_err_and(|e| e.contains(word)), "{json}: {found:?}");
        }
        assert_eq!(RawConfig::default().validate(), Ok(Config::default()));
    }
}
