//! Tokens and passwords: kept in the system's keychain, or in a file that only this user can read.
//!
//! What is secret is never in the settings, never in an answer to the window, never in a log. The store keeps an index of *where* each secret
//! is, so that a keychain that does not answer today is told apart from a secret that was never given. A new value always goes to a fresh
//! slot; one transaction makes the index (and the settings that go with it) point there, and only then the old slot is emptied. So a crash,
//! a locked keychain or a full disk at any instant leaves either the old value or the new one, never none.

mod file;
mod index;
mod keychain;
mod name;
#[cfg(any(target_os = "linux", target_os = "freebsd", target_os = "macos", target_os = "windows"))]
mod system;
#[cfg(test)]
mod tests;

pub use keychain::{Keychain, KeychainError};
pub(crate) use name::{Change, Name, Purpose};
#[cfg(any(target_os = "linux", target_os = "freebsd", target_os = "macos", target_os = "windows"))]
pub use system::SystemKeychain;

use file::SecretsFile;
use index::{COLLECTION, Entry};
use keychain::Worker;
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    path::Path,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};
use tokio::sync::{OwnedMutexGuard, watch};
use watchdeck_contain::Hold as _;
use watchdeck_feed::keys::{KeyRing, Keys};
use watchdeck_secret::Secret;
use watchdeck_store::{Batch, Document, Store};
use watchdeck_wire::settings::{SecretPlace, Source, SourceSecrets};

/// How long a start, or whoever waits at the window, waits for the keychain. What comes later is used when it comes.
const PATIENCE: Duration = Duration::from_secs(3);

/// All secrets of this console.
pub(crate) struct Secrets {
    store: Store,
    keychain: Option<Worker>,
    file: SecretsFile,
    /// How long the keychain is waited for.
    patience: Duration,
    state: Mutex<State>,
    /// Raised when a secret that could not be read has been read.
    pub(crate) arrived: watch::Sender<u64>,
    /// One change at a time.
    turn: Arc<tokio::sync::Mutex<()>>,
}

#[derive(Default)]
struct State {
    index: BTreeMap<Name, Entry>,
    values: HashMap<Name, Secret>,
    /// What should be there and was not given, and why.
    unread: HashMap<Name, String>,
    /// Could not be kept anywhere when there was reason to; tried again with every change.
    unkept: Vec<Change>,
    /// Asked for and not answered yet: a person is being asked to unlock the keychain.
    pending: HashSet<Name>,
}

/// Changes that are written to fresh slots and wait for the transaction that makes them true.
#[must_use = "either `Secrets::settle` or `Secrets::abandon` it"]
pub(crate) struct Prepared {
    /// To be committed together with whatever goes with the change.
    pub(crate) documents: Vec<Document>,
    entries: Vec<(Name, Option<Secret>, Entry)>,
    _turn: OwnedMutexGuard<()>,
}

impl KeyRing for Secrets {
    fn of(&self, source: &str) -> Result<Keys, String> {
        let state = self.state();
        let get = |purpose| {
            let name = Name::new(source, purpose);
            state.unread.get(&name).map_or_else(|| Ok(state.values.get(&name).cloned()), |why| Err(why.clone()))
        };
        Ok(Keys { token: get(Purpose::Token)?, proxy_password: get(Purpose::ProxyPassword)? })
    }
}

