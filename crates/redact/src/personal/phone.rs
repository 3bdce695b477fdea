//! Telephone numbers: international (E.164, with `+`), and North American by its layout.

use super::numbers::{Groups, borders_left, borders_right, layout};
use crate::chars::part;
use crate::rules::RANK_PERSONAL;
use crate::scan::Hit;

/// Country codes of one and two digits (ITU-T E.164); all others have three.
fn country_digits(d: &[u8]) -> usize {
    match d {
        [b'1' | b'7', ..] => 1,
        [b'2', b'0' | b'7', ..] | [b'3', b'0'..=b'4' | b'6' | b'9', ..] | [b'4', b'0' | b'1' | b'3'..=b'9', ..] => 2,
        [b'5', b'1'..=b'8', ..] | [b'6', b'0'..=b'6', ..] | [b'8', b'1' | b'2' | b'4' | b'6', ..] => 2,
        [b'9', b'0'..=b'5' | b'8', ..] => 2,
        _ => 3,
    }
}

/// Looks at the `+` at `at`: 8 to 15 digits after it, alone or in groups by one separator.
pub(crate) fn international(text: &str, at: usize, out: &mut Vec<Hit>) {
    let bytes = text.as_bytes();
    let left = at.checked_sub(1).and_then(|i| bytes.get(i));
    if !bytes.get(at + 1).is_some_and(|b| (b'1'..=b'9').contains(b)) {
        return;
    }
    if left.is_some_and(|b| {
        b.is_ascii_alphanumeric() || matches!(b, b'_' | b'/' | b'+' | b'.' | b'-' | b')' | b'%' | b'~' | b'^')
    }) {
        return;
    }
    let (mut end, mut digits, mut groups, mut open) = (at + 1, Vec::with_capacity(16), 1, false);
    let mut last = end;
    while let Some(&b) = bytes.get(end) {
        match b {
            b'0'..=b'9' => {
                digits.push(b);
                last = end + 1;
            }
            b'(' if !open => open = true,
            b')' if open => open = false,
            // One separator between groups; a second in a row ends the number.
            b' ' | b'-' | b'.'
                if bytes.get(end + 1).is_some_and(|n| n.is_ascii_digit() || *n == b'(')
                    || (bytes.get(end.wrapping_sub(1)) == Some(&b')')) =>
            {
                groups += 1;
            }
            _ => break,
        }
        if digits.len() > 15 {
            return;
        }
        end += 1;
    }
    let country = country_digits(&digits);
    let plausible = digits.len() >= country + 6 && digits.len() >= 9 && groups <= 6;
    // `+1234567890 lines`: a bare count is written without a leading plus in logs, but a diff is not.
    let grouped_or_full = groups > 1 || digits.len() >= 10;
    if plausible && grouped_or_full && borders_right(bytes, last) {
        out.push(Hit::new(at, last, "phone", RANK_PERSONAL));
    }
}

/// `(555) 234-5678`, `555-234-5678`, `1-555-234-5678`: area and exchange begin with 2 to 9 (North American Numbering Plan).
pub(super) fn grouped(text: &str, groups: &Groups, i: usize, out: &mut Vec<Hit>) {
    let bytes = text.as_bytes();
    let nanp = |area: usize, exchange: usize| {
        let high = |at: usize| bytes.get(at).is_some_and(|b| (b'2'..=b'9').contains(b));
        high(area) && high(exchange) && part(text, area + 1, area + 3) != "11"
    };
    let dashed = layout(bytes, groups, i, &[3, 3, 4], b"--").filter(|&(s, _)| nanp(s, s + 4));
    let long = layout(bytes, groups, i, &[1, 3, 3, 4], b"---").filter(|&(s, _)| bytes[s] == b'1' && nanp(s + 2, s + 6));
    if let Some((start, end)) = dashed.or(long) {
        out.push(Hit::new(start, end, "phone", RANK_PERSONAL));
        return;
    }
    // In parentheses: `(`, area, `) ` or `)`, exchange, `-`, line.
    let (Some((a, a_end)), Some((x, x_end)), Some((l, l_end))) = (groups.get(i), groups.get(i + 1), groups.get(i + 2))
    else {
        return;
    };
    let opened = a > 0 && bytes.get(a - 1) == Some(&b'(') && (a == 1 || borders_left(bytes, a - 1));
    let closed = matches!(part(text, a_end, x), ")" | ") ") && matches!(part(text, x_end, l), "-" | " " | ".");
    if opened
        && closed
        && a_end - a == 3
        && x_end - x == 3
        && l_end - l == 4
        && nanp(a, x)
        && borders_right(bytes, l_end)
    {
        out.push(Hit::new(a - 1, l_end, "phone", RANK_PERSONAL));
    }
}
