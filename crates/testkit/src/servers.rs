//! Servers of the foreign dialects, scripted: each does what the measured one does, and on request what it does on a bad day.
//!
//! The stage is the same for all: a real socket, connections that can be cut, muted, refused or fed with anything, a restart that forgets
//! everything. What is said on a connection is the affair of a [`Speech`], one per dialect.

pub mod erp;
mod guest;
pub mod hub;
pub mod socketio;

use crate::patience::eventually;
use anyhow::{Result, ensure};
use guest::Guest;
use std::{
    collections::BTreeSet,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{
    net::TcpListener,
    sync::{mpsc, watch},
    task::JoinHandle,
};
use tokio_tungstenite::tungstenite::handshake::server::Request;

/// What may wait for one guest; then the publisher waits.
const QUEUE: usize = 1024;

/// How a handshake is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Admission {
    /// Welcome.
    Open,
    /// Opened, and then closed with this code and reason.
    OpenThenClose(u16, String),
    /// Not opened: this HTTP status.
    Status(u16),
}

/// What a server remembers of one connection.
#[derive(Debug, Default)]
pub struct Memory {
    /// The channels or topics subscribed to.
    pub channels: BTreeSet<String>,
    /// Signed in, where that is a step of its own.
    pub joined: bool,
}

/// What is said on a connection.
pub trait Speech: Send + Sync + 'static {
    /// The answer to the handshake.
    fn admit(&self, request: &Request) -> Admission;
    /// Frames right after the open.
    fn greet(&self) -> Vec<String> {
        Vec::new()
    }
    /// A text frame of the client; the answers to it.
    fn heard(&self, text: &str, memory: &mut Memory) -> Vec<String>;
    /// Whether a connection gets what is published on `channel`.
    fn wants(&self, channel: &str, memory: &Memory) -> bool;
    /// How often the server pings, and with which text; `None` stands for a ping of the WebSocket.
    fn beat(&self) -> (Duration, Option<&'static str>);
    /// The second copy of a frame, where the server sends everything twice.
    fn again(&self, frame: &str) -> String {
        frame.to_owned()
    }
    /// The server was restarted: whatever it counted begins anew.
    fn forget(&self) {}
}

/// What a connection is told to do.
#[derive(Debug, Clone)]
pub(crate) enum Order {
    /// These frames, to whoever subscribed to the channel.
    Publish { channel: String, frames: Vec<String> },
    /// This text, whatever it is.
    Text(String),
    /// A binary frame.
    Binary(Vec<u8>),
    /// The first half of this text's frame, and then the end of the connection.
    Half(String),
    /// The end of the connection without a word.
    Cut,
    /// A farewell.
    Close(u16, String),
}

/// What is wrong with a server just now.
#[derive(Debug, Default)]
pub(crate) struct Moods {
    /// Neither reads nor writes, and does not hang up.
    pub(crate) silent: watch::Sender<bool>,
    /// What every new connection is answered, instead of what it deserves.
    pub(crate) admission: Mutex<Option<Admission>>,
    /// How many of the next client frames that hold this are lost unread.
    pub(crate) deaf: Mutex<(String, u64)>,
    /// Every published frame is sent twice.
    pub(crate) doubled: std::sync::atomic::AtomicBool,
}

/// What the listener and the connections share.
pub(crate) struct House {
    pub(crate) speech: Arc<dyn Speech>,
    pub(crate) moods: Moods,
    pub(crate) guests: Mutex<Vec<mpsc::Sender<Order>>>,
    pub(crate) opened: AtomicU64,
    pub(crate) welcomed: AtomicU64,
    pub(crate) heard: Mutex<Vec<String>>,
}

/// A scripted server on a port of this machine.
pub struct Server {
    /// Where it listens.
    pub addr: SocketAddr,
    house: Arc<House>,
    listening: Mutex<Option<JoinHandle<()>>>,
}

