//! The handle: opening, closing, and every question with its way to a reader or to the writer.

use crate::{
    Appended, BLOCK, Batch, Bounds, Chunk, Damage, Histogram, Holder, Inspection, Limit, Machine, Options, Page, Pending, Profile, Query,
    Salvaged, Stats, StoreError, Stored, Tally, ahead,
    command::{Command, Job},
    histogram,
    keeper::Keeper,
    lock::{self, Lock},
    reader::Reader,
    salvage, schema, search,
    shared::{Opened, Shared},
    writer::Writer,
};
use std::{
    collections::HashMap,
    path::Path,
    sync::{Arc, Mutex},
};
use tokio::sync::{Semaphore, mpsc, oneshot, watch};
use watchdeck_events::{Channel, Millis};
use watchdeck_filter::Plan;
use watchdeck_protocol::Position;

/// Handle to one store file. Cheap to clone; the file is closed by [`Store::close`] or with the last handle.
#[derive(Debug, Clone)]
pub struct Store {
    pub(crate) shared: Arc<Shared>,
    pub(crate) commands: mpsc::Sender<Command>,
    /// KiB that batches may still take while they wait for the writer.
    room: Arc<Semaphore>,
    done: Arc<Mutex<Option<std::thread::JoinHandle<()>>>>,
}

/// Appends that may wait for the writer. Full means that the caller waits: that is the back-pressure.
const QUEUE: usize = 64;
/// KiB that they may take together. A larger batch waits until it is alone.
const QUEUE_KIB: u32 = 64 << 10;

impl Store {
    /// Open or create the file at `path`, migrate it, and start its writer thread. Blocking, but quick; waits a second for a holder that is just ending.
    ///
    /// # Errors
    /// [`StoreError::InUse`] when another process (or another handle of this one) has it open for writing; [`StoreError::Unavailable`] when the
    /// file cannot be opened or written; [`StoreError::Damaged`] when it is not a healthy database; [`StoreError::Newer`] when a newer version
    /// of Watchdeck wrote it.
    pub fn open(path: &Path, options: Options) -> Result<Self, StoreError> {
        let lock = if options.machine.is_simulated() { Lock::none() } else { Lock::take(path)? };
        Self::start(Opened::at(path, options)?, lock)
    }

    /// Who has the file at `path` open for writing at this moment; `None`: nobody, as far as the file system can tell.
    #[must_use]
    pub fn holder(path: &Path) -> Option<Holder> {
        lock::look(path)
    }

    /// As [`Store::open`]; a damaged file is set aside and the store goes on in a new one with what can be read of it. Damage deep inside is met
    /// while running, and taken care of at the start that follows: looking through the whole file at each start would cost seconds.
    ///
    /// # Errors
    /// As [`Store::open`], without [`StoreError::Damaged`] unless not even that was possible.
    pub fn open_or_salvage(path: &Path, options: Options) -> Result<(Self, Option<Salvaged>), StoreError> {
        let lock = Lock::take(path)?;
        salvage::complete(path)?;
        let opened = match salvage::suspicion(path) {
            Some(words) => Err(StoreError::Damaged(words)),
            None => Opened::at(path, options),
        };
        match opened {
            Ok(opened) => Ok((Self::start(opened, lock)?, None)),
            Err(StoreError::Damaged(words)) => {
                let salvaged = salvage::run(path, options, words)?;
                Ok((Self::start(Opened::at(path, options)?, lock)?, Some(salvaged)))
            }
            Err(error) => Err(error),
        }
    }

    fn start(opened: Opened, lock: Lock) -> Result<Self, StoreError> {
        let (commands, queue) = mpsc::channel(QUEUE);
        let shared = Arc::clone(&opened.shared);
        let keeper = Keeper::start(Arc::clone(&shared), commands.downgrade())?;
        let writer = Writer::new(opened, keeper, lock)?;
        if shared.readers.machine.is_simulated() {
            tokio::spawn(writer.run_in_turns(queue));
            return Ok(Self::new(shared, commands, None));
        }
        let thread = std::thread::Builder::new()
            .name("store-writer".into())
            .spawn(move || writer.run(queue))
            .map_err(|error| StoreError::Unavailable(error.to_string()))?;
        Ok(Self::new(shared, commands, Some(thread)))
    }

