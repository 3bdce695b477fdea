//! Resources: who the telemetry is about (OpenTelemetry resource semantic conventions).
//!
//! A resource is a sorted set of attributes with a stable id, so that the same service instance has the same id in
//! every batch, lane and restart. A batch carries its resources once, in a [`ResourceTable`]; rows point into it.

use std::collections::BTreeMap;
use std::sync::Arc;

use xxhash_rust::xxh3::Xxh3;

/// The entity that produced some telemetry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    id: u64,
    attributes: Vec<(String, String)>,
}

impl Resource {
    /// From attributes in any order; of equal keys the last wins, as the OpenTelemetry specification has it.
    #[must_use]
    pub fn new(attributes: impl IntoIterator<Item = (String, String)>) -> Self {
        let attributes: Vec<(String, String)> =
            attributes.into_iter().collect::<BTreeMap<_, _>>().into_iter().collect();
        let mut hash = Xxh3::new();
        for (key, value) in &attributes {
            for part in [key, value] {
                hash.update(&(part.len() as u64).to_le_bytes());
                hash.update(part.as_bytes());
            }
        }
        Self { id: hash.digest(), attributes }
    }

    /// A hash of the attributes: equal for equal sets, everywhere.
    #[must_use]
    pub fn id(&self) -> u64 {
        self.id
    }

    /// Sorted by key.
    #[must_use]
    pub fn attributes(&self) -> &[(String, String)] {
        &self.attributes
    }

    /// The value of one attribute.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        let at = self.attributes.binary_search_by(|(k, _)| k.as_str().cmp(key)).ok()?;
        self.attributes.get(at).map(|(_, v)| v.as_str())
    }

    /// `service.name`, else the nearest thing that names a service; empty when nothing does.
    #[must_use]
    pub fn service(&self) -> &str {
        ["service.name", "k8s.deployment.name", "k8s.container.name", "container.name", "log.file.name"]
            .iter()
            .find_map(|key| self.get(key).filter(|v| !v.is_empty()))
            .unwrap_or("")
    }

    /// The instance below the service: pod, instance id, container or host, the first that is told.
    #[must_use]
    pub fn instance(&self) -> Option<&str> {
        ["k8s.pod.name", "service.instance.id", "container.id", "host.name"].iter().find_map(|key| self.get(key))
    }
}

/// The resources of one batch; rows hold indices into it.
#[derive(Clone, Debug, Default)]
pub struct ResourceTable {
    items: Vec<Arc<Resource>>,
}

impl ResourceTable {
    /// The index of `resource`, added when it is new. Tables are small (a batch's resources), so this scans from the
    /// newest, which is nearly always the one asked for.
    pub fn intern(&mut self, resource: Resource) -> u32 {
        if let Some(at) = self.items.iter().rposition(|r| r.id() == resource.id()) {
            return at as u32;
        }
        self.items.push(Arc::new(resource));
        (self.items.len() - 1) as u32
    }

    /// The resource at `index`.
    #[must_use]
    pub fn get(&self, index: u32) -> Option<&Arc<Resource>> {
        self.items.get(index as usize)
    }

    /// All, in order of index.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Resource>> {
        self.items.iter()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// The same table with each resource passed through `f`; indices stay valid.
    #[must_use]
    pub fn map(&self, mut f: impl FnMut(&Resource) -> Option<Resource>) -> Self {
        Self { items: self.items.iter().map(|r| f(r).map_or_else(|| r.clone(), Arc::new)).collect() }
    }
}

/// Index by index, equal resources included: what rows point to stays where it was.
impl FromIterator<Arc<Resource>> for ResourceTable {
    fn from_iter<I: IntoIterator<Item = Arc<Resource>>>(resources: I) -> Self {
        Self { items: resources.into_iter().collect() }
    }
}
