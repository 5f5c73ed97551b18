//! What goes wrong on the way, done by hand to the bytes of a server's side, and what a link of every dialect makes of it: each fault once, with the
//! test of it, so that no dialect is tested for less. What is said in a dialect is the affair of its [`Script`].

use crate::{
    patience::soon,
    rig::{Rig, timing},
    server::{Peer, Server},
};
use futures_util::SinkExt as _;
use std::time::Duration;
use tokio::io::AsyncWriteExt as _;
use tokio_tungstenite::tungstenite::Message;
use watchdeck_client::{Cause, Delivery, Profile, State, Timing};

/// A server's frame of text, unmasked, as RFC 6455 spells it.
fn frame(opcode: u8, last: bool, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![opcode | if last { 0x80 } else { 0 }];
    match payload.len() {
        short @ 0..=125 => bytes.push(short as u8),
        middle @ 126..=0xFFFF => {
            bytes.push(126);
            bytes.extend((middle as u16).to_be_bytes());
        }
        long => {
            bytes.push(127);
            bytes.extend((long as u64).to_be_bytes());
        }
    }
    bytes.extend(payload);
    bytes
}

impl Peer {
    async fn raw(&mut self, bytes: &[u8]) {
        let tcp = self.ws.get_mut();
        tcp.write_all(bytes).await.unwrap();
        tcp.flush().await.unwrap();
    }

    /// Send one message in three frames, cut without regard to its characters, with a ping between them.
    pub async fn say_in_pieces(&mut self, text: &str) {
        let bytes = text.as_bytes();
        let (first, second) = (bytes.len() / 3, bytes.len() * 2 / 3);
        self.raw(&frame(1, false, &bytes[..first])).await;
        self.raw(&frame(9, true, b"between")).await;
        self.raw(&frame(0, false, &bytes[first..second])).await;
        self.raw(&frame(0, true, &bytes[second..])).await;
    }

    /// Send one message byte by byte, each in a segment of its own as far as the system allows.
    pub async fn say_byte_by_byte(&mut self, text: &str) {
        self.ws.get_mut().set_nodelay(true).unwrap();
        for byte in frame(1, true, text.as_bytes()) {
            self.raw(&[byte]).await;
        }
    }

    /// Send the first half of a message, and cut the line.
    pub async fn cut_within(mut self, text: &str) {
        let bytes = frame(1, true, text.as_bytes());
        self.raw(&bytes[..bytes.len() / 2]).await;
    }

    /// Announce a message of `length` bytes and send them, until the client has enough.
    async fn flood(&mut self, length: usize) -> usize {
        let head = frame(1, true, &vec![b'x'; 0x1_0000]);
        let mut head = head[..10].to_vec();
        head[2..10].copy_from_slice(&(length as u64).to_be_bytes());
        self.raw(&head).await;
        let (piece, mut sent) = (vec![b'x'; 1 << 20], 0);
        while sent < length && self.ws.get_mut().write_all(&piece).await.is_ok() {
            sent += piece.len();
        }
        sent
    }
}

/// How a test gets one server of a dialect going.
#[allow(async_fn_in_trait, reason = "it is awaited where it is called")]
pub trait Script {
    /// A profile for it.
    fn profile(&self, server: &Server) -> Profile;
    /// Accept a connection and do what makes it live.
    async fn live(&self, server: &Server) -> Peer;
    /// The text of a message that becomes one event with the payload `{"n":n}`.
    fn message(&self, n: u64) -> String;
}

/// A link that stays down until it is woken, so that nothing of its state can be missed.
fn patient(profile: Profile) -> Rig {
    let hour = Duration::from_secs(3600);
    let timing = Timing { backoff_first: hour, backoff_cap: hour, ..profile.timing };
    Rig::start(Profile { timing, ..profile })
}

