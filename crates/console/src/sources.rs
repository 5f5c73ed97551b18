//! The running links, one per source that the user has set up, and what is known of each.

mod health;
mod profile;
mod state;

pub(crate) use profile::profile;

use crate::{
    api::{live::SourceStatus, settings::Source},
    health::Ledger,
    inbox::{Committed, Inbox, QUEUE},
    seams::Seams,
    source_stats::SourceStats,
};
use profile::{dialect_name, without_secrets};
use state::{follow, state};
use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{sync::watch, task::JoinHandle};
use tokio_util::sync::CancellationToken;
use watchdeck_client::{Link, LinkIo, Profile, Status};
use watchdeck_events::Millis;
use watchdeck_store::Store;

/// Among how many of the newest events a source's own newest is looked for.
const NEWEST_WITHIN: u64 = 100_000;

/// One running source.
struct Running {
    source: Source,
    link: Link,
    status: watch::Receiver<Status>,
    inbox: JoinHandle<()>,
    follower: JoinHandle<()>,
    stop: CancellationToken,
    stats: Arc<SourceStats>,
    committed: Arc<Committed>,
}

/// All running sources.
pub(crate) struct Sources {
    store: Store,
    seams: Seams,
    /// What is known of every source beyond one link's life.
    pub(crate) ledger: Ledger,
    running: tokio::sync::Mutex<BTreeMap<String, Running>>,
    /// Paused sources stand here for the window's sake; running ones are refreshed by [`Sources::statuses`].
    known: Mutex<Vec<Source>>,
    views: Mutex<BTreeMap<String, View>>,
    /// Raised with every change of any link's state.
    pub(crate) changed: watch::Sender<u64>,
}

/// What can be read of a source without waiting for a lock that a shutdown holds.
#[derive(Clone)]
struct View {
    status: watch::Receiver<Status>,
    committed: Arc<Committed>,
}

impl Sources {
    pub(crate) fn new(store: Store, seams: Seams, ledger: Ledger) -> Self {
        Self { store, seams, ledger, running: Default::default(), known: Mutex::default(), views: Mutex::default(), changed: watch::Sender::new(0) }
    }

    /// Make what runs equal to `wanted`: stop what is gone, paused or changed; start what is new. `demo_url` stands in for the built-in ERP's address.
    pub(crate) async fn apply(self: &Arc<Self>, wanted: &[Source], demo_url: Option<&str>) {
        let wanted: Vec<Source> = wanted
            .iter()
            .cloned()
            .map(|source| match demo_url {
                Some(url) if source.demo => Source { url: url.to_owned(), ..source },
                _ => source,
            })
            .collect();
        let mut running = self.running.lock().await;
        let gone: Vec<String> = running
            .iter()
            .filter(|(id, runs)| !wanted.iter().any(|source| source.id == **id && !source.paused && *source == runs.source))
            .map(|(id, _)| id.clone())
            .collect();
        for id in gone {
            if let Some(runs) = running.remove(&id) {
                runs.stop().await;
            }
            self.views.lock().expect("no code panics while holding the views").remove(&id);
        }
        for source in wanted.iter().filter(|source| !source.paused && !source.url.is_empty()) {
            if !running.contains_key(&source.id) {
                let runs = self.start(source.clone()).await;
                let view = View {
                    status: runs.status.clone(),
                    committed: Arc::clone(&runs.committed),
                };
                self.views.lock().expect("no code panics while holding the views").insert(source.id.clone(), view);
                running.insert(source.id.clone(), runs);
            }
        }
        self.ledger.keep_only(&wanted.iter().map(|source| source.id.as_str()).collect::<Vec<_>>());
        *self.known.lock().expect("no code panics while holding the sources") = wanted;
        self.changed.send_modify(|n| *n += 1);
    }

