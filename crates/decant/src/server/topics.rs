//! What lanes have to know of Kafka's topics: their messages may come again, with the offsets that they had.

use decant_codec::payload::Encoding;
use decant_engine::{Lane, Messages};
use decant_ingress::Topic;
use decant_model::Signal;
use decant_store::PositionRange;

/// Whether a message becomes a batch or some rows of one.
pub(super) fn messages(topic: &Topic) -> Messages {
    match topic.encoding {
        Encoding::OtlpProto | Encoding::OtlpJson => Messages::Batches,
        Encoding::Json | Encoding::Raw | Encoding::Text => Messages::Rows,
    }
}

/// Tells a lane, and which messages are counted already.
pub(super) fn introduce(lane: &mut Lane, topics: &[Topic], counted: &[(Signal, PositionRange)]) {
    for topic in topics {
        lane.may_replay(&topic.name, messages(topic));
    }
    for (signal, range) in counted {
        lane.counted_elsewhere(*signal, &range.source, range.partition, range.first, range.last);
    }
}
