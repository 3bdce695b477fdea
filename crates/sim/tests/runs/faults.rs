//! Each fault changes what it should, for several seeds and so for several services.

use decant_sim::{Fault, Truth};

use crate::support::{Seen, observe};

fn check(fault: Fault, changes: impl Fn(&Truth, &Seen, &Seen)) {
    // More seeds by hand: `DECANT_SIM_SEEDS=20 cargo test --release -p decant-sim --test runs faults`.
    let wanted = std::env::var("DECANT_SIM_SEEDS").ok().and_then(|n| n.parse::<u64>().ok());
    let seeds: Vec<u64> = wanted.map_or_else(|| vec![2, 5], |n| (1..=n).collect());
    for seed in seeds {
        let (truth, before, after) = observe(seed, fault);
        assert!(before.records > 20, "{fault} seed {seed}: {:?} is hardly used", truth.service);
        changes(&truth, &before, &after);
    }
}

/// How many times longer requests take, where the difference is greatest: the mix of operations hides it elsewhere.
fn slowdown(before: &Seen, after: &Seen) -> f64 {
    let ratio = |q: f64| after.served.quantile(q) / before.served.quantile(q);
    [0.5, 0.7, 0.8, 0.9, 0.95].map(ratio).into_iter().fold(0.0, f64::max)
}

#[test]
fn cpu_stress_takes_the_cpu_and_slows_computing() {
    check(Fault::CpuStress, |truth, before, after| {
        let metric = "k8s.container.cpu_limit_utilization";
        assert!(before.most(metric) < 0.75, "{truth:?} {}", before.most(metric));
        assert!(after.most(metric) > 0.8, "{truth:?} {}", after.most(metric));
        assert!(slowdown(before, after) > 1.15, "{truth:?} {}", slowdown(before, after));
    });
}

#[test]
fn memory_stress_fills_memory_and_pauses_requests() {
    check(Fault::MemoryStress, |truth, before, after| {
        let metric = "k8s.container.memory_limit_utilization";
        assert!(before.most(metric) < 0.8 && after.most(metric) > 0.88, "{truth:?}");
        assert!(slowdown(before, after) > 1.3, "{truth:?} {}", slowdown(before, after));
        assert!(
            after.most("container.memory.major_page_faults") > before.most("container.memory.major_page_faults") + 50.0
        );
    });
}

#[test]
fn io_stress_keeps_the_disk_busy() {
    check(Fault::IoStress, |truth, before, after| {
        assert!(after.writes.quantile(0.9) > 8.0 * before.writes.quantile(0.9), "{truth:?}");
        assert!(after.most("system.disk.pending_operations") > before.most("system.disk.pending_operations") + 5.0);
        assert!(slowdown(before, after) > 1.3, "{truth:?} {}", slowdown(before, after));
    });
}

#[test]
fn a_full_disk_fails_writes() {
    check(Fault::DiskFill, |truth, before, after| {
        assert!(after.most("system.filesystem.utilization") > 0.999, "{truth:?}");
        assert_eq!(before.writes.failed, 0);
        assert!(after.writes.failed > 3, "{truth:?}");
        assert!(after.says(&["No space left", "no space left", "ENOSPC"]) > 3, "{truth:?}");
    });
}

#[test]
fn killed_processes_restart_and_refuse_meanwhile() {
    check(Fault::ProcessKill, |truth, before, after| {
        assert!(after.most("k8s.container.restarts") > before.most("k8s.container.restarts"), "{truth:?}");
        assert!(after.least["process.uptime"] < 60.0, "{truth:?}");
        assert!(after.says(&["starting"]) > 0);
        assert!(before.called.ms.is_empty() || after.called.failed > 3, "{truth:?}");
    });
}

#[test]
fn a_skewed_clock_moves_event_times_and_not_observed_ones() {
    check(Fault::ClockSkew, |truth, before, after| {
        assert!(before.skew_s < 10.0 && after.skew_s > 30.0, "{truth:?} {} {}", before.skew_s, after.skew_s);
    });
}

#[test]
fn a_blackholed_service_falls_silent() {
    check(Fault::NetworkBlackhole, |truth, before, after| {
        assert!(after.records * 20 < before.records, "{truth:?} {} {}", before.records, after.records);
        if !before.called.ms.is_empty() {
            assert!(after.called.failed_share() > 0.9, "{truth:?}");
            assert!(after.called.quantile(0.2) > 1_000.0, "{truth:?}");
        }
    });
}

