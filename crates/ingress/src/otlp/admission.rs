//! At most so many requests at a time are read and decoded, over all connections of a server.
//!
//! A request waits a while for its turn, then it is told to come again. Its turn ends when its batch is in the intake:
//! the permit travels in the request's extensions, and whoever handles the request takes it from there.

use std::{
    convert::Infallible,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use axum::http::{Request, Response};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tower::{Layer, Service};

use super::put::Refused;

/// A turn; it ends when the last clone is dropped.
#[derive(Clone, Debug)]
#[expect(dead_code, reason = "held, not read")]
pub(super) struct Admitted(Arc<OwnedSemaphorePermit>);

/// Hands out turns.
#[derive(Clone, Debug)]
pub(super) struct Admission {
    turns: Arc<Semaphore>,
    wait_max: Duration,
}

impl Admission {
    pub(super) fn new(requests_max: usize, wait_max: Duration) -> Self {
        Self { turns: Arc::new(Semaphore::new(requests_max.min(Semaphore::MAX_PERMITS))), wait_max }
    }

    pub(super) async fn admit(&self) -> Result<Admitted, Refused> {
        match tokio::time::timeout(self.wait_max, self.turns.clone().acquire_owned()).await {
            Ok(Ok(permit)) => Ok(Admitted(Arc::new(permit))),
            _ => Err(Refused::Full("too many requests are being read: send it again later".to_owned())),
        }
    }
}

/// Puts [`Admission`] in front of a gRPC service.
pub(super) struct AdmissionLayer<B> {
    pub(super) admission: Admission,
    /// Writes a refusal in the protocol's form.
    pub(super) refuse: fn(&Refused) -> Response<B>,
    /// Mends a reply of the service behind.
    pub(super) mend: fn(&mut Response<B>),
}

impl<B> Clone for AdmissionLayer<B> {
    fn clone(&self) -> Self {
        Self { admission: self.admission.clone(), refuse: self.refuse, mend: self.mend }
    }
}

impl<S: Clone, B> Clone for Admitting<S, B> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone(), admission: self.admission.clone(), refuse: self.refuse, mend: self.mend }
    }
}

impl<S, B> Layer<S> for AdmissionLayer<B> {
    type Service = Admitting<S, B>;

    fn layer(&self, inner: S) -> Admitting<S, B> {
        Admitting { inner, admission: self.admission.clone(), refuse: self.refuse, mend: self.mend }
    }
}

pub(super) struct Admitting<S, B> {
    inner: S,
    admission: Admission,
    refuse: fn(&Refused) -> Response<B>,
    mend: fn(&mut Response<B>),
}

impl<S, A, B> Service<Request<A>> for Admitting<S, B>
where
    S: Service<Request<A>, Response = Response<B>, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
    A: Send + 'static,
    B: 'static,
{
    type Response = Response<B>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<B>, Infallible>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<A>) -> Self::Future {
        // The one that is ready is called; its clone stays for the next request.
        let clone = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, clone);
        let (admission, refuse, mend) = (self.admission.clone(), self.refuse, self.mend);
        Box::pin(async move {
            match admission.admit().await {
                Ok(admitted) => {
                    request.extensions_mut().insert(admitted);
                    let mut response = inner.call(request).await?;
                    mend(&mut response);
                    Ok(response)
                }
                Err(refused) => Ok(refuse(&refused)),
            }
        })
    }
}
