//! The users that this gateway gives tokens to.
//!
//! A token names its entry, so that one hash is computed for it, and a token that was verified is known by a digest of it until the file changes. The
//! file is looked at twice a second and more: who is taken out of it is nobody any more, and hears so at once. A file that cannot be read changes nothing.

mod command;
mod file;

pub use command::{OrderError, carry_out};
pub use file::UsersError;

use super::credentials::{Credentials, Known, Person, Presented, Unrecognised, Way};
use crate::log::now;
use argon2::{Argon2, PasswordVerifier as _, password_hash::phc::PasswordHash};
use file::{Entry, Identity, TOKEN};
use sha2::{Digest as _, Sha256};
use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, OnceLock},
    time::Duration,
};
use tokio::{
    sync::{Semaphore, watch},
    task::spawn_blocking,
    time::{MissedTickBehavior, interval},
};
use tokio_util::sync::CancellationToken;

/// How often the file is looked at.
const LOOK: Duration = Duration::from_millis(400);
/// Hashes that are computed at a time: each takes some megabytes and all of a processor.
const MOST_HASHES: usize = 2;

/// See the [module docs](self).
#[derive(Debug)]
pub(super) struct Users {
    path: PathBuf,
    /// Whether it has to be there.
    is_named: bool,
    state: Mutex<State>,
    changes: watch::Sender<u64>,
    hashing: Semaphore,
}

#[derive(Debug, Default)]
struct State {
    listed: HashMap<String, Arc<Listed>>,
    identity: Option<Identity>,
    /// There was a file: from then on nobody comes without a word.
    was_there: bool,
    /// What was said last of a file that cannot be used.
    said: Option<UsersError>,
}

#[derive(Debug)]
struct Listed {
    entry: Entry,
    standing: Arc<watch::Sender<Option<Arc<Person>>>>,
    verified: OnceLock<[u8; 32]>,
}

impl Users {
    /// The users in `path`. Without a file there are none yet, and where it `is_named`, nobody comes without being one.
    ///
    /// # Errors
    /// [`UsersError`] when there is a file that cannot be used.
    pub(super) fn open(path: &Path, is_named: bool) -> Result<Self, UsersError> {
        let users = Self {
            path: path.to_owned(),
            is_named,
            state: Mutex::default(),
            changes: watch::Sender::default(),
            hashing: Semaphore::new(MOST_HASHES),
        };
        let (identity, read) = (Identity::of(path)?, file::Users::read(path)?);
        users.take(identity, read);
        Ok(users)
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().expect("no code panics while holding the users")
    }

    /// What the file says from now on; tells those whom it concerns.
    fn take(&self, identity: Option<Identity>, read: file::Users) {
        let mut state = self.state();
        let mut before = std::mem::take(&mut state.listed);
        for entry in read.entries {
            let known = before.remove(&entry.key).filter(|known| known.entry.hash == entry.hash && known.entry.id == entry.id);
            let person = Arc::new(entry.person());
            let standing = match known {
                Some(known) => {
                    known.standing.send_if_modified(|stands| {
                        let changed = stands.as_ref() != Some(&person);
                        *stands = Some(Arc::clone(&person));
                        changed
                    });
                    Arc::clone(&known.standing)
                }
                None => Arc::new(watch::Sender::new(Some(person))),
            };
            state.listed.insert(entry.key.clone(), Arc::new(Listed { entry, standing, verified: OnceLock::new() }));
        }
        for gone in before.into_values() {
            tracing::info!(id = gone.entry.id, key = gone.entry.key, "A user's token was revoked.");
            gone.standing.send_replace(None);
        }
        state.was_there |= identity.is_some();
        (state.identity, state.said) = (identity, None);
        drop(state);
        self.changes.send_modify(|change| *change += 1);
    }

    /// What became of a look at the file.
    fn looked(&self, outcome: Result<Option<Read>, UsersError>) {
        match outcome {
            Ok(None) => {}
            Ok(Some((identity, read))) => {
                tracing::info!(users = read.entries.len(), "The users were read again.");
                self.take(Some(identity), read);
            }
            Err(error) => {
                let mut state = self.state();
                if state.said.as_ref() != Some(&error) {
                    tracing::warn!(%error, "What was read of the users before goes on to count.");
                    state.said = Some(error);
                }
            }
        }
    }

