//! The connection as a pure state machine: when to dial, when to wait, when to give up, when a silence is a death.
//!
//! [`Session::handle`] takes one input and answers with what to do. It performs no I/O, reads no clock and rolls no dice, so
//! every transition has an ordinary unit test. What is *said* on a connection is the dialects' affair.

mod up;

use self::up::{Look, Up};
use crate::{
    backoff::Backoff,
    clock::Now,
    dialect::Standing,
    ending::Ending,
    profile::Timing,
    status::{Cause, State},
};
use std::time::Duration;
use watchdeck_events::Millis;

/// A pause between two readings of the clock that no busy machine makes: it slept.
const SLEPT: Duration = Duration::from_secs(30);
/// After a sleep the network itself needs a moment, and many links wake at once: the first dial comes between these two.
const WAKE_AFTER: (Duration, Duration) = (Duration::from_millis(50), Duration::from_millis(300));
/// What an open connection gets to show that it survived a change of the network.
const CHANGED: Duration = Duration::from_secs(3);
/// A network that flaps is no reason to dial more often than this.
const CHANGED_EACH: Duration = Duration::from_secs(1);
/// An attempt gets this many times [`Timing::connect`], which each of its parts keeps to by itself; beyond, it hangs.
const ATTEMPT: u32 = 3;

/// Everything that can happen to a connection.
#[derive(Debug)]
pub(crate) enum Input {
    /// Begin.
    Start,
    /// The user clicked: do not wait.
    Wake,
    /// The machine has other addresses than before.
    NetworkChanged,
    /// The WebSocket handshake is done.
    Opened,
    /// A frame of any kind arrived.
    Sign,
    /// The server told how often it pings.
    PingEvery(Duration),
    /// The connection, or the attempt, ended.
    Ended(Ending),
    /// Time passed.
    Tick,
}

/// What the driver must do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Open a connection.
    Dial,
    /// Drop the connection or the attempt.
    HangUp,
    /// Send a WebSocket ping, now.
    Ping,
}

#[derive(Debug)]
enum Phase {
    Idle,
    /// `renew`: the network changed meanwhile, so it is begun anew then.
    Dialling {
        since: Duration,
        renew: Option<Duration>,
    },
    Up(Up),
    Waiting {
        due: Duration,
        next_try_at: Millis,
        cause: Cause,
        detail: String,
    },
    NeedsLogin(String),
    Refused(String),
}

/// See the [module docs](self).
#[derive(Debug)]
pub(crate) struct Session {
    timing: Timing,
    backoff: Backoff,
    phase: Phase,
    ping: Duration,
    attempt: u32,
    seen: Option<Duration>,
    dialled: Duration,
}

impl Session {
    pub(crate) fn new(timing: Timing) -> Self {
        let backoff = Backoff { first: timing.backoff_first, cap: timing.backoff_cap };
        Self { timing, backoff, phase: Phase::Idle, ping: timing.ping, attempt: 0, seen: None, dialled: Duration::ZERO }
    }

    /// Apply one input. `roll` is a uniform random number in `0.0..1.0`, used for jitter only.
    pub(crate) fn handle(&mut self, input: Input, now: Now, roll: f64) -> Vec<Effect> {
        if self.slept(now) && matches!(self.phase, Phase::Up(_) | Phase::Dialling { .. } | Phase::Waiting { .. }) {
            // Whatever the input was, it belongs to a connection from before the sleep.
            return self.wake_up(now, roll);
        }
        match (&mut self.phase, input) {
            (Phase::Idle, Input::Start) => self.dial(now),
            (Phase::Idle, _) => vec![],
            (_, Input::Wake) => self.redial(now),
            (Phase::Dialling { .. }, Input::Opened) => {
                self.ping = self.timing.ping;
                self.phase = Phase::Up(Up::new(now.up));
                // The first ping measures the way there and back; nothing is concluded from it.
                vec![Effect::Ping]
            }
            (Phase::Up(up), Input::Sign) => {
                up.sign(now.up);
                vec![]
            }
            (Phase::Up(_), Input::PingEvery(ping)) => {
                self.ping = ping;
                vec![]
            }
            (_, Input::NetworkChanged) => self.network_changed(now),
            (Phase::Dialling { .. } | Phase::Up(_), Input::Ended(ending)) => self.end(ending, now, roll),
            (_, Input::Tick) => self.tick(now, roll),
            // Late timers and late socket events after a change are normal, not bugs.
            _ => vec![],
        }
    }

    /// When [`Input::Tick`] is wanted next.
    pub(crate) fn due(&self) -> Option<Duration> {
        match &self.phase {
            Phase::Idle | Phase::NeedsLogin(_) | Phase::Refused(_) => None,
            Phase::Dialling { since, renew } => Some(renew.unwrap_or(*since + self.timing.connect * ATTEMPT)),
            Phase::Waiting { due, .. } => Some(*due),
            Phase::Up(up) => {
                let stable = (self.attempt > 0).then_some(up.since + self.timing.stable);
                stable.into_iter().chain([up.due(self.ping)]).min()
            }
        }
    }

