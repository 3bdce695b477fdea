//! klog and glog: `I0102 15:04:05.000000   1234 file.go:42] message`, in newer glog with the year before the month.

use super::super::Format;
use super::super::header::{Header, part, rest};
use super::super::stamp::{Civil, Scan, Stamp};
use crate::severity;

pub(in crate::text) fn header(text: &str) -> Option<Header<'_>> {
    let bytes = text.as_bytes();
    let severity = severity::from_letter(*bytes.first()?)?;
    let mut scan = Scan::new(bytes, 1);
    let year = match scan.count_digits() {
        4 => None,
        8 => Some(scan.digits(4)? as i16),
        _ => return None,
    };
    let (month, day) = (scan.pair(1, 12)?, scan.pair(1, 31)?);
    scan.take(b' ').then_some(())?;
    let hour = scan.pair(0, 23)?;
    scan.take(b':').then_some(())?;
    let minute = scan.pair(0, 59)?;
    scan.take(b':').then_some(())?;
    let second = scan.pair(0, 60)?;
    let (nanosecond, _) = scan.fraction(b".");
    scan.take(b' ').then_some(())?;
    scan.skip(b' ');
    let thread = part(text, scan.at, scan.at + scan.count_digits());
    scan.at += thread.len();
    scan.skip(b' ');
    let end = scan.at + memchr::memchr(b']', scan.rest())?;
    let (file, line) = part(text, scan.at, end).rsplit_once(':')?;
    let mut header = Header::of(Format::Klog, rest(text, end + 1).trim_ascii_start());
    header.severity = severity;
    header.stamp = Some(Stamp::Civil(Civil { year, month, day, hour, minute, second, nanosecond, offset: None }));
    header.fields.push("thread.id", thread);
    header.fields.push("code.file.path", file);
    header.fields.push("code.line.number", line);
    Some(header)
}
