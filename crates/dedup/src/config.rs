//! Settings of dedup: as written ([`RawConfig`]), and as checked ([`Config`]).

use serde::Deserialize;

/// The section as an operator writes it; everything may be left out.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RawConfig {
    /// Event-time length of a window in which equal log records are repeats of each other; 10,000.
    pub window_ms: Option<u32>,
    /// Identities remembered in one generation, for each kind; 262,144.
    pub max_keys: Option<usize>,
    /// What makes a repeat; exact.
    pub mode: Option<Mode>,
    /// Keys of attributes in which repeats must agree, `"*"` for all; none.
    pub include: Option<Vec<String>>,
    /// Keys of attributes in which they need not, when `include` is `["*"]`; none.
    pub exclude: Option<Vec<String>>,
    /// What becomes of the rows of repeats; keep.
    pub repeats: Option<Repeats>,
}

/// When a log record is a repeat of an earlier one of the same resource, severity and shape.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Its body is the same. The default: rollups count by template anyway, so a near mark says nothing that they do not.
    #[default]
    Exact,
    /// Its body may also differ in what is no word: numbers, ids, addresses. Then the mark is another one.
    Near,
}

/// The operator's policy for the rows of repeats; they are counted either way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Repeats {
    /// Each is stored. The default: nothing is lost.
    #[default]
    Keep,
    /// Of equal ones in a batch the earliest is stored, with the number and the last time of those that it stands for.
    Drop,
}

/// In which attributes repeats must agree.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Fields {
    #[default]
    None,
    /// In these, sorted.
    These(Vec<String>),
    /// In all but these, sorted.
    AllBut(Vec<String>),
}

impl Fields {
    pub(crate) fn holds(&self, key: &str) -> bool {
        let among = |keys: &[String]| keys.binary_search_by(|k| k.as_str().cmp(key)).is_ok();
        match self {
            Self::None => false,
            Self::These(keys) => among(keys),
            Self::AllBut(keys) => !among(keys),
        }
    }
}

/// Limits and choices; the defaults suit one lane.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Event-time length of a window in which equal log records are repeats of each other.
    pub window_ms: u32,
    /// Identities remembered in one generation (16 bytes each).
    pub max_keys: usize,
    pub mode: Mode,
    pub fields: Fields,
    pub repeats: Repeats,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            window_ms: 10_000,
            max_keys: 1 << 18,
            mode: Mode::default(),
            fields: Fields::default(),
            repeats: Repeats::default(),
        }
    }
}

/// A setting that cannot be meant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    #[error("{setting} is {value}: it must lie between {min} and {max}")]
    OutOfRange { setting: &'static str, value: usize, min: usize, max: usize },
    #[error("include names {also:?} beside \"*\", which holds it: name the one or the other")]
    AllAndMore { also: String },
    #[error("exclude takes {key:?} out of nothing: it needs include: [\"*\"]")]
    ExcludesNothing { key: String },
}

impl RawConfig {
    /// # Errors
    /// The first setting that cannot be meant.
    pub fn validate(self) -> Result<Config, ConfigError> {
        let default = Config::default();
        let window_ms = self.window_ms.unwrap_or(default.window_ms);
        in_range("window_ms", window_ms as usize, (1, 24 * 3_600_000))?;
        let max_keys = in_range("max_keys", self.max_keys.unwrap_or(default.max_keys), (1_024, 1 << 28))?;
        let fields = fields(self.include.unwrap_or_default(), self.exclude.unwrap_or_default())?;
        let (mode, repeats) = (self.mode.unwrap_or_default(), self.repeats.unwrap_or_default());
        Ok(Config { window_ms, max_keys, mode, fields, repeats })
    }
}

fn fields(mut include: Vec<String>, mut exclude: Vec<String>) -> Result<Fields, ConfigError> {
    include.sort_unstable();
    exclude.sort_unstable();
    if include.iter().any(|key| key == "*") {
        return match include.into_iter().find(|key| key != "*") {
            Some(also) => Err(ConfigError::AllAndMore { also }),
            None => Ok(Fields::AllBut(exclude)),
        };
    }
    match exclude.into_iter().next() {
        Some(key) => Err(ConfigError::ExcludesNothing { key }),
        None if include.is_empty() => Ok(Fields::None),
        None => Ok(Fields::These(include)),
    }
}

fn in_range(setting: &'static str, value: usize, (min, max): (usize, usize)) -> Result<usize, ConfigError> {
    if (min..=max).contains(&value) { Ok(value) } else { Err(ConfigError::OutOfRange { setting, value, min, max }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_that_cannot_be_meant_are_named() {
        let check = |raw: RawConfig, word: &str| {
            assert!(raw.validate().is_err_and(|e| e.to_string().contains(word)), "{word}");
        };
        let keys = |keys: &[&str]| Some(keys.iter().map(|k| (*k).to_owned()).collect());
        assert_eq!(RawConfig::default().validate(), Ok(Config::default()));
        check(RawConfig { window_ms: Some(0), ..RawConfig::default() }, "window_ms is 0");
        check(RawConfig { max_keys: Some(1), ..RawConfig::default() }, "max_keys is 1");
        check(RawConfig { exclude: keys(&["thread"]), ..RawConfig::default() }, "\"thread\" out of nothing");
        check(RawConfig { include: keys(&["*", "thread"]), ..RawConfig::default() }, "\"thread\" beside");
    }

    #[test]
    fn fields_are_those_named_or_all_but_those() {
        let fields = |include: &[&str], exclude: &[&str]| {
            let owned = |keys: &[&str]| keys.iter().map(|k| (*k).to_owned()).collect();
            fields(owned(include), owned(exclude)).unwrap()
        };
        assert!(!fields(&[], &[]).holds("a"));
        assert!(fields(&["b", "a"], &[]).holds("a") && !fields(&["b", "a"], &[]).holds("c"));
        assert!(fields(&["*"], &["b"]).holds("a") && !fields(&["*"], &["b"]).holds("b"));
    }
}
