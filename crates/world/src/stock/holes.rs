//! Where messages may be missing.

use std::{collections::VecDeque, sync::Arc};

/// Places of gap markers, of which those of one realm count.
pub(super) struct Holes<'a> {
    pub(super) of: &'a Arc<str>,
    pub(super) all: &'a VecDeque<(Arc<str>, u64)>,
}

impl Holes<'_> {
    /// Whether any is between two places.
    pub(super) fn between(&self, from: u64, to: u64) -> bool {
        self.all.iter().any(|(realm, seq)| realm == self.of && from < *seq && *seq < to)
    }
}
