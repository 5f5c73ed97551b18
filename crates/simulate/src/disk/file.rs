//! One file: as it is, as it would be after a power cut, and the changes between the two.

use super::locks::{Levels, Slots};
use crate::chance::Chance;
use std::sync::{Arc, atomic::AtomicU64};

/// What is written as one, or not.
const SECTOR: usize = 512;

#[derive(Debug)]
enum Change {
    Write { at: usize, bytes: Vec<u8> },
    Size(usize),
}

/// See the [module docs](self).
#[derive(Debug, Default)]
pub(super) struct File {
    now: Vec<u8>,
    safe: Vec<u8>,
    unsynced: Vec<Change>,
    pub(super) locks: Levels,
    pub(super) slots: Slots,
    regions: Vec<Arc<[AtomicU64]>>,
}

impl File {
    pub(super) fn size(&self) -> usize {
        self.now.len()
    }

    pub(super) fn read(&self, at: usize, into: &mut [u8]) -> usize {
        let there = self.now.get(at..).unwrap_or_default();
        let length = there.len().min(into.len());
        into[..length].copy_from_slice(&there[..length]);
        length
    }

    pub(super) fn write(&mut self, at: usize, bytes: &[u8]) {
        put(&mut self.now, at, bytes);
        self.unsynced.push(Change::Write { at, bytes: bytes.to_owned() });
    }

    pub(super) fn truncate(&mut self, size: usize) {
        self.now.resize(size, 0);
        self.unsynced.push(Change::Size(size));
    }

    pub(super) fn sync(&mut self) {
        for change in self.unsynced.drain(..) {
            match change {
                Change::Write { at, bytes } => put(&mut self.safe, at, &bytes),
                Change::Size(size) => self.safe.resize(size, 0),
            }
        }
    }

    /// Whoever had it open is dead. With chance, the power was cut: answers how many changes were not synced.
    pub(super) fn die(&mut self, power_cut: Option<&mut Chance>) -> usize {
        self.locks = Levels::default();
        self.slots = Slots::default();
        self.forget_regions();
        let Some(chance) = power_cut else { return 0 };
        let under_way = std::mem::take(&mut self.unsynced);
        let count = under_way.len();
        // The first ones had the time; of the others, none, some or all sectors made it.
        let whole = chance.below(count as u64 + 1) as usize;
        let odds = chance.below(3);
        let mut made_it = |index: usize| index < whole || odds == 2 || (odds == 1 && chance.one_in(2));
        for (index, change) in under_way.into_iter().enumerate() {
            match change {
                Change::Write { at, bytes } => {
                    let mut from = 0;
                    while from < bytes.len() {
                        let to = bytes.len().min(from + SECTOR - (at + from) % SECTOR);
                        if made_it(index) {
                            put(&mut self.safe, at + from, &bytes[from..to]);
                        }
                        from = to;
                    }
                }
                Change::Size(size) if made_it(index) => self.safe.resize(size, 0),
                Change::Size(_) => {}
            }
        }
        self.now.clone_from(&self.safe);
        count
    }

    /// A region of shared memory. It is made of atomics, because others write to it by its address.
    pub(super) fn region(&mut self, number: usize, bytes: usize, make: bool) -> Option<Arc<[AtomicU64]>> {
        while make && self.regions.len() <= number {
            self.regions.push((0..bytes.div_ceil(8)).map(|_| AtomicU64::new(0)).collect());
        }
        self.regions.get(number).cloned()
    }

    pub(super) fn forget_regions(&mut self) {
        self.regions.clear();
    }
}

fn put(content: &mut Vec<u8>, at: usize, bytes: &[u8]) {
    let end = at + bytes.len();
    if content.len() < end {
        content.resize(end, 0);
    }
    content[at..end].copy_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_synced_survives_every_power_cut_and_what_was_not_may_be_torn() {
        let (mut lost, mut torn, mut kept) = (0, 0, 0);
        for seed in 0..200 {
            let mut file = File::default();
            file.write(0, &[1; 4 * SECTOR]);
            file.sync();
            file.write(2 * SECTOR, &[2; 4 * SECTOR]);
            file.die(Some(&mut Chance::new(seed)));
            assert_eq!(file.now[..2 * SECTOR], [1; 2 * SECTOR], "no write touches what is not its own");
            match file.now[2 * SECTOR..].chunks(SECTOR).filter(|sector| sector.iter().all(|byte| *byte == 2)).count() {
                0 => lost += 1,
                4 => kept += 1,
                _ => torn += 1,
            }
        }
        assert!(lost > 10 && torn > 10 && kept > 10, "lost {lost}, torn {torn}, kept {kept}");
    }

    #[test]
    fn a_killed_process_leaves_what_it_has_written() {
        let mut file = File::default();
        file.write(3, b"abc");
        file.die(None);
        assert_eq!(file.now, b"\0\0\0abc");
        file.die(Some(&mut Chance::new(1)));
        assert!(file.now.len() <= 6, "and a power cut after it still takes what was never synced");
    }
}