#[test]
fn network_latency_delays_calls_in_both_directions() {
    check(Fault::NetworkLatency, |truth, before, after| {
        let added = |a: &crate::support::Calls, b: &crate::support::Calls| a.quantile(0.7) - b.quantile(0.7);
        let slower = added(&after.called, &before.called).max(added(&after.calls, &before.calls));
        assert!(slower > 90.0, "{truth:?} {slower}");
        assert!(after.most("system.network.tcp.rtt") > 50.0, "{truth:?}");
    });
}

#[test]
fn packet_loss_makes_a_heavy_tail_and_retransmits() {
    check(Fault::PacketLoss, |truth, before, after| {
        let slower = (after.called.quantile(0.93) - before.called.quantile(0.93))
            .max(after.calls.quantile(0.93) - before.calls.quantile(0.93));
        assert!(slower > 150.0, "{truth:?} {slower}");
        assert!(after.most("system.network.tcp.retransmits") > before.most("system.network.tcp.retransmits") + 200.0);
    });
}

#[test]
fn a_failing_resolver_is_told_by_the_service_that_uses_it() {
    check(Fault::DnsFailure, |truth, before, after| {
        let words = &[
            "no such host",
            "i/o timeout",
            "UnknownHost",
            "ENOTFOUND",
            "EAI_AGAIN",
            "ame resolution",
            "Name or service not known",
            "Resource temporarily unavailable",
        ];
        assert_eq!(before.says(words), 0, "{truth:?}");
        assert!(after.says(words) + after.calls.failed > 10, "{truth:?}");
        assert!(after.calls.failed_share() > 0.15, "{truth:?}");
    });
}

#[test]
fn an_expired_certificate_is_refused_by_callers() {
    check(Fault::CertificateExpiry, |truth, before, after| {
        let words = &[
            "certificate has expired",
            "certificate expired",
            "expired certificate",
            "CERTIFICATE_VERIFY",
            "NotAfter",
            "NotTimeValid",
        ];
        assert_eq!(before.others_say(words), 0);
        assert!(after.others_say(words) + after.says(words) > 5, "{truth:?}");
        assert!(after.called.failed_share() > 0.3, "{truth:?}");
        assert!(before.least["tls.server.certificate.remaining"] > 0.0);
        assert!(after.least["tls.server.certificate.remaining"] < 0.0);
    });
}

#[test]
fn an_exception_fails_one_operation_with_a_stack_trace() {
    check(Fault::ApplicationException, |truth, before, after| {
        assert!(before.served.failed_share() < 0.05, "{truth:?}");
        assert!(after.served.failed > 5, "{truth:?} {}", after.served.failed);
        assert!(truth.operation.is_some());
    });
}

#[test]
fn a_slow_query_follows_a_deployment_of_its_service() {
    check(Fault::SlowQuery, |truth, before, after| {
        let change = truth.guilty_change.as_ref().unwrap();
        assert_eq!(change.kind, "deployment");
        assert_eq!(Some(&change.service), truth.service.as_ref());
        assert!(change.at_unix_nano < truth.onset_unix_nano.unwrap());
        let statement = truth.component.as_ref().unwrap();
        let total = |seen: &Seen| {
            let calls = &seen.queries[statement];
            calls.ms.iter().sum::<f64>() / calls.ms.len() as f64 * (calls.ms.len() as f64 / seen.served.ms.len() as f64)
        };
        assert!(total(after) > 5.0 * total(before), "{truth:?} {} {}", total(before), total(after));
        assert!(after.versions.len() > before.versions.len() || after.versions != before.versions, "{truth:?}");
    });
}

#[test]
fn a_failing_dependency_fails_the_calls_of_its_user() {
    check(Fault::DependencyFailure, |truth, before, after| {
        assert_eq!(truth.also.len(), 1);
        assert_eq!(truth.component.as_ref(), truth.also.first());
        assert!(after.calls.failed > 5 && before.calls.failed_share() < 0.05, "{truth:?}");
    });
}

#[test]
fn a_surge_brings_many_more_requests() {
    check(Fault::TrafficSurge, |truth, before, after| {
        let ratio = after.served.ms.len() as f64 / 60.0 / (before.served.ms.len() as f64 / 50.0);
        assert!(ratio > 2.0, "{truth:?} {ratio}");
        assert!(
            after.most("k8s.container.cpu_limit_utilization")
                > 1.5 * before.most("k8s.container.cpu_limit_utilization")
        );
    });
}

#[test]
fn bad_data_fails_the_same_articles_each_time() {
    check(Fault::BadData, |truth, before, after| {
        assert!(before.says(&["record LF-"]) == 0 && after.says(&["record LF-"]) > 3, "{truth:?}");
        let metric = "k8s.container.cpu_limit_utilization";
        assert!(after.most(metric) < 1.6 * before.most(metric), "{truth:?}");
    });
}