impl Secrets {
    /// Read the index, and what it says of the file. The keychain is asked by [`Secrets::load`].
    pub(crate) async fn open(store: &Store, data_dir: &Path, keychain: Option<Arc<dyn Keychain>>) -> anyhow::Result<Self> {
        let index = index::read(store.documents(COLLECTION).await?);
        let keychain = keychain.map(Worker::start).transpose().unwrap_or_else(|error| {
            tracing::warn!(%error, "The keychain has no thread to be asked on.");
            None
        });
        Ok(Self {
            store: store.clone(),
            keychain,
            file: SecretsFile::new(data_dir),
            patience: PATIENCE,
            state: Mutex::new(State { index, ..State::default() }),
            arrived: watch::Sender::new(0),
            turn: Arc::default(),
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.hold()
    }

    /// Read what is not read yet. What the keychain does not give in time counts as unread until it does.
    pub(crate) async fn load(self: &Arc<Self>) {
        let wanted: Vec<(Name, Entry)> = {
            let state = self.state();
            let missing = |name: &Name| !state.values.contains_key(name) && !state.pending.contains(name);
            state.index.iter().filter(|(name, _)| missing(name)).map(|(name, entry)| (name.clone(), entry.clone())).collect()
        };
        let mut asked = Vec::new();
        for (name, entry) in wanted {
            match entry.place {
                SecretPlace::None => {}
                SecretPlace::File => {
                    let found = self.file.get(&entry.slot).await;
                    let found = found.and_then(|found| found.ok_or_else(|| format!("{} does not hold it", self.file.path().display())));
                    self.learn(&name, &entry, found);
                }
                SecretPlace::Keychain => match self.keychain.as_ref().map(|keychain| keychain.get(self.account(&entry.slot))) {
                    Some(Ok(answer)) => asked.push((name, entry, answer)),
                    Some(Err(busy)) => self.learn(&name, &entry, Err(busy)),
                    None => self.learn(&name, &entry, Err("this start does not use the keychain".to_owned())),
                },
            }
        }
        let deadline = tokio::time::Instant::now() + self.patience;
        for (name, entry, mut answer) in asked {
            match tokio::time::timeout_at(deadline, &mut answer).await {
                Ok(answer) => self.learn(&name, &entry, keychain::words(answer)),
                Err(_) => {
                    self.learn(&name, &entry, Err(format!("no answer within {:?}", self.patience)));
                    self.state().pending.insert(name.clone());
                    let secrets = Arc::clone(self);
                    tokio::spawn(async move {
                        let answer = keychain::words(answer.await);
                        secrets.state().pending.remove(&name);
                        secrets.learn(&name, &entry, answer);
                    });
                }
            }
        }
    }

    /// Note what a place said of a secret, unless the secret was replaced meanwhile.
    fn learn(&self, name: &Name, entry: &Entry, found: Result<String, String>) {
        let mut state = self.state();
        if state.index.get(name).is_none_or(|now| now.slot != entry.slot) {
            return;
        }
        match found {
            Ok(value) => {
                let late = state.unread.remove(name).is_some();
                state.values.insert(name.clone(), Secret::new(value));
                drop(state);
                if late {
                    self.arrived.send_modify(|n| *n += 1);
                }
            }
            Err(why) => {
                tracing::warn!(source = name.source, purpose = name.purpose.as_str(), place = ?entry.place, why, "A secret could not be read.");
                state.unread.insert(name.clone(), why);
            }
        }
    }

    /// Some secret could not be read, and nobody is being asked for it.
    pub(crate) fn worth_another_try(&self) -> bool {
        let state = self.state();
        state.unread.keys().any(|name| !state.pending.contains(name))
    }

    /// Where each of these sources' secrets are.
    pub(crate) fn places<'a>(&self, sources: impl Iterator<Item = &'a Source>) -> BTreeMap<String, SourceSecrets> {
        let state = self.state();
        let place = |id: &str, purpose| state.index.get(&Name::new(id, purpose)).map(|entry| entry.place).unwrap_or_default();
        sources
            .map(|source| {
                let id = source.id.as_str();
                (id.to_owned(), SourceSecrets { token: place(id, Purpose::Token), proxy_password: place(id, Purpose::ProxyPassword) })
            })
            .collect()
    }

    /// The secret of an outgoing action, or why it cannot be read now.
    pub(crate) fn of_action(&self, id: &str) -> Result<Option<Secret>, String> {
        let (state, name) = (self.state(), Name::new(id, Purpose::Action));
        state.unread.get(&name).map_or_else(|| Ok(state.values.get(&name).cloned()), |why| Err(why.clone()))
    }

    /// Where the secret of each of these actions is.
    pub(crate) fn places_of_actions<'a>(&self, ids: impl Iterator<Item = &'a str>) -> BTreeMap<String, SecretPlace> {
        let state = self.state();
        let place = |id: &str| state.index.get(&Name::new(id, Purpose::Action)).map(|entry| entry.place).unwrap_or_default();
        ids.map(|id| (id.to_owned(), place(id))).collect()
    }

    /// The secrets of sources and of actions that are none of these any more, to be forgotten.
    pub(crate) fn orphans(&self, sources: &[Source], actions: &[&str]) -> Vec<Change> {
        let state = self.state();
        let gone = |name: &&Name| match name.purpose {
            Purpose::Token | Purpose::ProxyPassword => sources.iter().all(|source| source.id != name.source),
            Purpose::Action => !actions.contains(&name.source.as_str()),
        };
        state.index.keys().filter(gone).map(|name| Change { name: name.clone(), value: None }).collect()
    }

    /// Write new values to fresh slots: to the keychain, or to the file where the keychain does not take them.
    ///
    /// # Errors
    /// When neither takes them; nothing has changed then.
    pub(crate) async fn prepare(&self, changes: Vec<Change>) -> anyhow::Result<Prepared> {
        let turn = Arc::clone(&self.turn).lock_owned().await;
        let mut prepared = Prepared { documents: Vec::new(), entries: Vec::new(), _turn: turn };
        let unkept = self.state().unkept.clone();
        let unkept = unkept.into_iter().filter(|old| changes.iter().all(|change| change.name != old.name)).collect::<Vec<_>>();
        for Change { name, value } in unkept.into_iter().chain(changes) {
            let before = self.state().index.get(&name).cloned();
            let value = value.filter(|value| !value.expose().is_empty());
            if before.is_none() && value.is_none() {
                continue;
            }
            let mut entry = before.unwrap_or_default().replaced();
            if let Some(value) = &value {
                entry.slot = format!("{}/{}/{}", name.source, name.purpose.as_str(), uuid::Uuid::new_v4().simple());
                entry.place = match self.write(&mut entry, value).await {
                    Ok(place) => place,
                    Err(error) => {
                        self.abandon(prepared).await;
                        return Err(anyhow::anyhow!("a secret could not be kept: {error}"));
                    }
                };
            }
            prepared.documents.push(index::document(&name, &entry));
            prepared.entries.push((name, value, entry));
        }
        Ok(prepared)
    }

