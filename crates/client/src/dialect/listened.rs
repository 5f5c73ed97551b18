//! Until when we are known to have listened to a server that cannot replay: what makes a reconnect a gap with two ends.

use super::protocol::Out;
use crate::{clock::Now, delivery::Delivery};
use watchdeck_events::{GapReason, Millis};

/// See the [module docs](self).
#[derive(Debug)]
pub(super) struct Listened {
    /// The last sign of the newest connection on which we listened.
    until: Option<Millis>,
    /// We listen on the present connection, and the gap before it is recorded.
    settled: bool,
}

impl Listened {
    /// `until`: what an earlier run knows of it.
    pub(super) fn new(until: Option<Millis>) -> Self {
        Self { until, settled: false }
    }

    /// From now on we listen. The first time on a connection, what may have been missed before it is recorded.
    pub(super) fn settle(&mut self, now: Now, out: &mut Out) {
        if std::mem::replace(&mut self.settled, true) {
            return;
        }
        if let Some(from) = self.until {
            // A clock that was set back must not turn the gap around.
            let from = from.min(now.wall);
            out.burst.push(Delivery::Gap { channel: None, from, to: now.wall, reason: GapReason::NotReplayable, position: None, id: None });
        }
    }

    /// The connection is gone. One on which we never listened neither ends nor shortens the gap.
    pub(super) fn down(&mut self, last_sign: Millis) {
        if std::mem::take(&mut self.settled) {
            self.until = Some(last_sign);
        }
    }

    /// [`Listened::settle`] was called on this connection.
    pub(super) fn is_settled(&self) -> bool {
        self.settled
    }
}
