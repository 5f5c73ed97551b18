//! A damaged file is set aside under a name with its date, and the store goes on in a new one with what can be read of the old.
//!
//! The new file is complete before anything is renamed, and each step can be repeated: a crash in between loses neither of the two.

use crate::{
    BLOCK, Limit, Machine, Options, Profile, StoreError, Stored,
    block::{Block, MOST_TEXT, Scratch, Sealer},
    damage::note_of,
    direct,
    insert::row,
    names::Names,
    packed::Packed,
    reader::Reader,
    schema::{self, INSERT_EVENT},
    search,
    shared::Shared,
    state::State,
    types::Lent,
};
use rusqlite::{Connection, params, types::Value};
use std::{
    collections::HashMap,
    ops::Range,
    path::{Path, PathBuf},
};
use watchdeck_events::{Event, Millis};
use watchdeck_filter::Plan;

/// Newest events that are taken over at a start; a person waits for it. What is older stays in the file that was set aside.
const MOST: u64 = 2_000_000;
/// Events that are not worth a block.
const FEW: usize = 512;

/// What came of a damaged file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Salvaged {
    /// Where it is now, whole as it was.
    pub set_aside: PathBuf,
    /// What SQLite said of it.
    pub words: String,
    /// Events that could be read.
    pub events: u64,
    /// What could not.
    pub missing: Vec<Missing>,
}

/// Events that the new file does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// Where they were: their sequence numbers stay free. Within a block some between them may have been read. Empty when not even their number is
    /// known.
    pub seqs: Range<u64>,
    /// When the last event before them was received; `None` when there is none.
    pub from: Option<Millis>,
    /// When the first event after them was received; `None` when there is none.
    pub to: Option<Millis>,
}

/// Whether the file is to be looked at as a whole, and what is wrong with it then.
pub(crate) fn suspicion(path: &Path) -> Option<String> {
    let note = note_of(path);
    std::fs::read_to_string(&note).ok()?;
    let problems = schema::open_reader(path, Machine::Own).and_then(|connection| {
        let mut check = connection.prepare("PRAGMA quick_check(1)")?;
        Ok(check.query_row([], |row| row.get::<_, String>(0))?)
    });
    match problems {
        Ok(answer) if answer == "ok" => {
            let broken = broken_block(path);
            if broken.is_none() {
                forget(&note);
            }
            broken
        }
        Ok(answer) => Some(answer),
        Err(error) => Some(error.to_string()),
    }
}

/// What is wrong with the first block that is not as it was written: SQLite has no opinion on it.
fn broken_block(path: &Path) -> Option<String> {
    let connection = schema::open_reader(path, Machine::Own).ok()?;
    let packed = Packed::new(&connection, schema::packs(&connection).ok()?);
    match packed.problems(1) {
        Ok(problems) => problems.into_iter().next(),
        Err(error) => Some(error.to_string()),
    }
}

/// A salvage that was interrupted between its last two steps is completed.
pub(crate) fn complete(path: &Path) -> Result<(), StoreError> {
    let ready = path.with_extension("salvaged.db");
    // Somebody may have made the file already, for its mode.
    if ready.exists() && std::fs::metadata(path).is_ok_and(|file| file.len() > 0) {
        return Ok(());
    }
    if ready.exists() {
        std::fs::rename(&ready, path).map_err(|error| unusable(&ready, &error))?;
    }
    Ok(())
}

/// Build a new file at `path` from what can be read of the one that is there, which is set aside. The caller holds the lock.
pub(crate) fn run(path: &Path, options: Options, words: String) -> Result<Salvaged, StoreError> {
    tracing::error!(path = %path.display(), words, "The event store is damaged; taking over what can be read.");
    let (building, ready) = (path.with_extension("salvage.db"), path.with_extension("salvaged.db"));
    for old in [&building, &ready] {
        with_companions(old).iter().for_each(|file| forget(file));
    }
    let (events, missing) = rebuild(path, &building, options)?;
    std::fs::rename(&building, &ready).map_err(|error| unusable(&building, &error))?;
    let set_aside = aside(path, "damaged");
    // The write-ahead log goes first: one that is left beside a new file would be read into it.
    for (from, to) in with_companions(path).into_iter().zip(with_companions(&set_aside)) {
        if from.exists() {
            std::fs::rename(&from, &to).map_err(|error| unusable(&from, &error))?;
        }
    }
    std::fs::rename(&ready, path).map_err(|error| unusable(&ready, &error))?;
    forget(&note_of(path));
    tracing::error!(set_aside = %set_aside.display(), events, missing = missing.len(), "The damaged file was set aside.");
    Ok(Salvaged { set_aside, words, events, missing })
}

