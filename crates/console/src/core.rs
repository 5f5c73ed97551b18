//! The state behind the window, and the tasks that keep it current.
//!
//! One task follows the store: projections first, then alerts. Alerts are stored before anybody is told, so that a crash neither
//! forgets one nor rings twice. Whatever the window asks is answered from memory under one short lock, or by the store.

use crate::{
    alerts::{AlertBook, COLLECTION as ALERTS, Notice, notifier::{Effect, LATE, Notifier}, rules},
    api::{
        live::{Hint, LinkState, SourceStatus},
        settings::{Settings, Source},
        views::{AlertState, ApprovalStatus},
    },
    calendar::{Calendar, now},
    decisions::{COLLECTION as DECISIONS, Outbox, Sender},
    host::{Badge, DemoErp, Host, Overall},
    latency::Latency,
    projections::{SNAPSHOT_VERSION, World, approvals::Approvals, lateness},
    settings_store,
    sources::Sources,
    words::Words,
};
use anyhow::Context as _;
use std::{
    collections::{BTreeSet, HashMap},
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};
use tokio::sync::{Notify, watch};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use watchdeck_events::{Millis, erp::View};
use watchdeck_store::{Batch, Chunk, Document, Store};

/// How often the clock is looked at: snoozes, stale links, tones that wait.
const TICK: Duration = Duration::from_millis(500);
/// How often projections are written down, so that a start does not replay everything.
const SNAPSHOT_EVERY: Duration = Duration::from_secs(60);
/// Name of the alert engine among the subscribers.
const ALERT_CHECKPOINT: &str = "alerts";
/// Collection of the projections' snapshot.
const SNAPSHOT: &str = "snapshot";
/// How long a shutdown waits for its tasks.
const PATIENCE: Duration = Duration::from_secs(3);

/// What a console is started with.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where the store lies. Made when it is not there.
    pub data_dir: PathBuf,
    /// `desktop` or `browser`; the window asks.
    pub host_name: &'static str,
    /// BCP 47 tag of the system's language.
    pub system_language: Option<String>,
}

/// Everything that is computed, behind one lock that is never held across a wait.
pub(crate) struct State {
    pub(crate) world: World,
    pub(crate) book: AlertBook,
    pub(crate) outbox: Outbox,
    pub(crate) calendar: Calendar,
    pub(crate) settings: Settings,
    pub(crate) settings_version: u64,
    pub(crate) hints: BTreeSet<Hint>,
    pub(crate) arrival: Latency,
    pub(crate) painted: Latency,
    pub(crate) recent: HashMap<String, Recent>,
    notifier: Notifier,
    /// The alert engine has dealt with everything up to here.
    alerts_done: u64,
    /// How long each source has been without a current feed.
    stale_since: HashMap<String, Millis>,
    badge: Option<Badge>,
}

/// The newest of one source.
#[derive(Debug, Default)]
pub(crate) struct Recent {
    pub(crate) last_event_at: Option<Millis>,
    /// Arrival times of events that came as they happened, smoothed.
    pub(crate) latency_ms: Option<f64>,
}

