//! The bridge to the ERP's bus: everything published on Redis `ws:*` goes into the log.
//!
//! Redis Pub/Sub replays nothing, so the bridge is honest about time instead: it knows until when it was certainly subscribed (the last
//! answered ping whose preceding messages are all logged), keeps that time in the log, and when it is subscribed again it writes a gap
//! marker into every known channel. A crash or a stop of the gateway is such a time too.
//!
//! Nothing is dropped here: see [`super::intake`] for what happens when the log is slower than the bus.

use super::{
    intake::{self, Intake, Item, Stopped},
    logger::{ALIVE, Logger},
    refused::Refused,
    state::BridgeState,
};
use crate::{
    log::{Log, now},
    redis::{
        Address, Link, LinkError,
        link::{Heard, Reader, Writer},
    },
};
use futures_util::FutureExt as _;
use std::{
    collections::{HashMap, VecDeque},
    panic::AssertUnwindSafe,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::time::{Instant, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use watchdeck_events::Millis;
use watchdeck_store::Limit;

/// The ERP's channels.
const PATTERN: &str = "ws:*";
/// How often the connection is asked for a sign of life.
const PING: Duration = Duration::from_secs(1);
/// Longest silence while a sign of life is due. A link that died without a word is noticed after this and a ping.
const PATIENCE: Duration = Duration::from_secs(3);
/// Before another try, and the least part of it: what is published meanwhile is lost, so it never grows.
const RETRY: [Duration; 2] = [Duration::from_millis(200), Duration::from_millis(300)];
/// Before another try when Redis said no.
const RETRY_REFUSED: Duration = Duration::from_secs(1);
/// How long a stop waits for the last sign of life.
const FAREWELL: Duration = Duration::from_millis(500);
/// Largest message that is read whole, in bytes. Of a larger one the head is kept.
const MESSAGE_BYTES: usize = 16 << 20;
/// A reason that stays the same is said again this often.
const SAY_AGAIN: Duration = Duration::from_secs(60);

/// Why a subscription ended.
#[derive(Debug, thiserror::Error)]
enum Lost {
    #[error(transparent)]
    Link(#[from] LinkError),
    #[error("Redis did not answer for {} s", PATIENCE.as_secs())]
    Silent,
}

/// The bridge. Owns its connection; shares nothing with whoever publishes to Redis.
pub(crate) struct Bridge {
    pub(crate) address: Address,
    pub(crate) log: Log,
    pub(crate) state: Arc<BridgeState>,
    pub(crate) stop: CancellationToken,
}

/// A moment on both clocks: the wall's, which people read and set, and one that only grows.
#[derive(Debug, Clone, Copy)]
struct Moment {
    wall: Millis,
    /// `None` for a moment of an earlier run.
    up: Option<Instant>,
}

impl Moment {
    fn now() -> Self {
        Self { wall: now(), up: Some(Instant::now()) }
    }

    /// Where a hole that began here and ends at `end` begins, by the wall clock as it goes at its end. Never behind its end: a clock that was
    /// set back makes no hole that runs backwards. A clock that was set forward, or a sleep that only the wall saw, makes it longer.
    fn before(self, end: Self) -> Millis {
        let elapsed = self.up.zip(end.up).map(|(from, to)| i64::try_from(to.duration_since(from).as_millis()).unwrap_or(i64::MAX));
        Millis(self.wall.0.min(end.wall.0.saturating_sub(elapsed.unwrap_or(0))))
    }
}

/// What the listener and the pings know of each other.
#[derive(Debug, Default)]
struct Life {
    /// Pings without an answer, oldest first.
    asked: Mutex<VecDeque<Moment>>,
    /// The log is slower than the bus: nobody reads, so nobody is silent.
    waiting: AtomicBool,
    /// The next answer is the last that is waited for.
    last: AtomicBool,
}

impl Life {
    fn ask(&self) {
        self.asked.lock().expect("no code panics while holding the pings").push_back(Moment::now());
    }

    fn answered(&self) -> Option<Moment> {
        self.asked.lock().expect("no code panics while holding the pings").pop_front()
    }

    fn is_asked(&self) -> bool {
        !self.asked.lock().expect("no code panics while holding the pings").is_empty()
    }

    /// Whether all pings are answered and no other will be sent.
    fn is_over(&self) -> bool {
        self.last.load(Ordering::Acquire) && !self.is_asked()
    }
}

impl Bridge {
    /// Run until stopped; reconnect for ever. A bug in here is said and survived.
    pub(crate) async fn run(self) {
        let source: Arc<str> = "redis".into();
        while !self.stop.is_cancelled() {
            let (intake, outlet) = intake::channel(&self.state);
            let logger = Logger {
                log: self.log.clone(),
                source: Arc::clone(&source),
                state: Arc::clone(&self.state),
                stop: self.stop.clone(),
                refused: Refused::default(),
                began: std::time::Instant::now(),
                remembered: None,
                said: HashMap::new(),
            };
            let working = async { tokio::join!(self.connections(&source, intake), logger.run(outlet)) };
            if AssertUnwindSafe(working).catch_unwind().await.is_err() {
                tracing::error!("The bridge failed in itself; starting it again. Please report this with the log.");
                self.state.down("the bridge failed in itself and is started again");
                self.pause(RETRY_REFUSED).await;
            }
        }
    }

    /// Hold a subscription for ever. Ends at a stop, and lets go of the way to the log.
    async fn connections(&self, source: &Arc<str>, intake: Intake) {
        let Some(mut certain) = self.last_certain(source).await else { return };
        let (mut said, mut failures) = (None::<(String, Instant)>, 0u64);
        loop {
            // `Ok` is an orderly end: stopped.
            let Err(lost) = self.subscription(&intake, &mut certain).await else { return };
            let reason = lost.to_string();
            if self.state.down(&reason) {
                failures = 0;
            }
            failures += 1;
            if said.as_ref().is_none_or(|(last, at)| *last != reason || at.elapsed() >= SAY_AGAIN) {
                tracing::warn!(error = reason, failures, "Not subscribed to the ERP's bus; trying again several times a second.");
                said = Some((reason, Instant::now()));
            }
            let refused = matches!(&lost, Lost::Link(error) if error.is_refusal());
            let jitter = RETRY[0] + (RETRY[1] - RETRY[0]).mul_f64(rand::random());
            self.pause(if refused { RETRY_REFUSED } else { jitter }).await;
        }
    }

    async fn pause(&self, delay: Duration) {
        tokio::select! {
            () = tokio::time::sleep(delay) => {}
            () = self.stop.cancelled() => {}
        }
    }

    /// Until when an earlier run was certainly subscribed; `Some(None)` for a new log, `None` at a stop.
    async fn last_certain(&self, source: &Arc<str>) -> Option<Option<Moment>> {
        let store = self.log.store();
        loop {
            let head = store.head().saturating_sub(1);
            match tokio::try_join!(store.checkpoint(ALIVE), store.read_after(head, Limit::from(1))) {
                Ok((alive, newest)) => {
                    let alive = i64::try_from(alive).ok().filter(|ms| *ms > 0).map(Millis);
                    // A later event of ours proves more than the last ping; without any ping the newest event of any source is all there is.
                    let proves = |event: &watchdeck_events::Event| alive.is_none() || event.source == *source;
                    let logged = newest.last().filter(|newest| proves(&newest.event)).map(|newest| newest.event.received_at);
                    return Some(alive.max(logged).map(|wall| Moment { wall, up: None }));
                }
                Err(error) => {
                    tracing::error!(%error, "The log cannot be read; the bridge waits for it.");
                    self.state.down(&format!("the gateway's log cannot be read: {error}"));
                    self.pause(RETRY_REFUSED).await;
                }
            }
            if self.stop.is_cancelled() {
                return None;
            }
        }
    }

    async fn subscription(&self, intake: &Intake, certain: &mut Option<Moment>) -> Result<(), Lost> {
        let link = tokio::select! {
            link = self.subscribe() => link?,
            () = self.stop.cancelled() => return Ok(()),
        };
        let subscribed = Moment::now();
        if let Some(before) = *certain {
            let (from, to) = (before.before(subscribed), subscribed.wall);
            tracing::info!(from = from.0, to = to.0, "The bridge was down; marking the gap.");
            if intake.put(Item::Gap { from, to }).await.is_err() {
                return Ok(());
            }
        }
        *certain = Some(subscribed);
        if intake.put(Item::Certain(subscribed.wall)).await.is_err() {
            return Ok(());
        }
        self.state.up();
        tracing::info!(place = %self.address.place, "Subscribed to the ERP's bus.");
        let life = Life::default();
        tokio::select! {
            ended = listen(link.reader, intake, &life, certain) => ended,
            ended = self.ping(link.writer, &life, link.progress) => ended,
        }
    }

    async fn subscribe(&self) -> Result<Link, LinkError> {
        let mut link = Link::open(&self.address, MESSAGE_BYTES).await?;
        link.ask(&["PSUBSCRIBE", PATTERN]).await?;
        Ok(link)
    }

    /// Ask for signs of life, and notice when there is none. Ends in order after a stop.
    async fn ping(&self, mut writer: Writer, life: &Life, progress: crate::redis::link::Progress) -> Result<(), Lost> {
        let mut ticks = interval(PING);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (mut read, mut heard_at) = (progress.bytes(), Instant::now());
        loop {
            tokio::select! {
                _ = ticks.tick() => {}
                () = self.stop.cancelled() => {
                    // What arrived is logged, and the next start knows exactly from when on it missed something.
                    life.ask();
                    life.last.store(true, Ordering::Release);
                    writer.send(&["PING"]).await?;
                    tokio::time::sleep(FAREWELL).await;
                    return Ok(());
                }
            }
            if progress.bytes() != read || life.waiting.load(Ordering::Acquire) || !life.is_asked() {
                (read, heard_at) = (progress.bytes(), Instant::now());
            } else if heard_at.elapsed() >= PATIENCE {
                return Err(Lost::Silent);
            }
            life.ask();
            writer.send(&["PING"]).await?;
        }
    }
}

/// Hand on what comes until the link ends, or until the last ping is answered.
async fn listen(mut reader: Reader, intake: &Intake, life: &Life, certain: &mut Option<Moment>) -> Result<(), Lost> {
    loop {
        let item = match Heard::from(reader.next().await?) {
            Heard::Message { channel, payload } => Item::Message { channel, payload },
            Heard::Alive => {
                let Some(asked) = life.answered() else { continue };
                *certain = Some(asked);
                Item::Certain(asked.wall)
            }
            Heard::Nothing => continue,
        };
        life.waiting.store(true, Ordering::Release);
        let put = intake.put(item).await;
        life.waiting.store(false, Ordering::Release);
        if matches!(put, Err(Stopped)) || life.is_over() {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hole_never_runs_backwards() {
        let start = Instant::now();
        let moment = |wall, up: u64| Moment { wall: Millis(wall), up: Some(start + Duration::from_millis(up)) };
        assert_eq!(moment(1_000, 0).before(moment(6_000, 5_000)), Millis(1_000));
        assert_eq!(moment(9_000_000, 0).before(moment(6_000, 5_000)), Millis(1_000), "the clock was set back: as long as it really was");
        assert_eq!(moment(1_000, 0).before(moment(90_000, 5_000)), Millis(1_000), "a sleep counts");
        let earlier = Moment { wall: Millis(9_000), up: None };
        assert_eq!(earlier.before(moment(6_000, 0)), Millis(6_000), "of an earlier run only the wall is known");
        assert_eq!(earlier.before(moment(10_000, 0)), Millis(9_000));
    }
}
