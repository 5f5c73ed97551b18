//! The catalogue in force: the packs that come with Watchdeck until somebody puts a user's over them, and then whatever was put last.
//!
//! One for the whole process, as the folder of packs is one. Whoever asks holds what was in force then for as long as one event takes, and asks again for
//! the next; nobody waits for anybody.

use super::known::Catalogue;
use arc_swap::{ArcSwap, Guard};
use std::{
    ops::Deref,
    sync::{Arc, LazyLock},
};

static CURRENT: LazyLock<ArcSwap<Catalogue>> = LazyLock::new(|| ArcSwap::new(Arc::clone(Catalogue::shared_builtin())));

/// What is in force at the moment of asking.
pub struct Current(Guard<Arc<Catalogue>>);

impl Deref for Current {
    type Target = Catalogue;

    fn deref(&self) -> &Catalogue {
        &self.0
    }
}

impl std::fmt::Debug for Current {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Current").field("kinds", &self.kinds().len()).finish()
    }
}

impl Catalogue {
    /// The catalogue in force.
    #[must_use]
    pub fn current() -> Current {
        Current(CURRENT.load())
    }

    /// Put this one in force, for everybody in this process and from their next look on.
    pub fn put_in_force(self) {
        CURRENT.store(Arc::new(self));
    }
}
