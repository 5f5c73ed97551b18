//! Pings that are under way, told apart by a number, so that each pong says how long its ping took.

use std::{collections::VecDeque, time::Duration};
use tokio_tungstenite::tungstenite::Bytes;

/// More than this many unanswered pings are not remembered.
const MOST: usize = 8;

/// See the [module docs](self).
#[derive(Debug, Default)]
pub(super) struct Pings {
    next: u64,
    sent: VecDeque<(u64, Duration)>,
}

impl Pings {
    /// What to send in a ping that leaves now.
    pub(super) fn ping(&mut self, now: Duration) -> Bytes {
        self.next += 1;
        if self.sent.len() == MOST {
            self.sent.pop_front();
        }
        self.sent.push_back((self.next, now));
        Bytes::copy_from_slice(&self.next.to_be_bytes())
    }

    /// How long the ping of this pong took. `None` for a pong that nobody asked for.
    pub(super) fn pong(&mut self, payload: &[u8], now: Duration) -> Option<Duration> {
        let number = u64::from_be_bytes(payload.try_into().ok()?);
        let place = self.sent.iter().position(|(sent, _)| *sent == number)?;
        let (_, sent) = self.sent[place];
        // A pong answers all pings before its own.
        self.sent.drain(..=place);
        Some(now.saturating_sub(sent))
    }

    /// The connection is gone, and with it the answers.
    pub(super) fn forget(&mut self) {
        self.sent.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pong_tells_the_time_of_its_own_ping() {
        let ms = Duration::from_millis;
        let mut pings = Pings::default();
        let (first, second, third) = (pings.ping(ms(0)), pings.ping(ms(100)), pings.ping(ms(200)));
        assert_eq!(pings.pong(&second, ms(130)), Some(ms(30)));
        assert_eq!((pings.pong(&second, ms(140)), pings.pong(&first, ms(140))), (None, None), "answered already");
        assert_eq!((pings.pong(b"hello", ms(150)), pings.pong(b"", ms(150))), (None, None), "nobody asked");
        pings.forget();
        assert_eq!(pings.pong(&third, ms(250)), None, "it belongs to another connection");
        (0..100).for_each(|_| drop(pings.ping(ms(300))));
        assert_eq!(pings.sent.len(), MOST);
    }
}
