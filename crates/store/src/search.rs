//! History, newest first, as fast as the file allows: blocks that cannot hold a match are passed over by their summaries, rows by their numbers,
//! and what is left is read by several readers at once.
//!
//! A read never spans more than a block: a long search holds no old state of the file open, and neither the writer nor the folding of the
//! write-ahead log waits for it.

use crate::{Limit, StoreError, Stored, reader::Reader, shared::Shared, sieve::Tests};
use std::{ops::Range, thread};
use watchdeck_filter::Sieve;

/// What to look for.
#[derive(Debug, Clone)]
pub struct Search {
    /// Only events before this one; from the newest without it.
    pub before: Option<u64>,
    /// Only events after this one: whoever looks again names the newest that was looked at, and pays for what is new only.
    pub after: u64,
    /// Hits at which to stop. Large hits stop it sooner.
    pub limit: usize,
    /// Events to read at most, without those in blocks that are passed over.
    pub max_read: u64,
    /// What is known of a match beforehand.
    pub sieve: Sieve,
}

impl Default for Search {
    fn default() -> Self {
        Self { before: None, after: 0, limit: usize::MAX, max_read: u64::MAX, sieve: Sieve::default() }
    }
}

/// A page of a search.
#[derive(Debug, Clone, Default)]
pub struct Scan {
    /// Newest first.
    pub hits: Vec<Stored>,
    /// Where to go on; `None` when everything was looked at.
    pub next_before: Option<u64>,
    /// Events looked at or passed over.
    pub scanned: u64,
}

/// Blocks that one reader takes at a time.
const STRETCH: u64 = 4;
/// More readers than this would only wait for each other.
const READERS: usize = 4;

pub(crate) type Keep = dyn Fn(&Stored) -> bool + Send + Sync;

/// One search at work.
struct Run<'a> {
    shared: &'a Shared,
    search: &'a Search,
    tests: &'a Tests,
    keep: &'a Keep,
}

/// What one reader found in its stretch, and where it stopped before its end.
type Found = (Vec<Stored>, Option<u64>);

/// Search. Blocking.
pub(crate) fn run(shared: &Shared, search: &Search, keep: &Keep) -> Result<Scan, StoreError> {
    let tests = Tests::of(&search.sieve, &shared.names);
    let connection = shared.readers.take()?;
    let scan = Run { shared, search, tests: &tests, keep }.all(&Reader::new(&connection, shared));
    shared.readers.put_back(connection);
    scan
}

impl Run<'_> {
    fn all(&self, reader: &Reader<'_>) -> Result<Scan, StoreError> {
        let (bottom, newest) = (self.search.after.saturating_add(1), reader.newest());
        let top = self.search.before.unwrap_or(u64::MAX).min(newest + 1);
        let mut scan = Scan::default();
        let (mut at, mut readers, mut allowed) = (top, 0, self.search.max_read);
        if self.tests.is_hopeless() {
            at = bottom;
        }
        while at > bottom && scan.next_before.is_none() {
            let mut stretches = Vec::new();
            // The newest block alone, which is enough for most pages; then more and more.
            let wanted = if readers == 0 { 1 } else { readers * STRETCH };
            while at > bottom && allowed > 0 && (stretches.len() as u64) < wanted {
                let (range, block) = reader.stretch(at)?;
                let high = std::mem::replace(&mut at, range.start.max(bottom));
                let summary = block.map(|number| reader.summary(number)).transpose()?.flatten();
                if summary.is_some_and(|summary| !self.tests.may_be_in(&summary)) {
                    continue;
                }
                at = at.max(high.saturating_sub(allowed));
                allowed -= high - at;
                stretches.push(at..high);
            }
            self.gather(&stretches, readers.max(1) as usize, reader, &mut scan)?;
            if scan.next_before.is_none() && allowed == 0 && at > bottom {
                scan.next_before = Some(at);
            }
            readers = (readers + 1).min(READERS as u64).min(thread::available_parallelism().map_or(1, |n| n.get() as u64).max(2));
        }
        let end = scan.next_before.unwrap_or(bottom.min(top));
        scan.scanned = top - end;
        scan.next_before = scan.next_before.filter(|next| *next > bottom);
        Ok(scan)
    }

    /// Read the stretches, and take over what was found up to the limit.
    fn gather(&self, stretches: &[Range<u64>], readers: usize, reader: &Reader<'_>, scan: &mut Scan) -> Result<(), StoreError> {
        if stretches.is_empty() {
            return Ok(());
        }
        let wanted = self.search.limit.saturating_sub(scan.hits.len()).max(1);
        let mut parts = stretches.chunks(stretches.len().div_ceil(readers));
        let first = parts.next().unwrap_or_default();
        let found = thread::scope(|scope| {
            let others: Vec<_> = parts.map(|part| scope.spawn(move || self.read_apart(part, wanted))).collect();
            let mut found = vec![self.read(first, wanted, reader)];
            found.extend(
                others.into_iter().map(|other| other.join().unwrap_or_else(|_| Err(StoreError::Unavailable("a reader failed".into())))),
            );
            found
        });
        for found in found {
            let (hits, stopped) = found?;
            let room = self.search.limit.saturating_sub(scan.hits.len());
            scan.hits.extend(hits.into_iter().take(room));
            let full = scan.hits.len() >= self.search.limit || scan.hits.iter().map(Stored::bytes).sum::<usize>() >= Limit::BYTES;
            scan.next_before = if full { scan.hits.last().map(|last| last.seq) } else { stopped };
            if scan.next_before.is_some() {
                break;
            }
        }
        Ok(())
    }

    fn read_apart(&self, part: &[Range<u64>], wanted: usize) -> Result<Found, StoreError> {
        let connection = self.shared.readers.take()?;
        let found = self.read(part, wanted, &Reader::new(&connection, self.shared));
        self.shared.readers.put_back(connection);
        found
    }

    fn read(&self, part: &[Range<u64>], wanted: usize, reader: &Reader<'_>) -> Result<Found, StoreError> {
        let (mut hits, mut bytes) = (Vec::new(), 0);
        for range in part {
            let stopped = reader.backwards(range.clone(), self.tests, |stored| {
                if (self.keep)(&stored) {
                    bytes += stored.bytes();
                    hits.push(stored);
                }
                hits.len() < wanted && bytes < Limit::BYTES
            })?;
            if stopped.is_some() {
                return Ok((hits, stopped));
            }
        }
        Ok((hits, None))
    }
}
