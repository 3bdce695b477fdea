//! A cursor over bytes with the few moves that timestamps and headers need. Copying it is saving it.

/// The place in `bytes` where reading goes on.
#[derive(Clone, Copy, Debug)]
pub(in crate::text) struct Scan<'a> {
    bytes: &'a [u8],
    pub(in crate::text) at: usize,
}

impl<'a> Scan<'a> {
    pub(in crate::text) fn new(bytes: &'a [u8], at: usize) -> Self {
        Self { bytes, at }
    }

    pub(in crate::text) fn rest(self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    #[inline]
    pub(in crate::text) fn peek(self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    pub(in crate::text) fn peek_at(self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.at + ahead).copied()
    }

    /// Takes one byte when it is `byte`.
    #[inline]
    pub(in crate::text) fn take(&mut self, byte: u8) -> bool {
        let fits = self.peek() == Some(byte);
        self.at += usize::from(fits);
        fits
    }

    /// Takes one byte when it is one of `bytes`.
    #[inline]
    pub(in crate::text) fn take_any(&mut self, bytes: &[u8]) -> Option<u8> {
        let byte = self.peek().filter(|b| bytes.contains(b))?;
        self.at += 1;
        Some(byte)
    }

    pub(in crate::text) fn take_str(&mut self, text: &[u8]) -> bool {
        let fits = self.rest().starts_with(text);
        self.at += if fits { text.len() } else { 0 };
        fits
    }

    pub(in crate::text) fn skip(&mut self, byte: u8) {
        while self.take(byte) {}
    }

    /// Takes exactly `count` digits.
    #[inline]
    pub(in crate::text) fn digits(&mut self, count: usize) -> Option<u32> {
        let mut value = 0;
        for byte in self.bytes.get(self.at..self.at + count)? {
            let digit = byte.wrapping_sub(b'0');
            if digit > 9 {
                return None;
            }
            value = value * 10 + u32::from(digit);
        }
        self.at += count;
        Some(value)
    }

    /// Takes exactly two digits which are `min` to `max`.
    #[inline]
    pub(in crate::text) fn pair(&mut self, min: u8, max: u8) -> Option<u8> {
        let value = self.digits(2)? as u8;
        (min..=max).contains(&value).then_some(value)
    }

    /// Takes one or two digits which are `min` to `max`.
    pub(in crate::text) fn one_or_two(&mut self, min: u8, max: u8) -> Option<u8> {
        if self.peek_at(1).is_some_and(|b| b.is_ascii_digit()) {
            return self.pair(min, max);
        }
        let value = self.digits(1)? as u8;
        (min..=max).contains(&value).then_some(value)
    }

    /// How many digits come next.
    pub(in crate::text) fn count_digits(self) -> usize {
        self.rest().iter().take_while(|b| b.is_ascii_digit()).count()
    }

    /// Takes a fraction of a second after `.`, `,` or `:`: its nanoseconds and number of digits, 0 when there is none.
    #[inline]
    pub(in crate::text) fn fraction(&mut self, marks: &[u8]) -> (u32, u8) {
        let Some(mark) = self.peek() else { return (0, 0) };
        if !marks.contains(&mark) || !self.peek_at(1).is_some_and(|b| b.is_ascii_digit()) {
            return (0, 0);
        }
        self.at += 1;
        let (mut nanos, mut digits) = (0u32, 0u8);
        while let Some(digit) = self.peek().map(|b| b.wrapping_sub(b'0')).filter(|&d| d <= 9) {
            if digits < 9 {
                nanos = nanos * 10 + u32::from(digit);
            }
            digits = digits.saturating_add(1);
            self.at += 1;
        }
        (nanos * 10u32.pow(9 - u32::from(digits.min(9))), digits)
    }

    /// Whether a number or word ends here.
    pub(in crate::text) fn at_end_of_word(self) -> bool {
        self.peek().is_none_or(|b| !b.is_ascii_alphanumeric())
    }
}
