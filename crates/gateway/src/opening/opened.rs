//! A log that is open, and why one is not.

use crate::{common::CommonLog, config::Config, error::GatewayError};
use std::sync::Arc;
use watchdeck_store::{Engine, Store, StoreError};

/// An open log.
pub(crate) struct Opened {
    pub(crate) store: Arc<dyn Engine>,
    /// The same, where it is a file.
    pub(crate) file: Option<Store>,
    /// The same, where other gateways may be on it.
    pub(crate) common: Option<Arc<dyn CommonLog>>,
    /// The new name of a damaged file that was found and put aside. The log goes on with what could be read of it, and with another epoch:
    /// consoles see that, and mark the hole.
    pub(crate) set_aside: Option<String>,
}

impl Opened {
    /// A log in a file.
    pub(crate) fn of(store: Store, set_aside: Option<String>) -> Self {
        Self { store: Arc::new(store.clone()), file: Some(store), common: None, set_aside }
    }
}

/// Why the log cannot be used, with where it is.
pub(crate) fn failed(config: &Config, source: StoreError) -> GatewayError {
    match config.log_address() {
        Ok(Some(address)) => GatewayError::Database { place: address.to_string(), source },
        _ => GatewayError::Log { path: config.log_path(), source },
    }
}
