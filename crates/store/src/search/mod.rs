//! History by a plan, as fast as the file allows: blocks that cannot hold a match are passed over by their summaries, events by their columns, payloads by
//! what stands in them, and only what is left is made an event. What has to be read is read by several readers at once.
//!
//! A read never spans more than a block: a long search holds no old state of the file open, and neither the writer nor the folding of the
//! write-ahead log waits for it.

mod block;
mod column;
mod compiled;
mod count;
mod frame;
mod matches;
mod needle;
mod page;
mod rows;
mod scan;
mod summary;
mod tally;
mod walk;

use compiled::Compiled;
pub(crate) use count::count;
pub(crate) use page::{newest_match, page};
pub(crate) use tally::tally;

use crate::{StoreError, names::Names, reader::Reader, shared::Shared};
use std::{
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

/// More readers than this would only wait for each other.
const READERS: usize = 4;

fn readers(shared: &Shared) -> usize {
    if shared.readers.machine.is_simulated() { 1 } else { thread::available_parallelism().map_or(2, |count| count.get().clamp(2, READERS)) }
}

/// Ask something of each of these by several readers, in no order. The answers are in the order of the questions.
pub(crate) fn side_by_side<T: Sync, A: Send>(
    shared: &Shared,
    questions: &[T],
    ask: impl Fn(&Reader<'_>, &T) -> Result<A, StoreError> + Sync,
) -> Result<Vec<A>, StoreError> {
    let next = AtomicUsize::new(0);
    let work = || {
        let connection = shared.readers.take()?;
        let mut answers = Vec::new();
        let worked = {
            let reader = Reader::new(&connection, shared);
            loop {
                let at = next.fetch_add(1, Ordering::Relaxed);
                let Some(question) = questions.get(at) else { break Ok(()) };
                match ask(&reader, question) {
                    Ok(answer) => answers.push((at, answer)),
                    Err(error) => break Err(error),
                }
            }
        };
        shared.readers.put_back(connection);
        worked.map(|()| answers)
    };
    let mut all = thread::scope(|scope| {
        let others: Vec<_> = (1..readers(shared).min(questions.len())).map(|_| scope.spawn(work)).collect();
        let mut all = work()?;
        for other in others {
            all.extend(other.join().unwrap_or_else(|_| Err(StoreError::Unavailable("a reader failed".into())))?);
        }
        Ok::<_, StoreError>(all)
    })?;
    all.sort_unstable_by_key(|(at, _)| *at);
    Ok(all.into_iter().map(|(_, answer)| answer).collect())
}

/// Whoever only looks is told of no new name.
pub(crate) fn refresh(shared: &Shared, reader: &rusqlite::Connection) -> Result<(), StoreError> {
    if shared.look {
        let names = Names::load(reader)?;
        *shared.names.write().expect("no code panics while holding the names") = names;
    }
    Ok(())
}
