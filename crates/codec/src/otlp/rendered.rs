//! The text of one record's attributes, with buffers that are kept from record to record.
//!
//! Strings are passed through; other values are written one after the other into one arena. So a record costs no
//! allocation, whatever its attributes are.

use super::value::{KeyValue, TooDeep, push_display};

#[derive(Debug, Default)]
pub(crate) struct Rendered {
    arena: String,
    /// For each attribute that is kept: its place in the arena, or `None` when its own text serves.
    places: Vec<Option<(usize, usize)>>,
    extras: Vec<(&'static str, usize, usize)>,
}

impl Rendered {
    /// Takes the attributes of a new record, at most `max` of them. `dropped` is what the sender says that it left out.
    pub(crate) fn set(
        &mut self,
        attributes: &[KeyValue<'_>],
        dropped: u64,
        max: usize,
        depth: usize,
    ) -> Result<(), TooDeep> {
        self.arena.clear();
        self.places.clear();
        self.extras.clear();
        for pair in attributes.iter().take(max) {
            if pair.value.as_text().is_some() {
                self.places.push(None);
            } else {
                let from = self.arena.len();
                pair.value.push_text(&mut self.arena, depth)?;
                self.places.push(Some((from, self.arena.len())));
            }
        }
        let dropped = dropped.saturating_add((attributes.len() - self.places.len()) as u64);
        self.count("otel.dropped_attributes_count", dropped);
        Ok(())
    }

    /// Adds a count as an attribute, when there is something to count.
    pub(crate) fn count(&mut self, key: &'static str, count: u64) {
        if count > 0 {
            let from = self.arena.len();
            push_display(&mut self.arena, count);
            self.extras.push((key, from, self.arena.len()));
        }
    }

    /// Adds a text as an attribute, when it is not empty.
    pub(crate) fn text(&mut self, key: &'static str, text: &str) {
        if !text.is_empty() {
            let from = self.arena.len();
            self.arena.push_str(text);
            self.extras.push((key, from, self.arena.len()));
        }
    }

    /// The pairs; `attributes` are those that were set.
    pub(crate) fn pairs<'x>(&'x self, attributes: &'x [KeyValue<'_>]) -> impl Iterator<Item = (&'x str, &'x str)> {
        let own = attributes.iter().zip(&self.places).map(|(pair, place)| {
            let text = place.map_or_else(|| pair.value.as_text(), |(from, to)| self.arena.get(from..to));
            (pair.key.as_str(), text.unwrap_or_default())
        });
        own.chain(self.extras.iter().map(|&(key, from, to)| (key, self.arena.get(from..to).unwrap_or_default())))
    }
}