    async fn start(self: &Arc<Self>, source: Source) -> Running {
        let id: Arc<str> = source.id.as_str().into();
        let positions = match self.store.positions(&id).await {
            Ok(positions) => positions,
            Err(error) => {
                // Without positions everything the server still has comes again, and its ids tell that it did.
                tracing::warn!(%error, "Positions could not be read.");
                HashMap::new()
            }
        };
        let committed = Arc::new(Committed::new(positions));
        let stats = self.ledger.of(&source.id);
        let stop = CancellationToken::new();
        let (sender, deliveries) = tokio::sync::mpsc::channel(QUEUE);
        let clock = Arc::clone(&self.seams.clock);
        let inbox =
            Inbox { source: id, store: self.store.clone(), committed: Arc::clone(&committed), stats: Arc::clone(&stats), clock: Arc::clone(&clock) };
        let inbox = tokio::spawn(inbox.run(deliveries, stop.clone()));
        let listened_until = self.newest(&source.id).await;
        let profile = Profile { listened_until, timing: self.seams.timing, ..profile(&source) };
        let io = LinkIo { deliveries: sender, positions: Arc::clone(&committed) as _ };
        let link = Link::start_on(profile, io, Arc::clone(&clock));
        let status = link.status();
        let follower = tokio::spawn(follow(status.clone(), Arc::clone(&stats), clock, self.changed.clone()));
        Running { source, link, status, inbox, follower, stop, stats, committed }
    }

    /// When the newest stored event of a source was received: until then an earlier run listened for certain.
    async fn newest(&self, id: &str) -> Option<Millis> {
        let id = id.to_owned();
        let scan = self.store.scan_before(None, 1, NEWEST_WITHIN, move |stored| *stored.event.source == *id).await.ok()?;
        scan.hits.first().map(|stored| stored.event.received_at)
    }

    /// Dial a source again now.
    pub(crate) async fn reconnect(&self, id: &str) -> bool {
        let running = self.running.lock().await;
        running.get(id).inspect(|runs| runs.link.wake()).is_some()
    }

    /// A source with the address it really has (the built-in ERP's is not in the settings).
    pub(crate) fn address(&self, id: &str, settings: &[Source]) -> Option<Source> {
        let known = self.known.lock().expect("no code panics while holding the sources");
        known.iter().chain(settings).find(|source| source.id == id).cloned()
    }

    /// Stop everything; what was delivered is stored first.
    pub(crate) async fn stop(&self) {
        for (_, runs) in std::mem::take(&mut *self.running.lock().await) {
            runs.stop().await;
        }
    }

    /// Every source and its honest state.
    pub(crate) fn statuses(
        &self,
        last_event_at: impl Fn(&str) -> Option<Millis>,
        latency_ms: impl Fn(&str) -> Option<f64>,
    ) -> Vec<SourceStatus> {
        self.each(|source, view| SourceStatus {
            id: source.id.clone(),
            name: source.name.clone(),
            url: without_secrets(&source.url),
            demo: source.demo,
            state: state(source, view),
            latency_ms: latency_ms(&source.id),
            last_event_at: last_event_at(&source.id),
            last_sign_at: view.and_then(|view| view.status.borrow().last_frame_at),
            colour: source.colour,
            dialect: view.and_then(|view| view.status.borrow().dialect).map(dialect_name).unwrap_or_default().to_owned(),
            skew_ms: self.ledger.of(&source.id).clock().estimate().map(|known| known.skew),
            polling: false,
        })
    }

    fn each<T>(&self, answer: impl Fn(&Source, Option<&View>) -> T) -> Vec<T> {
        let known = self.known.lock().expect("no code panics while holding the sources");
        let views = self.views.lock().expect("no code panics while holding the views");
        known.iter().map(|source| answer(source, views.get(&source.id))).collect()
    }
}

impl Running {
    async fn stop(self) {
        // The link first: then its queue ends, and the inbox stores what is in it.
        self.link.stop().await;
        if tokio::time::timeout(Duration::from_secs(3), self.inbox).await.is_err() {
            self.stop.cancel();
        }
        self.follower.abort();
        self.stats.link_ended();
    }
}

