//! What a byte can mean, and the few closed word lists that have a meaning of their own in every log.

/// Ends a chunk.
pub(crate) const SEP: u8 = 1;
pub(crate) const DIGIT: u8 = 2;
pub(crate) const ALPHA: u8 = 4;
pub(crate) const COLON: u8 = 8;
pub(crate) const SLASH: u8 = 16;
/// `@` or a backslash.
pub(crate) const RARE: u8 = 32;
/// Anything else: `- _ # $ % & * + ~ ^ ! ?` and non-ASCII bytes.
pub(crate) const OTHER: u8 = 64;
/// `.`; at a chunk's end it is punctuation.
pub(crate) const DOT: u8 = 128;

/// A chunk without any of these is a plain word.
pub(crate) const SPECIAL: u8 = DIGIT | COLON | SLASH | RARE | DOT;

pub(crate) static CLASS: [u8; 256] = {
    let mut t = [OTHER; 256];
    let mut b = 0;
    while b < 256 {
        #[expect(clippy::cast_possible_truncation, reason = "below 256")]
        let c = b as u8;
        if c <= b' ' || c == 127 {
            t[b] = SEP;
        } else if c.is_ascii_digit() {
            t[b] = DIGIT;
        } else if c.is_ascii_alphabetic() {
            t[b] = ALPHA;
        } else {
            match c {
                b',' | b';' | b'(' | b')' | b'[' | b']' | b'{' | b'}' | b'"' | b'\'' | b'<' | b'>' | b'|' | b'='
                | b'`' => t[b] = SEP,
                b':' => t[b] = COLON,
                b'/' => t[b] = SLASH,
                b'@' | b'\\' => t[b] = RARE,
                b'.' => t[b] = DOT,
                _ => {}
            }
        }
        b += 1;
    }
    t
};

#[inline]
pub(crate) fn class(b: u8) -> u8 {
    CLASS[b as usize]
}

#[inline]
pub(crate) fn is_sep(b: u8) -> bool {
    class(b) & SEP != 0
}

/// Units of an amount of data or of a rate.
pub(crate) fn is_size_unit(w: &[u8]) -> bool {
    let w = w.strip_suffix(b"/s").unwrap_or(w);
    matches!(
        w,
        b"B" | b"b"
            | b"k"
            | b"K"
            | b"M"
            | b"G"
            | b"T"
            | b"KB"
            | b"kB"
            | b"Kb"
            | b"kb"
            | b"MB"
            | b"Mb"
            | b"mb"
            | b"GB"
            | b"Gb"
            | b"gb"
            | b"TB"
            | b"PB"
            | b"Ki"
            | b"Mi"
            | b"Gi"
            | b"KiB"
            | b"MiB"
            | b"GiB"
            | b"TiB"
            | b"bytes"
            | b"byte"
            | b"Bytes"
            | b"kbps"
            | b"Mbps"
            | b"Gbps"
            | b"bps"
    )
}

/// Units of a length of time.
pub(crate) fn is_time_unit(w: &[u8]) -> bool {
    matches!(
        w,
        b"ns"
            | b"us"
            | b"ms"
            | b"s"
            | b"m"
            | b"h"
            | b"d"
            | b"sec"
            | b"secs"
            | b"second"
            | b"seconds"
            | b"msec"
            | b"msecs"
            | b"usec"
            | b"usecs"
            | b"nsec"
            | b"min"
            | b"mins"
            | b"minute"
            | b"minutes"
            | b"hour"
            | b"hours"
            | b"hr"
            | b"hrs"
            | b"day"
            | b"days"
            | b"millis"
            | b"milliseconds"
            | b"millisecond"
            | b"microseconds"
            | b"microsecond"
            | b"nanoseconds"
    ) || w == "\u{b5}s".as_bytes()
        || w == "\u{3bc}s".as_bytes()
}

/// The first bytes of the units above.
#[inline]
pub(crate) fn may_begin_unit(b: u8) -> bool {
    matches!(
        b,
        b'B' | b'b'
            | b'k'
            | b'K'
            | b'M'
            | b'G'
            | b'T'
            | b'P'
            | b'n'
            | b'u'
            | b'm'
            | b's'
            | b'h'
            | b'd'
            | b'g'
            | 0xc2
            | 0xce
    )
}

/// One letter after a space is too weak a sign of a unit, except for bytes and seconds.
#[inline]
pub(crate) fn is_spaced_unit(w: &[u8]) -> bool {
    w.len() > 1 || w == b"B" || w == b"s"
}

/// Keys whose value is prose to be mined, not a parameter.
#[inline]
pub(crate) fn is_message_key(key: &[u8]) -> bool {
    let names: &[&[u8]] = match key.len() {
        3 => &[b"msg", b"err", b"log"],
        4 => &[b"body", b"text"],
        5 => &[b"error", b"event"],
        6 => &[b"reason"],
        7 => &[b"message"],
        8 => &[b"@message"],
        9 => &[b"exception"],
        11 => &[b"description"],
        13 => &[b"short_message"],
        _ => return false,
    };
    names.iter().any(|name| name.eq_ignore_ascii_case(key))
}

pub(crate) fn is_month(w: &[u8]) -> bool {
    matches!(
        w,
        b"Jan" | b"Feb" | b"Mar" | b"Apr" | b"May" | b"Jun" | b"Jul" | b"Aug" | b"Sep" | b"Oct" | b"Nov" | b"Dec"
    )
}

pub(crate) fn is_weekday(w: &[u8]) -> bool {
    matches!(w, b"Mon" | b"Tue" | b"Wed" | b"Thu" | b"Fri" | b"Sat" | b"Sun")
}
