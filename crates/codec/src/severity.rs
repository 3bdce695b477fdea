//! Severity words to OpenTelemetry severity numbers.
//!
//! The words are those of syslog, log4j, Python, Go, PostgreSQL, Android and their kin, with the numbers that the
//! OpenTelemetry specification's appendix maps them to.

use decant_model::Severity;

/// The severity that `word` names in any case; `None` when it is not such a word.
pub(crate) fn from_word(word: &[u8]) -> Option<Severity> {
    if !(3..=13).contains(&word.len()) {
        return None;
    }
    let mut lower = [0; 13];
    let lower = lower.get_mut(..word.len())?;
    lower.copy_from_slice(word);
    lower.make_ascii_lowercase();
    Some(Severity(match &*lower {
        b"trace" | b"trc" | b"finest" | b"verbose" | b"silly" | b"verb" => 1,
        b"trace2" => 2,
        b"trace3" => 3,
        b"trace4" => 4,
        b"debug" | b"dbg" | b"finer" | b"debug1" | b"fine" | b"dbug" => 5,
        b"debug2" => 6,
        b"debug3" => 7,
        b"debug4" | b"debug5" => 8,
        b"info" | b"information" | b"informational" | b"inf" | b"config" | b"log" | b"statement" => 9,
        b"info2" | b"notice" | b"note" | b"success" => 10,
        b"info3" => 11,
        b"info4" => 12,
        b"warn" | b"warning" | b"wrn" => 13,
        b"warn2" => 14,
        b"warn3" => 15,
        b"warn4" => 16,
        b"error" | b"err" | b"severe" | b"failure" | b"eror" => 17,
        b"error2" | b"critical" | b"crit" | b"dpanic" => 18,
        b"error3" | b"alert" => 19,
        b"error4" => 20,
        b"fatal" | b"emerg" | b"emergency" | b"panic" | b"ftl" => 21,
        b"fatal2" => 22,
        b"fatal3" => 23,
        b"fatal4" => 24,
        _ => return None,
    }))
}

/// The severity of a syslog priority's low three bits.
pub(crate) fn from_syslog(code: u8) -> Severity {
    Severity(match code & 7 {
        0 => 21,
        1 => 19,
        2 => 18,
        3 => 17,
        4 => 13,
        5 => 10,
        6 => 9,
        _ => 5,
    })
}

/// The severity of a single letter, as klog, glog, Android and Hadoop's short forms write it.
pub(crate) fn from_letter(letter: u8) -> Option<Severity> {
    Some(match letter {
        b'V' | b'T' => Severity::TRACE,
        b'D' => Severity::DEBUG,
        b'I' => Severity::INFO,
        b'W' => Severity::WARN,
        b'E' => Severity::ERROR,
        b'F' => Severity::FATAL,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(word: &str, expected: Option<u8>) {
        assert_eq!(from_word(word.as_bytes()).map(|s| s.0), expected, "{word}");
    }

    #[test]
    fn words_of_many_systems_have_their_number() {
        check("INFO", Some(9));
        check("Warning", Some(13));
        check("crit", Some(18));
        check("SEVERE", Some(17));
        check("emergency", Some(21));
        check("INFORMATIONAL", Some(9));
        check("hello", None);
        check("", None);
    }
}