    /// What to show. `standing` is the dialect's view of an open connection.
    pub(crate) fn state(&self, standing: Standing) -> State {
        match &self.phase {
            Phase::Idle | Phase::Dialling { .. } => State::Connecting { attempt: self.attempt },
            Phase::Up(_) => match standing {
                Standing::Greeting => State::Connecting { attempt: self.attempt },
                Standing::Unconfirmed => State::Unconfirmed,
                Standing::CatchingUp { done, total } => State::CatchingUp { done, total },
                Standing::Live => State::Live,
                // What is denied is told by the driver, who keeps the list.
                Standing::Denied => State::Refused { detail: String::new() },
            },
            Phase::Waiting { next_try_at, cause, detail, .. } => {
                State::Offline { attempt: self.attempt, next_try_at: *next_try_at, cause: *cause, detail: detail.clone() }
            }
            Phase::NeedsLogin(detail) => State::NeedsLogin { detail: detail.clone() },
            Phase::Refused(detail) => State::Refused { detail: detail.clone() },
        }
    }

    fn tick(&mut self, now: Now, roll: f64) -> Vec<Effect> {
        match &mut self.phase {
            Phase::Dialling { renew: Some(renew), .. } if now.up >= *renew => self.redial(now),
            Phase::Dialling { since, .. } if now.up >= *since + self.timing.connect * ATTEMPT => {
                let ending = Ending::retry(Cause::TimedOut, format!("no connection within {:?}", self.timing.connect * ATTEMPT));
                self.end(ending, now, roll)
            }
            Phase::Waiting { due, .. } if now.up >= *due => self.dial(now),
            Phase::Up(up) => {
                if now.up >= up.since + self.timing.stable {
                    self.attempt = 0;
                }
                match up.look(now.up, self.ping, self.timing.grace) {
                    Look::Fine => vec![],
                    Look::Ask => vec![Effect::Ping],
                    Look::Dead(silent) => {
                        let ending = Ending::retry(Cause::Silent, format!("no sign of life for {} s", silent.as_secs()));
                        self.end(ending, now, roll)
                    }
                }
            }
            _ => vec![],
        }
    }

    fn network_changed(&mut self, now: Now) -> Vec<Effect> {
        let soonest = self.dialled + CHANGED_EACH;
        match &mut self.phase {
            Phase::Up(up) => {
                up.doubt(now.up, CHANGED);
                vec![Effect::Ping]
            }
            // It may hang on the old network.
            Phase::Dialling { .. } if now.up >= soonest => self.redial(now),
            Phase::Dialling { renew, .. } => {
                *renew = Some(soonest);
                vec![]
            }
            Phase::Waiting { .. } if now.up >= soonest => self.dial(now),
            Phase::Waiting { due, next_try_at, .. } if soonest < *due => {
                *due = soonest;
                *next_try_at = now.wall.plus(millis(soonest.saturating_sub(now.up)));
                vec![]
            }
            _ => vec![],
        }
    }

    /// The machine slept: whatever was open is dead, and whatever was waited for is over.
    fn wake_up(&mut self, now: Now, roll: f64) -> Vec<Effect> {
        let busy = !matches!(self.phase, Phase::Waiting { .. });
        self.attempt = 0;
        let (least, most) = WAKE_AFTER;
        let delay = least + (most - least).mul_f64(roll.clamp(0.0, 1.0));
        let (cause, detail) = (Cause::Woke, "the machine slept".to_owned());
        self.phase = Phase::Waiting { due: now.up + delay, next_try_at: now.wall.plus(millis(delay)), cause, detail };
        if busy { vec![Effect::HangUp] } else { vec![] }
    }

    /// Whether the connection is open, and owes a sign of life.
    pub(crate) fn is_silent(&self, now: Now) -> bool {
        matches!(&self.phase, Phase::Up(up) if up.is_silent(now.up, self.timing.grace))
    }

    /// Whether the clock moved on by more than anything but a sleep explains. Every input is a reading of the clock.
    fn slept(&mut self, now: Now) -> bool {
        let before = self.seen.replace(now.up);
        before.is_some_and(|before| now.up.saturating_sub(before) > self.timing.tick + SLEPT)
    }

    fn dial(&mut self, now: Now) -> Vec<Effect> {
        self.phase = Phase::Dialling { since: now.up, renew: None };
        self.dialled = now.up;
        vec![Effect::Dial]
    }

    fn redial(&mut self, now: Now) -> Vec<Effect> {
        let busy = matches!(self.phase, Phase::Up(_) | Phase::Dialling { .. });
        let mut effects = self.dial(now);
        if busy {
            effects.insert(0, Effect::HangUp);
        }
        effects
    }

    fn end(&mut self, ending: Ending, now: Now, roll: f64) -> Vec<Effect> {
        self.phase = match ending {
            Ending::Retry { cause, detail, after } => {
                if let Phase::Up(up) = &self.phase
                    && now.up >= up.since + self.timing.stable
                {
                    self.attempt = 0;
                }
                self.attempt = self.attempt.saturating_add(1);
                let delay = self.backoff.delay(self.attempt, roll, after);
                let next_try_at = now.wall.plus(millis(delay));
                Phase::Waiting { due: now.up + delay, next_try_at, cause, detail }
            }
            Ending::NeedsLogin(detail) => Phase::NeedsLogin(detail),
            Ending::Refused(detail) => Phase::Refused(detail),
        };
        vec![Effect::HangUp]
    }
}

fn millis(delay: Duration) -> i64 {
    i64::try_from(delay.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;
