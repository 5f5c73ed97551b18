//! A place in one channel's log.

use serde::{Deserialize, Serialize};

/// "I have committed everything up to here." Offsets count from 1 without holes; 0 means "before the first".
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Position {
    /// Names the log's life. Offsets of different epochs are not comparable.
    pub epoch: String,
    /// The last offset applied.
    pub offset: u64,
}

impl Position {
    /// A position in the log named `epoch`.
    pub fn new(epoch: impl Into<String>, offset: u64) -> Self {
        Self { epoch: epoch.into(), offset }
    }
}
