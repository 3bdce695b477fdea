//! Settings of redaction: as written ([`RawConfig`]), and as checked ([`Config`]).

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use regex::{Regex, RegexBuilder};
use serde::Deserialize;

use crate::class;

/// The section as an operator writes it; everything may be left out.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RawConfig {
    /// 32 hexadecimal digits. With it pseudonyms are keyed and stable; without it they are numbered as they come.
    pub key: Option<String>,
    /// A file with the key, instead of it. Whoever reads the settings puts its content in `key`: this crate opens no files.
    pub key_file: Option<PathBuf>,
    /// Count, change nothing.
    pub detect_only: bool,
    /// Whether IPv4 and IPv6 addresses count as personal data; no.
    pub ip_addresses: bool,
    /// What happens to a class, by its name.
    pub policies: BTreeMap<String, Policy>,
    /// Values that are never redacted: regular expressions that must match the whole value.
    pub allow: Vec<String>,
    /// Rules of the operator's own.
    pub rules: Vec<RawRule>,
    /// Other policies for some services or fields; the first that fits and names the class wins.
    pub scopes: Vec<RawScope>,
    /// A longer text is cut; 262,144.
    pub max_text_bytes: Option<usize>,
    /// Distinct values that get a number; later ones are told apart by a hash. 1,048,576.
    pub max_pseudonyms: Option<usize>,
    /// Sources in which a key may be open over several records at a time; 1,024.
    pub max_open_blocks: Option<usize>,
}

impl fmt::Debug for RawConfig {
    /// Without the key, and without the lists, which may hold what must not be shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawConfig").field("keyed", &self.key.is_some()).finish_non_exhaustive()
    }
}

/// A rule as written.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RawRule {
    /// Also the name of its class.
    pub name: String,
    /// What is redacted: the group `secret` when there is one, else the whole match.
    pub pattern: String,
    /// Words of which one must be in the text (in any case) before the pattern is tried. Without them every text is tried.
    pub keywords: Vec<String>,
    pub policy: Option<Policy>,
}

/// Where other policies hold.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RawScope {
    /// Names of services; none: all.
    pub services: Vec<String>,
    /// Attribute keys, or `body`, `span.name`, `status.message`, `event.name`, `events`, `links`, `exemplars`,
    /// `metric.name`, `attribute.key`; none: all.
    pub fields: Vec<String>,
    pub policies: BTreeMap<String, Policy>,
}

/// What happens to a value that was found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Policy {
    /// `<class:1>`, or `<class:3f2a91c04b>` with a key: the same value is the same token.
    #[default]
    Pseudonym,
    /// `<class>`: no telling apart.
    Mask,
    /// `<class:` and 16 hexadecimal digits `>`.
    Hash,
    /// The attribute is removed; inside a text, the value is.
    Drop,
    /// Left as it is.
    Allow,
}

/// Rules of the operator's.
const MAX_RULES: usize = 1000;

/// The checked settings.
#[derive(Clone)]
pub struct Config {
    pub(crate) key: Option<[u8; 16]>,
    pub(crate) detect_only: bool,
    pub(crate) ip_addresses: bool,
    pub(crate) policies: BTreeMap<String, Policy>,
    pub(crate) allow: Vec<Regex>,
    pub(crate) rules: Vec<OwnRule>,
    pub(crate) scopes: Vec<RawScope>,
    pub(crate) max_text_bytes: usize,
    pub(crate) max_pseudonyms: usize,
    pub(crate) max_open_blocks: usize,
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config").field("keyed", &self.key.is_some()).finish_non_exhaustive()
    }
}

/// A rule that compiled.
#[derive(Clone, Debug)]
pub(crate) struct OwnRule {
    pub(crate) name: String,
    pub(crate) pattern: Regex,
    pub(crate) keywords: Vec<String>,
}

/// A setting that cannot be meant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    #[error("key must be 32 hexadecimal digits")]
    Key,
    #[error("key_file was not read")]
    KeyFile,
    #[error("{setting} is {value}: it must lie between {min} and {max}")]
    OutOfRange { setting: &'static str, value: usize, min: usize, max: usize },
    #[error("policies.{class}: there is no such class{hint}")]
    UnknownClass { class: String, hint: String },
    #[error("rules.{rule}: {reason}")]
    Rule { rule: String, reason: String },
    #[error("allow: entry {entry}: {reason}")]
    Allow { entry: usize, reason: String },
    #[error("rules: there are {count}, at most {MAX_RULES} are taken")]
    TooMany { count: usize },
}

impl Default for Config {
    fn default() -> Self {
        Self {
            key: None,
            detect_only: false,
            ip_addresses: false,
            policies: BTreeMap::new(),
            allow: Vec::new(),
            rules: Vec::new(),
            scopes: Vec::new(),
            max_text_bytes: 256 << 10,
            max_pseudonyms: 1 << 20,
            max_open_blocks: 1 << 10,
        }
    }
}

