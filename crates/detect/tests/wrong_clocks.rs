//! What a service whose clock is wrong may do to the others' history: nothing.

use decant_detect::{Ask, Config, History, Named, Roller};
use decant_model::{Batch, Findings, LogRecord, LogsBuilder, Position, Resource, ResourceTable, Rows, Severity};

const START: i64 = 1_700_000_000_000_000_000;
const SECOND: i64 = 1_000_000_000;
/// Windows kept, of ten seconds.
const KEPT: i64 = 30;

/// A history, and a record of a service for it.
struct Told {
    roller: Roller,
    history: History,
}

impl Told {
    fn new(config: &Config) -> Self {
        Self { roller: Roller::new(config), history: History::new(config) }
    }

    /// A record of so many seconds after the start, in a yield of its own.
    fn tell(&mut self, service: &str, second: i64, severity: Severity) {
        let mut resources = ResourceTable::default();
        let resource = resources.intern(Resource::new([("service.name".to_owned(), service.to_owned())]));
        let mut rows = LogsBuilder::default();
        let time_unix_nano = Some(START + second * SECOND);
        rows.push(&LogRecord { time_unix_nano, severity, resource, body: "order", ..LogRecord::default() }, []);
        let mut rows = rows.finish();
        rows.shape_id = vec![1 + u64::from(severity.is_error())].into();
        self.roller.push(&Batch { position: Position::default(), resources, rows: Rows::Logs(rows) });
        self.history.absorb(self.roller.take());
    }

    fn ahead(&self) -> u64 {
        self.history.notes().get("records ahead of time").copied().unwrap_or(0)
    }

    fn findings(&mut self) -> Findings {
        let name = |shape: u64| Some(Named { id: shape, text: format!("order {shape}"), slots: Vec::new() });
        self.history.findings(&Ask::default(), &name)
    }
}

/// A record of each service in each of so many windows, a service's clock being ahead by so many seconds.
fn counts(services: &[(&str, i64)], windows: i64) -> (Vec<(String, u64)>, u64) {
    let mut told = Told::new(&Config { max_windows: KEPT as usize, ..Config::default() });
    for window in 0..windows {
        for (service, ahead) in services {
            told.tell(service, 10 * window + ahead, Severity::INFO);
        }
    }
    let findings = told.findings();
    let mut counts: Vec<(String, u64)> = findings.log_patterns.into_iter().map(|p| (p.service, p.count)).collect();
    counts.sort();
    (counts, told.ahead())
}

#[test]
fn a_clock_that_is_a_day_ahead_does_not_make_the_others_history_old() {
    let (counts, ahead) = counts(&[("cart", 0), ("front", 0), ("stock", 86_400)], 200);
    for (service, count) in counts.iter().filter(|(service, _)| service != "stock") {
        assert!((KEPT as u64..=KEPT as u64 * 5 / 4).contains(count), "{service}: {count}");
    }
    let of_stock = counts.iter().find(|(service, _)| service == "stock").map_or(0, |(_, count)| *count);
    assert_eq!(of_stock + ahead, 200, "what is too far ahead is dropped and counted");
    assert!(counts.len() >= 2 && of_stock <= KEPT as u64, "{counts:?}");
}

#[test]
fn what_is_older_than_the_windows_that_are_kept_is_forgotten() {
    let (counts, ahead) = counts(&[("cart", 0), ("front", 0)], 200);
    assert_eq!((counts.len(), ahead), (2, 0));
    assert!(counts.iter().all(|(_, count)| *count <= KEPT as u64 * 5 / 4), "{counts:?}");
}

#[test]
fn services_that_are_always_new_do_not_hold_time_back_and_nothing_fresh_is_dropped() {
    let mut told = Told::new(&Config { max_windows: 40, ..Config::default() });
    for window in 0..1_000 {
        told.tell(&format!("job-{window}"), 10 * window, Severity::INFO);
        let newest = told.history.newest().unwrap();
        assert!(newest >= START + 10 * (window - 33) * SECOND, "window {window}: {newest}");
    }
    assert_eq!(told.ahead(), 0);
    let heard: u64 = told.findings().log_patterns.iter().map(|p| p.count).sum();
    assert!((40..=120).contains(&heard), "{heard}");
}

#[test]
fn one_record_of_tomorrow_ends_no_incident() {
    let mut told = Told::new(&Config::default());
    for window in 0..240 {
        for service in ["cart", "front", "mail"] {
            told.tell(service, 10 * window, Severity::INFO);
        }
        if window > 200 {
            (0..20).for_each(|_| told.tell("cart", 10 * window, Severity::ERROR));
        }
    }
    let state = |told: &mut Told| told.findings().incidents.first().map(|i| (i.state, i.onset_unix_nano));
    let before = state(&mut told);
    assert!(before.is_some(), "there is an incident");
    told.tell("stray", 86_400, Severity::INFO);
    assert_eq!(state(&mut told), before);
    let newest = told.history.newest().unwrap();
    assert!((2_390..=2_420).contains(&((newest - START) / SECOND)), "{newest}");
}
