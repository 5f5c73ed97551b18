//! Who is at the door: connections that have not shown that they may be here.
//!
//! A stranger is a connection before its first accepted request. Strangers share a part of the file descriptors and cannot take more:
//! when there are as many as may be, the one that waited longest of the address that has most of them is shown out. So however many
//! silent sockets somebody opens, whoever comes with a request gets in, and sessions are not among those who are counted.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    net::IpAddr,
    sync::{Arc, Mutex},
};
use tokio_util::sync::CancellationToken;

/// Strangers at a time, at most.
const MOST_STRANGERS: usize = 512;
/// Descriptors that nobody outside may use: the log, Redis, readers, what comes tomorrow.
const RESERVE: usize = 64;

/// How many connections of each sort there may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Seats {
    pub(crate) sessions: usize,
    pub(crate) strangers: usize,
}

impl Seats {
    /// Divide `descriptors`, the most that this process may open, so that neither sort can take the other's; `wanted` sessions at most.
    pub(crate) fn divide(descriptors: usize, wanted: usize) -> Self {
        let free = descriptors.saturating_sub(RESERVE).max(8);
        let strangers = (free / 4).clamp(2, MOST_STRANGERS);
        Self { sessions: wanted.min(free - strangers), strangers }
    }
}

/// See the [module docs](self).
#[derive(Debug)]
pub(crate) struct Door {
    most: usize,
    waiting: Mutex<Waiting>,
}

#[derive(Debug, Default)]
struct Waiting {
    next: u64,
    strangers: BTreeMap<u64, (IpAddr, CancellationToken)>,
    by_address: HashMap<IpAddr, BTreeSet<u64>>,
    shown_out: u64,
}

impl Door {
    pub(crate) fn new(most: usize) -> Arc<Self> {
        Arc::new(Self { most, waiting: Mutex::default() })
    }

    /// Somebody came. May show another one out.
    pub(crate) fn enter(self: &Arc<Self>, from: IpAddr) -> Guest {
        let mut waiting = self.lock();
        while waiting.strangers.len() >= self.most {
            waiting.show_one_out();
        }
        let number = waiting.next;
        waiting.next += 1;
        let leave = CancellationToken::new();
        waiting.strangers.insert(number, (from, leave.clone()));
        waiting.by_address.entry(from).or_default().insert(number);
        Guest { door: Arc::clone(self), from, number, leave }
    }

    /// Descriptors ran out all the same: show a quarter of the strangers out.
    pub(crate) fn make_room(&self) {
        let mut waiting = self.lock();
        for _ in 0..waiting.strangers.len().div_ceil(4) {
            waiting.show_one_out();
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Waiting> {
        self.waiting.lock().expect("no code panics while holding the door")
    }
}

impl Waiting {
    fn show_one_out(&mut self) {
        let crowd = self.by_address.values().max_by_key(|numbers| (numbers.len(), std::cmp::Reverse(numbers.first().copied())));
        let Some(oldest) = crowd.and_then(BTreeSet::first).copied() else { return };
        if let Some(leave) = self.remove(oldest) {
            leave.cancel();
        }
        self.shown_out += 1;
        if self.shown_out.is_power_of_two() {
            let (total, strangers) = (self.shown_out, self.strangers.len());
            tracing::warn!(total, strangers, "Too many connections that ask for nothing; the oldest is closed.");
        }
    }

    fn remove(&mut self, number: u64) -> Option<CancellationToken> {
        let (from, leave) = self.strangers.remove(&number)?;
        if let Some(numbers) = self.by_address.get_mut(&from) {
            numbers.remove(&number);
            if numbers.is_empty() {
                self.by_address.remove(&from);
            }
        }
        Some(leave)
    }
}

/// One connection, while it is a stranger and after.
#[derive(Debug)]
pub(crate) struct Guest {
    door: Arc<Door>,
    from: IpAddr,
    number: u64,
    leave: CancellationToken,
}

impl Guest {
    /// It showed that it may be here: it is counted no more, and not shown out.
    pub(crate) fn is_known(&self) {
        self.door.lock().remove(self.number);
    }

    /// From where it came.
    pub(crate) fn from(&self) -> Option<String> {
        Some(self.from.to_string())
    }

    /// Resolves when it has to go.
    pub(crate) async fn shown_out(&self) {
        self.leave.cancelled().await;
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        self.is_known();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(last: u8) -> IpAddr {
        IpAddr::from([10, 0, 0, last])
    }

    #[test]
    fn the_oldest_of_the_largest_crowd_goes_first() {
        let door = Door::new(4);
        let alone = door.enter(at(1));
        let crowd: Vec<_> = (0..3).map(|_| door.enter(at(2))).collect();
        let late = door.enter(at(3));
        assert!(crowd[0].leave.is_cancelled() && !alone.leave.is_cancelled(), "the crowd pays for itself");
        crowd[1].is_known();
        let more: Vec<_> = (0..9).map(|_| door.enter(at(2))).collect();
        assert!(!crowd[1].leave.is_cancelled(), "who is known stays");
        assert!(!alone.leave.is_cancelled() && !late.leave.is_cancelled() && !more[8].leave.is_cancelled());
        assert_eq!(door.lock().strangers.len(), 4);
        drop((alone, crowd, late, more));
        assert!(door.lock().by_address.is_empty() && door.lock().strangers.is_empty());
    }

    #[test]
    fn descriptors_are_divided_so_that_neither_sort_takes_the_others() {
        assert_eq!(Seats::divide(1_024, 10_000), Seats { sessions: 720, strangers: 240 });
        assert_eq!(Seats::divide(1 << 20, 10_000), Seats { sessions: 10_000, strangers: MOST_STRANGERS });
        assert_eq!(Seats::divide(0, 5), Seats { sessions: 5, strangers: 2 }, "unknown is not none");
    }
}