pub(crate) fn unusable(path: &Path, error: &std::io::Error) -> StoreError {
    StoreError::Unavailable(format!("{}: {error}", path.display()))
}

pub(crate) fn forget(file: &Path) {
    if let Err(error) = std::fs::remove_file(file)
        && error.kind() != std::io::ErrorKind::NotFound
    {
        tracing::warn!(%error, path = %file.display(), "A file stays.");
    }
}

/// `events.damaged-20261125-131500.db`, a name that nothing has.
pub(crate) fn aside(path: &Path, why: &str) -> PathBuf {
    let stamp = format!("{why}-{}", jiff::Zoned::now().strftime("%Y%m%d-%H%M%S"));
    let names = (1..).map(|n: u32| path.with_extension(if n == 1 { format!("{stamp}.db") } else { format!("{stamp}-{n}.db") }));
    names.into_iter().find(|name| !name.exists()).expect("there is always another number")
}

/// The write-ahead log, its index, and the file.
pub(crate) fn with_companions(path: &Path) -> [PathBuf; 3] {
    let beside = |suffix: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        PathBuf::from(name)
    };
    [beside("-wal"), beside("-shm"), path.to_owned()]
}

fn rebuild(damaged: &Path, building: &Path, options: Options) -> Result<(u64, Vec<Missing>), StoreError> {
    let new = schema::open_connection(building, Options { max_bytes: None, ..options })?;
    new.pragma_update(None, "synchronous", "off")?;
    // Nobody may read the new one who could not read the old.
    let mode = std::fs::metadata(damaged).and_then(|file| std::fs::set_permissions(building, file.permissions()));
    mode.map_err(|error| unusable(building, &error))?;
    let copied = match schema::open_reader(damaged, Machine::Own) {
        Ok(old) => copy(&old, damaged, &new, options.profile),
        Err(error) => Err(error),
    };
    let found = match copied {
        Err(StoreError::Damaged(_)) => {
            // Not even its first page can be read: all of it is missing.
            (0, vec![Missing { seqs: 0..0, from: None, to: None }])
        }
        copied => copied?,
    };
    new.pragma_update(None, "synchronous", "full")?;
    new.pragma_update(None, "wal_checkpoint", "truncate")?;
    new.close().map_err(|(_, error)| error)?;
    Ok(found)
}

fn copy(old: &Connection, damaged: &Path, new: &Connection, profile: Profile) -> Result<(u64, Vec<Missing>), StoreError> {
    // Touches the file for the first time: what is no database at all is found here.
    schema::check_version(old, profile)?;
    let kept = match profile {
        // Secrets in the keychain are named after it.
        Profile::Console => "meta",
        // Its offsets may be given once more, and whoever holds a position must notice.
        Profile::Log => "",
    };
    for table in [kept, "names", "positions", "checkpoints", "documents", "let_go", "gone"] {
        if !table.is_empty() {
            rows(old, new, table)?;
        }
    }
    list_blocks(old)?;
    let newest = newest(old);
    let floor = newest.saturating_sub(MOST);
    let shared = Shared::bare(damaged, Names::load(new)?, newest, true, (profile, true), Machine::Own);
    let events = copy_events(&Reader::new(old, &shared), new, &shared, floor)?;
    let mut holes = stretches(&shared.damage.watch().borrow().unreadable);
    if floor > 0 {
        holes.insert(0, 1..floor + 1);
    }
    let copied = Shared::bare(damaged, Names::load(new)?, newest, true, (profile, true), Machine::Own);
    let reader = Reader::new(new, &copied);
    let missing: Vec<_> = holes.into_iter().map(|seqs| at(&reader, seqs)).collect::<Result<_, _>>()?;
    if let (Some(first), Profile::Console) = (missing.iter().find(|missing| missing.seqs.start > floor), profile) {
        roll_back(new, &reader, first.seqs.start)?;
    }
    Ok((events, missing))
}

