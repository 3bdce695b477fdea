//! The kinds of a variable part.

/// What a slot holds. In a skeleton each kind is one control byte, which no line can hold there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Kind {
    /// Values of different kinds, or words: `<*>`.
    Any = 1,
    Num = 2,
    Hex = 3,
    Uuid = 4,
    Ip = 5,
    /// `host:port`, `10.0.0.1:80`.
    HostPort = 6,
    /// A clock time, a date, or both.
    Time = 7,
    Duration = 8,
    Size = 9,
    Path = 10,
    Url = 11,
    Email = 12,
    Version = 13,
    Mac = 14,
    /// A quoted text.
    Quoted = 15,
    /// A pseudonym that redaction left, such as `<email:1>`.
    Pseudonym = 16,
    /// A word with digits in it, such as `blk_4711`.
    Id = 17,
    /// The value of `key=value`; what it holds is told by its values.
    Value = 18,
    /// A domain name.
    Host = 19,
}

impl Kind {
    pub(crate) const ALL: [Self; 19] = [
        Self::Any,
        Self::Num,
        Self::Hex,
        Self::Uuid,
        Self::Ip,
        Self::HostPort,
        Self::Time,
        Self::Duration,
        Self::Size,
        Self::Path,
        Self::Url,
        Self::Email,
        Self::Version,
        Self::Mac,
        Self::Quoted,
        Self::Pseudonym,
        Self::Id,
        Self::Value,
        Self::Host,
    ];

    pub(crate) fn from_byte(b: u8) -> Option<Self> {
        Self::ALL.get(usize::from(b).checked_sub(1)?).copied()
    }

    /// The placeholder's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Any | Self::Value => "*",
            Self::Num => "num",
            Self::Hex => "hex",
            Self::Uuid => "uuid",
            Self::Ip => "ip",
            Self::HostPort => "hostport",
            Self::Time => "time",
            Self::Duration => "duration",
            Self::Size => "size",
            Self::Path => "path",
            Self::Url => "url",
            Self::Email => "email",
            Self::Version => "version",
            Self::Mac => "mac",
            Self::Quoted => "str",
            Self::Pseudonym => "redacted",
            Self::Id => "id",
            Self::Host => "host",
        }
    }

    /// As it stands in a template's text.
    #[must_use]
    pub fn placeholder(self) -> &'static str {
        match self {
            Self::Any | Self::Value => "<*>",
            Self::Num => "<num>",
            Self::Hex => "<hex>",
            Self::Uuid => "<uuid>",
            Self::Ip => "<ip>",
            Self::HostPort => "<hostport>",
            Self::Time => "<time>",
            Self::Duration => "<duration>",
            Self::Size => "<size>",
            Self::Path => "<path>",
            Self::Url => "<url>",
            Self::Email => "<email>",
            Self::Version => "<version>",
            Self::Mac => "<mac>",
            Self::Quoted => "<str>",
            Self::Pseudonym => "<redacted>",
            Self::Id => "<id>",
            Self::Host => "<host>",
        }
    }
}
