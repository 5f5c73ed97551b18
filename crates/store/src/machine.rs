//! What a file lies on, and who works for it. Not part of the interface: a simulation puts its own in the machine's place.

use crate::StoreError;
use rusqlite::{Connection, OpenFlags};
use std::path::Path;

/// See the [module docs](self).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Machine {
    /// The system's files and threads.
    #[default]
    Own,
    /// Files of the SQLite VFS of this name, which nobody else opens. Whoever works for the store takes turns on the caller's Tokio runtime, so that the
    /// order of everything is that runtime's.
    Simulated(&'static str),
}

impl Machine {
    /// Whether it is made up.
    pub(crate) const fn is_simulated(self) -> bool {
        matches!(self, Self::Simulated(_))
    }

    /// Open a file of it.
    pub(crate) fn open(self, path: &Path, flags: OpenFlags) -> rusqlite::Result<Connection> {
        match self {
            Self::Own => Connection::open_with_flags(path, flags),
            Self::Simulated(vfs) => Connection::open_with_flags_and_vfs(path, flags, vfs),
        }
    }

    /// Do what may wait for the disk where nobody waits for it.
    pub(crate) async fn aside<T: Send + 'static>(self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, StoreError> {
        match self {
            Self::Own => tokio::task::spawn_blocking(work).await.map_err(|_| StoreError::Closed),
            Self::Simulated(_) => Ok(work()),
        }
    }
}
