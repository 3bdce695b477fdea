//! The service behind the doors: questions answered from the correlator and the store.
//!
//! A question's times are resolved first (`-15m` is relative to the newest record), then the correlator is asked for
//! findings, then packing and scanning happen on threads that may block. A handle is looked for among the findings of
//! all telemetry and of the last few windows that somebody asked about.

mod around;
mod compare;
mod describe;
mod earlier;
mod expand;
mod quiet;
mod records;
mod search;
mod services;
mod timeline;

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

use decant_context::{PageItem, PageRequest, Rendered, Request};
use decant_egress::{
    Answer, Answering, BundleQuery, CompareQuery, ContextService, ExpandQuery, Fit, Format, SearchQuery, ServiceError,
    ServicesQuery, Status, TimelineQuery, TopologyQuery, When,
};
use decant_engine::{Ask, Correlator};
use decant_model::Findings;
use decant_store::Store;
use jiff::tz::TimeZone;

use super::correlating::Correlating;
use crate::when;
use earlier::Earlier;

/// Windows that are remembered so that handles of their answers can be expanded.
const REMEMBERED_ASKS: usize = 16;

/// Answers questions; shared by all doors.
pub(super) struct Answers {
    store: Arc<Store>,
    correlating: Correlating,
    ingress: Arc<decant_ingress::Metrics>,
    draining: AtomicBool,
    asked: Mutex<VecDeque<Ask>>,
    earlier: Arc<Earlier>,
}

/// The times of a question, as they were told.
struct Times {
    from: Option<When>,
    to: Option<When>,
    at: Option<When>,
}

impl Answers {
    pub(super) fn new(store: Arc<Store>, correlating: Correlating, ingress: Arc<decant_ingress::Metrics>) -> Self {
        Self {
            store,
            correlating,
            ingress,
            draining: AtomicBool::new(false),
            asked: Mutex::new(VecDeque::new()),
            earlier: Arc::default(),
        }
    }

    /// From now on probes are told that the server is stopping.
    pub(super) fn drain(&self) {
        self.draining.store(true, Relaxed);
    }

    async fn on_correlator<T: Send + 'static>(
        &self,
        question: impl FnOnce(&mut decant_engine::Correlator, &decant_engine::LaneCounts) -> T + Send + 'static,
    ) -> Result<T, ServiceError> {
        let gone = || ServiceError::Unavailable("the server is stopping: ask again when it is back".to_owned());
        self.correlating.ask(question).await.ok_or_else(gone)
    }

    /// Resolves a question's times against the newest record.
    async fn ask(&self, times: Times, service: Option<String>) -> Result<Ask, ServiceError> {
        let newest = self.newest().await?;
        Self::resolved(times, service, newest)
    }

    /// The newest record's time. Read once for a question: it moves on.
    async fn newest(&self) -> Result<Option<i64>, ServiceError> {
        self.on_correlator(|correlator, _| correlator.newest_unix_nano()).await
    }

    fn resolved(times: Times, service: Option<String>, newest: Option<i64>) -> Result<Ask, ServiceError> {
        let resolve = |name: &str, when: Option<When>| match when {
            None => Ok(None),
            Some(When::UnixNano(nanos)) => Ok(Some(nanos)),
            Some(When::Text(text)) => when::When::parse(&text, &TimeZone::UTC)
                .map(|when| when.resolve(newest))
                .map_err(|message| ServiceError::InvalidArgument(format!("{name}: {message}"))),
        };
        let (from, to) = (resolve("from", times.from)?, resolve("to", times.to)?);
        if let (Some(from), Some(to)) = (from, to)
            && from >= to
        {
            return Err(ServiceError::InvalidArgument("from must lie before to".to_owned()));
        }
        Ok(Ask { from, to, at: resolve("at", times.at)?, service })
    }

    async fn findings(&self, ask: Ask) -> Result<Findings, ServiceError> {
        self.answered(ask, false).await
    }

    /// With what was to be said at the last checkpoint of an incident that goes on.
    async fn findings_held(&self, ask: Ask) -> Result<Findings, ServiceError> {
        self.answered(ask, true).await
    }

    async fn answered(&self, ask: Ask, holds: bool) -> Result<Findings, ServiceError> {
        let found = self.on_correlator(move |correlator, counts| {
            let findings = if holds { Correlator::findings_held } else { Correlator::findings };
            findings(correlator, &ask, Vec::new(), counts)
        });
        found.await.map(|mut findings| {
            // Since the start; what was read back from the store came in before.
            findings.counts.bytes_in = self.ingress.bytes();
            findings
        })
    }

    fn remember(&self, ask: Ask) {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        if !asked.contains(&ask) {
            if asked.len() >= REMEMBERED_ASKS {
                asked.pop_front();
            }
            asked.push_back(ask);
        }
    }

    /// All telemetry first, then the windows asked about, the latest first.
    fn remembered(&self) -> Vec<Ask> {
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        std::iter::once(Ask::default()).chain(asked.iter().rev().cloned()).collect()
    }

    async fn bundle(&self, query: BundleQuery) -> Result<Answer, ServiceError> {
        let request = request(&query.fit)?;
        let times = Times { from: query.from, to: query.to, at: query.at };
        let told = format!("{:?} {:?} {:?}", times.from, times.to, times.at);
        let ask = self.ask(times, query.service).await?;
        let mut findings = self.findings_held(ask.clone()).await?;
        self.remember(ask.clone());
        let (store, earlier) = (self.store.clone(), self.earlier.clone());
        // A window that ends with the newest record moves on; it is the same question.
        let asked = (told, ask.service);
        blocking(move || {
            quiet::add_excerpts(&mut findings, &store);
            let known = query.since.and_then(|since| earlier.get(&asked, since));
            let mut rendered = match known {
                Some(known) => decant_context::delta(&findings, &known, &request),
                None => decant_context::whole(&findings, query.since, &request),
            };
            earlier.put(asked, std::mem::take(&mut rendered.told));
            Ok(answer(rendered))
        })
        .await
    }
}

