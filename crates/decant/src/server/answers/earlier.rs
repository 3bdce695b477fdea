//! What askers were told before: an answer to `since=REVISION` is what is new beside it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use decant_context::{Known, revision};
use decant_model::Findings;

/// Answers that are remembered, the latest.
const REMEMBERED: usize = 64;

/// The question as it was told: its times and its service.
pub(super) type Asked = (String, Option<String>);

/// Shared by all questions. One answer a question and revision; one forgotten is answered in whole.
#[derive(Debug, Default)]
pub(super) struct Earlier(Mutex<VecDeque<(Asked, Arc<Known>)>>);

impl Earlier {
    pub(super) fn get(&self, asked: &Asked, revision: u64) -> Option<Arc<Known>> {
        let earlier = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        earlier.iter().find(|(of, known)| of == asked && known.revision() == revision).map(|(_, known)| known.clone())
    }

    pub(super) fn put(&self, asked: Asked, findings: &Findings) {
        let known = Arc::new(Known::of(findings));
        let revision = revision(findings);
        let mut earlier = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        earlier.retain(|(of, known)| *of != asked || known.revision() != revision);
        if earlier.len() >= REMEMBERED {
            earlier.pop_front();
        }
        earlier.push_back((asked, known));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use decant_model::Incident;

    #[test]
    fn an_answer_is_found_by_its_question_and_revision_until_it_is_forgotten() {
        let earlier = Earlier::default();
        let asked = |from: &str| (from.to_owned(), None);
        let of = |revision| Findings {
            incidents: vec![Incident { revision, ..Incident::default() }],
            ..Findings::default()
        };
        earlier.put(asked("-5m"), &of(1));
        earlier.put(asked("-5m"), &of(2));
        assert!(earlier.get(&asked("-5m"), 1).is_some() && earlier.get(&asked("-5m"), 2).is_some());
        assert!(earlier.get(&asked("-5m"), 3).is_none() && earlier.get(&asked("-9m"), 1).is_none());
        (0..REMEMBERED as u32).for_each(|revision| earlier.put(asked("-1m"), &of(revision)));
        assert!(earlier.get(&asked("-5m"), 2).is_none());
    }
}
