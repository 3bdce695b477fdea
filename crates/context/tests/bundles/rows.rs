//! What rows say of how things were, and the end of how they are.

use decant_context::{Handles, Kind, Request, bundle};
use decant_model::{Change, Findings, LogPattern, MetricShift, Novelty};

use crate::cases::{incident, quiet};
use crate::laws::large;

fn text(findings: &Findings) -> String {
    bundle(findings, &Request { budget_tokens: 100_000, ..Request::default() }).text
}

/// The row of an item, which begins with its handle.
fn row(findings: &Findings, kind: Kind, id: u64) -> String {
    let text = text(findings);
    let start = format!("[{}] ", Handles::of(findings).get(kind, id));
    text.lines().find(|line| line.starts_with(&start)).unwrap_or_default().to_owned()
}

#[test]
fn a_series_goes_up_or_down_when_its_median_does() {
    let check = |after: Option<f64>, peak: Option<f64>, expected: &str| {
        let mut findings = incident();
        let shift =
            MetricShift { before: Some(12.0), after, peak, onset_unix_nano: None, ..findings.metric_shifts[0].clone() };
        let id = shift.id;
        findings.metric_shifts = vec![MetricShift { unit: String::new(), ..shift }];
        let row = row(&findings, Kind::MetricShift, id);
        let went = row.split_once(": was 12").map(|(_, went)| went);
        assert_eq!(went, Some(expected), "{row}");
    };
    check(Some(50.0), Some(60.0), ", up");
    check(Some(3.0), Some(60.0), ", down");
    check(Some(12.0), Some(60.0), ", only its farthest value");
    check(Some(12.0), Some(12.0), "");
    check(Some(12.0), None, "");
    check(None, Some(60.0), "");
}

#[test]
fn a_pattern_without_times_was_nothing_before() {
    let check = |times: Option<i64>, expected: bool| {
        let mut findings = incident();
        let pattern = &mut findings.log_patterns[1];
        *pattern = LogPattern {
            before_per_min: Some(0.0),
            after_per_min: None,
            first_unix_nano: times,
            last_unix_nano: times,
            ..pattern.clone()
        };
        let id = pattern.id;
        let row = row(&findings, Kind::LogPattern, id);
        assert!(row.contains(" web WARN ") && row.contains("was 0") == expected, "{row}");
    };
    check(None, false);
    check(incident().log_patterns[1].first_unix_nano, true);
}

#[test]
fn rows_whose_present_figure_is_not_told_are_counted() {
    let counted = |findings: &Findings| {
        let text = text(findings);
        let line = text.lines().find_map(|line| line.strip_prefix("rows above without a figure here: "));
        line.map_or(0, |count| count.parse::<usize>().unwrap())
    };
    assert_eq!(counted(&incident()), 0);
    let mut one = incident();
    one.metric_shifts[0].after = None;
    assert_eq!(counted(&one), 1);
    let large = large();
    let text = text(&large);
    let (rows, end) = text.split_once("## now ").unwrap();
    let handles = Handles::of(&large);
    let named = |kind, id| {
        let handle = handles.get(kind, id);
        rows.contains(&format!("\n[{handle}] ")) && !end.contains(&format!(" {handle} "))
    };
    let missing = large.log_patterns.iter().filter(|p| named(Kind::LogPattern, p.id)).count()
        + large.metric_shifts.iter().filter(|m| named(Kind::MetricShift, m.id)).count()
        + large.span_edges.iter().filter(|e| named(Kind::SpanEdge, e.id)).count();
    assert!(missing > 0);
    assert_eq!(counted(&large), missing, "{end}");
}

#[test]
fn where_there_is_no_incident_changes_stand_in_order_of_time_and_patterns_with_one_rate() {
    let mut findings = quiet();
    let from = findings.scope.from_unix_nano.unwrap();
    let change = Change { rank: 7, why: "there is nothing to explain".to_owned(), ..incident().changes[0].clone() };
    findings.changes = vec![
        Change { id: 1, at_unix_nano: from + 9_000_000_000, ..change.clone() },
        Change { id: 2, at_unix_nano: from + 4_000_000_000, ..change },
    ];
    let seen = LogPattern { before_per_min: None, after_per_min: Some(1.25), ..incident().log_patterns[0].clone() };
    findings.log_patterns = vec![LogPattern { novelty: Novelty::Unknown, first_unix_nano: Some(from), ..seen }];
    let text = text(&findings);
    let rows: Vec<&str> = text.lines().filter(|line| line.starts_with("[c")).collect();
    let told = |row: &str| row.split_once("] ").map(|(_, told)| told.to_owned()).unwrap();
    let of = |at: &str| format!("{at} deployment orders 4f2c9d1 `Use the new pool (#812)`");
    assert_eq!(rows.iter().map(|row| told(row)).collect::<Vec<_>>(), [of("+4s"), of("+9s")]);
    assert!(text.contains("orders ERROR 1.2 from +0s\n"), "{text}");
}
