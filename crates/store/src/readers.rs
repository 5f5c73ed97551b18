//! Read-only connections, kept for the next question.

use crate::{Machine, StoreError, schema};
use rusqlite::Connection;
use std::{
    path::{Path, PathBuf},
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

/// Idle read-only connections. More are opened as needed and at most [`KEPT`] are kept.
#[derive(Debug)]
pub(crate) struct Readers {
    path: PathBuf,
    pub(crate) machine: Machine,
    idle: Mutex<Vec<Connection>>,
    asked: AtomicU64,
}

const KEPT: usize = 4;

impl Readers {
    pub(crate) fn new(path: &Path, machine: Machine) -> Self {
        Self { path: path.to_owned(), machine, idle: Mutex::default(), asked: AtomicU64::new(0) }
    }

    /// For a question that somebody waits for.
    pub(crate) fn take(&self) -> Result<Connection, StoreError> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        self.take_aside()
    }

    /// For work that nobody waits for.
    pub(crate) fn take_aside(&self) -> Result<Connection, StoreError> {
        if let Some(connection) = self.idle.lock().expect("no code panics while holding the readers").pop() {
            return Ok(connection);
        }
        schema::open_reader(&self.path, self.machine)
    }

    /// How many questions there were.
    pub(crate) fn asked(&self) -> u64 {
        self.asked.load(Ordering::Relaxed)
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
