//! The writing half of a session: answers, catch-up and live events, pings.

use super::{
    Heard, Life,
    cursor::{self, Cursor, Cursors, MOST_CHANNELS},
    dialect::{Dialect, Ending, Step},
    native,
};
use crate::{gateway::Shared, ingest::state::Told, wire};
use axum::extract::ws::{Message, WebSocket};
use futures_util::{SinkExt as _, stream::SplitSink};
use std::time::Duration;
use tokio::{
    sync::{mpsc, watch},
    time::{Instant, sleep_until},
};
use watchdeck_events::{Channel, Millis};
use watchdeck_protocol::{ErrorCode, Position, Rewind, ServerFrame};

pub(super) type Sink = SplitSink<WebSocket, Message>;

/// A flush that took this long was waiting for the client, which has taken bytes since: a sign of life.
const WAITED: Duration = Duration::from_millis(50);
/// What a pong may take beyond a round.
const GRACE: Duration = Duration::from_secs(10);
/// Before the log is read again after it could not be.
const LOG_RETRY: Duration = Duration::from_secs(1);

/// The connection does not take frames any more; there is nobody to tell.
struct Gone;

/// Ends the writer: with something to say, or because nobody is there.
type Flow = Result<(), Option<Ending>>;

impl From<Gone> for Option<Ending> {
    fn from(_: Gone) -> Self {
        None
    }
}

pub(super) struct Writer<'a> {
    sink: &'a mut Sink,
    frames: mpsc::Receiver<Heard>,
    life: &'a Life,
    dialect: Dialect,
    shared: &'a Shared,
    cursors: Cursors,
    commits: watch::Receiver<u64>,
    upstream: watch::Receiver<Option<Told>>,
    /// Channels of the log, and channels in all with the ERP's fixed ones, when the client was last told of them.
    announced: (usize, usize),
    next_ping: Instant,
    last_ping: Option<Instant>,
}

impl<'a> Writer<'a> {
    pub(super) fn new(sink: &'a mut Sink, frames: mpsc::Receiver<Heard>, life: &'a Life, dialect: Dialect, shared: &'a Shared) -> Self {
        Self {
            sink,
            frames,
            life,
            dialect,
            shared,
            cursors: Cursors::new(),
            commits: shared.tail.watch(),
            upstream: shared.bridge.watch(),
            announced: (0, 0),
            next_ping: Instant::now() + shared.ping_interval,
            last_ping: None,
        }
    }

    /// Until the session ends. `None`: the connection is gone.
    pub(super) async fn run(mut self) -> Option<Ending> {
        match self.rounds().await {
            Ok(never) => match never {},
            Err(ending) => ending,
        }
    }

    async fn rounds(&mut self) -> Result<std::convert::Infallible, Option<Ending>> {
        if self.dialect.is_native() {
            self.announced = (self.shared.log.store().channel_count(), self.channels().len());
            let hello = self.hello();
            self.feed(hello).await?;
            self.tell_upstream().await?;
        }
        loop {
            while let Ok(heard) = self.frames.try_recv() {
                self.answer(heard).await?;
            }
            // Looked at before the log is read: a commit during the read wakes the wait below.
            self.commits.borrow_and_update();
            self.announce().await?;
            let moved = self.round().await?;
            self.flush().await?;
            if Instant::now() >= self.due() {
                self.pulse().await?;
            }
            if moved {
                continue;
            }
            let due = self.due();
            tokio::select! {
                heard = self.frames.recv() => match heard {
                    Some(heard) => self.answer(heard).await?,
                    None => return Err(None),
                },
                // The sender lives as long as `shared`.
                _ = self.commits.changed() => {}
                _ = self.upstream.changed() => self.tell_upstream().await?,
                () = sleep_until(due) => self.pulse().await?,
            }
        }
    }

    /// Tell a native client of channels that were heard of since: one that follows everything would miss them in silence.
    async fn announce(&mut self) -> Flow {
        let count = self.shared.log.store().channel_count();
        if !self.dialect.is_native() || count == self.announced.0 {
            return Ok(());
        }
        let channels = self.channels();
        let (_, told) = std::mem::replace(&mut self.announced, (count, channels.len()));
        // The fixed ones were in the hello before they held anything.
        if channels.len() != told {
            self.feed(native::text(&ServerFrame::Channels { channels })).await?;
        }
        Ok(())
    }

    /// Tell a native client how it stands with the ERP's bus: a session that is up says nothing about that.
    async fn tell_upstream(&mut self) -> Flow {
        let told = self.upstream.borrow_and_update().clone();
        let Some(Told { upstream, since, reason }) = told.filter(|_| self.dialect.is_native()) else { return Ok(()) };
        let reason = reason.as_deref().map(Into::into);
        Ok(self.feed(native::text(&ServerFrame::Status { upstream, since: since.0, reason })).await?)
    }

    fn channels(&self) -> Vec<String> {
        self.shared.log.channels().iter().map(ToString::to_string).collect()
    }

    /// Send what is new in every followed channel, a page of each at most. Whether there was anything.
    async fn round(&mut self) -> Result<bool, Option<Ending>> {
        let mut moved = false;
        for (channel, cursor) in &mut self.cursors {
            let entries = match self.shared.tail.after(channel, cursor.sent, wire::FRAME_ITEMS).await {
                Ok(entries) => entries,
                Err(error) => {
                    tracing::warn!(%error, %channel, "A session cannot read the log; trying again.");
                    tokio::time::sleep(LOG_RETRY).await;
                    moved = true;
                    continue;
                }
            };
            let Some(last) = entries.last() else { continue };
            for frame in self.dialect.frames(&cursor.json, &entries) {
                feed(self.sink, self.life, Message::text(frame)).await?;
            }
            cursor.sent = last.offset;
            moved = true;
        }
        Ok(moved)
    }

