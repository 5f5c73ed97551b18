//! Who has a store open, for whoever comes second.

use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Who has the store open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// The file of the store.
    pub path: PathBuf,
    /// The process; `None` where its note cannot be read.
    pub process: Option<Process>,
}

/// A process that holds a store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Process {
    /// Its number.
    pub pid: u32,
    /// The name of its program.
    pub program: String,
    /// When it opened the store, local time, for people.
    pub since: String,
}

impl std::fmt::Display for Holder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} is in use by ", self.path.display())?;
        match &self.process {
            Some(Process { pid, program, since }) => write!(f, "{program} (process {pid}, since {since})"),
            None => write!(f, "another program"),
        }
    }
}
