//! Why the gateway did not start.

use crate::{access::users::UsersError, config::ConfigError};
use std::{net::SocketAddr, path::PathBuf};
use watchdeck_store::StoreError;

/// Why the gateway did not start.
#[derive(Debug, thiserror::Error)]
pub enum GatewayError {
    /// The configuration is refused.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The file of users cannot be used.
    #[error(transparent)]
    Users(#[from] UsersError),
    /// The folder of the log cannot be made.
    #[error("the data folder {} cannot be used: {reason}. Set `data_dir` to a folder that this user may write", path.display())]
    DataDir {
        /// The folder.
        path: PathBuf,
        /// In words.
        reason: String,
    },
    /// The log cannot be opened.
    #[error("{}", unopened(path, source))]
    Log {
        /// The file.
        path: PathBuf,
        /// Why.
        source: StoreError,
    },
    /// The log's database cannot be used.
    #[error("the log cannot be opened ({place}): {source}. Correct `log`, or what is wrong there, and start again")]
    Database {
        /// Where it is, without its password.
        place: String,
        /// Why.
        source: StoreError,
    },
    /// The address cannot be listened on.
    #[error("cannot listen on {addr}: {reason}. Set `listen` to a free address of this machine")]
    Listen {
        /// The address.
        addr: SocketAddr,
        /// In words.
        reason: String,
    },
}

/// The cause once: whoever holds the file is named with it.
fn unopened(path: &std::path::Path, source: &StoreError) -> String {
    match source {
        StoreError::InUse(_) => source.to_string(),
        _ => format!("the log {} cannot be opened: {source}", path.display()),
    }
}
