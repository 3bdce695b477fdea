//! What of a spilled batch is no column: a line of JSON each, `{"signal":"logs","source":"a","partition":0,"offset":7,
//! "resources":[17,23],"new":[{"host.name":"b"}]}`. A resource's attributes stand in the line that first names its id.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::File;
use std::io::{BufRead as _, BufReader, BufWriter, Write as _};
use std::path::Path;
use std::sync::Arc;

use decant_model::{Batch, Position, Resource, ResourceTable, Signal};
use serde::{Deserialize, Serialize};

use super::SpoolError;

const FILE: &str = "heads.jsonl";

#[derive(Debug, Serialize, Deserialize)]
struct Line {
    signal: String,
    source: String,
    partition: i32,
    offset: i64,
    resources: Vec<u64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    new: Vec<BTreeMap<String, String>>,
}

#[derive(Debug)]
pub(super) struct HeadWriter {
    file: BufWriter<File>,
    known: HashSet<u64>,
    bytes: u64,
}

impl HeadWriter {
    pub(super) fn create(folder: &Path) -> Result<Self, SpoolError> {
        let path = folder.join(FILE);
        let file = File::create(&path).map_err(|source| SpoolError::Io { path, source })?;
        Ok(Self { file: BufWriter::new(file), known: HashSet::new(), bytes: 0 })
    }

    pub(super) fn push(&mut self, folder: &Path, batch: &Batch) -> Result<(), SpoolError> {
        let new = batch.resources.iter().filter(|resource| self.known.insert(resource.id()));
        let line = Line {
            new: new.map(|resource| resource.attributes().iter().cloned().collect()).collect(),
            signal: batch.signal().as_str().to_owned(),
            source: batch.position.source.clone(),
            partition: batch.position.partition,
            offset: batch.position.offset,
            resources: batch.resources.iter().map(|resource| resource.id()).collect(),
        };
        let mut json = serde_json::to_vec(&line)
            .map_err(|error| SpoolError::Data { path: folder.to_owned(), reason: error.to_string() })?;
        json.push(b'\n');
        self.bytes += json.len() as u64;
        self.file.write_all(&json).map_err(|source| SpoolError::Io { path: folder.join(FILE), source })
    }

    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    pub(super) fn finish(mut self, folder: &Path) -> Result<(), SpoolError> {
        self.file.flush().map_err(|source| SpoolError::Io { path: folder.join(FILE), source })
    }
}

/// What stands in a line.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) signal: Signal,
    pub(super) position: Position,
    pub(super) resources: ResourceTable,
}

#[derive(Debug)]
pub(super) struct HeadReader {
    file: BufReader<File>,
    known: HashMap<u64, Arc<Resource>>,
}

impl HeadReader {
    pub(super) fn open(folder: &Path) -> Result<Self, SpoolError> {
        let path = folder.join(FILE);
        let file = File::open(&path).map_err(|source| SpoolError::Io { path, source })?;
        Ok(Self { file: BufReader::new(file), known: HashMap::new() })
    }

    pub(super) fn next(&mut self, folder: &Path) -> Result<Option<Head>, SpoolError> {
        let damaged = |reason: String| SpoolError::Data { path: folder.join(FILE), reason };
        let mut json = String::new();
        let read = self.file.read_line(&mut json);
        if read.map_err(|source| SpoolError::Io { path: folder.join(FILE), source })? == 0 {
            return Ok(None);
        }
        let line: Line = serde_json::from_str(&json).map_err(|error| damaged(error.to_string()))?;
        let signal = Signal::ALL.into_iter().find(|signal| signal.as_str() == line.signal);
        let signal = signal.ok_or_else(|| damaged(format!("{:?} is not a signal", line.signal)))?;
        for attributes in line.new {
            let resource = Resource::new(attributes);
            self.known.insert(resource.id(), Arc::new(resource));
        }
        let known = |id: u64| {
            let found = self.known.get(&id).cloned();
            found.ok_or_else(|| damaged(format!("resource {id} is not told")))
        };
        let resources = line.resources.into_iter().map(known).collect::<Result<ResourceTable, _>>()?;
        let position = Position { source: line.source, partition: line.partition, offset: line.offset };
        Ok(Some(Head { signal, position, resources }))
    }
}
