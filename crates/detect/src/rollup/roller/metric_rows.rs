//! Metric rows: one value a series and slot.

use decant_model::Metrics;
use decant_model::arrow_array::Array as _;

use super::{Owner, Roller, sane};
use crate::ids::{mix, text_id};
use crate::rollup::{Attributes, Point, Series, SeriesKind};

impl Roller {
    pub(super) fn push_metrics(&mut self, metrics: &Metrics, owners: &[Owner]) {
        let mut last_name: (usize, u64) = (usize::MAX, 0);
        for row in 0..metrics.len() {
            let Some(owner) = owners.get(metrics.resource.value(row) as usize).copied() else { continue };
            let kind = SeriesKind::of(metrics.kind(row), metrics.temporality(row), metrics.monotonic.value(row));
            let (value, sum) = if kind.is_pair() {
                let count = if metrics.count.is_valid(row) { metrics.count.value(row) as f64 } else { 0.0 };
                (count, if metrics.sum.is_valid(row) { metrics.sum.value(row) } else { 0.0 })
            } else if metrics.value.is_valid(row) {
                (metrics.value.value(row), 0.0)
            } else {
                self.note("points without a value", 1);
                continue;
            };
            if !value.is_finite() || !sum.is_finite() {
                self.note("points that are not numbers", 1);
                continue;
            }
            let time = sane(metrics.time_unix_nano.value(row));
            let window = self.config.window(time);
            if let Some(seen) = self.seen(owner, Some(time)) {
                seen.points.add(window, 1);
            }
            let same = last_name.0 < row && metrics.name.value(last_name.0) == metrics.name.value(row);
            if !same {
                last_name = (row, text_id(metrics.name.value(row)));
            }
            let attributes = metrics
                .attributes
                .of(row)
                .fold(0_u64, |sum, (key, value)| sum.wrapping_add(mix(&[text_id(key), text_id(value)])));
            // What is told in two ways is two series: which came first must not matter.
            let key = mix(&[owner.service, owner.instance, last_name.1, attributes, kind as u64]);
            let point = Point { time, value };
            if let Some(series) = self.open.series.get_mut(&key) {
                series.add(point, sum, self.config.max_points_per_series);
                continue;
            }
            if self.open.series.len() >= self.config.max_series {
                self.note("series over the limit", 1);
                continue;
            }
            let attributes = self.attributes(key, metrics, row);
            let mut series = Series {
                slot_ns: self.config.slot_ns(),
                service: owner.service,
                instance: owner.instance,
                metric: self.name(metrics.name.value(row)),
                unit: self.name(metrics.unit.value(row)),
                kind,
                attributes,
                points: Vec::new(),
                sums: Vec::new(),
            };
            series.add(point, sum, self.config.max_points_per_series);
            self.open.series.insert(key, series);
        }
    }

    /// The attributes of a series, read once for all of a lane's rollups.
    fn attributes(&mut self, key: u64, metrics: &Metrics, row: usize) -> Attributes {
        if self.attributes.len() >= self.config.max_series && !self.attributes.contains_key(&key) {
            self.attributes.clear();
        }
        let read = || {
            let mut pairs: Vec<(String, String)> =
                metrics.attributes.of(row).map(|(k, v)| (k.to_owned(), v.to_owned())).collect();
            pairs.sort();
            Attributes::from(pairs)
        };
        self.attributes.entry(key).or_insert_with(read).clone()
    }
}
