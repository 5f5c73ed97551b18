//! How entries hold together. Pure.

use super::entry::Entry;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// An entry in its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Link {
    #[serde(flatten)]
    pub(super) entry: Entry,
    /// Hash of the entry before; of the first, nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) before: Option<String>,
    /// Of the first: the chains that it goes on from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) after: Vec<End>,
}

/// How far a chain goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct End {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) chain: String,
    /// Number of its last entry, from 1.
    pub(super) number: u64,
    /// Hash of that entry.
    pub(super) hash: String,
    /// A later chain goes on from it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) continued: bool,
}

impl Link {
    pub(super) fn read(body: &str) -> Option<Self> {
        serde_json::from_str(body).ok()
    }
}

/// What an entry is kept under. Keys of one chain are in the order of its entries.
pub(super) fn key(chain: &str, number: u64) -> String {
    format!("{chain}:{number:012}")
}

/// Chain and number of a key.
pub(super) fn place(key: &str) -> Option<(&str, u64)> {
    let (chain, number) = key.rsplit_once(':')?;
    Some((chain, number.parse().ok()?))
}

/// The hash of an entry in its place: what is in it, byte for byte, and where it stands.
pub(super) fn hash(key: &str, body: &str) -> String {
    let mut hash = Sha256::new();
    for part in [key, body] {
        hash.update(part.len().to_le_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
