//! A disk in memory, which knows what was synced and what was only written.
//!
//! A killed process leaves what it has written; a power cut takes of the unsynced changes what chance takes, sector by sector, so that writes are torn
//! and overtake one another. Handles of before are dead afterwards. A disk may be full, or fail a part of what it is asked. What is deleted or made
//! is so at once: what a folder forgets is not simulated.

mod file;
mod locks;
pub(crate) mod vfs;

use crate::chance::Chance;
use file::File;
use rusqlite::ffi;
use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicU64, Ordering},
    },
};
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// What SQLite is told.
type Code = std::ffi::c_int;

/// What is the matter with a disk.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Trouble {
    #[default]
    None,
    /// No file can grow.
    Full,
    /// Some of the writes and syncs fail.
    Writes,
    /// Some of the reads fail.
    Reads,
}

/// A planted fault.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Lie {
    #[default]
    None,
    /// Syncs answer at once and sync nothing.
    Unsynced,
    /// A write that fails is called done.
    Unwritten,
}

/// See the [module docs](self).
#[derive(Debug)]
pub(crate) struct Disk {
    state: Mutex<State>,
    handles: AtomicU64,
}

#[derive(Debug)]
struct State {
    files: BTreeMap<String, File>,
    /// Raised by every death; handles know theirs.
    life: u64,
    trouble: Trouble,
    lie: Lie,
    chance: Chance,
    /// Of everything that was ever asked.
    digest: u64,
    writes: u64,
}

/// An open file.
#[derive(Debug)]
pub(crate) struct Handle {
    name: String,
    id: u64,
    life: u64,
}

impl Disk {
    pub(crate) fn new(seed: u64, lie: Lie) -> Self {
        let state = State { files: BTreeMap::new(), life: 0, trouble: Trouble::None, lie, chance: Chance::new(seed), digest: 0, writes: 0 };
        Self { state: Mutex::new(state), handles: AtomicU64::new(1) }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no code panics while holding a disk")
    }

    /// How many writes there were, and a digest of all that was asked: two runs that did the same have the same.
    pub(crate) fn digest(&self) -> (u64, u64) {
        let state = self.lock();
        (state.writes, state.digest)
    }

    pub(crate) fn set_trouble(&self, trouble: Trouble) {
        self.lock().trouble = trouble;
    }

    pub(crate) fn trouble(&self) -> Trouble {
        self.lock().trouble
    }

    /// Whoever has files open dies. With a power cut, so does what was not synced: answers how many changes were under way.
    pub(crate) fn die(&self, power_cut: bool) -> usize {
        let mut state = self.lock();
        state.life += 1;
        let State { files, chance, .. } = &mut *state;
        files.values_mut().map(|file| file.die(power_cut.then_some(&mut *chance))).sum()
    }

    /// All files are gone.
    pub(crate) fn erase(&self) {
        self.lock().files.clear();
    }

    pub(crate) fn open(&self, name: &str, create: bool) -> Result<Handle, Code> {
        let mut state = self.lock();
        if !state.files.contains_key(name) {
            if !create {
                return Err(ffi::SQLITE_CANTOPEN);
            }
            if state.trouble == Trouble::Full {
                return Err(ffi::SQLITE_FULL);
            }
            state.files.insert(name.to_owned(), File::default());
            state.note(b'o', name, 0, &[]);
        }
        Ok(Handle { name: name.to_owned(), id: self.handles.fetch_add(1, Ordering::Relaxed), life: state.life })
    }

    pub(crate) fn exists(&self, name: &str) -> bool {
        self.lock().files.contains_key(name)
    }

    pub(crate) fn delete(&self, name: &str) -> Result<(), Code> {
        let mut state = self.lock();
        state.note(b'd', name, 0, &[]);
        state.files.remove(name).map(drop).ok_or(ffi::SQLITE_IOERR_DELETE_NOENT)
    }

    /// How many bytes were there.
    pub(crate) fn read(&self, handle: &Handle, at: usize, into: &mut [u8]) -> Result<usize, Code> {
        let mut state = self.lock();
        if state.trouble == Trouble::Reads && state.chance.one_in(6) {
            return Err(ffi::SQLITE_IOERR_READ);
        }
        state.file(handle).map(|file| file.read(at, into))
    }

