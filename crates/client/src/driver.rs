//! Owns the socket and the timers of one link, and does what the session and the dialect ask for.
//!
//! One task, one loop. Nothing in it waits for anything but the loop itself: dialling, asking for positions and handing on are
//! all branches of the same select, so pings are answered and the clock is looked at whatever else is slow. Timers only wake
//! the loop; what is due is decided by the clock that counts sleep.

use crate::{
    clock::{Clock, Now},
    delivery::{Delivery, LinkIo, Positions},
    dial::{Target, broken},
    dialect::{self, Note, Out, Wire},
    outbox::{Outbox, ReceiverGone},
    profile::Profile,
    session::{Effect, Ending, Input, Session},
    socket::Socket,
    status::{Cause, Denied, State, Status},
};
use futures_util::{
    FutureExt as _, StreamExt as _,
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
    pub(crate) status: watch::Sender<Status>,
}

/// The connection, in whatever state.
enum Line {
    Down,
    Dialling(BoxFuture<'static, Result<Box<Socket>, Ending>>),
    Open(Box<Socket>),
}

/// The store's answer to a question about a channel; `None` when it did not come in time.
type Lookup = BoxFuture<'static, (Channel, Option<Option<Position>>)>;

enum Happened {
    Stop,
    Wake,
    Handed,
    ReceiverGone,
    Known(Channel, Option<Option<Position>>),
    Dialled(Result<Box<Socket>, Ending>),
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
    wire: Box<dyn Wire>,
    out: Out,
    line: Line,
    lookups: FuturesUnordered<Lookup>,
    frames: Vec<Message>,
    outbox: Outbox,
    status: Status,
    opened: u32,
}

impl Driver {
    pub(crate) fn new(profile: Profile, io: LinkIo, controls: Controls, clock: Arc<dyn Clock>) -> Self {
        Self {
            session: Session::new(profile.timing),
            wire: dialect::wire(profile.dialect, &profile),
            profile,
            controls,
            clock,
            out: Out::default(),
            line: Line::Down,
            lookups: FuturesUnordered::new(),
            frames: vec![],
            outbox: Outbox::new(io.deliveries),
            positions: io.positions,
            status: Status::default(),
            opened: 0,
        }
    }

    /// Run until stopped.
    pub(crate) async fn run(mut self) {
        self.input(Input::Start);
        loop {
            self.outbox.hand_on(self.clock.elapsed());
            self.publish();
            match self.wait().await {
                Happened::Stop | Happened::ReceiverGone => break,
                Happened::Wake => self.input(Input::Wake),
                Happened::Known(channel, answer) => self.known(&channel, answer),
                Happened::Dialled(Ok(socket)) => self.opened(socket),
                Happened::Dialled(Err(ending)) => self.input(Input::Ended(ending)),
                Happened::Read(outcome) => self.read(outcome),
                Happened::Handed | Happened::Timer => {}
            }
            self.tick();
        }
        self.farewell().await;
    }

