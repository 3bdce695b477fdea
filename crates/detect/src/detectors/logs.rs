//! Rates of templates.

use std::rc::Rc;

use crate::ids::NONE;
use crate::material::Material;
use crate::signal::{Events, Signal, Values, Watched, What};

/// Records a second of every pattern.
pub(super) fn rates<'a>(material: &'a Material<'a>, out: &mut dyn FnMut(Signal<'a>)) {
    let stretch = material.stretch;
    let live = material.logs.range(stretch.from, stretch.to);
    let watched = Watched::new(live.iter().filter_map(|(w, s)| Some((stretch.index(*w)?, f64::from(*s as f32)))));
    let watched = Rc::new(watched);
    let earlier: f64 = material.logs.total(i64::MIN, stretch.from);
    let trained = material.base_logs.all();
    let base_seconds = trained.iter().map(|(_, seconds)| *seconds / material.load);
    let (base_watched, untrained) = (Rc::new(Watched::new((0..).zip(base_seconds))), Rc::new(Watched::default()));
    let place = |window: u32| trained.binary_search_by_key(&i64::from(window), |(w, _)| *w).ok();
    for (key, pattern) in &material.patterns.by_key {
        let counts = pattern.cell.windows.range(stretch.from, stretch.to);
        if counts.is_empty()
            && pattern.base_total == 0
            && pattern.cell.windows.first().is_none_or(|w| w >= stretch.from)
        {
            continue;
        }
        let before = if earlier > 0.0 { pattern.cell.windows.sum(i64::MIN, stretch.from) } else { 0 };
        let is_trained = material.base_has_logs(pattern.service);
        let base = pattern.base.entries().iter().filter_map(|(w, n)| Some((place(*w)? as u32, *n as f32)));
        out(Signal {
            what: What::Rate { pattern: *key },
            service: pattern.service,
            metric: NONE,
            values: Values::Rate {
                events: watched.events(counts.iter().filter_map(|(w, n)| Some((stretch.index(*w)?, *n as f32)))),
                over: watched.clone(),
                earlier: (before as f64, earlier),
                base: if is_trained { base_watched.events(base) } else { Events::new() },
                base_over: if is_trained { base_watched.clone() } else { untrained.clone() },
            },
        });
    }
}