    /// Open the file for reading only, beside whoever writes it: nothing is made, locked, migrated or changed. [`Store::head`] and
    /// [`Store::channel_bounds`] stand still at what was there, appends answer [`StoreError::Closed`].
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when there is no such file or it cannot be read; otherwise as [`Store::open`].
    pub fn look(path: &Path, profile: Profile) -> Result<Self, StoreError> {
        let connection = schema::open_reader(path, Machine::Own)?;
        schema::check_version(&connection, profile)?;
        let epoch = schema::known_epoch(&connection)?.unwrap_or_default();
        let options = Options { profile, ..Options::CONSOLE };
        let (shared, _) = Shared::load(path, &connection, epoch, options, true)?;
        let (commands, _) = mpsc::channel(1);
        Ok(Self::new(Arc::new(shared), commands, None))
    }

    fn new(shared: Arc<Shared>, commands: mpsc::Sender<Command>, thread: Option<std::thread::JoinHandle<()>>) -> Self {
        Self { shared, commands, room: Arc::new(Semaphore::new(QUEUE_KIB as usize)), done: Arc::new(Mutex::new(thread)) }
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.shared.path
    }

    /// Names this file's life: made at its first opening, kept in it.
    #[must_use]
    pub fn epoch(&self) -> &str {
        &self.shared.epoch
    }

    /// Sequence number of the newest committed event; 0 before the first.
    #[must_use]
    pub fn head(&self) -> u64 {
        *self.shared.head.borrow()
    }

    /// Follows [`Store::head`].
    #[must_use]
    pub fn watch_head(&self) -> watch::Receiver<u64> {
        self.shared.head.subscribe()
    }

    /// Follows the newest failure of the file or its disk, in words. It stays until the source that met it has succeeded (or has given up), or
    /// until another's success shows that it is over: something small that fits says nothing of what did not. A refused value is no such failure: it is its sender's to tell.
    #[must_use]
    pub fn watch_failure(&self) -> watch::Receiver<Option<String>> {
        self.shared.failure.subscribe()
    }

    /// Commit a batch: all of it or nothing. Waits while the writer is busy; batches that wait together share one transaction.
    ///
    /// # Errors
    /// [`StoreError::Refused`] when it holds what the file cannot keep, which another try does not change; [`StoreError::Full`],
    /// [`StoreError::Unavailable`] or [`StoreError::Damaged`] as SQLite says. Nothing of the batch is stored then.
    pub async fn append(&self, batch: Batch) -> Result<Appended, StoreError> {
        self.enqueue(batch).await?.outcome().await.map_err(|refused| refused.error)
    }

    /// Hand a batch to the writer without waiting for the commit, so that the next one can be prepared meanwhile. Waits for room: the queue is
    /// bounded by batches and by bytes.
    ///
    /// # Errors
    /// [`StoreError::Closed`].
    pub async fn enqueue(&self, batch: Batch) -> Result<Pending, StoreError> {
        let (reply, answer) = oneshot::channel();
        let kib = u32::try_from(batch.bytes() >> 10).unwrap_or(u32::MAX).clamp(1, QUEUE_KIB);
        let room = Arc::clone(&self.room).acquire_many_owned(kib).await.map_err(|_| StoreError::Closed)?;
        self.commands.send(Command::Append(Job { batch, reply, room })).await.map_err(|_| StoreError::Closed)?;
        Ok(Pending::new(answer))
    }

    /// Events after `seq`, oldest first, at most `limit`: go on after the last one, the page may be shorter than the number of events asked for.
    /// What cannot be read is passed over; see [`Store::watch_damage`].
    ///
    /// # Errors
    /// As SQLite says.
    pub async fn read_after(&self, seq: u64, limit: impl Into<Limit>) -> Result<Vec<Stored>, StoreError> {
        let limit = limit.into();
        // Most pages are small, and are asked for at the head of the store.
        let far = limit.events >= 2 * BLOCK as usize;
        let several = if far { self.blocking(move |shared| ahead::after(shared, seq, limit)).await? } else { Vec::new() };
        if several.is_empty() { self.read(move |reader| reader.after(seq, limit)).await } else { Ok(several) }
    }

