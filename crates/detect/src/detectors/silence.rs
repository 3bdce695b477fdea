//! Silence: a service from which nothing at all comes, while the others are heard.
//!
//! Few calls are no silence: a process without work still exports its metrics. So a service that was heard in most windows
//! and then in none is down or cut off, whatever its callers make of it.

use std::rc::Rc;

use crate::ids::{IdMap, NONE};
use crate::material::Material;
use crate::rollup::ServiceSeen;
use crate::signal::{Shares, Signal, Values, What};

/// Share of services that must be heard for a window to say anything: a stamp from a wrong clock makes no window.
const QUORUM: f64 = 0.5;
/// Fewest windows in which a service was heard for its silence to be noticed.
const LEAST_HEARD: usize = 5;

/// Windows without a word, of windows in which others spoke.
pub(super) fn silence<'a>(material: &'a Material<'a>, out: &mut dyn FnMut(Signal<'a>)) {
    let stretch = material.stretch;
    let mut heard: IdMap<Vec<i64>> = IdMap::default();
    let mut speakers: std::collections::BTreeMap<i64, usize> = std::collections::BTreeMap::new();
    for (service, seen) in &material.live.services {
        let windows = windows_of(seen, stretch.from, stretch.to);
        for window in &windows {
            *speakers.entry(*window).or_default() += 1;
        }
        heard.insert(*service, windows);
    }
    let regular = heard.values().filter(|w| w.len() >= LEAST_HEARD).count();
    let quorum = (QUORUM * regular as f64).ceil() as usize;
    let open: Vec<(u32, i64)> = speakers
        .iter()
        .filter(|(_, n)| **n >= quorum.max(1))
        .filter_map(|(w, _)| Some((stretch.index(*w)?, *w)))
        .collect();
    let open = Rc::new(open);
    for (service, windows) in heard {
        if windows.len() < LEAST_HEARD {
            continue;
        }
        let values = Values::Share { cells: Box::new(Heard { windows, open: open.clone() }), base: Vec::new() };
        out(Signal { what: What::Silence { service }, service, metric: NONE, values });
    }
}

/// Windows in which one service was heard, and those that say anything, by index too.
struct Heard {
    windows: Vec<i64>,
    open: Rc<Vec<(u32, i64)>>,
}

impl Shares for Heard {
    fn read(&self, cells: &mut Vec<(u32, f32, f32)>) {
        let mut windows = self.windows.iter().peekable();
        cells.extend(self.open.iter().map(|(index, window)| {
            while windows.next_if(|heard| *heard < window).is_some() {}
            (*index, if windows.peek() == Some(&window) { 0.0 } else { 1.0 }, 1.0)
        }));
    }
}

/// Windows in which a service was heard in any way, in order.
fn windows_of(seen: &ServiceSeen, from: i64, to: i64) -> Vec<i64> {
    let mut windows: Vec<i64> = [&seen.logs, &seen.spans, &seen.points]
        .into_iter()
        .flat_map(|w| w.range(from, to).iter().map(|(w, _)| i64::from(*w)))
        .collect();
    windows.sort_unstable();
    windows.dedup();
    windows
}
