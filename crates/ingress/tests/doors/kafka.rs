//! The consumer against librdkafka's mock cluster.

use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use decant_codec::payload::Encoding;
use decant_ingress::kafka::{DeadLetter, KafkaError, consume};
use decant_ingress::{Deliveries, Delivery, Door, Failure, Intake, IntakeLimits, KafkaConfig, Metrics, Topic};
use decant_model::Signal;
use prost::Message as _;
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::mocking::MockCluster;
use rdkafka::producer::{BaseProducer, BaseRecord, DefaultProducerContext, Producer as _};
use rdkafka::types::{RDKafkaApiKey, RDKafkaRespErr};
use rdkafka::{Offset, TopicPartitionList};
use tokio_util::sync::CancellationToken;

use crate::requests;
use crate::server::{PATIENCE, bodies};

/// How long nothing may come that must not.
const QUIET: Duration = Duration::from_millis(500);

struct Cluster {
    mock: MockCluster<'static, DefaultProducerContext>,
    producer: BaseProducer,
}

impl Cluster {
    fn new(topic: &str, partitions: i32) -> Self {
        let mock = MockCluster::new(1).unwrap();
        mock.create_topic(topic, partitions, 1).unwrap();
        let producer =
            ClientConfig::new().set("bootstrap.servers", mock.bootstrap_servers()).create::<BaseProducer>().unwrap();
        Self { mock, producer }
    }

    fn produce(&self, topic: &str, partition: i32, payloads: &[&[u8]]) {
        for payload in payloads {
            let record: BaseRecord<'_, (), [u8]> = BaseRecord::to(topic).partition(partition).payload(payload);
            self.producer.send(record).map_err(|(error, _)| error).unwrap();
        }
        self.producer.flush(PATIENCE).unwrap();
    }

    fn config(&self, topic: &str, encoding: Encoding) -> KafkaConfig {
        KafkaConfig {
            brokers: vec![self.mock.bootstrap_servers()],
            topics: vec![Topic { name: topic.to_owned(), encoding, signal: Signal::Logs }],
            linger: Duration::from_millis(20),
            commit_interval: Duration::from_millis(50),
            retry_delay: Duration::from_millis(50),
            drain_timeout: Duration::from_millis(500),
            // The mock cluster lets members rejoin for the session timeout less a second, then elects. When its leader's
            // assignment comes before a follower asks for it, the follower's part is lost and a new round begins: they
            // have to be short for a test to see the end of several.
            properties: [("session.timeout.ms", "2500"), ("heartbeat.interval.ms", "100"), ("fetch.wait.max.ms", "20")]
                .map(|(k, v)| (k.to_owned(), v.to_owned()))
                .into(),
            ..KafkaConfig::default()
        }
    }

    /// The group's offset; `None` when it has committed nothing.
    fn committed(&self, topic: &str, partition: i32) -> Option<i64> {
        let consumer: BaseConsumer = ClientConfig::new()
            .set("bootstrap.servers", self.mock.bootstrap_servers())
            .set("group.id", "decant")
            .create()
            .unwrap();
        let mut list = TopicPartitionList::new();
        list.add_partition(topic, partition);
        let committed = consumer.committed_offsets(list, PATIENCE).unwrap();
        match committed.find_partition(topic, partition).unwrap().offset() {
            Offset::Offset(offset) => Some(offset),
            _ => None,
        }
    }
}

/// A consumer in its thread, and the other end of its intake.
struct Running {
    metrics: Arc<Metrics>,
    deliveries: Deliveries,
    letters: Arc<Mutex<Vec<DeadLetter>>>,
    cancel: CancellationToken,
    thread: JoinHandle<Result<(), KafkaError>>,
}

