//! The faults that can be put on a run, by the names that chaos engineering tools give them.
//!
//! A fault says what is done to the system, not what is then seen: a `network-latency` delays packets, and what callers
//! make of it (timeouts, retries, open breakers) follows from the graph.

use std::fmt;
use std::str::FromStr;

/// What is done to one service, or to one thing that it depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fault {
    /// A busy neighbour in the container takes the CPU up to its limit.
    CpuStress,
    /// Memory fills up to the limit: collections, then the out-of-memory killer.
    MemoryStress,
    /// The disk is kept busy: whatever reads or writes it waits.
    IoStress,
    /// The volume has no space left: writes fail.
    DiskFill,
    /// Processes are killed and come back, again and again.
    ProcessKill,
    /// The clock of the service jumps.
    ClockSkew,
    /// No packet reaches or leaves the service.
    NetworkBlackhole,
    /// Every packet to and from the service is delayed.
    NetworkLatency,
    /// A share of the packets to and from the service is lost.
    PacketLoss,
    /// The service cannot resolve names.
    DnsFailure,
    /// The serving certificate runs out.
    CertificateExpiry,
    /// A code path throws.
    ApplicationException,
    /// A deployment brings a query that is much slower.
    SlowQuery,
    /// A database or an external provider fails.
    DependencyFailure,
    /// Far more requests than usual come in.
    TrafficSurge,
    /// Records that do not keep their contract get into the data.
    BadData,
}

/// A name that no fault has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown fault {name:?}; use one of {}", Fault::names())]
pub struct UnknownFault {
    name: String,
}

impl Fault {
    /// All of them.
    pub const ALL: [Self; 16] = [
        Self::CpuStress,
        Self::MemoryStress,
        Self::IoStress,
        Self::DiskFill,
        Self::ProcessKill,
        Self::ClockSkew,
        Self::NetworkBlackhole,
        Self::NetworkLatency,
        Self::PacketLoss,
        Self::DnsFailure,
        Self::CertificateExpiry,
        Self::ApplicationException,
        Self::SlowQuery,
        Self::DependencyFailure,
        Self::TrafficSurge,
        Self::BadData,
    ];

    /// The name, as the command line takes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CpuStress => "cpu-stress",
            Self::MemoryStress => "memory-stress",
            Self::IoStress => "io-stress",
            Self::DiskFill => "disk-fill",
            Self::ProcessKill => "process-kill",
            Self::ClockSkew => "clock-skew",
            Self::NetworkBlackhole => "network-blackhole",
            Self::NetworkLatency => "network-latency",
            Self::PacketLoss => "packet-loss",
            Self::DnsFailure => "dns-failure",
            Self::CertificateExpiry => "certificate-expiry",
            Self::ApplicationException => "application-exception",
            Self::SlowQuery => "slow-query",
            Self::DependencyFailure => "dependency-failure",
            Self::TrafficSurge => "traffic-surge",
            Self::BadData => "bad-data",
        }
    }

    /// The kind of suspect that names this fault: a word of `decant_model::Suspect::kind`.
    #[must_use]
    pub fn kind(self) -> &'static str {
        match self {
            Self::CpuStress => "cpu",
            Self::MemoryStress => "memory",
            Self::IoStress => "io",
            Self::DiskFill => "disk",
            Self::ProcessKill => "restart",
            Self::ClockSkew => "clock",
            Self::NetworkBlackhole => "unreachable",
            Self::NetworkLatency => "latency",
            Self::PacketLoss => "packet_loss",
            Self::DnsFailure => "dns",
            Self::CertificateExpiry => "certificate",
            Self::ApplicationException => "exception",
            Self::SlowQuery => "slow_query",
            Self::DependencyFailure => "dependency",
            Self::TrafficSurge => "traffic",
            Self::BadData => "bad_data",
        }
    }

    fn names() -> String {
        Self::ALL.map(Self::as_str).join(", ")
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Fault {
    type Err = UnknownFault;

    /// Takes `_` and blanks for `-`, in any case.
    fn from_str(name: &str) -> Result<Self, UnknownFault> {
        let wanted = name.trim().to_ascii_lowercase().replace(['_', ' '], "-");
        Self::ALL.into_iter().find(|f| f.as_str() == wanted).ok_or_else(|| UnknownFault { name: name.to_owned() })
    }
}
