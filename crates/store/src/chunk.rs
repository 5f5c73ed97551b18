//! Consecutive events of one commit or one page.

use crate::Stored;
use std::{
    ops::{Deref, Range},
    sync::Arc,
};

/// Some consecutive events, shared and not copied.
#[derive(Debug, Clone)]
pub struct Chunk {
    commit: Arc<Vec<Stored>>,
    range: Range<usize>,
}

impl Chunk {
    /// The rest of a commit or a page, from a place in it on.
    #[must_use]
    pub fn new(commit: Arc<Vec<Stored>>, from: usize) -> Self {
        let range = from..commit.len();
        Self { commit, range }
    }

    /// A part of a commit, by places in it.
    pub(crate) fn part(commit: Arc<Vec<Stored>>, range: Range<usize>) -> Self {
        Self { commit, range }
    }
}

impl Deref for Chunk {
    type Target = [Stored];

    fn deref(&self) -> &[Stored] {
        self.commit.get(self.range.clone()).unwrap_or_default()
    }
}
