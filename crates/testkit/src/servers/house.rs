//! What a scripted server and its connections share: what is said, what is ordered, and what is wrong just now. It opens nothing and sends nothing.

use std::{
    collections::BTreeSet,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64},
    },
    time::Duration,
};
use tokio::sync::{mpsc, watch};
use tokio_tungstenite::tungstenite::handshake::server::Request;

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
pub(super) enum Order {
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
pub(super) struct Moods {
    /// Neither reads nor writes, and does not hang up.
    pub(super) silent: watch::Sender<bool>,
    /// What every new connection is answered, instead of what it deserves.
    pub(super) admission: Mutex<Option<Admission>>,
    /// How many of the next client frames that hold this are lost unread.
    pub(super) deaf: Mutex<(String, u64)>,
    /// Every published frame is sent twice.
    pub(super) doubled: AtomicBool,
}

/// What the listener and the connections share.
pub(super) struct House {
    pub(super) speech: Arc<dyn Speech>,
    pub(super) moods: Moods,
    pub(super) guests: Mutex<Vec<mpsc::Sender<Order>>>,
    pub(super) opened: AtomicU64,
    pub(super) welcomed: AtomicU64,
    pub(super) heard: Mutex<Vec<String>>,
}
