//! The keychain of this system: the Secret Service on Linux, Keychain Services on macOS, the Credential Manager on Windows.
//!
//! The stores behind the `keyring` crate are used without its front: that one connects once per process and, where the keychain was not there
//! yet at that instant, never again.

use super::keychain::{Keychain, KeychainError};
use keyring_core::{CredentialStore, Entry, Error};
use std::sync::{Arc, Mutex};

/// Names us in the keychain.
const SERVICE: &str = "Watchdeck";

/// See the [module docs](self). Connects at the first use, and anew after a failure.
#[derive(Debug, Default)]
pub struct SystemKeychain {
    store: Mutex<Option<Arc<CredentialStore>>>,
}

impl SystemKeychain {
    fn with<T>(&self, account: &str, work: impl FnOnce(&Entry) -> Result<T, Error>) -> Result<T, Error> {
        let mut kept = self.store.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        // Taken out while it is used: after a failure, or a panic in the library, the next use connects anew.
        let store = match kept.take() {
            Some(store) => store,
            None => connect()?,
        };
        let answer = work(&store.build(SERVICE, account, None)?);
        if matches!(answer, Ok(_) | Err(Error::NoEntry)) {
            *kept = Some(store);
        }
        answer
    }
}

fn connect() -> Result<Arc<CredentialStore>, Error> {
    #[cfg(any(target_os = "linux", target_os = "freebsd"))]
    let store = zbus_secret_service_keyring_store::Store::new()?;
    #[cfg(target_os = "macos")]
    let store = apple_native_keyring_store::keychain::Store::new()?;
    #[cfg(target_os = "windows")]
    let store = windows_native_keyring_store::Store::new()?;
    Ok(store)
}

/// In the library's words. It quotes attributes and causes, never a secret; its `Debug` may.
fn plain(error: &Error) -> KeychainError {
    KeychainError(error.to_string())
}

impl Keychain for SystemKeychain {
    fn get(&self, account: &str) -> Result<Option<String>, KeychainError> {
        match self.with(account, Entry::get_password) {
            Ok(secret) => Ok(Some(secret)),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(plain(&error)),
        }
    }

    fn set(&self, account: &str, secret: &str) -> Result<(), KeychainError> {
        self.with(account, |entry| entry.set_password(secret)).map_err(|error| plain(&error))
    }

    fn delete(&self, account: &str) -> Result<(), KeychainError> {
        match self.with(account, Entry::delete_credential) {
            Ok(()) | Err(Error::NoEntry) => Ok(()),
            Err(error) => Err(plain(&error)),
        }
    }
}
