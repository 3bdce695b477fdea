//! Who comes in, when: the mix of requests, the day's rhythm and a slow wobble on top of it.

use std::f64::consts::TAU;

use crate::dice::{Dice, Purpose};

/// (service, route, weight).
pub(crate) const MIX: &[(&str, &str, f64)] = &[
    ("storefront", "/", 20.0),
    ("storefront", "/product/:sku", 21.0),
    ("storefront", "/search", 12.0),
    ("storefront", "/cart/items", 8.0),
    ("storefront", "/checkout", 7.0),
    ("storefront", "/orders/:id", 4.0),
    ("mobile-gateway", "/v1/home", 8.0),
    ("mobile-gateway", "/v1/items/{sku}", 9.0),
    ("mobile-gateway", "/v1/purchase", 4.0),
    ("partner-api", "/partners/{partner}/catalog", 4.0),
    ("partner-api", "/partners/{partner}/orders", 3.0),
];

/// The rhythm of one seed.
#[derive(Clone, Debug)]
pub(crate) struct Rhythm {
    seed: u64,
    day_phase: f64,
    wobble_phase: f64,
    wobble_period_s: f64,
}

impl Rhythm {
    pub(crate) fn new(seed: u64) -> Self {
        let mut dice = Dice::new(seed, Purpose::Traffic, u64::MAX);
        Self { seed, day_phase: dice.unit(), wobble_phase: dice.unit(), wobble_period_s: dice.between(200.0, 700.0) }
    }

    /// How busy the importer is: some half minutes it has much to do.
    pub(crate) fn mood(&self, at: i64) -> f64 {
        let block = at.div_euclid(30_000_000_000) as u64;
        Dice::new(self.seed, Purpose::Background, block).pick(&[0.4, 0.8, 0.8, 1.2, 1.2, 2.2])
    }

    /// Requests at a moment against the average.
    pub(crate) fn level(&self, at: i64) -> f64 {
        let seconds = at as f64 / 1e9;
        let day = 0.18 * (TAU * (seconds / 86_400.0 + self.day_phase)).sin();
        let wobble = 0.07 * (TAU * (seconds / self.wobble_period_s + self.wobble_phase)).sin();
        1.0 + day + wobble
    }
}
