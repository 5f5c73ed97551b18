//! The connection as a pure state machine: when to dial, when to wait, when to give up, when a silence is a death.
//!
//! [`Session::handle`] takes one input and answers with what to do. It performs no I/O, reads no clock and rolls no dice, so
//! every transition has an ordinary unit test. What is *said* on a connection is the dialects' affair.

use crate::{
    backoff::Backoff,
    clock::Now,
    dialect::Standing,
    profile::Timing,
    status::{Cause, State},
};
use std::time::Duration;
use watchdeck_events::Millis;

/// A pause between two readings of the clock that no busy machine makes: it slept.
const SLEPT: Duration = Duration::from_secs(30);

/// How a connection, or the attempt to make one, ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ending {
    /// Another try may succeed.
    Retry { cause: Cause, detail: String, after: Option<Duration> },
    /// Only a new token helps.
    NeedsLogin(String),
    /// Only a person can help.
    Refused(String),
}

impl Ending {
    pub(crate) fn retry(cause: Cause, detail: impl Into<String>) -> Self {
        Self::Retry { cause, detail: detail.into(), after: None }
    }
}

/// Everything that can happen to a connection.
#[derive(Debug)]
pub(crate) enum Input {
    /// Begin.
    Start,
    /// The user clicked, or the network changed: do not wait.
    Wake,
    /// The WebSocket handshake is done.
    Opened,
    /// A frame of any kind arrived.
    Sign,
    /// The server told how often it pings.
    PingEvery(Duration),
    /// The server did something useful: whatever failed before is over.
    Proven,
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
    /// Send a WebSocket ping.
    Ping,
}

#[derive(Debug)]
enum Phase {
    Idle,
    Dialling { since: Duration },
    Up { since: Duration, last_sign: Duration, pinged: bool },
    Waiting { due: Duration, next_try_at: Millis, cause: Cause, detail: String },
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
}

impl Session {
    pub(crate) fn new(timing: Timing) -> Self {
        let backoff = Backoff { first: timing.backoff_first, cap: timing.backoff_cap };
        Self { timing, backoff, phase: Phase::Idle, ping: timing.ping, attempt: 0, seen: None }
    }

    /// Apply one input. `roll` is a uniform random number in `0.0..1.0`, used for jitter only.
    pub(crate) fn handle(&mut self, input: Input, now: Now, roll: f64) -> Vec<Effect> {
        if self.slept(now) && matches!(self.phase, Phase::Up { .. } | Phase::Dialling { .. } | Phase::Waiting { .. }) {
            // Whatever the input was, it belongs to a connection from before the sleep.
            self.attempt = 0;
            return self.redial(now);
        }
        match (&mut self.phase, input) {
            (Phase::Idle, Input::Start) => self.dial(now),
            (Phase::Idle, _) => vec![],
            (_, Input::Wake) => self.redial(now),
            (Phase::Dialling { .. }, Input::Opened) => {
                self.ping = self.timing.ping;
                self.phase = Phase::Up { since: now.up, last_sign: now.up, pinged: false };
                vec![]
            }
            (Phase::Up { last_sign, pinged, .. }, Input::Sign) => {
                (*last_sign, *pinged) = (now.up, false);
                vec![]
            }
            (Phase::Up { .. }, Input::PingEvery(ping)) => {
                self.ping = ping;
                vec![]
            }
            (Phase::Up { .. }, Input::Proven) => {
                self.attempt = 0;
                vec![]
            }
            (Phase::Dialling { .. } | Phase::Up { .. }, Input::Ended(ending)) => self.end(ending, now, roll),
            (_, Input::Tick) => self.tick(now, roll),
            // Late timers and late socket events after a change are normal, not bugs.
            _ => vec![],
        }
    }

    /// When [`Input::Tick`] is wanted next.
    pub(crate) fn due(&self) -> Option<Duration> {
        match &self.phase {
            Phase::Idle | Phase::NeedsLogin(_) | Phase::Refused(_) => None,
            Phase::Dialling { since } => Some(*since + self.timing.connect),
            Phase::Waiting { due, .. } => Some(*due),
            Phase::Up { since, last_sign, pinged } => {
                let silence = *last_sign + self.ping + if *pinged { self.timing.grace } else { Duration::ZERO };
                let stable = (self.attempt > 0).then_some(*since + self.timing.stable);
                Some(stable.map_or(silence, |stable| stable.min(silence)))
            }
        }
    }

    /// What to show. `standing` is the dialect's view of an open connection.
    pub(crate) fn state(&self, standing: Standing) -> State {
        match &self.phase {
            Phase::Idle | Phase::Dialling { .. } => State::Connecting { attempt: self.attempt },
            Phase::Up { .. } => match standing {
                Standing::Greeting => State::Connecting { attempt: self.attempt },
                Standing::Unconfirmed => State::Unconfirmed,
                Standing::CatchingUp { done, total } => State::CatchingUp { done, total },
                Standing::Live => State::Live,
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
            Phase::Dialling { since } if now.up >= *since + self.timing.connect => {
                let ending = Ending::retry(Cause::TimedOut, format!("no connection within {:?}", self.timing.connect));
                self.end(ending, now, roll)
            }
            Phase::Waiting { due, .. } if now.up >= *due => self.dial(now),
            Phase::Up { since, last_sign, pinged } => {
                if now.up >= *since + self.timing.stable {
                    self.attempt = 0;
                }
                let silent = now.up.saturating_sub(*last_sign);
                // A ping goes out before the verdict, however late this tick is: silence counts only after a question.
                if *pinged && silent >= self.ping + self.timing.grace {
                    let ending = Ending::retry(Cause::Silent, format!("no sign of life for {} s", silent.as_secs()));
                    return self.end(ending, now, roll);
                }
                if !*pinged && silent >= self.ping {
                    *pinged = true;
                    return vec![Effect::Ping];
                }
                vec![]
            }
            _ => vec![],
        }
    }

    /// Whether the clock moved on by more than anything but a sleep explains. Every input is a reading of the clock.
    fn slept(&mut self, now: Now) -> bool {
        let before = self.seen.replace(now.up);
        before.is_some_and(|before| now.up.saturating_sub(before) > self.timing.tick + SLEPT)
    }

    fn dial(&mut self, now: Now) -> Vec<Effect> {
        self.phase = Phase::Dialling { since: now.up };
        vec![Effect::Dial]
    }

    fn redial(&mut self, now: Now) -> Vec<Effect> {
        let busy = matches!(self.phase, Phase::Up { .. } | Phase::Dialling { .. });
        let mut effects = self.dial(now);
        if busy {
            effects.insert(0, Effect::HangUp);
        }
        effects
    }

    fn end(&mut self, ending: Ending, now: Now, roll: f64) -> Vec<Effect> {
        self.phase = match ending {
            Ending::Retry { cause, detail, after } => {
                if let Phase::Up { since, .. } = self.phase
                    && now.up >= since + self.timing.stable
                {
                    self.attempt = 0;
                }
                self.attempt = self.attempt.saturating_add(1);
                let delay = self.backoff.delay(self.attempt, roll, after);
                let next_try_at = now.wall.plus(i64::try_from(delay.as_millis()).unwrap_or(i64::MAX));
                Phase::Waiting { due: now.up + delay, next_try_at, cause, detail }
            }
            Ending::NeedsLogin(detail) => Phase::NeedsLogin(detail),
            Ending::Refused(detail) => Phase::Refused(detail),
        };
        vec![Effect::HangUp]
    }
}

#[cfg(test)]
mod tests;
