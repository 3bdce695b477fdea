//! Payloads of a Kafka partition: messages with offsets in, batches with positions out.
//!
//! | encoding | a message is | becomes |
//! |---|---|---|
//! | `otlp_proto` | an `Export*ServiceRequest` of the topic's signal | a batch of its own |
//! | `otlp_json` | the same as JSON, of any signals | a batch of its own for each signal |
//! | `json` | one JSON object, a log record | a row among others |
//! | `raw` | one log body, whatever it looks like | a row among others |
//! | `text` | lines of a log, in any format of [`text`](crate::text) | rows among others |
//!
//! The position of a batch is the offset of its first message, and a batch holds whole messages only. When a batch ends
//! is the caller's choice. So if a partition is replayed with a batch for each message, every batch of the first time
//! meets one with its position.

use decant_model::{Batch, Position, Resource, Signal};

use crate::text::{DecodeOptions, Form, MessageDecoder};
use crate::{DecodeError, Limits, otlp};

/// What the messages of a topic are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    OtlpProto,
    OtlpJson,
    Json,
    Raw,
    Text,
}

impl Encoding {
    pub const ALL: [Self; 5] = [Self::OtlpProto, Self::OtlpJson, Self::Json, Self::Raw, Self::Text];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OtlpProto => "otlp_proto",
            Self::OtlpJson => "otlp_json",
            Self::Json => "json",
            Self::Raw => "raw",
            Self::Text => "text",
        }
    }

    /// The encoding of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|e| e.as_str() == name)
    }
}

/// One message.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    pub offset: i64,
    /// The broker's or the producer's timestamp; for records that tell no time.
    pub time_unix_nano: Option<i64>,
    pub payload: &'a [u8],
}

/// Decodes one partition.
#[derive(Debug)]
pub struct PayloadDecoder {
    position: Position,
    limits: Limits,
    how: How,
}

#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "one a partition")]
enum How {
    OtlpProto(Signal, Vec<Batch>),
    OtlpJson(Vec<Batch>),
    Gather(MessageDecoder),
}

impl PayloadDecoder {
    /// For `partition` of `topic`. `signal` matters for `otlp_proto` alone, whose bytes do not tell it.
    #[must_use]
    pub fn new(encoding: Encoding, signal: Signal, topic: &str, partition: i32, options: DecodeOptions) -> Self {
        let position = Position { source: topic.to_owned(), partition, offset: 0 };
        let limits = options.limits;
        let gather = |form, options| {
            let resource = Resource::new([
                ("service.name".to_owned(), topic.to_owned()),
                ("messaging.destination.name".to_owned(), topic.to_owned()),
            ]);
            How::Gather(MessageDecoder::new(form, position.clone(), resource, options))
        };
        let how = match encoding {
            Encoding::OtlpProto => How::OtlpProto(signal, Vec::new()),
            Encoding::OtlpJson => How::OtlpJson(Vec::new()),
            Encoding::Json => gather(Form::Json, options),
            Encoding::Raw => gather(Form::Raw, options),
            Encoding::Text => gather(Form::Text, options),
        };
        Self { position, limits, how }
    }

    /// Adds a message and returns its rows.
    ///
    /// # Errors
    /// When the message cannot be decoded; then nothing of it was added.
    pub fn push(&mut self, message: &Message<'_>) -> Result<u64, DecodeError> {
        let position = Position { offset: message.offset, ..self.position.clone() };
        let (ready, batches) = match &mut self.how {
            How::OtlpProto(signal, ready) => {
                (ready, vec![otlp::decode_proto(*signal, message.payload, &self.limits, position)?])
            }
            How::OtlpJson(ready) => (ready, otlp::decode_any_json(message.payload, &self.limits, position)?),
            How::Gather(decoder) => {
                return decoder.push(message.offset, message.time_unix_nano, message.payload);
            }
        };
        let rows = batches.iter().map(|batch| batch.len() as u64).sum();
        ready.extend(batches.into_iter().filter(|batch| !batch.is_empty()));
        Ok(rows)
    }

    /// Whether it is time to [`take`](Self::take) what was gathered.
    #[must_use]
    pub fn is_full(&self) -> bool {
        match &self.how {
            How::OtlpProto(_, ready) | How::OtlpJson(ready) => !ready.is_empty(),
            How::Gather(decoder) => decoder.is_full(),
        }
    }

    /// Appends what was gathered to `out`: nothing, or a batch for each signal that has rows.
    pub fn take(&mut self, out: &mut Vec<Batch>) {
        match &mut self.how {
            How::OtlpProto(_, ready) | How::OtlpJson(ready) => out.append(ready),
            How::Gather(decoder) => decoder.take(out),
        }
    }
}

#[cfg(test)]
mod tests;
