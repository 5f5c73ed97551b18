//! One failure stays one failure.
//!
//! A program that watches others must not end because of one event that nobody thought of. So whatever is done with a single event, a single command or
//! a single long-running part is attempted here: a panic in it becomes an answer with words, and whoever asked decides what is set aside, rebuilt or
//! started again. For the same reason a lock that a panic was in is still a lock ([`Hold`]): what it guards is either whole after every step, or
//! rebuilt by whoever contains the panic.

use futures_util::FutureExt as _;
use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// Between the end of a part that failed and its next start: the first pause, and the longest.
const PAUSE: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(30));
/// A part that ran for this long is sound again.
const SOUND: Duration = Duration::from_secs(60);

/// Do it, and answer what was said when it panicked.
pub fn attempt<T>(act: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(act)).map_err(|cause| said(&*cause))
}

/// As [`attempt`], for what waits.
pub async fn outcome<T>(task: impl Future<Output = T>) -> Result<T, String> {
    AssertUnwindSafe(task).catch_unwind().await.map_err(|cause| said(&*cause))
}

fn said(cause: &(dyn Any + Send)) -> String {
    let text = cause.downcast_ref::<&str>().copied().or_else(|| cause.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("it ended without a word").to_owned()
}

/// How long to wait before a part that failed is started again: longer with every failure, and short again after it ran well for a minute.
#[derive(Debug, Default)]
pub struct Patience {
    failures: u32,
}

impl Patience {
    /// It failed after running for `ran`. Answers the pause.
    pub fn after(&mut self, ran: Duration) -> Duration {
        if ran >= SOUND {
            self.failures = 0;
        }
        let pause = PAUSE.0.saturating_mul(1 << self.failures.min(16)).min(PAUSE.1);
        self.failures += 1;
        pause
    }
}

/// A lock whose content outlives a panic. See the [module docs](self).
pub trait Hold<T> {
    /// The content.
    fn hold(&self) -> MutexGuard<'_, T>;
}

impl<T> Hold<T> for Mutex<T> {
    fn hold(&self) -> MutexGuard<'_, T> {
        self.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_an_answer_with_its_words_and_the_lock_goes_on() {
        let lock = Mutex::new(1);
        let failed = attempt(|| {
            *lock.hold() += 1;
            let _held = lock.hold();
            panic!("no room for {}", 7)
        });
        assert_eq!(failed, Err::<(), _>("no room for 7".to_owned()));
        assert_eq!((*lock.hold(), attempt(|| 5)), (2, Ok(5)));
    }

    #[tokio::test]
    async fn a_task_that_panics_after_a_wait_is_an_answer_too() {
        let task = async {
            tokio::task::yield_now().await;
            if true {
                panic!("later")
            }
        };
        assert_eq!(outcome(task).await, Err("later".to_owned()));
    }

    #[test]
    fn pauses_grow_and_a_sound_minute_makes_them_short_again() {
        let mut patience = Patience::default();
        let pauses: Vec<_> = (0..10).map(|_| patience.after(Duration::ZERO).as_millis()).collect();
        assert_eq!((pauses[0], pauses[1], pauses[9]), (250, 500, 30_000));
        assert_eq!(patience.after(SOUND), PAUSE.0);
    }
}
