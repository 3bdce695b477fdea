//! Redelivered spans: a second row of the same trace id and span id. Spans without a span id have no identity and pass.

use decant_model::Spans;
use xxhash_rust::xxh3::xxh3_64_with_seed;

use crate::seen::Seen;

/// Which rows are the first of their identity.
pub(crate) fn first(spans: &mut Spans, seen: &mut Seen) -> Vec<bool> {
    (0..spans.len())
        .map(|row| {
            let span = spans.span(row);
            // The name and start are part of it: some exporters reuse ids for the two halves of one call.
            let seed = u64::from_le_bytes(span) ^ (spans.start_unix_nano.value(row) as u64).rotate_left(32);
            let named = xxh3_64_with_seed(spans.name.value(row).as_bytes(), seed);
            span == [0; 8] || !seen.check(xxh3_64_with_seed(&spans.trace(row), named))
        })
        .collect()
}
