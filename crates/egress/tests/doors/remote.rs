//! A desk in front of another process's server gives the same answers as that server's own desk.

use std::{sync::Arc, time::Duration};

use decant_egress::{
    Asked, ContextService as _, Desk, Door, Format, Limits, Metrics, Question, Remote, ServiceError, When, serve_grpc,
};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::fake::desks;

fn asked(service: &str) -> Asked {
    Asked {
        budget_tokens: Some(900),
        from: Some(When::Text("-15m".to_owned())),
        to: Some(When::UnixNano(17)),
        service: Some(service.to_owned()),
        query: Some("timeout".to_owned()),
        handle: Some("L1".to_owned()),
        cursor: Some("c1".to_owned()),
        ..Asked::default()
    }
}

#[tokio::test]
async fn questions_and_answers_pass_through_unchanged() {
    let desks = desks(Limits::default());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let cancel = CancellationToken::new();
    let server = tokio::spawn(serve_grpc(listener, desks.desk.clone(), cancel.clone()));
    let far = Desk::new(Arc::new(Remote::new(&url).unwrap()), Limits::default(), Arc::new(Metrics::default()));

    for question in [Question::Bundle, Question::Search, Question::Expand, Question::Services] {
        for format in [Format::Both, Format::Json, Format::Text] {
            let near = desks.desk.ask(Door::Mcp, question, asked("checkout"), format).await.unwrap();
            let heard_near = desks.fake.last();
            let far = far.ask(Door::Mcp, question, asked("checkout"), format).await.unwrap();
            assert_eq!(desks.fake.last(), heard_near);
            assert_eq!(far.used_tokens, near.used_tokens);
            if format != Format::Text {
                assert_eq!(far.json.to_string(), near.json.to_string(), "byte for byte");
            }
            if format != Format::Json {
                assert_eq!(far.text, near.text);
            }
        }
    }
    let fails = async |service: &str| {
        let answer = far.ask(Door::Mcp, Question::Bundle, asked(service), Format::Both).await;
        answer.unwrap_err()
    };
    assert_eq!(fails("absent").await, ServiceError::NotFound("no service is called absent".to_owned()));
    assert_eq!(fails("unreadable").await, ServiceError::InvalidArgument("from is no time".to_owned()));
    assert_eq!(fails("broken").await, ServiceError::Internal("a fault of ours".to_owned()));
    drop(far);
    cancel.cancel();
    tokio::time::timeout(Duration::from_secs(5), server).await.expect("stops").unwrap().unwrap();
}

#[tokio::test]
async fn a_server_that_is_not_there_is_named_with_the_mend() {
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    let remote = Remote::new(&url).unwrap();
    let query = asked("").bundle(&Limits::default(), Format::Both).unwrap();
    let error = remote.bundle(query).await.unwrap_err();
    assert_eq!(error.code(), "unavailable");
    assert!(error.to_string().contains(&url) && error.to_string().contains("decant serve"), "{error}");
    for url in ["127.0.0.1:4320", "ftp://x", "http://", ""] {
        assert!(Remote::new(url).unwrap_err().to_string().contains("http://127.0.0.1:4320"), "{url}");
    }
}
