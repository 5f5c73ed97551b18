//! Owns the socket and the timers of one link, and does what the session and the dialect ask for.
//!
//! One task, one loop. Nothing in it waits for anything but the loop itself: dialling, asking for positions and handing on are
//! all branches of the same select, so pings are answered and the clock is looked at whatever else is slow. Timers only wake
//! the loop; what is due is decided by the clock that counts sleep.

mod frames;
mod pings;
mod report;

use self::pings::Pings;
use crate::{
    clock::{Clock, Now},
    delivery::{LinkIo, Positions},
    delivery_queue::{DeliveryQueue, ReceiverGone},
    dialect::{self, Out, Wire},
    dialler::{Dialler, Made},
    ending::Ending,
    profile::{Dialect, Profile},
    session::{Effect, Input, Session},
    socket::Socket,
    status::{Cause, ServerClock, Status},
};
use futures_util::{
    StreamExt as _,
    future::{BoxFuture, pending},
    stream::FuturesUnordered,
};
use std::{mem, sync::Arc, time::Duration};
use tokio::sync::{Notify, watch};
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_util::sync::CancellationToken;
use watchdeck_events::Channel;
use watchdeck_protocol::Position;

/// How long stopping may take for what is still to be handed on.
const FAREWELL: Duration = Duration::from_secs(1);

/// What a link and its task share.
pub(crate) struct Controls {
    pub(crate) stop: CancellationToken,
    pub(crate) wake: Arc<Notify>,
    pub(crate) network_changed: Arc<Notify>,
    pub(crate) status: watch::Sender<Status>,
}

/// The connection, in whatever state.
enum Line {
    Down,
    Dialling(BoxFuture<'static, Result<Made, Ending>>),
    Open(Box<Socket>),
}

/// The store's answer to a question about a channel; `None` when it did not come in time.
type Lookup = BoxFuture<'static, (Channel, Option<Option<Position>>)>;

enum Happened {
    Stop,
    Wake,
    NetworkChanged,
    Handed,
    ReceiverGone,
    Known(Channel, Option<Option<Position>>),
    Dialled(Result<Made, Ending>),
    Read(Result<(), Option<Error>>),
    Timer,
}

/// See the [module docs](self).
pub(crate) struct Driver {
    profile: Profile,
    positions: Arc<dyn Positions>,
    controls: Controls,
    clock: Arc<dyn Clock>,
    session: Session,
    dialler: Arc<Dialler>,
    wire: Box<dyn Wire>,
    /// What the wire speaks.
    spoken: Dialect,
    out: Out,
    line: Line,
    lookups: FuturesUnordered<Lookup>,
    frames: Vec<Message>,
    pings: Pings,
    deliveries: DeliveryQueue,
    status: Status,
    opened: u32,
    /// The server said that the present connection is over.
    parted: bool,
}

impl Driver {
    pub(crate) fn new(profile: Profile, io: LinkIo, controls: Controls, clock: Arc<dyn Clock>) -> Self {
        let spoken = profile.dialect;
        Self {
            session: Session::new(profile.timing),
            dialler: Arc::new(Dialler::new(profile.clone(), clock.clone())),
            wire: dialect::wire(profile.dialect, &profile),
            spoken,
            profile,
            controls,
            clock,
            out: Out::default(),
            line: Line::Down,
            lookups: FuturesUnordered::new(),
            frames: vec![],
            pings: Pings::default(),
            deliveries: DeliveryQueue::new(io.deliveries),
            positions: io.positions,
            status: Status { dialect: Some(spoken).filter(|dialect| dialect.is_spoken()), ..Status::default() },
            opened: 0,
            parted: false,
        }
    }

    /// Run until stopped.
    pub(crate) async fn run(mut self) {
        self.input(Input::Start);
        loop {
            self.deliveries.hand_on(self.clock.elapsed());
            self.publish();
            match self.wait().await {
                Happened::Stop | Happened::ReceiverGone => break,
                Happened::Wake => self.input(Input::Wake),
                Happened::NetworkChanged => self.input(Input::NetworkChanged),
                Happened::Known(channel, answer) => self.known(&channel, answer),
                Happened::Dialled(Ok(made)) => self.opened(made),
                Happened::Dialled(Err(ending)) => self.input(Input::Ended(ending)),
                Happened::Read(outcome) => self.read(outcome),
                Happened::Handed | Happened::Timer => {}
            }
            if !matches!(self.line, Line::Open(_)) {
                // A pause drawn by lot may be over at once: the loss is told all the same.
                self.publish();
            }
            self.tick();
        }
        self.farewell().await;
    }

