//! One writer per file, over processes: two that count sequence numbers on one file would each swallow the other's events.
//!
//! The lock is the operating system's, on a file of its own beside the store, and ends with the process however that ends: a crash or a
//! `kill -9` leaves a file that holds nobody up. What is written in it only names the holder to whoever comes second.

use crate::{Holder, Process, StoreError};
use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{Read as _, Write as _},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

/// How long to wait for a holder that is just ending.
const PATIENCE: Duration = Duration::from_millis(1_000);
/// Between two looks meanwhile.
const LOOK: Duration = Duration::from_millis(25);

/// Held for as long as this process may write. Dropping it lets go.
#[derive(Debug)]
pub(crate) struct Lock {
    /// `None` on a file system without locks: better a store without this protection than none.
    _held: Option<File>,
}

impl Lock {
    /// For a file that nobody else can open.
    pub(crate) const fn none() -> Self {
        Self { _held: None }
    }

    pub(crate) fn take(store: &Path) -> Result<Self, StoreError> {
        let path = beside(store);
        let unusable = |error: std::io::Error| StoreError::Unavailable(format!("{}: {error}", path.display()));
        let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path).map_err(unusable)?;
        let until = Instant::now() + PATIENCE;
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if Instant::now() < until => std::thread::sleep(LOOK),
                Err(TryLockError::WouldBlock) => {
                    return Err(StoreError::InUse(Holder { path: store.to_owned(), process: holder(&mut file) }));
                }
                Err(TryLockError::Error(error)) => {
                    tracing::warn!(%error, path = %path.display(), "This file system has no locks; make sure that one program only uses this folder.");
                    return Ok(Self { _held: None });
                }
            }
        }
        if let Err(error) = sign(&mut file) {
            tracing::debug!(%error, "The lock does not name its holder.");
        }
        Ok(Self { _held: Some(file) })
    }
}

/// Who holds the store at this moment. Looking takes nothing from whoever is about to open it: they wait for longer than this lasts.
pub(crate) fn look(store: &Path) -> Option<Holder> {
    let mut file = File::open(beside(store)).ok()?;
    match file.try_lock_shared() {
        Err(TryLockError::WouldBlock) => Some(Holder { path: store.to_owned(), process: holder(&mut file) }),
        Ok(()) | Err(TryLockError::Error(_)) => None,
    }
}

/// `events.db` is guarded by `events.lock`. A link to the file is guarded where the file lies.
fn beside(store: &Path) -> PathBuf {
    store.canonicalize().unwrap_or_else(|_| store.to_owned()).with_extension("lock")
}

fn holder(file: &mut File) -> Option<Process> {
    let mut note = String::new();
    file.read_to_string(&mut note).ok()?;
    serde_json::from_str(&note).ok()
}

fn sign(file: &mut File) -> std::io::Result<()> {
    let program = std::env::current_exe().ok().and_then(|exe| Some(exe.file_stem()?.to_string_lossy().into_owned()));
    let since = jiff::Zoned::now().strftime("%Y-%m-%d %H:%M:%S").to_string();
    let process = Process { pid: std::process::id(), program: program.unwrap_or_else(|| "another program".into()), since };
    file.set_len(0)?;
    file.write_all(serde_json::to_string(&process)?.as_bytes())?;
    file.flush()
}
