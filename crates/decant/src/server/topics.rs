//! What lanes have to know of Kafka's topics: their messages may come again, with the offsets that they had.

use std::hash::{DefaultHasher, Hash, Hasher};

use decant_codec::payload::Encoding;
use decant_engine::{Lane, Messages};
use decant_ingress::Topic;
use decant_model::{Batch, Signal};
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

/// The lane of a batch. A partition's batches go to one, which knows them again however they are cut when they are read a
/// second time; a request, which comes again as it was, to that of its first resource.
pub(super) fn lane_of(batch: &Batch, topics: &[Topic], lanes: usize) -> usize {
    let position = &batch.position;
    let id = if topics.iter().any(|topic| topic.name == position.source) {
        let mut source = DefaultHasher::new();
        position.source.hash(&mut source);
        // Neighbours go to different lanes.
        source.finish().wrapping_add(u64::from(position.partition.cast_unsigned()))
    } else {
        batch.resources.get(0).map_or(0, |resource| resource.id())
    };
    (id % lanes.max(1) as u64) as usize
}

#[cfg(test)]
mod tests {
    use decant_model::{LogsBuilder, Position, Resource, ResourceTable, Rows};

    use super::*;

    fn batch(source: &str, partition: i32, service: &str) -> Batch {
        let mut resources = ResourceTable::default();
        resources.intern(Resource::new([("service.name".to_owned(), service.to_owned())]));
        let position = Position { source: source.to_owned(), partition, offset: 7 };
        Batch { position, resources, rows: Rows::Logs(LogsBuilder::default().finish()) }
    }

    #[test]
    fn a_partition_stays_in_one_lane_whatever_its_batches_begin_with_and_a_request_in_that_of_its_resource() {
        let topics = [Topic { name: "logs".to_owned(), signal: Signal::Logs, encoding: Encoding::Text }];
        let lanes = |batches: Vec<Batch>| batches.iter().map(|b| lane_of(b, &topics, 64)).collect::<Vec<_>>();
        let services: Vec<String> = (0..20).map(|n| format!("service-{n}")).collect();
        let of = |source: &str| {
            let mut lanes = lanes(services.iter().map(|service| batch(source, 3, service)).collect());
            lanes.dedup();
            lanes.len()
        };
        assert_eq!(of("logs"), 1);
        assert!(of("otlp_http") > 5);
        let neighbours = lanes((0..4).map(|partition| batch("logs", partition, "cart")).collect());
        assert!(neighbours.windows(2).all(|two| two[0] != two[1]), "{neighbours:?}");
    }
}
