//! A server that takes what is posted to it, whole, answers as it is told, and remembers everything.

use crate::http::{answer_text, header, read_head};
use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// Something that was posted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posted {
    /// Line and headers.
    pub head: String,
    /// What was sent.
    pub body: String,
}

impl Posted {
    /// A header's value; empty where there is none.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        header(&self.head, name).unwrap_or_default()
    }
}

/// See the [module docs](self).
#[derive(Debug)]
pub struct Receiver {
    /// Where it listens.
    pub addr: SocketAddr,
    posts: Arc<Mutex<Vec<Posted>>>,
    task: JoinHandle<()>,
}

type Say = dyn Fn(&Posted) -> (u16, String) + Send + Sync;

impl Receiver {
    /// Listens on a free port; `say` answers a status and a body to each post.
    pub async fn start(say: impl Fn(&Posted) -> (u16, String) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (addr, posts, say): (_, Arc<Mutex<Vec<Posted>>>, Arc<Say>) = (listener.local_addr().unwrap(), Arc::default(), Arc::new(say));
        let kept = posts.clone();
        let task = tokio::spawn(async move {
            while let Ok((tcp, _)) = listener.accept().await {
                let (say, kept) = (say.clone(), kept.clone());
                tokio::spawn(async move { one(tcp, &*say, &kept).await });
            }
        });
        Self { addr, posts, task }
    }

    /// Where a client posts.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.addr)
    }

    /// All that was posted so far.
    #[must_use]
    pub fn posts(&self) -> Vec<Posted> {
        self.posts.lock().unwrap().clone()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn one(mut tcp: TcpStream, say: &Say, kept: &Mutex<Vec<Posted>>) {
    let Ok(head) = read_head(&mut tcp).await else { return };
    let length = header(&head, "content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    if tcp.read_exact(&mut body).await.is_err() {
        return;
    }
    let posted = Posted { head, body: String::from_utf8_lossy(&body).into_owned() };
    let (status, answer) = say(&posted);
    kept.lock().unwrap().push(posted);
    tcp.write_all(answer_text(&format!("{status} x"), &answer).as_bytes()).await.ok();
    tcp.shutdown().await.ok();
}