    /// Events after `seq` and up to `upto`, oldest first and at most a page ([`Limit::BYTES`]), one at least where there is one: from memory where they still
    /// are, shared and not copied, else from the disk as [`Store::read_after`].
    ///
    /// # Errors
    /// As SQLite says.
    pub async fn between(&self, seq: u64, upto: u64) -> Result<Vec<Chunk>, StoreError> {
        let recent = self.shared.recent.lock().expect("no code panics while holding the recent commits").between(seq, upto, Limit::BYTES);
        if let Some(chunks) = recent {
            return Ok(chunks);
        }
        let mut page = self.read_after(seq, upto.saturating_sub(seq) as usize).await?;
        page.retain(|stored| stored.seq <= upto);
        Ok(vec![Chunk::new(Arc::new(page), 0)])
    }

    /// Follows what of the file cannot be read. Reads go on behind it: a page that begins later than it was asked to has a hole before it, and
    /// so has an empty page that should not be empty.
    #[must_use]
    pub fn watch_damage(&self) -> watch::Receiver<Damage> {
        self.shared.damage.watch()
    }

    /// A page of the events that are meant. What is known of blocks rules most of them out unread; several readers look at the others at once.
    ///
    /// # Errors
    /// As SQLite says.
    pub async fn page(&self, query: Query) -> Result<Page, StoreError> {
        self.blocking(move |shared| search::page(shared, &query)).await
    }

    /// How many of the events after `after` are meant.
    ///
    /// # Errors
    /// As SQLite says.
    pub async fn count(&self, plan: Plan, after: u64) -> Result<u64, StoreError> {
        self.blocking(move |shared| search::count(shared, &plan, after)).await
    }

    /// How many events of which source, channel, kind and severity there are, the most frequent first.
    ///
    /// # Errors
    /// As SQLite says.
    pub async fn tally(&self) -> Result<Vec<Tally>, StoreError> {
        self.blocking(search::tally).await
    }

    /// One event.
    ///
    /// # Errors
    /// As SQLite says.
    pub async fn get(&self, seq: u64) -> Result<Option<Stored>, StoreError> {
        self.read(move |reader| reader.get(seq)).await
    }

    /// The event with this id.
    ///
    /// # Errors
    /// As SQLite says.
    pub async fn by_id(&self, id: &str) -> Result<Option<Stored>, StoreError> {
        let id = id.to_owned();
        self.read(move |reader| reader.by_id(&id)).await
    }

    /// Several events, in the order asked for; those that are gone are left out.
    ///
    /// # Errors
    /// As SQLite says.
    pub async fn get_many(&self, seqs: Vec<u64>) -> Result<Vec<Stored>, StoreError> {
        self.read(move |reader| seqs.into_iter().filter_map(|seq| reader.get(seq).transpose()).collect()).await
    }

    /// Events about `subject`, newest first, at most `limit`.
    ///
    /// # Errors
    /// As SQLite says.
    pub async fn by_subject(&self, subject: &str, limit: usize) -> Result<Vec<Stored>, StoreError> {
        let subject = subject.to_owned();
        self.read(move |reader| reader.by_subject(&subject, limit)).await
    }

    /// Log profile: events of `channel` after `offset` (offsets have no holes: what is missing at the beginning of a page, or up to the newest when
    /// the page is empty, is damaged and cannot be read), oldest first, at most `limit`; see [`Store::read_after`].
    ///
    /// # Errors
    /// As SQLite says.
    pub async fn channel_after(&self, channel: &Channel, offset: u64, limit: impl Into<Limit>) -> Result<Vec<Stored>, StoreError> {
        let (channel, limit) = (channel.clone(), limit.into());
        self.read(move |reader| reader.channel_after(&channel, offset, limit)).await
    }

    /// Log profile: the offset of the last event of `channel` that was received before `since`; 0 when none was.
    ///
    /// # Errors
    /// As SQLite says.
    pub async fn channel_offset_at(&self, channel: &Channel, since: Millis) -> Result<u64, StoreError> {
        let channel = channel.clone();
        self.read(move |reader| reader.channel_offset_at(&channel, since)).await
    }

