//! Sets of bytes as bits, and the runs and borders that rules ask for.

/// A set of ASCII bytes: the union of the parts below.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Charset(u16);

impl Charset {
    pub(crate) const DIGIT: Self = Self(1);
    const LOWER_HEX: Self = Self(2);
    const LOWER_REST: Self = Self(4);
    const UPPER_HEX: Self = Self(8);
    const UPPER_REST: Self = Self(16);
    const UNDERSCORE: Self = Self(32);
    const DASH: Self = Self(64);
    const DOT: Self = Self(128);
    const PLUS_SLASH: Self = Self(256);
    const EQUALS: Self = Self(512);
    const TILDE: Self = Self(1024);
    const PERCENT: Self = Self(2048);
    const COLON: Self = Self(4096);

    pub(crate) const LOWER: Self = Self::LOWER_HEX.or(Self::LOWER_REST);
    pub(crate) const UPPER: Self = Self::UPPER_HEX.or(Self::UPPER_REST);
    pub(crate) const UPPER_DIGIT: Self = Self::UPPER.or(Self::DIGIT);
    pub(crate) const LOWER_DIGIT: Self = Self::LOWER.or(Self::DIGIT);
    pub(crate) const ALNUM: Self = Self::LOWER.or(Self::UPPER_DIGIT);
    pub(crate) const HEX: Self = Self::DIGIT.or(Self::LOWER_HEX).or(Self::UPPER_HEX);
    pub(crate) const LOWER_HEX_DIGIT: Self = Self::DIGIT.or(Self::LOWER_HEX);
    /// Letters, digits, `_`.
    pub(crate) const WORD: Self = Self::ALNUM.or(Self::UNDERSCORE);
    /// Letters, digits, `-`.
    pub(crate) const ALNUM_DASH: Self = Self::ALNUM.or(Self::DASH);
    /// base64url: letters, digits, `_`, `-`.
    pub(crate) const URL64: Self = Self::WORD.or(Self::DASH);
    /// URL64 and `.`.
    pub(crate) const URL64_DOT: Self = Self::URL64.or(Self::DOT);
    /// URL64_DOT and `~`.
    pub(crate) const UNRESERVED: Self = Self::URL64_DOT.or(Self::TILDE);
    /// base64 without padding.
    pub(crate) const BASE64: Self = Self::ALNUM.or(Self::PLUS_SLASH);
    /// base64 with padding.
    pub(crate) const BASE64_PAD: Self = Self::BASE64.or(Self::EQUALS);
    /// Either alphabet of base64 and `=`.
    pub(crate) const ANY64: Self = Self::BASE64_PAD.or(Self::UNDERSCORE).or(Self::DASH);
    /// What tokens of any kind are made of.
    pub(crate) const TOKEN: Self = Self::ANY64.or(Self::DOT).or(Self::TILDE);
    /// TOKEN, `%` and `:`.
    pub(crate) const WIDE: Self = Self::TOKEN.or(Self::PERCENT).or(Self::COLON);

    pub(crate) const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(crate) fn has(self, byte: u8) -> bool {
        TABLE[usize::from(byte)] & self.0 != 0
    }

    /// How many bytes of the set stand at `from`, counted up to `limit`.
    pub(crate) fn run(self, bytes: &[u8], from: usize, limit: usize) -> usize {
        bytes.get(from..).unwrap_or_default().iter().take(limit).take_while(|&&b| self.has(b)).count()
    }

    /// How many bytes of the set stand before `to`, counted up to `limit`.
    pub(crate) fn run_back(self, bytes: &[u8], to: usize, limit: usize) -> usize {
        bytes.get(..to).unwrap_or_default().iter().rev().take(limit).take_while(|&&b| self.has(b)).count()
    }

    /// As `run_back`, without the letters of an escape (`\n`, `\u0022`) at the start of the run.
    pub(crate) fn word_back(self, bytes: &[u8], to: usize, limit: usize) -> usize {
        let length = self.run_back(bytes, to, limit + MAX_ESCAPE);
        let start = to - length;
        if start.checked_sub(1).and_then(|i| bytes.get(i)) != Some(&b'\\') {
            return length.min(limit);
        }
        let letters = (1..=MAX_ESCAPE).filter(|&n| n <= length && ends_escape(bytes, start + n)).max();
        (length - letters.unwrap_or(0)).min(limit)
    }

