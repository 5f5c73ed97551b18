//! The writing half of a session: answers, catch-up and live events, pings.

mod follow;
mod rights;

use super::{
    cursor::{Cursors, Part},
    dialect::Dialect,
    heard::{Heard, Life},
    native, over,
    step::{Ending, Step},
};
use crate::{
    access::{Principal, Standing},
    frame,
    ingest::state::Told,
    shared::Shared,
    upgrade::WebSocket,
    wire::Entry,
};
use axum::body::Bytes;
use futures_util::{SinkExt as _, stream::SplitSink};
use std::{
    collections::{HashSet, VecDeque},
    sync::Arc,
    time::Duration,
};
use tokio::{
    sync::{mpsc, watch},
    time::{Instant, sleep_until},
};
use tokio_websockets::Message;
use watchdeck_events::Channel;
use watchdeck_protocol::{ErrorCode, ServerFrame};

pub(super) type Sink = SplitSink<WebSocket, Message>;

/// A flush that took this long was waiting for the client, which has taken bytes since: a sign of life.
const WAITED: Duration = Duration::from_millis(50);
/// What a pong may take beyond a round.
const GRACE: Duration = Duration::from_secs(10);
/// Before the log is read again after it could not be.
const LOG_RETRY: Duration = Duration::from_secs(1);

/// What is owed of events that are not for the client is told after this, once for all of them.
const OWED: Duration = Duration::from_secs(1);

/// The connection does not take frames any more; there is nobody to tell.
struct Gone;

/// Ends the writer: with something to say, or because nobody is there.
type Flow = Result<(), Option<Ending>>;

impl From<Gone> for Option<Ending> {
    fn from(_: Gone) -> Self {
        None
    }
}

/// Pages between two looks at what the client says.
const MOST_PAGES: usize = 64;

/// Channels to look at, once each: those that a commit or a subscription marked, and those whose page was not the last.
#[derive(Default)]
struct Marked {
    queue: VecDeque<Channel>,
    queued: HashSet<Channel>,
}

impl Marked {
    fn push(&mut self, channel: Channel) {
        if self.queued.insert(channel.clone()) {
            self.queue.push_back(channel);
        }
    }

    fn pop(&mut self) -> Option<Channel> {
        let channel = self.queue.pop_front()?;
        self.queued.remove(&channel);
        Some(channel)
    }

    fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }
}

pub(super) struct Writer<'a> {
    sink: &'a mut Sink,
    frames: mpsc::Receiver<Heard>,
    life: &'a Life,
    dialect: Dialect,
    shared: &'a Shared,
    /// Who the client is, for whoever watches whether it still is.
    pass: &'a watch::Sender<Principal>,
    principal: Principal,
    /// From which address it came.
    from: Option<&'a str>,
    standing: Option<Standing>,
    /// Changes with who decides for whom.
    delegated: watch::Receiver<u64>,
    /// What the client was told that it may decide.
    decides: Vec<String>,
    cursors: Cursors<'a>,
    marked: Marked,
    upstream: watch::Receiver<Option<Told>>,
    names: watch::Receiver<usize>,
    /// How many of the names the client was told.
    announced: usize,
    /// Failures to read the log in a row, and when to try again.
    failures: u32,
    retry: Option<Instant>,
    /// When to go on with events: the client has had its share of bytes.
    slowed: Option<Instant>,
    /// Bytes that it had beyond it.
    unpaid: usize,
    /// When to tell what is owed.
    owing: Option<Instant>,
    next_ping: Instant,
    last_ping: Option<Instant>,
}

