//! The console without its window: the real store, links and inbox, on a simulated disk and a simulated network; and whoever reads the store in its place.

use crate::{
    disk::Trouble,
    fault::Fault,
    model::{ConsoleStore, Kept},
    network::{PORT, Wire},
    time::{self, BEGINNING},
    world::{VFS, World},
};
use jiff::tz::TimeZone;
use std::{
    collections::BTreeMap,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};
use tokio::{
    sync::mpsc,
    time::{sleep, timeout},
};
use watchdeck_client::Clock;
use watchdeck_events::{Kind, Millis};
use watchdeck_feed::{
    keys::{KeyRing, Keys},
    records::Records,
    seams::{Network, Seams, Timing},
    sources::{Covers, Sources},
};
use watchdeck_store::{Batch, Document, Limit, Machine, Options, Store, StoreError, Stored};
use watchdeck_wire::settings::Source;

/// No such file is on any real disk.
const FILE: &str = "/simulated/console/events.db";
/// The gateway, as the console knows it.
const SOURCE: &str = "gateway";
/// Who reads the store in the window's place, and what it keeps.
const WINDOW: &str = "window";
/// Between two looks at what is to be done.
const LOOK: Duration = Duration::from_millis(20);
/// Between two tries on a disk that is in trouble.
const RETRY: Duration = Duration::from_millis(300);
/// Between two looks whether all is well again.
const EXAMINE: Duration = Duration::from_millis(400);

/// What a console's links wait for. Shorter than people's, so that a minute holds much.
const TIMING: Timing = Timing {
    connect: Duration::from_secs(1),
    hello: Duration::from_secs(1),
    subscribe: Duration::from_secs(1),
    ping: Duration::from_millis(800),
    grace: Duration::from_millis(700),
    stable: Duration::from_secs(3),
    backoff_first: Duration::from_millis(100),
    backoff_cap: Duration::from_secs(1),
    stall: Duration::from_secs(3),
    tick: Duration::from_millis(500),
};

/// The clock of a console: its time of day may be set wrong.
struct ConsoleClock {
    world: Arc<World>,
}

impl Clock for ConsoleClock {
    fn elapsed(&self) -> Duration {
        turmoil::sim_elapsed().unwrap_or_default()
    }

    fn wall(&self) -> Millis {
        time::millis(BEGINNING + self.elapsed()).plus(self.world.skew())
    }
}

struct NoKeys;

impl KeyRing for NoKeys {
    fn of(&self, _: &str) -> Result<Keys, String> {
        Ok(Keys::default())
    }
}

/// How far a window was, over the console's lives: only a planted fault looks at it again.
#[derive(Default)]
pub(crate) struct Memory(AtomicU64);

/// Run until it is closed.
pub(crate) async fn run(world: Arc<World>, memory: Arc<Memory>) -> turmoil::Result {
    let seams = Seams {
        timing: TIMING,
        clock: Arc::new(ConsoleClock { world: Arc::clone(&world) }),
        zone: TimeZone::UTC,
        network: Network::simulated(Arc::new(Wire { world: Arc::clone(&world) })),
        store: Options { machine: Machine::Simulated(VFS[1]), ..Options::CONSOLE },
        fault: None,
    };
    let (store, records, covers) = loop {
        match open(&seams).await {
            Ok(opened) => break opened,
            Err(error) => {
                world.say("console", &format!("the store does not open: {error:#}"));
                if world.console_disk.trouble() == Trouble::None {
                    world.model().found_never(format!("the console's store does not open on a whole disk: {error:#}"));
                    return Ok(());
                }
                sleep(RETRY).await;
            }
        }
    };
    world.say("console", &format!("up, at {}", store.head()));
    check(&world, &store, false).await;
    let (urgent, mut told) = mpsc::channel(4);
    let sources = Arc::new(Sources::new(store.clone(), Arc::new(NoKeys), seams, records, covers, urgent));
    let source = Source {
        id: SOURCE.into(),
        url: format!("ws://{}:{PORT}/ws", turmoil::lookup("gateway")),
        dialect: "native".into(),
        proxy: "direct".into(),
        ..Source::default()
    };
    sources.apply(std::slice::from_ref(&source), None, &|_| String::new()).await;
    let mending = tokio::spawn(mend(Arc::clone(&sources)));
    let hearing = tokio::spawn(async move { while told.recv().await.is_some() {} });
    let window = tokio::spawn(window(Arc::clone(&world), store.clone(), memory));
    let mut examined = turmoil::elapsed();
    while !world.console_closes.swap(false, Relaxed) {
        sleep(LOOK).await;
        if world.heals.load(Relaxed) && turmoil::elapsed() - examined > EXAMINE {
            examined = turmoil::elapsed();
            check(&world, &store, true).await;
        }
    }
    [mending, hearing, window].iter().for_each(tokio::task::JoinHandle::abort);
    sources.stop().await;
    store.close().await;
    world.say("console", "closed");
    Ok(())
}

