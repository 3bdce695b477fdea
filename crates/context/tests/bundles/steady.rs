//! Incidents that stay as they are while new data comes in: counts grow, figures move a little, orders with them.

use decant_model::{
    Change, EdgeStats, Evidence, EvidenceKind, Findings, HealthyCheck, Incident, LogExample, LogPattern, MetricShift,
    Novelty, Severity, SlotSummary, SpanEdge, Suspect, TopologyEdge, TraceExample, TraceSpan, Verdict,
};

const SECOND: i64 = 1_000_000_000;
const ONSET: i64 = 1_750_000_000 * SECOND;

/// Numbers from a seed (splitmix64, Steele, Lea and Flood 2014).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end.max(1)
    }

    fn part(&mut self) -> f64 {
        self.below(1 << 20) as f64 / f64::from(1 << 20)
    }

    /// From a thousandth to a thousand.
    fn size(&mut self) -> f64 {
        10_f64.powf(6.0 * self.part() - 3.0)
    }

    fn one<'a>(&mut self, of: &'a [String]) -> &'a str {
        &of[self.below(of.len() as u64) as usize]
    }
}

/// Two revisions of one incident.
pub(crate) fn steady(seed: u64) -> [Findings; 2] {
    let mut dice = Dice(seed);
    let (services, evidence) = (4 + dice.below(26), 4 + dice.below(56));
    let first = incident(&mut dice, services, evidence);
    let next = later(first.clone(), &mut Dice(seed ^ 1));
    [first, next]
}

/// Two revisions of one incident after a checkpoint: rows come and go, and each moves.
pub(crate) fn held(seed: u64) -> [Findings; 2] {
    let mut dice = Dice(seed);
    let (services, evidence) = (4 + dice.below(26), 4 + dice.below(56));
    let then = incident(&mut dice, services, evidence);
    let one = later(then.clone(), &mut Dice(seed ^ 1));
    let two = later(one.clone(), &mut Dice(seed ^ 2));
    [one, two].map(|mut now| {
        // Of what is weak, one in eight comes and goes.
        let mut stays = |significance: f64| significance > 60.0 || dice.below(8) > 0;
        now.log_patterns.retain(|pattern| stays(pattern.significance));
        now.metric_shifts.retain(|shift| stays(shift.significance));
        now.log_patterns.extend((0..2).map(|n| pattern(&mut dice, 9_000 + n, &now.scope.services)));
        Findings { held: Some(Box::new(then.clone())), ..now }
    })
}

fn incident(dice: &mut Dice, services: u64, evidence: u64) -> Findings {
    const WORDS: [&str; 10] =
        ["cart", "orders", "search", "billing", "stock", "users", "mail", "gateway", "price", "route"];
    let word = |dice: &mut Dice| WORDS[dice.below(10) as usize];
    let names: Vec<String> = (0..services).map(|n| format!("{}-{}{n}", word(dice), word(dice))).collect();
    let mut findings = Findings { verdict: Verdict::Incident, ..Findings::default() };
    findings.scope.from_unix_nano = Some(ONSET - 300 * SECOND);
    findings.scope.to_unix_nano = Some(ONSET + 240 * SECOND);
    findings.scope.services = names.clone();
    findings.verdict_reason = "several signals changed together (weight of evidence 1.81)".to_owned();
    for n in 0..evidence {
        findings.log_patterns.push(pattern(dice, n, &names));
        findings.metric_shifts.push(shift(dice, 1_000 + n, &names));
        if n % 3 == 0 {
            findings.span_edges.push(edge(dice, 2_000 + n, &names));
        }
    }
    findings.traces = (0..2).map(|n| trace(dice, 3_000 + n, &names)).collect();
    for n in 0..dice.below(6) {
        findings.changes.push(Change {
            id: 4_000 + n,
            rank: n as u32 + 1,
            score: 0.4 * 0.5_f64.powi(n as i32),
            at_unix_nano: ONSET - (200 - 30 * n as i64) * SECOND,
            kind: "deployment".to_owned(),
            service: Some(dice.one(&names).to_owned()),
            revision: Some(format!("{:040x}", dice.next())),
            title: format!("{}: tidy up the {}", word(dice), word(dice)),
            why: "it touches nothing that is suspected".to_owned(),
            ..Change::default()
        });
    }
    for n in 0..4_u64 {
        let list = |kind, from| (0..2 + n % 2).map(move |k| Evidence { kind, id: from + k });
        findings.suspects.push(Suspect {
            id: 5_000 + n,
            rank: n as u32 + 1,
            score: if n == 0 { 0.8 } else { 0.02 },
            service: names[n as usize].clone(),
            kind: "latency".to_owned(),
            what: "calls to it take longer; its own work went from 0.10 to 0.93".to_owned(),
            evidence: list(EvidenceKind::MetricShift, 1_000 + 2 * n)
                .chain(list(EvidenceKind::LogPattern, 2 * n))
                .collect(),
            ..Suspect::default()
        });
    }
    findings.incidents.push(Incident {
        id: 6_000,
        revision: 3,
        onset_unix_nano: ONSET,
        anchor_unix_nano: ONSET,
        last_unix_nano: ONSET + 200 * SECOND,
        title: format!("{}: latency", names[0]),
        services: names[..4].to_vec(),
        confidence: 0.97,
        ..Incident::default()
    });
    for (n, caller) in names.iter().enumerate() {
        for _ in 0..2 {
            let callee = dice.one(&names).to_owned();
            if !findings.topology.iter().any(|e| e.caller == *caller && e.callee == callee) {
                findings.topology.push(TopologyEdge { caller: caller.clone(), callee, calls: 40 + dice.below(9_000) });
            }
        }
        if n > 4 {
            let what = "no signal departs from its usual behaviour".to_owned();
            findings.healthy.push(HealthyCheck { subject: caller.clone(), what });
        }
    }
    findings.missing.push("no baseline capture: the healthy state is taken from the same input".to_owned());
    (findings.counts.records_in, findings.counts.logs) = (90_000, 90_000);
    in_order(&mut findings);
    findings
}

