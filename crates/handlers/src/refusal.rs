//! Why something is not done with a handler or its letters.

use watchdeck_store::StoreError;

/// See the [module docs](self).
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// There is no such handler.
    #[error("there is no handler {0}")]
    Unknown(String),
    /// Another has this name.
    #[error("there is a handler {0} already")]
    Taken(String),
    /// It does not run, and somebody has to resume it first.
    #[error("the handler {0} does not run; resume it first")]
    Stopped(String),
    /// It does one thing at a time beside its events.
    #[error("{0} is already replaying or trying its dead letters again; wait for it, or stop it")]
    Busy(String),
    /// There is nothing to pause or to stop.
    #[error("{0} is not replaying anything")]
    Idle(String),
    /// A pace is a number above zero.
    #[error("a replay cannot go {0} times as fast")]
    Pace(f64),
    /// More are meant than somebody was told of.
    #[error("there are {now} by now, and you were told of {counted}; look again")]
    More {
        /// As many were said to be meant.
        counted: u64,
        /// So many are.
        now: u64,
    },
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}
