//! Connections in bounded number, none of them idle for ever: what both OTLP servers accept from.
//!
//! One connection too many is closed at once and counted, so that file descriptors stay for the others. Over HTTP a
//! connection on which nothing moves for a time is ended; over gRPC, pings find the dead ones.

use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, Sleep, sleep},
};
use tokio_stream::Stream;
use tonic::transport::server::{Connected, TcpConnectInfo};

use crate::metrics::{Door, Metrics};

/// After accepting failed (mostly for want of file descriptors), the next try waits for some connection to end.
const ACCEPT_RETRY: Duration = Duration::from_secs(1);

/// A listener that hands out at most so many connections at a time.
pub(crate) struct Connections {
    listener: TcpListener,
    places: Arc<Semaphore>,
    idle_max: Option<Duration>,
    door: Door,
    metrics: Arc<Metrics>,
    retry: Option<Pin<Box<Sleep>>>,
}

impl Connections {
    pub(crate) fn new(
        listener: TcpListener,
        connections_max: usize,
        idle_max: Option<Duration>,
        door: Door,
        metrics: Arc<Metrics>,
    ) -> Self {
        let places = Arc::new(Semaphore::new(connections_max.min(Semaphore::MAX_PERMITS)));
        Self { listener, places, idle_max, door, metrics, retry: None }
    }

    fn poll_accept(&mut self, context: &mut Context<'_>) -> Poll<(Connection, SocketAddr)> {
        loop {
            if let Some(retry) = &mut self.retry {
                ready!(retry.as_mut().poll(context));
                self.retry = None;
            }
            match ready!(self.listener.poll_accept(context)) {
                Ok((stream, peer)) => {
                    let place = self.places.clone().try_acquire_owned();
                    self.metrics.connection(self.door, place.is_ok());
                    let Ok(place) = place else { continue };
                    // Replies are small and awaited: none should sit out Nagle's delay.
                    if let Err(error) = stream.set_nodelay(true) {
                        tracing::debug!(%error, "no TCP_NODELAY");
                    }
                    let idle = self.idle_max.map(|max| Idle { max, until: Box::pin(sleep(max)) });
                    return Poll::Ready((Connection { stream, idle, _place: place }, peer));
                }
                Err(error) if is_peers(&error) => {}
                Err(error) => {
                    tracing::error!(%error, source = self.door.as_str(), "no connection can be accepted");
                    self.retry = Some(Box::pin(sleep(ACCEPT_RETRY)));
                }
            }
        }
    }
}

/// The peer's fault, and over already.
fn is_peers(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

impl axum::serve::Listener for Connections {
    type Io = Connection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Connection, SocketAddr) {
        std::future::poll_fn(|context| self.poll_accept(context)).await
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

impl Stream for Connections {
    type Item = io::Result<Connection>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_accept(context).map(|(connection, _)| Some(Ok(connection)))
    }
}

/// A TCP stream that gives its place back when it is dropped.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: TcpStream,
    idle: Option<Idle>,
    _place: OwnedSemaphorePermit,
}

/// Until when something has to move.
#[derive(Debug)]
struct Idle {
    max: Duration,
    until: Pin<Box<Sleep>>,
}

impl Connection {
    /// Passes on the outcome of reading or writing; an error once nothing has moved for too long.
    fn watch<T>(&mut self, outcome: Poll<io::Result<T>>, context: &mut Context<'_>) -> Poll<io::Result<T>> {
        let Some(idle) = &mut self.idle else { return outcome };
        if outcome.is_ready() {
            idle.until.as_mut().reset(Instant::now() + idle.max);
            return outcome;
        }
        ready!(idle.until.as_mut().poll(context));
        Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the connection was idle for too long")))
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let outcome = Pin::new(&mut self.stream).poll_read(context, buffer);
        self.watch(outcome, context)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.watch(outcome, context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.watch(outcome, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

impl Connected for Connection {
    type ConnectInfo = TcpConnectInfo;

    fn connect_info(&self) -> TcpConnectInfo {
        self.stream.connect_info()
    }
}
