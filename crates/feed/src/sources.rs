//! The running links, one per source that the user has set up, and what is known of each.

mod alone;
mod covers;
mod health;
mod listened;
mod mending;
mod polling;
mod profile;
mod state;

pub use covers::Covers;
pub use mending::News;
pub use profile::{profile, trial};

use crate::keys::{Excuse, KeyRing, Keys};
use crate::{
    health::Ledger,
    inbox::{Committed, End, Inbox, QUEUE, Reader},
    seams::{Point, Seams},
    source_stats::SourceStats,
};
use listened::Listened;
use mending::Breakdown;
use polling::{Poller, Polling};
use profile::{dialect_name, named, on_the_wire, same_server, takes_decisions, without_secrets};
use state::follow;
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{
    sync::{Notify, mpsc, watch},
    task::{JoinHandle, JoinSet},
};
use tokio_util::sync::CancellationToken;
use watchdeck_client::{Address, Beside, Dialect, Link, LinkIo, Profile, Status};
use watchdeck_contain::Hold as _;
use watchdeck_events::{Event, Millis};
use watchdeck_store::{Document, Store};
use watchdeck_wire::{
    live::{LinkState, SourceStatus},
    settings::{DialectName, Source},
};

/// One running source.
struct Running {
    source: watch::Sender<Source>,
    keys: Keys,
    link: Link,
    status: watch::Receiver<Status>,
    polling: watch::Sender<Option<Polling>>,
    /// Answers how it ended; `None`: it failed.
    inbox: JoinHandle<Option<End>>,
    tasks: Vec<JoinHandle<Option<()>>>,
    stop: CancellationToken,
    /// It is being ended on purpose, or because a part of it failed.
    ending: CancellationToken,
    stats: Arc<SourceStats>,
    committed: Arc<Committed>,
}

/// A source as the user wants it, with what there is to sign in with, or why that cannot be had.
struct Known {
    source: Source,
    keys: Result<Keys, String>,
    /// It dials once another source with its account at the same server knows what that server speaks.
    waits: bool,
}

/// All running sources.
pub struct Sources {
    store: Store,
    secrets: Arc<dyn KeyRing>,
    seams: Seams,
    /// What is known of every source beyond one link's life.
    pub ledger: Ledger,
    listened: Listened,
    covers: Covers,
    running: tokio::sync::Mutex<BTreeMap<String, Running>>,
    /// Paused sources stand here for the window's sake; running ones are refreshed by [`Sources::statuses`].
    known: Mutex<Vec<Known>>,
    views: Mutex<BTreeMap<String, View>>,
    /// Raised with every change of any link's state.
    pub changed: watch::Sender<u64>,
    /// Sources of which a part failed.
    breakdowns: Mutex<BTreeMap<String, Breakdown>>,
    /// One more of them.
    pub broken: Notify,
    /// Sources that said that they take no decisions.
    without_decisions: Mutex<BTreeSet<String>>,
    /// What the store does not take at the moment, and what is urgent in it.
    urgent: mpsc::Sender<Vec<Event>>,
}

/// What can be read of a source without waiting for a lock that a shutdown holds.
#[derive(Clone)]
struct View {
    status: watch::Receiver<Status>,
    polling: watch::Receiver<Option<Polling>>,
    committed: Arc<Committed>,
}

impl Sources {
    /// None runs yet. Urgent events that the store does not take go to `urgent`.
    #[must_use]
    pub fn new(
        store: Store,
        secrets: Arc<dyn KeyRing>,
        seams: Seams,
        ledger: Ledger,
        covers: Covers,
        urgent: mpsc::Sender<Vec<Event>>,
    ) -> Self {
        Self {
            store,
            secrets,
            seams,
            ledger,
            listened: Listened::default(),
            covers,
            running: Default::default(),
            known: Mutex::default(),
            views: Mutex::default(),
            changed: watch::Sender::new(0),
            breakdowns: Mutex::default(),
            broken: Notify::new(),
            without_decisions: Mutex::default(),
            urgent,
        }
    }

