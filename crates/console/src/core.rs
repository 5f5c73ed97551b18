//! The state behind the window, and the tasks that keep it current.
//!
//! One task follows the store: projections first, then alerts. Alerts are stored before anybody is told, so that a crash neither
//! forgets one nor rings twice. Whatever the window asks is answered from memory under one short lock, or by the store.

use crate::{
    alerts::{
        Notice,
        notifier::{Effect, LATE},
        rules,
    },
    api::{
        live::{Hint, LinkState, SourceStatus},
        settings::{Settings, Source},
    },
    backfill,
    calendar::now,
    decisions::{Answer, Sender},
    error::CommandError,
    health::Ledger,
    host::{DemoErp, Host},
    projections::approvals::Approvals,
    seams::Seams,
    secrets::Secrets,
    settings_store, snapshot,
    sources::Sources,
    state::State,
    words::Words,
};
use anyhow::Context as _;
use futures_util::StreamExt as _;
use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};
use tokio::sync::{Notify, watch};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use watchdeck_events::{Millis, erp::View};
use watchdeck_store::{Batch, Chunk, Store, StoreError};

/// How often the clock is looked at: snoozes, stale links, tones that wait.
const TICK: Duration = Duration::from_millis(500);
/// How often projections are written down, so that a start does not replay everything.
const SNAPSHOT_EVERY: Duration = Duration::from_secs(60);
/// How often the sources' records are, where they changed: several steps are one write.
const RECORDS_EVERY: Duration = Duration::from_secs(10);
/// How often a keychain that failed is asked again.
const ASK_AGAIN: Duration = Duration::from_secs(30);
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