    /// Whether `token` is the one that an entry was made for.
    async fn verified(&self, listed: &Arc<Listed>, token: &str) -> bool {
        let digest: [u8; 32] = Sha256::digest(token).into();
        if let Some(known) = listed.verified.get() {
            return *known == digest;
        }
        let Ok(_permit) = self.hashing.acquire().await else { return false };
        let (entry, shown) = (Arc::clone(listed), token.to_owned());
        let verify = move || {
            let Ok(hash) = PasswordHash::new(&entry.entry.hash) else { return false };
            Argon2::default().verify_password(shown.as_bytes(), &hash).is_ok()
        };
        let good = spawn_blocking(verify).await.unwrap_or(false);
        if good {
            // Two of the same token at once have the same digest.
            listed.verified.set(digest).ok();
        }
        good
    }
}

/// A file as it was found.
type Read = (Identity, file::Users);

/// Read the file when it is another one than was read before.
fn look(path: &Path, before: Option<&Identity>) -> Result<Option<Read>, UsersError> {
    match Identity::of(path)? {
        identity if identity.as_ref() == before => Ok(None),
        None => Err(UsersError { path: path.to_owned(), reason: "is gone. Put it back, or revoke its users one by one".into() }),
        Some(identity) => Ok(Some((identity, file::Users::read(path)?))),
    }
}

#[async_trait::async_trait]
impl Credentials for Users {
    fn is_open(&self) -> bool {
        self.is_named || self.state().was_there
    }

    async fn recognise(&self, presented: &Presented) -> Result<Option<Known>, Unrecognised> {
        let wrong = || Unrecognised::Wrong("this token is not valid here, or was revoked; ask for a new one".into());
        let Some(token) = presented.token.as_ref().map(|token| token.expose()).filter(|token| token.starts_with(TOKEN)) else {
            return Ok(None);
        };
        let key = token[TOKEN.len()..].split_once('_').map(|(key, _)| key).ok_or_else(wrong)?;
        let listed = self.state().listed.get(key).cloned().ok_or_else(wrong)?;
        if !self.verified(&listed, token).await {
            return Err(wrong());
        }
        let expires = listed.entry.expires();
        if expires.is_some_and(|expires| now() >= expires) {
            return Err(Unrecognised::Expired("this token has expired; ask for a new one".into()));
        }
        // It may have been revoked while it was verified.
        let standing = listed.standing.subscribe();
        let person = standing.borrow().clone().ok_or_else(wrong)?;
        Ok(Some(Known { person: Person::clone(&person), way: Way::User, expires, session: None, standing: Some(standing) }))
    }

    fn listed(&self, id: &str) -> Option<Person> {
        let is_good = |listed: &&Arc<Listed>| listed.entry.id == id && listed.entry.expires().is_none_or(|expires| now() < expires);
        self.state().listed.values().find(is_good).map(|listed| listed.entry.person())
    }

    fn list(&self) -> Vec<(String, String)> {
        let words = |entry: &Entry| {
            let until = entry.expires.map(|at| format!(", until {at}")).unwrap_or_default();
            format!("{} ({}): {}{until}", entry.name, entry.id, entry.roles.join(", "))
        };
        self.state().listed.values().map(|listed| (format!("user token {}", listed.entry.key), words(&listed.entry))).collect()
    }

    fn watch(&self) -> Option<watch::Receiver<u64>> {
        Some(self.changes.subscribe())
    }

    async fn keep(&self, stop: CancellationToken) {
        let mut ticks = interval(LOOK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = ticks.tick() => {}
                () = stop.cancelled() => return,
            }
            let (path, before) = (self.path.clone(), self.state().identity.clone());
            match spawn_blocking(move || look(&path, before.as_ref())).await {
                Ok(outcome) => self.looked(outcome),
                Err(error) => tracing::error!(%error, "The file of users could not be looked at."),
            }
        }
    }
}
