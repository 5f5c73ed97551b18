//! The state behind the window: how it starts, what is asked of it, how it ends. What keeps it current is in [`tasks`].
//!
//! One task follows the store: projections first, then alerts; it waits for nobody. Another stores what came of it and then tells people
//! ([`announce`]), so that a crash neither forgets an alert nor rings twice. Whatever the window asks is answered from memory under one short lock, or by the store.

mod announce;
mod deputies;
pub(crate) mod house;
mod intake;
mod packs;
mod rebuild;
mod relay;
mod reveals;
pub(crate) mod rules;
mod tasks;

use crate::{
    damage,
    faults::Faults,
    host::{DemoErp, Host},
    jobs::Jobs,
    outgoing::Hooks,
    packs::Packs,
    reveals::Reveals,
    secrets::Secrets,
    settings::{self, Kept},
    state::State,
};
use anyhow::Context as _;
pub(crate) use rebuild::Rebuilding;
use std::{
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard},
    time::{Duration, Instant},
};
use tokio::sync::{Notify, mpsc, watch};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use watchdeck_alerts::words::Words;
use watchdeck_contain as contain;
use watchdeck_contain::Hold as _;
use watchdeck_contain::Patience;
use watchdeck_events::{Event, Millis};
use watchdeck_feed::{
    backfill::Backfill,
    keys::Excuse,
    records::Records,
    seams::Seams,
    sources::{Covers, Sources},
};
use watchdeck_handlers::Registry;
use watchdeck_store::Store;
use watchdeck_wire::{
    link::SourceStatus,
    live::Hint,
    settings::{Settings, Source},
};

/// How long a shutdown waits for its tasks.
const PATIENCE: Duration = Duration::from_secs(3);