impl Config {
    /// The same settings with keyed pseudonyms.
    #[must_use]
    pub fn with_key(self, key: [u8; 16]) -> Self {
        Self { key: Some(key), ..self }
    }

    /// What happens to a class in a field of a service.
    pub(crate) fn policy(&self, class: &str, service: &str, field: &str) -> Policy {
        let names = |list: &[String], name: &str| list.is_empty() || list.iter().any(|n| n == name);
        let scoped = self
            .scopes
            .iter()
            .filter(|s| names(&s.services, service) && names(&s.fields, field))
            .find_map(|s| s.policies.get(class));
        scoped.or_else(|| self.policies.get(class)).copied().unwrap_or_default()
    }

    pub(crate) fn is_allowed(&self, value: &str) -> bool {
        self.allow.iter().any(|pattern| pattern.is_match(value))
    }

    /// Whether pseudonyms are keyed: the same in every process that has the key.
    #[must_use]
    pub fn is_keyed(&self) -> bool {
        self.key.is_some()
    }
}

impl RawConfig {
    /// # Errors
    /// The first setting that cannot be meant; a rule is named.
    pub fn validate(&self) -> Result<Config, ConfigError> {
        let default = Config::default();
        if self.key_file.is_some() {
            return Err(ConfigError::KeyFile);
        }
        if self.rules.len() > MAX_RULES {
            return Err(ConfigError::TooMany { count: self.rules.len() });
        }
        let rules = self.rules.iter().map(RawRule::validate).collect::<Result<Vec<_>, _>>()?;
        let mut policies = self.policies.clone();
        for rule in &self.rules {
            if let Some(policy) = rule.policy {
                policies.insert(rule.name.clone(), policy);
            }
        }
        let named = policies.keys().chain(self.scopes.iter().flat_map(|s| s.policies.keys()));
        for name in named {
            known(name, &rules)?;
        }
        let allow = self
            .allow
            .iter()
            .enumerate()
            .map(|(i, pattern)| {
                compile(&format!("^(?:{pattern})$")).map_err(|reason| ConfigError::Allow { entry: i + 1, reason })
            })
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Config {
            key: self.key.as_deref().map(parse_key).transpose()?,
            detect_only: self.detect_only,
            ip_addresses: self.ip_addresses,
            policies,
            allow,
            rules,
            scopes: self.scopes.clone(),
            max_text_bytes: in_range("max_text_bytes", self.max_text_bytes, default.max_text_bytes, (256, 64 << 20))?,
            max_pseudonyms: in_range("max_pseudonyms", self.max_pseudonyms, default.max_pseudonyms, (0, 1 << 28))?,
            max_open_blocks: in_range("max_open_blocks", self.max_open_blocks, default.max_open_blocks, (1, 1 << 20))?,
        })
    }
}

impl RawRule {
    fn validate(&self) -> Result<OwnRule, ConfigError> {
        let wrong = |reason: String| ConfigError::Rule { rule: self.name.clone(), reason };
        let is_name = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if self.name.is_empty() || self.name.len() > 40 || !self.name.bytes().all(is_name) {
            return Err(wrong("a name is 1 to 40 of a-z, 0-9 and -".into()));
        }
        if class::find(&self.name).is_some() {
            return Err(wrong("the name is that of a built-in class; choose another".into()));
        }
        let pattern = compile(&self.pattern).map_err(wrong)?;
        if pattern.is_match("") {
            return Err(wrong("the pattern matches the empty text".into()));
        }
        if self.keywords.iter().any(|k| k.len() < 2) {
            return Err(wrong("a keyword has at least two characters".into()));
        }
        Ok(OwnRule { name: self.name.clone(), pattern, keywords: self.keywords.clone() })
    }
}

fn known(name: &str, own: &[OwnRule]) -> Result<(), ConfigError> {
    if class::find(name).is_some() || own.iter().any(|r| r.name == name) {
        return Ok(());
    }
    let near = class::CLASSES.iter().find(|c| c.name.contains(name) || name.contains(c.name));
    let hint = near.map(|c| format!("; did you mean {:?}?", c.name)).unwrap_or_default();
    Err(ConfigError::UnknownClass { class: name.into(), hint })
}

/// Linear-time by construction; a pattern whose program would be large is refused.
fn compile(pattern: &str) -> Result<Regex, String> {
    RegexBuilder::new(pattern).size_limit(1 << 20).dfa_size_limit(4 << 20).build().map_err(|e| e.to_string())
}

fn parse_key(text: &str) -> Result<[u8; 16], ConfigError> {
    let text = text.trim();
    if text.len() != 32 {
        return Err(ConfigError::Key);
    }
    u128::from_str_radix(text, 16).map(u128::to_be_bytes).map_err(|_| ConfigError::Key)
}

fn in_range(
    setting: &'static str,
    value: Option<usize>,
    default: usize,
    (min, max): (usize, usize),
) -> Result<usize, ConfigError> {
    let value = value.unwrap_or(default);
    if (min..=max).contains(&value) { Ok(value) } else { Err(ConfigError::OutOfRange { setting, value, min, max }) }
}
