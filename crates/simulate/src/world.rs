//! What everybody in a simulation shares: the disks, the log of what happened, the model, and what each is to do.

use crate::{
    disk::{Disk, Lie},
    fault::Fault,
    model::Model,
    time,
};
use std::{
    collections::VecDeque,
    fmt::Write as _,
    sync::{
        Mutex, MutexGuard,
        atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

/// The file systems' names.
pub(crate) const VFS: [&str; 2] = ["simulated-gateway", "simulated-console"];

/// One request to publish.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) channel: &'static str,
    /// Numbers of events.
    pub(crate) events: Vec<u64>,
    /// It was answered before.
    pub(crate) again: bool,
}

/// See the [module docs](self).
pub(crate) struct World {
    pub(crate) fault: Option<Fault>,
    pub(crate) gateway_disk: &'static Disk,
    pub(crate) console_disk: &'static Disk,
    model: Mutex<Model>,
    log: Mutex<String>,
    requests: Mutex<VecDeque<Request>>,
    /// The time of day of the console less the right one, ms.
    skew: AtomicI64,
    /// Bytes until the console's line breaks; `u64::MAX`: never.
    cut_after: AtomicU64,
    /// Until when the window reads nothing, ms.
    window_rests: AtomicU64,
    pub(crate) gateway_closes: AtomicBool,
    pub(crate) console_closes: AtomicBool,
    /// Nothing is broken any more: everybody says whether all is well.
    pub(crate) heals: AtomicBool,
}

impl World {
    pub(crate) fn new(seed: u64, fault: Option<Fault>) -> Self {
        let lie = |unsynced, unwritten| match fault {
            Some(fault) if fault == unsynced => Lie::Unsynced,
            Some(fault) if Some(fault) == unwritten => Lie::Unwritten,
            _ => Lie::None,
        };
        let disk = |seed, lie| &*Box::leak(Box::new(Disk::new(seed, lie)));
        Self {
            fault,
            gateway_disk: disk(seed ^ 1, lie(Fault::AnswerBeforeFsync, Some(Fault::FailedWriteCalledDone))),
            console_disk: disk(seed ^ 2, lie(Fault::WritesOvertake, None)),
            model: Mutex::default(),
            log: Mutex::default(),
            requests: Mutex::default(),
            skew: AtomicI64::new(0),
            cut_after: AtomicU64::new(u64::MAX),
            window_rests: AtomicU64::new(0),
            gateway_closes: AtomicBool::new(false),
            console_closes: AtomicBool::new(false),
            heals: AtomicBool::new(false),
        }
    }

    pub(crate) fn model(&self) -> MutexGuard<'_, Model> {
        self.model.lock().expect("no code panics while holding the model")
    }

    /// One line of what happened.
    pub(crate) fn say(&self, who: &str, what: &str) {
        let at = time::elapsed().unwrap_or_default().as_millis();
        let mut log = self.log.lock().expect("no code panics while holding the log");
        writeln!(log, "{at:>7} {who:<8} {what}").expect("a text takes everything");
    }

    pub(crate) fn take_log(&self) -> String {
        std::mem::take(&mut *self.log.lock().expect("no code panics while holding the log"))
    }

    pub(crate) fn request(&self, request: Request) {
        self.requests.lock().expect("no code panics while holding the requests").push_back(request);
    }

    /// The request that is next; it stays until it is [done](World::request_done).
    pub(crate) fn next_request(&self) -> Option<Request> {
        self.requests.lock().expect("no code panics while holding the requests").front().cloned()
    }

    pub(crate) fn request_done(&self) {
        self.requests.lock().expect("no code panics while holding the requests").pop_front();
    }

    pub(crate) fn is(&self, fault: Fault) -> bool {
        self.fault == Some(fault)
    }

    pub(crate) fn skew(&self) -> i64 {
        self.skew.load(Relaxed)
    }

    pub(crate) fn set_clock(&self, by_ms: i64) {
        self.skew.fetch_add(by_ms, Relaxed);
    }

    pub(crate) fn cut_after(&self, bytes: u64) {
        self.cut_after.store(bytes, Relaxed);
    }

    /// So many bytes are about to pass to the console: how many of them do. Fewer: the line is broken.
    pub(crate) fn pass(&self, bytes: u64) -> u64 {
        let left = self.cut_after.load(Relaxed);
        if left == u64::MAX {
            return bytes;
        }
        let passed = bytes.min(left);
        // A broken line is replaced by one that is whole.
        self.cut_after.store(if passed < bytes { u64::MAX } else { left - passed }, Relaxed);
        passed
    }

    pub(crate) fn rest_window(&self, until: Duration) {
        self.window_rests.store(until.as_millis() as u64, Relaxed);
    }

    pub(crate) fn window_rests(&self) -> bool {
        time::elapsed().unwrap_or_default().as_millis() < u128::from(self.window_rests.load(Relaxed))
    }
}
