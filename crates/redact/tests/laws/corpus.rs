//! Values drawn from a seed, by small patterns: `ghp_{A36}` is `ghp_` and 36 letters or digits, `hvs.{A24-90}` has 24 to
//! 90 of them.

/// SplitMix64 (Steele, Lea, Flood 2014): enough for drawing test values, and the same everywhere.
pub(crate) struct Draw(u64);

impl Draw {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ z >> 31) % n as u64) as usize
    }

    pub(crate) fn of(&mut self, set: &str, count: usize) -> String {
        let set: Vec<char> = set.chars().collect();
        (0..count).map(|_| set[self.below(set.len())]).collect()
    }

    pub(crate) fn digits(&mut self, count: usize) -> String {
        self.of("0123456789", count)
    }

    /// A value by its pattern: `{X12}` is twelve characters of the set X, all else is itself. Letters of both cases and
    /// digits are always among them where the set has them and there is room, as in keys that machines draw.
    pub(crate) fn pattern(&mut self, pattern: &str) -> String {
        parts(pattern).iter().map(|part| self.part(part)).collect()
    }

    pub(crate) fn part(&mut self, part: &Part<'_>) -> String {
        let Part::Drawn { set, min, max } = *part else {
            let Part::Literal(literal) = *part else { return String::new() };
            return literal.to_owned();
        };
        let count = min + self.below(max - min + 1);
        self.drawn(set, count)
    }

    /// So many characters of a set.
    pub(crate) fn drawn(&mut self, set: &str, count: usize) -> String {
        let chars = set_of(set);
        let mut drawn = self.of(chars, count);
        if count >= 8 && chars.len() > 60 {
            drawn.replace_range(2..8, "aB3xY7");
        }
        drawn
    }
}

/// A piece of a pattern.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Part<'a> {
    Literal(&'a str),
    Drawn { set: &'a str, min: usize, max: usize },
}

/// The pieces of a pattern, in order. A brace without a set and a count after it is itself.
pub(crate) fn parts(pattern: &str) -> Vec<Part<'_>> {
    let mut all = Vec::new();
    let (mut literal, mut from) = (0, 0);
    while let Some(open) = pattern[from..].find('{').map(|i| from + i) {
        from = open + 1;
        let Some((spec, _)) = pattern[from..].split_once('}') else { break };
        let Some((set, count)) = spec.split_at_checked(1) else { continue };
        let (min, max) = count.split_once('-').unwrap_or((count, count));
        let (Ok(min), Ok(max)) = (min.parse(), max.parse()) else { continue };
        all.push(Part::Literal(&pattern[literal..open]));
        all.push(Part::Drawn { set, min, max });
        from += spec.len() + 1;
        literal = from;
    }
    all.push(Part::Literal(&pattern[literal..]));
    all
}

fn set_of(name: &str) -> &'static str {
    match name {
        "A" => "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
        "B" => "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
        "6" => "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
        "H" => "0123456789abcdef",
        "U" => "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
        "2" => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
        "L" => "abcdefghijklmnopqrstuvwxyz0123456789",
        "D" => "0123456789",
        "a" => "abcdefghijklmnopqrstuvwxyz",
        "W" => "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_",
        "C" => "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L",
        "Z" => "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        _ => panic!("no set {name}"),
    }
}

/// base64 of bytes, padded.
pub(crate) fn base64(bytes: &[u8]) -> String {
    const SET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let word = chunk.iter().fold(0u32, |w, &b| w << 8 | u32::from(b)) << (8 * (3 - chunk.len()));
        for i in 0..4 {
            let sextet = SET[(word >> (18 - 6 * i) & 63) as usize];
            out.push(if i <= chunk.len() { char::from(sextet) } else { '=' });
        }
    }
    out
}

/// Every byte that is no letter or digit as `%XX`.
pub(crate) fn percent(text: &str) -> String {
    text.bytes()
        .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}
