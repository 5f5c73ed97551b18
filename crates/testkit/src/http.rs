//! HTTP by hand, as far as a scripted server needs it: the head of a request, a short answer, an upgrade. It checks nothing and keeps no connection.

use crate::patience::soon;
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{handshake::derive_accept_key, protocol::Role},
};

/// Reads the head of a request, and nothing behind it.
///
/// # Errors
/// When the client hangs up.
pub async fn read_head(stream: &mut (impl AsyncRead + Unpin)) -> std::io::Result<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    Ok(String::from_utf8_lossy(&head).into_owned())
}

/// The head of a request that must come.
pub async fn head(stream: &mut (impl AsyncRead + Unpin)) -> String {
    soon("a request", read_head(stream)).await.unwrap()
}

/// A header's value in a head.
#[must_use]
pub fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let mut lines = head.lines().filter_map(|line| line.split_once(':'));
    lines.find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
}

/// What a request asks for: path and query.
#[must_use]
pub fn path(head: &str) -> &str {
    head.split(' ').nth(1).unwrap_or_default()
}

/// Whether a request wants a WebSocket.
#[must_use]
pub fn is_upgrade(head: &str) -> bool {
    header(head, "upgrade").is_some_and(|value| value.eq_ignore_ascii_case("websocket"))
}

/// The text of a short answer, after which the server hangs up.
#[must_use]
pub fn answer_text(status: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
}

/// Answers a request and hangs up.
pub async fn answer(mut tcp: TcpStream, status: &str, body: &str) {
    tcp.write_all(answer_text(status, body).as_bytes()).await.unwrap();
    tcp.shutdown().await.unwrap();
}

/// Opens the WebSocket that `head` asks for; `headers` are added to the answer, each with its line's end.
///
/// # Errors
/// When the client hangs up, or named no key.
pub async fn upgrade(mut tcp: TcpStream, head: &str, headers: &str) -> std::io::Result<WebSocketStream<TcpStream>> {
    let key = header(head, "sec-websocket-key").ok_or(std::io::ErrorKind::InvalidData)?;
    let accept = derive_accept_key(key.as_bytes());
    let answer = format!("HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n{headers}\r\n");
    tcp.write_all(answer.as_bytes()).await?;
    Ok(WebSocketStream::from_raw_socket(tcp, Role::Server, None).await)
}