pub(crate) struct Core {
    pub(crate) config: Config,
    pub(crate) store: Store,
    pub(crate) host: Arc<dyn Host>,
    pub(crate) demo: Option<Arc<dyn DemoErp>>,
    pub(crate) sources: Arc<Sources>,
    /// Raised when something on screen changed that is not an event.
    pub(crate) pulse: watch::Sender<u64>,
    /// Wakes the sender of decisions.
    pub(crate) decided: Notify,
    state: Mutex<State>,
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl Core {
    pub(crate) async fn start(config: Config, host: Arc<dyn Host>, demo: Option<Arc<dyn DemoErp>>) -> anyhow::Result<Arc<Self>> {
        prepare_folder(&config.data_dir)?;
        let path = config.data_dir.join("events.db");
        let store = tokio::task::spawn_blocking(move || Store::open(&path, watchdeck_store::Options::CONSOLE)).await??;
        let settings = settings_store::load(&store).await?;
        let state = State {
            world: load_world(&store).await?,
            book: AlertBook::load(store.documents(ALERTS).await?),
            outbox: Outbox::load(store.documents(DECISIONS).await?),
            calendar: Calendar::system(),
            settings,
            settings_version: 0,
            hints: BTreeSet::new(),
            arrival: Latency::default(),
            painted: Latency::default(),
            recent: HashMap::new(),
            notifier: Notifier::default(),
            alerts_done: store.checkpoint(ALERT_CHECKPOINT).await?,
            stale_since: HashMap::new(),
            badge: None,
        };
        let core = Arc::new(Self {
            sources: Arc::new(Sources::new(store.clone())),
            config,
            host,
            demo,
            pulse: watch::Sender::new(0),
            decided: Notify::new(),
            state: Mutex::new(state),
            stop: CancellationToken::new(),
            tasks: TaskTracker::new(),
            store,
        });
        core.tasks.spawn(Arc::clone(&core).follow_store());
        core.tasks.spawn(Arc::clone(&core).send_decisions());
        core.tasks.spawn(Arc::clone(&core).follow_links());
        let settings = core.state().settings.clone();
        core.host.apply(&settings);
        core.connect(&settings.sources).await?;
        Ok(core)
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no code panics while holding the state")
    }

    pub(crate) fn words(&self, settings: &Settings) -> Words {
        Words::choose(settings, self.config.system_language.as_deref())
    }

    pub(crate) fn pulse(&self) {
        self.pulse.send_modify(|n| *n += 1);
    }

    /// Make the running links equal to `sources`, the built-in ERP included.
    pub(crate) async fn connect(&self, sources: &[Source]) -> anyhow::Result<()> {
        let wants_demo = sources.iter().any(|source| source.demo && !source.paused);
        let url = match &self.demo {
            Some(demo) if wants_demo => Some(demo.start(&self.config.data_dir).await.context("starting the built-in ERP")?.url),
            Some(demo) => {
                demo.stop().await;
                None
            }
            None => None,
        };
        self.sources.apply(sources, url.as_deref()).await;
        Ok(())
    }

    pub(crate) async fn shutdown(&self) {
        self.sources.stop().await;
        if let Some(demo) = &self.demo {
            demo.stop().await;
        }
        self.stop.cancel();
        self.tasks.close();
        if tokio::time::timeout(PATIENCE, self.tasks.wait()).await.is_err() {
            tracing::warn!("A task ignored the stop signal.");
        }
        self.save_snapshot().await;
        self.store.close().await;
    }

    /// Statuses of all links, with what the events say of them.
    pub(crate) fn source_statuses(&self) -> Vec<SourceStatus> {
        let state = self.state();
        let recent = &state.recent;
        self.sources.statuses(|id| recent.get(id).and_then(|recent| recent.last_event_at), |id| recent.get(id).and_then(|recent| recent.latency_ms))
    }

    async fn follow_store(self: Arc<Self>) {
        let mut subscription = self.store.subscribe(self.state().world.cursor);
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut snapshot = tokio::time::interval(SNAPSHOT_EVERY);
        snapshot.tick().await;
        loop {
            tokio::select! {
                biased;
                () = self.stop.cancelled() => return,
                _ = tick.tick() => self.tick(subscription.lag() == 0).await,
                _ = snapshot.tick() => self.save_snapshot().await,
                chunk = subscription.next() => match chunk {
                    Ok(chunk) => self.take_in(&chunk).await,
                    Err(error) => {
                        tracing::warn!(%error, "Events could not be read back; trying again.");
                        tokio::time::sleep(TICK).await;
                    }
                },
            }
        }
    }

    async fn take_in(&self, chunk: &Chunk) {
        let mut effects = Vec::new();
        let live_since = self.sources.live_since();
        let batch = {
            let mut guard = self.state();
            let state = &mut *guard;
            let words = self.words(&state.settings);
            let at = now();
            let today = state.calendar.day(at).name.clone();
            for stored in chunk.iter() {
                let view = View::of(&stored.event);
                let event = &stored.event;
                let live = live_since.get(&*event.source).is_some_and(|since| event.occurred_at >= *since);
                state.world.apply(stored, view.as_ref(), live, &mut state.calendar);
                state.note_arrival(stored, live);
                if stored.seq <= state.alerts_done {
                    continue;
                }
                state.alerts_done = stored.seq;
                let Some(view) = view else { continue };
                let notices = rules::evaluate(stored, &view, &state.world, &state.settings, &today, &mut state.book);
                let late = lateness(event) > LATE;
                effects.extend(state.notifier.take(notices, late, &state.settings, words, at));
                if let View::Approval(approval) = &view {
                    state.outbox.erp_says(&Approvals::key(approval), &state.world.approvals);
                }
            }
            state.changes()
        };
        self.store_then_tell(batch, effects).await;
    }

    /// Store what changed, and only then let anybody know of it.
    async fn store_then_tell(&self, batch: Batch, effects: Vec<Effect>) {
        if !batch.documents.is_empty()
            && let Err(error) = self.store.append(batch).await
        {
            // People are told all the same: an alert that may ring twice is better than one that never rings.
            tracing::warn!(%error, "Alerts could not be stored.");
        }
        for effect in effects {
            match effect {
                Effect::Notify(toast) => self.host.notify(toast),
                Effect::Retract(id) => self.host.retract(&id),
                Effect::Play(tone) => self.host.play(tone),
            }
        }
    }

    async fn tick(&self, caught_up: bool) {
        let at = now();
        let statuses = self.source_statuses();
        let (batch, effects, badge) = {
            let mut guard = self.state();
            let state = &mut *guard;
            let words = self.words(&state.settings);
            let mut notices = state.book.tick(at);
            notices.extend(state.watch_feeds(&statuses, at));
            let mut effects = state.notifier.take(notices, false, &state.settings, words, at);
            if caught_up && !statuses.iter().any(|source| matches!(source.state, LinkState::CatchingUp { .. })) {
                effects.extend(state.notifier.settle(&state.settings, words, at));
            }
            (state.changes(), effects, state.new_badge(&statuses))
        };
        let store_failed = self.store.watch_failure().borrow().is_some();
        self.hint(Hint::StoreReadOnly, store_failed);
        if let Some(badge) = badge {
            self.host.badge(badge);
        }
        self.store_then_tell(batch, effects).await;
    }

    /// Something does not work on this machine, or works again.
    pub(crate) fn hint(&self, hint: Hint, present: bool) {
        let changed = {
            let hints = &mut self.state().hints;
            if present { hints.insert(hint) } else { hints.remove(&hint) }
        };
        if changed {
            self.pulse();
        }
    }

    /// A person did something with alerts: stored at once, then shown.
    pub(crate) async fn person(&self, act: impl FnOnce(&mut State, Millis) -> Result<Vec<Notice>, crate::error::CommandError>) -> Result<(), crate::error::CommandError> {
        let (batch, effects) = {
            let mut guard = self.state();
            let state = &mut *guard;
            let at = now();
            let notices = act(state, at)?;
            let words = self.words(&state.settings);
            let effects = state.notifier.take(notices, false, &state.settings, words, at);
            (state.changes(), effects)
        };
        self.store.append(batch).await?;
        self.store_then_tell(Batch::default(), effects).await;
        self.pulse();
        Ok(())
    }

    async fn send_decisions(self: Arc<Self>) {
        let sender = match Sender::new() {
            Ok(sender) => sender,
            Err(error) => {
                tracing::error!(%error, "Decisions cannot be sent: no HTTP client.");
                return;
            }
        };
        let mut tick = tokio::time::interval(TICK);
        loop {
            tokio::select! {
                () = self.stop.cancelled() => return,
                () = self.decided.notified() => {}
                _ = tick.tick() => {}
            }
            let (due, sources) = {
                let state = self.state();
                (state.outbox.due(now()), state.settings.sources.clone())
            };
            for (key, decision) in due {
                let source = self.sources.address(&decision.source, &sources);
                let answer = tokio::select! {
                    answer = sender.send(&decision, source.as_ref()) => answer,
                    () = self.stop.cancelled() => return,
                };
                let batch = {
                    let mut guard = self.state();
                    let state = &mut *guard;
                    state.outbox.answered(&key, &decision.idempotency_key, answer, now());
                    state.outbox.erp_says(&key, &state.world.approvals);
                    state.changes()
                };
                self.store_then_tell(batch, Vec::new()).await;
                self.pulse();
            }
        }
    }

    async fn follow_links(self: Arc<Self>) {
        let mut changed = self.sources.changed.subscribe();
        loop {
            tokio::select! {
                () = self.stop.cancelled() => return,
                seen = changed.changed() => if seen.is_err() { return },
            }
            self.pulse();
        }
    }

    async fn save_snapshot(&self) {
        let snapshot = {
            let state = self.state();
            serde_json::to_string(&state.world)
        };
        let body = match snapshot {
            Ok(body) => body,
            Err(error) => {
                tracing::warn!(%error, "The snapshot could not be written down.");
                return;
            }
        };
        let document = Document { collection: SNAPSHOT, key: SNAPSHOT_VERSION.to_string(), body: Some(body) };
        let mut batch = self.state().changes();
        batch.documents.push(document);
        if let Err(error) = self.store.append(batch).await {
            tracing::warn!(%error, "The snapshot could not be stored.");
        }
    }
}

impl State {
    /// What must be stored, with how far the alert engine is.
    pub(crate) fn changes(&mut self) -> Batch {
        let mut documents = self.book.take_dirty();
        documents.extend(self.outbox.take_dirty());
        Batch { documents, checkpoints: vec![(ALERT_CHECKPOINT.to_owned(), self.alerts_done)], ..Batch::default() }
    }

