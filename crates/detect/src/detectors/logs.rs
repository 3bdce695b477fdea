//! Rates of templates.

use crate::material::Material;
use crate::signal::{Form, Signal, Values, What};

/// Records a second of every pattern.
pub(super) fn rates(material: &Material<'_>, out: &mut Vec<Signal>) {
    let stretch = material.stretch;
    let live = material.logs.range(stretch.from, stretch.to);
    let earlier: f64 = material.logs.total(i64::MIN, stretch.from);
    let trained: f64 = material.base_logs.total(i64::MIN, i64::MAX);
    for (key, pattern) in &material.patterns.by_key {
        let counts = pattern.cell.windows.range(stretch.from, stretch.to);
        if counts.is_empty()
            && pattern.base_total == 0
            && pattern.cell.windows.first().is_none_or(|w| w >= stretch.from)
        {
            continue;
        }
        let mut counted = counts.iter().peekable();
        let mut cells = Vec::with_capacity(live.len());
        for (window, seconds) in live {
            let mut events = 0.0_f32;
            while let Some((_, count)) = counted.next_if(|(w, _)| i64::from(*w) <= *window) {
                events += *count as f32;
            }
            if let Some(index) = stretch.index(*window) {
                cells.push((index, events, *seconds as f32));
            }
        }
        let mut base = Vec::new();
        if earlier > 0.0 {
            base.push((pattern.cell.windows.sum(i64::MIN, stretch.from) as f64, earlier));
        }
        if trained > 0.0 && material.base_has_logs(pattern.service) {
            for (window, seconds) in material.base_logs.all() {
                base.push((pattern.base.sum(*window, *window + 1) as f64, *seconds / material.load));
            }
        }
        out.push(Signal {
            what: What::Rate { pattern: *key },
            service: pattern.service,
            values: Values::Count { cells, base, form: Form::Rate },
        });
    }
}
