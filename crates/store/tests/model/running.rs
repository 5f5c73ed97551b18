//! A store on a real file, and the comparison of everything that it answers with what it is to be.

use crate::{
    events::{CHANNELS, SOURCES, event, plan, subject},
    faults::{Fault, Over},
    reference::{Kept, Reference, Said, positions},
    transition::{Append, Place, Transition},
};
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest};
use rusqlite::{Connection, OpenFlags};
use std::{
    collections::BTreeMap,
    marker::PhantomData,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{runtime::Runtime, sync::watch};
use watchdeck_events::Channel;
use watchdeck_protocol::Position;
use watchdeck_store::{
    BLOCK, Batch, Document, Engine, Hold, Keep, Keeping, Limit, NewEvent, Options, Order, PositionUpdate, Query, Store, StoreError, Stored,
};

/// How long rows may take to become blocks.
const PATIENCE: Duration = Duration::from_secs(60);
/// Pages that one walk asks for.
const PAGES: usize = 12;
const NOTES: &str = "notes";

/// A store with a fault, in a folder of its own.
pub(crate) struct Running<F> {
    runtime: Runtime,
    files: Files<F>,
    /// Folders that were used up.
    folder: tempfile::TempDir,
}

struct Files<F> {
    path: PathBuf,
    engine: Over<F>,
}

impl<F: Fault> Files<F> {
    fn open(path: PathBuf) -> Self {
        let store = Store::open(&path, Options::CONSOLE).expect("nobody else has it");
        Self { path, engine: Over(store, PhantomData) }
    }

    /// The files as a kill leaves them, in a place of their own. Whoever reads keeps the log from beginning anew, so that what is in the one file or the
    /// other is one moment's. The locks that end with a copy's descriptor are missed by nobody: no other process has the files.
    fn copied(&self, folder: &Path) -> Self {
        let copy = tempfile::tempdir_in(folder).unwrap().keep().join("events.db");
        let reading = beside(&self.path);
        reading.execute_batch("BEGIN; SELECT count(*) FROM sqlite_schema").unwrap();
        std::fs::copy(&self.path, &copy).unwrap();
        let log = |path: &Path| path.with_extension("db-wal");
        std::fs::copy(log(&self.path), log(&copy)).unwrap();
        Self::open(copy)
    }
}

impl<F: Fault> StateMachineTest for Running<F> {
    type SystemUnderTest = Self;
    type Reference = Reference;

    fn init_test(_: &Reference) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let files = Files::open(folder.path().join("events.db"));
        Self { runtime, files, folder }
    }

    fn apply(mut self_: Self, state: &Reference, transition: Transition) -> Self {
        let Self { runtime, files, folder } = &mut self_;
        runtime.block_on(async {
            match transition {
                Transition::Append(append) => files.append(state, &append).await,
                Transition::LetGo(_) => files.let_go(state).await,
                Transition::Pack => files.packed().await,
                Transition::Reopen => {
                    files.engine.close().await;
                    *files = Files::open(files.path.clone());
                }
                Transition::Kill => {
                    let after = files.copied(folder.path());
                    files.engine.close().await;
                    *files = after;
                }
                Transition::Squeeze { room, held } => {
                    let copy = files.copied(folder.path());
                    copy.squeeze(state, room, &subject(held)).await;
                    copy.engine.close().await;
                }
                asked => return files.ask(state, asked).await,
            }
            files.compare(state).await;
        });
        self_
    }

    fn check_invariants(running: &Self, state: &Reference) {
        running.runtime.block_on(running.files.compare_beside(state));
    }

    fn teardown(running: Self, _: <Reference as ReferenceStateMachine>::State) {
        running.runtime.block_on(running.files.engine.close());
    }
}

impl<F: Fault> Files<F> {
    async fn append(&self, state: &Reference, append: &Append) {
        let sent = state.sent.as_ref().expect("something was sent");
        let position = append.beside.position.map(|(source, channel, offset)| PositionUpdate {
            source: SOURCES[source].into(),
            channel: Channel::from(CHANNELS[channel]),
            position: Position::new("e", offset),
        });
        let document = |(key, body): (usize, Option<u8>)| Document {
            collection: NOTES,
            key: key.to_string(),
            body: body.map(|body| body.to_string()),
        };
        let checkpoint = append.beside.checkpoint.map(|(name, place)| (name.to_string(), place.of(state.head)));
        let batch = Batch {
            events: sent.events.iter().map(|n| NewEvent { event: event(*n).clone(), offset: None }).collect(),
            positions: position.into_iter().collect(),
            checkpoints: checkpoint.into_iter().collect(),
            documents: append.beside.document.map(document).into_iter().collect(),
            condition: sent.condition.clone(),
        };
        let answer = match self.engine.append(batch).await {
            Ok(appended) => {
                assert_eq!(appended.head, state.head, "the newest number");
                Ok((appended.inserted, appended.duplicates))
            }
            Err(StoreError::Conflict { current }) => Err(current),
            Err(error) => panic!("{error}"),
        };
        assert_eq!(answer, sent.answer, "stored and passed over, or what stands against it");
    }

