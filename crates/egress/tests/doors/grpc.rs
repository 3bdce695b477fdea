//! The gRPC door, by its own generated client.

use std::{sync::atomic::Ordering, time::Duration};

use decant_egress::{
    Door, Limits, Question, serve_grpc,
    v1::{self, Rendering, context_service_client::ContextServiceClient},
};
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::CancellationToken;
use tonic::{Code, codec::CompressionEncoding, transport::Channel};
use tonic_health::{
    ServingStatus,
    pb::{HealthCheckRequest, health_client::HealthClient},
};
use tonic_reflection::pb::{
    v1::{
        ServerReflectionRequest, server_reflection_client::ServerReflectionClient,
        server_reflection_request::MessageRequest, server_reflection_response::MessageResponse,
    },
    v1alpha,
};

use crate::fake::{BUNDLE_TEXT, Desks, PAGE_TEXT, bundle, desks};

struct Running {
    desks: Desks,
    channel: Channel,
    cancel: CancellationToken,
    server: JoinHandle<std::io::Result<()>>,
}

async fn start(limits: Limits) -> Running {
    let desks = desks(limits);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let cancel = CancellationToken::new();
    let server = tokio::spawn(serve_grpc(listener, desks.desk.clone(), cancel.clone()));
    let channel = Channel::from_shared(url).unwrap().connect().await.unwrap();
    Running { desks, channel, cancel, server }
}

impl Running {
    fn client(&self) -> ContextServiceClient<Channel> {
        ContextServiceClient::new(self.channel.clone())
    }

    async fn stop(self) {
        drop(self.channel);
        self.cancel.cancel();
        tokio::time::timeout(Duration::from_secs(5), self.server).await.expect("stops").unwrap().unwrap();
    }
}

fn when(text: &str) -> Option<v1::When> {
    Some(v1::When { form: Some(v1::when::Form::Text(text.to_owned())) })
}

#[tokio::test]
async fn a_bundle_comes_as_text_and_as_a_message_with_every_field() {
    let running = start(Limits::default()).await;
    let request = v1::GetIncidentBundleRequest {
        budget_tokens: Some(2000),
        from: when("-15m"),
        to: Some(v1::When { form: Some(v1::when::Form::UnixNano(1_700_000_000_000_000_000)) }),
        service: "checkout".to_owned(),
        ..Default::default()
    };
    let mut client = running.client().accept_compressed(CompressionEncoding::Gzip);
    let response = client.get_incident_bundle(request).await.unwrap();
    assert_eq!(
        response.metadata().get("grpc-encoding").map(tonic::metadata::MetadataValue::as_bytes),
        Some(&b"gzip"[..])
    );
    let response = response.into_inner();
    assert_eq!((response.text.as_str(), response.used_tokens), (BUNDLE_TEXT, 42));

    let message = response.bundle.unwrap();
    assert_eq!(message.scope.as_ref().unwrap().to, None, "null is absent");
    // What a field forgot in the conversion would look like.
    let debug = format!("{message:#?}");
    for default in [": \"\"", ": 0,", ": 0.0,", ": [],", ": {},", ": false,"] {
        assert!(!debug.contains(default), "a field was lost:\n{debug}");
    }
    assert_eq!(
        running.desks.fake.last(),
        "BundleQuery { fit: Fit { budget_tokens: 2000, tokenizer: \"o200k_base\", format: Text }, \
         from: Some(Text(\"-15m\")), to: Some(UnixNano(1700000000000000000)), at: None, service: Some(\"checkout\"), \
         since: None }"
    );
    assert_eq!(running.desks.count(Door::Grpc, Question::Bundle, "ok"), 1);
    running.stop().await;
}

#[tokio::test]
async fn the_rendering_says_what_the_budget_binds_and_the_text_holds() {
    let running = start(Limits::default()).await;
    let (text, json) = (BUNDLE_TEXT.to_owned(), bundle().to_string());
    let none = String::new;
    let table = [
        (Rendering::Unspecified, "format: Text", text.clone(), none()),
        (Rendering::Text, "format: Text", text.clone(), none()),
        (Rendering::Json, "format: Json", none(), json.clone()),
        (Rendering::Structured, "format: Json", none(), none()),
        (Rendering::TextAndJson, "format: Both", text, json),
    ];
    for (rendering, format, text, json) in table {
        let request = v1::GetIncidentBundleRequest { rendering: rendering.into(), ..Default::default() };
        let response = running.client().get_incident_bundle(request).await.unwrap().into_inner();
        assert_eq!((response.text, response.json), (text, json));
        assert_eq!(response.bundle.unwrap().bundle_id, "b-1");
        assert!(running.desks.fake.last().contains(format), "{rendering:?}");
    }
    let request = v1::GetIncidentBundleRequest { rendering: 9, ..Default::default() };
    let status = running.client().get_incident_bundle(request).await.unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument);
    running.stop().await;
}