/// The payload of [`Script::message`].
fn payload(n: u64) -> String {
    format!(r#"{{"n":{n}}}"#)
}

/// A message arrives whole however it is cut on the way; one that is never finished does not arrive.
pub async fn a_message_cut_in_pieces_arrives_once_and_a_torn_one_never(script: impl Script) {
    let server = Server::start().await;
    let mut rig = patient(script.profile(&server));
    let mut peer = script.live(&server).await;
    peer.say_in_pieces(&script.message(1)).await;
    assert_eq!(rig.event().await.payload.as_str(), payload(1));
    peer.say_byte_by_byte(&script.message(2)).await;
    assert_eq!(rig.event().await.payload.as_str(), payload(2));
    peer.cut_within(&script.message(3)).await;
    rig.status("the loss is noticed", |status| matches!(status.state, State::Offline { .. })).await;
    rig.link.wake();
    let mut peer = script.live(&server).await;
    peer.say_text(&script.message(4)).await;
    let (events, others) = rig.until_payload(&payload(4)).await;
    assert_eq!(events.len(), 1, "half a message is no message: {events:?}");
    assert!(matches!(others[..], [Delivery::Gap { channel: None, .. }]), "and what it was to be is admitted: {others:?}");
}

/// 64 MiB that make no sense: each piece is counted and shown at its beginning only, and the link lives.
pub async fn garbage_of_64_mib_is_counted_and_survived(script: impl Script) {
    const PIECE: usize = 4 << 20;
    let server = Server::start().await;
    let mut rig = patient(script.profile(&server));
    let mut peer = script.live(&server).await;
    let speak = async {
        let garbage = "垃圾 {\"channel\":".repeat(PIECE / 18);
        for _ in 0..15 {
            peer.say_text(&garbage).await;
        }
        peer.ws.send(Message::binary(vec![0xFF; PIECE])).await.unwrap();
        peer.say_text(&script.message(1)).await;
        peer
    };
    let hear = async {
        let (events, others) = rig.until_payload(&payload(1)).await;
        assert_eq!(events.len(), 1, "garbage is no event");
        let mut counted = 0;
        for other in others {
            let Delivery::Malformed { bytes, sample, reason, .. } = other else { panic!("garbage makes no {other:?}") };
            assert!(sample.len() <= watchdeck_client::SAMPLE && !reason.is_empty());
            counted += bytes;
        }
        assert!(counted > 15 << 22, "every byte is counted: {counted}");
    };
    let (peer, ()) = tokio::join!(speak, hear);
    rig.live().await;

    // All of it in one message is more than any message may have: the line is cut before it fills the memory.
    let mut peer = peer;
    let (sent, status) = tokio::join!(peer.flood(64 << 20), rig.offline(Cause::Protocol));
    assert!(sent < 64 << 20, "the client hung up long before {sent} bytes");
    assert!(matches!(status.state, State::Offline { attempt: 1, .. }));
    drop(peer);
    rig.link.wake();
    let mut peer = script.live(&server).await;
    peer.say_text(&script.message(2)).await;
    rig.until_payload(&payload(2)).await;
}

/// A line over which nothing comes any more, though nobody closed it.
pub async fn a_link_that_falls_silent_is_noticed(script: impl Script) {
    let server = Server::start().await;
    let timing = Timing { ping: Duration::from_millis(300), grace: Duration::from_millis(300), ..timing() };
    let rig = patient(Profile { timing, ..script.profile(&server) });
    // Nobody reads this end from here on, so no ping is answered.
    let silent = script.live(&server).await;
    rig.offline(Cause::Silent).await;
    rig.link.wake();
    let mut peer = script.live(&server).await;
    drop(silent);
    peer.say_text(&script.message(1)).await;
    // A hub is not trusted on the first link after such a loss, so it need not be live.
    rig.status("it speaks again", |status| status.connected_since.is_some() && status.frames > 0).await;
}

/// Before it is cut, a silent link says so; and takes it back when it is answered after all.
pub async fn a_link_that_owes_an_answer_says_so(script: impl Script) {
    let server = Server::start().await;
    let timing = Timing { ping: Duration::from_millis(300), grace: Duration::from_secs(3600), ..timing() };
    let rig = patient(Profile { timing, ..script.profile(&server) });
    // Nobody reads this end for now, so no ping is answered.
    let mut peer = script.live(&server).await;
    let silent = rig.status("a word of its silence", |status| status.silent_since.is_some()).await;
    assert!(silent.connected_since.is_some() && silent.silent_since == silent.last_frame_at, "{silent:?}");
    peer.say_text(&script.message(1)).await;
    rig.status("it speaks again", |status| status.silent_since.is_none() && status.connected_since.is_some()).await;
}

/// Refused after the connection was made: no further knock until the user acts.
pub async fn no_storm_after(what: &str, server: &Server, rig: &Rig, refused: &State) {
    rig.status(what, |status| status.state == *refused).await;
    let window = timing().backoff_cap * 8;
    assert_eq!(server.knocks(window).await, 0, "{what}: a refused client must not knock again by itself");
    rig.link.wake();
    soon("the user's own try", server.tcp()).await;
}
