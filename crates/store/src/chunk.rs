//! Consecutive events of one commit or one page.

use crate::Stored;
use std::{ops::Deref, sync::Arc};

/// Some consecutive events, shared and not copied.
#[derive(Debug, Clone)]
pub struct Chunk {
    commit: Arc<Vec<Stored>>,
    from: usize,
}

impl Chunk {
    pub(crate) fn new(commit: Arc<Vec<Stored>>, from: usize) -> Self {
        Self { commit, from }
    }
}

impl Deref for Chunk {
    type Target = [Stored];

    fn deref(&self) -> &[Stored] {
        self.commit.get(self.from..).unwrap_or_default()
    }
}