impl Server {
    /// Listens on a free port.
    ///
    /// # Errors
    /// When there is none.
    pub async fn start(speech: Arc<dyn Speech>) -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let house = Arc::new(House {
            speech,
            moods: Moods::default(),
            guests: Mutex::default(),
            opened: AtomicU64::new(0),
            welcomed: AtomicU64::new(0),
            heard: Mutex::default(),
        });
        let server = Self { addr: listener.local_addr()?, house, listening: Mutex::new(None) };
        server.listen(listener);
        Ok(server)
    }

    fn listen(&self, listener: TcpListener) {
        let house = Arc::clone(&self.house);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                // Queued before it opens, so that nothing that is published after a test saw it open passes it by.
                let (orders, queue) = mpsc::channel(QUEUE);
                house.guests.lock().expect("no code panics while holding the guests").push(orders);
                tokio::spawn(Guest::new(Arc::clone(&house), queue).serve(stream));
            }
        });
        let before = self.listening.lock().expect("no code panics while holding the listener").replace(task);
        if let Some(before) = before {
            before.abort();
        }
    }

    /// Sends `frames` to every connection that subscribed to `channel`; twice when doubled.
    pub async fn publish(&self, channel: &str, frames: Vec<String>) {
        self.order(&Order::Publish { channel: channel.to_owned(), frames }).await;
    }

    /// Sends any text to every connection.
    pub async fn text(&self, text: &str) {
        self.order(&Order::Text(text.to_owned())).await;
    }

    /// Sends a binary frame to every connection.
    pub async fn binary(&self, bytes: Vec<u8>) {
        self.order(&Order::Binary(bytes)).await;
    }

    /// Sends half a frame to every connection, and ends it.
    pub async fn half(&self, text: &str) {
        self.order(&Order::Half(text.to_owned())).await;
    }

    /// Ends every connection without a word.
    pub async fn cut(&self) {
        self.order(&Order::Cut).await;
    }

    /// Closes every connection with a code and a reason.
    pub async fn close(&self, code: u16, reason: &str) {
        self.order(&Order::Close(code, reason.to_owned())).await;
    }

    async fn order(&self, order: &Order) {
        let guests = {
            let mut guests = self.house.guests.lock().expect("no code panics while holding the guests");
            guests.retain(|guest| !guest.is_closed());
            guests.clone()
        };
        for guest in guests {
            // A guest that left meanwhile wants nothing any more.
            drop(guest.send(order.clone()).await);
        }
    }

    /// While silent, it neither reads nor writes on any connection, and does not hang up.
    pub fn silent(&self, silent: bool) {
        self.house.moods.silent.send_replace(silent);
    }

    /// Answers every new connection like this, until told otherwise.
    pub fn admit(&self, admission: Option<Admission>) {
        *self.house.moods.admission.lock().expect("no code panics while holding the admission") = admission;
    }

    /// Loses the next `frames` that clients send and that hold `part`, as a server does that attaches its handler too late.
    pub fn deaf(&self, part: &str, frames: u64) {
        *self.house.moods.deaf.lock().expect("no code panics while holding the deafness") = (part.to_owned(), frames);
    }

    /// Sends everything that is published twice.
    pub fn doubled(&self, doubled: bool) {
        self.house.moods.doubled.store(doubled, Ordering::SeqCst);
    }

    /// Ends: the port is closed, every connection is gone, and so is what it remembered.
    pub async fn down(&self) {
        let listening = self.listening.lock().expect("no code panics while holding the listener").take();
        if let Some(listening) = listening {
            listening.abort();
            // Aborted is not yet gone, and the port must be closed when this returns.
            drop(listening.await);
        }
        self.cut().await;
        self.house.speech.forget();
    }

    /// Starts again on the same port.
    ///
    /// # Errors
    /// When somebody else took it.
    pub async fn up(&self) -> Result<()> {
        self.listen(TcpListener::bind(self.addr).await?);
        Ok(())
    }

    /// How many connections were opened so far, refused ones included.
    #[must_use]
    pub fn opened(&self) -> u64 {
        self.house.opened.load(Ordering::SeqCst)
    }

    /// How many links there were so far: signed in, and not turned away.
    #[must_use]
    pub fn welcomed(&self) -> u64 {
        self.house.welcomed.load(Ordering::SeqCst)
    }

    /// What clients sent that was not lost, in order.
    #[must_use]
    pub fn heard(&self) -> Vec<String> {
        self.house.heard.lock().expect("no code panics while holding what was heard").clone()
    }

    /// Waits until a client sent `count` frames that hold `part`.
    ///
    /// # Errors
    /// When none ever does, with what it sent instead.
    pub async fn hears(&self, part: &str, count: usize) -> Result<()> {
        eventually(&format!("the client to send {part}"), || async {
            let heard = self.heard();
            ensure!(heard.iter().filter(|text| text.contains(part)).count() >= count, "it sent {heard:?}");
            Ok(Some(()))
        })
        .await
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(listening) = self.listening.lock().expect("no code panics while holding the listener").take() {
            listening.abort();
        }
    }
}
