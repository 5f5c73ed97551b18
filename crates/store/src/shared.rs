//! What the writer, the readers and the subscriptions of one file share.

use crate::{
    Bounds, Machine, Options, Profile, StoreError, damage::Notes, holders, ids::Ids, names::Names, readers::Readers, recent::Recent,
    schema, state::State,
};
use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, RwLock},
};
use tokio::sync::watch;
use watchdeck_events::Channel;

/// See the [module docs](self).
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) path: PathBuf,
    pub(crate) epoch: String,
    pub(crate) names: RwLock<Names>,
    pub(crate) recent: Mutex<Recent>,
    pub(crate) bounds: RwLock<HashMap<Channel, Bounds>>,
    pub(crate) head: watch::Sender<u64>,
    /// The newest failure of the file or its disk, until whoever met it has succeeded.
    pub(crate) failure: watch::Sender<Option<String>>,
    pub(crate) readers: Readers,
    pub(crate) damage: Notes,
    /// Whether runs of events may be blocks.
    pub(crate) packs: bool,
    pub(crate) profile: Profile,
    /// The ids of the blocks.
    pub(crate) ids: RwLock<Ids>,
    /// Somebody else writes: names that are new since the last look are read with each question.
    pub(crate) look: bool,
}

/// A file that was opened for writing.
pub(crate) struct Opened {
    pub(crate) connection: rusqlite::Connection,
    pub(crate) shared: Arc<Shared>,
    pub(crate) state: State,
    pub(crate) options: Options,
}

impl Opened {
    pub(crate) fn at(path: &Path, options: Options) -> Result<Self, StoreError> {
        let connection = schema::open_connection(path, options)?;
        let epoch = schema::epoch(&connection)?;
        let (shared, state) = Shared::load(path, &connection, epoch, options, false)?;
        Ok(Self { connection, shared: Arc::new(shared), state, options })
    }
}

impl Shared {
    pub(crate) fn load(
        path: &Path,
        connection: &rusqlite::Connection,
        epoch: String,
        options: Options,
        look: bool,
    ) -> Result<(Self, State), StoreError> {
        let names = Names::load(connection)?;
        let bounds = schema::load_bounds(connection, &names, options.profile)?;
        let state = State::load(connection, options.profile, &bounds)?;
        let packs = schema::packs(connection)?;
        let ids = RwLock::new(if packs && !look { holders::load(connection)? } else { Ids::default() });
        let shared = Self {
            epoch,
            ids,
            bounds: RwLock::new(bounds),
            ..Self::bare(path, names, state.head, look, (options.profile, packs), options.machine)
        };
        Ok((shared, state))
    }

    /// With what can be known of a damaged file, for reading what is left of it.
    pub(crate) fn bare(path: &Path, names: Names, head: u64, look: bool, (profile, packs): (Profile, bool), machine: Machine) -> Self {
        Self {
            path: path.to_owned(),
            epoch: String::new(),
            bounds: RwLock::default(),
            names: RwLock::new(names),
            recent: Mutex::new(Recent::new(head)),
            head: watch::Sender::new(head),
            failure: watch::Sender::new(None),
            readers: Readers::new(path, machine),
            damage: Notes::new(path, look),
            profile,
            packs,
            ids: RwLock::default(),
            look,
        }
    }

    pub(crate) fn newest(&self) -> u64 {
        *self.head.borrow()
    }
}
