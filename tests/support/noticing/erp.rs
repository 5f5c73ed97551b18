//! The gateway in front of the ERP, by its own words: a log that is told by the day's clock, and sessions that go on where a console was.

use anyhow::Result;
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard},
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
};
use tokio_tungstenite::{
    accept_hdr_async,
    tungstenite::{
        Message,
        handshake::server::{Request, Response},
        http::HeaderValue,
    },
};

/// What is published here, and where.
pub(super) const CHANNELS: [&str; 8] = ["inventory", "orders", "finance", "approvals", "system", "events", "booking.conflict", "products"];
/// The log's.
const EPOCH: &str = "day";
/// Of no interest here; as seldom as a gateway may say.
const PING_MS: u64 = 600_000;

/// See the [module docs](self).
pub(super) struct Erp {
    pub(super) addr: SocketAddr,
    log: Arc<Mutex<Log>>,
    changed: watch::Sender<u64>,
}

#[derive(Default)]
struct Log {
    /// By channel, the events as they are sent.
    channels: BTreeMap<&'static str, Vec<String>>,
    /// Nobody is let in.
    closed: bool,
    /// Sessions of an earlier one are dead, and nobody told them.
    generation: u64,
}

impl Erp {
    /// Listens on a free port.
    ///
    /// # Errors
    /// When there is none.
    pub(super) async fn start() -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let erp = Self { addr: listener.local_addr()?, log: Arc::default(), changed: watch::Sender::new(0) };
        let (log, changed) = (Arc::clone(&erp.log), erp.changed.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (log, changed) = (Arc::clone(&log), changed.subscribe());
                // A session that ends is dialled again.
                tokio::spawn(async move { serve(stream, &log, changed).await.ok() });
            }
        });
        Ok(erp)
    }

    fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().expect("no code panics while holding the log")
    }

    /// Publishes; answers the event's id.
    pub(super) fn says(&self, n: usize, at: i64, channel: &'static str, data: &str) {
        {
            let mut log = self.log();
            let told = log.channels.entry(channel).or_default();
            let offset = told.len() + 1;
            told.push(format!(r#"{{"type":"event","channel":"{channel}","offset":{offset},"id":"day-{n}","ts":{at},"data":{data}}}"#));
        }
        self.changed.send_modify(|n| *n += 1);
    }

    /// Every session is dead without a word, as when the machine at the other end sleeps.
    pub(super) fn freezes(&self) {
        self.log().generation += 1;
    }

    /// Sessions are cut and nobody is let in, or is again.
    pub(super) fn is_closed(&self, closed: bool) {
        self.log().closed = closed;
        self.changed.send_modify(|n| *n += 1);
    }
}

async fn serve(stream: TcpStream, log: &Mutex<Log>, mut changed: watch::Receiver<u64>) -> Result<()> {
    let look = || log.lock().expect("no code panics while holding the log");
    let generation = {
        let log = look();
        anyhow::ensure!(!log.closed, "nobody is let in");
        log.generation
    };
    #[allow(clippy::result_large_err, reason = "the library's signature")]
    let shake = |_: &Request, mut response: Response| {
        response.headers_mut().insert("sec-websocket-protocol", HeaderValue::from_static("watchdeck.v1"));
        Ok(response)
    };
    let mut socket = accept_hdr_async(stream, shake).await?;
    let user = json!({ "id": "u9", "name": "张敏", "roles": [] });
    let hello =
        json!({ "type": "hello", "session": "s", "server": "0.1.0", "user": user, "pingIntervalMs": PING_MS, "channels": CHANNELS });
    socket.send(Message::text(hello.to_string())).await?;
    let mut followed: BTreeMap<&'static str, usize> = BTreeMap::new();
    loop {
        let (closed, frames) = {
            let log = look();
            let mut frames = Vec::new();
            if log.generation == generation {
                for (channel, sent) in &mut followed {
                    let told = log.channels.get(channel).map_or(&[][..], Vec::as_slice);
                    frames.extend(told.get(*sent..).unwrap_or_default().iter().cloned());
                    *sent = told.len();
                }
            }
            (log.closed, frames)
        };
        if closed {
            return Ok(());
        }
        for frame in frames {
            socket.feed(Message::text(frame)).await?;
        }
        socket.flush().await?;
        tokio::select! {
            changed = changed.changed() => changed?,
            said = socket.next() => {
                let Some(said) = said else { return Ok(()) };
                let Message::Text(text) = said? else { continue };
                let frame: Value = serde_json::from_str(text.as_str())?;
                let Some(channel) = CHANNELS.into_iter().find(|channel| frame["channel"] == *channel) else { continue };
                let end = look().channels.get(channel).map_or(0, Vec::len);
                let from = frame["position"]["offset"].as_u64().and_then(|offset| usize::try_from(offset).ok()).unwrap_or(end);
                let position = json!({ "epoch": EPOCH, "offset": end });
                let subscribed = json!({ "type": "subscribed", "channel": channel, "position": position, "recovered": true, "reason": null });
                socket.send(Message::text(subscribed.to_string())).await?;
                followed.insert(channel, from);
            }
        }
    }
}
