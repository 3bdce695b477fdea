//! Log cells of one template in one service and severity, whatever shapes they came in.

use std::borrow::Cow;

use decant_model::Severity;

use crate::Named;
use crate::ids::{IdMap, mix};
use crate::rollup::{Exemplar, LogCell, Rollups};
use crate::windows::Windows;

/// A template in a service.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pattern<'a> {
    pub(crate) service: u64,
    pub(crate) severity: Severity,
    pub(crate) named: Named,
    /// All records of the live stretch: of the one shape, nearly always, or the sum of several.
    pub(crate) cell: Cow<'a, LogCell>,
    /// Records of the baseline.
    pub(crate) base: Windows,
    pub(crate) base_total: u64,
}

impl Pattern<'_> {
    pub(crate) fn example(&self) -> Option<&Exemplar> {
        self.cell.first.as_ref()
    }
}

/// All patterns, and the pattern key of each (service, shape, severity) key.
#[derive(Clone, Debug, Default)]
pub(crate) struct Patterns<'a> {
    pub(crate) by_key: IdMap<Pattern<'a>>,
    /// Template id by shape.
    pub(crate) templates: IdMap<u64>,
    /// By service and template the key with the most records, and how many.
    commonest: IdMap<(u64, u64)>,
}

impl<'a> Patterns<'a> {
    pub(crate) fn new(live: &'a Rollups, baseline: &'a Rollups, name: &dyn Fn(u64) -> Option<Named>) -> Self {
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
                match pattern.cell.total() {
                    0 => pattern.cell = Cow::Borrowed(cell),
                    _ => pattern.cell.to_mut().merge(cell.clone()),
                }
            } else {
                pattern.base.merge(&cell.windows);
                pattern.base_total += cell.total();
            }
        }
        for (key, pattern) in &patterns.by_key {
            let count = (pattern.cell.total() + pattern.base_total, *key);
            let most = patterns.commonest.entry(mix(&[pattern.service, pattern.named.id])).or_insert(count);
            *most = count.max(*most);
        }
        patterns
    }

    /// The pattern key of a shape in a service, the severity that is most frequent there.
    pub(crate) fn key_of(&self, service: u64, shape: u64) -> Option<u64> {
        let template = *self.templates.get(&shape)?;
        self.commonest.get(&mix(&[service, template])).map(|(_, key)| *key)
    }
}
