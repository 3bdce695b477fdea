//! What was checked and is well, and what could not be checked.

use decant_model::{HealthyCheck, Verdict};

use super::Told;
use super::verdict::Judged;

/// Services named one by one.
const MAX_NAMED: usize = 30;

pub(crate) fn tell(told: &Told<'_>, judged: &Judged) -> Vec<HealthyCheck> {
    let material = told.material;
    let mut checks = Vec::new();
    let incident = judged.verdict == Verdict::Incident;
    let troubled = |service: u64| incident && told.analysis.ledger.services.contains_key(&service);
    let mut well: Vec<&str> = material
        .live
        .services
        .values()
        .filter(|s| !troubled(s.name))
        .map(|s| material.name(s.name))
        .filter(|n| !n.is_empty())
        .collect();
    well.sort_unstable();
    if told.analysis.episode.is_some() && judged.compared {
        let more = well.len().saturating_sub(MAX_NAMED);
        for name in well.iter().take(MAX_NAMED) {
            checks.push(HealthyCheck {
                subject: (*name).to_owned(),
                what: "no signal departs from its usual behaviour".to_owned(),
            });
        }
        if more > 0 {
            checks.push(HealthyCheck {
                subject: format!("{more} more services"),
                what: "no signal departs from its usual behaviour".to_owned(),
            });
        }
        let signals = told.analysis.signals;
        checks.push(HealthyCheck {
            subject: "signals".to_owned(),
            what: format!("{signals} compared with healthy time"),
        });
    }
    checks
}

pub(crate) fn missing(told: &Told<'_>) -> Vec<String> {
    let material = told.material;
    let mut missing = Vec::new();
    let live = material.live;
    let any = |f: &dyn Fn(&crate::rollup::ServiceSeen) -> bool| live.services.values().any(f);
    if !any(&|s| s.spans.total() > 0) {
        missing.push("no traces: who called whom, and where time went, is not known".to_owned());
    }
    if live.series.is_empty() {
        missing.push("no metrics: what services consumed is not known".to_owned());
    }
    if !any(&|s| s.logs.total() + s.timeless > 0) {
        missing.push("no logs".to_owned());
    } else if !any(&|s| s.logs.total() > 0) {
        missing.push("log records carry no times: their order is that of the lines".to_owned());
    }
    if any(&|s| s.spans.total() > 0) && any(&|s| s.logs.total() > 0) {
        let mut silent: Vec<&str> = live
            .services
            .values()
            .filter(|s| s.spans.total() > 0 && s.logs.total() == 0)
            .map(|s| material.name(s.name))
            .filter(|n| !n.is_empty())
            .collect();
        silent.sort_unstable();
        if !silent.is_empty() {
            let shown: Vec<&str> = silent.iter().take(8).copied().collect();
            missing.push(format!("no logs of {} of the services that send spans: {}", silent.len(), shown.join(", ")));
        }
    }
    if material.baseline.is_empty() {
        missing.push("no baseline capture: the healthy state is taken from the same input".to_owned());
    } else if material.baseline.series.is_empty() && !live.series.is_empty() {
        missing.push("the baseline holds no metrics: theirs is the time before".to_owned());
    }
    missing
}
