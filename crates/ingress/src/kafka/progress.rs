//! How far a partition is: taken, durable, committed. Pure: it decides, the consumer acts.

use std::collections::VecDeque;

/// Some messages in a row, and the batches made of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unit {
    pub(super) first_offset: i64,
    /// After the last message.
    pub(super) next_offset: i64,
    pub(super) messages: u64,
    pub(super) bytes: u64,
    /// Its batches have the numbers from this one on.
    pub(super) first_number: u64,
    pub(super) batches: u64,
    /// Batches that are not durable yet.
    pub(super) open: u64,
}

/// Units from the oldest that is not committed to the newest that was taken.
#[derive(Debug, Default)]
pub(super) struct Progress {
    units: VecDeque<Unit>,
    messages: u64,
    bytes: u64,
}

impl Progress {
    /// A unit whose batches are on their way.
    pub(super) fn taken(&mut self, unit: Unit) {
        self.messages += unit.messages;
        self.bytes += unit.bytes;
        self.units.push_back(unit);
    }

    /// The batch of this number is done with. `None` when it is not one of these (any more).
    pub(super) fn done(&mut self, number: u64) -> Option<&Unit> {
        let unit = self.units.iter_mut().find(|u| (u.first_number..u.first_number + u.batches).contains(&number))?;
        unit.open = unit.open.saturating_sub(1);
        Some(unit)
    }

    /// Whether the batch of this number is one of these and not done with.
    pub(super) fn holds(&self, number: u64) -> bool {
        self.units.iter().any(|u| u.open > 0 && (u.first_number..u.first_number + u.batches).contains(&number))
    }

    /// The offset that may be committed: that after the last of the units which are done from the head on.
    pub(super) fn committable(&self) -> Option<i64> {
        self.units.iter().take_while(|u| u.open == 0).last().map(|u| u.next_offset)
    }

    /// Everything before `offset` is committed.
    pub(super) fn committed(&mut self, offset: i64) {
        while let Some(unit) = self.units.front().filter(|u| u.open == 0 && u.next_offset <= offset) {
            self.messages -= unit.messages;
            self.bytes -= unit.bytes;
            self.units.pop_front();
        }
    }

    /// Forgets the units from the first that is not done; returns where to take up again.
    pub(super) fn rewind(&mut self) -> Option<i64> {
        let at = self.units.iter().position(|u| u.open > 0)?;
        let first = self.units.get(at).map(|u| u.first_offset);
        for unit in self.units.drain(at..) {
            self.messages -= unit.messages;
            self.bytes -= unit.bytes;
        }
        first
    }

    /// Messages and bytes that are taken and not committed.
    pub(super) fn load(&self) -> (u64, u64) {
        (self.messages, self.bytes)
    }

    /// Whether all that was taken is done with.
    pub(super) fn is_done(&self) -> bool {
        self.units.iter().all(|u| u.open == 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(first_offset: i64, messages: u64, first_number: u64, batches: u64) -> Unit {
        let next_offset = first_offset + messages as i64;
        Unit { first_offset, next_offset, messages, bytes: 10 * messages, first_number, batches, open: batches }
    }

    fn progress() -> Progress {
        let mut progress = Progress::default();
        progress.taken(unit(0, 5, 1, 1));
        progress.taken(unit(5, 1, 2, 2));
        progress.taken(unit(6, 4, 4, 1));
        progress
    }

    #[test]
    fn only_the_head_can_be_committed() {
        let mut progress = progress();
        assert_eq!(progress.committable(), None);
        progress.done(4);
        progress.done(2);
        assert_eq!(progress.committable(), None);
        progress.done(1);
        assert_eq!(progress.committable(), Some(5));
        progress.done(3);
        assert_eq!(progress.committable(), Some(10));
        assert!(progress.is_done());
        assert_eq!(progress.load(), (10, 100));
        progress.committed(5);
        assert_eq!(progress.load(), (5, 50));
        progress.committed(10);
        assert_eq!(progress.load(), (0, 0));
        assert_eq!(progress.committable(), None);
    }

    #[test]
    fn a_unit_without_batches_is_done_at_once() {
        let mut progress = Progress::default();
        progress.taken(unit(7, 1, 1, 0));
        assert_eq!(progress.committable(), Some(8));
    }

    #[test]
    fn a_rewind_goes_to_the_first_that_is_not_done_and_later_acks_are_strangers() {
        let mut progress = progress();
        progress.done(1);
        progress.done(4);
        assert_eq!(progress.rewind(), Some(5));
        assert_eq!(progress.load(), (5, 50));
        assert_eq!(progress.done(2), None);
        assert_eq!(progress.committable(), Some(5));
        assert_eq!(progress.rewind(), None);
    }
}
