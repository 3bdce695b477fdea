//! Databases, caches, the queue and the providers outside: seen by their clients' spans, some by an exporter as well.

/// What a peer is; decides the attributes of client spans, error texts and exported metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum PeerKind {
    Kafka,
    Mongo,
    Mysql,
    OpenSearch,
    Postgres,
    /// Outside, over HTTPS.
    Provider,
    Redis,
}

/// Something that a service talks to and that is no service of ours.
#[derive(Debug)]
pub(crate) struct Peer {
    pub(crate) name: &'static str,
    pub(crate) kind: PeerKind,
    pub(crate) port: u16,
    /// Database, index or keyspace.
    pub(crate) namespace: &'static str,
}

impl Peer {
    /// Name in the cluster's or the world's DNS.
    pub(crate) fn host(&self) -> String {
        match self.kind {
            PeerKind::Provider => self.name.to_owned(),
            _ => format!("{}.data.svc.cluster.local", self.name),
        }
    }
}

impl PeerKind {
    /// `db.system.name` or `messaging.system`.
    pub(crate) fn system(self) -> &'static str {
        match self {
            Self::Kafka => "kafka",
            Self::Mongo => "mongodb",
            Self::Mysql => "mysql",
            Self::OpenSearch => "opensearch",
            Self::Postgres => "postgresql",
            Self::Provider => "http",
            Self::Redis => "redis",
        }
    }
}

const fn peer(name: &'static str, kind: PeerKind, port: u16, namespace: &'static str) -> Peer {
    Peer { name, kind, port, namespace }
}

pub(super) const PEERS: &[Peer] = &[
    peer("users-db", PeerKind::Postgres, 5432, "users"),
    peer("catalog-db", PeerKind::Postgres, 5432, "catalog"),
    peer("ledger-db", PeerKind::Postgres, 5432, "ledger"),
    peer("stock-db", PeerKind::Postgres, 5432, "stock"),
    peer("warehouse-db", PeerKind::Postgres, 5432, "warehouse"),
    peer("orders-db", PeerKind::Mysql, 3306, "orders"),
    peer("promo-db", PeerKind::Mysql, 3306, "promotions"),
    peer("reviews-db", PeerKind::Mongo, 27017, "reviews"),
    peer("search-index", PeerKind::OpenSearch, 9200, "items"),
    peer("sessions-cache", PeerKind::Redis, 6379, "0"),
    peer("catalog-cache", PeerKind::Redis, 6379, "0"),
    peer("cart-cache", PeerKind::Redis, 6379, "0"),
    peer("feature-store", PeerKind::Redis, 6379, "2"),
    peer("broker", PeerKind::Kafka, 9092, ""),
    peer("api.paywire.example", PeerKind::Provider, 443, ""),
    peer("rates.parcelhub.example", PeerKind::Provider, 443, ""),
    peer("smtp.mailbird.example", PeerKind::Provider, 443, ""),
];
