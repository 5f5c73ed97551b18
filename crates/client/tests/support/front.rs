//! A server that answers every connection by what it asks for, as many as come and in whatever order, and remembers what was asked.

use futures_util::{SinkExt as _, StreamExt as _};
use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{Message, handshake::derive_accept_key, protocol::Role},
};

/// What is done with one connection.
pub(crate) enum Say {
    /// This answer, and the end.
    Http(String),
    /// A WebSocket with these further headers, on which this is said; it stays open.
    Open(&'static str, Vec<Message>),
    /// Nothing at all.
    Nothing,
    /// The end.
    HangUp,
}

/// A short answer.
pub(crate) fn http(status: &str, body: &str) -> Say {
    Say::Http(format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len()))
}

/// A redirect.
pub(crate) fn redirect(status: &str, to: &str) -> Say {
    Say::Http(format!("HTTP/1.1 {status}\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"))
}

/// See the [module docs](self).
pub(crate) struct Front {
    pub(crate) addr: SocketAddr,
    heads: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

impl Front {
    pub(crate) async fn start(say: impl Fn(&str) -> Say + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (addr, heads, say) = (listener.local_addr().unwrap(), Arc::<Mutex<Vec<String>>>::default(), Arc::new(say));
        let kept = heads.clone();
        let task = tokio::spawn(async move {
            while let Ok((tcp, _)) = listener.accept().await {
                let (say, kept) = (say.clone(), kept.clone());
                tokio::spawn(async move { one(tcp, &*say, &kept).await });
            }
        });
        Self { addr, heads, task }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("ws://{}{path}", self.addr)
    }

    /// The heads of all requests so far.
    pub(crate) fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        self.task.abort();
    }
}

pub(crate) fn is_upgrade(head: &str) -> bool {
    head.to_lowercase().contains("upgrade: websocket")
}

pub(crate) fn path(head: &str) -> &str {
    head.split(' ').nth(1).unwrap_or_default()
}

async fn one(mut tcp: TcpStream, say: &(impl Fn(&str) -> Say + Send + Sync), kept: &Mutex<Vec<String>>) {
    let mut head = vec![];
    while !head.ends_with(b"\r\n\r\n") {
        match tcp.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return,
        }
    }
    let head = String::from_utf8(head).unwrap();
    kept.lock().unwrap().push(head.clone());
    match say(&head) {
        Say::Http(answer) => {
            tcp.write_all(answer.as_bytes()).await.ok();
            tcp.shutdown().await.ok();
        }
        Say::Open(headers, messages) if is_upgrade(&head) => {
            let key = head.lines().find_map(|line| line.strip_prefix("Sec-WebSocket-Key: ")).unwrap();
            let accept = derive_accept_key(key.as_bytes());
            let answer =
                format!("HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n{headers}\r\n");
            tcp.write_all(answer.as_bytes()).await.ok();
            let mut socket = WebSocketStream::from_raw_socket(tcp, Role::Server, None).await;
            for message in messages {
                socket.send(message).await.ok();
            }
            while let Some(Ok(_)) = socket.next().await {}
        }
        Say::Open(..) => {
            tcp.write_all(b"HTTP/1.1 426 Upgrade Required\r\nContent-Length: 16\r\nConnection: close\r\n\r\nUpgrade Required").await.ok();
        }
        Say::Nothing => std::future::pending().await,
        Say::HangUp => {}
    }
}
