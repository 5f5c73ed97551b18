//! A setting as it is compared with what it was.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;

/// How a setting stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Setting {
    /// In words.
    Words(String),
    /// By a part of its hash: enough to see that it changed, too little to guess it by.
    Digest(u32),
}

impl Setting {
    pub(crate) fn digest<'p>(parts: impl IntoIterator<Item = &'p str>) -> Self {
        let mut hash = Sha256::new();
        for part in parts {
            hash.update(part.len().to_le_bytes());
            hash.update(part.as_bytes());
        }
        Self::Digest(hash.finalize().iter().take(4).fold(0, |all, byte| all << 8 | u32::from(*byte)))
    }

    /// What it is, where that can be shown.
    pub(crate) fn words(&self) -> Option<&str> {
        match self {
            Self::Words(words) => Some(words),
            Self::Digest(_) => None,
        }
    }
}

/// Settings by their names.
pub(crate) type Settings = BTreeMap<String, Setting>;
