//! The file: tables, indexes, pragmas.

use crate::{Bounds, Machine, StoreError, letting::edges, names::Names, stretches, summary::Summarised, tables};
use rusqlite::{Connection, OpenFlags, OptionalExtension as _, params};
use rusqlite_migration::{M, Migrations};
use std::{collections::HashMap, path::Path, time::Duration};
use watchdeck_events::Channel;

/// Who gives offsets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// A console's store: offsets are the servers'. Looked up by subject.
    Console,
    /// A gateway's log: the store gives each event its offset, per channel, from 1 without holes.
    Log,
}

/// What a commit survives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// The death of the process. After a power cut the last moments may be missing, *and so are their positions*: they are fetched again.
    Process,
    /// A power cut: each commit waits for the disk. For whoever confirms events to a publisher.
    Disk,
}

/// How to open a store.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Who gives offsets.
    pub profile: Profile,
    /// What a commit survives.
    pub durability: Durability,
    /// The file may not grow beyond this, as if the disk ended there.
    pub max_bytes: Option<u64>,
    /// What it lies on.
    pub machine: Machine,
}

impl Options {
    /// For a console.
    pub const CONSOLE: Self = Self { profile: Profile::Console, durability: Durability::Process, max_bytes: None, machine: Machine::Own };
    /// For a gateway.
    pub const LOG: Self = Self { profile: Profile::Log, durability: Durability::Disk, max_bytes: None, machine: Machine::Own };
}

