//! Laws of whole runs.

use std::collections::BTreeSet;
use std::time::Duration;

use decant_sim::{Fault, Scenario, Simulation, Step};
use prost::Message as _;

use crate::support::{body, logs, scenario};

fn bytes(steps: impl Iterator<Item = Step>) -> Vec<u8> {
    let mut out = Vec::new();
    for step in steps {
        out.extend(step.at_unix_nano.to_le_bytes());
        step.logs.iter().for_each(|r| out.extend(r.encode_to_vec()));
        step.metrics.iter().for_each(|r| out.extend(r.encode_to_vec()));
        step.traces.iter().for_each(|r| out.extend(r.encode_to_vec()));
    }
    out
}

#[test]
fn equal_scenarios_give_equal_bytes_and_other_seeds_other_ones() {
    for fault in [None, Some(Fault::ProcessKill), Some(Fault::SlowQuery), Some(Fault::PacketLoss)] {
        let one = bytes(Simulation::new(&scenario(7, fault)));
        assert!(one == bytes(Simulation::new(&scenario(7, fault))), "{fault:?}");
        assert!(one != bytes(Simulation::new(&scenario(8, fault))), "{fault:?}");
    }
}

#[test]
fn up_to_the_onset_a_faulty_run_is_the_healthy_run_of_its_seed() {
    let healthy = scenario(3, None);
    let until = |s: &Scenario| {
        let onset = s.onset_unix_nano();
        bytes(Simulation::new(s).take_while(move |step| step.at_unix_nano <= onset))
    };
    let expected = until(&healthy);
    // A change that brings the fault comes before it, and a certificate's end can be seen coming.
    let announced = [Fault::SlowQuery, Fault::ApplicationException, Fault::CertificateExpiry];
    for fault in Fault::ALL.into_iter().filter(|f| !announced.contains(f)) {
        assert!(until(&scenario(3, Some(fault))) == expected, "{fault}");
    }
}

#[test]
fn steps_come_in_order_and_cover_the_run() {
    let scenario = scenario(4, None);
    let at: Vec<i64> = Simulation::new(&scenario).map(|s| s.at_unix_nano).collect();
    assert!(at.is_sorted_by(|a, b| a < b));
    assert_eq!(at.len(), 110);
    assert_eq!(at.last(), Some(&scenario.end_unix_nano()));
}

#[test]
fn the_truth_names_a_service_of_the_shop_and_a_kind_of_the_vocabulary() {
    let kinds = [
        "cpu",
        "memory",
        "io",
        "disk",
        "restart",
        "clock",
        "unreachable",
        "latency",
        "packet_loss",
        "dns",
        "certificate",
        "exception",
        "slow_query",
        "dependency",
        "traffic",
        "bad_data",
    ];
    let mut hurt = BTreeSet::new();
    for fault in Fault::ALL {
        let mut of_fault = BTreeSet::new();
        for seed in 1..=12 {
            let run = Simulation::new(&scenario(seed, Some(fault)));
            let truth = run.truth();
            let service = truth.service.clone().unwrap();
            assert!(truth.services.contains(&service));
            assert!(truth.blames(&service) && !truth.blames("nobody"));
            assert!(kinds.contains(&truth.kind.as_deref().unwrap()));
            assert_eq!(truth.fault.as_deref(), Some(fault.as_str()));
            let touched = truth.innocent_changes.iter().filter(|c| c.kind != "vcs.commit");
            assert!(touched.filter(|c| c.service == service).count() == 0, "{truth:?}");
            assert_eq!(
                serde_json::from_str::<decant_sim::Truth>(&serde_json::to_string(truth).unwrap()).unwrap(),
                *truth
            );
            of_fault.insert(service);
        }
        assert!(of_fault.len() >= 2, "{fault} always hurts {of_fault:?}");
        hurt.extend(of_fault);
    }
    assert!(hurt.len() >= 15, "{hurt:?}");
}

