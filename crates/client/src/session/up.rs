//! An open connection: is it alive?
//!
//! It is asked (a WebSocket ping) when it was silent for long, and every so often anyway, because the answer tells how long the way is.
//! It counts as dead only when a question that silence gave rise to was not answered in time.

use std::time::Duration;

/// An answer that takes longer than this is worth a word, long before the connection counts as dead.
const ANSWER: Duration = Duration::from_secs(3);

/// See the [module docs](self).
#[derive(Debug)]
pub(super) struct Up {
    pub(super) since: Duration,
    last_sign: Duration,
    /// When the newest ping went out.
    asked: Duration,
    /// When it counts as dead, unless something arrives before.
    verdict: Option<Duration>,
}

/// What a look at the clock says.
pub(super) enum Look {
    Fine,
    /// Send a ping.
    Ask,
    /// It was silent for so long, and did not answer.
    Dead(Duration),
}

impl Up {
    /// Just opened, and asked for the first time.
    pub(super) fn new(now: Duration) -> Self {
        Self { since: now, last_sign: now, asked: now, verdict: None }
    }

    /// Something arrived.
    pub(super) fn sign(&mut self, now: Duration) {
        (self.last_sign, self.verdict) = (now, None);
    }

    /// There is a reason to think that it is dead: it is asked, and gets `patience` to answer.
    pub(super) fn doubt(&mut self, now: Duration, patience: Duration) {
        let verdict = now + patience;
        self.asked = now;
        self.verdict = Some(self.verdict.map_or(verdict, |earlier| earlier.min(verdict)));
    }

    /// Whether it was asked because it was silent, and should have answered by now.
    pub(super) fn is_silent(&self, now: Duration, grace: Duration) -> bool {
        self.verdict.is_some() && now >= self.asked + ANSWER.min(grace / 3)
    }

    /// When [`Up::look`] is wanted next.
    pub(super) fn due(&self, ping: Duration) -> Duration {
        self.verdict.unwrap_or(self.last_sign.min(self.asked) + ping)
    }

    /// The clock says `now`.
    pub(super) fn look(&mut self, now: Duration, ping: Duration, grace: Duration) -> Look {
        if now < self.due(ping) {
            return Look::Fine;
        }
        let silent = now.saturating_sub(self.last_sign);
        if self.verdict.is_some() {
            return Look::Dead(silent);
        }
        if silent >= ping {
            self.doubt(now, grace);
        }
        self.asked = now;
        Look::Ask
    }
}
