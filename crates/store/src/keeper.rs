//! What is done for a file beside writing it: looking whether it is still there, packing rows into blocks, and summarising blocks.
//!
//! It never delays an event: it reads by a connection of its own, hands each summary to the writer as a small job that waits its turn, and
//! rests much longer than it works while events come in.

use crate::{
    BLOCK, StoreError,
    block::Sealer,
    command::{Command, Packing},
    direct,
    reader::Reader,
    shared::Shared,
    types::Lent,
};
use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        mpsc::{RecvTimeoutError, SyncSender, sync_channel},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};
use tokio::sync::mpsc::{WeakSender, error::TrySendError};

/// Between two looks at the file.
const LOOK: Duration = Duration::from_secs(2);
/// Between two blocks while nothing else is going on.
const REST: Duration = Duration::from_millis(2);
/// Events come in bursts: nothing comes in when nothing did for so long.
const QUIET: Duration = Duration::from_millis(500);
/// Questions between two rounds from which on somebody is catching up, and how long he has the machine for himself.
const MANY: u64 = 16;
const HELD: Duration = Duration::from_secs(10);
/// While events come in or somebody asks, how many times longer it rests than it worked.
const SHARE: u32 = 20;

/// A running keeper.
#[derive(Debug)]
pub(crate) enum Keeper {
    Thread {
        stop: SyncSender<()>,
        thread: JoinHandle<()>,
    },
    /// On the turns of a Tokio runtime.
    InTurns(tokio::task::AbortHandle),
}

impl Keeper {
    pub(crate) fn start(shared: Arc<Shared>, commands: WeakSender<Command>) -> Result<Self, StoreError> {
        let (stop, stopped) = sync_channel::<()>(1);
        let files = [shared.path.clone(), beside(&shared.path)].map(|path| (identity(&path), path));
        let (head, now) = (shared.newest(), Instant::now());
        let is_simulated = shared.readers.machine.is_simulated();
        let mut work = Work {
            files,
            shared,
            commands,
            next: 0,
            packed_upto: 0,
            sealer: Sealer::default(),
            looked: now,
            told: false,
            grew: (head, now.checked_sub(QUIET).unwrap_or(now)),
            asked: 0,
            held: None,
        };
        if is_simulated {
            let turns = async move {
                let mut rest = REST;
                loop {
                    tokio::time::sleep(rest).await;
                    rest = work.round();
                }
            };
            return Ok(Self::InTurns(tokio::spawn(turns).abort_handle()));
        }
        let thread = std::thread::Builder::new().name("store-keeper".into()).spawn(move || {
            let mut rest = REST;
            while let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(rest) {
                rest = work.round();
            }
        });
        Ok(Self::Thread { stop, thread: thread.map_err(|error| StoreError::Unavailable(error.to_string()))? })
    }

    /// Returns when its connection is closed.
    pub(crate) fn stop(self) {
        match self {
            Self::Thread { stop, thread } => {
                // Full means that it was told already, closed that it has ended.
                stop.try_send(()).ok();
                if thread.join().is_err() {
                    tracing::error!("The keeper of the event store has failed.");
                }
            }
            // Between two turns it holds no connection.
            Self::InTurns(task) => task.abort(),
        }
    }
}

struct Work {
    shared: Arc<Shared>,
    commands: WeakSender<Command>,
    /// The file and its write-ahead log as they were first seen; `None` while there is none, and where files cannot be told apart.
    files: [(Option<Identity>, PathBuf); 2],
    looked: Instant,
    /// It was said that the file is gone.
    told: bool,
    /// The first block that may have to be summarised.
    next: u64,
    /// Rows up to here cannot be packed.
    packed_upto: u64,
    sealer: Sealer,
    /// The newest event, and since when it is that.
    grew: (u64, Instant),
    /// Questions that were asked until the last round, and since when there are many.
    asked: u64,
    held: Option<Instant>,
}

impl Work {
    /// One piece of work. Answers how long to rest after it.
    fn round(&mut self) -> Duration {
        if self.looked.elapsed() >= LOOK {
            self.looked = Instant::now();
            self.look();
        }
        let began = Instant::now();
        let asked = self.shared.readers.asked();
        let questions = asked - std::mem::replace(&mut self.asked, asked);
        if questions >= MANY && self.held.get_or_insert(began).elapsed() < HELD {
            return LOOK / 20;
        }
        if questions < MANY {
            self.held = None;
        }
        match self.work() {
            Ok(true) if self.is_quiet() && questions == 0 => REST,
            Ok(true) => REST.max(began.elapsed() * SHARE),
            Ok(false) => LOOK / 4,
            Err(error) => {
                tracing::debug!(%error, "A block was not packed or summarised; it is read as it is.");
                // The next one may be readable.
                self.next += 1;
                LOOK
            }
        }
    }

