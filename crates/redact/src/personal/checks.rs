//! Check digits: Luhn (ISO/IEC 7812-1), ISO 7064 mod 97-10 (IBAN), Verhoeff (1969), and weighted sums.

/// The digits of a text, other characters left out.
pub(crate) fn digits(text: &str) -> Vec<u32> {
    text.bytes().filter(u8::is_ascii_digit).map(|b| u32::from(b - b'0')).collect()
}

/// Luhn's sum of all digits is a multiple of ten.
pub(crate) fn luhn(digits: &[u32]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(i, &d)| {
            if i % 2 == 0 {
                d
            } else if d > 4 {
                2 * d - 9
            } else {
                2 * d
            }
        })
        .sum();
    !digits.is_empty() && sum.is_multiple_of(10)
}

/// The remainder by 97 of a number given as letters (A is 10) and digits.
pub(crate) fn mod97(mut text: impl Iterator<Item = u8>) -> Option<u64> {
    text.try_fold(0u64, |rest, b| match b {
        b'0'..=b'9' => Some((rest * 10 + u64::from(b - b'0')) % 97),
        b'A'..=b'Z' => Some((rest * 100 + u64::from(b - b'A') + 10) % 97),
        _ => None,
    })
}

/// Sum of digits by weights.
pub(crate) fn weighted(digits: &[u32], weights: &[u32]) -> u32 {
    digits.iter().zip(weights).map(|(d, w)| d * w).sum()
}

/// Verhoeff's check over all digits.
pub(crate) fn verhoeff(digits: &[u32]) -> bool {
    const PERMUTATION: [u8; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
    // Multiplication in the dihedral group of ten elements.
    let times = |a: u8, b: u8| match (a < 5, b < 5) {
        (true, true) => (a + b) % 5,
        (true, false) => (a + b - 5) % 5 + 5,
        (false, true) => (a - 5 + 5 - b) % 5 + 5,
        (false, false) => (a + 5 - b) % 5,
    };
    let mut check = 0u8;
    for (i, &digit) in digits.iter().rev().enumerate() {
        let mut d = digit as u8;
        for _ in 0..i % 8 {
            d = PERMUTATION[usize::from(d)];
        }
        check = times(check, d);
    }
    !digits.is_empty() && check == 0
}

/// ISO 7064 mod 11,10.
pub(crate) fn mod11_10(digits: &[u32]) -> bool {
    let Some((&check, rest)) = digits.split_last() else { return false };
    let product = rest.iter().fold(10, |product, d| {
        let sum = (d + product) % 10;
        (if sum == 0 { 10 } else { sum }) * 2 % 11
    });
    (11 - product) % 10 == check
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_examples_pass_and_their_neighbours_do_not() {
        type Case = (&'static str, fn(&[u32]) -> bool, &'static str, &'static str);
        let cases: [Case; 3] = [
            ("luhn", luhn, "79927398713", "79927398710"),
            ("verhoeff", verhoeff, "2363", "2364"),
            ("mod 11,10", mod11_10, "86095742719", "86095742718"),
        ];
        for (name, check, good, bad) in cases {
            assert!(check(&digits(good)), "{name} {good}");
            assert!(!check(&digits(bad)), "{name} {bad}");
        }
        assert_eq!(mod97("3214282912345698765432161182".bytes()), Some(1));
    }
}
