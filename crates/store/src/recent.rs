//! The newest commits, kept in memory so that subscribers near the head do not read the disk.

use crate::{Chunk, Stored};
use std::{collections::VecDeque, sync::Arc};

/// Bounded by count and by bytes; the oldest commits go first. Whoever needs them reads the disk.
#[derive(Debug)]
pub(crate) struct Recent {
    /// Sequence number before the oldest commit kept.
    floor: u64,
    events: usize,
    bytes: usize,
    commits: VecDeque<(Arc<Vec<Stored>>, usize)>,
}

const MAX_EVENTS: usize = 32_768;
const MAX_BYTES: usize = 24 << 20;

impl Recent {
    pub(crate) fn new(head: u64) -> Self {
        Self { floor: head, events: 0, bytes: 0, commits: VecDeque::new() }
    }

    pub(crate) fn push(&mut self, commit: Arc<Vec<Stored>>) {
        let bytes = commit.iter().map(Stored::bytes).sum();
        self.events += commit.len();
        self.bytes += bytes;
        self.commits.push_back((commit, bytes));
        while self.commits.len() > 1 && (self.events > MAX_EVENTS || self.bytes > MAX_BYTES) {
            if let Some((oldest, bytes)) = self.commits.pop_front() {
                self.events -= oldest.len();
                self.bytes -= bytes;
                self.floor = oldest.last().map_or(self.floor, |stored| stored.seq);
            }
        }
    }

    /// The rest of the commit that holds the event after `cursor`; `None` when it is no longer (or not yet) here.
    pub(crate) fn after(&self, cursor: u64) -> Option<Chunk> {
        if cursor < self.floor {
            return None;
        }
        let index = self.commits.partition_point(|(commit, _)| commit.last().is_none_or(|last| last.seq <= cursor));
        let (commit, _) = self.commits.get(index)?;
        let first = commit.first()?.seq;
        Some(Chunk::new(Arc::clone(commit), (cursor + 1 - first) as usize))
    }

    /// The events after `cursor` up to `upto`, at most `bytes` of them and one at least; `None` when the first is no longer here.
    pub(crate) fn between(&self, cursor: u64, upto: u64, bytes: usize) -> Option<Vec<Chunk>> {
        if cursor < self.floor {
            return None;
        }
        let (mut chunks, mut used) = (Vec::new(), 0);
        let index = self.commits.partition_point(|(commit, _)| commit.last().is_none_or(|last| last.seq <= cursor));
        for (commit, size) in self.commits.range(index..) {
            let Some(first) = commit.first().map(|stored| stored.seq) else { continue };
            let from = (cursor + 1).saturating_sub(first) as usize;
            let to = commit.len().min((upto + 1).saturating_sub(first) as usize);
            if from >= to {
                break;
            }
            let room = bytes.saturating_sub(used);
            let taken = if *size <= room {
                used += size;
                to - from
            } else {
                let fits = |stored: &&Stored| {
                    used += stored.bytes();
                    used <= bytes
                };
                commit.get(from..to).unwrap_or_default().iter().take_while(fits).count().max(usize::from(chunks.is_empty()))
            };
            if taken > 0 {
                chunks.push(Chunk::part(Arc::clone(commit), from..from + taken));
            }
            if taken < to - from {
                break;
            }
        }
        Some(chunks)
    }
}
