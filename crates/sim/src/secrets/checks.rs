//! Check digits, each with where it is written down.

/// Luhn (ISO/IEC 7812-1): the digit that makes `digits` valid.
pub(super) fn luhn(digits: &[u32]) -> u32 {
    let double = |d: u32| if d > 4 { d * 2 - 9 } else { d * 2 };
    let sum: u32 = digits.iter().rev().enumerate().map(|(at, d)| if at % 2 == 0 { double(*d) } else { *d }).sum();
    (10 - sum % 10) % 10
}

/// Verhoeff (UIDAI uses it for Aadhaar).
pub(super) fn verhoeff(digits: &[u32]) -> u32 {
    const PERMUTED: [[u32; 10]; 8] = [
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
        [1, 5, 7, 6, 2, 8, 3, 0, 9, 4],
        [5, 8, 0, 3, 7, 9, 6, 1, 4, 2],
        [8, 9, 1, 6, 0, 4, 3, 5, 2, 7],
        [9, 4, 5, 3, 1, 2, 6, 8, 7, 0],
        [4, 2, 8, 6, 5, 7, 3, 9, 0, 1],
        [2, 7, 9, 3, 8, 0, 6, 4, 1, 5],
        [7, 0, 4, 6, 9, 1, 3, 2, 5, 8],
    ];
    const INVERSE: [u32; 10] = [0, 4, 3, 2, 1, 5, 6, 7, 8, 9];
    // Multiplication in the dihedral group of the pentagon.
    let times = |a: u32, b: u32| match (a < 5, b < 5) {
        (true, true) => (a + b) % 5,
        (true, false) => (a + b) % 5 + 5,
        (false, true) => (a + 5 - b) % 5 + 5,
        (false, false) => (a + 5 - b) % 5,
    };
    let fold = digits.iter().rev().enumerate().fold(0, |c, (at, d)| times(c, PERMUTED[(at + 1) % 8][*d as usize]));
    INVERSE[fold as usize]
}

/// Remainder of a decimal number of any length by 97 (ISO/IEC 7064); letters count as two digits, `A` is 10.
pub(super) fn mod97(text: &str) -> u32 {
    text.chars().filter_map(|c| c.to_digit(36)).fold(0, |r, d| (if d > 9 { r * 100 } else { r * 10 } + d) % 97)
}

/// ISO/IEC 7064 MOD 11,10 (German tax id).
pub(super) fn mod11_10(digits: &[u32]) -> u32 {
    let fold = digits.iter().fold(10, |p, d| {
        let sum = (d + p) % 10;
        (if sum == 0 { 10 } else { sum }) * 2 % 11
    });
    (11 - fold) % 10
}

/// Sum of products with weights.
pub(super) fn weighted(digits: &[u32], weights: &[u32]) -> u32 {
    digits.iter().zip(weights).map(|(d, w)| d * w).sum()
}

/// CRC-32 (IEEE 802.3), which GitHub puts at the end of its tokens.
pub(super) fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |c, _| if c & 1 == 1 { c >> 1 ^ 0xEDB8_8320 } else { c >> 1 })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_examples_check() {
        assert_eq!(luhn(&[7, 9, 9, 2, 7, 3, 9, 8, 7, 1]), 3);
        assert_eq!(verhoeff(&[2, 3, 6]), 3);
        assert_eq!(mod97("3214282912345698765432161182"), 1);
        assert_eq!(mod11_10(&[8, 6, 0, 9, 5, 7, 4, 2, 7, 1]), 9);
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
    }
}
