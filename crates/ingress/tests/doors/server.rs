//! Both servers on free ports, and the other end of their intake.

use std::{io, sync::Arc, time::Duration};

use decant_ingress::{
    Deliveries, Delivery, Intake, IntakeLimits, Metrics, OtlpLimits, serve_otlp_grpc, serve_otlp_http,
};
use decant_model::{Batch, Rows};
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::CancellationToken;

/// Longer than anything takes that works.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) struct Server {
    pub(crate) grpc: String,
    pub(crate) http: String,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) intake: Intake,
    pub(crate) deliveries: Deliveries,
    pub(crate) cancel: CancellationToken,
    pub(crate) served: JoinHandle<io::Result<()>>,
}

pub(crate) async fn start(intake: IntakeLimits, limits: OtlpLimits) -> Server {
    let metrics = Arc::new(Metrics::default());
    let (intake, deliveries) = Intake::new(&intake, 1_000, metrics.clone());
    let cancel = CancellationToken::new();
    let (grpc, http) = (bind().await, bind().await);
    let url = |listener: &TcpListener| format!("http://{}", listener.local_addr().unwrap());
    let (grpc_url, http_url) = (url(&grpc), url(&http));
    let both = {
        let (intake, limits, cancel) = (intake.clone(), limits, cancel.clone());
        async move {
            let grpc = serve_otlp_grpc(grpc, intake.clone(), limits.clone(), cancel.clone());
            let http = serve_otlp_http(http, intake, limits, cancel);
            tokio::try_join!(grpc, http).map(|_| ())
        }
    };
    let served = tokio::spawn(both);
    Server { grpc: grpc_url, http: http_url, metrics, intake, deliveries, cancel, served }
}

async fn bind() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").await.unwrap()
}

impl Server {
    pub(crate) async fn next(&mut self) -> Delivery {
        tokio::time::timeout(PATIENCE, self.deliveries.recv()).await.unwrap().unwrap()
    }

    /// Acknowledges everything from now on, and gives the batches back.
    pub(crate) fn accept_all(mut self) -> (CancellationToken, JoinHandle<Vec<Batch>>) {
        drop(self.intake);
        let batches = tokio::spawn(async move {
            let mut batches = Vec::new();
            while let Some(Delivery { batch, ack }) = self.deliveries.recv().await {
                ack.durable();
                batches.push(batch);
            }
            batches
        });
        (self.cancel, batches)
    }
}

pub(crate) fn bodies(batch: &Batch) -> Vec<String> {
    match &batch.rows {
        Rows::Logs(logs) => (0..logs.len()).map(|i| logs.body.value(i).to_owned()).collect(),
        _ => panic!("these are logs"),
    }
}
