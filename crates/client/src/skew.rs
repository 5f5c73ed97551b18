//! The server's clock, as the `Date` of its answers tells it.

use crate::status::ServerClock;
use std::time::{Duration, UNIX_EPOCH};
use tokio_tungstenite::tungstenite::http::{HeaderMap, header};
use watchdeck_events::Millis;

impl ServerClock {
    /// By an answer that came `took` after its question, at `received` by our clock. The header has whole seconds, and was written at
    /// some moment in between; hence the error.
    pub(crate) fn read(headers: &HeaderMap, received: Millis, took: Duration) -> Option<Self> {
        let date = httpdate::parse_http_date(headers.get(header::DATE)?.to_str().ok()?).ok()?;
        let theirs = i64::try_from(date.duration_since(UNIX_EPOCH).ok()?.as_millis()).ok()? + 500;
        let half = i64::try_from(took.as_millis() / 2).ok()?;
        Some(Self { ahead_ms: theirs - received.plus(-half).0, error_ms: 500 + half })
    }

    /// The one to believe of two: the more exact one, unless they contradict each other; then a clock was set in between.
    pub(crate) fn or_newer(known: Option<Self>, newer: Option<Self>) -> Option<Self> {
        let (Some(known), Some(newer)) = (known, newer) else { return newer.or(known) };
        let contradict = (known.ahead_ms - newer.ahead_ms).abs() > known.error_ms + newer.error_ms;
        Some(if contradict || newer.error_ms <= known.error_ms { newer } else { known })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(date: &str, received: i64, took: u64) -> Option<ServerClock> {
        let mut headers = HeaderMap::new();
        headers.insert(header::DATE, date.parse().unwrap());
        ServerClock::read(&headers, Millis(received), Duration::from_millis(took))
    }

    #[test]
    fn the_middle_of_a_second_is_compared_with_the_middle_of_the_question() {
        // 784111777 s since 1970. Asked at …777.400, answered at …777.600.
        let date = "Sun, 06 Nov 1994 08:49:37 GMT";
        assert_eq!(read(date, 784_111_777_600, 200), Some(ServerClock { ahead_ms: 0, error_ms: 600 }));
        assert_eq!(read(date, 784_111_717_600, 200).unwrap().ahead_ms, 60_000, "ours is a minute behind");
        assert_eq!((read("soon", 0, 0), read("", 0, 0)), (None, None));
        assert_eq!(ServerClock::read(&HeaderMap::new(), Millis(0), Duration::ZERO), None);
    }

    #[test]
    fn the_more_exact_reading_stays_until_the_clock_is_set() {
        let clock = |ahead_ms, error_ms| Some(ServerClock { ahead_ms, error_ms });
        assert_eq!(ServerClock::or_newer(clock(100, 550), clock(900, 4500)), clock(100, 550));
        assert_eq!(ServerClock::or_newer(clock(900, 4500), clock(100, 550)), clock(100, 550));
        assert_eq!(ServerClock::or_newer(clock(100, 550), clock(60_000, 4500)), clock(60_000, 4500), "it was set");
        assert_eq!((ServerClock::or_newer(None, clock(1, 2)), ServerClock::or_newer(clock(1, 2), None)), (clock(1, 2), clock(1, 2)));
    }
}