    fn note_arrival(&mut self, stored: &watchdeck_store::Stored, live: bool) {
        let event = &stored.event;
        let recent = match self.recent.get_mut(&*event.source) {
            Some(recent) => recent,
            None => self.recent.entry(event.source.to_string()).or_default(),
        };
        recent.last_event_at = recent.last_event_at.max(Some(event.occurred_at));
        if live {
            let took = lateness(event).max(0) as f64;
            self.arrival.record(took, 1);
            recent.latency_ms = Some(recent.latency_ms.map_or(took, |before| before + (took - before) * 0.1));
        }
    }

    fn watch_feeds(&mut self, statuses: &[SourceStatus], at: Millis) -> Vec<Notice> {
        let mut notices = Vec::new();
        for source in statuses {
            let current = matches!(source.state, LinkState::Live | LinkState::CatchingUp { .. } | LinkState::Unconfirmed | LinkState::Paused);
            let stale_for = if current {
                self.stale_since.remove(&source.id);
                None
            } else {
                Some(at.since(*self.stale_since.entry(source.id.clone()).or_insert(at)))
            };
            notices.extend(rules::feed(&source.id, &source.name, stale_for, &self.settings, at, &mut self.book));
        }
        let known = |about: &str| statuses.iter().any(|source| about == format!("source:{}", source.id));
        let orphans: Vec<_> =
            self.book.active().into_iter().filter(|alert| alert.rule == rules::FEED_STALE).filter_map(|alert| alert.subject).filter(|about| !known(about)).collect();
        notices.extend(orphans.iter().filter_map(|about| self.book.resolve(rules::FEED_STALE, about, at)));
        notices
    }

