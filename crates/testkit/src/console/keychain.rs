//! A keychain in memory. While locked it waits for a person, as the real ones do; it forgets everything with the value.

use std::{
    collections::BTreeMap,
    sync::{Condvar, Mutex},
};
use watchdeck_console::secrets::{Keychain, KeychainError};

/// See the [module docs](self).
#[derive(Debug, Default)]
pub struct Memory {
    kept: Mutex<BTreeMap<String, String>>,
    locked: Mutex<bool>,
    turned: Condvar,
}

impl Memory {
    /// Locks it, or unlocks it.
    pub fn lock(&self, locked: bool) {
        *self.locked.lock().unwrap() = locked;
        self.turned.notify_all();
    }

    /// The secrets that it keeps.
    #[must_use]
    pub fn kept(&self) -> Vec<String> {
        self.kept.lock().unwrap().values().cloned().collect()
    }

    fn open(&self) {
        drop(self.turned.wait_while(self.locked.lock().unwrap(), |locked| *locked).unwrap());
    }
}

impl Keychain for Memory {
    fn get(&self, account: &str) -> Result<Option<String>, KeychainError> {
        self.open();
        Ok(self.kept.lock().unwrap().get(account).cloned())
    }

    fn set(&self, account: &str, secret: &str) -> Result<(), KeychainError> {
        self.open();
        self.kept.lock().unwrap().insert(account.to_owned(), secret.to_owned());
        Ok(())
    }

    fn delete(&self, account: &str) -> Result<(), KeychainError> {
        self.open();
        self.kept.lock().unwrap().remove(account);
        Ok(())
    }
}
