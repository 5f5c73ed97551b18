//! Parts of the shell that run as long as the program, and what happens when one fails.
//!
//! A panic in one of them must neither end the program nor leave a desktop that looks as if everything worked: it is said (log, and the window through
//! [`Hints`]) and the part is started again, at once the first time and with longer pauses when it fails again and again.

use crate::hints::Hints;
use std::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::error;
use watchdeck_contain::{Patience, attempt, outcome};

/// Runs `part` until it ends by itself or `stop`. After a panic it is made anew.
pub(crate) async fn running<F>(name: &'static str, hints: Hints, stop: CancellationToken, mut part: impl FnMut() -> F)
where
    F: Future<Output = ()>,
{
    let mut patience = Patience::default();
    loop {
        let started = Instant::now();
        // What was borrowed from outside is behind locks, and looked at anew.
        let Err(why) = outcome(part()).await else { return };
        failed(name, &why, &hints);
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
        let Err(why) = attempt(&mut part) else { return };
        failed(name, &why, hints);
        std::thread::sleep(patience.after(started.elapsed()));
    }
}

fn failed(name: &'static str, why: &str, hints: &Hints) {
    error!(part = name, cause = why, "A part of the desktop failed; it is started again.");
    hints.failed(name, why);
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
}