impl ContextService for Answers {
    fn bundle(&self, query: BundleQuery) -> Answering<'_> {
        Box::pin(self.bundle(query))
    }

    fn search(&self, query: SearchQuery) -> Answering<'_> {
        Box::pin(search::answer(self, query))
    }

    fn expand(&self, query: ExpandQuery) -> Answering<'_> {
        Box::pin(expand::answer(self, query))
    }

    fn services(&self, query: ServicesQuery) -> Answering<'_> {
        Box::pin(services::answer(self, query))
    }

    fn compare(&self, query: CompareQuery) -> Answering<'_> {
        Box::pin(compare::answer(self, query))
    }

    fn timeline(&self, query: TimelineQuery) -> Answering<'_> {
        Box::pin(timeline::answer(self, query))
    }

    fn topology(&self, query: TopologyQuery) -> Answering<'_> {
        Box::pin(around::answer(self, query))
    }

    fn status(&self) -> Status {
        if self.draining.load(Relaxed) { Status::NotReady("draining".to_owned()) } else { Status::Ready }
    }
}

/// What the packer is told of a question's fit.
fn request(fit: &Fit) -> Result<Request, ServiceError> {
    let Some(tokenizer) = decant_context::tokenizer(&fit.tokenizer) else {
        return Err(ServiceError::InvalidArgument(format!(
            "tokenizer {:?} is not known: use one of {}",
            fit.tokenizer,
            decant_context::TOKENIZERS.join(", ")
        )));
    };
    let format = match fit.format {
        Format::Text => decant_context::Format::Text,
        Format::Json => decant_context::Format::Json,
        Format::Both => decant_context::Format::Both,
    };
    let budget_tokens = usize::try_from(fit.budget_tokens).unwrap_or(usize::MAX);
    Ok(Request { budget_tokens, tokenizer, format })
}

fn answer(rendered: Rendered) -> Answer {
    Answer { text: rendered.text, json: rendered.json, used_tokens: rendered.used_tokens as u64 }
}

/// A page of an answer whose title holds all of the question.
fn page(title: String, request: Request, cursor: Option<String>, items: &[PageItem]) -> Result<Answer, ServiceError> {
    page_of(title, String::new(), request, cursor, items)
}

/// A page; `question` is what tells it from others with the same title.
fn page_of(
    title: String,
    question: String,
    request: Request,
    cursor: Option<String>,
    items: &[PageItem],
) -> Result<Answer, ServiceError> {
    let cursor = cursor.unwrap_or_default();
    let request = PageRequest { title, question, request, cursor, ..PageRequest::default() };
    decant_context::page(&request, items).map(answer).map_err(|error| ServiceError::InvalidArgument(error.to_string()))
}

/// Runs what keeps a processor or a disk busy on a thread that may be kept busy.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ServiceError> + Send + 'static,
) -> Result<T, ServiceError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => Err(ServiceError::Internal(format!("the answer could not be made: {error}"))),
    }
}
