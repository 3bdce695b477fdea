//! What a log row is a repeat of: its keys.
//!
//! Both are of resource, severity, shape, event name, window, and the attributes that the operator includes; the exact
//! one is of the body too, whose shape leaves numbers and ids open. Rows without a time share one window, since all that
//! is known of them is that they belong together.

use decant_model::arrow_array::Array as _;
use decant_model::{Logs, ResourceTable};
use xxhash_rust::xxh3::xxh3_64_with_seed;

use crate::config::{Config, Fields};

const ODD: u64 = 0x9e37_79b9_7f4a_7c15;

/// Makes the keys of one batch's rows.
pub(crate) struct Keys<'a> {
    logs: &'a Logs,
    fields: &'a Fields,
    resources: Vec<u64>,
    window_ns: i64,
}

impl<'a> Keys<'a> {
    pub(crate) fn new(logs: &'a Logs, resources: &ResourceTable, config: &'a Config) -> Self {
        let window_ns = i64::from(config.window_ms.max(1)).saturating_mul(1_000_000);
        Self { logs, fields: &config.fields, resources: resources.iter().map(|r| r.id()).collect(), window_ns }
    }

    /// Of all but the body.
    pub(crate) fn near(&self, row: usize) -> u64 {
        let logs = self.logs;
        let resource = self.resources.get(logs.resource.value(row) as usize).copied().unwrap_or_default();
        let window = logs.time(row).map_or(i64::MIN, |t| t.div_euclid(self.window_ns));
        let mut key = mixed(resource, logs.shape_id.value(row));
        key = mixed(key, window as u64 ^ u64::from(logs.severity(row).0).rotate_left(56));
        if logs.event_name.is_valid(row) {
            key = xxh3_64_with_seed(logs.event_name.value(row).as_bytes(), key);
        }
        if *self.fields == Fields::None { key } else { self.with_attributes(row, key) }
    }

    /// The near key with the body.
    pub(crate) fn exact(&self, row: usize, near: u64) -> u64 {
        xxh3_64_with_seed(self.logs.body.value(row).as_bytes(), near)
    }

    /// Attributes have no order: their hashes are summed.
    fn with_attributes(&self, row: usize, key: u64) -> u64 {
        let of =
            |(name, value): (&str, &str)| xxh3_64_with_seed(value.as_bytes(), xxh3_64_with_seed(name.as_bytes(), key));
        let included = self.logs.attributes.of(row).filter(|(name, _)| self.fields.holds(name));
        mixed(key, included.map(of).fold(0, u64::wrapping_add))
    }
}

/// Both in one, each bit of which hangs on all of theirs.
fn mixed(one: u64, other: u64) -> u64 {
    let wide = u128::from(one ^ ODD).wrapping_mul(u128::from(other.rotate_left(32) ^ 0xd6e8_feb8_6659_fd93));
    (wide as u64) ^ ((wide >> 64) as u64) ^ other.wrapping_mul(ODD)
}
