//! A server that answers every connection by what it asks for, as many as come and in whatever order, and remembers what was asked. It holds no
//! conversation: what is said on an open connection was given with the answer.

use crate::http::{answer_text, is_upgrade, read_head, upgrade};
use futures_util::{SinkExt as _, StreamExt as _};
use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};
use tokio::{
    io::AsyncWriteExt as _,
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};
use tokio_tungstenite::tungstenite::Message;

/// What is done with one connection.
#[derive(Debug)]
pub enum Say {
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
#[must_use]
pub fn http(status: &str, body: &str) -> Say {
    Say::Http(answer_text(status, body))
}

/// A redirect.
#[must_use]
pub fn redirect(status: &str, to: &str) -> Say {
    Say::Http(answer_text(&format!("{status}\r\nLocation: {to}"), ""))
}

/// See the [module docs](self).
#[derive(Debug)]
pub struct Front {
    /// Where it listens.
    pub addr: SocketAddr,
    heads: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

impl Front {
    /// Listens on a free port; `say` gets the head of each request.
    pub async fn start(say: impl Fn(&str) -> Say + Send + Sync + 'static) -> Self {
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

    /// Where a client connects.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("ws://{}{path}", self.addr)
    }

    /// The heads of all requests so far.
    #[must_use]
    pub fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn one(mut tcp: TcpStream, say: &(impl Fn(&str) -> Say + Send + Sync), kept: &Mutex<Vec<String>>) {
    let Ok(head) = read_head(&mut tcp).await else { return };
    kept.lock().unwrap().push(head.clone());
    match say(&head) {
        Say::Http(answer) => {
            tcp.write_all(answer.as_bytes()).await.ok();
            tcp.shutdown().await.ok();
        }
        Say::Open(headers, messages) if is_upgrade(&head) => {
            let Ok(mut socket) = upgrade(tcp, &head, headers).await else { return };
            for message in messages {
                socket.send(message).await.ok();
            }
            while let Some(Ok(_)) = socket.next().await {}
        }
        Say::Open(..) => {
            tcp.write_all(answer_text("426 Upgrade Required", "Upgrade Required").as_bytes()).await.ok();
        }
        Say::Nothing => std::future::pending().await,
        Say::HangUp => {}
    }
}