/// Names are kept once: a row names its source, channel and kind by number. `id` must be unique; a repeat is ignored, which is the last
/// of the defences against storing an event twice.
const TABLES: &str = "
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE names(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE events(
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    source INTEGER NOT NULL,
    channel INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    offset INTEGER NOT NULL,
    occurred_at INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    severity INTEGER NOT NULL,
    subject TEXT,
    actor TEXT,
    payload TEXT NOT NULL
);
CREATE UNIQUE INDEX events_by_id ON events(id);
CREATE TABLE positions(source TEXT, channel TEXT, epoch TEXT NOT NULL, offset INTEGER NOT NULL, PRIMARY KEY(source, channel)) WITHOUT ROWID;
CREATE TABLE checkpoints(name TEXT PRIMARY KEY, seq INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE documents(collection TEXT, key TEXT, body TEXT NOT NULL, PRIMARY KEY(collection, key)) WITHOUT ROWID;
";

/// What older versions found related events by. It went with [`PACKED`].
const SUBJECTS: &str = "
CREATE TABLE subjects(block INTEGER NOT NULL, subject TEXT NOT NULL, PRIMARY KEY(block, subject)) WITHOUT ROWID;";
/// Events of one block at most.
pub const BLOCK: u64 = 4_096;
/// What older versions knew of every 2,048 rows. It went with [`PACKED`].
const SUMMARIES: &str = "
CREATE TABLE summaries(
    block INTEGER PRIMARY KEY,
    first_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    severities INTEGER NOT NULL,
    bits BLOB NOT NULL
);";
/// Resume from a position.
const LOG_INDEX: &str = "CREATE UNIQUE INDEX events_by_offset ON events(channel, offset);";

macro_rules! blocks {
    () => {
        "
CREATE TABLE blocks(
    number INTEGER PRIMARY KEY,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    events INTEGER NOT NULL,
    received_at INTEGER NOT NULL
);
CREATE UNIQUE INDEX blocks_by_last ON blocks(last, first, number);
CREATE TABLE block_bytes(number INTEGER PRIMARY KEY, bytes BLOB NOT NULL);
CREATE TABLE segments(number INTEGER PRIMARY KEY, filter BLOB NOT NULL, prints BLOB NOT NULL);"
    };
}
macro_rules! summaries {
    () => {
        "
CREATE TABLE summaries(
    block INTEGER PRIMARY KEY,
    occurred_first INTEGER NOT NULL,
    occurred_last INTEGER NOT NULL,
    summary BLOB NOT NULL,
    frames BLOB NOT NULL
);
CREATE UNIQUE INDEX summaries_by_time ON summaries(block, occurred_first, occurred_last);"
    };
}
macro_rules! gone {
    () => {
        "CREATE TABLE gone(number INTEGER PRIMARY KEY, at INTEGER NOT NULL, ids BLOB NOT NULL);"
    };
}

/// Runs of events that left the table of rows; see [`crate::packed`]. Which of them holds a sequence number or an id is asked all the time, so what
/// is small stands apart from what is large. Related events are found by the blocks' own lists and, among the few rows, by reading them. A summary
/// (see [`crate::summary`]) is written behind its block, and only to make searches faster: without it the block is read.
const PACKED: &str = concat!(
    blocks!(),
    "
DROP TABLE subjects;
DROP TABLE summaries;
CREATE TABLE summaries(block INTEGER PRIMARY KEY, summary BLOB NOT NULL);"
);
/// The times of a block stand before what else is known of it, so that whoever asks for a time reads no more. They are summarised anew.
const TIMED: &str = "
DROP TABLE summaries;
CREATE TABLE summaries(
    block INTEGER PRIMARY KEY,
    occurred_first INTEGER NOT NULL,
    occurred_last INTEGER NOT NULL,
    summary BLOB NOT NULL
);";
/// Up to where each channel was let go; see [`crate::letting`]. What it says of numbers and offsets outlives the events that had them.
const LET_GO: &str = "
CREATE TABLE let_go(
    channel TEXT PRIMARY KEY,
    seq INTEGER NOT NULL,
    offset INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    events INTEGER NOT NULL,
    at INTEGER NOT NULL
) WITHOUT ROWID;";
/// What is known of the frames of a block stands behind its summary: only whoever reads the block wants it. They are summarised anew.
const FRAMES: &str = concat!("DROP TABLE summaries;", summaries!());
/// The ids of what was let go from blocks.
const GONE: &str = gone!();
/// A log's blocks, and where the offsets of its channels lie in them; see [`crate::stretches`].
const LOG_BLOCKS: &str = concat!(
    blocks!(),
    summaries!(),
    gone!(),
    "
CREATE TABLE stretches(channel TEXT, last INTEGER, first INTEGER NOT NULL, block INTEGER NOT NULL, PRIMARY KEY(channel, last)) WITHOUT ROWID;
CREATE INDEX stretches_by_block ON stretches(block);"
);
/// The statement of the writer, public so that a benchmark can measure the bare limit of the same rows. Only a repeated *id* is passed over: a
/// sequence number or an offset that is taken means that somebody else writes into the file, and passing over that would lose the event.
pub const INSERT_EVENT: &str =
    "INSERT INTO events(seq, id, source, channel, kind, offset, occurred_at, received_at, severity, subject, actor, payload)
 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) ON CONFLICT(id) DO NOTHING";

/// A block, and what is in it.
pub(crate) const INSERT_BLOCK: &str = "INSERT INTO blocks(number, first, last, events, received_at) VALUES (?1, ?2, ?3, ?4, ?5)";
pub(crate) const INSERT_BYTES: &str = "INSERT INTO block_bytes(number, bytes) VALUES (?1, ?2)";

/// Keep what is known of a block, in the place of what was.
pub(crate) fn keep_summary(connection: &Connection, Summarised { summary, marks }: &Summarised) -> rusqlite::Result<()> {
    let insert = "INSERT OR REPLACE INTO summaries(block, occurred_first, occurred_last, summary, frames) VALUES (?1, ?2, ?3, ?4, ?5)";
    let row = params![summary.block, summary.occurred.start(), summary.occurred.end(), summary.encode(), marks.encode()];
    connection.prepare_cached(insert)?.execute(row).map(drop)
}

/// Open the file for reading only. Beside a writer, and without one.
pub(crate) fn open_reader(path: &Path, machine: Machine) -> Result<Connection, StoreError> {
    let connection = machine.open(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(Duration::from_secs(5))?;
    connection.pragma_update(None, "cache_size", -8 * 1024)?;
    connection.set_prepared_statement_cache_capacity(32);
    Ok(connection)
}

/// Whether this version can read what the file holds.
pub(crate) fn check_version(connection: &Connection, profile: Profile) -> Result<(), StoreError> {
    let version: usize = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    match version {
        0 => Err(StoreError::Damaged("it holds no tables of an event store".into())),
        known if known <= migrations(profile).len() => Ok(()),
        _ => Err(StoreError::Newer),
    }
}

/// Open the file for writing, with its tables and pragmas. The store does this itself; public for the same benchmark.
///
/// # Errors
/// See [`Store::open`](crate::Store::open).
pub fn open_connection(path: &Path, options: Options) -> Result<Connection, StoreError> {
    let mut connection = options.machine.open(path, OpenFlags::default())?;
    connection.busy_timeout(Duration::from_secs(5))?;
    // Before anything is written: a file that has tables keeps what it has; see `Store::compact`.
    connection.pragma_update(None, "auto_vacuum", "incremental")?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(
        None,
        "synchronous",
        match options.durability {
            Durability::Process => "normal",
            Durability::Disk => "full",
        },
    )?;
    // A log writes all over its indexes; a console's rows are few, and its blocks are written once.
    let cache = if options.profile == Profile::Log { 64 } else { 16 };
    connection.pragma_update(None, "cache_size", -cache * 1024)?;
    connection.pragma_update(None, "temp_store", "memory")?;
    // Checkpoints of 32 MiB instead of 4: fewer, longer writes while a backlog pours in.
    connection.pragma_update(None, "wal_autocheckpoint", 8192)?;
    connection.pragma_update(None, "journal_size_limit", 64 << 20)?;
    if let Some(bytes) = options.max_bytes {
        let page: u64 = connection.pragma_query_value(None, "page_size", |row| row.get(0))?;
        connection.pragma_update_and_check(None, "max_page_count", bytes / page, |_| Ok(()))?;
    }
    Migrations::new(migrations(options.profile)).to_latest(&mut connection)?;
    Ok(connection)
}

/// Whether free pages go back to the disk by themselves.
pub(crate) fn gives_back(connection: &Connection) -> rusqlite::Result<bool> {
    const INCREMENTAL: u32 = 2;
    Ok(connection.pragma_query_value(None, "auto_vacuum", |row| row.get::<_, u32>(0))? == INCREMENTAL)
}

/// Write the file anew without its free pages. From then on it gives them back by itself.
pub(crate) fn compact(connection: &Connection) -> Result<(), StoreError> {
    connection.pragma_update(None, "auto_vacuum", "incremental")?;
    // The copy may be larger than the memory.
    connection.pragma_update(None, "temp_store", "file")?;
    let compacted = connection.execute_batch("VACUUM");
    connection.pragma_update(None, "temp_store", "memory")?;
    Ok(compacted?)
}

/// The steps to today's tables. What a released version has made is never changed, only added to.
fn migrations(profile: Profile) -> Vec<M<'static>> {
    match profile {
        Profile::Console => {
            vec![M::up(TABLES), M::up(SUBJECTS), M::up(SUMMARIES), M::up(PACKED), M::up(TIMED), M::up(LET_GO), M::up(GONE), M::up(FRAMES)]
        }
        Profile::Log => vec![M::up(TABLES), M::up(LOG_INDEX), M::up(LET_GO), M::up(LOG_BLOCKS)],
    }
}

/// Whether runs of events may be blocks in this file: one that is only looked at may be older than they are.
pub(crate) fn packs(connection: &Connection) -> Result<bool, StoreError> {
    Ok(tables::has(connection, "block_bytes")?)
}

/// The file's epoch, if it was ever opened for writing.
pub(crate) fn known_epoch(connection: &Connection) -> Result<Option<String>, StoreError> {
    Ok(connection.query_row("SELECT value FROM meta WHERE key = 'epoch'", [], |row| row.get(0)).optional()?)
}

/// The file's epoch, made on first use.
pub(crate) fn epoch(connection: &Connection) -> Result<String, StoreError> {
    if let Some(epoch) = known_epoch(connection)? {
        return Ok(epoch);
    }
    let epoch = uuid::Uuid::new_v4().simple().to_string()[..12].to_owned();
    connection.execute("INSERT INTO meta VALUES ('epoch', ?1)", [&epoch])?;
    Ok(epoch)
}

/// Oldest and newest offset per channel.
pub(crate) fn load_bounds(connection: &Connection, names: &Names, profile: Profile) -> Result<HashMap<Channel, Bounds>, StoreError> {
    if profile == Profile::Console {
        return Ok(HashMap::new());
    }
    // Two seeks per channel: grouping, or asking for both ends in one question, would read the whole index.
    let mut next = connection.prepare("SELECT channel, offset FROM events WHERE channel > ?1 ORDER BY channel, offset LIMIT 1")?;
    let mut newest = connection.prepare("SELECT max(offset) FROM events WHERE channel = ?1")?;
    let (mut bounds, mut at) = (HashMap::new(), i64::MIN);
    while let Some((channel, first)) = next.query_row([at], |row| Ok((row.get::<_, i64>(0)?, row.get(1)?))).optional()? {
        let last = newest.query_row([channel], |row| row.get(0))?;
        bounds.insert(Channel::from(names.name(channel)), Bounds { first, last });
        at = channel;
    }
    if packs(connection)? {
        for (channel, first, last) in stretches::bounds(connection)? {
            let bounds = bounds.entry(channel).or_insert(Bounds { first, last });
            *bounds = Bounds { first: bounds.first.min(first), last: bounds.last.max(last) };
        }
    }
    // A channel of which nothing is left goes on where it was.
    for edge in edges::load(connection)? {
        bounds.entry(edge.channel).or_insert(Bounds { first: edge.offset + 1, last: edge.offset });
    }
    Ok(bounds)
}
