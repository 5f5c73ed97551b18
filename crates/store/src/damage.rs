//! Pages of the file that cannot be read: what lies behind them still can.

use crate::StoreError;
use std::{ops::Range, path::Path, path::PathBuf, sync::Mutex};
use tokio::sync::watch;

/// What cannot be read, as far as somebody has tried.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Damage {
    /// Sequence numbers, ascending; adjoining ranges are one.
    pub unreadable: Vec<Range<u64>>,
    /// What SQLite said last; empty when nothing was found.
    pub words: String,
}

impl Damage {
    /// Whether it was not known.
    fn add(&mut self, hole: Range<u64>) -> bool {
        let known = &mut self.unreadable;
        let touched = known.partition_point(|range| range.end < hole.start)..known.partition_point(|range| range.start <= hole.end);
        let merged = known[touched.clone()].iter().fold(hole, |all, range| all.start.min(range.start)..all.end.max(range.end));
        if known[touched.clone()] == [merged.clone()] {
            return false;
        }
        known.splice(touched, [merged]);
        true
    }

    /// Events that cannot be read.
    fn events(&self) -> u64 {
        self.unreadable.iter().map(|range| range.end - range.start).sum()
    }
}

/// Where damage is noted: for whoever watches, and beside the file for the next start, which then looks at all of it.
#[derive(Debug)]
pub(crate) struct Notes {
    told: watch::Sender<Damage>,
    /// `None` for a store that is open for reading only: whoever writes it finds out by himself.
    note: Mutex<Option<PathBuf>>,
}

impl Notes {
    pub(crate) fn new(store: &Path, look: bool) -> Self {
        Self { told: watch::Sender::default(), note: Mutex::new((!look).then(|| note_of(store))) }
    }

    pub(crate) fn watch(&self) -> watch::Receiver<Damage> {
        self.told.subscribe()
    }

    /// A hole of sequence numbers; an empty one when it is not known which.
    pub(crate) fn note(&self, hole: Range<u64>, words: &str) {
        if let Some(note) = self.note.lock().expect("no code panics while holding the note").take()
            && let Err(error) = std::fs::write(&note, words)
        {
            tracing::debug!(%error, "The damage was not noted for the next start.");
        }
        self.told.send_if_modified(|damage| {
            let is_news = damage.words != words;
            words.clone_into(&mut damage.words);
            let is_more = !hole.is_empty() && damage.add(hole.clone());
            if is_news {
                let events = damage.events();
                tracing::error!(?hole, events, words, "The event store is damaged; what can be read is read around it.");
            }
            is_news || is_more
        });
    }
}

/// Says that damage was met since the file was last looked at as a whole.
pub(crate) fn note_of(store: &Path) -> PathBuf {
    store.with_extension("damage")
}

/// Numbers that are tried one by one before larger steps are taken.
const ONE_BY_ONE: u64 = 4_096;
/// The larger step: what is skipped by it is looked at again, backwards.
const STEP: u64 = 512;

/// How often a disk is asked before what it does not give is a hole.
const TRIES: usize = 3;

/// Ask until the answer will do, a few times: what a disk does not give once it may give the next time.
pub(crate) fn again<T>(ask: impl Fn() -> Result<T, StoreError>, will_do: impl Fn(&T) -> bool) -> Result<T, StoreError> {
    let mut answer = ask();
    for _ in 1..TRIES {
        match &answer {
            Ok(read) if !will_do(read) => {}
            Err(StoreError::Damaged(_)) => {}
            _ => break,
        }
        answer = ask();
    }
    answer
}

/// The first number after `cursor`, up to `newest`, that can be read.
pub(crate) fn next_readable(
    cursor: u64,
    newest: u64,
    readable: impl Fn(u64) -> Result<bool, StoreError>,
) -> Result<Option<u64>, StoreError> {
    let tried = |number: u64| match again(|| readable(number), |read| *read) {
        Err(StoreError::Damaged(_)) => Ok(false),
        other => other,
    };
    let first = |range: Range<u64>| -> Result<Option<u64>, StoreError> {
        for number in range {
            if tried(number)? {
                return Ok(Some(number));
            }
        }
        Ok(None)
    };
    let near = newest.min(cursor.saturating_add(ONE_BY_ONE));
    if let Some(found) = first(cursor + 1..near + 1)? {
        return Ok(Some(found));
    }
    let mut at = near;
    while at < newest {
        let next = newest.min(at + STEP);
        if tried(next)? {
            return first(at + 1..next + 1);
        }
        at = next;
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holes_that_touch_are_one() {
        let mut damage = Damage::default();
        for hole in [5..6, 9..12, 6..7, 1..2, 7..9] {
            damage.add(hole);
        }
        assert_eq!(damage.unreadable, [1..2, 5..12]);
    }

    #[test]
    fn what_is_read_the_second_time_is_no_hole() {
        let asked = std::cell::Cell::new(0);
        let every_other = |_| {
            asked.set(asked.get() + 1);
            if asked.get() % 2 == 1 { Err(StoreError::Damaged(String::new())) } else { Ok(true) }
        };
        assert_eq!(next_readable(10, 100, every_other).unwrap(), Some(11));
        assert!(again(|| Err::<(), _>(StoreError::Damaged(String::new())), |()| true).is_err());
    }

    #[test]
    fn the_first_readable_number_is_found_behind_small_and_large_holes() {
        for hole in [1, 7, ONE_BY_ONE, ONE_BY_ONE + 1, ONE_BY_ONE + STEP * 3 + 11] {
            let readable = |number| if number <= 10 + hole { Err(StoreError::Damaged(String::new())) } else { Ok(true) };
            assert_eq!(next_readable(10, 100_000, readable).unwrap(), Some(11 + hole));
            assert_eq!(next_readable(10, 10 + hole, readable).unwrap(), None);
        }
        let gone = |_| Err(StoreError::Unavailable(String::new()));
        assert!(next_readable(10, 20, gone).is_err(), "only damage is passed over");
    }
}
