//! Where telemetry comes in: OTLP servers, Kafka consumer, file and stdin readers
