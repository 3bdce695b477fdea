//! As much of an HTTP client as the tests need, so that what is sent is seen in full.

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    /// In lower case, `name: value` a line.
    pub(crate) head: String,
    pub(crate) body: String,
}

/// Sends one request and reads the reply to its end.
pub(crate) async fn send(address: std::net::SocketAddr, request_line: &str, headers: &[&str], body: &str) -> Reply {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let mut request = format!("{request_line} HTTP/1.1\r\nconnection: close\r\ncontent-length: {}\r\n", body.len());
    if !headers.iter().any(|header| header.starts_with("host:")) {
        request.push_str(&format!("host: {address}\r\n"));
    }
    for header in headers {
        request.push_str(&format!("{header}\r\n"));
    }
    request.push_str("\r\n");
    request.push_str(body);
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut reply = String::new();
    stream.read_to_string(&mut reply).await.unwrap();
    let (head, body) = reply.split_once("\r\n\r\n").expect("a head and a body");
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    let head = head.to_ascii_lowercase();
    assert!(!head.contains("transfer-encoding: chunked"), "bodies are sent whole");
    Reply { status, head, body: body.to_owned() }
}