#[test]
fn after_the_fault_the_system_recovers() {
    for fault in [Fault::NetworkBlackhole, Fault::ProcessKill, Fault::DependencyFailure, Fault::SlowQuery] {
        let run = Scenario { recovery: Duration::from_secs(60), ..scenario(1, Some(fault)) };
        let well = run.ended_unix_nano() + 30_000_000_000;
        let (mut sick, mut failed, mut spans) = (0, 0, 0);
        for step in Simulation::new(&run).filter(|s| s.at_unix_nano > run.onset_unix_nano()) {
            for (_, span) in crate::support::spans(&step) {
                let is_bad = span.status.as_ref().is_some_and(|s| s.code == 2);
                if step.at_unix_nano <= run.ended_unix_nano() {
                    sick += usize::from(is_bad);
                } else if step.at_unix_nano > well {
                    failed += usize::from(is_bad);
                    spans += 1;
                }
            }
        }
        assert!(sick > 0 && failed * 100 < spans, "{fault}: {sick}, then {failed} of {spans}");
    }
}

#[test]
fn an_announced_experiment_is_told_as_a_change_event_at_the_onset_and_at_its_end() {
    let recovery = Duration::from_secs(30);
    let run = Scenario { announced: true, recovery, ..scenario(1, Some(Fault::CpuStress)) };
    let mut told = Vec::new();
    for step in Simulation::new(&run) {
        let events = logs(&step).filter(|(_, l)| l.event_name == "chaos.experiment");
        told.extend(events.map(|(_, l)| l.time_unix_nano));
    }
    assert_eq!(told, [run.onset_unix_nano() as u64, run.ended_unix_nano() as u64]);
}

#[test]
fn a_healthy_run_has_nothing_to_tell() {
    let run = Simulation::new(&scenario(1, None));
    let truth = run.truth();
    assert_eq!((&truth.fault, &truth.service, &truth.guilty_change), (&None, &None, &None));
}

#[test]
fn absurd_scenarios_are_held_within_limits() {
    let absurd = [
        Scenario { start_unix_nano: i64::MIN, ..Scenario::default() },
        Scenario { start_unix_nano: i64::MAX, ..Scenario::default() },
        Scenario { healthy: Duration::MAX, faulty: Duration::MAX, recovery: Duration::MAX, ..Scenario::default() },
        Scenario { healthy: Duration::ZERO, faulty: Duration::ZERO, ..Scenario::default() },
        Scenario { rate: f64::NAN, ..Scenario::default() },
        Scenario { rate: -1.0, step: Duration::ZERO, metric_interval: Duration::ZERO, ..Scenario::default() },
        Scenario { step: Duration::MAX, ..Scenario::default() },
    ];
    for fault in [None, Some(Fault::ProcessKill)] {
        for scenario in &absurd {
            assert!(Simulation::new(&Scenario { fault, ..scenario.clone() }).take(2).all(|s| s.at_unix_nano > 0));
        }
    }
}

#[test]
fn no_text_gives_the_experiment_away() {
    for fault in Fault::ALL {
        for step in Simulation::new(&Scenario { rate: 4.0, ..scenario(2, Some(fault)) }) {
            for (service, log) in logs(&step) {
                let text = format!("{service} {} {:?}", body(log), log.attributes).to_lowercase();
                for word in ["inject", "chaos", "simulat", "experiment", "stress", " fault"] {
                    assert!(!text.contains(word), "{fault}: {word:?} in {text}");
                }
            }
        }
    }
}

#[test]
fn names_of_faults_are_read_back_and_unknown_ones_are_told_the_list() {
    for fault in Fault::ALL {
        assert_eq!(fault.as_str().parse(), Ok(fault));
        assert_eq!(fault.as_str().to_uppercase().replace('-', "_").parse(), Ok(fault));
    }
    let error = "disk-on-fire".parse::<Fault>().unwrap_err().to_string();
    assert!(error.contains("disk-on-fire") && error.contains("disk-fill") && error.contains("bad-data"), "{error}");
}
