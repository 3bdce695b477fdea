//! Shapes to templates.

use xxhash_rust::xxh3::xxh3_64_with_seed;

use crate::kind::Kind;
use crate::learned::{ByShape, Learned};
use crate::scan::{ID_END, ID_START};

/// A variable part of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    pub kind: Kind,
    /// Exact while few, then estimated.
    pub distinct: u64,
    /// The most frequent first.
    pub top: Vec<(String, u64)>,
}

/// Lines that say the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    /// A hash of the text and the scope.
    pub id: u64,
    /// Constants and placeholders.
    pub text: String,
    /// Lines.
    pub count: u64,
    pub slots: Vec<Slot>,
}

/// Which template a shape belongs to.
#[derive(Clone, Debug, Default)]
pub struct Dictionary {
    templates: Vec<Template>,
    by_shape: ByShape<u32>,
}

impl Dictionary {
    pub(crate) fn build(learned: &Learned) -> Self {
        let mut out = Self::default();
        let mut ids: Vec<u64> = learned.shapes.keys().copied().collect();
        ids.sort_unstable();
        for id in ids {
            let Some(shape) = learned.shapes.get(&id) else { continue };
            let mut text = String::new();
            let mut in_id = false;
            for c in String::from_utf8_lossy(&shape.skeleton).chars() {
                let b = u8::try_from(u32::from(c)).unwrap_or(255);
                if b == ID_START {
                    in_id = true;
                    text.push_str(Kind::Id.placeholder());
                } else if b == ID_END {
                    in_id = false;
                } else if in_id {
                } else if let Some(kind) = Kind::from_byte(b) {
                    text.push_str(kind.placeholder());
                } else {
                    text.push(c);
                }
            }
            let template = Template { id: xxh3_64_with_seed(text.as_bytes(), learned.scope), text, count: shape.count, slots: Vec::new() };
            out.by_shape.insert(id, u32::try_from(out.templates.len()).unwrap_or(u32::MAX));
            out.templates.push(template);
        }
        out
    }

    /// The template of a shape; `None` when it was never seen or is forgotten.
    #[must_use]
    pub fn get(&self, shape: u64) -> Option<&Template> {
        self.templates.get(*self.by_shape.get(&shape)? as usize)
    }

    /// By falling count, then text.
    pub fn templates(&self) -> impl Iterator<Item = &Template> {
        self.templates.iter()
    }
}
