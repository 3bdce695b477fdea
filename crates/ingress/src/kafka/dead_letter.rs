//! Messages that were passed over.

use serde::Serialize;
use xxhash_rust::xxh3::xxh3_64;

/// What is known of a message that could not be decoded, or of a batch that was refused for good. None of its text: what
/// could not be decoded could not be redacted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DeadLetter {
    pub topic: String,
    pub partition: i32,
    pub offset: i64,
    /// Messages that it stands for, from `offset` on.
    pub messages: u64,
    pub reason: String,
    pub bytes: u64,
    /// XXH3 of the payload, in hex, so that copies are known; absent for a batch.
    pub hash: Option<String>,
}

impl DeadLetter {
    pub(super) fn of(topic: &str, partition: i32, offset: i64, payload: &[u8], reason: String) -> Self {
        Self {
            topic: topic.to_owned(),
            partition,
            offset,
            messages: 1,
            reason,
            bytes: payload.len() as u64,
            hash: Some(format!("{:016x}", xxh3_64(payload))),
        }
    }
}
