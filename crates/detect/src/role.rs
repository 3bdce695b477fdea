//! What a metric is about, by the words of its name.
//!
//! Names follow conventions (OpenTelemetry, Prometheus, cAdvisor) or habits; the words in them are few. A role says which
//! direction is bad and what kind of fault it speaks for.

/// The roles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Role {
    Cpu,
    Memory,
    Disk,
    Io,
    Network,
    PacketLoss,
    Dns,
    Certificate,
    Clock,
    Restart,
    Queue,
    Latency,
    Errors,
    Success,
    Throughput,
    Other,
}

impl Role {
    /// Of a metric's name.
    pub(crate) fn of(name: &str) -> Self {
        let words = words(name);
        let has = |list: &[&str]| words.iter().any(|w| list.contains(&w.as_str()));
        let starts = |list: &[&str]| words.iter().any(|w| list.iter().any(|l| w.starts_with(l)));
        if has(&["dns", "coredns", "resolver", "servfail", "nxdomain"]) {
            Self::Dns
        } else if starts(&["cert", "tls"]) {
            Self::Certificate
        } else if has(&["clock", "ntp", "drift", "skew"]) {
            Self::Clock
        } else if starts(&["restart", "crash", "oom", "uptime"]) || (has(&["ready"]) && starts(&["replica", "pod"])) {
            Self::Restart
        } else if starts(&["error", "fail", "exception", "timeout", "reject", "abort", "cancel"])
            || has(&["5xx", "4xx", "throttle", "throttled", "dropped", "unavailable", "503", "500"])
                && !has(&["cpu", "cfs"])
        {
            if starts(&["retrans"]) { Self::PacketLoss } else { Self::Errors }
        } else if starts(&["success", "availab"]) {
            Self::Success
        } else if starts(&["latenc", "duration", "elapsed"]) || has(&["p50", "p90", "p95", "p99", "rtt"]) {
            Self::Latency
        } else if starts(&["retrans", "loss", "lost"]) {
            Self::PacketLoss
        } else if has(&["cpu", "cfs", "load", "throttling"]) {
            Self::Cpu
        } else if has(&["memory", "mem", "heap", "rss", "gc", "swap"]) || starts(&["garbage"]) {
            Self::Memory
        } else if has(&["disk", "filesystem", "fs", "volume", "inode", "inodes", "storage"])
            && !has(&["io", "iops", "operation", "operations", "read", "write", "wait", "busy", "time"])
        {
            Self::Disk
        } else if has(&["io", "iops", "iowait", "disk", "fsync", "syscall"]) {
            Self::Io
        } else if has(&["network", "net", "receive", "received", "transmit", "transmitted", "packets", "tcp", "bytes"])
        {
            Self::Network
        } else if starts(&["queue", "lag", "backlog", "pool", "connection", "pending", "saturation", "age"]) {
            Self::Queue
        } else if has(&[
            "requests",
            "request",
            "rps",
            "qps",
            "ops",
            "workload",
            "throughput",
            "calls",
            "queries",
            "rate",
        ]) || starts(&["message", "consum", "flush", "process"])
        {
            Self::Throughput
        } else {
            Self::Other
        }
    }

    /// Whether it is about what the service consumes or suffers itself, not about how its requests fare.
    pub(crate) fn is_resource(self) -> bool {
        matches!(
            self,
            Self::Cpu
                | Self::Memory
                | Self::Disk
                | Self::Io
                | Self::PacketLoss
                | Self::Dns
                | Self::Certificate
                | Self::Clock
                | Self::Restart
        )
    }
}

/// Whether a metric is of the machine, which many services share.
pub(crate) fn of_host(name: &str) -> bool {
    words(name).first().is_some_and(|w| w == "node" || w == "host")
}

/// The words of a name in lower case: `PodServerLatencyP90(s)` has pod, server, latency, p90, s.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut open = false;
    let mut last = ' ';
    for c in name.chars() {
        if !c.is_ascii_alphanumeric() {
            open = false;
        } else {
            if !open || (c.is_ascii_uppercase() && last.is_ascii_lowercase()) {
                words.push(String::new());
            }
            if let Some(word) = words.last_mut() {
                word.push(c.to_ascii_lowercase());
            }
            open = true;
        }
        last = c;
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_what_a_metric_is_about() {
        for (name, role) in [
            ("CpuUsageRate(%)", Role::Cpu),
            ("container_cpu_cfs_throttled_seconds", Role::Cpu),
            ("PodServerLatencyP90(s)", Role::Latency),
            ("http.server.request.duration", Role::Latency),
            ("jvm.memory.used", Role::Memory),
            ("PodSuccessRate(%)", Role::Success),
            ("error_rate_5xx_ratio", Role::Errors),
            ("dynamodb_write_throttle_ratio", Role::Errors),
            ("system.filesystem.utilization", Role::Disk),
            ("system.disk.io_time", Role::Io),
            ("SyscallRead", Role::Io),
            ("pod_restart_total", Role::Restart),
            ("pod_ready_replicas", Role::Restart),
            ("coredns_servfail_ratio", Role::Dns),
            ("tcp.retransmits", Role::PacketLoss),
            ("requests_per_sec", Role::Throughput),
            ("queue_oldest_message_age_seconds", Role::Queue),
            ("NetworkReceiveBytes", Role::Network),
            ("cache_hit_ratio", Role::Other),
        ] {
            assert_eq!(Role::of(name), role, "{name}");
        }
        assert!(of_host("NodeCpuUsageRate(%)") && !of_host("CpuUsage(m)"));
    }
}