    async fn let_go(&self, state: &Reference) {
        let (keeping, said) = state.letting.clone().expect("something was let go");
        let (now, store) = (keeping.now, &self.engine.0);
        let plan = Arc::new(store.plan_letting_go(keeping).await.unwrap());
        let told = plan.portions.iter().map(|portion| {
            let told = Said { events: portion.events, held: portion.held, by_age: portion.by_age, by_size: portion.by_size };
            (portion.channel.to_string(), told)
        });
        assert_eq!(told.collect::<BTreeMap<_, _>>(), said, "what is said to go");
        let done = store.let_go(&plan, now, &watch::Sender::default()).await.unwrap();
        assert_eq!(done.events, said.values().map(|said| said.events).sum::<u64>(), "what went");
    }

    /// Of each channel the newest stay, and what is about something, and nothing else.
    async fn squeeze(&self, state: &Reference, room: Place, held: &str) {
        let store = &self.engine.0;
        let bytes = room.of(store.stats().await.unwrap().bytes / CHANNELS.len() as u64);
        let holds = vec![Hold { subject: held.to_owned(), ..Hold::default() }];
        let keeping = Keeping { default: Keep { age_ms: None, bytes: Some(bytes) }, holds, upto: u64::MAX, ..Keeping::default() };
        let plan = Arc::new(store.plan_letting_go(keeping).await.unwrap());
        let done = store.let_go(&plan, event(state.next).received_at, &watch::Sender::default()).await.unwrap();
        let left = self.all().await;
        assert_eq!((plan.events(), left.len() as u64 + done.events), (done.events, state.kept.len() as u64), "as was said");
        for channel in CHANNELS {
            let of_channel = |kept: &&Kept| kept.event().channel.as_str() == channel;
            let mut stays = left.iter().filter(|stored| stored.event.channel.as_str() == channel).rev().map(|stored| stored.seq).peekable();
            let mut is_room = true;
            for kept in state.kept.iter().filter(of_channel).rev() {
                let is_left = stays.next_if_eq(&kept.seq).is_some();
                let is_held = kept.event().subject.as_deref() == Some(held);
                is_room &= is_left;
                assert_eq!(is_left, is_room || is_held, "{} of {channel} in {bytes} bytes", kept.seq);
            }
            assert_eq!(stays.next(), None, "nothing else is left of {channel}");
        }
    }

    async fn all(&self) -> Vec<Stored> {
        let mut all: Vec<Stored> = Vec::new();
        loop {
            let page = self.engine.read_after(all.last().map_or(0, |last| last.seq), Limit::from(1_500)).await.unwrap();
            let Some(first) = page.first() else { return all };
            assert!(all.last().is_none_or(|last| last.seq < first.seq), "{} comes again", first.seq);
            all.extend(page);
        }
    }

    /// Wait until no row is left that can become a block, and every block is summarised.
    async fn packed(&self) {
        let (connection, began) = (beside(&self.path), Instant::now());
        let ask = |question: &str| connection.query_row(question, [], |row| row.get::<_, u64>(0)).unwrap();
        while ask("SELECT count(*) FROM events WHERE seq < (SELECT coalesce(max(first), 0) FROM blocks)") > 0
            || ask("SELECT count(*) FROM events") >= BLOCK
            || ask("SELECT (SELECT count(*) FROM blocks) - (SELECT count(*) FROM summaries)") > 0
        {
            assert!(began.elapsed() < PATIENCE, "rows stay rows");
            tokio::task::yield_now().await;
        }
    }

    async fn ask(&self, state: &Reference, asked: Transition) {
        match asked {
            Transition::ReadAfter { seq, limit } => {
                let seq = seq.of(state.head);
                let read = self.engine.read_after(seq, Limit::from(limit)).await.unwrap();
                let rest = state.kept.iter().copied().filter(|kept| kept.seq > seq);
                assert!(!read.is_empty() || rest.clone().next().is_none(), "nothing after {seq}, and there is something");
                same(&read, rest.take(read.len().min(limit)));
            }
            Transition::Pages { filter, order, limit, max_read, after, before } => {
                let (after, before) = (after.of(state.head), before.map(|before| before.of(state.head)));
                let query = Query { plan: plan(filter), order, before, after, limit, max_read };
                self.pages(state, filter, query).await;
            }
            Transition::Count { filter, after } => {
                let after = after.of(state.head);
                let counted = self.engine.count(plan(filter), after).await.unwrap();
                assert_eq!(counted, state.meant(filter).filter(|kept| kept.seq > after).count() as u64, "how many after {after}");
            }
            Transition::Find { event: place } => {
                let n = place.of(state.next as u64) as usize;
                let kept = state.kept.iter().find(|kept| kept.n == n);
                same(self.engine.by_id(&event(n).id).await.unwrap().as_slice(), kept.copied());
                let seq = place.of(state.head);
                let kept = state.kept.iter().find(|kept| kept.seq == seq);
                same(self.engine.get(seq).await.unwrap().as_slice(), kept.copied());
            }
            Transition::About { subject: about, limit } => {
                let about = subject(about);
                same(&self.engine.by_subject(&about, limit).await.unwrap(), state.about(&about).rev().take(limit));
            }
            Transition::Tally => self.tally(state).await,
            changing => unreachable!("{changing:?} is no question"),
        }
    }

