//! Killed before it could tell Kafka how far it came: everything comes a second time, and counts once.

use std::time::{Duration, Instant};

use rdkafka::config::ClientConfig;
use rdkafka::mocking::MockCluster;
use rdkafka::producer::{BaseProducer, BaseRecord, DefaultProducerContext, Producer as _};

use crate::serve::Served;

/// Of each of the two topics.
const MESSAGES: u64 = 40;

struct Kafka {
    mock: MockCluster<'static, DefaultProducerContext>,
    producer: BaseProducer,
}

impl Kafka {
    fn start() -> Self {
        let mock = MockCluster::new(1).unwrap();
        for topic in ["lines", "requests"] {
            mock.create_topic(topic, 1, 1).unwrap();
        }
        let producer = ClientConfig::new().set("bootstrap.servers", mock.bootstrap_servers()).create().unwrap();
        Self { mock, producer }
    }

    /// A consumer that gathers lines after the first few, and commits nothing for a minute.
    fn section(&self) -> String {
        format!(
            "kafka: {{ brokers: ['{}'], commit_interval_ms: 60000, linger_ms: 100, uncommitted_max_messages: 200, \
             topics: [{{ name: lines, encoding: text }}, {{ name: requests, encoding: otlp_json, signal: logs }}], \
             properties: {{ session.timeout.ms: '2500', heartbeat.interval.ms: '100', fetch.wait.max.ms: '20' }} }}\n",
            self.mock.bootstrap_servers()
        )
    }

    fn send(&self, topic: &str, payload: &str) {
        let record: BaseRecord<'_, (), [u8]> = BaseRecord::to(topic).partition(0).payload(payload.as_bytes());
        self.producer.send(record).map_err(|(error, _)| error).unwrap();
    }

    fn produce(&self) {
        for n in 0..MESSAGES {
            let second = 10 + n % 40;
            self.send("lines", &format!("2026-03-03T09:00:{second}Z ERROR ledger rejected charge {n}"));
            let time = 1_772_528_400_000_000_000 + n * 1_000_000_000;
            self.send(
                "requests",
                &format!(
                    r#"{{"resourceLogs":[{{"resource":{{"attributes":[{{"key":"service.name","value":{{"stringValue":"cart"}}}}]}},
                    "scopeLogs":[{{"logRecords":[
                    {{"timeUnixNano":"{time}","severityNumber":17,"body":{{"stringValue":"cart waits for ledger"}}}},
                    {{"timeUnixNano":"{time}","severityNumber":17,"body":{{"stringValue":"cart waits for ledger"}}}}]}}]}}]}}"#
                ),
            );
        }
        self.producer.flush(Duration::from_secs(30)).unwrap();
    }
}

fn metric(server: &Served, name: &str) -> u64 {
    let metrics = server.metrics();
    let of_name = metrics.lines().filter(|line| line.starts_with(name));
    of_name.filter_map(|line| line.rsplit(' ').next()?.parse::<u64>().ok()).sum()
}

fn wait_for(what: &str, mut holds: impl FnMut() -> bool) {
    let until = Instant::now() + Duration::from_secs(90);
    while !holds() {
        assert!(Instant::now() < until, "{what}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

fn logs(server: &Served) -> u64 {
    server.bundle()["counts"]["logs"].as_u64().unwrap()
}

/// Records of all patterns whose template begins so.
fn pattern(server: &Served, begin: &str) -> u64 {
    let bundle = server.bundle();
    let patterns = bundle["log_patterns"].as_array().unwrap().clone();
    let of = |p: &serde_json::Value| p["template"].as_str().is_some_and(|t| t.starts_with(begin));
    patterns.iter().filter(|p| of(p)).filter_map(|p| p["count"].as_u64()).sum()
}

#[test]
fn after_a_kill_what_kafka_sends_again_is_not_counted_twice() {
    let folder = tempfile::tempdir().unwrap();
    let kafka = Kafka::start();
    kafka.produce();
    let rows = MESSAGES * 3;
    let server = Served::start_with(folder.path(), &kafka.section());
    wait_for("all is stored and counted", || {
        metric(&server, "decant_ingress_rows_total{source=\"kafka\"") == rows && logs(&server) == rows
    });
    let told = [pattern(&server, "ledger rejected"), pattern(&server, "cart waits")];
    let received = server.bundle()["counts"]["bytes_in"].as_u64().unwrap();
    assert!(received > 10_000, "{received} bytes came in");
    // No offset was committed. Twice: what is stored by then is what came again.
    drop(server);
    for _ in 0..2 {
        let server = Served::start_with(folder.path(), &kafka.section());
        wait_for("all came again and the past is read back", || {
            metric(&server, "decant_ingress_rows_total{source=\"kafka\"") == rows && logs(&server) >= rows
        });
        std::thread::sleep(Duration::from_secs(2));
        let counts = server.bundle()["counts"].clone();
        assert_eq!(counts["logs"], rows, "{counts}");
        assert_eq!(counts["dropped"]["redelivered"], rows, "{counts}");
        assert_eq!([pattern(&server, "ledger rejected"), pattern(&server, "cart waits")], told);
        assert_eq!(metric(&server, "decant_store_rows{signal=\"logs\"}"), rows, "{}", server.metrics());
    }
}