fn pattern(dice: &mut Dice, id: u64, names: &[String]) -> LogPattern {
    let rate = dice.size();
    LogPattern {
        id,
        template_id: id,
        template: format!(
            "job {id} of <id> for {} gave up after <num> attempts: no answer within <num> ms",
            dice.one(names)
        ),
        service: dice.one(names).to_owned(),
        severity: if dice.below(2) == 0 { Severity::ERROR } else { Severity::INFO },
        count: 4 + dice.below(9_000),
        before_per_min: Some(if dice.below(2) == 0 { 0.0 } else { rate }),
        after_per_min: Some(rate * (2.0 + 9.0 * dice.part())),
        first_unix_nano: Some(ONSET + dice.below(200) as i64 * SECOND),
        novelty: if dice.below(2) == 0 { Novelty::New } else { Novelty::Rising },
        significance: 3.0 + 200.0 * dice.part(),
        examples: vec![LogExample {
            time_unix_nano: Some(ONSET + 210 * SECOND),
            text: format!(
                "job {id} of {:x} gave up after {} attempts: no answer within 3000 ms",
                dice.next(),
                dice.below(9)
            ),
            ..LogExample::default()
        }],
        slots: vec![SlotSummary {
            kind: "num".to_owned(),
            distinct: 3,
            top: vec![("3000".to_owned(), 300), ("2999".to_owned(), 60)],
        }],
        ..LogPattern::default()
    }
}

fn shift(dice: &mut Dice, id: u64, names: &[String]) -> MetricShift {
    let service = dice.one(names).to_owned();
    let before = dice.size();
    MetricShift {
        id,
        component: Some(format!("{service}-{:x}", dice.below(1 << 20))),
        service,
        metric: ["container.cpu.usage", "http.server.request.duration", "db.client.connections.usage"]
            [dice.below(3) as usize]
            .to_owned(),
        unit: "s".to_owned(),
        attributes: vec![("http.route".to_owned(), format!("/things/{id}"))],
        before: Some(before),
        after: Some(before * (1.5 + 9.0 * dice.part())),
        peak: Some(before * 12.0),
        onset_unix_nano: Some(ONSET + dice.below(30) as i64 * SECOND),
        significance: 3.0 + 200.0 * dice.part(),
    }
}

