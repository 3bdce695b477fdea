//! Metrics that an exporter takes from databases, caches and the queue. Providers outside have none.

use opentelemetry_proto::tonic::metrics::v1::ResourceMetrics;
use opentelemetry_proto::tonic::resource::v1::Resource;

use super::Export;
use crate::Fault;
use crate::dice::{Dice, Purpose};
use crate::otlp::kv;
use crate::shop::PeerKind;
use crate::world::World;

impl World {
    /// What the exporter of a peer sends at a moment; nothing when the peer does not answer it.
    pub(crate) fn export_peer(&self, id: usize, at: i64, began: i64) -> Option<ResourceMetrics> {
        let peer = &self.graph.peers[id];
        let is_failing = self.ask(false, |a| a.fault == Fault::DependencyFailure && a.peer == Some(id) && a.is_on(at));
        let answers = self.ask(true, |a| !is_failing || a.variant % 3 == 2);
        if peer.kind == PeerKind::Provider || !answers {
            return None;
        }
        let mut dice = Dice::new(self.seed, Purpose::Meters, (at as u64) ^ ((id as u64 + 512) << 48));
        let users = self.graph.users(peer.name);
        let ratio = |f: &dyn Fn(usize) -> f64| users.iter().map(|s| f(*s)).sum::<f64>() / users.len().max(1) as f64;
        let busy = ratio(&|s| {
            if self.graph.service(s).pool.is_some() {
                self.loads[s].connection_ratio()
            } else {
                self.loads[s].work_ratio()
            }
        });
        let mut out = Export::new(at, began);
        let slow =
            self.ask(1.0, |a| if a.fault == Fault::SlowQuery && a.peer == Some(id) && a.is_on(at) { 2.4 } else { 1.0 });
        let cpu = (0.16 * busy.min(4.0) * slow).min(0.97) * dice.around(1.0, 0.08);
        out.gauge("system.cpu.utilization", "1", cpu.min(0.99), vec![]);
        let connections = (14.0 * busy.min(6.0) * dice.around(1.0, 0.06)).round();
        let operations = self.peer_operations[id];
        match peer.kind {
            PeerKind::Postgres => {
                out.level(
                    "postgresql.backends",
                    "1",
                    connections,
                    vec![kv("postgresql.database.name", peer.namespace)],
                );
                out.count("postgresql.commits", "1", operations, vec![kv("postgresql.database.name", peer.namespace)]);
            }
            PeerKind::Mysql => {
                out.level("mysql.threads", "1", connections, vec![kv("kind", "connected")]);
                out.count("mysql.query.count", "1", operations, vec![]);
            }
            PeerKind::Mongo => {
                out.level("mongodb.connection.count", "{connections}", connections, vec![kv("type", "active")]);
                out.count("mongodb.operation.count", "{operations}", operations, vec![kv("operation", "query")]);
            }
            PeerKind::OpenSearch => {
                out.count(
                    "elasticsearch.node.operations.completed",
                    "{operations}",
                    operations,
                    vec![kv("operation", "query")],
                );
                out.gauge("jvm.memory.heap.utilization", "1", 0.55 + 0.05 * dice.normal(), vec![]);
            }
            PeerKind::Redis => {
                out.level("redis.clients.connected", "{client}", connections * 0.5, vec![]);
                out.count("redis.commands.processed", "{command}", operations * 3.0, vec![]);
                out.whole("redis.memory.used", "By", 3.1e8 * dice.around(1.0, 0.01), vec![]);
            }
            PeerKind::Kafka => {
                for queue in &self.queues {
                    let group = self.graph.service(queue.consumer.0).name;
                    let lag = queue.messages.len() as f64;
                    out.whole("kafka.consumer_group.lag", "1", lag, vec![kv("group", group), kv("topic", queue.topic)]);
                }
            }
            PeerKind::Provider => {}
        }
        let attributes = vec![
            kv("service.name", peer.name),
            kv("service.namespace", "data"),
            kv(if peer.kind == PeerKind::Kafka { "messaging.system" } else { "db.system.name" }, peer.kind.system()),
            kv("server.address", peer.host()),
            kv("k8s.namespace.name", "data"),
            kv("k8s.pod.name", format!("{}-0", peer.name)),
        ];
        Some(out.finish(Resource { attributes, ..Resource::default() }, "otelcol/receivers"))
    }
}