pub(crate) struct Core {
    pub(crate) config: Config,
    pub(crate) store: Store,
    pub(crate) host: Arc<dyn Host>,
    pub(crate) demo: Option<Arc<dyn DemoErp>>,
    pub(crate) sources: Arc<Sources>,
    pub(crate) secrets: Arc<Secrets>,
    /// Ids that are taken for good. Whoever changes the settings holds it meanwhile.
    pub(crate) retired: tokio::sync::Mutex<BTreeMap<String, String>>,
    /// Raised when something on screen changed that is not an event.
    pub(crate) pulse: watch::Sender<u64>,
    /// Wakes the sender of decisions.
    pub(crate) decided: Notify,
    state: Mutex<State>,
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl Core {
    pub(crate) async fn start(
        config: Config,
        host: Arc<dyn Host>,
        demo: Option<Arc<dyn DemoErp>>,
        seams: Seams,
    ) -> anyhow::Result<Arc<Self>> {
        prepare_folder(&config.data_dir)?;
        let path = config.data_dir.join("events.db");
        let store = tokio::task::spawn_blocking(move || Store::open(&path, seams.store)).await??;
        let mut kept = settings_store::load(&store).await?;
        let secrets = Arc::new(Secrets::open(&store, &config.data_dir, host.keychain()).await?);
        settings_store::move_secrets(&store, &mut kept.settings, &secrets).await;
        secrets.load().await;
        let state = State::load(&store, kept.settings).await?;
        let ledger = Ledger::load(&store, &seams).await?;
        let core = Arc::new(Self {
            sources: Arc::new(Sources::new(store.clone(), Arc::clone(&secrets), seams, ledger)),
            secrets,
            retired: tokio::sync::Mutex::new(kept.retired),
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
        core.tasks.spawn(Arc::clone(&core).follow_secrets());
        core.tasks.spawn(Arc::clone(&core).follow_network());
        core.tasks.spawn(backfill::run(core.store.clone(), Arc::clone(&core.sources), core.stop.clone()));
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
        let words = self.words(&self.state().settings);
        self.sources.apply(sources, url.as_deref(), words).await;
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
        self.save_projections(true).await;
        self.store.close().await;
    }

    /// Statuses of all links, with what the events say of them.
    pub(crate) fn source_statuses(&self) -> Vec<SourceStatus> {
        let state = self.state();
        let recent = &state.recent;
        self.sources
            .statuses(|id| recent.get(id).and_then(|recent| recent.last_event_at), |id| recent.get(id).and_then(|recent| recent.latency_ms))
    }

    async fn follow_store(self: Arc<Self>) {
        let mut subscription = self.store.subscribe(self.state().world.cursor);
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut snapshot = tokio::time::interval(SNAPSHOT_EVERY);
        snapshot.tick().await;
        let mut records = tokio::time::interval(RECORDS_EVERY);
        records.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                biased;
                () = self.stop.cancelled() => return,
                _ = tick.tick() => self.tick(subscription.lag() == 0).await,
                _ = snapshot.tick() => self.save_projections(false).await,
                _ = records.tick() => self.save_records().await,
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
        // The clocks are read once more: what came since they were read last is judged by what is true now.
        self.sources.ledger.tick();
        let clocks = self.sources.ledger.clocks();
        let batch = {
            let mut guard = self.state();
            let state = &mut *guard;
            let words = self.words(&state.settings);
            let at = now();
            let today = state.calendar.day(at).name.clone();
            for stored in chunk.iter() {
                let view = View::of(&stored.event);
                let event = &stored.event;
                let arrival = clocks.arrival(event);
                state.world.apply(stored, view.as_ref(), arrival, &mut state.calendar);
                state.note_arrival(stored, arrival);
                if stored.seq <= state.alerts_done {
                    continue;
                }
                state.alerts_done = stored.seq;
                let Some(view) = view else { continue };
                let occurred_at = arrival.occurred_at(event);
                let notices = rules::evaluate(stored, &view, occurred_at, &state.world, &state.settings, &today, &mut state.book);
                let late = arrival.lateness(event) > LATE;
                effects.extend(state.notifier.take(notices, late, &state.settings, words, at));
                if let View::Approval(approval) = &view {
                    state.outbox.erp_says(&Approvals::key(approval), &state.world.approvals);
                }
            }
            state.changes()
        };
        self.store_then_tell(batch, effects).await;
    }

    /// Store what changed. What the store refuses stays to be stored, and goes with the next change or tick.
    pub(crate) async fn keep(&self, batch: Batch) -> Result<(), StoreError> {
        let Err(refused) = self.store.enqueue(batch).await?.outcome().await else { return Ok(()) };
        let mut state = self.state();
        self.sources.ledger.put_back(&refused.batch.documents);
        state.book.put_back(&refused.batch.documents);
        state.outbox.put_back(&refused.batch.documents);
        Err(refused.error)
    }

    /// Store what changed, and only then let anybody know of it.
    async fn store_then_tell(&self, batch: Batch, effects: Vec<Effect>) {
        if !batch.documents.is_empty()
            && let Err(error) = self.keep(batch).await
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
        self.sources.ledger.tick();
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
    pub(crate) async fn person(
        &self,
        act: impl FnOnce(&mut State, Millis) -> Result<Vec<Notice>, CommandError>,
    ) -> Result<(), CommandError> {
        let (batch, effects) = {
            let mut guard = self.state();
            let state = &mut *guard;
            let at = now();
            let notices = act(state, at)?;
            let words = self.words(&state.settings);
            let effects = state.notifier.take(notices, false, &state.settings, words, at);
            (state.changes(), effects)
        };
        self.keep(batch).await?;
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
            let due = self.state().outbox.due(now());
            for (key, decision) in due {
                let source = self.sources.address(&decision.source);
                let answer = match self.secrets.of(&decision.source) {
                    // It goes out once there is something to sign in with.
                    Err(why) => Answer::Unreachable(why),
                    Ok(keys) => tokio::select! {
                        answer = sender.send(&decision, source.as_ref(), keys.token.as_ref()) => answer,
                        () = self.stop.cancelled() => return,
                    },
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

    /// Connects what waited for the keychain, and asks it again now and then while it does not answer.
    async fn follow_secrets(self: Arc<Self>) {
        let mut arrived = self.secrets.arrived.subscribe();
        let mut again = tokio::time::interval(ASK_AGAIN);
        again.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = self.stop.cancelled() => return,
                _ = again.tick() => if self.secrets.worth_another_try() { self.secrets.load().await },
                Ok(()) = arrived.changed() => {
                    let _turn = self.retired.lock().await;
                    let sources = self.state().settings.sources.clone();
                    if let Err(error) = self.connect(&sources).await {
                        tracing::warn!(%error, "The sources could not be connected.");
                    }
                }
            }
        }
    }

    /// Wakes every link when the machine's addresses change.
    async fn follow_network(self: Arc<Self>) {
        let mut changes = std::pin::pin!(watchdeck_client::network::changes());
        loop {
            tokio::select! {
                () = self.stop.cancelled() => return,
                change = changes.next() => match change {
                    Some(()) => self.sources.network_changed().await,
                    None => return,
                },
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

    async fn save_records(&self) {
        let mut documents = self.sources.ledger.take_dirty(false);
        documents.extend(self.sources.listened());
        if documents.is_empty() {
            return;
        }
        if let Err(error) = self.keep(Batch { documents, ..Batch::default() }).await {
            tracing::warn!(%error, "The sources' records could not be written down.");
        }
    }

    async fn save_projections(&self, last: bool) {
        let (world, changes) = {
            let mut state = self.state();
            (snapshot::document(&state.world), state.changes())
        };
        let mut batch = changes;
        batch.documents.extend(world);
        batch.documents.extend(self.sources.ledger.take_dirty(last));
        batch.documents.extend(self.sources.listened());
        if let Err(error) = self.keep(batch).await {
            tracing::warn!(%error, "The projections could not be written down.");
        }
    }
}

fn prepare_folder(path: &std::path::Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(path)
        .with_context(|| format!("the data directory {} cannot be made; choose another with --data-dir", path.display()))?;
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