    /// Page after page: what is on none of them lies behind the cursor.
    async fn pages(&self, state: &Reference, filter: usize, query: Query) {
        let Query { order, limit, max_read, .. } = query;
        let inside = |kept: &Kept| kept.seq > query.after && query.before.is_none_or(|before| kept.seq < before);
        let mut expected: Vec<Kept> = state.meant(filter).filter(inside).collect();
        if order == Order::NewestFirst {
            expected.reverse();
        }
        let mut left = &expected[..];
        let mut next = Some(query.clone());
        for _ in 0..PAGES {
            let Some(query) = next else { break };
            let page = self.engine.page(query.clone()).await.unwrap();
            assert!(page.events.len() <= limit && page.read <= max_read, "{} of {} read", page.events.len(), page.read);
            same(&page.events, left.iter().copied().take(page.events.len()));
            left = &left[page.events.len()..];
            match (left.first(), page.next, order) {
                (None, _, _) => {}
                (Some(first), Some(next), Order::NewestFirst) => assert!(first.seq < next, "{} is not behind {next}", first.seq),
                (Some(first), Some(next), Order::OldestFirst) => assert!(first.seq > next, "{} is not behind {next}", first.seq),
                (Some(first), None, _) => panic!("{} was not looked at", first.seq),
            }
            next = query.behind(&page);
        }
    }

    async fn tally(&self, state: &Reference) {
        let mut expected = BTreeMap::new();
        for event in state.kept.iter().map(|kept| kept.event()) {
            let key = (event.source.to_string(), event.channel.to_string(), event.kind.to_string(), event.severity.code());
            let at = event.occurred_at;
            let (events, first, last) = expected.entry(key).or_insert((0_u64, at, at));
            (*events, *first, *last) = (*events + 1, at.min(*first), at.max(*last));
        }
        let told = self.engine.tally().await.unwrap().into_iter().map(|told| {
            let key = (told.source.to_string(), told.channel.to_string(), told.kind.to_string(), told.severity.code());
            (key, (told.events, told.first, told.last))
        });
        assert_eq!(told.collect::<BTreeMap<_, _>>(), expected, "how much there is of what");
    }

    /// All events, and all that is kept beside them.
    async fn compare(&self, state: &Reference) {
        same(&self.all().await, state.kept.iter().copied());
        for (source, name) in SOURCES.iter().enumerate() {
            let told = self.engine.positions(name).await.unwrap();
            let told = told.into_iter().map(|(channel, position)| (channel.to_string(), position.offset));
            assert_eq!(told.collect::<BTreeMap<_, _>>(), positions(state, source), "how far {name} is");
        }
        let documents: BTreeMap<_, _> = self.engine.documents(NOTES).await.unwrap().into_iter().collect();
        assert_eq!(documents, state.documents);
        let gone: u64 = self.engine.0.edges().await.unwrap().iter().map(|edge| edge.events).sum();
        assert_eq!(gone, state.gone, "what went is known");
    }

    async fn compare_beside(&self, state: &Reference) {
        assert_eq!(self.engine.head(), state.head);
        assert_eq!(self.engine.stats().await.unwrap().events, state.kept.len() as u64);
        let checkpoints: BTreeMap<_, _> = self.engine.checkpoints().await.unwrap().into_iter().collect();
        assert_eq!(checkpoints, state.checkpoints, "back as well as on");
        assert!(self.engine.watch_failure().borrow().is_none() && self.engine.watch_damage().borrow().unreadable.is_empty());
    }
}

fn same(read: &[Stored], expected: impl IntoIterator<Item = Kept>) {
    let expected: Vec<Kept> = expected.into_iter().collect();
    let numbers = || read.iter().map(|stored| (stored.seq, &*stored.event.id)).collect::<Vec<_>>();
    let is_same = read.len() == expected.len()
        && read.iter().zip(&expected).all(|(stored, kept)| stored.seq == kept.seq && stored.event == *kept.event());
    assert!(is_same, "{:?} are not {expected:?}", numbers());
}

fn beside(path: &Path) -> Connection {
    Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap()
}
