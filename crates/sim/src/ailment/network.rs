//! Packets, names and certificates.

use super::Ailment;
use crate::Fault;
use crate::dice::Dice;
use crate::shop::ServiceId;
use crate::trouble::Trouble;

/// What a message meets on its way.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Passage {
    pub(crate) delay_ms: f64,
    /// It never arrives.
    pub(crate) lost: bool,
    /// The connection breaks.
    pub(crate) reset: bool,
    /// Packets that had to be sent again.
    pub(crate) resent: u32,
}

impl Ailment {
    /// A message between a service and a peer: what is done to the network does not always reach that far.
    pub(crate) fn peer_passage(&self, service: ServiceId, at: i64, dice: &mut Dice) -> Passage {
        let is_spared =
            matches!(self.fault, Fault::NetworkLatency | Fault::PacketLoss) && self.variant.is_multiple_of(2);
        if is_spared { Passage::default() } else { self.passage(service, at, dice) }
    }

    /// A message that leaves or enters a service.
    pub(crate) fn passage(&self, service: ServiceId, at: i64, dice: &mut Dice) -> Passage {
        let mut way = Passage::default();
        if self.is(Fault::NetworkBlackhole, service, at) {
            way.lost = true;
        } else if self.is(Fault::NetworkLatency, service, at) {
            way.delay_ms = self.scaled(60.0, 200.0) * dice.between(0.85, 1.2);
        } else if self.is(Fault::PacketLoss, service, at) {
            let loss = self.scaled(0.12, 0.35);
            let mut timeout_ms = 200.0;
            while dice.chance(loss) {
                way.resent += 1;
                way.delay_ms += timeout_ms;
                timeout_ms *= 2.0;
                if way.resent >= 5 {
                    way.reset = true;
                    break;
                }
            }
        }
        way
    }

    /// Whether a service's own exporters reach nobody.
    pub(crate) fn is_dark(&self, service: ServiceId, at: i64) -> bool {
        self.is(Fault::NetworkBlackhole, service, at)
    }

    /// Whether and how a service fails to resolve a name, and how long that takes.
    pub(crate) fn resolve(&self, service: ServiceId, at: i64, dice: &mut Dice) -> Option<(Trouble, f64)> {
        if !self.is(Fault::DnsFailure, service, at) {
            return None;
        }
        // Answers that are still cached serve for a while.
        let fails = self.scaled(0.55, 0.95) * (0.4 + 0.6 * self.ramp(at, 15.0));
        let (trouble, ms) = if self.variant == 0 {
            (Trouble::NoName, dice.around(3.0, 0.4))
        } else {
            (Trouble::ResolverTimeout, dice.between(900.0, 1_100.0))
        };
        dice.chance(fails).then_some((trouble, ms))
    }

    /// Whether a handshake with a service fails. Connections that stand are used until they close.
    pub(crate) fn refuses_certificate(&self, service: ServiceId, at: i64, dice: &mut Dice) -> bool {
        self.is(Fault::CertificateExpiry, service, at) && dice.chance(0.45 + 0.5 * self.ramp(at, 25.0))
    }

    /// Packets sent again, per second, by a service.
    pub(crate) fn resends_per_s(&self, service: ServiceId, at: i64) -> f64 {
        if self.is(Fault::PacketLoss, service, at) { self.scaled(25.0, 90.0) } else { 0.0 }
    }

    /// Round-trip time that the network adds, in milliseconds.
    pub(crate) fn added_rtt_ms(&self, service: ServiceId, at: i64) -> f64 {
        if self.is(Fault::NetworkLatency, service, at) { 2.0 * self.scaled(60.0, 200.0) } else { 0.0 }
    }
}
