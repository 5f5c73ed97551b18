//! How fast a replay goes. Pure: the time is an argument.

use std::time::Duration;
use tokio::time::Instant;
use watchdeck_events::Millis;

/// See the [module docs](self).
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Pace {
    /// As fast as the handler is.
    Full,
    /// So many times as fast as the events came; 1 is the original pace.
    Times(f64),
}

/// When which event is due.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Beat {
    pace: Pace,
    /// When it began, and the time of the event that it began with.
    began: Option<(Instant, Millis)>,
}

impl Beat {
    pub(crate) fn new(pace: Pace) -> Self {
        Self { pace, began: None }
    }

    /// When an event that came at `at` is due. The first is due at once, and none before the one before it.
    pub(crate) fn due(&mut self, at: Millis, now: Instant) -> Instant {
        let Pace::Times(times) = self.pace else { return now };
        let (began, first) = *self.began.get_or_insert((now, at));
        let after = at.since(first).max(0) as f64 / 1_000.0 / times;
        began + Duration::try_from_secs_f64(after).unwrap_or(Duration::ZERO)
    }

    /// Nothing was due meanwhile.
    pub(crate) fn rested(&mut self, pause: Duration) {
        if let Some((began, _)) = &mut self.began {
            *began += pause;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_as_far_apart_as_they_were_divided_by_the_pace_and_a_pause_moves_them() {
        let now = Instant::now();
        let mut beat = Beat::new(Pace::Times(10.0));
        assert_eq!(beat.due(Millis(5_000), now), now);
        assert_eq!(beat.due(Millis(15_000), now + Duration::from_secs(9)), now + Duration::from_secs(1));
        assert_eq!(beat.due(Millis(4_000), now), now, "what came out of order is not due in the past");
        beat.rested(Duration::from_secs(7));
        assert_eq!(beat.due(Millis(25_000), now), now + Duration::from_secs(9));
        assert_eq!(Beat::new(Pace::Full).due(Millis(1), now), now);
    }
}