    /// The badge, when it is another than before.
    fn new_badge(&mut self, statuses: &[SourceStatus]) -> Option<Badge> {
        let badge = Badge {
            approvals: self.world.approvals.pending_count(),
            alerts: self.book.firing().count() as u32,
            worst: self.book.firing().map(|alert| alert.severity).max(),
            link: statuses.iter().map(|source| overall(&source.state)).max().unwrap_or(Overall::Live),
        };
        (self.badge.replace(badge) != Some(badge)).then_some(badge)
    }

    /// Requests that wait, with our decisions on them.
    pub(crate) fn pending(&self) -> Vec<crate::api::views::ApprovalView> {
        self.world.approvals.pending().into_iter().map(|request| self.outbox.decorate(&request.view)).collect()
    }

    /// The alert that takes the blocking banner.
    pub(crate) fn banner(&self) -> Option<crate::api::views::AlertView> {
        let mut critical: Vec<_> = self.book.firing().filter(|alert| alert.rule == rules::SYSTEM_CRITICAL).collect();
        critical.sort_by_key(|alert| alert.first_at);
        critical.first().map(|alert| (*alert).clone())
    }

    /// Whether the request behind an approval alert still waits.
    pub(crate) fn is_pending(&self, key: &str) -> bool {
        self.world.approvals.get(key).is_some_and(|request| request.view.status == ApprovalStatus::Pending)
    }

    /// How many alerts of a rule fire.
    pub(crate) fn firing(&self, rule: &str) -> u32 {
        self.book.firing().filter(|alert| alert.rule == rule && alert.state == AlertState::Firing).count() as u32
    }
    /// The user has seen the summary notification.
    pub(crate) fn summary_seen(&mut self) {
        self.notifier.summary_seen();
    }
}

fn overall(state: &LinkState) -> Overall {
    match state {
        LinkState::Live | LinkState::Paused => Overall::Live,
        LinkState::Connecting { .. } | LinkState::Unconfirmed | LinkState::CatchingUp { .. } | LinkState::Stale { .. } => Overall::Degraded,
        LinkState::Offline { .. } => Overall::Offline,
        LinkState::NeedsLogin { .. } | LinkState::Refused { .. } => Overall::NeedsAction,
    }
}

async fn load_world(store: &Store) -> anyhow::Result<World> {
    let snapshots = store.documents(SNAPSHOT).await?;
    let body = snapshots.into_iter().find(|(key, _)| *key == SNAPSHOT_VERSION.to_string());
    let world: World = match body.map(|(_, body)| serde_json::from_str(&body)) {
        Some(Ok(world)) => world,
        Some(Err(error)) => {
            tracing::warn!(%error, "The snapshot could not be read; everything is computed anew.");
            World::default()
        }
        None => World::default(),
    };
    Ok(if world.cursor > store.head() { World::default() } else { world })
}

fn prepare_folder(path: &std::path::Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(path).with_context(|| format!("the data directory {} cannot be made; choose another with --data-dir", path.display()))?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // It holds business data and tokens.
        if let Err(error) = std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o700)) {
            tracing::warn!(%error, "The data directory stays readable to others.");
        }
    }
    Ok(())
}
