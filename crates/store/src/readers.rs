//! Read-only connections, kept for the next question.

use crate::{Machine, StoreError, schema};
use rusqlite::Connection;
use std::{
    path::{Path, PathBuf},
    sync::Mutex,
};

/// Idle read-only connections. More are opened as needed and at most [`KEPT`] are kept.
#[derive(Debug)]
pub(crate) struct Readers {
    path: PathBuf,
    pub(crate) machine: Machine,
    idle: Mutex<Vec<Connection>>,
}

const KEPT: usize = 4;

impl Readers {
    pub(crate) fn new(path: &Path, machine: Machine) -> Self {
        Self { path: path.to_owned(), machine, idle: Mutex::default() }
    }

    pub(crate) fn take(&self) -> Result<Connection, StoreError> {
        if let Some(connection) = self.idle.lock().expect("no code panics while holding the readers").pop() {
            return Ok(connection);
        }
        schema::open_reader(&self.path, self.machine)
    }

    pub(crate) fn put_back(&self, connection: Connection) {
        let mut idle = self.idle.lock().expect("no code panics while holding the readers");
        if idle.len() < KEPT {
            idle.push(connection);
        }
    }

    pub(crate) fn close(&self) {
        self.idle.lock().expect("no code panics while holding the readers").clear();
    }
}