    /// Log profile: the oldest kept and the newest offset of `channel`; both 0 when it is empty.
    #[must_use]
    pub fn channel_bounds(&self, channel: &Channel) -> Bounds {
        self.shared.bounds.read().expect("no code panics while holding the bounds").get(channel).copied().unwrap_or_default()
    }

    /// Log profile: every channel that has ever held an event.
    #[must_use]
    pub fn channels(&self) -> Vec<Channel> {
        let mut all: Vec<_> = self.shared.bounds.read().expect("no code panics while holding the bounds").keys().cloned().collect();
        all.sort();
        all
    }

    /// Log profile: how many channels have ever held an event. Never falls.
    #[must_use]
    pub fn channel_count(&self) -> usize {
        self.shared.bounds.read().expect("no code panics while holding the bounds").len()
    }

    /// The committed positions of `source`, by channel.
    ///
    /// # Errors
    /// As SQLite says.
    pub async fn positions(&self, source: &str) -> Result<HashMap<Channel, Position>, StoreError> {
        let source = source.to_owned();
        self.read(move |reader| reader.positions(&source)).await
    }

    /// How far every subscriber has come that said so, by name.
    ///
    /// # Errors
    /// As SQLite says.
    pub async fn checkpoints(&self) -> Result<Vec<(String, u64)>, StoreError> {
        self.read(|reader| reader.checkpoints()).await
    }

    /// How far the subscriber `name` has come; 0 when it never said.
    ///
    /// # Errors
    /// As SQLite says.
    pub async fn checkpoint(&self, name: &str) -> Result<u64, StoreError> {
        let name = name.to_owned();
        self.read(move |reader| reader.checkpoint(&name)).await
    }

    /// Remember that the subscriber `name` has dealt with everything up to `seq`. To save results with it, put both in one [`Batch`].
    ///
    /// # Errors
    /// As [`Store::append`].
    pub async fn set_checkpoint(&self, name: &str, seq: u64) -> Result<(), StoreError> {
        self.append(Batch { checkpoints: vec![(name.to_owned(), seq)], ..Batch::default() }).await.map(drop)
    }

    /// How many events of which domain occurred when, in cells of so many minutes (UTC).
    ///
    /// # Errors
    /// As SQLite says.
    pub async fn histogram(&self, minutes: u32) -> Result<Histogram, StoreError> {
        self.read(move |reader| histogram::all(reader, minutes)).await
    }

    /// Size and age of what is stored.
    ///
    /// # Errors
    /// As SQLite says.
    pub async fn stats(&self) -> Result<Stats, StoreError> {
        self.read(|reader| reader.stats()).await
    }

    /// The file itself: its schema, and whether SQLite finds it whole. Reads all of it, so it takes a while on a large one.
    ///
    /// # Errors
    /// As SQLite says.
    pub async fn inspect(&self) -> Result<Inspection, StoreError> {
        self.read(|reader| reader.inspect()).await
    }

    /// Finish what is queued, fold the write-ahead log into the file, and let go of it. Later appends answer [`StoreError::Closed`].
    pub async fn close(&self) {
        let (reply, answer) = oneshot::channel();
        if self.commands.send(Command::Close { reply }).await.is_ok() {
            drop(answer.await);
        }
        let thread = self.done.lock().expect("no code panics while holding the thread").take();
        if let Some(thread) = thread {
            drop(tokio::task::spawn_blocking(move || thread.join()).await);
        }
    }

    pub(crate) async fn read<T: Send + 'static>(
        &self,
        query: impl FnOnce(&Reader<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let ask = move |shared: &Shared| {
            let connection = shared.readers.take()?;
            let answer = search::refresh(shared, &connection).and_then(|()| query(&Reader::new(&connection, shared)));
            shared.readers.put_back(connection);
            answer
        };
        self.blocking(ask).await
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Shared) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let shared = Arc::clone(&self.shared);
        let machine = shared.readers.machine;
        let worked = machine.aside(move || {
            let answer = work(&shared);
            if let Err(StoreError::Damaged(words)) = &answer {
                shared.damage.note(0..0, words);
            }
            answer
        });
        worked.await?
    }
}