fn edge(dice: &mut Dice, id: u64, names: &[String]) -> SpanEdge {
    let (ms, calls) = (dice.size(), dice.size());
    let stats = |factor: f64| EdgeStats {
        calls_per_min: Some(calls),
        error_ratio: Some(0.0),
        p50_ms: Some(ms * factor),
        p99_ms: Some(ms * 3.0 * factor),
        gap_p50_ms: Some(0.4),
    };
    SpanEdge {
        id,
        caller: dice.one(names).to_owned(),
        callee: dice.one(names).to_owned(),
        operation: format!("POST /things/{id}"),
        before: stats(1.0),
        after: stats(2.0 + 9.0 * dice.part()),
        significance: 3.0 + 200.0 * dice.part(),
        what: "latency".to_owned(),
    }
}

fn trace(dice: &mut Dice, id: u64, names: &[String]) -> TraceExample {
    let span = |dice: &mut Dice, depth: u32| TraceSpan {
        depth,
        service: dice.one(names).to_owned(),
        name: format!("POST /things/{depth}"),
        offset_ms: f64::from(depth),
        duration_ms: 900.0 - f64::from(depth),
        self_ms: 10.0,
        ..TraceSpan::default()
    };
    TraceExample {
        id,
        trace_id: format!("{:032x}", dice.next()),
        start_unix_nano: ONSET + (5 + id as i64 % 7) * SECOND,
        duration_ms: 900.0,
        why: "slowest of the incident".to_owned(),
        spans: (0..14).map(|depth| span(dice, depth)).collect(),
        spans_total: 40,
    }
}

/// As the analysis hands it over: the most significant first, scores ranked.
fn in_order(findings: &mut Findings) {
    findings.log_patterns.sort_by(|a, b| b.significance.total_cmp(&a.significance));
    findings.metric_shifts.sort_by(|a, b| b.significance.total_cmp(&a.significance));
    findings.span_edges.sort_by(|a, b| b.significance.total_cmp(&a.significance));
    findings.topology.sort_by_key(|edge| std::cmp::Reverse(edge.calls));
    findings.suspects.sort_by(|a, b| b.score.total_cmp(&a.score));
    findings.suspects.iter_mut().zip(1..).for_each(|(suspect, rank)| suspect.rank = rank);
}

/// The next revision, half a minute later.
fn later(mut findings: Findings, dice: &mut Dice) -> Findings {
    findings.scope.to_unix_nano = findings.scope.to_unix_nano.map(|time| time + 30 * SECOND);
    findings.verdict_reason = format!("several signals changed together (weight of evidence {:.2})", 1.5 + dice.part());
    for incident in &mut findings.incidents {
        incident.revision += 1;
        // By up to two windows; who answers holds the onset told first.
        incident.onset_unix_nano += (dice.below(5) as i64 - 2) * 10 * SECOND;
        incident.last_unix_nano += 30 * SECOND;
        incident.confidence = 0.97 + 0.02 * dice.part();
        incident.services.swap(2, 3);
    }
    for suspect in &mut findings.suspects {
        suspect.score += 0.01 * dice.part();
        suspect.evidence.swap(0, 1);
        suspect.what = format!("its own work went from 0.10 to 0.9{}; calls to it take longer", dice.below(9));
    }
    findings.changes.iter_mut().for_each(|change| change.score *= 0.95 + 0.1 * dice.part());
    for pattern in &mut findings.log_patterns {
        pattern.count += pattern.count / 8 + dice.below(3);
        pattern.significance *= 1.0 + 0.1 * dice.part();
        moved(&mut pattern.after_per_min, dice);
        for (_, count) in pattern.slots.iter_mut().flat_map(|slot| &mut slot.top) {
            *count += *count / 8 + dice.below(3);
        }
    }
    for shift in &mut findings.metric_shifts {
        shift.significance *= 1.0 + 0.1 * dice.part();
        moved(&mut shift.after, dice);
        shift.peak = shift.peak.map(|peak| peak * (1.0 + 0.02 * dice.part()));
    }
    for edge in &mut findings.span_edges {
        edge.significance *= 1.0 + 0.1 * dice.part();
        for figure in [&mut edge.after.calls_per_min, &mut edge.after.p50_ms, &mut edge.after.p99_ms] {
            moved(figure, dice);
        }
    }
    findings.topology.iter_mut().for_each(|edge| edge.calls += edge.calls / 8 + dice.below(9));
    findings.counts.records_in += 9_731;
    findings.counts.logs += 9_731;
    in_order(&mut findings);
    findings
}

/// By up to three hundredths, up or down.
fn moved(figure: &mut Option<f64>, dice: &mut Dice) {
    *figure = figure.map(|value| value * (0.97 + 0.06 * dice.part()));
}
