//! How a change went: `PASS`, `WARNING`, `REGRESSION` or `WAIT`, for a deployment or any two windows.
//!
//! Whoever compares boils it down to a [`Compared`]: how long each side was heard, and for each service that differs how
//! much worse it fares (**harm**: failures, delays, resources) and how much it merely differs (**drift**: other records,
//! other load), as multiples of what an incident would take. [`verdict`] is a pure function of that. Worse beyond the
//! threshold is told at once; "all is well" only after as long as changes take to show.

mod changed;

pub(crate) use changed::Verdicts;

use decant_model::{ChangeVerdict, Outcome};

/// Two windows, compared.
#[derive(Clone, Debug, Default)]
pub struct Compared {
    /// The changed service; the whole system when empty.
    pub subject: String,
    /// Seconds that were heard before and after.
    pub before_s: f64,
    pub after_s: f64,
    /// Records of the subject in each.
    pub before_records: u64,
    pub after_records: u64,
    /// Things compared (patterns, operations, series).
    pub things: usize,
    /// Services that differ, in any order.
    pub services: Vec<Differing>,
}

/// A service that differs.
#[derive(Clone, Debug, Default)]
pub struct Differing {
    pub service: String,
    /// How much worse it fares; 1 is what makes a regression.
    pub harm: f64,
    /// How much else of it differs; 1 is what makes a warning.
    pub drift: f64,
    /// What differs, the strongest first, in words.
    pub evidence: Vec<String>,
}

/// How long each side must be heard.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// Before, to know what is usual.
    pub before_s: f64,
    /// After, to say that all is well.
    pub after_s: f64,
}

impl Patience {
    #[must_use]
    pub fn of(config: &crate::Config) -> Self {
        Self { before_s: f64::from(config.min_history_s), after_s: f64::from(config.verdict_wait_s) }
    }
}

/// Time in which pods are replaced and caches fill: what differs then may pass.
const SETTLING_S: f64 = 60.0;
/// Records of which failures and delays can be told at all.
const LEAST_RECORDS: u64 = 20;
/// Share of what makes a regression that is worth a warning.
const WEAK: f64 = 0.5;
/// Pieces of evidence told.
const MAX_EVIDENCE: usize = 6;

