//! The configuration of `decant serve`: the sections of the crates, nested as an operator writes them.
//!
//! Everything has a default, so that no file at all is a configuration. An unknown key or a value that cannot be meant
//! is refused before anything starts, with the line at fault.

mod refusal;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use serde::Deserialize;

/// The file.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RawConfig {
    /// Threads that take batches through the stages; half of the processors, at least one.
    lanes: Option<usize>,
    /// How long a stop may take before what is left is given up; 30,000.
    drain_timeout_ms: Option<u64>,
    /// Event time that is read back from the store at the start; 3,600.
    replay_s: Option<u64>,
    intake: decant_ingress::RawIntake,
    otlp: decant_ingress::RawOtlp,
    kafka: decant_ingress::RawKafka,
    redact: decant_engine::RawRedactConfig,
    template: decant_engine::RawTemplateConfig,
    dedup: decant_engine::RawDedupConfig,
    detect: decant_engine::RawDetectConfig,
    store: decant_store::RawConfig,
    context: decant_egress::RawConfig,
}

/// Checked settings.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    pub(crate) lanes: usize,
    pub(crate) drain_timeout: std::time::Duration,
    pub(crate) replay: std::time::Duration,
    pub(crate) ingress: decant_ingress::Config,
    pub(crate) engine: decant_engine::Config,
    pub(crate) store_path: PathBuf,
    pub(crate) store: decant_store::StoreConfig,
    pub(crate) context: decant_egress::Config,
}

/// Where the data goes when nobody says otherwise: in the folder in which the server was started.
const STORE_PATH: &str = "decant-data";
const MAX_LANES: usize = 256;

/// Reads and checks a file; the defaults without one.
///
/// # Errors
/// The file cannot be read, is no YAML, has an unknown key or a value that cannot be meant.
pub(crate) fn load(path: Option<&Path>) -> anyhow::Result<Config> {
    let Some(path) = path else { return RawConfig::default().validate() };
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    parse(&text).with_context(|| path.display().to_string())
}

/// The defaults, on free loopback ports and with the store in `folder`.
///
/// # Errors
/// None that a user could meet: the defaults are valid.
pub(crate) fn for_demo(folder: &Path) -> anyhow::Result<Config> {
    let mut config = RawConfig::default().validate()?;
    let free = std::net::SocketAddr::from(([127, 0, 0, 1], 0));
    config.ingress.otlp.grpc_listen = Some(free);
    config.ingress.otlp.http_listen = Some(free);
    config.context.grpc_listen = free;
    config.context.http_listen = free;
    folder.clone_into(&mut config.store_path);
    Ok(config)
}

fn parse(text: &str) -> anyhow::Result<Config> {
    // An empty file, or one of comments alone, is the defaults.
    let is_empty = text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#'));
    let raw = if is_empty {
        RawConfig::default()
    } else {
        serde_saphyr::from_str(text).map_err(|e| refusal::of(&e, text))?
    };
    raw.validate().map_err(|error| with_line(text, error))
}

/// Puts the key of pseudonyms in its place, when a file holds it.
fn read_key(redact: &mut decant_engine::RawRedactConfig) -> anyhow::Result<()> {
    let Some(path) = redact.key_file.take() else { return Ok(()) };
    if redact.key.is_some() {
        return Err(anyhow!("redact.key_file: there is a redact.key, too; give one of them"));
    }
    let key = std::fs::read_to_string(&path);
    redact.key = Some(key.map_err(|e| anyhow!("redact.key_file is {}: {e}", path.display()))?);
    Ok(())
}

/// Adds the line of the setting that a message begins with (`store.max_bytes is 1: ..`), or of the nearest part of its
/// name that can be found.
fn with_line(text: &str, error: anyhow::Error) -> anyhow::Error {
    let message = error.to_string();
    let name = message.split([' ', ':']).next().unwrap_or_default();
    let mut wanted = name.split('.').peekable();
    let mut found = None;
    for (at, line) in (1..).zip(text.lines()) {
        let Some(key) = wanted.peek() else { break };
        let is_key = |line: &str| line.strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with(':'));
        // Entries of a list are known by their names: `- name: order-token`.
        let parts = line.split("- ").flat_map(|item| item.split(['{', ',']));
        let named = |part: &str| part.trim().strip_prefix("name:")?.split(['}', '#']).next().map(str::to_owned);
        let is_named = found.is_some() && parts.filter_map(named).any(|n| n.trim().trim_matches(['"', '\'']) == *key);
        if is_key(line.trim_start()) || is_named {
            wanted.next();
            found = Some(at);
        }
    }
    match found {
        Some(line) => anyhow!("line {line}: {message}"),
        None => error,
    }
}

