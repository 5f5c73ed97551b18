//! All running links, kept equal to what the user has set up.

use super::{
    alone,
    breakdown::Breakdown,
    covers::Covers,
    follow::follow,
    known::{Known, Running, View},
    listened::Listened,
    polling::Poller,
    profile::{first_since, profile},
};
use crate::{
    inbox::{Committed, End, Inbox, QUEUE, Reader},
    keys::{Excuse, KeyRing, Keys},
    records::Records,
    seams::{Point, Seams},
};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{Arc, Mutex},
};
use tokio::{
    sync::{Notify, mpsc, watch},
    task::JoinSet,
};
use tokio_util::sync::CancellationToken;
use watchdeck_client::{Dialect, Link, LinkIo, Profile};
use watchdeck_contain::Hold as _;
use watchdeck_events::Event;
use watchdeck_store::Store;
use watchdeck_wire::settings::Source;

/// All running sources.
pub struct Sources {
    pub(super) store: Store,
    pub(super) secrets: Arc<dyn KeyRing>,
    pub(super) seams: Seams,
    /// What is known of every source beyond one link's life.
    pub records: Records,
    pub(super) listened: Listened,
    pub(super) covers: Covers,
    pub(super) running: tokio::sync::Mutex<BTreeMap<String, Running>>,
    /// Paused sources stand here for the window's sake; running ones are refreshed by [`Sources::statuses`].
    pub(super) known: Mutex<Vec<Known>>,
    pub(super) views: Mutex<BTreeMap<String, View>>,
    /// Raised with every change of any link's state.
    pub changed: watch::Sender<u64>,
    /// Sources of which a part failed.
    pub(super) breakdowns: Mutex<BTreeMap<String, Breakdown>>,
    /// One more of them.
    pub broken: Notify,
    /// Sources that said that they take no decisions.
    pub(super) without_decisions: Mutex<BTreeSet<String>>,
    /// What the store does not take at the moment, and what is urgent in it.
    pub(super) urgent: mpsc::Sender<Vec<Event>>,
}

impl Sources {
    /// None runs yet. Urgent events that the store does not take go to `urgent`.
    #[must_use]
    pub fn new(
        store: Store,
        secrets: Arc<dyn KeyRing>,
        seams: Seams,
        records: Records,
        covers: Covers,
        urgent: mpsc::Sender<Vec<Event>>,
    ) -> Self {
        Self {
            store,
            secrets,
            seams,
            records,
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
            self.records.of(&known.source.id).rhythm().expect(known.source.expect_minutes);
        }
        self.forget_breakdowns(&wanted);
        self.records.keep_only(&wanted.iter().map(|known| known.source.id.as_str()).collect::<Vec<_>>());
        *self.known.hold() = wanted;
        self.changed.send_modify(|n| *n += 1);
    }

    /// What a running source is known to speak.
    pub(super) fn spoken(&self, id: &str) -> Option<Dialect> {
        self.views.hold().get(id).and_then(|view| view.status.borrow().dialect)
    }

    /// Whether a source waits for what is known by now: [`Sources::apply`] lets it go on, or says why not.
    pub fn waits_no_more(&self) -> bool {
        alone::waits_no_more(&self.known.hold(), |id| self.spoken(id))
    }

    pub(super) async fn start(self: &Arc<Self>, source: Source, keys: Keys) -> Running {
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
        let stats = self.records.of(&source.id);
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
            self.covers.begins(&source, &self.seams);
        }
        let Seams { timing, network, .. } = self.seams.clone();
        let mut followed: Vec<_> = committed.all().into_keys().collect();
        followed.sort();
        let profile = Profile { listened_until, timing, network, followed, ..profile(&source, &keys, Some(first_since(&self.seams))) };
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
    pub(super) async fn end(&self, runs: Running) {
        let (id, last) = (runs.source.borrow().id.clone(), runs.status.borrow().clone());
        if runs.stop().await {
            self.listened.last(&id, &last);
        }
    }

    pub(super) fn each<T>(&self, answer: impl Fn(&Known, Option<&View>) -> T) -> Vec<T> {
        let known = self.known.hold();
        let views = self.views.hold();
        known.iter().map(|known| answer(known, views.get(&known.source.id))).collect()
    }
}
