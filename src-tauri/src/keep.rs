//! Parts of the shell that run as long as the program, and what happens when one fails.
//!
//! A panic in one of them must neither end the program nor leave a desktop that looks as if everything worked: it is said (log, and the window through
//! [`Hints`]) and the part is started again, at once the first time and with longer pauses when it fails again and again.

use crate::hints::Hints;
use futures_util::FutureExt as _;
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;
use tracing::error;

/// The first pause, and the longest.
const PAUSE: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(30));
/// A part that ran for this long is sound again.
const SOUND: Duration = Duration::from_secs(60);

/// How long to wait after a failure.
#[derive(Debug, Default)]
struct Patience(u32);

impl Patience {
    fn after(&mut self, ran: Duration) -> Duration {
        if ran >= SOUND {
            self.0 = 0;
        }
        let pause = PAUSE.0.saturating_mul(1 << self.0.min(16)).min(PAUSE.1);
        self.0 += 1;
        pause
    }
}

/// Runs `part` until it ends by itself or `stop`. After a panic it is made anew.
pub(crate) async fn running<F>(name: &'static str, hints: Hints, stop: CancellationToken, mut part: impl FnMut() -> F)
where
    F: Future<Output = ()>,
{
    let mut patience = Patience::default();
    loop {
        let started = Instant::now();
        // What was borrowed from outside is behind locks, and looked at anew.
        let Err(cause) = AssertUnwindSafe(part()).catch_unwind().await else { return };
        failed(name, &*cause, &hints);
        if stop.run_until_cancelled(tokio::time::sleep(patience.after(started.elapsed()))).await.is_none() {
            return;
        }
    }
}

/// The same for a part with a thread of its own.
pub(crate) fn running_here(name: &'static str, hints: &Hints, mut part: impl FnMut()) {
    let mut patience = Patience::default();
    loop {
        let started = Instant::now();
        let Err(cause) = catch_unwind(AssertUnwindSafe(&mut part)) else { return };
        failed(name, &*cause, hints);
        std::thread::sleep(patience.after(started.elapsed()));
    }
}

fn failed(name: &'static str, cause: &(dyn Any + Send), hints: &Hints) {
    let text = cause.downcast_ref::<&str>().copied().or_else(|| cause.downcast_ref::<String>().map(String::as_str));
    let text = text.unwrap_or("it ended without a word");
    error!(part = name, cause = text, "A part of the desktop failed; it is started again.");
    hints.failed(name, text);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};

    #[tokio::test(start_paused = true)]
    async fn a_part_that_panics_is_said_and_started_again() {
        let (hints, starts) = (Hints::new(), AtomicU32::new(0));
        let part = || async {
            if starts.fetch_add(1, Ordering::Relaxed) < 2 {
                panic!("no room for {}", 7)
            }
        };
        running("tray", hints.clone(), CancellationToken::new(), part).await;
        assert_eq!(starts.load(Ordering::Relaxed), 3);
        assert_eq!(hints.take_failures(), [("tray", "no room for 7".to_owned()), ("tray", "no room for 7".to_owned())]);
    }

    #[test]
    fn a_thread_that_panics_is_started_again_too() {
        let (hints, mut starts) = (Hints::new(), 0);
        running_here("sound", &hints, || {
            starts += 1;
            assert!(starts > 1, "the first time");
        });
        assert_eq!((starts, hints.take_failures().len()), (2, 1));
    }

    #[test]
    fn pauses_grow_and_a_sound_minute_makes_them_short_again() {
        let mut patience = Patience::default();
        let pauses: Vec<_> = (0..10).map(|_| patience.after(Duration::ZERO).as_millis()).collect();
        assert_eq!((pauses[0], pauses[1], pauses[9]), (250, 500, 30_000));
        assert_eq!(patience.after(SOUND), PAUSE.0);
    }
}
