//! One transaction over the batches that waited together: take the turn, look, give numbers, copy, commit.

use crate::{
    books,
    command::Job,
    failure::{Io, failed, refused_value},
    follower::{WAKE, now},
    names::{KIND, SOURCE},
    reader::ABOUT,
    row::{big, copy, number, refusal},
    search,
    server::Server,
    shared::Shared,
    weeks::Week,
};
use deadpool_postgres::Transaction;
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};
use tokio_postgres::Error;
use watchdeck_events::Event;
use watchdeck_store::{Appended, Condition, Placed, StoreError};

/// Tries at connections that turn out to be dead, and at partitions that turn out to be gone.
const TRIES: usize = 3;
/// How long the end of a commit is asked for whose answer was lost.
const UNCERTAIN: Duration = Duration::from_secs(20);

/// What a transaction did: per batch, and per event where it went (`None`: it was there already).
pub(crate) struct Done {
    /// The newest number before it.
    pub(crate) after: u64,
    pub(crate) answers: Vec<Appended>,
    pub(crate) places: Vec<Option<(u64, u64)>>,
}

/// Why nothing was stored.
pub(crate) enum Failed {
    /// One batch cannot be; the others can go without it.
    Batch { index: usize, error: StoreError },
    /// One of the batches holds what the server refuses.
    Value(String),
    /// The server, or the way to it.
    All(StoreError),
}

impl From<StoreError> for Failed {
    fn from(error: StoreError) -> Self {
        Self::All(error)
    }
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        refused_value(&error).map_or_else(|| Self::All(failed(&error)), Self::Value)
    }
}

/// Commit all `jobs`, or nothing of them.
pub(crate) async fn run(shared: &Shared, jobs: &[Job]) -> Result<Done, Failed> {
    let weeks = weeks(jobs)?;
    let mut tries = 0;
    loop {
        tries += 1;
        let mut client = shared.server.writer().await?;
        if !shared.weeks.have(weeks.iter().copied()) {
            shared.weeks.make(&mut client, now(), weeks.iter().copied()).await?;
        }
        let mut transaction = client.transaction().await;
        let outcome = match &mut transaction {
            Ok(transaction) => fill(shared, transaction, jobs).await,
            Err(_) => Err(Stopped::Gone),
        };
        match (outcome, transaction) {
            (Ok((done, xid)), Ok(transaction)) => {
                if let Err(error) = transaction.commit().await {
                    settle(&shared.server, &xid, error).await?;
                }
                shared.names.lock().expect("no code panics while holding the names").extend(names(jobs));
                return Ok(done);
            }
            // Nothing was committed, so it may be begun again: on another connection, or with the partition that somebody has dropped.
            (Err(Stopped::Gone), _) if tries < TRIES => {}
            (Err(Stopped::Weeks), _) if tries < TRIES => shared.weeks.forget(),
            (Err(Stopped::Failed(failed)), _) => return Err(failed),
            _ => return Err(StoreError::Unavailable("the connection was lost".into()).into()),
        }
    }
}

/// Why a transaction was not filled.
enum Stopped {
    /// The connection was dead.
    Gone,
    /// A partition was not there.
    Weeks,
    Failed(Failed),
}

impl From<Error> for Stopped {
    fn from(error: Error) -> Self {
        if error.is_closed() {
            Self::Gone
        } else if error.code() == Some(&tokio_postgres::error::SqlState::CHECK_VIOLATION) {
            Self::Weeks
        } else {
            Self::Failed(error.into())
        }
    }
}

impl From<Failed> for Stopped {
    fn from(failed: Failed) -> Self {
        Self::Failed(failed)
    }
}

impl From<StoreError> for Stopped {
    fn from(error: StoreError) -> Self {
        Self::Failed(Failed::All(error))
    }
}

/// The weeks of all events. An event that cannot be a row is refused before the turn is taken.
fn weeks(jobs: &[Job]) -> Result<HashSet<Week>, Failed> {
    for (index, job) in jobs.iter().enumerate() {
        for (at, new) in job.batch.events.iter().enumerate() {
            if let Some(reason) = refusal(&new.event) {
                return Err(Failed::Batch { index, error: StoreError::Refused { event: Some(at), reason: reason.into() } });
            }
        }
    }
    Ok(events(jobs).filter_map(|event| Week::of(event.received_at)).collect())
}

