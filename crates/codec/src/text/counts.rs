//! What became of a file's lines.
//!
//! The law: `lines = records_from_lines + joined_lines + blank_lines + unreadable_lines + otlp_lines`. A line that is
//! cut, repaired or set aside is still one of these; the other counters say how many were.

/// The format that a record's line was recognised as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Format {
    /// Bare text.
    Plain,
    /// One of [`DecodeOptions::messages`](super::DecodeOptions::messages).
    Message,
    OtlpJson,
    Json,
    Logfmt,
    DockerJson,
    Cri,
    Klog,
    Syslog3164,
    Syslog5424,
    GithubActions,
    Access,
    /// A leading timestamp, with or without a level.
    Timestamped,
}

impl Format {
    pub const ALL: [Self; 13] = [
        Self::Plain,
        Self::Message,
        Self::OtlpJson,
        Self::Json,
        Self::Logfmt,
        Self::DockerJson,
        Self::Cri,
        Self::Klog,
        Self::Syslog3164,
        Self::Syslog5424,
        Self::GithubActions,
        Self::Access,
        Self::Timestamped,
    ];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Message => "message",
            Self::OtlpJson => "otlp_json",
            Self::Json => "json",
            Self::Logfmt => "logfmt",
            Self::DockerJson => "docker_json",
            Self::Cri => "cri",
            Self::Klog => "klog",
            Self::Syslog3164 => "syslog_rfc3164",
            Self::Syslog5424 => "syslog_rfc5424",
            Self::GithubActions => "github_actions",
            Self::Access => "access",
            Self::Timestamped => "timestamped",
        }
    }
}

/// Counts of one file (or, added up, of many).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DecodeCounts {
    /// Plain bytes taken.
    pub bytes: u64,
    pub lines: u64,
    /// Rows of all signals.
    pub records: u64,
    /// Log records that began with a line of their own.
    pub records_from_lines: u64,
    /// Lines that went into a record begun before.
    pub joined_lines: u64,
    pub blank_lines: u64,
    /// Lines of binary content, not decoded.
    pub unreadable_lines: u64,
    /// Bytes of binary content, not decoded.
    pub unreadable_bytes: u64,
    /// Lines that were OTLP/JSON messages.
    pub otlp_lines: u64,
    /// Lines that look like JSON or OTLP and are not; set aside as plain text.
    pub malformed: u64,
    /// Lines cut at the limit.
    pub truncated_lines: u64,
    /// Bytes cut off them.
    pub truncated_bytes: u64,
    /// Lines in which invalid UTF-8 was replaced.
    pub invalid_utf8: u64,
    /// Records that were closed because joining reached its limit.
    pub split_records: u64,
    /// Records whose service was not taken, since the file names too many.
    pub services_over_limit: u64,
    formats: [u64; Format::ALL.len()],
}

impl DecodeCounts {
    /// Records that were recognised as `format`.
    #[must_use]
    pub fn format(&self, format: Format) -> u64 {
        self.formats.get(format as usize).copied().unwrap_or(0)
    }

    /// The formats met, with their records.
    pub fn formats(&self) -> impl Iterator<Item = (Format, u64)> {
        Format::ALL.into_iter().map(|f| (f, self.format(f))).filter(|&(_, n)| n > 0)
    }

    pub(super) fn count_format(&mut self, format: Format, records: u64) {
        if let Some(count) = self.formats.get_mut(format as usize) {
            *count += records;
        }
    }

    /// Adds another file's counts.
    pub fn add(&mut self, other: &Self) {
        let Self {
            bytes,
            lines,
            records,
            records_from_lines,
            joined_lines,
            blank_lines,
            unreadable_lines,
            unreadable_bytes,
            otlp_lines,
            malformed,
            truncated_lines,
            truncated_bytes,
            invalid_utf8,
            split_records,
            services_over_limit,
            formats,
        } = other;
        self.bytes += bytes;
        self.lines += lines;
        self.records += records;
        self.records_from_lines += records_from_lines;
        self.joined_lines += joined_lines;
        self.blank_lines += blank_lines;
        self.unreadable_lines += unreadable_lines;
        self.unreadable_bytes += unreadable_bytes;
        self.otlp_lines += otlp_lines;
        self.malformed += malformed;
        self.truncated_lines += truncated_lines;
        self.truncated_bytes += truncated_bytes;
        self.invalid_utf8 += invalid_utf8;
        self.split_records += split_records;
        self.services_over_limit += services_over_limit;
        for (mine, theirs) in self.formats.iter_mut().zip(formats) {
            *mine += theirs;
        }
    }
}