    async fn wait(&mut self) -> Happened {
        let nap = self.nap();
        let reading = !self.outbox.is_full();
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
            room = self.outbox.room() => match room {
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
            self.outbox.stalled_since().filter(|_| matches!(self.line, Line::Open(_))).map(|since| since + self.profile.timing.stall);
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
        if self.outbox.is_full() {
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
        self.outbox.stalled_since().is_some_and(|since| now.up.saturating_sub(since) >= self.profile.timing.stall)
    }

    fn input(&mut self, input: Input) {
        let now = self.now();
        for effect in self.session.handle(input, now, rand::random()) {
            match effect {
                Effect::Dial => self.dial(now),
                Effect::HangUp => self.hang_up(),
                Effect::Ping => self.send(Message::Ping(Default::default())),
            }
        }
    }

    fn dial(&mut self, now: Now) {
        if self.stalled(now) || self.outbox.is_full() {
            let ending = Ending::retry(Cause::StoreUnavailable, "earlier events are still not accepted");
            self.line = Line::Dialling(Box::pin(async { Err(ending) }));
            return;
        }
        tracing::debug!(link = &*self.profile.id, "Dialling.");
        self.line = match Target::of(&self.profile, self.wire.as_ref()) {
            Ok(target) => Line::Dialling(target.open().boxed()),
            Err(detail) => Line::Dialling(Box::pin(async { Err(Ending::Refused(detail)) })),
        };
    }

    fn hang_up(&mut self) {
        self.lookups.clear();
        self.frames.clear();
        if let Line::Open(socket) = mem::replace(&mut self.line, Line::Down) {
            let last_sign = self.status.last_frame_at.unwrap_or_else(|| self.now().wall);
            self.wire.down(last_sign);
            socket.hang_up();
        }
        self.status.connected_since = None;
    }

    fn opened(&mut self, socket: Box<Socket>) {
        let now = self.now();
        self.line = Line::Open(socket);
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

    fn read(&mut self, outcome: Result<(), Option<Error>>) {
        let now = self.now();
        let mut frames = mem::take(&mut self.frames);
        if !frames.is_empty() {
            self.status.last_frame_at = Some(now.wall);
            self.input(Input::Sign);
        }
        let mut ending = match outcome {
            Ok(()) => None,
            Err(Some(error)) => Some(broken(&error)),
            Err(None) => Some(Ending::retry(Cause::Closed, "the server hung up")),
        };
        for frame in frames.drain(..) {
            if !matches!(self.line, Line::Open(_)) {
                break;
            }
            self.status.frames += 1;
            self.status.bytes += frame.len() as u64;
            match frame {
                Message::Text(text) => self.wire.text(text.as_str(), now, &mut self.out),
                Message::Binary(bytes) => self.out.burst.push(Delivery::malformed(&bytes, "a binary frame")),
                Message::Close(Some(close)) => ending = Some(self.wire.closed(close.code.into(), close.reason.as_str())),
                Message::Close(None) => ending = Some(Ending::retry(Cause::Closed, "the server closed the connection")),
                Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => {}
            }
            if !self.out.notes.is_empty() {
                self.obey();
            }
        }
        self.frames = frames;
        self.outbox.collect(&mut self.out.burst);
        if let Some(ending) = ending {
            self.input(Input::Ended(ending));
        }
    }

    fn known(&mut self, channel: &Channel, answer: Option<Option<Position>>) {
        match answer {
            Some(position) => {
                let now = self.now();
                self.wire.committed(channel, position, now, &mut self.out);
                self.obey();
            }
            None => {
                let detail = format!("the committed position of {channel} was not told in time");
                self.input(Input::Ended(Ending::retry(Cause::StoreUnavailable, detail)));
            }
        }
    }

    /// Do what the dialect noted.
    fn obey(&mut self) {
        for note in mem::take(&mut self.out.notes) {
            if !matches!(self.line, Line::Open(_)) {
                // An earlier note ended the connection; what was to be done on it is moot.
                break;
            }
            match note {
                Note::Send(text) => self.send(Message::text(text)),
                Note::Ask(channel) => self.ask(channel),
                Note::Ping => self.send(Message::Ping(Default::default())),
                Note::Greeted { ping, user_name, server } => {
                    self.status.user_name = user_name.or(self.status.user_name.take());
                    self.status.server = server.or(self.status.server.take());
                    if let Some(ping) = ping {
                        self.input(Input::PingEvery(ping));
                    }
                }
                Note::Denied { channel, detail } => self.denied(channel, detail),
                Note::Proven => self.input(Input::Proven),
                Note::End(ending) => self.input(Input::Ended(ending)),
            }
        }
        self.outbox.collect(&mut self.out.burst);
    }

    fn denied(&mut self, channel: Channel, detail: String) {
        tracing::warn!(link = &*self.profile.id, channel = channel.as_str(), detail, "The server will not serve a channel.");
        let denied = &mut self.status.denied;
        match denied.iter_mut().find(|known| known.channel == channel) {
            Some(known) => known.detail = detail,
            None => denied.push(Denied { channel, detail }),
        }
    }

    fn ask(&mut self, channel: Channel) {
        let (positions, patience) = (self.positions.clone(), self.profile.timing.subscribe);
        self.lookups.push(Box::pin(async move {
            let answer = tokio::time::timeout(patience, positions.committed(&channel)).await.ok();
            (channel, answer)
        }));
    }

    fn send(&mut self, message: Message) {
        if let Line::Open(socket) = &mut self.line
            && let Err(error) = socket.send(message)
        {
            // Reading will say why, or the silence will; both know better than this error.
            tracing::debug!(link = &*self.profile.id, %error, "A frame could not be queued.");
        }
    }

    fn publish(&mut self) {
        let state = self.session.state(self.wire.standing());
        if state != self.status.state {
            log(&self.profile.id, &state);
            self.status.state = state;
        }
        self.controls.status.send_if_modified(|shown| {
            let changed = *shown != self.status;
            if changed {
                shown.clone_from(&self.status);
            }
            changed
        });
    }

    /// Hang up, and hand on what is still here if that goes quickly.
    async fn farewell(mut self) {
        self.hang_up();
        if tokio::time::timeout(FAREWELL, self.outbox.drain()).await.is_err() {
            tracing::debug!(link = &*self.profile.id, "Stopped with events that were not accepted; they are not committed and come again.");
        }
    }
}

fn log(link: &str, state: &State) {
    match state {
        State::NeedsLogin { detail } | State::Refused { detail } => tracing::warn!(link, detail, "The server turned us away."),
        State::Offline { attempt, cause, detail, .. } => tracing::info!(link, attempt, ?cause, detail, "Not connected."),
        State::Live => tracing::info!(link, "Live."),
        State::Connecting { .. } | State::Unconfirmed | State::CatchingUp { .. } => tracing::debug!(link, ?state, "State changed."),
    }
}