/// Holes as they are told to people: payloads lie by kind, so one broken page is many holes close to each other.
fn stretches(holes: &[Range<u64>]) -> Vec<Range<u64>> {
    let mut all: Vec<Range<u64>> = Vec::new();
    for hole in holes {
        match all.last_mut() {
            Some(last) if hole.start - last.end < BLOCK => last.end = hole.end,
            _ => all.push(hole.clone()),
        }
    }
    all
}

/// A list of the blocks that can be read, made of what they say of themselves and read in the place of the file's own, which may be damaged.
fn list_blocks(old: &Connection) -> Result<(), StoreError> {
    old.execute_batch(
        "CREATE TEMP TABLE blocks(number INTEGER PRIMARY KEY, first INTEGER, last INTEGER, events INTEGER, received_at INTEGER)",
    )?;
    if !schema::packs(old).unwrap_or(false) {
        return Ok(());
    }
    let mut insert = old.prepare("INSERT OR IGNORE INTO temp.blocks VALUES (?1, ?2, ?3, ?4, ?5)")?;
    let mut scratch = Scratch::default();
    for order in ["ASC", "DESC"] {
        let Ok(mut query) = old.prepare(&format!("SELECT number, bytes FROM block_bytes ORDER BY number {order}")) else { continue };
        let Ok(mut rows) = query.query([]) else { continue };
        // An error is the broken page; the other direction comes from behind it.
        while let Ok(Some(row)) = rows.next() {
            let (Ok(number), Ok(bytes)) = (row.get::<_, u64>(0), row.get::<_, Vec<u8>>(1)) else { continue };
            if let Ok(block) = Block::open(bytes, &mut scratch) {
                insert.execute(params![number, block.first(), block.last(), block.len(), block.received_at(0).0])?;
            }
        }
    }
    Ok(())
}

/// Copy a small table from both ends towards what cannot be read in it.
fn rows(old: &Connection, new: &Connection, table: &str) -> Result<(), StoreError> {
    let columns: usize = new.prepare(&format!("SELECT * FROM {table}"))?.column_count();
    let places = vec!["?"; columns].join(", ");
    let mut insert = new.prepare(&format!("INSERT OR IGNORE INTO {table} VALUES ({places})"))?;
    let key = (1..=columns.min(2)).map(|column| column.to_string()).collect::<Vec<_>>();
    for order in ["ASC", "DESC"] {
        let order = key.iter().map(|column| format!("{column} {order}")).collect::<Vec<_>>().join(", ");
        let Ok(mut query) = old.prepare(&format!("SELECT * FROM {table} ORDER BY {order}")) else { continue };
        let Ok(mut found) = query.query([]) else { continue };
        let transaction = new.unchecked_transaction()?;
        // An error is the broken page; the other direction comes from behind it.
        while let Ok(Some(row)) = found.next() {
            let values = (0..columns).map(|column| row.get::<_, Value>(column)).collect::<Result<Vec<_>, _>>();
            if let Ok(values) = values {
                insert.execute(rusqlite::params_from_iter(values))?;
            }
        }
        transaction.commit()?;
    }
    Ok(())
}

/// The newest sequence number, or the best that can be said of it.
fn newest(old: &Connection) -> u64 {
    let ask = |question: &str| old.query_row(question, [], |row| row.get::<_, Option<u64>>(0)).ok().flatten();
    ask("SELECT max(seq) FROM events").or_else(|| indexed(old)).max(ask("SELECT max(last) FROM blocks")).unwrap_or(0)
}

/// The newest sequence number in the index of ids, as far as that can be read.
fn indexed(old: &Connection) -> Option<u64> {
    let mut query = old.prepare("SELECT seq FROM events INDEXED BY events_by_id ORDER BY id").ok()?;
    let mut rows = query.query([]).ok()?;
    let mut newest = None;
    while let Ok(Some(row)) = rows.next() {
        newest = newest.max(row.get::<_, u64>(0).ok());
    }
    newest
}