    /// Make what runs equal to `wanted`, and touch nothing else: stop what is gone, paused, or goes elsewhere now; start what is new. What
    /// concerns the window only (a name, a colour) is taken over by the running link. `demo_url` stands in for the built-in ERP's address.
    pub async fn apply(self: &Arc<Self>, wanted: &[Source], demo_url: Option<&str>, say: &(dyn Fn(Excuse<'_>) -> String + Sync)) {
        let mut wanted: Vec<Known> = wanted
            .iter()
            .cloned()
            .map(|source| match demo_url {
                Some(url) if source.demo => Source { url: url.to_owned(), ..source },
                _ => source,
            })
            .map(|source| Known { keys: self.secrets.of(&source.id).map_err(|why| say(Excuse::SecretUnread(&why))), source, waits: false })
            .collect();
        alone::hold_back(&mut wanted, say, |id| self.views.hold().contains_key(id), |id| self.spoken(id));
        let mut running = self.running.lock().await;
        let mut ending = JoinSet::new();
        for id in running.keys().cloned().collect::<Vec<_>>() {
            let stays = wanted.iter().find(|known| known.source.id == id && known.dials());
            match (stays, running.get(&id)) {
                (Some(known), Some(runs)) if runs.goes_on_as(known) => drop(runs.source.send_replace(known.source.clone())),
                _ => {
                    self.views.hold().remove(&id);
                    let sources = Arc::clone(self);
                    running.remove(&id).map(|runs| ending.spawn(async move { sources.end(runs).await }));
                }
            }
        }
        // All at once: one that takes its time holds up nobody but whoever changed it.
        ending.join_all().await;
        for known in wanted.iter().filter(|known| known.dials()) {
            let (id, Ok(keys)) = (&known.source.id, &known.keys) else { continue };
            if !running.contains_key(id) {
                let runs = self.start(known.source.clone(), keys.clone()).await;
                self.views.hold().insert(id.clone(), runs.view());
                running.insert(id.clone(), runs);
            }
        }
        for known in &wanted {
            self.ledger.of(&known.source.id).rhythm().expect(known.source.expect_minutes);
        }
        self.forget_breakdowns(&wanted);
        self.ledger.keep_only(&wanted.iter().map(|known| known.source.id.as_str()).collect::<Vec<_>>());
        *self.known.hold() = wanted;
        self.changed.send_modify(|n| *n += 1);
    }

    /// What a running source is known to speak.
    fn spoken(&self, id: &str) -> Option<Dialect> {
        self.views.hold().get(id).and_then(|view| view.status.borrow().dialect)
    }

    /// Whether a source waits for what is known by now: [`Sources::apply`] lets it go on, or says why not.
    pub fn waits_no_more(&self) -> bool {
        alone::waits_no_more(&self.known.hold(), |id| self.spoken(id))
    }

    async fn start(self: &Arc<Self>, source: Source, keys: Keys) -> Running {
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
        let (stop, ending) = (CancellationToken::new(), CancellationToken::new());
        let (sender, deliveries) = tokio::sync::mpsc::channel(QUEUE);
        let clock = Arc::clone(&self.seams.clock);
        let inbox = Inbox {
            reader: Reader::new(&source, Arc::clone(&stats), self.seams.clone()),
            store: self.store.clone(),
            committed: Arc::clone(&committed),
            urgent: self.urgent.clone(),
        };
        let inbox = self.guarded(&source.id, "inbox", &ending, inbox.run(deliveries, stop.clone()), |end| *end == End::Anew);
        let listened_until = self.listened.until(&self.store, &source.id).await;
        if listened_until.is_none() && committed.all().is_empty() {
            self.covers.begins(&source);
        }
        let profile = Profile { listened_until, timing: self.seams.timing, ..profile(&source, &keys) };
        let io = LinkIo { deliveries: sender, positions: Arc::clone(&committed) as _ };
        let link = Link::start_on(profile, io, Arc::clone(&clock));
        let status = link.status();
        let id = source.id.clone();
        let source = watch::Sender::new(source);
        let polling = watch::Sender::new(None);
        let follower = follow(status.clone(), polling.subscribe(), Arc::clone(&stats), clock, self.changed.clone());
        let poller = Poller {
            store: self.store.clone(),
            source: source.subscribe(),
            keys: keys.clone(),
            status: status.clone(),
            seams: self.seams.clone(),
            listened_until,
            stats: Arc::clone(&stats),
            shown: polling.clone(),
        };
        let seams = self.seams.clone();
        let poller = async move {
            seams.pass(Point::Part("poller"));
            poller.run().await;
        };
        // The follower ends with the link: that is how a link that died is noticed.
        let tasks =
            vec![self.guarded(&id, "link", &ending, follower, |()| false), self.guarded(&id, "poller", &ending, poller, |()| false)];
        self.is_mended(&id);
        self.without_decisions.hold().remove(&id);
        Running { source, keys, link, status, polling, inbox, tasks, stop, ending, stats, committed }
    }

    /// Dial a source again now.
    pub async fn reconnect(&self, id: &str) -> bool {
        let running = self.running.lock().await;
        running.get(id).inspect(|runs| runs.link.wake()).is_some()
    }

    /// The machine's addresses changed: whatever waits to be dialled is dialled, whatever is open shows whether it still lives.
    pub async fn network_changed(&self) {
        self.running.lock().await.values().for_each(|runs| runs.link.network_changed());
    }

    /// A source with the address it really has (the built-in ERP's is not in the settings) and the protocol it really speaks.
    pub fn address(&self, id: &str) -> Option<Source> {
        let known = self.known.hold();
        let source = known.iter().map(|known| &known.source).find(|source| source.id == id)?.clone();
        let views = self.views.hold();
        let spoken = views.get(id).and_then(|view| view.status.borrow().dialect).and_then(named);
        Some(Source { dialect: spoken.unwrap_or(source.dialect), ..source })
    }

    /// How a source is reached, in the protocol it really speaks; `Err` while there is nothing to sign in with.
    pub fn profile(&self, id: &str) -> Option<Result<Profile, String>> {
        let source = self.address(id)?;
        let keys = self.secrets.of(id);
        Some(keys.map(|keys| Profile { timing: self.seams.timing, ..profile(&source, &keys) }))
    }

    /// Whether a source takes decisions, as far as known.
    pub fn can_decide(&self, id: &str) -> bool {
        self.address(id).is_some_and(|source| takes_decisions(source.dialect)) && !self.without_decisions.hold().contains(id)
    }

    /// The sources that take decisions.
    pub fn deciders(&self) -> BTreeSet<String> {
        let all = self.each(|known, _| known.source.id.clone());
        all.into_iter().filter(|id| self.can_decide(id)).collect()
    }

    /// A source said that it takes none. It is asked again when it is set up anew.
    pub fn takes_no_decisions(&self, id: &str) {
        self.without_decisions.hold().insert(id.to_owned());
    }

    /// The running source at the same server, where that server keeps one link per user: another one would deafen it, so it is asked instead.
    pub fn alone_at(&self, url: &str) -> Option<(String, LinkState)> {
        let same = |known: &Known, view: Option<&View>| {
            let spoken = view?.status.borrow().dialect;
            let hub = spoken == Some(Dialect::Hub) || known.source.dialect == DialectName::Hub;
            (hub && same_server(&known.source.url, url)).then(|| (known.source.name.clone(), self.state(known, view)))
        };
        self.each(same).into_iter().flatten().next()
    }

    /// Whose link a second one to the same server would meet.
    pub fn beside(&self, source: &Source) -> Beside {
        let here = Address::parse(&source.url).ok();
        let links = self.each(|known, view| {
            let same = known.source.id == source.id || here.is_some() && Address::parse(&known.source.url).ok() == here;
            view.filter(|_| same).map(|view| view.status.borrow().clone())
        });
        links
            .into_iter()
            .flatten()
            .find(|status| status.connected_since.is_some())
            .map_or(Beside::Nobody, |status| Beside::Link(Box::new(status)))
    }

    /// The profiles of sources whose servers tell what was missed.
    pub fn historians(&self) -> Vec<Profile> {
        let known = self.known.hold();
        let told = known.iter().filter(|known| !known.source.paused && !known.source.history_path.is_empty());
        told.filter_map(|known| Some(Profile { timing: self.seams.timing, ..profile(&known.source, known.keys.as_ref().ok()?) })).collect()
    }

    /// Whoever reads what the server of a source sends; `None` when there is no such source any more.
    pub fn reader(&self, id: &str) -> Option<Reader> {
        let known = self.known.hold();
        let known = known.iter().find(|known| known.source.id == id)?;
        Some(Reader::new(&known.source, self.ledger.of(id), self.seams.clone()))
    }

    /// Stop everything; what was delivered is stored first.
    pub async fn stop(self: &Arc<Self>) {
        let mut ending = JoinSet::new();
        for (_, runs) in std::mem::take(&mut *self.running.lock().await) {
            let sources = Arc::clone(self);
            ending.spawn(async move { sources.end(runs).await });
        }
        ending.join_all().await;
    }

    /// Stop one; what was delivered is stored first, and so is until when it listened.
    async fn end(&self, runs: Running) {
        let (id, last) = (runs.source.borrow().id.clone(), runs.status.borrow().clone());
        if runs.stop().await {
            self.listened.last(&id, &last);
        }
    }

    /// What has to be stored of how far every source listened, where it moved.
    pub fn listened(&self) -> Vec<Document> {
        for (id, view) in &*self.views.hold() {
            // Of one that is down the link still says that it listens; nobody keeps what it hears.
            if self.down(id).is_none() && self.ledger.of(id).store_error().is_none() {
                self.listened.look(id, &view.status.borrow());
            }
        }
        let mut documents = self.listened.take_dirty();
        documents.extend(self.covers.take_dirty());
        documents
    }

    /// Every source and its honest state.
    pub fn statuses(&self, last_event_at: impl Fn(&str) -> Option<Millis>, latency_ms: impl Fn(&str) -> Option<f64>) -> Vec<SourceStatus> {
        self.each(|source, view| SourceStatus {
            id: source.id.clone(),
            realm: source.id.clone(),
            name: source.name.clone(),
            url: without_secrets(&source.url),
            demo: source.demo,
            state: self.state(source, view),
            latency_ms: latency_ms(&source.id),
            last_event_at: last_event_at(&source.id),
            last_sign_at: view.and_then(|view| view.status.borrow().last_frame_at),
            colour: source.colour,
            dialect: view.and_then(|view| view.status.borrow().dialect).map(dialect_name).unwrap_or_default().to_owned(),
            skew_ms: self.ledger.of(&source.id).clock().estimate().map(|known| known.skew),
            polling: view.is_some_and(View::polls),
            covers_since: self.covers.since(&source.id),
            resembles: Vec::new(),
        })
    }

    fn each<T>(&self, answer: impl Fn(&Known, Option<&View>) -> T) -> Vec<T> {
        let known = self.known.hold();
        let views = self.views.hold();
        known.iter().map(|known| answer(known, views.get(&known.source.id))).collect()
    }
}

impl std::ops::Deref for Known {
    type Target = Source;

    fn deref(&self) -> &Source {
        &self.source
    }
}

impl Known {
    fn runs(&self) -> bool {
        !self.source.paused && !self.source.url.is_empty()
    }

    fn dials(&self) -> bool {
        self.runs() && !self.waits
    }
}

impl View {
    fn polls(&self) -> bool {
        matches!(&*self.polling.borrow(), Some(Polling::Asking { .. }))
    }
}

impl Running {
    fn view(&self) -> View {
        View { status: self.status.clone(), polling: self.polling.subscribe(), committed: Arc::clone(&self.committed) }
    }

    /// Whether the link as it is serves what is wanted now. A secret that cannot be read at the moment is the one it has.
    fn goes_on_as(&self, known: &Known) -> bool {
        known.keys.as_ref().is_ok_and(|keys| *keys == self.keys) && on_the_wire(&known.source) == on_the_wire(&self.source.borrow())
    }

    /// Answers whether everything that the link delivered is stored.
    async fn stop(self) -> bool {
        self.ending.cancel();
        // The link first: then its queue ends, and the inbox stores what is in it.
        self.link.stop().await;
        let ended = tokio::time::timeout(Duration::from_secs(3), self.inbox).await;
        let stored = matches!(ended, Ok(Ok(Some(End::Stored))));
        if ended.is_err() {
            self.stop.cancel();
        }
        self.tasks.iter().for_each(JoinHandle::abort);
        self.stats.link_ended();
        stored
    }
}
