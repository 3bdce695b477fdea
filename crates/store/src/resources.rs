//! The resources of a segment, kept in its own file's footer.
//!
//! A row holds the id of its resource; the attributes stand once a file under the key `decant.resources` of the Parquet
//! key-value metadata, as JSON: `[{"service.name":"checkout","host.name":"a"}, ...]`. A segment therefore explains
//! itself, goes with its resources when it goes, and needs no table that grows for ever.

use std::collections::BTreeMap;
use std::sync::Arc;

use decant_model::{Batch, Resource};
use parquet::file::metadata::KeyValue;

const KEY: &str = "decant.resources";

/// Resources by id.
#[derive(Clone, Debug, Default)]
pub(crate) struct Resources(BTreeMap<u64, Arc<Resource>>);

impl Resources {
    pub(crate) fn of(batches: &[&Batch]) -> Self {
        let all = batches.iter().flat_map(|batch| batch.resources.iter());
        Self(all.map(|resource| (resource.id(), resource.clone())).collect())
    }

    pub(crate) fn absorb(&mut self, other: &Self) {
        self.0.extend(other.0.iter().map(|(&id, resource)| (id, resource.clone())));
    }

    pub(crate) fn get(&self, id: u64) -> Option<&Arc<Resource>> {
        self.0.get(&id)
    }

    pub(crate) fn to_footer(&self) -> Result<KeyValue, serde_json::Error> {
        let all: Vec<BTreeMap<&str, &str>> = self
            .0
            .values()
            .map(|resource| resource.attributes().iter().map(|(k, v)| (k.as_str(), v.as_str())).collect())
            .collect();
        Ok(KeyValue::new(KEY.to_owned(), serde_json::to_string(&all)?))
    }

    /// `None` when the footer has none that can be read.
    pub(crate) fn from_footer(footer: Option<&Vec<KeyValue>>) -> Option<Self> {
        let json = footer?.iter().find(|pair| pair.key == KEY)?.value.as_ref()?;
        let all: Vec<BTreeMap<String, String>> = serde_json::from_str(json).ok()?;
        let all = all.into_iter().map(|attributes| Arc::new(Resource::new(attributes)));
        Some(Self(all.map(|resource| (resource.id(), resource)).collect()))
    }
}
