//! A copy of the whole store while it runs, and the way back.
//!
//! A copy is one state of the file, without its free pages, written beside its name, read through, and only then given the name: whoever finds a file of
//! that name has a whole one. Events come in meanwhile and wait for nothing. It holds all that the store does: events, positions, documents. Secrets are
//! not in the store.
//!
//! The way back has two halves, because nobody can change a file that is in use: a copy is checked and laid ready beside the store, and takes its place at
//! the next start. What was there is set aside under a name with its date and never deleted. Each step can be repeated.

use crate::{
    Machine, Profile, Store, StoreError,
    lock::Lock,
    packed::Packed,
    salvage::{aside, forget, unusable, with_companions},
    schema,
};
use rusqlite::{Connection, InterruptHandle};
use std::{
    fs::File,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::sync::watch;

/// Between two looks at how far a copy is.
const LOOK: Duration = Duration::from_millis(100);
/// How many problems of a copy are told.
const PROBLEMS: usize = 3;

/// A copy that was made, or found good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backup {
    /// The file.
    pub path: PathBuf,
    /// Its size.
    pub bytes: u64,
    /// Events in it.
    pub events: u64,
}

/// How far a copy is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Copied {
    /// Bytes written.
    pub bytes: u64,
    /// Bytes that there will be, about.
    pub of: u64,
}

/// A copy that took the place of a store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// Where the store is that was there before; `None` where there was none.
    pub set_aside: Option<PathBuf>,
}

/// Stops a copy when nobody waits for it any more.
struct Stop(InterruptHandle, Arc<AtomicBool>);

impl Drop for Stop {
    fn drop(&mut self) {
        self.1.store(true, Ordering::Relaxed);
        self.0.interrupt();
    }
}

impl Store {
    /// Copy the whole store into a new file, and read the copy through. Dropping the future stops it and leaves nothing behind.
    ///
    /// # Errors
    /// [`StoreError::Full`] and [`StoreError::Unavailable`] when it cannot be written (there is such a file, there is no such folder);
    /// [`StoreError::Damaged`] when it does not read as it should. No file has the name then.
    pub async fn back_up(&self, to: &Path, progress: &watch::Sender<Copied>) -> Result<Backup, StoreError> {
        if to.exists() {
            return Err(StoreError::Unavailable(format!("{}: there is such a file already", to.display())));
        }
        let of = self.read(|reader| reader.used_bytes()).await?;
        let (connection, profile) = (schema::open_reader(self.path(), Machine::Own)?, self.profile());
        let unwanted = Arc::new(AtomicBool::new(false));
        let (stop, to) = (Stop(connection.get_interrupt_handle(), Arc::clone(&unwanted)), to.to_owned());
        let half = beside(&to, "part");
        let looked_at = half.clone();
        let mut copying = tokio::task::spawn_blocking(move || {
            let named = |events| if unwanted.load(Ordering::Relaxed) { Err(StoreError::Closed) } else { Ok((events, name(&half, &to)?)) };
            let made = copy(&connection, &half).and_then(|()| check(&half, profile)).and_then(named);
            if made.is_err() {
                forget(&half);
            }
            made.map(|(events, bytes)| Backup { path: to, bytes, events })
        });
        let made = loop {
            tokio::select! {
                made = &mut copying => break made,
                () = tokio::time::sleep(LOOK) => {
                    let bytes = std::fs::metadata(&looked_at).map_or(0, |file| file.len());
                    progress.send_replace(Copied { bytes: bytes.min(of), of });
                }
            }
        };
        drop(stop);
        made.map_err(|_| StoreError::Closed)?
    }

    /// Check a copy, and lay it ready beside the store at `path`: it takes its place at the next start. Blocking.
    ///
    /// # Errors
    /// [`StoreError::Newer`] when a newer version wrote it; [`StoreError::Damaged`] when it is no whole store; otherwise when it cannot be read, or there is
    /// no room for it. Nothing is laid ready then.
    pub fn lay_ready(path: &Path, backup: &Path, profile: Profile) -> Result<Backup, StoreError> {
        let source = schema::open_reader(backup, Machine::Own)?;
        schema::check_version(&source, profile)?;
        let (half, ready) = (beside(&ready(path), "part"), ready(path));
        let laid = copy(&source, &half).and_then(|()| check(&half, profile)).and_then(|events| Ok((events, name(&half, &ready)?)));
        if laid.is_err() {
            forget(&half);
        }
        laid.map(|(events, bytes)| Backup { path: backup.to_owned(), bytes, events })
    }

