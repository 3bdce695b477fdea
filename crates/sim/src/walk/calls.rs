//! Calls from service to service: names, handshakes, packets, limits, retries, breakers.

use crate::ailment::Passage;
use crate::calendar::Calendar;
use crate::load::Turn;
use crate::shop::{INFO, Language, Need, Operation, ServiceId, WARN};
use crate::trouble::{Target, Trouble, describe};

use super::{Frame, Walk, ns};

/// How long a caller waits.
fn limit_ms(caller: &Frame, operation: &Operation) -> f64 {
    match operation.route {
        "/charges" => 5_000.0,
        "/query" => 2_500.0,
        route if route.ends_with("/Place") => 6_000.0,
        _ if matches!(caller.spec.name, "storefront" | "mobile-gateway" | "partner-api") => 3_000.0,
        _ => 2_000.0,
    }
}

/// How often a caller tries: what moves money or stock is sent once.
fn attempts(operation: &Operation) -> usize {
    match operation.route {
        "/charges" | "/orders" | "/reservations" => 1,
        route if route.ends_with("/Place") => 1,
        _ => 2,
    }
}

impl Walk<'_> {
    /// A call with its retries; a failure is dealt with.
    pub(super) fn call(&mut self, frame: &mut Frame, service: &str, route: &str, need: Need) {
        let Some(target) = self.world.graph.find(service, route) else { return };
        let operation = self.world.graph.operation(target);
        let mut to = self.target(target.0, operation, limit_ms(frame, operation));
        let attempts = attempts(operation);
        for attempt in 1..=attempts {
            let Some(trouble) = self.attempt(frame, target, &mut to) else { return };
            if attempt == attempts || !trouble.is_transient() {
                self.cope(frame, trouble, &to, need);
                return;
            }
            let (_, message) = describe(frame.spec.language, trouble, &to);
            let text = format!("retrying {} on {}: {message}", to.what, to.name);
            self.storm(frame, &text);
            self.write_entry(frame, WARN, text, Vec::new(), None);
            frame.now += ns(self.dice.between(20.0, 90.0));
        }
    }

    /// Retries without a pause, each logged: mostly the same line, now and then one that counts them.
    fn storm(&mut self, frame: &mut Frame, text: &str) {
        for retry in 1..=self.world.storm_retries {
            let line = if retry % 4 == 0 { format!("{text} (retry {retry})") } else { text.to_owned() };
            self.write_entry(frame, WARN, line, Vec::new(), None);
            frame.now += 150_000;
        }
    }

    fn target(&self, service: ServiceId, operation: &Operation, timeout_ms: f64) -> Target {
        let name = self.world.graph.service(service).name;
        let pod = self.world.pods.of(service).first().map(|p| &self.world.pods.all[*p]);
        Target {
            name: name.to_owned(),
            host: format!("{name}.shop.svc.cluster.local"),
            ip: pod.map(|p| p.ip.clone()).unwrap_or_default(),
            port: if operation.method == "rpc" { 50051 } else { 8080 },
            what: if operation.method == "rpc" {
                operation.route.to_owned()
            } else {
                format!("{} {}", operation.method, operation.route)
            },
            timeout_ms,
            peer: None,
            expired_at: String::new(),
        }
    }

    fn attempt(&mut self, frame: &mut Frame, target: (ServiceId, usize), to: &mut Target) -> Option<Trouble> {
        let key = (frame.service, target.0);
        let has_breaker = !matches!(frame.spec.language, Language::Python | Language::Rust);
        if has_breaker && self.world.breakers.get(&key).is_some_and(|b| b.is_open(frame.now)) {
            frame.now += 120_000;
            return Some(Trouble::BreakerOpen);
        }
        let (start, id) = (frame.now, self.dice.id());
        let (end, trouble) = self.exchange(frame, target, to, id);
        let limit = start + ns(to.timeout_ms);
        let (end, trouble) = if end > limit { (limit, Some(Trouble::Timeout)) } else { (end, trouble) };
        frame.now = end;
        let operation = self.world.graph.operation(target);
        let span = self.client(frame, id, operation, to, trouble);
        self.world.span(frame.pod, start, end, span);
        let is_good = trouble.is_none_or(|t| matches!(t, Trouble::Answered(404)));
        self.world.meters.observe_edge(frame.pod, target.0, is_good, (end - start) as f64 / 1e6);
        if has_breaker {
            let turn = self.world.breakers.entry(key).or_default().count(is_good, end);
            let text = match turn {
                Turn::Opened => format!("circuit breaker {} changed state from CLOSED to OPEN", to.name),
                Turn::Closed => format!("circuit breaker {} changed state from OPEN to CLOSED", to.name),
                Turn::None => return trouble,
            };
            let severity = if turn == Turn::Opened { WARN } else { INFO };
            self.write_entry(frame, severity, text, Vec::new(), None);
        }
        trouble
    }

    /// One exchange: when it is over for the caller (limits aside), and how it went.
    fn exchange(
        &mut self,
        frame: &Frame,
        target: (ServiceId, usize),
        to: &mut Target,
        id: [u8; 8],
    ) -> (i64, Option<Trouble>) {
        const NEVER: i64 = i64::MAX;
        let (start, callee) = (frame.now, target.0);
        if let Some((trouble, ms)) = self.resolve(frame) {
            return (start + ns(ms), Some(trouble));
        }
        if self.dice.chance(0.0015) {
            return (start + ns(self.dice.around(2.0, 0.6)), Some(Trouble::Reset));
        }
        let way = self.passage(frame.service, callee, start);
        if way.lost {
            return (NEVER, None);
        }
        let arrival = start + ns(self.dice.around(0.35, 0.4) + way.delay_ms);
        if way.reset {
            return (arrival, Some(Trouble::Reset));
        }
        let refuses = self.world.ailment.as_ref().is_some_and(|a| a.refuses_certificate(callee, start, &mut self.dice));
        if refuses {
            return (self.handshake_fails(callee, arrival, to), Some(Trouble::CertificateExpired));
        }
        let (pod, stands) = self.world.choose_pod(callee, arrival, &mut self.dice);
        to.ip.clone_from(&self.world.pods.all[pod].ip);
        if !stands {
            let trouble = if self.dice.chance(0.85) { Trouble::Refused } else { Trouble::Reset };
            return (arrival + ns(self.dice.around(0.8, 0.4)), Some(trouble));
        }
        if self.rejects_clock(callee, pod, arrival) {
            return (arrival + ns(1.0), Some(Trouble::Answered(401)));
        }
        let reply = self.serve(target, pod, arrival, Some(id));
        let slot = self.world.pods.all[pod].slot;
        if self.world.ask(false, |a| a.dies(callee, slot, arrival, reply.end)) {
            return (arrival.midpoint(reply.end), Some(Trouble::Reset));
        }
        let back = self.passage(callee, frame.service, reply.end);
        if back.lost {
            return (NEVER, None);
        }
        let trouble = reply.trouble.map(|t| if t == Trouble::Overloaded { t } else { Trouble::Answered(t.status()) });
        let trouble = if back.reset { Some(Trouble::Reset) } else { trouble };
        (reply.end + ns(self.dice.around(0.35, 0.4) + back.delay_ms), trouble)
    }

    pub(super) fn resolve(&mut self, frame: &Frame) -> Option<(Trouble, f64)> {
        self.world.ailment.as_ref().and_then(|a| a.resolve(frame.service, frame.now, &mut self.dice))
    }

    /// A message between two services meets the network of both.
    fn passage(&mut self, from: ServiceId, to: ServiceId, at: i64) -> Passage {
        let Some(ailment) = &self.world.ailment else { return Passage::default() };
        let (out, into) = (ailment.passage(from, at, &mut self.dice), ailment.passage(to, at, &mut self.dice));
        Passage {
            delay_ms: out.delay_ms + into.delay_ms,
            lost: out.lost || into.lost,
            reset: out.reset || into.reset,
            resent: out.resent + into.resent,
        }
    }

    /// The callee sees only that somebody hung up.
    fn handshake_fails(&mut self, callee: ServiceId, at: i64, to: &mut Target) -> i64 {
        let onset = self.world.ailment.as_ref().map_or(at, |a| a.onset);
        to.expired_at = Calendar::at(onset).rfc3339(0).replace(".Z", "Z");
        let end = at + ns(self.dice.around(6.0, 0.3));
        if self.dice.chance(0.6) {
            let (pod, _) = self.world.choose_pod(callee, at, &mut self.dice);
            let port = 30_000 + self.dice.below(30_000);
            let text = format!(
                "TLS handshake error from 10.24.{}.{}:{port}: remote error: tls: expired certificate",
                self.dice.below(6),
                self.dice.below(250)
            );
            self.aside(pod, end, WARN, text);
        }
        end
    }

    /// Whether a callee whose clock is off takes a signed request for a stale one.
    fn rejects_clock(&mut self, callee: ServiceId, pod: usize, at: i64) -> bool {
        let slot = self.world.pods.all[pod].slot;
        let offset = self.world.ask(0, |a| a.clock_offset(callee, slot, at));
        let checks = self.world.ask(false, |a| a.variant % 3 != 2);
        if offset == 0 || !checks || !self.dice.chance(0.14) {
            return false;
        }
        let signed = Calendar::at(at).rfc3339(3);
        let text = format!(
            "rejecting request signed at {signed}: {} s away from local time, allowed are 30 s",
            offset.abs() / 1_000_000_000
        );
        self.aside(pod, at, WARN, text);
        true
    }

    /// A record that no operation writes.
    fn aside(&mut self, pod: usize, at: i64, severity: u8, text: String) {
        let spec = self.world.graph.service(self.world.pods.all[pod].service);
        let logger = spec.operations.first().map_or("main", |o| o.logger);
        let entry =
            crate::line::Entry { at, severity, logger, text, fields: Vec::new(), exception: None, context: None };
        self.world.log(pod, entry);
    }
}
