//! What wakes whoever hands decisions on.

use std::{
    collections::HashSet,
    sync::{Mutex, MutexGuard},
};
use tokio::sync::Notify;

/// See the [module docs](self).
#[derive(Debug, Default)]
pub(super) struct Bell {
    notify: Notify,
    rung: Mutex<Rung>,
}

#[derive(Debug, Default)]
struct Rung {
    /// To be tried now, whatever was planned.
    now: HashSet<String>,
    /// Received by this process and never tried.
    fresh: HashSet<String>,
}

impl Bell {
    pub(super) fn ring(&self) {
        self.notify.notify_one();
    }

    pub(super) fn ring_for(&self, key: &str) {
        self.rung().now.insert(key.to_owned());
        self.notify.notify_one();
    }

    pub(super) fn fresh(&self, key: &str) {
        self.rung().fresh.insert(key.to_owned());
    }

    /// Those that are to be tried now.
    pub(super) fn take_rung(&self) -> HashSet<String> {
        std::mem::take(&mut self.rung().now)
    }

    /// Whether this process received it and has not tried it before.
    pub(super) fn was_fresh(&self, key: &str) -> bool {
        self.rung().fresh.remove(key)
    }

    /// Resolves when it rings.
    pub(super) async fn rings(&self) {
        self.notify.notified().await;
    }

    fn rung(&self) -> MutexGuard<'_, Rung> {
        self.rung.lock().expect("no code panics while holding the bell")
    }
}