    /// Whether a copy lies ready beside the store at `path`.
    #[must_use]
    pub fn is_laid_ready(path: &Path) -> bool {
        ready(path).exists()
    }

    /// Take back what lies ready. Whether there was something.
    ///
    /// # Errors
    /// When it cannot be deleted.
    pub fn take_away(path: &Path) -> Result<bool, StoreError> {
        let ready = ready(path);
        match std::fs::remove_file(&ready) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(unusable(&ready, &error)),
        }
    }

    /// Put a copy that lies ready in the place of the store at `path`, which is set aside. Before an opening; `None` when none lies ready. Blocking.
    ///
    /// # Errors
    /// [`StoreError::InUse`] when the store is open; [`StoreError::Unavailable`] when a file cannot be renamed: the next try goes on from there.
    pub fn restore(path: &Path) -> Result<Option<Restored>, StoreError> {
        let ready = ready(path);
        if !ready.exists() {
            return Ok(None);
        }
        let _lock = Lock::take(path)?;
        let set_aside = if path.exists() {
            // A log that is folded in cannot be left behind by a crash between two names.
            if let Err(error) = fold(path) {
                tracing::warn!(%error, "The store that is set aside keeps its write-ahead log.");
            }
            let aside = aside(path, "before-restore");
            for (from, to) in with_companions(path).into_iter().zip(with_companions(&aside)) {
                if from.exists() {
                    std::fs::rename(&from, &to).map_err(|error| unusable(&from, &error))?;
                }
            }
            Some(aside)
        } else {
            None
        };
        std::fs::rename(&ready, path).map_err(|error| unusable(&ready, &error))?;
        sync_folder(path);
        tracing::info!(set_aside = ?set_aside, "A backup took the place of the store.");
        Ok(Some(Restored { set_aside }))
    }

    fn profile(&self) -> Profile {
        if self.shared.packs { Profile::Console } else { Profile::Log }
    }
}

/// `events.restore.db` beside `events.db`.
fn ready(path: &Path) -> PathBuf {
    path.with_extension("restore.db")
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(suffix);
    name.into()
}

/// One state of the file, into a new one that only this user can read.
fn copy(source: &Connection, half: &Path) -> Result<(), StoreError> {
    forget(half);
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    drop(options.open(half).map_err(|error| unusable(half, &error))?);
    let name = half.to_str().ok_or_else(|| StoreError::Unavailable(format!("{}: this name is no text", half.display())))?;
    source.execute("VACUUM INTO ?1", [name])?;
    Ok(())
}

/// Read a copy through. Answers the number of its events.
fn check(half: &Path, profile: Profile) -> Result<u64, StoreError> {
    let connection = schema::open_reader(half, Machine::Own)?;
    schema::check_version(&connection, profile)?;
    let list = |question: &str| -> Result<Vec<String>, StoreError> {
        Ok(connection.prepare(question)?.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?)
    };
    let packs = schema::packs(&connection)?;
    let found = list(&format!("PRAGMA quick_check({PROBLEMS})"))?.into_iter().filter(|line| line != "ok");
    let problems: Vec<String> = found.chain(Packed::new(&connection, packs).problems(PROBLEMS)?).collect();
    if !problems.is_empty() {
        return Err(StoreError::Damaged(problems.join("; ")));
    }
    let blocks = if packs { " + (SELECT coalesce(sum(events), 0) FROM blocks)" } else { "" };
    Ok(connection.query_row(&format!("SELECT (SELECT count(*) FROM events){blocks}"), [], |row| row.get(0))?)
}

/// Give a whole copy its name. Answers its size.
fn name(half: &Path, to: &Path) -> Result<u64, StoreError> {
    let file = File::open(half).map_err(|error| unusable(half, &error))?;
    file.sync_all().map_err(|error| unusable(half, &error))?;
    let bytes = file.metadata().map_err(|error| unusable(half, &error))?.len();
    std::fs::rename(half, to).map_err(|error| unusable(to, &error))?;
    sync_folder(to);
    Ok(bytes)
}

/// A name is on the disk once its folder is. Where folders cannot be synced the system does it in its own time.
fn sync_folder(path: &Path) {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if let Err(error) = File::open(folder).and_then(|folder| folder.sync_all()) {
        tracing::debug!(%error, "A folder was not synced.");
    }
}

/// Fold the write-ahead log in; closing the only connection deletes it.
fn fold(path: &Path) -> rusqlite::Result<()> {
    let connection = Connection::open(path)?;
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
}
