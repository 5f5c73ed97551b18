//! What PostgreSQL says, in the store's terms; and what is wrong just now, for whoever watches.

use deadpool_postgres::PoolError;
use std::{error::Error as _, sync::Mutex};
use tokio::sync::watch;
use tokio_postgres::{Error, error::SqlState};
use watchdeck_store::StoreError;

/// A result of the client's, in the store's terms.
pub(crate) trait Io<T> {
    /// As [`failed`].
    fn io(self) -> Result<T, StoreError>;
}

impl<T> Io<T> for Result<T, Error> {
    fn io(self) -> Result<T, StoreError> {
        self.map_err(|error| failed(&error))
    }
}

/// What to do about it, where that is known.
fn remedy(code: &SqlState) -> &'static str {
    match *code {
        SqlState::INVALID_PASSWORD | SqlState::INVALID_AUTHORIZATION_SPECIFICATION => {
            "; check user and password (in an address @ is written %40, : %3A, / %2F, % %25), and the server's pg_hba.conf"
        }
        SqlState::INVALID_CATALOG_NAME => "; create it: CREATE DATABASE … OWNER … ENCODING 'UTF8'",
        SqlState::INSUFFICIENT_PRIVILEGE => "; let this user own the database, or grant it CREATE there",
        SqlState::TOO_MANY_CONNECTIONS => "; a gateway needs about 12 connections: raise max_connections",
        SqlState::READ_ONLY_SQL_TRANSACTION => {
            "; this server only reads: name the one that writes (or all, with target_session_attrs=read-write)"
        }
        _ => "",
    }
}

/// What the server or the client said, with everything behind it. Neither ever says a password.
fn words(error: &Error) -> String {
    if let Some(said) = error.as_db_error() {
        return format!("{}{}", said.message(), remedy(said.code()));
    }
    let mut words = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        let text = error.to_string();
        if !words.contains(&text) {
            words = format!("{words}: {text}");
        }
        source = error.source();
    }
    if words.contains("server does not support TLS") {
        words += "; let it, or write ?sslmode=disable behind the address to go without";
    } else if words.contains("certificate") {
        words += "; name the authority that signed it as log_ca_file, or write ?sslmode=disable behind the address to go without TLS";
    }
    words
}

pub(crate) fn failed(error: &Error) -> StoreError {
    match error.code() {
        Some(&SqlState::DISK_FULL) => StoreError::Full(words(error)),
        Some(&SqlState::DATA_CORRUPTED | &SqlState::INDEX_CORRUPTED) => StoreError::Damaged(words(error)),
        _ => StoreError::Unavailable(words(error)),
    }
}

/// Why no connection was to be had.
pub(crate) fn unavailable(error: &PoolError) -> StoreError {
    match error {
        PoolError::Backend(error) => failed(error),
        PoolError::PostCreateHook(deadpool_postgres::HookError::Backend(error)) => failed(error),
        PoolError::Timeout(_) => StoreError::Unavailable("no connection was to be had in time".into()),
        PoolError::Closed => StoreError::Closed,
        other => StoreError::Unavailable(other.to_string()),
    }
}

/// Why the server refuses the value itself, wherever and whenever it is written.
pub(crate) fn refused_value(error: &Error) -> Option<String> {
    let code = error.code()?;
    let of_the_value = ["22", "54"].iter().any(|class| code.code().starts_with(class)) || *code == SqlState::NOT_NULL_VIOLATION;
    of_the_value.then(|| words(error))
}

/// What is wrong just now: a failed write until one succeeds, and a server that cannot be reached until it can.
#[derive(Debug)]
pub(crate) struct Failures {
    open: Mutex<Open>,
    told: watch::Sender<Option<String>>,
}

#[derive(Debug, Default)]
struct Open {
    writing: Option<String>,
    reaching: Option<String>,
}

impl Failures {
    pub(crate) fn new() -> Self {
        Self { open: Mutex::default(), told: watch::Sender::new(None) }
    }

    pub(crate) fn watch(&self) -> watch::Receiver<Option<String>> {
        self.told.subscribe()
    }

    /// A write succeeded: the server is there, and takes them.
    pub(crate) fn written(&self) {
        self.change(|open| *open = Open::default());
    }

    /// The server answered.
    pub(crate) fn reached(&self) {
        self.change(|open| open.reaching = None);
    }

    /// It did not, or did not take a write.
    pub(crate) fn met(&self, error: &StoreError) {
        self.change(|open| match error {
            StoreError::Unavailable(_) => open.reaching = Some(error.to_string()),
            StoreError::Full(_) | StoreError::Damaged(_) => open.writing = Some(error.to_string()),
            _ => {}
        });
    }

    fn change(&self, change: impl FnOnce(&mut Open)) {
        let words = {
            let mut open = self.open.lock().expect("no code panics while holding the failures");
            change(&mut open);
            open.writing.clone().or_else(|| open.reaching.clone())
        };
        self.told.send_if_modified(|told| {
            let changed = *told != words;
            *told = words;
            changed
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_does_not_hide_that_nothing_is_taken() {
        let failures = Failures::new();
        let watch = failures.watch();
        failures.met(&StoreError::Full("no space".into()));
        failures.met(&StoreError::Unavailable("gone".into()));
        failures.reached();
        assert!(watch.borrow().as_ref().is_some_and(|words| words.contains("no space")));
        failures.written();
        assert_eq!(*watch.borrow(), None);
        failures.met(&StoreError::Refused { event: None, reason: "too long".into() });
        assert_eq!(*watch.borrow(), None, "a refused value says nothing of the server");
    }
}