fn run(config: KafkaConfig, limits: &IntakeLimits) -> Running {
    let metrics = Arc::new(Metrics::default());
    let (intake, deliveries) = Intake::new(limits, 0, metrics.clone());
    let (letters, cancel) = (Arc::new(Mutex::new(Vec::new())), CancellationToken::new());
    let thread = std::thread::spawn({
        let (letters, cancel) = (letters.clone(), cancel.clone());
        move || consume(&config, &intake, &mut |letter| letters.lock().unwrap().push(letter.clone()), &cancel)
    });
    Running { metrics, deliveries, letters, cancel, thread }
}

impl Running {
    fn next(&mut self) -> Delivery {
        let until = Instant::now() + PATIENCE;
        loop {
            if let Ok(delivery) = self.deliveries.try_recv() {
                return delivery;
            }
            assert!(Instant::now() < until, "nothing was delivered");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// One of the consumer's counters.
    fn count(&self, name: &str) -> u64 {
        let mut text = String::new();
        self.metrics.write_prometheus(&mut text);
        let start = format!("decant_ingress_kafka_{name}_total ");
        text.lines().find_map(|line| line.strip_prefix(&start)).unwrap().parse().unwrap()
    }

    fn stop(self) {
        self.cancel.cancel();
        self.thread.join().unwrap().unwrap();
    }
}

fn wait_for(what: &str, holds: impl Fn() -> bool) {
    let until = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < until, "{what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn offsets_are_committed_after_the_ack_and_not_before() {
    let cluster = Cluster::new("otlp_logs", 1);
    let payload = requests::logs(&["one", "two"]).encode_to_vec();
    cluster.produce("otlp_logs", 0, &[&payload, &payload]);
    let mut running = run(cluster.config("otlp_logs", Encoding::OtlpProto), &IntakeLimits::default());
    let (first, second) = (running.next(), running.next());
    assert_eq!(bodies(&first.batch), ["one", "two"]);
    assert_eq!((first.batch.position.offset, second.batch.position.offset), (0, 1));
    assert_eq!(first.batch.position.source, "otlp_logs");
    // The second alone moves nothing: the head is what counts.
    second.ack.durable();
    wait_for("the second is acknowledged", || running.metrics.rows(Door::Kafka, Signal::Logs) == 2);
    assert_eq!(cluster.committed("otlp_logs", 0), None);
    first.ack.durable();
    wait_for("both are committed", || cluster.committed("otlp_logs", 0) == Some(2));
    running.stop();
}

#[test]
fn what_was_not_acknowledged_comes_again_after_a_restart() {
    let cluster = Cluster::new("otlp_logs", 1);
    let payloads = ["one", "two", "three"].map(|body| requests::logs(&[body]).encode_to_vec());
    cluster.produce("otlp_logs", 0, &payloads.each_ref().map(Vec::as_slice));
    let mut first = run(cluster.config("otlp_logs", Encoding::OtlpProto), &IntakeLimits::default());
    first.next().ack.durable();
    let held = first.next();
    wait_for("the first is committed", || cluster.committed("otlp_logs", 0) == Some(1));
    first.stop();
    drop(held);
    let mut second = run(cluster.config("otlp_logs", Encoding::OtlpProto), &IntakeLimits::default());
    let again = second.next();
    assert_eq!((bodies(&again.batch), again.batch.position.offset), (vec!["two".to_owned()], 1));
    again.ack.durable();
    second.next().ack.durable();
    second.stop();
    assert_eq!(cluster.committed("otlp_logs", 0), Some(3));
}

#[test]
fn a_message_that_cannot_be_decoded_is_set_aside() {
    let cluster = Cluster::new("otlp_logs", 1);
    let good = requests::logs(&["one"]).encode_to_vec();
    cluster.produce("otlp_logs", 0, &[b"secret poison", &good, b"\xff\xff"]);
    let mut running = run(cluster.config("otlp_logs", Encoding::OtlpProto), &IntakeLimits::default());
    running.next().ack.durable();
    wait_for("all three are committed", || cluster.committed("otlp_logs", 0) == Some(3));
    let letters = running.letters.lock().unwrap().clone();
    assert_eq!(letters.iter().map(|l| (l.offset, l.bytes, l.messages)).collect::<Vec<_>>(), [(0, 13, 1), (2, 2, 1)]);
    assert_eq!(running.metrics.dead_letters(), 2);
    let json = serde_json::to_string(&letters).unwrap();
    assert!(!json.contains("secret"), "{json}");
    running.stop();
}

#[test]
fn a_batch_that_failed_is_tried_again_and_its_followers_too() {
    let cluster = Cluster::new("app", 1);
    cluster.produce("app", 0, &[b"one", b"two"]);
    let mut running = run(cluster.config("app", Encoding::Raw), &IntakeLimits::default());
    let (first, second) = (running.next(), running.next());
    second.ack.durable();
    first.ack.failed(Failure::Retryable("the disk is full".to_owned()));
    let again = running.next();
    assert_eq!((bodies(&again.batch), again.batch.position.offset), (vec!["one".to_owned()], 0));
    again.ack.durable();
    running.next().ack.durable();
    wait_for("both are committed", || cluster.committed("app", 0) == Some(2));
    running.stop();
}

#[test]
fn a_batch_that_is_refused_for_good_is_a_dead_letter() {
    let cluster = Cluster::new("app", 1);
    cluster.produce("app", 0, &[b"one"]);
    let mut running = run(cluster.config("app", Encoding::Text), &IntakeLimits::default());
    running.next().ack.failed(Failure::Permanent("not wanted".to_owned()));
    wait_for("it is passed over", || cluster.committed("app", 0) == Some(1));
    assert_eq!(running.letters.lock().unwrap()[0].reason, "not wanted");
    running.stop();
}

#[test]
fn messages_are_gathered_once_no_replay_is_possible() {
    let cluster = Cluster::new("app", 1);
    let mut config = cluster.config("app", Encoding::Text);
    config.uncommitted_max_messages = 10;
    let mut running = run(config, &IntakeLimits::default());
    let payloads: Vec<String> = (0..200).map(|i| format!("2024-01-02 15:04:05 INFO line {i}")).collect();
    cluster.produce("app", 0, &payloads.iter().map(String::as_bytes).collect::<Vec<_>>());
    let (mut rows, mut batches) = (Vec::new(), 0);
    while rows.len() < 200 {
        let delivery = running.next();
        rows.extend(bodies(&delivery.batch));
        batches += 1;
        delivery.ack.durable();
    }
    assert_eq!(rows, (0..200).map(|i| format!("line {i}")).collect::<Vec<_>>());
    assert!((20..=120).contains(&batches), "{batches}");
    wait_for("all is committed", || cluster.committed("app", 0) == Some(200));
    running.stop();
}

#[test]
fn a_full_intake_pauses_and_nothing_is_lost() {
    let cluster = Cluster::new("app", 2);
    for partition in 0..2 {
        let payloads: Vec<String> = (0..50).map(|i| format!("{partition}-{i}")).collect();
        cluster.produce("app", partition, &payloads.iter().map(String::as_bytes).collect::<Vec<_>>());
    }
    let limits = IntakeLimits { batches_max: 1, rows_max: 2, ..IntakeLimits::default() };
    let mut running = run(cluster.config("app", Encoding::Raw), &limits);
    let mut text = String::new();
    wait_for("a partition is paused", || {
        let mut text = String::new();
        running.metrics.write_prometheus(&mut text);
        !text.contains("decant_ingress_kafka_pauses_total 0")
    });
    running.metrics.write_prometheus(&mut text);
    let mut rows = Vec::new();
    while rows.len() < 100 {
        let delivery = running.next();
        rows.extend(bodies(&delivery.batch));
        delivery.ack.durable();
    }
    rows.sort();
    rows.dedup();
    assert_eq!(rows.len(), 100);
    wait_for("all is committed", || (0..2).all(|p| cluster.committed("app", p) == Some(50)));
    running.stop();
}

#[test]
fn partitions_move_to_a_second_consumer_and_nothing_is_lost() {
    let cluster = Cluster::new("app", 2);
    let mut first = run(cluster.config("app", Encoding::Raw), &IntakeLimits::default());
    cluster.produce("app", 0, &[b"a"]);
    cluster.produce("app", 1, &[b"b"]);
    first.next().ack.durable();
    first.next().ack.durable();
    let mut second = run(cluster.config("app", Encoding::Raw), &IntakeLimits::default());
    let mut found = Vec::new();
    let until = Instant::now() + PATIENCE;
    let mut number = 0;
    let (mut by_first, mut by_second) = (0, 0);
    while by_second == 0 || by_first == 0 {
        assert!(Instant::now() < until, "both consumers take part");
        let payload = format!("m{number}");
        cluster.produce("app", number % 2, &[payload.as_bytes()]);
        number += 1;
        std::thread::sleep(Duration::from_millis(100));
        for (running, count) in [(&mut first, &mut by_first), (&mut second, &mut by_second)] {
            while let Ok(delivery) = running.deliveries.try_recv() {
                found.extend(bodies(&delivery.batch));
                delivery.ack.durable();
                *count += 1;
            }
        }
        if by_second == 0 {
            by_first = 0;
        }
    }
    first.stop();
    while found.iter().filter(|body| body.starts_with('m')).collect::<std::collections::BTreeSet<_>>().len()
        < number as usize
    {
        let delivery = second.next();
        found.extend(bodies(&delivery.batch));
        delivery.ack.durable();
    }
    second.stop();
}

#[test]
fn a_partition_goes_back_only_when_the_batches_behind_are_answered() {
    let cluster = Cluster::new("app", 1);
    cluster.produce("app", 0, &[b"one", b"two"]);
    let mut running = run(cluster.config("app", Encoding::Raw), &IntakeLimits::default());
    let (first, second) = (running.next(), running.next());
    first.ack.failed(Failure::Retryable("the disk is full".to_owned()));
    std::thread::sleep(QUIET);
    assert!(running.deliveries.try_recv().is_err(), "a second copy beside the first");
    second.ack.durable();
    for (body, offset) in [("one", 0), ("two", 1)] {
        let again = running.next();
        assert_eq!((bodies(&again.batch), again.batch.position.offset), (vec![body.to_owned()], offset));
        again.ack.durable();
    }
    wait_for("both are committed", || cluster.committed("app", 0) == Some(2));
    running.stop();
}

/// A consumer with a batch of each of two partitions under way, and a second one that joins.
fn two_with_batches_under_way(cluster: &Cluster, patience: Duration) -> (Running, Vec<Delivery>, Running) {
    let config = KafkaConfig { drain_timeout: patience, ..cluster.config("app", Encoding::Raw) };
    let mut first = run(config.clone(), &IntakeLimits::default());
    cluster.produce("app", 0, &[b"a"]);
    cluster.produce("app", 1, &[b"b"]);
    let under_way = vec![first.next(), first.next()];
    let second = run(config, &IntakeLimits::default());
    (first, under_way, second)
}

/// A member that has given up its partitions asks to join again. Here that is answered with an error which ends it: so it
/// shows when it did. (Whether the group as a whole goes on then is not for the mock cluster to say, which takes no
/// commits while members join.)
#[test]
fn the_group_waits_until_the_batches_of_a_revoked_partition_are_durable() {
    let cluster = Cluster::new("app", 2);
    let named = |name: &str| {
        let mut config = KafkaConfig { drain_timeout: PATIENCE, ..cluster.config("app", Encoding::Raw) };
        config.properties.insert("group.instance.id".to_owned(), name.to_owned());
        config
    };
    let mut first = run(named("first"), &IntakeLimits::default());
    cluster.produce("app", 0, &[b"a"]);
    cluster.produce("app", 1, &[b"b"]);
    let under_way = [first.next(), first.next()];
    let second = run(KafkaConfig { drain_timeout: QUIET, ..named("second") }, &IntakeLimits::default());
    wait_for("the first is asked to give up", || first.count("rebalances") == 2);
    cluster.mock.request_errors(RDKafkaApiKey::JoinGroup, &[RDKafkaRespErr::RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID]);
    std::thread::sleep(QUIET);
    assert!(!first.thread.is_finished(), "it gave up what is not durable");
    under_way.into_iter().for_each(|delivery| delivery.ack.durable());
    wait_for("it gives up", || first.thread.is_finished());
    assert!(matches!(first.thread.join().unwrap(), Err(KafkaError::Fatal(_))));
    second.stop();
}

#[test]
fn a_partition_that_comes_back_waits_for_its_own_earlier_batches() {
    let cluster = Cluster::new("app", 2);
    let (mut first, under_way, mut second) = two_with_batches_under_way(&cluster, Duration::from_millis(200));
    let moved = second.next();
    wait_for("the first has a partition again", || first.count("rebalances") >= 3);
    std::thread::sleep(QUIET);
    assert!(first.deliveries.try_recv().is_err(), "a second copy beside the first");
    under_way.into_iter().for_each(|delivery| delivery.ack.durable());
    let again = first.next();
    assert_ne!(again.batch.position.partition, moved.batch.position.partition);
    again.ack.durable();
    moved.ack.durable();
    wait_for("all is committed", || (0..2).all(|p| cluster.committed("app", p) == Some(1)));
    first.stop();
    second.stop();
}

#[test]
fn topics_of_all_signals_are_consumed_side_by_side() {
    let cluster = Cluster::new("otlp_logs", 1);
    for topic in ["otlp_metrics", "otlp_spans"] {
        cluster.mock.create_topic(topic, 1, 1).unwrap();
    }
    cluster.produce("otlp_logs", 0, &[&requests::logs(&["one"]).encode_to_vec()]);
    cluster.produce("otlp_metrics", 0, &[&requests::metrics(&[1.0, 2.0]).encode_to_vec()]);
    cluster.produce("otlp_spans", 0, &[&requests::spans(&["a", "b", "c"]).encode_to_vec()]);
    let config = KafkaConfig { topics: KafkaConfig::default().topics, ..cluster.config("", Encoding::OtlpProto) };
    let mut running = run(config, &IntakeLimits::default());
    let mut found: Vec<_> = (0..3)
        .map(|_| {
            let Delivery { batch, ack } = running.next();
            ack.durable();
            (batch.signal(), batch.len(), batch.position.source)
        })
        .collect();
    found.sort();
    let expected =
        [(Signal::Logs, 1, "otlp_logs"), (Signal::Metrics, 2, "otlp_metrics"), (Signal::Traces, 3, "otlp_spans")];
    assert_eq!(found, expected.map(|(signal, rows, source)| (signal, rows, source.to_owned())));
    running.stop();
    assert_eq!(cluster.committed("otlp_spans", 0), Some(1));
}

#[test]
fn a_member_whose_name_another_took_ends_with_an_error() {
    let cluster = Cluster::new("app", 1);
    let mut config = cluster.config("app", Encoding::Raw);
    for (key, value) in [("group.instance.id", "one"), ("heartbeat.interval.ms", "100")] {
        config.properties.insert(key.to_owned(), value.to_owned());
    }
    let running = run(config, &IntakeLimits::default());
    wait_for("it has its partition", || running.count("rebalances") == 1);
    let fenced = RDKafkaRespErr::RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID;
    cluster.mock.request_errors(RDKafkaApiKey::Heartbeat, &[fenced]);
    let error = running.thread.join().unwrap().unwrap_err();
    assert!(matches!(error, KafkaError::Fatal(_)), "{error}");
}

#[test]
fn settings_that_the_client_does_not_know_are_an_error_that_names_them() {
    let cluster = Cluster::new("app", 1);
    let mut config = cluster.config("app", Encoding::Raw);
    config.properties.insert("no.such.setting".to_owned(), "1".to_owned());
    let error = run(config, &IntakeLimits::default()).thread.join().unwrap().unwrap_err();
    assert!(error.to_string().contains("no.such.setting"), "{error}");
}
