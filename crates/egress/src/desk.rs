//! The desk behind the doors: what every question goes through, whichever protocol it came by.
//!
//! A question is checked ([`Asked`]), waits for its turn, is answered or runs out of time, and is counted. At most
//! `questions_max` run at once and `waiting_max` wait; those beyond are refused at once, so that a crowd gets quick
//! refusals rather than slow answers. Asking again is the client's choice: nothing is retried here.

use std::{
    future::poll_fn,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    task::Poll,
    time::Instant,
};

use tokio::sync::Semaphore;

use crate::{
    asked::Asked,
    config::Limits,
    metrics::{Door, Metrics, Question},
    query::Format,
    service::{Answer, Answering, ContextService, ServiceError, Status},
};

/// Cheap to clone; clones share the limits and the counters.
#[derive(Clone)]
pub struct Desk(Arc<Inner>);

struct Inner {
    service: Arc<dyn ContextService>,
    limits: Limits,
    running: Semaphore,
    /// Running and waiting.
    admitted: Semaphore,
    metrics: Arc<Metrics>,
}

impl std::fmt::Debug for Desk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Desk").field("limits", &self.0.limits).finish_non_exhaustive()
    }
}

impl Desk {
    #[must_use]
    pub fn new(service: Arc<dyn ContextService>, limits: Limits, metrics: Arc<Metrics>) -> Self {
        let running = Semaphore::new(limits.questions_max.min(Semaphore::MAX_PERMITS));
        let admitted = limits.questions_max.saturating_add(limits.waiting_max).min(Semaphore::MAX_PERMITS);
        Self(Arc::new(Inner { service, limits, running, admitted: Semaphore::new(admitted), metrics }))
    }

    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.0.limits
    }

    pub(crate) fn metrics(&self) -> Arc<Metrics> {
        self.0.metrics.clone()
    }

    #[must_use]
    pub fn status(&self) -> Status {
        self.0.service.status()
    }

    /// Checks what was asked and puts it to the service; each outcome is counted.
    ///
    /// # Errors
    /// The service's, [`ServiceError::InvalidArgument`] for what cannot be asked, and [`ServiceError::Unavailable`] when
    /// there are too many questions or the answer takes too long.
    pub async fn ask(
        &self,
        door: Door,
        question: Question,
        asked: Asked,
        format: Format,
    ) -> Result<Answer, ServiceError> {
        let begin = Instant::now();
        let desk = &*self.0;
        let outcome = match desk.put(question, asked, format) {
            Ok(answering) => desk.within_limits(answering).await,
            Err(error) => Err(error),
        };
        desk.metrics.answered(door, question, &outcome, begin.elapsed());
        if let Err(ServiceError::Internal(message)) = &outcome {
            tracing::error!(door = door.as_str(), question = question.as_str(), message, "a question failed");
        }
        outcome
    }

    /// Counts a request that never became a question (an unknown parameter, a value of the wrong type).
    pub(crate) fn refused(&self, door: Door, question: Question, error: ServiceError) -> ServiceError {
        self.0.metrics.refused(door, question, &error);
        error
    }
}

impl Inner {
    fn put(&self, question: Question, asked: Asked, format: Format) -> Result<Answering<'_>, ServiceError> {
        let limits = &self.limits;
        Ok(match question {
            Question::Bundle => self.service.bundle(asked.bundle(limits, format)?),
            Question::Search => self.service.search(asked.search(limits, format)?),
            Question::Expand => self.service.expand(asked.expand(limits, format)?),
            Question::Services => self.service.services(asked.services(limits, format)?),
            Question::Compare => self.service.compare(asked.compare(limits, format)?),
            Question::Timeline => self.service.timeline(asked.timeline(limits, format)?),
            Question::Topology => self.service.topology(asked.topology(limits, format)?),
        })
    }

    async fn within_limits(&self, answering: Answering<'_>) -> Result<Answer, ServiceError> {
        let Ok(_admitted) = self.admitted.try_acquire() else {
            return Err(ServiceError::Unavailable("too many questions are waiting: ask again later".to_owned()));
        };
        let timeout = self.limits.answer_timeout;
        let turn = async {
            match self.running.acquire().await {
                Ok(_turn) => unpanicked(answering).await,
                Err(_) => Err(ServiceError::Unavailable("no more questions are taken".to_owned())),
            }
        };
        let late = || {
            Err(ServiceError::Unavailable(format!(
                "no answer within {} ms: narrow the window or ask again later",
                timeout.as_millis()
            )))
        };
        tokio::time::timeout(timeout, turn).await.unwrap_or_else(|_| late())
    }
}

/// A question that panics costs its own answer, not the connection and the other questions on it.
async fn unpanicked(mut answering: Answering<'_>) -> Result<Answer, ServiceError> {
    let polled = poll_fn(|context| {
        // The future is dropped, never polled again, after a panic.
        match catch_unwind(AssertUnwindSafe(|| answering.as_mut().poll(context))) {
            Ok(poll) => poll.map(Some),
            Err(_) => Poll::Ready(None),
        }
    });
    polled.await.unwrap_or_else(|| Err(ServiceError::Internal("the question met a fault of ours".to_owned())))
}

#[cfg(test)]
mod tests;
