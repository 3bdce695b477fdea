//! What is searched for: every value of the corpus, in the forms in which it might come out.
//!
//! A value is a *needle* as it is; without what stands around its secret part (the password of a URL, the token after
//! `Bearer`); in part, since half a token is a leak too; in base64 and percent-encoded, as some places carry it. A part
//! that several values share (the head of all JWTs) tells nothing and is no needle.

use std::collections::{BTreeMap, BTreeSet};

use aho_corasick::AhoCorasick;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use decant_sim::secrets::Specimen;

/// Bytes of a value's part.
const PART_BYTES: usize = 16;
/// Shorter ones are found only where they stand as a word.
const BOUNDED_BYTES: usize = 12;
/// A code of so many digits might as well be a size or a duration.
const CODE_BYTES: usize = 6;
/// Where its key would stand.
const KEY_WITHIN_BYTES: usize = 200;

/// The corpus, and an automaton of all its needles.
pub(crate) struct Needles {
    corpus: Vec<Specimen>,
    finder: AhoCorasick,
    texts: Vec<String>,
    /// By needle, the specimens that it tells.
    of: Vec<BTreeSet<usize>>,
}

/// A needle that was found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Hit {
    pub(crate) class: &'static str,
    /// In the corpus; several where values repeat.
    pub(crate) specimens: BTreeSet<usize>,
    pub(crate) shown: String,
}

impl Needles {
    pub(crate) fn new(corpus: Vec<Specimen>) -> Self {
        let mut of: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
        let mut parts: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
        for (at, specimen) in corpus.iter().enumerate() {
            for text in whole(specimen) {
                for part in parts_of(&text) {
                    parts.entry(part).or_default().insert(at);
                }
                of.entry(text).or_default().insert(at);
            }
        }
        for (part, specimens) in parts {
            let tells_one = specimens.iter().map(|&at| &corpus[at].value).collect::<BTreeSet<_>>().len() == 1;
            if tells_one {
                of.entry(part).or_default().extend(specimens);
            }
        }
        let (texts, of): (Vec<_>, Vec<_>) = of.into_iter().unzip();
        Self { finder: AhoCorasick::new(&texts).unwrap(), corpus, texts, of }
    }

    pub(crate) fn corpus(&self) -> &[Specimen] {
        &self.corpus
    }

    /// All needles in an output; `has_numbers` when the output holds numbers of our own, sizes and times.
    pub(crate) fn search(&self, output: &[u8], has_numbers: bool) -> Vec<Hit> {
        let mut seen = BTreeSet::new();
        let mut hits = Vec::new();
        for found in self.finder.find_overlapping_iter(output) {
            let at = found.pattern().as_usize();
            if !seen.contains(&at) && self.is_hit(at, output, found.start(), found.end(), has_numbers) {
                seen.insert(at);
                let specimens = self.of[at].clone();
                let class = self.corpus[*specimens.first().unwrap()].class;
                let around = &output[found.start().saturating_sub(60)..(found.end() + 30).min(output.len())];
                let shown = String::from_utf8_lossy(around).into_owned();
                hits.push(Hit { class, specimens, shown });
            }
        }
        hits
    }

    fn is_hit(&self, at: usize, output: &[u8], start: usize, end: usize, has_numbers: bool) -> bool {
        let text = &self.texts[at];
        let is_number = text.bytes().all(|b| b.is_ascii_digit());
        let is_part_of_word = |b: Option<&u8>| b.is_some_and(u8::is_ascii_alphanumeric);
        // What ends in `%3D` or `\n` is another character.
        let escape = |length: usize, sign: u8| start.checked_sub(length).and_then(|b| output.get(b)) == Some(&sign);
        let is_after_word =
            is_part_of_word(start.checked_sub(1).and_then(|b| output.get(b))) && !escape(3, b'%') && !escape(2, b'\\');
        if (text.len() < BOUNDED_BYTES || is_number) && (is_after_word || is_part_of_word(output.get(end))) {
            return false;
        }
        if is_number && text.len() <= CODE_BYTES && has_numbers {
            let near = &output[start.saturating_sub(KEY_WITHIN_BYTES)..(end + KEY_WITHIN_BYTES).min(output.len())];
            let keys = self.of[at].iter().filter_map(|&at| self.corpus[at].key);
            return keys.into_iter().any(|key| near.windows(key.len()).any(|w| w == key.as_bytes()));
        }
        true
    }
}

/// The value, its secret part, and both encoded.
fn whole(specimen: &Specimen) -> Vec<String> {
    let mut all: Vec<String> = specimen.needles().into_iter().map(str::to_owned).collect();
    let value = specimen.value.as_str();
    let secret = match specimen.class {
        "url-password" => value
            .split_once("://")
            .and_then(|(_, rest)| rest.split_once(':'))
            .and_then(|(_, p)| p.split_once('@'))
            .map(|p| p.0),
        "cookie" => value.split_once('=').map(|(_, secret)| secret),
        "authorization" | "basic-auth" => value.split_once(' ').map(|(_, secret)| secret),
        _ => None,
    };
    all.extend(secret.map(str::to_owned));
    let percent: BTreeSet<String> =
        all.iter().flat_map(|text| [percent(text, b"-_.~"), percent(text, b"-_.~+/=:@")]).collect();
    all.extend(percent);
    // The last letters depend on what comes after.
    let base64 = STANDARD.encode(specimen.text());
    let base64 = base64.trim_end_matches('=');
    all.extend(
        base64
            .len()
            .checked_sub(2)
            .and_then(|end| base64.get(..end))
            .filter(|b| b.len() >= BOUNDED_BYTES)
            .map(str::to_owned),
    );
    all.sort();
    all.dedup();
    all
}

/// The middle and the end of a long word.
fn parts_of(text: &str) -> Vec<String> {
    let is_opaque = text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_+/=.".contains(&b));
    if !is_opaque || text.len() < PART_BYTES * 3 / 2 {
        return Vec::new();
    }
    let starts = [(text.len() - PART_BYTES) / 2, text.len() - PART_BYTES];
    starts.iter().filter_map(|&start| text.get(start..start + PART_BYTES)).map(str::to_owned).collect()
}

fn percent(text: &str, kept: &[u8]) -> String {
    let is_kept = |b: u8| b.is_ascii_alphanumeric() || kept.contains(&b);
    text.bytes().map(|b| if is_kept(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}
