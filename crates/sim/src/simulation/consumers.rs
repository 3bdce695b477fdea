//! Consumers of the queue: a few lanes on each pod, one message at a time, as fast as the code path lets them.

use super::Simulation;
use crate::dice::{Dice, Purpose};
use crate::walk::Walk;

impl Simulation {
    /// Takes what consumers can take before `to`.
    pub(super) fn consume(&mut self, to: i64) {
        for at in 0..self.world.queues.len() {
            let (service, operation) = self.world.queues[at].consumer;
            let pods = self.world.pods.of(service).to_vec();
            // As many at a time as the usual rate asks for.
            let lanes = pods.len() * (1 + (self.scenario.rate / 40.0) as usize);
            while let Some(message) = self.world.queues[at].messages.front() {
                let index = 1 << 62 | (at as u64) << 56 | self.world.queues[at].consumed;
                let mut dice = Dice::new(self.world.seed, Purpose::Request, index);
                let ready = message.sent + (dice.between(8.0, 60.0) * 1e6) as i64;
                let free =
                    |lane: usize| self.busy_until.get(&(at, lane)).copied().unwrap_or(0).max(self.now).max(ready);
                let away = |lane: usize| {
                    let (slot, start) = (lane % pods.len(), free(lane));
                    self.world.ask(false, |a| a.is_away(service, slot, start) || a.is_dark(service, start))
                };
                let Some(lane) = (0..lanes).filter(|l| !away(*l)).min_by_key(|l| free(*l)) else { break };
                let start = free(lane);
                if start >= to {
                    break;
                }
                let queue = &mut self.world.queues[at];
                let Some(message) = queue.messages.pop_front() else { break };
                queue.consumed += 1;
                let mut walk = Walk::new(&mut self.world, dice);
                (walk.trace, walk.vars) = (message.trace, message.vars);
                let reply = walk.serve((service, operation), pods[lane % pods.len()], start, Some(message.span));
                self.busy_until.insert((at, lane), reply.end);
            }
        }
    }
}
