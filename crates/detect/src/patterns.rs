//! Log cells of one template in one service and severity, whatever shapes they came in.

use decant_model::Severity;

use crate::Named;
use crate::ids::{IdMap, mix};
use crate::rollup::{Exemplar, LogCell, Rollups};
use crate::windows::Windows;

/// A template in a service.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pattern {
    pub(crate) service: u64,
    pub(crate) severity: Severity,
    pub(crate) named: Named,
    /// All records of the live stretch.
    pub(crate) cell: LogCell,
    /// Records of the baseline.
    pub(crate) base: Windows,
    pub(crate) base_total: u64,
}

impl Pattern {
    pub(crate) fn example(&self) -> Option<&Exemplar> {
        self.cell.first.as_ref()
    }
}

/// All patterns, and the pattern key of each (service, shape, severity) key.
#[derive(Clone, Debug, Default)]
pub(crate) struct Patterns {
    pub(crate) by_key: IdMap<Pattern>,
    /// Template id by shape.
    pub(crate) templates: IdMap<u64>,
}

impl Patterns {
    pub(crate) fn new(live: &Rollups, baseline: &Rollups, name: &dyn Fn(u64) -> Option<Named>) -> Self {
        let mut patterns = Self::default();
        let mut names: IdMap<Named> = IdMap::default();
        for (cell, is_live) in live.logs.values().map(|c| (c, true)).chain(baseline.logs.values().map(|c| (c, false))) {
            let named = names
                .entry(cell.shape)
                .or_insert_with(|| name(cell.shape).unwrap_or_else(|| Named { id: cell.shape, ..Named::default() }));
            patterns.templates.insert(cell.shape, named.id);
            let key = mix(&[cell.service, named.id, u64::from(cell.severity.0)]);
            let pattern = patterns.by_key.entry(key).or_insert_with(|| Pattern {
                service: cell.service,
                severity: cell.severity,
                named: named.clone(),
                ..Pattern::default()
            });
            if is_live {
                pattern.cell.merge(cell.clone());
            } else {
                pattern.base.merge(&cell.windows);
                pattern.base_total += cell.total();
            }
        }
        patterns
    }

    /// The pattern key of a shape in a service, the severity that is most frequent there.
    pub(crate) fn key_of(&self, service: u64, shape: u64) -> Option<u64> {
        let template = *self.templates.get(&shape)?;
        (0..=24_u64)
            .map(|severity| mix(&[service, template, severity]))
            .filter_map(|key| self.by_key.get(&key).map(|p| (p.cell.total() + p.base_total, key)))
            .max()
            .map(|(_, key)| key)
    }
}