    /// The length of the run at `from`, and the parts of the set that its bytes are of.
    pub(crate) fn run_kinds(self, bytes: &[u8], from: usize) -> (usize, Self) {
        let (mut length, mut kinds) = (0, 0);
        for &b in bytes.get(from..).unwrap_or_default() {
            let kind = TABLE[usize::from(b)];
            if kind & self.0 == 0 {
                break;
            }
            kinds |= kind;
            length += 1;
        }
        (length, Self(kinds))
    }

    /// Whether the sets have a byte in common.
    pub(crate) fn touches(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    pub(crate) fn all(self, text: &str) -> bool {
        text.bytes().all(|b| self.has(b))
    }
}

static TABLE: [u16; 256] = table();

const fn table() -> [u16; 256] {
    let mut table = [0; 256];
    let mut b = 0;
    while b < 256 {
        table[b] = match b as u8 {
            b'0'..=b'9' => Charset::DIGIT.0,
            b'a'..=b'f' => Charset::LOWER_HEX.0,
            b'g'..=b'z' => Charset::LOWER_REST.0,
            b'A'..=b'F' => Charset::UPPER_HEX.0,
            b'G'..=b'Z' => Charset::UPPER_REST.0,
            b'_' => Charset::UNDERSCORE.0,
            b'-' => Charset::DASH.0,
            b'.' => Charset::DOT.0,
            b'+' | b'/' => Charset::PLUS_SLASH.0,
            b'=' => Charset::EQUALS.0,
            b'~' => Charset::TILDE.0,
            b'%' => Charset::PERCENT.0,
            b':' => Charset::COLON.0,
            _ => 0,
        };
        b += 1;
    }
    table
}

/// Whether a word may begin at `at`: the byte before is no ASCII letter or digit (scripts without blanks set values right
/// behind a character of theirs), or ends an escape such as `\n` or `\u0022`.
pub(crate) fn starts_word(bytes: &[u8], at: usize) -> bool {
    at.checked_sub(1).and_then(|i| bytes.get(i)).is_none_or(|&b| !b.is_ascii_alphanumeric()) || ends_escape(bytes, at)
}

/// Letters of the longest escape: `u0022`.
const MAX_ESCAPE: usize = 5;

/// Whether the letters before `at` are those of an escape: the text is a string in JSON, or source code.
fn ends_escape(bytes: &[u8], at: usize) -> bool {
    let back = |n: usize| at.checked_sub(n).and_then(|i| bytes.get(i)).copied();
    let hexadecimal = |n: usize| (1..=n).all(|i| back(i).is_some_and(|b| b.is_ascii_hexdigit()));
    matches!((back(2), back(1)), (Some(b'\\'), Some(b'n' | b't' | b'r' | b'b' | b'f')))
        || (back(6) == Some(b'\\') && back(5) == Some(b'u') && hexadecimal(4))
        || (back(4) == Some(b'\\') && back(3) == Some(b'x') && hexadecimal(2))
}

/// Whether a word may end before `at`.
pub(crate) fn ends_word(bytes: &[u8], at: usize) -> bool {
    bytes.get(at).is_none_or(|&b| !b.is_ascii_alphanumeric())
}

/// `text[range]`, or nothing where the range is no whole part of it.
pub(crate) fn part(text: &str, from: usize, to: usize) -> &str {
    text.get(from..to).unwrap_or_default()
}

/// Which kinds of characters a text is made of.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Mix {
    pub(crate) lower: usize,
    pub(crate) upper: usize,
    pub(crate) digit: usize,
    pub(crate) other: usize,
}

impl Mix {
    pub(crate) fn of(text: &str) -> Self {
        text.bytes().fold(Self::default(), |mut mix, b| {
            match b {
                b'a'..=b'z' => mix.lower += 1,
                b'A'..=b'Z' => mix.upper += 1,
                b'0'..=b'9' => mix.digit += 1,
                _ => mix.other += 1,
            }
            mix
        })
    }
}

/// Shannon's entropy of the bytes, in bits a byte. Of a short text it is at most log2 of its length.
pub(crate) fn entropy_bits(text: &str) -> f64 {
    let mut counts = [0u32; 256];
    text.bytes().for_each(|b| counts[usize::from(b)] += 1);
    let total = text.len() as f64;
    counts.iter().filter(|&&n| n > 0).map(|&n| f64::from(n) / total).map(|p| -p * p.log2()).sum()
}