/// The verdict on two windows that were compared.
#[must_use]
pub fn verdict(compared: &Compared, patience: Patience) -> ChangeVerdict {
    let Compared { before_s, after_s, .. } = *compared;
    let subject = if compared.subject.is_empty() { "the system" } else { &compared.subject };
    let wait = |reason: String, wait_s: Option<f64>| ChangeVerdict {
        outcome: Outcome::Wait,
        reason,
        evidence: Vec::new(),
        wait_s: wait_s.map(|s| s.ceil().max(1.0) as u64),
    };
    if compared.before_records == 0 {
        return wait(format!("nothing was heard of {subject} before: there is nothing to compare with"), None);
    }
    if before_s < patience.before_s {
        let least = patience.before_s;
        return wait(format!("only {before_s:.0} s before are known, and {least:.0} s tell what is usual"), None);
    }
    let left_s = patience.after_s - after_s;
    if after_s < SETTLING_S.min(patience.after_s) {
        let reason = format!("only {after_s:.0} s were heard after it: ask again in {left_s:.0} s");
        return wait(reason, Some(left_s));
    }
    let is_subject = |d: &&Differing| compared.subject.is_empty() || d.service == compared.subject;
    let worst = |of: &dyn Fn(&Differing) -> bool| {
        compared
            .services
            .iter()
            .filter(|d| of(d))
            .max_by(|a, b| (a.harm, a.drift).partial_cmp(&(b.harm, b.drift)).unwrap_or(std::cmp::Ordering::Equal))
    };
    let own = worst(&|d| is_subject(&d));
    let next_door = worst(&|d| !is_subject(&d));
    let (harm, drift) = own.map_or((0.0, 0.0), |d| (d.harm, d.drift));
    let told = |outcome: Outcome, reason: String, by: Option<&Differing>| ChangeVerdict {
        outcome,
        reason,
        evidence: by.into_iter().flat_map(|d| &d.evidence).take(MAX_EVIDENCE).cloned().collect(),
        wait_s: None,
    };
    let name = |d: Option<&Differing>| d.map_or_else(String::new, |d| d.service.clone());
    if harm >= 1.0 {
        let reason = format!("{} fares worse than before, {harm:.1} times what makes a regression", name(own));
        return told(Outcome::Regression, reason, own);
    }
    // What was too seldom heard may fail unheard.
    let expected = compared.before_records as f64 / before_s * after_s;
    if compared.after_records < LEAST_RECORDS && expected < LEAST_RECORDS as f64 {
        let records = compared.after_records;
        return wait(
            format!("only {records} records of {subject} came after it, too few to say"),
            (left_s > 0.0).then_some(left_s),
        );
    }
    if left_s > 0.0 {
        let so_far = if harm >= WEAK || drift >= 1.0 { "something differs, but weakly" } else { "nothing differs" };
        return wait(format!("{so_far} in the first {after_s:.0} s: ask again in {left_s:.0} s"), Some(left_s));
    }
    if harm >= WEAK {
        let reason = format!("{} fares a little worse than before, {harm:.1} of what makes a regression", name(own));
        return told(Outcome::Warning, reason, own);
    }
    if let Some(other) = next_door.filter(|d| d.harm >= 1.0) {
        let reason = format!("{subject} itself fares as before, but {} next to it fares worse", other.service);
        return told(Outcome::Warning, reason, Some(other));
    }
    if drift >= 1.0 {
        let reason = format!("{} does other things than before, but fares no worse", name(own));
        return told(Outcome::Warning, reason, own);
    }
    let things = compared.things;
    let reason = format!(
        "{things} signals of {subject} compared, {after_s:.0} s after with {before_s:.0} s before: none is worse than chance has it"
    );
    told(Outcome::Pass, reason, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Patience = Patience { before_s: 50.0, after_s: 300.0 };

    fn compared(before_s: f64, after_s: f64, services: &[(&str, f64, f64)]) -> Compared {
        Compared {
            subject: "cart".to_owned(),
            before_s,
            after_s,
            before_records: 1_000,
            after_records: 1_000,
            things: 40,
            services: services
                .iter()
                .map(|(service, harm, drift)| Differing {
                    service: (*service).to_owned(),
                    harm: *harm,
                    drift: *drift,
                    evidence: vec![format!("{service} differs")],
                })
                .collect(),
        }
    }

    #[test]
    fn a_verdict_follows_from_what_differs_and_how_long_was_heard() {
        for (before_s, after_s, services, outcome, words) in [
            (600.0, 600.0, &[][..], Outcome::Pass, "40 signals of cart compared, 600 s after with 600 s before"),
            (600.0, 600.0, &[("cart", 1.4, 0.0)][..], Outcome::Regression, "cart fares worse"),
            (600.0, 90.0, &[("cart", 1.4, 0.0)][..], Outcome::Regression, "cart fares worse"),
            (600.0, 600.0, &[("cart", 0.6, 0.0)][..], Outcome::Warning, "a little worse"),
            (600.0, 600.0, &[("cart", 0.1, 2.0)][..], Outcome::Warning, "other things"),
            (600.0, 600.0, &[("web", 1.4, 0.0)][..], Outcome::Warning, "web next to it"),
            (600.0, 600.0, &[("web", 0.9, 9.0)][..], Outcome::Pass, "none is worse"),
            (600.0, 90.0, &[][..], Outcome::Wait, "ask again in 210 s"),
            (600.0, 30.0, &[("cart", 1.4, 0.0)][..], Outcome::Wait, "ask again in 270 s"),
            (20.0, 600.0, &[("cart", 1.4, 0.0)][..], Outcome::Wait, "only 20 s before"),
        ] {
            let found = verdict(&compared(before_s, after_s, services), PATIENCE);
            assert_eq!(found.outcome, outcome, "{}", found.reason);
            assert!(found.reason.contains(words), "{}", found.reason);
            let is_told = matches!(outcome, Outcome::Regression | Outcome::Warning);
            assert_eq!(found.evidence.is_empty(), !is_told, "{}", found.reason);
            assert_eq!(found.wait_s.is_some(), outcome == Outcome::Wait && before_s > 50.0, "{}", found.reason);
        }
    }

    #[test]
    fn what_is_hardly_heard_is_not_called_well() {
        let few =
            |before_records, after_records| Compared { before_records, after_records, ..compared(600.0, 600.0, &[]) };
        for (before, after, outcome) in
            [(5, 4, Outcome::Wait), (0, 900, Outcome::Wait), (900, 900, Outcome::Pass), (5, 900, Outcome::Pass)]
        {
            assert_eq!(verdict(&few(before, after), PATIENCE).outcome, outcome, "{before} {after}");
        }
    }

    #[test]
    fn without_a_subject_the_worst_service_counts() {
        let all =
            Compared { subject: String::new(), ..compared(600.0, 600.0, &[("web", 0.2, 0.0), ("cart", 1.2, 0.0)]) };
        let found = verdict(&all, PATIENCE);
        assert_eq!((found.outcome, found.evidence), (Outcome::Regression, vec!["cart differs".to_owned()]));
    }
}