async fn open(seams: &Seams) -> anyhow::Result<(Store, Records, Covers)> {
    let store = Store::open(Path::new(FILE), seams.store)?;
    let opened = async { anyhow::Ok((Records::load(&store, seams).await?, Covers::load(&store).await?)) };
    match opened.await {
        Ok((records, covers)) => Ok((store, records, covers)),
        Err(error) => {
            store.close().await;
            Err(error)
        }
    }
}

/// Start again what failed of a source, as the core does.
async fn mend(sources: Arc<Sources>) {
    loop {
        // Either something breaks, or what broke is due; asking too often does no harm.
        drop(timeout(EXAMINE, sources.broken.notified()).await);
        sources.mend().await;
    }
}

/// Follow the store as whoever counts something up does: what was dealt with, and how far that is, are stored together.
async fn window(world: Arc<World>, store: Store, memory: Arc<Memory>) {
    let (mut at, mut dealt_with) = loop {
        match read_window(&store).await {
            Ok(read) => break read,
            Err(_) => sleep(RETRY).await,
        }
    };
    if world.is(Fault::StaleReadAfterResync) {
        at = memory.0.load(Relaxed).max(at);
    }
    let mut subscription = store.subscribe(at);
    loop {
        while world.window_rests() {
            sleep(LOOK).await;
        }
        let Ok(chunk) = subscription.next().await else {
            sleep(RETRY).await;
            continue;
        };
        let new = chunk.iter().filter(|stored| is_theirs(stored)).count() as u64;
        let Some(newest) = chunk.last().map(|stored| stored.seq) else { continue };
        memory.0.store(newest, Relaxed);
        if let Ok(positions) = positions(&store).await {
            world.model().followed(&positions);
        }
        if newest <= at {
            world.model().found_never(format!("the window is at {at} and is told of {newest}"));
        }
        at = newest;
        if world.is(Fault::CheckpointAhead) {
            save(&store, at, None).await;
            sleep(LOOK * 5).await;
        }
        dealt_with += new;
        save(&store, at, Some(dealt_with)).await;
    }
}

/// Until the disk takes it.
async fn save(store: &Store, at: u64, dealt_with: Option<u64>) {
    loop {
        let documents = dealt_with.map(|count| Document { collection: WINDOW, key: WINDOW.into(), body: Some(count.to_string()) });
        let batch = Batch { checkpoints: vec![(WINDOW.to_owned(), at)], documents: documents.into_iter().collect(), ..Batch::default() };
        if store.append(batch).await.is_ok() {
            return;
        }
        sleep(RETRY).await;
    }
}

/// How far the window said that it was, and how many events it had dealt with.
async fn read_window(store: &Store) -> Result<(u64, u64), StoreError> {
    // One state of the file: nobody else takes a turn before both are read, because each is answered at once.
    let at = store.checkpoint(WINDOW).await?;
    let kept = store.documents(WINDOW).await?;
    Ok((at, kept.first().and_then(|(_, body)| body.parse().ok()).unwrap_or(0)))
}

/// Look at the whole store.
async fn check(world: &World, store: &Store, healed: bool) {
    // A disk in trouble says nothing of what is on it.
    if world.console_disk.trouble() != Trouble::None {
        return;
    }
    let read = read(store).await;
    let mut model = world.model();
    read.iter().for_each(|read| model.followed(&read.positions));
    let checked = match read {
        Ok(read) if healed => model.check_healed(&read),
        Ok(read) => model.check_console(&read),
        Err(error) => return model.found_never(format!("the store cannot be read on a whole disk: {error}")),
    };
    model.console_checked(checked);
}

/// By channel: epoch and offset.
async fn positions(store: &Store) -> Result<BTreeMap<String, (String, u64)>, StoreError> {
    let positions = store.positions(SOURCE).await?.into_iter();
    Ok(positions.map(|(channel, position)| (channel.to_string(), (position.epoch, position.offset))).collect())
}

async fn read(store: &Store) -> Result<ConsoleStore, StoreError> {
    let mut all = ConsoleStore { window: read_window(store).await?, positions: positions(store).await?, ..ConsoleStore::default() };
    let mut at = 0;
    loop {
        let page = store.read_after(at, Limit { events: 10_000, bytes: Limit::BYTES }).await?;
        let Some(last) = page.last() else { return Ok(all) };
        at = last.seq;
        for stored in &page {
            let channel = stored.event.channel.to_string();
            if is_theirs(stored) {
                let json = stored.event.payload.as_str().to_owned();
                all.events.push(Kept { seq: stored.seq, offset: stored.offset, channel, json });
            } else if stored.event.kind.as_str() == Kind::GAP {
                all.gaps.insert(channel);
            }
        }
    }
}

/// A server sent it; the others are the console's own.
fn is_theirs(stored: &Stored) -> bool {
    !Kind::is_own(stored.event.kind.as_str())
}