    async fn write(&self, entry: &mut Entry, value: &Secret) -> Result<SecretPlace, String> {
        if let Some(keychain) = &self.keychain {
            let answer = keychain.set(self.account(&entry.slot), value.clone());
            let answer = match answer {
                Ok(answer) => match tokio::time::timeout(self.patience, answer).await {
                    Ok(answer) => keychain::words(answer),
                    Err(_) => Err(format!("no answer within {:?}", self.patience)),
                },
                Err(busy) => Err(busy),
            };
            match answer {
                Ok(()) => return Ok(SecretPlace::Keychain),
                Err(why) => {
                    tracing::warn!(why, "The keychain does not take a secret; it goes into a file that only this user can read.");
                    // It may have landed there all the same.
                    entry.stale.push((SecretPlace::Keychain, entry.slot.clone()));
                }
            }
        }
        self.file.set(&entry.slot, value).await.map(|()| SecretPlace::File)
    }

    /// The transaction is through: from now on the new values are the ones.
    pub(crate) fn settle(self: &Arc<Self>, prepared: Prepared) {
        {
            let mut state = self.state();
            for (name, value, entry) in prepared.entries {
                state.unread.remove(&name);
                state.pending.remove(&name);
                state.unkept.retain(|old| old.name != name);
                match value {
                    Some(value) => drop(state.values.insert(name.clone(), value)),
                    None => drop(state.values.remove(&name)),
                }
                state.index.insert(name, entry);
            }
        }
        drop(prepared._turn);
        let secrets = Arc::clone(self);
        tokio::spawn(async move { secrets.tidy().await });
    }

    /// Use secrets that nothing takes at present. They are kept with the next change that can be kept.
    pub(crate) fn hold(&self, changes: Vec<Change>) {
        let mut state = self.state();
        for change in &changes {
            state.values.extend(change.value.clone().map(|value| (change.name.clone(), value)));
        }
        state.unkept = changes;
    }

    /// The transaction was refused: the old values stay the ones.
    pub(crate) async fn abandon(&self, prepared: Prepared) {
        for (name, _, entry) in prepared.entries {
            if !self.empty(entry.place, &entry.slot).await {
                tracing::debug!(source = name.source, "A secret that nothing points at stays where it is.");
            }
        }
    }

    /// Empty slots that nothing points at any more. Those that cannot be reached now are left for the next start.
    pub(crate) async fn tidy(&self) {
        let _turn = self.turn.lock().await;
        let stale: Vec<(Name, Entry)> = {
            let state = self.state();
            state.index.iter().filter(|(_, entry)| !entry.stale.is_empty()).map(|(name, entry)| (name.clone(), entry.clone())).collect()
        };
        let mut documents = Vec::new();
        for (name, mut entry) in stale {
            let mut left = Vec::new();
            for (place, slot) in std::mem::take(&mut entry.stale) {
                if !self.empty(place, &slot).await {
                    left.push((place, slot));
                }
            }
            entry.stale = left;
            documents.push(index::document(&name, &entry));
            let mut state = self.state();
            if entry.is_empty() { drop(state.index.remove(&name)) } else { drop(state.index.insert(name, entry)) }
        }
        if documents.is_empty() {
            return;
        }
        if let Err(error) = self.store.append(Batch { documents, ..Batch::default() }).await {
            tracing::debug!(%error, "That old secrets are gone was not noted; it is looked at again.");
        }
    }

    /// Whether nothing is in a slot now.
    async fn empty(&self, place: SecretPlace, slot: &str) -> bool {
        match place {
            SecretPlace::None => true,
            SecretPlace::File => {
                self.file.remove(slot).await.inspect_err(|why| tracing::warn!(why, "An old secret stays in the file.")).is_ok()
            }
            SecretPlace::Keychain => {
                let Some(Ok(answer)) = self.keychain.as_ref().map(|keychain| keychain.delete(self.account(slot))) else { return false };
                matches!(tokio::time::timeout(self.patience, answer).await, Ok(Ok(Ok(()))))
            }
        }
    }

    /// A slot's name in the keychain, which other data directories use too.
    fn account(&self, slot: &str) -> String {
        format!("{}/{slot}", self.store.epoch())
    }
}