    fn is_quiet(&mut self) -> bool {
        let (head, since) = self.grew;
        let newest = self.shared.newest();
        if newest != head {
            self.grew = (newest, Instant::now());
        }
        newest == head && since.elapsed() >= QUIET
    }

    fn look(&mut self) {
        if self.told {
            return;
        }
        let mut gone = None;
        for (known, path) in &mut self.files {
            let found = identity(path);
            match known {
                Some(known) if found != Some(*known) => gone = gone.or_else(|| Some(path.clone())),
                Some(_) => {}
                None => *known = found,
            }
        }
        let Some(path) = gone else { return };
        self.told = self.commands.upgrade().is_none_or(|commands| commands.try_send(Command::Lost(path)).is_ok());
    }

    /// One piece of work on the events. Whether there was one.
    fn work(&mut self) -> Result<bool, StoreError> {
        if !self.shared.packs {
            return Ok(false);
        }
        let connection = self.shared.readers.take_aside()?;
        let shared = Arc::clone(&self.shared);
        let command = self.prepare(&Reader::new(&connection, &shared))?;
        self.shared.readers.put_back(connection);
        let (Some(command), Some(commands)) = (command, self.commands.upgrade()) else { return Ok(false) };
        let (packed, summarised) = match &command {
            Command::Pack(packing) => (packing.events.last().map(|last| last.seq), None),
            Command::Summary { summarised, .. } => (None, Some(summarised.summary.block + 1)),
            _ => (None, None),
        };
        match commands.try_send(command) {
            Ok(()) => {
                self.packed_upto = packed.unwrap_or(self.packed_upto);
                self.next = summarised.unwrap_or(self.next);
            }
            // The writer is busy with events; it is made again later.
            Err(TrySendError::Full(_)) => {}
            Err(TrySendError::Closed(_)) => return Ok(false),
        }
        Ok(true)
    }

    fn prepare(&mut self, reader: &Reader<'_>) -> Result<Option<Command>, StoreError> {
        if let Some(packing) = self.pack(reader)? {
            return Ok(Some(Command::Pack(packing)));
        }
        let Some(block) = reader.unsummarised(self.next)? else { return Ok(None) };
        self.next = block;
        Ok(Some(summarise(reader, block)?))
    }

    /// The oldest rows as a block, where there are enough of them, or no more can come among them.
    fn pack(&mut self, reader: &Reader<'_>) -> Result<Option<Packing>, StoreError> {
        let Some((events, is_closed)) = reader.oldest_rows(self.packed_upto)? else {
            // Whatever stayed a row is tried again.
            self.packed_upto = 0;
            return Ok(None);
        };
        let run: Vec<_> = events.iter().map(Lent::from).collect();
        let length = direct::length(&run);
        if length == run.len() && length < BLOCK as usize && !is_closed {
            self.packed_upto = 0;
            return Ok(None);
        }
        match self.sealer.seal(&run[..length]) {
            Ok(bytes) => Ok(Some(Packing { events: events.into_iter().take(length).collect(), bytes })),
            Err(unfit) => {
                tracing::debug!(%unfit, "Some rows stay rows.");
                self.packed_upto = run[length - 1].seq;
                Ok(None)
            }
        }
    }
}

fn summarise(reader: &Reader<'_>, block: u64) -> Result<Command, StoreError> {
    let (summarised, events) = reader.summarise(block)?;
    Ok(Command::Summary { summarised: Box::new(summarised), events })
}

/// Where SQLite keeps what is not in the file yet.
pub(crate) fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push("-wal");
    name.into()
}

type Identity = (u64, u64);

/// What tells a file from another of the same name; `None` when there is none.
#[cfg(unix)]
fn identity(path: &Path) -> Option<Identity> {
    use std::os::unix::fs::MetadataExt as _;
    let file = std::fs::metadata(path).ok()?;
    Some((file.dev(), file.ino()))
}

/// Elsewhere an open file can be neither deleted nor replaced.
#[cfg(not(unix))]
fn identity(_: &Path) -> Option<Identity> {
    None
}