    async fn answer(&mut self, heard: Heard) -> Flow {
        let step = match heard {
            Heard::Text(text) => self.dialect.hear(&text),
            Heard::Binary => self.dialect.hear_binary(),
            Heard::Unreadable => Step::End(self.dialect.unreadable()),
        };
        match step {
            Step::Nothing => {}
            Step::Leave(channel) => drop(self.cursors.remove(&channel)),
            Step::Refresh(token) => {
                self.shared.access.token(Some(&token)).map_err(|refusal| Some(Ending::close(refusal.code, refusal.reason)))?;
            }
            Step::Say(frame) => self.feed(frame).await?,
            Step::End(ending) => return Err(Some(ending)),
            Step::Follow { channel, position, rewind } => self.follow(channel, position, rewind).await?,
        }
        Ok(())
    }

    async fn follow(&mut self, channel: Channel, position: Option<Position>, rewind: Option<Rewind>) -> Flow {
        let known = self.cursors.contains_key(&channel);
        if !known && self.cursors.len() >= MOST_CHANNELS {
            return self
                .refuse(ErrorCode::RateLimited, "one session may follow 1000 channels; leave some or open another session", &channel)
                .await;
        }
        if !self.dialect.is_native() && known {
            return Ok(());
        }
        // The bounds are read once: `subscribed` and the cursor speak of the same moment, and whatever is logged later follows the cursor.
        let store = self.shared.log.store();
        let bounds = store.channel_bounds(&channel);
        let resumed = position.as_ref().map(|position| cursor::resume(position, store.epoch(), bounds));
        let sent = match (resumed, rewind) {
            (Some(Ok(offset)), _) => offset,
            (_, Some(Rewind::Count(count))) => cursor::rewound(count, bounds),
            (_, Some(Rewind::Since(since))) => match store.channel_offset_at(&channel, Millis(since)).await {
                Ok(before) => before.max(bounds.first.saturating_sub(1)).min(bounds.last),
                Err(error) => {
                    tracing::warn!(%error, %channel, "A rewind could not be looked up.");
                    return self.refuse(ErrorCode::Internal, "the gateway cannot read its log just now; subscribe again", &channel).await;
                }
            },
            (_, None) => bounds.last,
        };
        if self.dialect.is_native() {
            let now = Position::new(store.epoch(), bounds.last);
            let answer = native::subscribed(channel.as_str(), now, matches!(resumed, Some(Ok(_))), resumed.and_then(Result::err));
            self.feed(answer).await?;
        }
        let json = wire::json_string(channel.as_str()).into();
        self.cursors.insert(channel, Cursor { sent, json });
        Ok(())
    }

    async fn refuse(&mut self, code: ErrorCode, message: &str, channel: &Channel) -> Flow {
        if self.dialect.is_native() {
            self.feed(native::error(code, message, Some(channel.as_str()))).await?;
        }
        Ok(())
    }

    fn hello(&self) -> String {
        native::text(&ServerFrame::Hello {
            session: uuid::Uuid::now_v7().to_string().into(),
            server: env!("CARGO_PKG_VERSION").into(),
            user: self.shared.access.user(),
            ping_interval_ms: u64::try_from(self.shared.ping_interval.as_millis()).unwrap_or(u64::MAX),
            channels: self.channels(),
        })
    }

    /// When the next ping leaves, or the client's silence becomes too long.
    fn due(&self) -> Instant {
        if self.dialect.is_native() { self.next_ping.min(self.deadline()) } else { self.next_ping }
    }

    fn deadline(&self) -> Instant {
        let interval = self.shared.ping_interval;
        self.life.last() + interval + GRACE.min(interval)
    }

    /// Ping, or give up on a silent client. The plain protocol's rule is its server's: no sign since the last ping.
    async fn pulse(&mut self) -> Flow {
        let now = Instant::now();
        let silent = if self.dialect.is_native() {
            now >= self.deadline()
        } else {
            self.last_ping.is_some_and(|pinged| now >= self.next_ping && self.life.last() < pinged)
        };
        if silent {
            return Err(Some(self.dialect.silent()));
        }
        if now >= self.next_ping {
            self.last_ping = Some(now);
            self.next_ping = now + self.shared.ping_interval;
            feed(self.sink, self.life, Message::Ping(Default::default())).await?;
            self.flush().await?;
        }
        Ok(())
    }

    async fn feed(&mut self, frame: String) -> Result<(), Gone> {
        feed(self.sink, self.life, Message::text(frame)).await
    }

    async fn flush(&mut self) -> Result<(), Gone> {
        patient(self.life, self.sink.flush()).await
    }
}

/// Hand a frame to the socket. Waits while the client does not take what was handed over before.
async fn feed(sink: &mut Sink, life: &Life, message: Message) -> Result<(), Gone> {
    patient(life, sink.feed(message)).await
}

/// As long as TCP believes in the other side: there is no time after which a slow client is cut.
async fn patient(life: &Life, sending: impl Future<Output = Result<(), axum::Error>>) -> Result<(), Gone> {
    let began = Instant::now();
    sending.await.map_err(|_| Gone)?;
    if began.elapsed() >= WAITED {
        life.sign();
    }
    Ok(())
}