fn events(jobs: &[Job]) -> impl Iterator<Item = &Event> {
    jobs.iter().flat_map(|job| &job.batch.events).map(|new| &new.event)
}

fn names(jobs: &[Job]) -> HashSet<(i16, Arc<str>)> {
    events(jobs).flat_map(|event| [(KIND, event.kind.as_str().into()), (SOURCE, Arc::clone(&event.source))]).collect()
}

/// Do everything but commit. Answers what was done, and the transaction's name.
async fn fill(shared: &Shared, transaction: &Transaction<'_>, jobs: &[Job]) -> Result<(Done, String), Stopped> {
    // The turn: from here on nobody else gives numbers, and everything that has one can be seen.
    let turn = transaction.prepare_cached("SELECT seq, pg_current_xact_id()::text FROM head FOR UPDATE").await?;
    let row = transaction.query_one(&turn, &[]).await?;
    let (after, xid) = (number(row.get(0)), row.get(1));
    for (index, job) in jobs.iter().enumerate() {
        if let Some(term) = &job.term
            && !term.holds(transaction).await?
        {
            let words = "another gateway has taken this over meanwhile".to_owned();
            return Err(Failed::Batch { index, error: StoreError::Unavailable(words) }.into());
        }
        if let Some(condition) = &job.batch.condition
            && let Some(current) = stands_against(transaction, condition, after).await?
        {
            return Err(Failed::Batch { index, error: StoreError::Conflict { current } }.into());
        }
    }
    let (known, ends) = tokio::try_join!(known(transaction, jobs), ends(transaction, jobs))?;
    let mut giving = Giving { head: after, known, ends, moved: HashSet::new(), fresh: Vec::new() };
    let (mut answers, mut places) = (Vec::with_capacity(jobs.len()), Vec::new());
    for job in jobs {
        let placed: Vec<_> = job.batch.events.iter().map(|new| giving.place(&new.event)).collect();
        let inserted = placed.iter().filter(|placed| !placed.duplicate).count();
        places.extend(placed.iter().map(|placed| (!placed.duplicate).then_some((placed.seq, placed.offset))));
        answers.push(Appended { head: giving.head, inserted, duplicates: placed.len() - inserted, placed });
    }
    if !giving.fresh.is_empty() {
        learn(shared, transaction, jobs).await?;
        copy(transaction, &giving.fresh).await?;
        giving.write_ends(transaction).await?;
    }
    for job in jobs {
        books::keep(transaction, &job.batch).await?;
    }
    Ok((Done { after, answers, places }, xid))
}

/// Numbers as they are given.
struct Giving<'a> {
    head: u64,
    /// Places of ids that are there.
    known: HashMap<String, (u64, u64)>,
    /// The newest offsets.
    ends: HashMap<&'a str, u64>,
    moved: HashSet<&'a str>,
    fresh: Vec<(u64, u64, &'a Event)>,
}

impl<'a> Giving<'a> {
    fn place(&mut self, event: &'a Event) -> Placed {
        if let Some((seq, offset)) = self.known.get(&*event.id) {
            return Placed { seq: *seq, offset: *offset, duplicate: true };
        }
        let channel = event.channel.as_str();
        let last = self.ends.entry(channel).or_default();
        (self.head, *last) = (self.head + 1, *last + 1);
        let (seq, offset) = (self.head, *last);
        self.moved.insert(channel);
        self.known.insert(event.id.to_string(), (seq, offset));
        self.fresh.push((seq, offset, event));
        Placed { seq, offset, duplicate: false }
    }

    /// The channels' newest offsets, the newest number, and the wake of everybody.
    async fn write_ends(&self, transaction: &Transaction<'_>) -> Result<(), Error> {
        let (channels, lasts): (Vec<&str>, Vec<i64>) = self.moved.iter().map(|channel| (*channel, big(self.ends[channel]))).unzip();
        let moved = "INSERT INTO channels SELECT name, 1, last FROM unnest($1::text[], $2::bigint[]) AS moved(name, last)
            ON CONFLICT (channel) DO UPDATE SET last = excluded.last";
        transaction.execute(&transaction.prepare_cached(moved).await?, &[&channels, &lasts]).await?;
        let head = "WITH moved AS (UPDATE head SET seq = $1, events = events + $2) SELECT pg_notify($3, '')";
        let count = big(self.fresh.len() as u64);
        transaction.query(&transaction.prepare_cached(head).await?, &[&big(self.head), &count, &WAKE]).await.map(drop)
    }
}