impl<'a> Writer<'a> {
    pub(super) fn new(
        sink: &'a mut Sink,
        frames: mpsc::Receiver<Heard>,
        life: &'a Life,
        dialect: Dialect,
        pass: &'a watch::Sender<Principal>,
        from: Option<&'a str>,
        shared: &'a Shared,
    ) -> Self {
        let principal = pass.borrow().clone();
        Self {
            pass,
            from,
            standing: principal.standing(),
            delegated: shared.delegations.watch(),
            decides: Vec::new(),
            principal,
            sink,
            frames,
            life,
            dialect,
            shared,
            cursors: Cursors::new(&shared.tail.listeners),
            marked: Marked::default(),
            upstream: shared.bridge.watch(),
            names: shared.tail.names.watch(),
            announced: 0,
            failures: 0,
            retry: None,
            slowed: None,
            unpaid: 0,
            owing: None,
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
            let hello = self.hello();
            self.feed(hello).await?;
            self.tell_upstream().await?;
        }
        loop {
            if self.is_changed() {
                self.heed().await?;
            }
            while let Ok(heard) = self.frames.try_recv() {
                self.answer(heard).await?;
            }
            if self.dialect.is_native() {
                self.announce().await?;
            }
            self.look_up();
            self.page().await?;
            self.tell_owed().await?;
            self.flush().await?;
            if Instant::now() >= self.due() {
                self.pulse().await?;
            }
            if self.is_busy() {
                continue;
            }
            let due = self.due();
            tokio::select! {
                heard = self.frames.recv() => match heard {
                    Some(heard) => self.answer(heard).await?,
                    None => return Err(None),
                },
                () = self.cursors.ear().woken() => {}
                // The sender lives as long as `shared`. A plain client is told no names, and not of the upstream.
                _ = self.names.changed(), if self.dialect.is_native() => {}
                _ = self.upstream.changed(), if self.dialect.is_native() => self.tell_upstream().await?,
                () = over::changed(&mut self.standing) => self.heed().await?,
                _ = self.delegated.changed(), if self.dialect.is_native() => self.tell_decides().await?,
                () = sleep_until(due) => self.pulse().await?,
            }
        }
    }

    /// Whether there is more to read at once.
    fn is_busy(&self) -> bool {
        !self.marked.is_empty() && self.waits().is_none_or(|until| Instant::now() >= until)
    }

    /// Until when nothing is read of the log.
    fn waits(&self) -> Option<Instant> {
        self.retry.max(self.slowed)
    }

    /// Whether the user's roles may be others than a moment ago.
    fn is_changed(&self) -> bool {
        self.standing.as_ref().is_some_and(|standing| standing.has_changed().unwrap_or(false))
    }

    /// Tell a native client how it stands with the ERP's bus: a session that is up says nothing about that.
    async fn tell_upstream(&mut self) -> Flow {
        let told = self.upstream.borrow_and_update().clone();
        let Some(Told { upstream, since, reason }) = told.filter(|_| self.dialect.is_native()) else { return Ok(()) };
        let reason = reason.as_deref().map(Into::into);
        Ok(self.feed(frame::text(&ServerFrame::Status { upstream, since: since.0, reason })).await?)
    }

    /// Take over what commits have marked.
    fn look_up(&mut self) {
        self.cursors.ear().take().into_iter().for_each(|channel| self.marked.push(channel));
    }

    /// Send a page of each of some channels that are marked. One that may hold more stays marked, behind the others.
    async fn page(&mut self) -> Flow {
        if !self.is_busy() {
            return Ok(());
        }
        for _ in 0..MOST_PAGES {
            if self.is_changed() || !self.has_paid() {
                break;
            }
            let Some(channel) = self.marked.pop() else { break };
            let Some(sent) = self.cursors.sent(&channel) else { continue };
            match self.shared.tail.after(&channel, sent).await {
                Ok(entries) => {
                    (self.failures, self.retry) = (0, None);
                    let Some(last) = entries.last() else { continue };
                    let last = last.offset;
                    let bytes = self.send(&channel, entries).await?;
                    self.cursors.set(&channel, last);
                    if last < self.shared.log.store().channel_bounds(&channel).last {
                        self.marked.push(channel);
                    }
                    self.unpaid += bytes;
                }
                Err(error) => {
                    self.failures += 1;
                    self.retry = Some(Instant::now() + LOG_RETRY);
                    if self.failures.is_power_of_two() {
                        tracing::warn!(%error, %channel, failures = self.failures, "A session cannot read the log; trying again.");
                    }
                    self.marked.push(channel);
                    break;
                }
            }
        }
        Ok(())
    }

