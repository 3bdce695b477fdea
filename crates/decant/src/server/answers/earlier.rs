//! What askers were told before: an answer to `since=REVISION` is what is new beside it.
//!
//! A revision names what its answer told, so answers with other budgets, and those without an incident, are told apart.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use decant_context::Known;

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

    pub(super) fn put(&self, asked: Asked, told: Known) {
        let mut earlier = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        earlier.retain(|(of, known)| *of != asked || known.revision() != told.revision());
        if earlier.len() >= REMEMBERED {
            earlier.pop_front();
        }
        earlier.push_back((asked, Arc::new(told)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use decant_context::{Request, bundle};
    use decant_model::{Findings, Incident, TopologyEdge};

    fn told(incident: Option<u32>, edge: &str) -> Known {
        let findings = Findings {
            incidents: incident.map(|revision| Incident { revision, ..Incident::default() }).into_iter().collect(),
            topology: vec![TopologyEdge { caller: edge.to_owned(), callee: "db".to_owned(), calls: 1 }],
            ..Findings::default()
        };
        bundle(&findings, &Request::default()).told
    }

    #[test]
    fn an_answer_is_found_by_its_question_and_revision_until_it_is_forgotten() {
        let earlier = Earlier::default();
        let asked = |from: &str| (from.to_owned(), None);
        let (one, two) = (told(Some(1), "web"), told(Some(2), "web"));
        earlier.put(asked("-5m"), one.clone());
        earlier.put(asked("-5m"), two.clone());
        let found = |from: &str, known: &Known| earlier.get(&asked(from), known.revision()).is_some();
        assert!(found("-5m", &one) && found("-5m", &two) && !found("-9m", &one));
        assert!(!found("-5m", &told(Some(3), "web")));
        (0..REMEMBERED as u32).for_each(|revision| earlier.put(asked("-1m"), told(Some(revision), "web")));
        assert!(!found("-5m", &two));
    }

    #[test]
    fn answers_without_an_incident_are_told_apart_by_what_they_told() {
        let earlier = Earlier::default();
        let asked = || ("-5m".to_owned(), None);
        let (one, two) = (told(None, "web1"), told(None, "web2"));
        earlier.put(asked(), one.clone());
        earlier.put(asked(), two.clone());
        assert_ne!(one.revision(), two.revision());
        assert_eq!(earlier.get(&asked(), one.revision()).as_deref(), Some(&one));
        assert_eq!(earlier.get(&asked(), two.revision()).as_deref(), Some(&two));
    }
}
