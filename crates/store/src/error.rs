//! What can go wrong, told apart only where somebody acts differently.

/// Why the store could not do it. Nothing was half done.
#[derive(Debug, Clone, thiserror::Error)]
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
    /// [`Store::close`](crate::Store::close) was called.
    #[error("the event store is closed")]
    Closed,
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode;
        let text = error.to_string();
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full(text),
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Damaged(text),
            _ => Self::Unavailable(text),
        }
    }
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