impl RawConfig {
    fn validate(mut self) -> anyhow::Result<Config> {
        read_key(&mut self.redact)?;
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let lanes = self.lanes.unwrap_or((processors / 2).max(1));
        if !(1..=MAX_LANES).contains(&lanes) {
            return Err(anyhow!("lanes is {lanes}: it must lie between 1 and {MAX_LANES}"));
        }
        let ingress = decant_ingress::RawConfig { intake: self.intake, otlp: self.otlp, kafka: self.kafka };
        let engine = decant_engine::RawConfig {
            redact: self.redact,
            template: self.template,
            dedup: self.dedup,
            detect: self.detect,
        };
        Ok(Config {
            lanes,
            drain_timeout: std::time::Duration::from_millis(self.drain_timeout_ms.unwrap_or(30_000)),
            replay: std::time::Duration::from_secs(self.replay_s.unwrap_or(3_600)),
            ingress: ingress.validate().map_err(|e| anyhow!("{e}"))?,
            engine: engine.validate()?,
            store_path: self.store.path.clone().unwrap_or_else(|| PathBuf::from(STORE_PATH)),
            store: self.store.validate().map_err(|e| anyhow!("store.{e}"))?,
            context: self.context.validate().map_err(|e| anyhow!("context.{e}"))?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, words: &[&str]) {
        match (parse(text), words) {
            (Ok(_), []) => {}
            (Ok(_), words) => panic!("{text:?} was taken, and should be refused with {words:?}"),
            (Err(error), words) => {
                let message = format!("{error:#}");
                assert!(!words.is_empty(), "{text:?}: {message}");
                for word in words {
                    assert!(message.contains(word), "{text:?}: {message:?} lacks {word:?}");
                }
            }
        }
    }

    #[test]
    fn every_setting_has_a_default() {
        check("", &[]);
        check("# nothing\n", &[]);
        check("store: {}\n", &[]);
    }

    #[test]
    fn the_file_for_operators_shows_the_defaults() {
        let shown = parse(include_str!("../../../deploy/decant.yaml")).unwrap();
        assert_eq!(format!("{shown:#?}"), format!("{:#?}", parse("").unwrap()));
    }

    #[test]
    fn what_cannot_be_meant_is_refused_with_its_line() {
        check("lanes: 0\n", &["line 1", "lanes is 0", "between 1 and"]);
        check("store:\n  path: x\n  max_bytes: 1\n", &["line 3", "store.max_bytes is 1"]);
        check("stores:\n  path: x\n", &["stores", "line 1"]);
        check("lanes: many\n", &["line 1"]);
        check("context:\n  grpc_listen: nowhere\n", &["line 2", "context.grpc_listen", "127.0.0.1:4320"]);
    }

    #[test]
    fn a_key_file_gives_the_key_and_two_keys_or_a_bad_one_are_refused_and_not_shown() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let path = file.path().display();
        let key = "00112233445566778899aabbccddeeff";
        std::fs::write(file.path(), format!("{key}\n")).unwrap();
        assert!(parse(&format!("redact:\n  key_file: {path}\n")).unwrap().engine.redact.is_keyed());
        check(&format!("redact:\n  key: {key}\n  key_file: {path}\n"), &["line 3", "redact.key_file", "one of them"]);
        std::fs::write(file.path(), "no-key-but-a-word\n").unwrap();
        let message = format!("{:#}", parse(&format!("redact:\n  key_file: {path}\n")).unwrap_err());
        assert!(message.contains("32 hexadecimal digits") && !message.contains("but-a-word"), "{message}");
    }

    #[test]
    fn what_redaction_cannot_take_is_refused_with_its_line() {
        let rule = |pattern: &str| {
            format!(
                "lanes: 1\nredact:\n  rules:\n    - {{ name: ok, pattern: x }}\n    - name: bad\n      pattern: \"{pattern}\"\n"
            )
        };
        check(&rule("ab+"), &[]);
        check(&rule("("), &["line 5", "redact.rules.bad", "unclosed group"]);
        check(&rule("([a-z]{1000}){1000}"), &["line 5", "redact.rules.bad", "size"]);
        check("redact:\n  rules: [{ name: bad, pattern: '(' }]\n", &["line 2", "redact.rules.bad"]);
        check("redact:\n  allow:\n    - '['\n", &["line 2", "redact.allow", "entry 1"]);
        check(
            "redact:\n  policies:\n    emails: mask\n",
            &["line 3", "redact.policies.emails", "did you mean \"email\""],
        );
        check("redact:\n  key: secret\n", &["line 2", "redact.key", "32 hexadecimal digits"]);
        check("redact:\n  key_file: /no/such/file\n", &["line 2", "redact.key_file", "/no/such/file"]);
        check("redact:\n  max_text_bytes: 1\n", &["line 2", "redact.max_text_bytes is 1"]);
        check("redact:\n  keys: secret\n", &["keys", "line 2"]);
    }
}
