//! The file of users: read whole, written whole, so that nobody ever reads half of one.

use super::super::credentials::Person;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    path::{Path, PathBuf},
    time::SystemTime,
};
use watchdeck_events::Millis;

/// What a token begins with.
pub(super) const TOKEN: &str = "wdu_";
/// What stands above the users.
const HEADER: &str = "# Who may come, written by `watchdeck-gateway user`. Tokens are not in it: only what they are recognised by.\n\n";

/// Why the file cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the file of users {} {reason}", path.display())]
pub struct UsersError {
    /// The file.
    pub path: PathBuf,
    /// In words, with what to do.
    pub reason: String,
}

/// One token of a user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    /// Tells the tokens apart, and is a part of the token.
    pub(super) key: String,
    pub(super) id: String,
    pub(super) name: String,
    #[serde(default)]
    pub(super) roles: Vec<String>,
    pub(super) added: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) expires: Option<Timestamp>,
    /// Of the whole token, by argon2.
    pub(super) hash: String,
}

impl Entry {
    pub(super) fn person(&self) -> Person {
        Person { id: self.id.clone(), name: self.name.clone(), roles: self.roles.clone() }
    }

    pub(super) fn expires(&self) -> Option<Millis> {
        self.expires.map(|at| Millis(at.as_millisecond()))
    }
}

/// All of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Users {
    #[serde(default, rename = "user")]
    pub(super) entries: Vec<Entry>,
}

/// Which file it was, and which state of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Identity {
    bytes: u64,
    modified: Option<SystemTime>,
    number: u64,
}

impl Identity {
    /// `None`: there is no such file.
    pub(super) fn of(path: &Path) -> Result<Option<Self>, UsersError> {
        match fs::metadata(path) {
            Ok(found) => Ok(Some(Self { bytes: found.len(), modified: found.modified().ok(), number: number(&found) })),
            Err(error) if is_none(&error) => Ok(None),
            Err(error) => Err(refused(path, format!("cannot be looked at: {error}"))),
        }
    }
}

#[cfg(unix)]
fn number(found: &fs::Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(found)
}

/// Files have no number there that could be asked for.
#[cfg(not(unix))]
fn number(_: &fs::Metadata) -> u64 {
    0
}

/// Whether there is no such file; a folder that is none is for whoever opens the log to tell.
fn is_none(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

fn refused(path: &Path, reason: String) -> UsersError {
    UsersError { path: path.to_owned(), reason }
}

impl Users {
    /// Read the file; without one there is nobody.
    pub(super) fn read(path: &Path) -> Result<Self, UsersError> {
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if is_none(&error) => return Ok(Self::default()),
            Err(error) => return Err(refused(path, format!("cannot be read: {error}. Let this user read it"))),
        };
        let users: Self = toml::from_str(&text).map_err(|error| {
            let line = error.span().map_or(0, |span| text[..span.start.min(text.len())].matches('\n').count() + 1);
            refused(path, format!("is wrong in line {line}: {}. Correct it, or take the last copy", error.message()))
        })?;
        for (index, entry) in users.entries.iter().enumerate() {
            let twice = users.entries[..index].iter().any(|other| other.key == entry.key);
            if twice || entry.id.trim().is_empty() || entry.key.is_empty() {
                return Err(refused(path, format!("is wrong: user {} has no id, or the key of another. Correct it", index + 1)));
            }
        }
        Ok(users)
    }

    /// Change the file, alone: of two who change it at once, the second sees what the first has written.
    pub(super) fn change<T>(path: &Path, change: impl FnOnce(&mut Self) -> T) -> Result<T, UsersError> {
        let unwritten =
            |error: io::Error| refused(path, format!("cannot be written: {error}. Run this as the user that the gateway runs as"));
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        make(folder).map_err(unwritten)?;
        let lock = own(&beside(path, ".lock")).map_err(unwritten)?;
        lock.lock().map_err(unwritten)?;
        let mut users = Self::read(path)?;
        let answer = change(&mut users);
        let text = toml::to_string(&users).map_err(|error| refused(path, format!("cannot be written: {error}")))?;
        replace(folder, path, &format!("{HEADER}{text}")).map_err(unwritten)?;
        Ok(answer)
    }
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// What a crash leaves is the old file or the new one.
fn replace(folder: &Path, path: &Path, text: &str) -> io::Result<()> {
    let new = beside(path, ".new");
    let mut file = own(&new)?;
    file.set_len(0)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    belongs_to_the_folders_owner(folder, &new);
    fs::rename(&new, path)?;
    #[cfg(unix)]
    File::open(folder)?.sync_all()?;
    Ok(())
}

/// Whoever writes as root must not leave a file that the gateway cannot read.
#[cfg(unix)]
fn belongs_to_the_folders_owner(folder: &Path, file: &Path) {
    use std::os::unix::fs::MetadataExt as _;
    let (Ok(folder), Ok(own)) = (fs::metadata(folder), fs::metadata(file)) else { return };
    if folder.uid() != own.uid()
        && let Err(error) = std::os::unix::fs::chown(file, Some(folder.uid()), Some(folder.gid()))
    {
        tracing::warn!(%error, "The file of users does not belong to whom its folder belongs to; see that the gateway can read it.");
    }
}

/// Access is by lists there, which a new file takes from its folder.
#[cfg(not(unix))]
fn belongs_to_the_folders_owner(_: &Path, _: &Path) {}

/// A file for nobody's eyes but its owner's.
fn own(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn make(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}
