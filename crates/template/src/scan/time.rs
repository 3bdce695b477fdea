//! Dates and clock times that are several chunks: `2013-05-04 09:51:52`, `Sat May 04 09:51:52 CST 2013`.

use super::Scanner;
use super::class::{is_month, is_sep, is_weekday};
use crate::kind::Kind;

impl Scanner {
    pub(super) fn time(&mut self, line: &[u8], start: usize, end: usize) -> usize {
        let to = dated_end(line, start, end);
        if to > end {
            return self.slot(start, to, Kind::Time);
        }
        match self.written_date(line, start) {
            Some(from) => {
                self.literal = from;
                self.slot(from, year_end(line, end), Kind::Time)
            }
            None => self.slot(start, end, Kind::Time),
        }
    }

    /// `[Www ]Mmm dd ` before `start`: takes it back out of the skeleton and returns where it begins.
    fn written_date(&mut self, line: &[u8], start: usize) -> Option<usize> {
        let head = line.get(..start)?.strip_suffix(b" ")?;
        let day = head.iter().rev().take_while(|b| b.is_ascii_digit()).count();
        if day == 0 || day > 2 || self.skeleton.last() != Some(&(Kind::Num as u8)) {
            return None;
        }
        let head = head.get(..head.len() - day)?.strip_suffix(b" ")?;
        let head = head.strip_suffix(b" ").unwrap_or(head);
        let month = head.get(head.len().checked_sub(3)?..)?;
        if !is_month(month) {
            return None;
        }
        let mut from = head.len() - 3;
        if let Some(week) = line.get(from.saturating_sub(4)..from)
            && week.len() == 4
            && week.ends_with(b" ")
            && is_weekday(week.get(..3)?)
        {
            from -= 4;
        }
        if from > 0 && !is_sep(line[from - 1]) && line[from - 1] != b':' {
            return None;
        }
        // The skeleton ends with the words, one space (however many the line has) and the number's byte.
        let words = head.len() - from;
        let keep = self.skeleton.len().checked_sub(words + 2)?;
        if self.skeleton.get(keep..keep + words) != line.get(from..from + words) {
            return None;
        }
        self.skeleton.truncate(keep);
        self.slots.pop();
        Some(from)
    }
}

/// Behind a date: the clock time after one space.
#[inline]
pub(super) fn dated_end(line: &[u8], start: usize, end: usize) -> usize {
    if line.get(end) != Some(&b' ') || !(6..=10).contains(&end.saturating_sub(start)) {
        return end;
    }
    let date = line.get(start..end).unwrap_or_default();
    let marks = date.iter().filter(|b| matches!(b, b'-' | b'/')).count();
    if marks != 2 || !date.iter().all(|b| b.is_ascii_digit() || matches!(b, b'-' | b'/')) {
        return end;
    }
    let rest = line.get(end + 1..).unwrap_or_default();
    let clock = rest.iter().take(24).take_while(|b| b.is_ascii_digit() || matches!(b, b':' | b'.')).count();
    let text = rest.get(..clock).unwrap_or_default();
    if text.iter().filter(|b| **b == b':').count() == 2 { end + 1 + trim_point(text) } else { end }
}

fn trim_point(text: &[u8]) -> usize {
    text.len() - usize::from(matches!(text.last(), Some(b'.' | b':')))
}

/// Behind a clock time: ` 2013`, ` CST 2013`.
fn year_end(line: &[u8], end: usize) -> usize {
    let Some(rest) = line.get(end..).and_then(|r| r.strip_prefix(b" ")) else { return end };
    let zone = rest.iter().take(6).take_while(|b| b.is_ascii_uppercase()).count();
    let skip = if zone >= 2 && rest.get(zone) == Some(&b' ') { zone + 1 } else { 0 };
    let year = rest.get(skip..skip + 4).unwrap_or_default();
    let ends = rest.get(skip + 4).is_none_or(|b| !b.is_ascii_alphanumeric());
    if year.len() == 4 && year.iter().all(u8::is_ascii_digit) && ends { end + 1 + skip + 4 } else { end }
}
