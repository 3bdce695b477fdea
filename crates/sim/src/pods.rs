//! The running containers and who they say they are.

use std::collections::BTreeMap;

use opentelemetry_proto::tonic::resource::v1::Resource;

use crate::dice::{Dice, Purpose};
use crate::otlp::kv;
use crate::plan::version;
use crate::shop::{Graph, Language, ServiceId};

/// Index of a pod; a pod that was replaced keeps its own.
pub(crate) type PodId = usize;

/// One container. It keeps its name when it restarts, and gives way to another one at a deployment.
#[derive(Debug)]
pub(crate) struct Pod {
    pub(crate) service: ServiceId,
    /// Which of the service's replicas it is.
    pub(crate) slot: usize,
    pub(crate) name: String,
    pub(crate) ip: String,
    pub(crate) resource: Resource,
    /// When its process began.
    pub(crate) started: i64,
    pub(crate) restarts: i64,
}

/// All pods that ever ran.
#[derive(Debug)]
pub(crate) struct Pods {
    seed: u64,
    pub(crate) all: Vec<Pod>,
    /// By service, by slot: the one that serves.
    current: Vec<Vec<PodId>>,
    deployments: Vec<usize>,
    reporters: BTreeMap<String, PodId>,
}

const NODES: &[&str] = &["pool-a-1", "pool-a-2", "pool-a-3", "pool-b-1", "pool-b-2"];

impl Pods {
    pub(crate) fn new(seed: u64, graph: &Graph, now: i64) -> Self {
        let services = graph.services.len();
        let mut pods = Self {
            seed,
            all: Vec::new(),
            current: vec![Vec::new(); services],
            deployments: vec![0; services],
            reporters: BTreeMap::new(),
        };
        for service in 0..services {
            for slot in 0..graph.service(service).replicas {
                let id = pods.make(graph, service, slot, now);
                let age_s = Dice::new(seed, Purpose::Pods, (service * 16 + slot) as u64).between(7_200.0, 600_000.0);
                pods.all[id].started = now - (age_s * 1e9) as i64;
                pods.current[service].push(id);
            }
        }
        pods
    }

    /// The pods that serve, by slot.
    pub(crate) fn of(&self, service: ServiceId) -> &[PodId] {
        &self.current[service]
    }

    pub(crate) fn serving(&self) -> Vec<PodId> {
        self.current.iter().flatten().copied().collect()
    }

    /// Who tells of changes: no container, only a name.
    pub(crate) fn reporter(&mut self, name: &str) -> PodId {
        if let Some(id) = self.reporters.get(name) {
            return *id;
        }
        let id = self.all.len();
        let resource = Resource { attributes: vec![kv("service.name", name)], ..Resource::default() };
        let (name, ip) = (name.to_owned(), String::new());
        self.reporters.insert(name.clone(), id);
        self.all.push(Pod { service: usize::MAX, slot: 0, name, ip, resource, started: 0, restarts: 0 });
        id
    }

    /// Another version: the next [`replace`](Self::replace)s make pods of it.
    pub(crate) fn upgrade(&mut self, service: ServiceId) {
        self.deployments[service] += 1;
    }

    /// A new pod takes the place of the old one.
    pub(crate) fn replace(&mut self, graph: &Graph, service: ServiceId, slot: usize, now: i64) -> PodId {
        let id = self.make(graph, service, slot, now);
        self.current[service][slot] = id;
        id
    }

    fn make(&mut self, graph: &Graph, service: ServiceId, slot: usize, now: i64) -> PodId {
        let id = self.all.len();
        let mut dice = Dice::new(
            self.seed,
            Purpose::Pods,
            0x1_0000 + (service * 256 + slot * 16 + self.deployments[service]) as u64,
        );
        let spec = graph.service(service);
        let version = version(service, self.deployments[service]);
        // The hash of the replica set is shared by the pods of one version.
        let mut set = Dice::new(self.seed, Purpose::Pods, 0x4_0000 + (service * 16 + self.deployments[service]) as u64);
        const LETTERS: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";
        let name = format!("{}-{}-{}", spec.name, set.of(LETTERS, 9), dice.of(LETTERS, 5));
        let ip = format!("10.24.{}.{}", dice.below(6), 2 + dice.below(250));
        let instance = format!("{}-{}-4{}-8{}-{}", dice.hex(8), dice.hex(4), dice.hex(3), dice.hex(3), dice.hex(12));
        let resource = Resource {
            attributes: vec![
                kv("service.name", spec.name),
                kv("service.namespace", "shop"),
                kv("service.version", version.as_str()),
                kv("service.instance.id", instance),
                kv("deployment.environment.name", "production"),
                kv("k8s.cluster.name", "eu-central"),
                kv("k8s.namespace.name", "shop"),
                kv("k8s.deployment.name", spec.name),
                kv("k8s.pod.name", name.as_str()),
                kv("k8s.pod.ip", ip.as_str()),
                kv("k8s.node.name", NODES[(service + slot * 2) % NODES.len()]),
                kv("container.image.name", format!("registry.lanternfish.example/shop/{}", spec.name)),
                kv("container.image.tags", version),
                kv("telemetry.sdk.language", sdk(spec.language)),
            ],
            ..Resource::default()
        };
        self.all.push(Pod { service, slot, name, ip, resource, started: now, restarts: 0 });
        id
    }
}

fn sdk(language: Language) -> &'static str {
    match language {
        Language::DotNet => "dotnet",
        Language::Go => "go",
        Language::Java => "java",
        Language::Node => "nodejs",
        Language::Python => "python",
        Language::Rust => "rust",
    }
}
