//! Servers of the foreign dialects, scripted: each does what the measured one does, and on request what it does on a bad day.
//!
//! The stage is the same for all: a real socket, connections that can be cut, muted, refused or fed with anything, a restart that forgets
//! everything. What is said on a connection is the affair of a [`Speech`], one per dialect.

pub mod erp;
mod guest;
mod house;
pub mod hub;
pub mod socketio;

pub use house::{Admission, Memory, Speech};

use crate::patience::eventually;
use anyhow::{Result, ensure};
use guest::Guest;
use house::{House, Moods, Order};
use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
};
use tokio::{net::TcpListener, sync::mpsc, task::JoinHandle};

/// What may wait for one guest; then the publisher waits.
const QUEUE: usize = 1024;

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