#[tokio::test]
async fn pages_of_search_expand_and_services_come_with_their_items() {
    let running = start(Limits::default()).await;
    let mut client = running.client();
    let search = v1::SearchEvidenceRequest {
        query: "timeout".to_owned(),
        cursor: "c1".to_owned(),
        from: when("-1h"),
        ..Default::default()
    };
    let response = client.search_evidence(search).await.unwrap().into_inner();
    let page = response.page.unwrap();
    assert_eq!((response.text.as_str(), response.used_tokens), (PAGE_TEXT, 7));
    assert_eq!((page.shown, page.total, page.next_cursor.as_deref(), page.items.len()), (2, 9, Some("c2"), 2));
    assert_eq!((page.items[0].handle.as_str(), page.items[1].flagged), ("L1", Some(true)));
    assert!(running.desks.fake.last().contains("query: \"timeout\", from: Some(Text(\"-1h\")), to: None"));
    assert!(running.desks.fake.last().contains("cursor: Some(\"c1\")"));

    let expand = v1::ExpandRequest { handle: "L1".to_owned(), ..Default::default() };
    assert_eq!(client.expand(expand).await.unwrap().into_inner().page.unwrap().items.len(), 2);
    let services = v1::ListServicesRequest { tokenizer: "approx".to_owned(), ..Default::default() };
    assert_eq!(client.list_services(services).await.unwrap().into_inner().page.unwrap().items.len(), 2);
    assert!(running.desks.fake.last().contains("tokenizer: \"approx\""));

    let compare = v1::CompareRequest { from: when("-5m"), service: "cart".to_owned(), ..Default::default() };
    assert_eq!(client.compare(compare).await.unwrap().into_inner().page.unwrap().total, 9);
    assert!(running.desks.fake.last().contains("from: Text(\"-5m\"), to: None, against_from: None"));
    let timeline = v1::TimelineRequest { from: when("-5m"), ..Default::default() };
    assert_eq!(client.timeline(timeline).await.unwrap().into_inner().text, PAGE_TEXT);
    let topology = v1::TopologyRequest { service: "cart".to_owned(), ..Default::default() };
    assert_eq!(client.topology(topology).await.unwrap().into_inner().page.unwrap().items.len(), 2);
    assert!(running.desks.fake.last().contains("service: Some(\"cart\"), depth: 2"));
    for refused in [
        v1::CompareRequest::default(),
        v1::CompareRequest { from: when("-5m"), against_to: when("-9m"), ..Default::default() },
    ] {
        assert_eq!(client.compare(refused).await.unwrap_err().code(), Code::InvalidArgument);
    }
    running.stop().await;
}

#[tokio::test]
async fn what_goes_wrong_keeps_its_kind_and_its_words() {
    let limits = Limits { answer_timeout: Duration::from_millis(50), ..Limits::default() };
    let running = start(limits).await;
    let about = |service: &str| v1::GetIncidentBundleRequest { service: service.to_owned(), ..Default::default() };
    let budget = |tokens| v1::GetIncidentBundleRequest { budget_tokens: Some(tokens), ..Default::default() };
    let table = [
        (about("unreadable"), Code::InvalidArgument, "from is no time"),
        (about("absent"), Code::NotFound, "no service is called absent"),
        (about("draining"), Code::Unavailable, "draining"),
        (about("broken"), Code::Internal, "a fault of ours"),
        (about("slow"), Code::Unavailable, "no answer within 50 ms"),
        (budget(0), Code::InvalidArgument, "ask for 100 to 1000000"),
        (budget(u64::MAX), Code::InvalidArgument, "ask for 100 to 1000000"),
        (about(&"x".repeat(5000)), Code::InvalidArgument, "shorten it to 4096"),
    ];
    for (request, code, words) in table {
        let status = running.client().get_incident_bundle(request).await.unwrap_err();
        assert_eq!(status.code(), code, "{status:?}");
        assert!(status.message().contains(words), "{status:?}");
    }
    for (query, handle) in [("", ""), ("  ", " ")] {
        let search = v1::SearchEvidenceRequest { query: query.to_owned(), ..Default::default() };
        assert_eq!(running.client().search_evidence(search).await.unwrap_err().code(), Code::InvalidArgument);
        let expand = v1::ExpandRequest { handle: handle.to_owned(), ..Default::default() };
        assert_eq!(running.client().expand(expand).await.unwrap_err().code(), Code::InvalidArgument);
    }
    assert_eq!(running.desks.count(Door::Grpc, Question::Bundle, "invalid_argument"), 4);
    assert_eq!(running.desks.count(Door::Grpc, Question::Bundle, "unavailable"), 2);
    running.stop().await;
}

