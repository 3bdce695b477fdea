//! Bytes to model and back: OTLP protobuf and JSON, Kafka payload encodings, text log formats
