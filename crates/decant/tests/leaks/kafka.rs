//! Kafka as a way in: a mock cluster of librdkafka's in the test's process, which the server consumes.

use std::time::{Duration, SystemTime};

use decant_sim::secrets::{Place, plant_text};
use rdkafka::config::ClientConfig;
use rdkafka::mocking::MockCluster;
use rdkafka::producer::{BaseProducer, BaseRecord, DefaultProducerContext, Producer as _};
use serde_json::json;

use crate::needles::Needles;
use crate::outputs::MARKER;
use crate::sending::broken;
use crate::traffic::planted;

const TOPICS: [(&str, &str); 5] = [
    ("lines", "text"),
    ("docs", "json"),
    ("bytes", "raw"),
    ("otlp_json_logs", "otlp_json"),
    ("otlp_logs", "otlp_proto"),
];

pub(crate) struct Kafka {
    mock: MockCluster<'static, DefaultProducerContext>,
    producer: BaseProducer,
}

impl Kafka {
    pub(crate) fn start() -> Self {
        let mock = MockCluster::new(1).unwrap();
        TOPICS.iter().for_each(|(topic, _)| mock.create_topic(topic, 1, 1).unwrap());
        let producer = ClientConfig::new().set("bootstrap.servers", mock.bootstrap_servers()).create().unwrap();
        Self { mock, producer }
    }

    /// The section of the server's configuration.
    pub(crate) fn settings(&self) -> String {
        let topics: Vec<String> =
            TOPICS.iter().map(|(name, encoding)| format!("{{ name: {name}, encoding: {encoding} }}")).collect();
        format!(
            "kafka: {{ brokers: ['{}'], topics: [{}], linger_ms: 50, retry_delay_ms: 50, \
             properties: {{ session.timeout.ms: '6000', fetch.wait.max.ms: '20' }} }}\n",
            self.mock.bootstrap_servers(),
            topics.join(", ")
        )
    }

    /// Sends text, JSON and what is neither; returns how many messages nobody can decode, at the least.
    pub(crate) fn produce(&self, needles: &Needles) -> usize {
        for (place, specimen) in planted(needles.corpus()) {
            let text = plant_text(specimen, place);
            match place {
                Place::Body | Place::BodyLogfmt | Place::BodyUrl | Place::BodyLater => {
                    self.send("lines", text.as_bytes());
                    self.send("bytes", text.as_bytes());
                }
                Place::BodyJson => self.send("docs", text.as_bytes()),
                Place::LogAttribute => {
                    let key = specimen.key.unwrap_or("input");
                    let record =
                        json!({"level": "error", "msg": text, key: specimen.value, "context": {key: specimen.value}});
                    self.send("docs", record.to_string().as_bytes());
                }
                _ => {}
            }
        }
        let broken = broken(needles);
        for payload in &broken {
            self.send("otlp_json_logs", payload);
            self.send("otlp_logs", payload);
        }
        for (topic, _) in &TOPICS[..3] {
            self.send(topic, format!("{{\"level\":\"error\",\"msg\":\"{}\"}}", last(topic)).as_bytes());
        }
        self.producer.flush(Duration::from_secs(60)).unwrap();
        broken.len()
    }

    fn send(&self, topic: &str, payload: &[u8]) {
        // The mock cluster gives no time by itself.
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_millis() as i64;
        let record: BaseRecord<'_, (), [u8]> = BaseRecord::to(topic).partition(0).timestamp(now).payload(payload);
        self.producer.send(record).map_err(|(error, _)| error).unwrap();
        self.producer.poll(Duration::ZERO);
    }
}

/// The words of the last message of each topic that holds text.
pub(crate) fn last_words() -> impl Iterator<Item = String> {
    TOPICS[..3].iter().map(|(topic, _)| last(topic))
}

fn last(topic: &str) -> String {
    format!("{MARKER}-last-of-{topic}")
}
