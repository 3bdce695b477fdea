//! Places are bounded and given back; an idle connection ends.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::*;

async fn listen(connections_max: usize, idle_max: Option<Duration>) -> (Connections, SocketAddr, Arc<Metrics>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let metrics = Arc::new(Metrics::default());
    (Connections::new(listener, connections_max, idle_max, Door::Http, metrics.clone()), address, metrics)
}

#[tokio::test]
async fn one_connection_too_many_is_closed_at_once_and_counted() {
    let (mut connections, address, metrics) = listen(1, None).await;
    let _first = TcpStream::connect(address).await.unwrap();
    let (held, _) = axum::serve::Listener::accept(&mut connections).await;
    let mut second = TcpStream::connect(address).await.unwrap();
    let mut byte = [0];
    tokio::select! {
        _ = axum::serve::Listener::accept(&mut connections) => panic!("a second place"),
        read = second.read(&mut byte) => assert!(matches!(read, Ok(0) | Err(_)), "{read:?}"),
    }
    drop(held);
    let _third = TcpStream::connect(address).await.unwrap();
    let _held = axum::serve::Listener::accept(&mut connections).await;
    let mut text = String::new();
    metrics.write_prometheus(&mut text);
    assert!(text.contains("decant_egress_connections_total{door=\"http\",outcome=\"accepted\"} 2\n"), "{text}");
    assert!(text.contains("decant_egress_connections_total{door=\"http\",outcome=\"refused\"} 1\n"), "{text}");
}

#[tokio::test]
async fn a_connection_on_which_nothing_moves_ends_and_one_that_moves_does_not() {
    let (mut connections, address, _) = listen(1, Some(Duration::from_secs(1))).await;
    let mut client = TcpStream::connect(address).await.unwrap();
    let (mut server, _) = axum::serve::Listener::accept(&mut connections).await;
    let mut byte = [0];
    for _ in 0..4 {
        tokio::time::sleep(Duration::from_millis(300)).await;
        client.write_all(b"x").await.unwrap();
        assert_eq!(server.read(&mut byte).await.unwrap(), 1);
    }
    assert_eq!(server.read(&mut byte).await.unwrap_err().kind(), io::ErrorKind::TimedOut);
}