#[tokio::test]
async fn reflection_names_the_services_in_both_of_its_versions() {
    let running = start(Limits::default()).await;
    let request = ServerReflectionRequest {
        host: String::new(),
        message_request: Some(MessageRequest::ListServices(String::new())),
    };
    let mut client = ServerReflectionClient::new(running.channel.clone());
    let mut replies = client.server_reflection_info(tokio_stream::once(request)).await.unwrap().into_inner();
    let Some(MessageResponse::ListServicesResponse(list)) = replies.message().await.unwrap().unwrap().message_response
    else {
        panic!("no list of services");
    };
    let names: Vec<&str> = list.service.iter().map(|service| service.name.as_str()).collect();
    for name in ["decant.context.v1.ContextService", "grpc.health.v1.Health"] {
        assert!(names.contains(&name), "{names:?}");
    }

    let request = v1alpha::ServerReflectionRequest {
        host: String::new(),
        message_request: Some(v1alpha::server_reflection_request::MessageRequest::FileContainingSymbol(
            "decant.context.v1.Bundle".to_owned(),
        )),
    };
    let mut client = v1alpha::server_reflection_client::ServerReflectionClient::new(running.channel.clone());
    let mut replies = client.server_reflection_info(tokio_stream::once(request)).await.unwrap().into_inner();
    let reply = replies.message().await.unwrap().unwrap().message_response.unwrap();
    let v1alpha::server_reflection_response::MessageResponse::FileDescriptorResponse(files) = reply else {
        panic!("no descriptor: {reply:?}");
    };
    assert!(!files.file_descriptor_proto.is_empty());
    drop((client, replies));
    running.stop().await;
}

#[tokio::test]
async fn health_follows_the_service_and_a_watch_does_not_hold_up_the_end() {
    let running = start(Limits::default()).await;
    let mut client = HealthClient::new(running.channel.clone());
    let request = HealthCheckRequest { service: v1::SERVICE_NAME.to_owned() };
    let mut watch = client.watch(request).await.unwrap().into_inner();
    let mut hear = async || watch.message().await.unwrap().map(|message| message.status);
    let (serving, not_serving) = (Some(ServingStatus::Serving as i32), Some(ServingStatus::NotServing as i32));
    let mut status = hear().await;
    if status != serving {
        status = hear().await;
    }
    assert_eq!(status, serving);
    running.desks.fake.draining.store(true, Ordering::Relaxed);
    assert_eq!(hear().await, not_serving);
    running.desks.fake.draining.store(false, Ordering::Relaxed);
    assert_eq!(hear().await, serving);
    running.cancel.cancel();
    assert_eq!(hear().await, not_serving);
    assert_eq!(hear().await, None);
    drop((watch, client));
    running.stop().await;
}

#[tokio::test]
async fn a_question_that_runs_is_answered_before_the_server_stops() {
    let limits = Limits { answer_timeout: Duration::from_millis(300), ..Limits::default() };
    let running = start(limits).await;
    let mut client = running.client();
    let request = v1::GetIncidentBundleRequest { service: "slow".to_owned(), ..Default::default() };
    let asking = tokio::spawn(async move { client.get_incident_bundle(request).await });
    while running.desks.fake.last().is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    running.cancel.cancel();
    let status = asking.await.unwrap().unwrap_err();
    assert!(status.message().contains("no answer within 300 ms"), "the service's words, not a broken pipe: {status:?}");
    running.stop().await;
}
