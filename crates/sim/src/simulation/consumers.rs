//! Consumers of the queue: one message at a time on each pod, in order, as fast as the code path lets them.

use super::Simulation;
use crate::dice::{Dice, Purpose};
use crate::walk::Walk;

impl Simulation {
    /// Takes what consumers can take before `to`.
    pub(super) fn consume(&mut self, to: i64) {
        for at in 0..self.world.queues.len() {
            let (service, operation) = self.world.queues[at].consumer;
            let pods = self.world.pods.of(service).to_vec();
            while let Some(message) = self.world.queues[at].messages.front() {
                let index = 1 << 62 | (at as u64) << 56 | self.world.queues[at].consumed;
                let mut dice = Dice::new(self.world.seed, Purpose::Request, index);
                let ready = message.sent + (dice.between(8.0, 60.0) * 1e6) as i64;
                let free =
                    |slot: usize| self.busy_until.get(&(at, slot)).copied().unwrap_or(0).max(self.now).max(ready);
                let away = |slot: usize| {
                    let start = free(slot);
                    self.world.ask(false, |a| a.is_away(service, slot, start) || a.is_dark(service, start))
                };
                let Some(slot) = (0..pods.len()).filter(|s| !away(*s)).min_by_key(|s| free(*s)) else { break };
                let start = free(slot);
                if start >= to {
                    break;
                }
                let queue = &mut self.world.queues[at];
                let Some(message) = queue.messages.pop_front() else { break };
                queue.consumed += 1;
                let mut walk = Walk::new(&mut self.world, dice);
                (walk.trace, walk.vars) = (message.trace, message.vars);
                let reply = walk.serve((service, operation), pods[slot], start, Some(message.span));
                self.busy_until.insert((at, slot), reply.end);
            }
        }
    }
}