fn copy_events(reader: &Reader<'_>, new: &Connection, shared: &Shared, floor: u64) -> Result<u64, StoreError> {
    let (mut cursor, mut events, mut sealer) = (floor, 0, Sealer::default());
    // Behind the numbers of what was let go.
    let mut number = State::load(new, shared.profile, &HashMap::new())?.next_block;
    loop {
        let page = reader.after(cursor, Limit { events: BLOCK as usize, bytes: MOST_TEXT })?;
        let Some(last) = page.last() else { return Ok(events) };
        cursor = last.seq;
        events += page.len() as u64;
        let transaction = new.unchecked_transaction()?;
        let run: Vec<_> = page.iter().map(Lent::from).collect();
        let sealed = if page.len() > FEW { sealer.seal(&run).ok() } else { None };
        match sealed {
            Some(bytes) => {
                direct::write(&transaction, shared, number, &run, &bytes)?;
                number += 1;
                for lent in &run {
                    numbers_of(&transaction, lent.event, shared)?;
                }
            }
            None => page.iter().try_for_each(|stored| insert(&transaction, stored, shared))?,
        }
        transaction.commit()?;
    }
}

fn insert(new: &Connection, stored: &Stored, shared: &Shared) -> Result<(), StoreError> {
    let names = numbers_of(new, &stored.event, shared)?;
    row(&mut *new.prepare_cached(INSERT_EVENT)?, stored.into(), names)?;
    Ok(())
}

fn numbers_of(new: &Connection, event: &Event, shared: &Shared) -> Result<[i64; 3], StoreError> {
    let mut numbers = [0; 3];
    for (number, name) in numbers.iter_mut().zip([&*event.source, event.channel.as_str(), event.kind.as_str()]) {
        *number = number_of(new, name, shared)?;
    }
    Ok(numbers)
}

fn number_of(new: &Connection, name: &str, shared: &Shared) -> Result<i64, StoreError> {
    // A number whose name could not be read has none.
    let name = if name.is_empty() { "unreadable" } else { name };
    let mut names = shared.names.write().expect("no code panics while holding the names");
    if let Some(number) = names.number(name) {
        return Ok(number);
    }
    new.execute("INSERT INTO names(name) VALUES (?1)", [name])?;
    let number = new.last_insert_rowid();
    names.insert(number, name.into());
    Ok(number)
}

fn at(reader: &Reader<'_>, seqs: Range<u64>) -> Result<Missing, StoreError> {
    let from = search::newest_match(reader, &Plan::default(), 0..seqs.start)?.map(|stored| stored.event.received_at);
    let to = reader.after(seqs.end.saturating_sub(1), Limit::from(1))?.first().map(|stored| stored.event.received_at);
    Ok(Missing { seqs, from, to })
}

/// Positions go back to what is certainly here, so that the servers send once more what was lost; what was not is told apart by its id.
fn roll_back(new: &Connection, reader: &Reader<'_>, first_missing: u64) -> Result<(), StoreError> {
    let (mut reached, mut cursor) = (HashMap::<_, u64>::new(), 0);
    loop {
        let page = reader.after(cursor, Limit::from(BLOCK as usize))?;
        let before = page.iter().take_while(|stored| stored.seq < first_missing);
        for Stored { offset, event, .. } in before {
            let newest = reached.entry((event.source.to_string(), event.channel.to_string())).or_default();
            *newest = offset.max(newest).to_owned();
        }
        match page.last() {
            Some(last) if last.seq < first_missing => cursor = last.seq,
            _ => break,
        }
    }
    let mut positions = new.prepare("SELECT source, channel FROM positions")?;
    let places: Vec<(String, String)> = positions.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
    for place in places {
        let newest = reached.get(&place).copied().unwrap_or(0);
        let update = "UPDATE positions SET offset = min(offset, ?3) WHERE source = ?1 AND channel = ?2";
        new.execute(update, params![place.0, place.1, newest])?;
    }
    Ok(())
}