    async fn wait(&mut self) -> Happened {
        let nap = self.nap();
        let reading = !self.deliveries.is_full();
        let dialled_or_read = async {
            match &mut self.line {
                Line::Down => pending().await,
                Line::Dialling(dial) => Happened::Dialled(dial.await),
                Line::Open(_) if !reading => pending().await,
                Line::Open(socket) => Happened::Read(socket.gather(&mut self.frames).await),
            }
        };
        tokio::select! {
            biased;
            () = self.controls.stop.cancelled() => Happened::Stop,
            () = self.controls.wake.notified() => Happened::Wake,
            () = self.controls.network_changed.notified() => Happened::NetworkChanged,
            room = self.deliveries.room() => match room {
                Ok(()) => Happened::Handed,
                Err(ReceiverGone) => Happened::ReceiverGone,
            },
            Some((channel, answer)) = self.lookups.next() => Happened::Known(channel, answer),
            happened = dialled_or_read => happened,
            () = tokio::time::sleep(nap) => Happened::Timer,
        }
    }

    /// How long the loop may sleep: to the next due time, but never so long that a sleep of the machine goes unseen.
    fn nap(&self) -> Duration {
        let now = self.now();
        let stall =
            self.deliveries.stalled_since().filter(|_| matches!(self.line, Line::Open(_))).map(|since| since + self.profile.timing.stall);
        let due = [self.session.due(), self.wire.due(), stall].into_iter().flatten().min();
        let nap = due.map_or(self.profile.timing.tick, |due| due.saturating_sub(now.up));
        // A timer has a millisecond's grain; an extra one spares a second wake-up just before the due time.
        (nap + Duration::from_millis(1)).min(self.profile.timing.tick)
    }

    fn now(&self) -> Now {
        Now::read(self.clock.as_ref())
    }

    fn tick(&mut self) {
        let now = self.now();
        self.input(Input::Tick);
        if !matches!(self.line, Line::Open(_)) {
            return;
        }
        if self.deliveries.is_full() {
            // We do not read, so silence proves nothing.
            self.input(Input::Sign);
        }
        if self.stalled(now) {
            self.input(Input::Ended(Ending::retry(Cause::StoreUnavailable, "events were not accepted for too long")));
            return;
        }
        self.wire.tick(now, &mut self.out);
        self.obey();
    }

    fn stalled(&self, now: Now) -> bool {
        self.deliveries.stalled_since().is_some_and(|since| now.up.saturating_sub(since) >= self.profile.timing.stall)
    }

    fn input(&mut self, input: Input) {
        let now = self.now();
        for effect in self.session.handle(input, now, rand::random()) {
            match effect {
                Effect::Dial => self.dial(now),
                Effect::HangUp => self.hang_up(),
                Effect::Ping => self.ping(),
            }
        }
    }

    fn dial(&mut self, now: Now) {
        if self.stalled(now) || self.deliveries.is_full() {
            let ending = Ending::retry(Cause::StoreUnavailable, "earlier events are still not accepted");
            self.line = Line::Dialling(Box::pin(async { Err(ending) }));
            return;
        }
        tracing::debug!(link = &*self.profile.id, "Dialling.");
        let dialler = self.dialler.clone();
        self.line = Line::Dialling(Box::pin(async move { dialler.dial().await }));
    }

    fn hang_up(&mut self) {
        self.lookups.clear();
        self.frames.clear();
        if let Line::Open(socket) = mem::replace(&mut self.line, Line::Down) {
            let last_sign = self.status.last_frame_at.unwrap_or_else(|| self.now().wall);
            self.wire.down(last_sign, self.parted);
            socket.hang_up();
        }
        self.pings.forget();
        self.status.round_trip = None;
        self.status.connected_since = None;
        self.status.upstream_down = None;
    }

    fn opened(&mut self, made: Made) {
        let now = self.now();
        if made.dialect != self.spoken {
            // It was found out only now, or the server has changed.
            self.wire = dialect::wire(made.dialect, &self.profile);
            self.spoken = made.dialect;
            self.status.dialect = Some(made.dialect);
        }
        self.line = Line::Open(made.opened.socket);
        self.parted = false;
        self.status.clock = ServerClock::or_newer(self.status.clock, made.opened.clock);
        self.status.reconnects = self.opened;
        self.opened += 1;
        self.status.connected_since = Some(now.wall);
        self.status.denied.clear();
        self.status.last_frame_at = Some(now.wall);
        self.input(Input::Opened);
        // The session may have found that the machine slept, and hung up.
        if matches!(self.line, Line::Open(_)) {
            self.wire.opened(now, &mut self.out);
            self.obey();
        }
    }

    /// Hang up, and hand on what is still here if that goes quickly.
    async fn farewell(mut self) {
        self.hang_up();
        if tokio::time::timeout(FAREWELL, self.deliveries.drain()).await.is_err() {
            tracing::debug!(link = &*self.profile.id, "Stopped with events that were not accepted; they are not committed and come again.");
        }
    }
}
