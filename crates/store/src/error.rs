//! What can go wrong, told apart only where somebody acts differently.

use crate::{Holder, block::Broken};
use rusqlite::{ErrorCode, ffi};

/// Why the store could not do it. Nothing was half done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Make room; nothing is lost, the caller keeps its position and tries again.
    #[error("the disk is full ({0})")]
    Full(String),
    /// Permissions, a missing folder, a lock: the file cannot be used right now.
    #[error("the event store cannot be used: {0}")]
    Unavailable(String),
    /// The file is not a healthy database.
    #[error("the event store is damaged: {0}")]
    Damaged(String),
    /// Written by a newer version; this one must not touch it.
    #[error("the event store was written by a newer version of Watchdeck; install that version or choose another data directory")]
    Newer,
    /// Another process writes into this file. Waiting does not help: somebody has to close it.
    #[error("{0}; close it, or choose another folder with --data-dir")]
    InUse(Holder),
    /// This batch holds a value that the file cannot keep. Trying it again does not help: split it, and set the value aside.
    #[error("{} cannot be stored: {reason}", event.map_or_else(|| "this".to_owned(), |index| format!("event {} of the batch", index + 1)))]
    Refused {
        /// Index of the event in its batch; `None` when it is a position, a checkpoint or a document.
        event: Option<usize>,
        /// In words.
        reason: String,
    },
    /// Something came between: the [`Condition`](crate::Condition) of the batch does not hold. Read again from there, and decide again.
    #[error("something else came first: event {current}")]
    Conflict {
        /// The newest event that stands against it; 0 where one was expected and there is none.
        current: u64,
    },
    /// [`Store::close`](crate::Store::close) was called, or the store is open for reading only.
    #[error("the event store is closed")]
    Closed,
}

impl StoreError {
    /// Whether the file or its disk is at fault, and not what was to be written.
    pub(crate) const fn is_of_the_file(&self) -> bool {
        matches!(self, Self::Full(_) | Self::Unavailable(_) | Self::Damaged(_))
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::Error as E;
        let text = error.to_string();
        // A page that cannot be read, and what a damaged page reads as, are damage like a page that SQLite itself finds broken.
        let unreadable = error.sqlite_error().is_some_and(|failure| {
            matches!(failure.extended_code, ffi::SQLITE_IOERR_READ | ffi::SQLITE_IOERR_SHORT_READ | ffi::SQLITE_IOERR_CORRUPTFS)
        });
        match (error.sqlite_error_code(), &error) {
            (Some(ErrorCode::DiskFull), _) => Self::Full(text),
            (Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase), _) => Self::Damaged(text),
            _ if unreadable => Self::Damaged(text),
            (_, E::FromSqlConversionFailure(..) | E::InvalidColumnType(..) | E::IntegralValueOutOfRange(..) | E::Utf8Error(..)) => {
                Self::Damaged(text)
            }
            _ => Self::Unavailable(text),
        }
    }
}

impl From<Broken> for StoreError {
    fn from(broken: Broken) -> Self {
        Self::Damaged(broken.to_string())
    }
}

/// Whether SQLite refuses the value itself, wherever and whenever it is written.
pub(crate) fn is_of_the_value(error: &rusqlite::Error) -> bool {
    matches!(error, rusqlite::Error::ToSqlConversionFailure(_))
        || matches!(error.sqlite_error_code(), Some(ErrorCode::TooBig | ErrorCode::TypeMismatch))
        || matches!(error.sqlite_error(), Some(failure) if matches!(failure.extended_code, ffi::SQLITE_CONSTRAINT_NOTNULL | ffi::SQLITE_CONSTRAINT_CHECK))
}

/// Whether a number that only this writer gives is taken: somebody else has written into the file.
pub(crate) fn is_clash(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) && !is_of_the_value(error)
}

impl From<rusqlite_migration::Error> for StoreError {
    fn from(error: rusqlite_migration::Error) -> Self {
        match error {
            rusqlite_migration::Error::RusqliteError { err, .. } => err.into(),
            rusqlite_migration::Error::MigrationDefinition(rusqlite_migration::MigrationDefinitionError::DatabaseTooFarAhead) => {
                Self::Newer
            }
            other => Self::Unavailable(other.to_string()),
        }
    }
}