    /// Send what the client may see of a page; answers how many bytes that was.
    async fn send(&mut self, channel: &Channel, page: Vec<Arc<Entry>>) -> Result<usize, Gone> {
        let mut bytes = 0;
        for part in self.cursors.parts(channel, page) {
            match part {
                Part::Entries(entries) => {
                    for frame in self.dialect.frames(&entries) {
                        bytes += frame.len();
                        self.feed(frame).await?;
                    }
                }
                Part::Passed(offset) => self.pass_over(channel, offset).await?,
            }
        }
        if self.cursors.is_owing() && self.owing.is_none() {
            self.owing = Some(Instant::now() + OWED);
        }
        Ok(bytes)
    }

    /// Tell what is owed when it is time: a client's position moves over what is not for it.
    async fn tell_owed(&mut self) -> Flow {
        if self.owing.is_some_and(|at| Instant::now() >= at) {
            self.owing = None;
            for (channel, offset) in self.cursors.owed().collect::<Vec<_>>() {
                self.pass_over(&channel, offset).await?;
            }
        }
        Ok(())
    }

    /// A plain client has no positions.
    async fn pass_over(&mut self, channel: &Channel, offset: u64) -> Result<(), Gone> {
        if self.dialect.is_native() { self.feed(native::passed(channel.as_str(), offset)).await } else { Ok(()) }
    }

    async fn answer(&mut self, heard: Heard) -> Flow {
        let step = match heard {
            Heard::Text(message) => self.dialect.hear(message.as_text().unwrap_or_default()),
            Heard::Binary => self.dialect.hear_binary(),
        };
        match step {
            Step::Nothing => {}
            Step::Leave(channel) => self.cursors.leave(&channel),
            Step::Refresh(token) => self.refresh(token).await?,
            Step::Say(frame) => self.feed(frame).await?,
            Step::End(ending) => return Err(Some(ending)),
            Step::Follow { channel, position, rewind } => self.follow(channel, position, rewind).await?,
        }
        Ok(())
    }

    async fn refuse(&mut self, code: ErrorCode, message: &str, channel: &Channel, wait: Option<Duration>) -> Flow {
        if self.dialect.is_native() {
            self.feed(native::error(code, message, Some(channel.as_str()), wait)).await?;
        }
        Ok(())
    }

    /// When the next ping leaves, or the client's silence becomes too long.
    fn due(&self) -> Instant {
        let pulse = if self.dialect.is_native() { self.next_ping.min(self.deadline()) } else { self.next_ping };
        let read = self.waits().filter(|_| !self.marked.is_empty());
        [read, self.owing].into_iter().flatten().fold(pulse, Instant::min)
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
            if let Some(refusal) = self.shared.access.outdated(&self.principal) {
                return Err(Some(self.dialect.refused(refusal)));
            }
            self.last_ping = Some(now);
            self.next_ping = now + self.shared.ping_interval;
            feed(self.sink, self.life, Message::ping(Bytes::new())).await?;
            self.flush().await?;
        }
        Ok(())
    }

    async fn feed(&mut self, frame: impl Into<Bytes>) -> Result<(), Gone> {
        feed(self.sink, self.life, Message::text(frame.into())).await
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
async fn patient(life: &Life, sending: impl Future<Output = Result<(), tokio_websockets::Error>>) -> Result<(), Gone> {
    let began = Instant::now();
    sending.await.map_err(|_| Gone)?;
    if began.elapsed() >= WAITED {
        life.sign();
    }
    Ok(())
}
