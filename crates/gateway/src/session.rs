//! One WebSocket session: the only place that owns a socket and its timers.
//!
//! Reader and writer are two halves: the reader notes signs of life and hands frames on; the writer moves a cursor per channel over the
//! log, round by round, and waits where nobody else waits. A slow client therefore just stands further back in the log: it is not cut,
//! nothing is dropped for it, and no other session notices.

pub(crate) mod cursor;
pub(crate) mod dialect;
mod heard;
pub(crate) mod native;
mod over;
pub(crate) mod plain;
pub(crate) mod step;
mod writer;

use crate::{access::Principal, shared::Shared, upgrade::WebSocket};
use dialect::Dialect;
use futures_util::{SinkExt as _, StreamExt as _, stream::SplitStream};
use heard::{Heard, Life};
use over::{Over, over};
use std::{sync::Arc, time::Duration};
use step::Ending;
use tokio::{
    sync::{mpsc, watch},
    time::timeout,
};
use tokio_websockets::{CloseCode, Message};

/// Frames of one client that may wait for the writer. Full means that the reader waits: a client that does not read is not read either.
const INBOX: usize = 32;
/// Longest wait for the other side to take a close frame and to answer it.
const FAREWELL: Duration = Duration::from_secs(2);
/// Longest text of a close frame, by RFC 6455.
const REASON_BYTES: usize = 123;

/// Serve one session, of somebody who came `from` an address, until either side ends it, or its user may not be here any more.
pub(crate) async fn run(socket: WebSocket, dialect: Dialect, principal: Principal, from: Option<String>, shared: Arc<Shared>) {
    let (mut sink, mut stream) = socket.split();
    let life = Life::new();
    let (inbox, frames) = mpsc::channel(INBOX);
    let retry_after_ms = 500 + u64::from(rand::random::<u16>() % 1_500);
    let (farewell, expired, revoked) = (dialect.going_away(retry_after_ms), dialect.expired(), dialect.revoked());
    let (pass, held) = watch::channel(principal);
    let ending = {
        let reader = read(&mut stream, &inbox, &life);
        let writer = writer::Writer::new(&mut sink, frames, &life, dialect, &pass, from.as_deref(), &shared).run();
        tokio::select! {
            () = reader => None,
            ending = writer => ending,
            how = over(held) => Some(match how {
                Over::Expired => expired,
                Over::Revoked => revoked,
            }),
            () = shared.stop.cancelled() => Some(farewell),
        }
    };
    let Some(Ending::Close { code, reason }) = ending else { return };
    say_goodbye(&mut sink, &mut stream, code, reason).await;
}

/// Refuse a session after the handshake.
pub(crate) async fn refuse(socket: WebSocket, ending: Ending) {
    if let Ending::Close { code, reason } = ending {
        let (mut sink, mut stream) = socket.split();
        say_goodbye(&mut sink, &mut stream, code, reason).await;
    }
}

async fn say_goodbye(sink: &mut writer::Sink, stream: &mut SplitStream<WebSocket>, code: u16, mut reason: String) {
    reason.truncate(reason.floor_char_boundary(REASON_BYTES));
    let close = Message::close(Some(CloseCode::try_from(code).unwrap_or(CloseCode::GOING_AWAY)), &reason);
    let farewell = async {
        if sink.send(close).await.is_ok() {
            // Unread bytes at close would reset the connection and take the reason with them.
            while let Some(Ok(_)) = stream.next().await {}
        }
    };
    if timeout(FAREWELL, farewell).await.is_err() {
        tracing::debug!(code, "A client did not answer the close in time.");
    }
}

async fn read(stream: &mut SplitStream<WebSocket>, inbox: &mpsc::Sender<Heard>, life: &Life) {
    while let Some(message) = stream.next().await {
        life.sign();
        let heard = match message {
            Ok(message) if message.is_text() => Heard::Text(message),
            Ok(message) if message.is_binary() => Heard::Binary,
            // Pings are answered, and a close is confirmed, by the library as we go on reading.
            Ok(_) => continue,
            Err(error) => {
                tracing::debug!(%error, "A session's reading side ended.");
                // Where the other side broke the rules, the library has queued the close frame that says so.
                drop(stream.next().await);
                return;
            }
        };
        if inbox.send(heard).await.is_err() {
            return;
        }
    }
}