    pub(crate) fn write(&self, handle: &Handle, at: usize, bytes: &[u8]) -> Result<(), Code> {
        let mut state = self.lock();
        let size = state.file(handle)?.size();
        let trouble = state.trouble;
        let failed = match trouble {
            Trouble::Full if at + bytes.len() > size => Some(ffi::SQLITE_FULL),
            Trouble::Writes if state.chance.one_in(5) => Some(ffi::SQLITE_IOERR_WRITE),
            _ => None,
        };
        match failed {
            Some(_) if state.lie == Lie::Unwritten => return Ok(()),
            Some(code) => return Err(code),
            None => {}
        }
        state.writes += 1;
        state.note(b'w', &handle.name, at, bytes);
        state.file(handle)?.write(at, bytes);
        Ok(())
    }

    pub(crate) fn truncate(&self, handle: &Handle, size: usize) -> Result<(), Code> {
        let mut state = self.lock();
        state.note(b't', &handle.name, size, &[]);
        state.file(handle).map(|file| file.truncate(size))
    }

    pub(crate) fn sync(&self, handle: &Handle) -> Result<(), Code> {
        let mut state = self.lock();
        state.note(b's', &handle.name, 0, &[]);
        let failed = state.trouble == Trouble::Writes && state.chance.one_in(5);
        let lies = state.lie == Lie::Unsynced;
        let file = state.file(handle)?;
        if failed {
            return Err(ffi::SQLITE_IOERR_FSYNC);
        }
        if !lies {
            file.sync();
        }
        Ok(())
    }

    pub(crate) fn size(&self, handle: &Handle) -> Result<usize, Code> {
        self.lock().file(handle).map(|file| file.size())
    }

    pub(crate) fn set_lock(&self, handle: &Handle, level: Code) -> Result<(), Code> {
        self.lock().file(handle)?.locks.take(handle.id, level)
    }

    pub(crate) fn let_go(&self, handle: &Handle, level: Code) -> Result<(), Code> {
        self.lock().file(handle).map(|file| file.locks.fall_to(handle.id, level))
    }

    pub(crate) fn is_reserved(&self, handle: &Handle) -> Result<bool, Code> {
        self.lock().file(handle).map(|file| file.locks.is_reserved())
    }

    /// A piece of the memory that all who have the file open share; `None` where it is not there and not to be made.
    pub(crate) fn shared(&self, handle: &Handle, region: usize, bytes: usize, make: bool) -> Result<Option<Arc<[AtomicU64]>>, Code> {
        self.lock().file(handle).map(|file| file.region(region, bytes, make))
    }

    pub(crate) fn lock_shared(&self, handle: &Handle, slots: std::ops::Range<usize>, exclusive: bool) -> Result<(), Code> {
        self.lock().file(handle)?.slots.take(handle.id, slots, exclusive)
    }

    pub(crate) fn unlock_shared(&self, handle: &Handle, slots: std::ops::Range<usize>) -> Result<(), Code> {
        self.lock().file(handle).map(|file| file.slots.leave(handle.id, slots))
    }

    pub(crate) fn close(&self, handle: &Handle) {
        if let Ok(file) = self.lock().file(handle) {
            file.locks.fall_to(handle.id, 0);
            file.slots.leave(handle.id, 0..locks::SLOTS);
        }
    }

    /// Forget the shared memory: the last one who had it open has closed it.
    pub(crate) fn forget_shared(&self, handle: &Handle) {
        if let Ok(file) = self.lock().file(handle) {
            file.forget_regions();
        }
    }

    pub(crate) fn fill_by_chance(&self, bytes: &mut [u8]) {
        let mut state = self.lock();
        bytes.iter_mut().for_each(|byte| *byte = state.chance.next() as u8);
    }
}

impl State {
    /// The file, if who asks still lives.
    fn file(&mut self, handle: &Handle) -> Result<&mut File, Code> {
        if handle.life != self.life {
            return Err(ffi::SQLITE_IOERR);
        }
        self.files.get_mut(&handle.name).ok_or(ffi::SQLITE_IOERR)
    }

    fn note(&mut self, what: u8, name: &str, at: usize, bytes: &[u8]) {
        let head = [&[what], name.as_bytes(), &at.to_le_bytes()].concat();
        self.digest = xxh3_64_with_seed(bytes, xxh3_64_with_seed(&head, self.digest));
    }
}
