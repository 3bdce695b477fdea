//! Which resource a record points to: the file's, with the service that the record names.

use std::collections::HashMap;

use decant_model::Resource;

use crate::otlp::LogsSink;

/// Resources by service name, valid within one batch. Names are bounded over the whole file.
#[derive(Debug)]
pub(super) struct Services {
    file: Resource,
    max: usize,
    known: HashMap<String, Option<u32>, foldhash::fast::RandomState>,
    /// The last service and its index: mostly the next one too.
    last: Option<u32>,
    /// The name of the last one; its buffer is used again.
    last_name: String,
}

impl Services {
    pub(super) fn new(file: Resource, max: usize) -> Self {
        Self { file, max, known: HashMap::default(), last: None, last_name: String::new() }
    }

    /// Indices are of a batch that was closed.
    pub(super) fn sinks_flushed(&mut self) {
        self.last = None;
        self.known.values_mut().for_each(|index| *index = None);
    }

    /// The index of a service's resource, and whether it was refused since there are too many.
    pub(super) fn index(&mut self, service: &str, sink: &mut LogsSink) -> (u32, bool) {
        if let Some(index) = self.last
            && self.last_name == service
        {
            return (index, false);
        }
        let over_limit = !service.is_empty() && self.known.len() >= self.max && !self.known.contains_key(service);
        let name = if over_limit { "" } else { service };
        if let Some(&Some(index)) = self.known.get(name) {
            self.remember(service, index, over_limit);
            return (index, over_limit);
        }
        let mut attributes = self.file.attributes().to_vec();
        if !name.is_empty() {
            attributes.push(("service.name".to_owned(), name.to_owned()));
        }
        let index = sink.intern(Resource::new(attributes));
        self.known.insert(name.to_owned(), Some(index));
        self.remember(service, index, over_limit);
        (index, over_limit)
    }

    fn remember(&mut self, service: &str, index: u32, over_limit: bool) {
        self.last = Some(index).filter(|_| !over_limit);
        service.clone_into(&mut self.last_name);
    }
}
