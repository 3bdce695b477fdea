//! Messages that could not be decoded, set aside: where they are, why, and how large, a JSON line each.
//!
//! What could not be decoded could not be redacted, so no byte of it is kept: position and hash find it in the topic. The
//! file is bounded: when it is full it becomes the old one, and the old one before it goes.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use decant_ingress::kafka::DeadLetter;

const FILE: &str = "dead-letters.jsonl";
const OLD_FILE: &str = "dead-letters.old.jsonl";
/// Of one of the two files.
const MAX_BYTES: u64 = 16 << 20;

/// The files, in the store's folder.
#[derive(Debug)]
pub(super) struct DeadLetters {
    folder: PathBuf,
}

impl DeadLetters {
    pub(super) fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// Sets one aside. It is told in the log as well, so a full disk does not hide it.
    pub(super) fn keep(&mut self, letter: &DeadLetter) {
        tracing::warn!(
            topic = letter.topic,
            partition = letter.partition,
            offset = letter.offset,
            reason = letter.reason,
            "a message could not be decoded and is set aside"
        );
        if let Err(error) = self.append(letter) {
            tracing::error!(%error, "the file of dead letters could not be written");
        }
    }

    fn append(&self, letter: &DeadLetter) -> io::Result<()> {
        let path = self.folder.join(FILE);
        if fs::metadata(&path).is_ok_and(|found| found.len() >= MAX_BYTES) {
            fs::rename(&path, self.folder.join(OLD_FILE))?;
        }
        let line = serde_json::to_string(letter)?;
        let mut file = OpenOptions::new().create(true).append(true).open(path)?;
        writeln!(file, "{line}")?;
        file.sync_data()
    }
}