/// The places of those ids that are there already.
async fn known(transaction: &Transaction<'_>, jobs: &[Job]) -> Result<HashMap<String, (u64, u64)>, Error> {
    let ids: Vec<&str> = events(jobs).map(|event| &*event.id).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let question = transaction.prepare_cached("SELECT id, seq, \"offset\" FROM ids WHERE id = ANY($1)").await?;
    let rows = transaction.query(&question, &[&ids]).await?;
    Ok(rows.iter().map(|row| (row.get(0), (number(row.get(1)), number(row.get(2))))).collect())
}

/// The newest offsets of the channels that are written to.
async fn ends<'a>(transaction: &Transaction<'_>, jobs: &'a [Job]) -> Result<HashMap<&'a str, u64>, Error> {
    let channels: HashSet<&str> = events(jobs).map(|event| event.channel.as_str()).collect();
    if channels.is_empty() {
        return Ok(HashMap::new());
    }
    let names: Vec<&str> = channels.iter().copied().collect();
    let question = transaction.prepare_cached("SELECT channel, last FROM channels WHERE channel = ANY($1)").await?;
    let rows = transaction.query(&question, &[&names]).await?;
    let end = |row: &tokio_postgres::Row| Some((*channels.get(row.get::<_, &str>(0))?, number(row.get(1))));
    Ok(rows.iter().filter_map(end).collect())
}

/// Names that were never met before are kept with the first event that has them.
async fn learn(shared: &Shared, transaction: &Transaction<'_>, jobs: &[Job]) -> Result<(), Error> {
    let new: Vec<_> = {
        let known = shared.names.lock().expect("no code panics while holding the names");
        names(jobs).into_iter().filter(|name| !known.contains(name)).collect()
    };
    if new.is_empty() {
        return Ok(());
    }
    let (parts, names): (Vec<i16>, Vec<&str>) = new.iter().map(|(part, name)| (*part, &**name)).unzip();
    let insert = "INSERT INTO names SELECT * FROM unnest($1::smallint[], $2::text[]) ON CONFLICT DO NOTHING";
    transaction.execute(&transaction.prepare_cached(insert).await?, &[&parts, &names]).await.map(drop)
}

/// The event that stands against a condition; `None` when it holds.
async fn stands_against(transaction: &Transaction<'_>, condition: &Condition, head: u64) -> Result<Option<u64>, StoreError> {
    match condition {
        Condition::Unchanged { plan, after } => search::newest(&**transaction, plan, after.saturating_add(1)..head + 1).await,
        Condition::Version { subject, expected } => {
            let question = format!("SELECT seq FROM events WHERE {ABOUT} ORDER BY seq DESC LIMIT 1");
            let newest = transaction.query_opt(&question, &[subject]).await.io()?.map_or(0, |row| number(row.get(0)));
            Ok((newest != *expected).then_some(newest))
        }
    }
}

/// A commit was not answered. The server knows how it ended; it is asked until it says.
async fn settle(server: &Server, xid: &str, error: Error) -> Result<(), Failed> {
    if error.as_db_error().is_some_and(|said| !said.code().code().starts_with("57")) {
        return Err(error.into());
    }
    let asking = async {
        loop {
            let asked = async {
                let session = server.session(None).await?;
                let row = session.client.query_one("SELECT pg_xact_status($1::text::xid8)", &[&xid]).await.io()?;
                Ok::<_, StoreError>(row.get::<_, Option<String>>(0))
            };
            match asked.await {
                Ok(Some(status)) if status == "committed" => return Ok(()),
                Ok(Some(status)) if status == "aborted" => return Err(failed(&error)),
                _ => tokio::time::sleep(Duration::from_millis(200)).await,
            }
        }
    };
    let unknown = || StoreError::Unavailable("the connection was lost within a commit; whether it was stored is not known".into());
    tokio::time::timeout(UNCERTAIN, asking).await.unwrap_or_else(|_| Err(unknown())).map_err(Failed::All)
}