/// Batches of urgent events that may wait. Full: the inbox offers them again.
const URGENT: usize = 16;

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
    pub(crate) packs: Packs,
    /// The settings as they are stored. Whoever changes them holds it meanwhile.
    pub(crate) kept: tokio::sync::Mutex<Kept>,
    /// Raised when something on screen changed that is not an event.
    pub(crate) pulse: watch::Sender<u64>,
    /// Wakes the follower of the store: what is stored is read in another way.
    read_anew: Notify,
    /// Wakes the sender of decisions.
    pub(crate) decided: Notify,
    /// Wakes whoever tells the gateways what was done with alerts.
    pub(crate) relayed: Notify,
    /// Wakes whoever asks the gateways for whom we decide.
    pub(crate) delegated: Notify,
    /// What is done for each event behind the store, by name.
    pub(crate) handlers: Registry,
    /// The outgoing actions among them.
    pub(crate) hooks: Hooks,
    /// What was looked at that is masked, and is not told yet.
    pub(crate) reveals: Reveals,
    /// How far the projections are rebuilt, where somebody wanted that.
    pub(crate) rebuilding: Rebuilding,
    /// Parts that failed.
    pub(crate) faults: Faults,
    /// What takes its time.
    pub(crate) jobs: Jobs,
    pub(crate) seams: Seams,
    /// Urgent events that the store does not take at the moment.
    unstored: tokio::sync::Mutex<mpsc::Receiver<Vec<Event>>>,
    state: Mutex<State>,
    /// Wakes the announcer.
    announced: Notify,
    /// Wakes whoever counts the past for rules that are new.
    ruled: Notify,
    /// Whose turn it is to change something that is stored.
    turn: tokio::sync::Mutex<()>,
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
        let open = move || {
            Store::restore(&path)?;
            Store::open_or_salvage(&path, seams.store)
        };
        let (store, salvaged) = tokio::task::spawn_blocking(open).await??;
        let mut kept = settings::load(&store).await?;
        if let Some(salvaged) = &salvaged {
            damage::mark(&store, &kept, salvaged, seams.now()).await;
        }
        let secrets = Arc::new(Secrets::open(&store, &config.data_dir, host.keychain()).await?);
        settings::move_secrets(&store, &mut kept, &secrets).await;
        secrets.load().await;
        // Before anything is read: how it is read is theirs to say.
        let (packs, documents) = Packs::open(&store, &config.data_dir).await?;
        let state = State::load(&store, kept.settings.clone(), seams.now(), seams.calendar()).await?;
        let records = Records::load(&store, &seams).await?;
        let reveals = Reveals::load(&store).await?;
        let covers = Covers::load(&store).await?;
        let (urgent, unstored) = mpsc::channel(URGENT);
        let core = Arc::new(Self {
            sources: Arc::new(Sources::new(store.clone(), Arc::clone(&secrets) as _, seams.clone(), records, covers, urgent)),
            unstored: tokio::sync::Mutex::new(unstored),
            hooks: Hooks::new(Arc::clone(&secrets), seams.clone()),
            secrets,
            packs,
            kept: tokio::sync::Mutex::new(kept),
            config,
            host,
            demo,
            pulse: watch::Sender::new(0),
            read_anew: Notify::new(),
            decided: Notify::new(),
            relayed: Notify::new(),
            delegated: Notify::new(),
            handlers: Registry::new(store.clone(), {
                let seams = seams.clone();
                move || seams.now()
            }),
            reveals,
            rebuilding: Rebuilding::default(),
            faults: Faults::default(),
            jobs: Jobs::default(),
            seams,
            state: Mutex::new(state),
            announced: Notify::new(),
            ruled: Notify::new(),
            turn: tokio::sync::Mutex::new(()),
            stop: CancellationToken::new(),
            tasks: TaskTracker::new(),
            store,
        });
        if let ((), Err(error)) = core.record(|_| ((), documents)).await {
            tracing::warn!(%error, "What the packs say could not be kept.");
        }
        core.keep_running("follower", Self::follow_store);
        core.keep_running("announcer", Self::announce);
        core.keep_running("clock", Self::follow_clock);
        core.keep_running("rules", Self::follow_rules);
        core.keep_running("decisions", Self::send_decisions);
        core.keep_running("links", Self::follow_links);
        core.keep_running("delegations", Self::follow_delegations);
        core.keep_running("sources", Self::mend_sources);
        core.keep_running("urgent", Self::tell_unstored);
        core.keep_running("secrets", Self::follow_secrets);
        core.keep_running("packs", Self::follow_packs);
        core.keep_running("network", Self::follow_network);
        core.keep_running("keeping", Self::keep_house);
        core.keep_running("reveals", Self::tell_reveals);
        core.keep_running("relay", Self::relay_alerts);
        let backfill = Arc::new(Backfill::new(core.store.clone(), Arc::clone(&core.sources)));
        core.handlers.add(Arc::clone(&backfill) as _).await?;
        core.keep_running("backfill", move |core| Arc::clone(&backfill).run(core.stop.clone()));
        let settings = core.state().settings.clone();
        core.hooks.apply(&core.handlers, &settings, core.words(&settings)).await?;
        core.host.apply(&settings);
        core.connect(&settings.sources).await?;
        Ok(core)
    }

    /// Run a part for as long as the core does. One that fails is seen, said, and started again after a while that grows.
    pub(crate) fn keep_running<F: Future<Output = ()> + Send>(
        self: &Arc<Self>,
        part: &'static str,
        run: impl Fn(Arc<Self>) -> F + Send + 'static,
    ) {
        let core = Arc::clone(self);
        self.tasks.spawn(async move {
            let mut patience = Patience::default();
            loop {
                let began = Instant::now();
                let Err(why) = contain::outcome(run(Arc::clone(&core))).await else { return };
                core.part_failed(part, &why);
                tokio::select! {
                    () = core.stop.cancelled() => return,
                    () = tokio::time::sleep(patience.after(began.elapsed())) => {}
                }
            }
        });
    }

    /// A part failed: it is kept, and said on screen.
    pub(crate) fn part_failed(&self, part: &str, why: &str) {
        self.faults.note(part, why, self.now());
        self.hint(Hint::PartFailed, true);
        self.pulse();
    }

    /// Waits until the core ends.
    pub(crate) async fn stopped(&self) {
        self.stop.cancelled().await;
    }

    /// The time of day, by the clock that this core was given.
    pub(crate) fn now(&self) -> Millis {
        self.seams.now()
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.hold()
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
        let say = |excuse: Excuse<'_>| match excuse {
            Excuse::SecretUnread(why) => words.secret_unread(why),
            Excuse::AccountInUse(other) => words.account_in_use(other),
        };
        self.sources.apply(sources, url.as_deref(), &say).await;
        Ok(())
    }

    pub(crate) async fn shutdown(&self) {
        self.sources.stop().await;
        if let Some(demo) = &self.demo {
            demo.stop().await;
        }
        self.stop.cancel();
        self.tasks.close();
        let ends = async { tokio::join!(self.tasks.wait(), self.handlers.close(PATIENCE / 2)) };
        if tokio::time::timeout(PATIENCE, ends).await.is_err() {
            tracing::warn!("A task ignored the stop signal.");
        }
        self.save_projections(true).await;
        self.store.close().await;
    }

    /// Statuses of all links, with what the events say of them.
    pub(crate) fn source_statuses(&self) -> Vec<SourceStatus> {
        let state = self.state();
        let recent = &state.recent;
        let mut statuses = self.sources.statuses(
            |id| recent.get(id).and_then(|recent| recent.last_event_at),
            |id| recent.get(id).and_then(|recent| recent.latency_ms),
        );
        for status in &mut statuses {
            status.realm = state.world.realms.realm(&status.id.as_str().into()).to_string();
            status.resembles = state.world.through.looking_like(&status.id);
        }
        statuses
    }

    /// Something does not work on this machine, or works again.
    pub(crate) fn hint(&self, hint: Hint, present: bool) {
        let changed = {
            let mut state = self.state();
            if hint == Hint::NoNotifications && !present {
                state.notices.clear();
            }
            if present { state.hints.insert(hint) } else { state.hints.remove(&hint) }
        };
        if changed {
            self.pulse();
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
