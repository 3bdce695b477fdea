//! Sizes as people write them: `512M`, `2G`, `1073741824`.

/// Bytes; suffixes are binary (`K` is 1,024).
///
/// # Errors
/// A message that shows the form.
pub(crate) fn parse(text: &str) -> Result<u64, String> {
    let text = text.trim();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at_checked(digits).unwrap_or((text, ""));
    let shift = match unit.trim().trim_end_matches(['B', 'b']).trim_end_matches('i') {
        "" => 0,
        "K" | "k" => 10,
        "M" | "m" => 20,
        "G" | "g" => 30,
        "T" | "t" => 40,
        _ => 64,
    };
    let wrong = || format!("{text:?} is no size: write bytes, or a number with K, M or G, such as 512M");
    let number: u64 = number.parse().map_err(|_| wrong())?;
    1_u64.checked_shl(shift).and_then(|unit| number.checked_mul(unit)).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn sizes_are_read_with_and_without_a_unit() {
        for (text, bytes) in
            [("0", 0), ("4096", 4096), ("1K", 1024), ("512M", 512 << 20), ("2GiB", 2 << 30), ("3 MB", 3 << 20)]
        {
            assert_eq!(parse(text), Ok(bytes), "{text}");
        }
        for wrong in ["", "G", "-1", "1X", "1.5G", "99999999999T"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
