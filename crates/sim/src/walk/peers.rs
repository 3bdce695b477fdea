//! What an operation asks of databases, caches, the queue, providers and its volume.

use crate::ailment::Disk;
use crate::load::{queueing, shed};
use crate::shop::{Need, Peer, PeerKind, WARN};
use crate::trouble::{Target, Trouble, describe};
use crate::world::{MAX_BACKLOG, Message};

use super::{Frame, Walk, ns};

/// What a statement waits for a connection at most.
const POOL_WAIT_MS: f64 = 2_500.0;
const STATEMENT_LIMIT_MS: f64 = 6_000.0;
const SLOW_STATEMENT_MS: f64 = 250.0;

impl Walk<'_> {
    fn peer(&self, name: &str) -> Option<(usize, &'static Peer)> {
        let id = self.world.graph.peer(name)?;
        Some((id, &self.world.graph.peers[id]))
    }

    pub(super) fn query(
        &mut self,
        frame: &mut Frame,
        peer: &str,
        statement: &'static str,
        table: &'static str,
        ms: f64,
    ) {
        let Some((id, peer)) = self.peer(peer) else { return };
        let (factor, times) = self.world.ask((1.0, 1), |a| a.query(frame.service, statement, frame.now));
        let verb = statement.split([' ', '/']).next().unwrap_or("");
        let what = format!("{verb} {table}");
        for _ in 0..times {
            let detail = [("db.query.text", statement), ("db.collection.name", table), ("db.operation.name", verb)];
            if let Some(trouble) = self.wait_for_connection(frame) {
                let to = target(peer, &what, POOL_WAIT_MS);
                self.world.meters.count_pool_timeout(frame.pod);
                self.cope(frame, trouble, &to, Need::Must);
                return;
            }
            // A statement's span begins when it has its connection.
            let start = frame.now;
            let busy = queueing(0.2 * self.world.loads[frame.service].connection_ratio());
            let took = self.dice.around(ms * factor, 0.35) * busy;
            let trouble = self.ask_peer(frame, id, peer, took, STATEMENT_LIMIT_MS, 0.12);
            let to = target(peer, &what, STATEMENT_LIMIT_MS);
            let failure = trouble.map(|t| (t, describe(frame.spec.language, t, &to).1));
            let span = self.peer_span(frame, peer, &what, &detail, failure);
            self.world.span(frame.pod, start, frame.now, span);
            let held = (frame.now - start) as f64 / 1e6;
            self.world.loads[frame.service].add_hold(held);
            if held > SLOW_STATEMENT_MS
                && trouble.is_none()
                && self.world.ask((1.0, 1), |a| a.query(frame.service, statement, start)).0 > 1.0
            {
                let text = format!("slow query on {}: {held:.0} ms: {statement}", peer.name);
                self.write_entry(frame, WARN, text, Vec::new(), None);
            }
            if let Some(trouble) = trouble {
                self.cope(frame, trouble, &to, Need::Must);
                return;
            }
        }
    }

    /// Waits until the pool has a connection free; too long is a failure.
    fn wait_for_connection(&mut self, frame: &mut Frame) -> Option<Trouble> {
        let pool = frame.spec.pool?;
        let wanted = pool.usual * self.world.loads[frame.service].connection_ratio();
        if self.dice.chance(0.6 * shed(wanted)) {
            frame.now += ns(POOL_WAIT_MS);
            return Some(Trouble::PoolEmpty);
        }
        if wanted > 0.8 {
            frame.now += ns(self.dice.wait((wanted - 0.8).min(1.5) * 400.0));
        }
        None
    }

    pub(super) fn cache(&mut self, frame: &mut Frame, peer: &str, command: &'static str, ms: f64) {
        let Some((id, peer)) = self.peer(peer) else { return };
        let start = frame.now;
        let took = self.dice.around(ms, 0.35);
        let trouble = self.ask_peer(frame, id, peer, took, 500.0, 0.05);
        let to = target(peer, command, 500.0);
        let failure = trouble.map(|t| (t, describe(frame.spec.language, t, &to).1));
        let span = self.peer_span(frame, peer, command, &[("db.operation.name", command)], failure);
        self.world.span(frame.pod, start, frame.now, span);
        if let Some(trouble) = trouble {
            let need = if peer.name == "catalog-cache" { Need::May("cache not used") } else { Need::Must };
            self.cope(frame, trouble, &to, need);
        }
    }

    pub(super) fn provider(
        &mut self,
        frame: &mut Frame,
        peer: &str,
        method: &'static str,
        route: &'static str,
        ms: f64,
        need: Need,
    ) {
        let Some((id, peer)) = self.peer(peer) else { return };
        let what = format!("{method} {route}");
        let to = target(peer, &what, 3_000.0);
        for attempt in 0..2 {
            let start = frame.now;
            let took = self.dice.around(ms, 0.3);
            let trouble = self.ask_peer(frame, id, peer, took, 3_000.0, 1.0);
            let failure = trouble.map(|t| (t, describe(frame.spec.language, t, &to).1));
            let url = format!("https://{}{route}", peer.name);
            let detail = [("http.request.method", method), ("url.full", url.as_str())];
            let span = self.peer_span(frame, peer, method, &detail, failure);
            self.world.span(frame.pod, start, frame.now, span);
            let Some(trouble) = trouble else { return };
            if attempt == 1 || method == "POST" {
                self.cope(frame, trouble, &to, need);
                return;
            }
            let text = format!("retrying {what} on {}: {}", peer.name, describe(frame.spec.language, trouble, &to).1);
            self.write_entry(frame, WARN, text, Vec::new(), None);
            frame.now += ns(self.dice.between(50.0, 150.0));
        }
    }

    /// One exchange with a peer; moves the clock on. `connects` is the probability that it needs a new connection.
    fn ask_peer(
        &mut self,
        frame: &mut Frame,
        id: usize,
        peer: &Peer,
        took_ms: f64,
        limit_ms: f64,
        connects: f64,
    ) -> Option<Trouble> {
        if self.dice.chance(connects)
            && let Some((trouble, ms)) = self.resolve(frame)
        {
            frame.now += ns(ms);
            return Some(trouble);
        }
        let mut took = took_ms * self.world.hiccup(id, frame.now);
        let mut trouble = None;
        if let Some(ailment) = &self.world.ailment {
            let way = ailment.peer_passage(frame.service, frame.now, &mut self.dice);
            let back = ailment.peer_passage(frame.service, frame.now, &mut self.dice);
            took += way.delay_ms + back.delay_ms;
            if way.lost {
                took = f64::INFINITY;
            } else if way.reset || back.reset {
                trouble = Some(Trouble::Reset);
            } else if let Some((failure, ms)) =
                ailment.peer_fails(id, peer.kind == PeerKind::Provider, frame.now, &mut self.dice)
            {
                trouble = Some(failure);
                took = ms.unwrap_or(limit_ms);
            }
        }
        if took > limit_ms {
            (took, trouble) = (limit_ms, Some(Trouble::Timeout));
        }
        frame.now += ns(took);
        trouble
    }

    pub(super) fn publish(&mut self, frame: &mut Frame, topic: &'static str) {
        let Some((id, peer)) = self.peer("broker") else { return };
        let start = frame.now;
        let took = self.dice.around(3.0, 0.3);
        let trouble = self.ask_peer(frame, id, peer, took, 2_000.0, 0.02);
        let what = format!("send {topic}");
        let to = target(peer, &what, 2_000.0);
        let failure = trouble.map(|t| (t, describe(frame.spec.language, t, &to).1));
        let detail = [("messaging.destination.name", topic), ("messaging.operation.type", "send")];
        let span = self.peer_span(frame, peer, &what, &detail, failure);
        let mut parent = [0; 8];
        parent.iter_mut().zip(&span.span_id).for_each(|(to, from)| *to = *from);
        self.world.span(frame.pod, start, frame.now, span);
        if let Some(trouble) = trouble {
            self.cope(frame, trouble, &to, Need::Must);
            return;
        }
        for queue in self.world.queues.iter_mut().filter(|q| q.topic == topic) {
            queue.produced += 1;
            if queue.messages.len() < MAX_BACKLOG {
                let message = Message { sent: frame.now, trace: self.trace, span: parent, vars: self.vars.clone() };
                queue.messages.push_back(message);
            }
        }
    }

    pub(super) fn write(&mut self, frame: &mut Frame, what: &'static str, ms: f64, need: Need) {
        let volume = frame.spec.volume.unwrap_or("/tmp");
        let start = frame.now;
        let disk = self.world.ask(Disk::Writes(1.0), |a| a.disk(frame.service, frame.slot, start));
        let factor = if let Disk::Writes(factor) = disk { factor } else { 1.0 };
        let took = self.dice.around(ms * factor, 0.4);
        frame.now += ns(took);
        self.world.meters.count_write(frame.pod, took);
        let mut span = self.internal(frame, &format!("write {what}"));
        if disk == Disk::Full {
            let path = format!("{volume}/{}", what.replace(' ', "-"));
            let to = Target {
                name: volume.to_owned(),
                host: String::new(),
                ip: String::new(),
                port: 0,
                what: path,
                timeout_ms: 0.0,
                peer: None,
                expired_at: String::new(),
            };
            let (_, message) = describe(frame.spec.language, Trouble::NoSpace, &to);
            span.status = Some(opentelemetry_proto::tonic::trace::v1::Status { code: 2, message });
            self.world.span(frame.pod, start, frame.now, span);
            self.cope(frame, Trouble::NoSpace, &to, need);
        } else {
            self.world.span(frame.pod, start, frame.now, span);
        }
    }
}

fn target(peer: &Peer, what: &str, timeout_ms: f64) -> Target {
    Target {
        name: peer.name.to_owned(),
        host: peer.host(),
        ip: format!("10.24.9.{}", 10 + peer.name.len()),
        port: peer.port,
        what: what.to_owned(),
        timeout_ms,
        peer: Some(peer.kind),
        expired_at: String::new(),
    }
}
