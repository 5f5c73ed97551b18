//! Who holds a file, and who a slot of its shared memory, as SQLite's own file systems do it between the connections of one process.

use rusqlite::ffi;
use std::{collections::BTreeMap, ffi::c_int, ops::Range};

/// Slots of the shared memory.
pub(super) const SLOTS: usize = ffi::SQLITE_SHM_NLOCK as usize;

/// The level of each handle: shared, reserved, pending, exclusive.
#[derive(Debug, Default)]
pub(super) struct Levels(BTreeMap<u64, c_int>);

impl Levels {
    pub(super) fn take(&mut self, handle: u64, level: c_int) -> Result<(), c_int> {
        let own = self.0.get(&handle).copied().unwrap_or(0);
        if own >= level {
            return Ok(());
        }
        let others = self.0.iter().filter(|(id, _)| **id != handle).map(|(_, level)| *level).max().unwrap_or(0);
        let bar = if level == ffi::SQLITE_LOCK_SHARED { ffi::SQLITE_LOCK_PENDING } else { ffi::SQLITE_LOCK_RESERVED };
        if others >= bar {
            return Err(ffi::SQLITE_BUSY);
        }
        if level == ffi::SQLITE_LOCK_EXCLUSIVE && others >= ffi::SQLITE_LOCK_SHARED {
            // No more readers come, and those that are there will go.
            self.0.insert(handle, ffi::SQLITE_LOCK_PENDING);
            return Err(ffi::SQLITE_BUSY);
        }
        self.0.insert(handle, level);
        Ok(())
    }

    pub(super) fn fall_to(&mut self, handle: u64, level: c_int) {
        match self.0.get_mut(&handle) {
            Some(own) if level > 0 => *own = level.min(*own),
            _ => drop(self.0.remove(&handle)),
        }
    }

    pub(super) fn is_reserved(&self) -> bool {
        self.0.values().any(|level| *level >= ffi::SQLITE_LOCK_RESERVED)
    }
}

/// Who is in which slot, and whether alone.
#[derive(Debug, Default)]
pub(super) struct Slots([BTreeMap<u64, bool>; SLOTS]);

impl Slots {
    pub(super) fn take(&mut self, handle: u64, slots: Range<usize>, exclusive: bool) -> Result<(), c_int> {
        let stands_in_the_way = |(id, alone): (&u64, &bool)| *id != handle && (exclusive || *alone);
        if self.0[slots.clone()].iter().any(|slot| slot.iter().any(stands_in_the_way)) {
            return Err(ffi::SQLITE_BUSY);
        }
        for slot in &mut self.0[slots] {
            slot.insert(handle, exclusive);
        }
        Ok(())
    }

    pub(super) fn leave(&mut self, handle: u64, slots: Range<usize>) {
        for slot in &mut self.0[slots] {
            slot.remove(&handle);
        }
    }
}
