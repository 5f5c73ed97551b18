//! The packs in Settings: what is in force of each file, and what is wrong with it.

use serde::{Deserialize, Serialize};

/// The user's packs: what is in force of each, and what is wrong.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct PacksView {
    /// The folder in which they lie; it need not be there.
    pub folder: String,
    /// Why the folder cannot be read.
    pub unreadable: Option<String>,
    /// In the order in which they count, the last one most.
    pub packs: Vec<PackView>,
}

/// One pack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct PackView {
    /// The file's name.
    pub file: String,
    /// Kinds that it speaks of, by what is in force.
    pub kinds: u32,
    /// Something of it is in force: itself, or with a problem what it said when it was last good.
    pub in_force: bool,
    /// Why the file as it stands is not.
    pub problem: Option<PackProblemView>,
}

/// What is wrong with a pack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(export)]
pub struct PackProblemView {
    /// Counted from 1; `None` for a file that cannot be read at all.
    pub line: Option<u32>,
    /// In characters, counted from 1.
    pub column: Option<u32>,
    /// The key, where it is a value that makes no sense.
    pub key: Option<String>,
    /// What is wrong, and what to write instead.
    pub reason: String,
}
