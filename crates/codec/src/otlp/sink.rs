//! Where decoded rows gather until a batch is full.
//!
//! A request becomes one batch whatever its size (its record limit holds). A file's OTLP lines may hold one record each
//! or a hundred thousand: there, rows gather over lines and a batch is closed at a row or text limit.

use decant_model::{Batch, LogsBuilder, MetricsBuilder, Position, Resource, ResourceTable, Rows, SpansBuilder};

use super::{Envelope, logs, metrics, traces};
use crate::{DecodeError, Limits};

/// A builder with the resources that its rows point to.
macro_rules! sink {
    ($name:ident, $builder:ty, $variant:ident) => {
        #[derive(Debug)]
        pub(crate) struct $name {
            /// Of the batch at hand.
            position: Position,
            /// Where a batch that is begun now comes from.
            next_offset: i64,
            max_rows: usize,
            max_text_bytes: usize,
            text_bytes: usize,
            resources: ResourceTable,
            pub(crate) builder: $builder,
        }

        impl $name {
            pub(crate) fn unbounded() -> Self {
                Self::new(Position::default(), usize::MAX, usize::MAX)
            }

            pub(crate) fn new(position: Position, max_rows: usize, max_text_bytes: usize) -> Self {
                Self {
                    next_offset: position.offset,
                    position,
                    max_rows,
                    max_text_bytes,
                    text_bytes: 0,
                    resources: ResourceTable::default(),
                    builder: <$builder>::default(),
                }
            }

            pub(crate) fn intern(&mut self, resource: Resource) -> u32 {
                self.resources.intern(resource)
            }

            /// The rows that follow come from `offset`: a batch that begins with one of them has it as its position, or
            /// the next one when there was such a batch already.
            pub(crate) fn begin(&mut self, offset: u64) {
                let offset = i64::try_from(offset).unwrap_or(i64::MAX);
                self.next_offset = self.next_offset.max(offset);
                if self.builder.is_empty() {
                    self.position.offset = self.next_offset;
                }
            }

            /// Makes room for a row of `bytes`: when the batch is full it goes to `out`, and `true` says that resources
            /// have to be interned again.
            pub(crate) fn make_room(&mut self, bytes: usize, out: &mut Vec<Batch>) -> bool {
                let full = self.builder.len() >= self.max_rows
                    || (self.text_bytes.saturating_add(bytes) > self.max_text_bytes && self.text_bytes > 0);
                if full {
                    self.flush(out);
                }
                self.text_bytes = self.text_bytes.saturating_add(bytes);
                full
            }

            pub(crate) fn flush(&mut self, out: &mut Vec<Batch>) {
                if self.builder.len() > 0 {
                    out.push(self.take(self.position.clone()));
                    self.next_offset = self.next_offset.max(self.position.offset.saturating_add(1));
                    self.position.offset = self.next_offset;
                }
            }

            /// The one batch of a request, empty or not.
            pub(crate) fn finish(mut self, position: Position) -> Batch {
                self.take(position)
            }

            fn take(&mut self, position: Position) -> Batch {
                self.text_bytes = 0;
                let resources = std::mem::take(&mut self.resources);
                Batch { position, resources, rows: Rows::$variant(self.builder.finish()) }
            }
        }
    };
}

sink!(LogsSink, LogsBuilder, Logs);
sink!(MetricsSink, MetricsBuilder, Metrics);
sink!(SpansSink, SpansBuilder, Traces);

impl LogsSink {
    /// As [`begin`](Self::begin), for a source that may go back: an empty batch comes from `offset` itself.
    pub(crate) fn restart(&mut self, offset: i64) {
        if self.builder.is_empty() {
            self.next_offset = offset;
            self.position.offset = offset;
        }
    }
}

/// One sink a signal.
#[derive(Debug)]
pub(crate) struct Sinks {
    pub(crate) logs: LogsSink,
    pub(crate) metrics: MetricsSink,
    pub(crate) spans: SpansSink,
}

impl Sinks {
    pub(crate) fn new(position: Position, max_rows: usize, max_text_bytes: usize) -> Self {
        Self {
            logs: LogsSink::new(position.clone(), max_rows, max_text_bytes),
            metrics: MetricsSink::new(position.clone(), max_rows, max_text_bytes),
            spans: SpansSink::new(position, max_rows, max_text_bytes),
        }
    }

    /// The rows that follow come from `offset`, in all signals.
    pub(crate) fn begin(&mut self, offset: u64) {
        self.logs.begin(offset);
        self.metrics.begin(offset);
        self.spans.begin(offset);
    }

    /// Adds all rows of a message; returns how many.
    pub(crate) fn append(
        &mut self,
        envelope: &Envelope<'_>,
        limits: &Limits,
        out: &mut Vec<Batch>,
    ) -> Result<usize, DecodeError> {
        Ok(logs::append(envelope.logs(), limits, &mut self.logs, out)?
            + metrics::append(envelope.metrics(), limits, &mut self.metrics, out)?
            + traces::append(envelope.traces(), limits, &mut self.spans, out)?)
    }

    pub(crate) fn flush(&mut self, out: &mut Vec<Batch>) {
        self.logs.flush(out);
        self.metrics.flush(out);
        self.spans.flush(out);
    }
}
