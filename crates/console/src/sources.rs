//! The running links, one per source that the user has set up, and what is known of each.

use crate::{
    api::{
        live::{LinkCause, LinkState, SourceStatus},
        settings::{DialectName, Source},
        views::{LinkStep, Percentiles, SourceHealth},
    },
    calendar::now,
    inbox::{Committed, Inbox, QUEUE},
    latency::Latency,
    seams::Seams,
    source_stats::SourceStats,
};
use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{sync::watch, task::JoinHandle};
use tokio_util::sync::CancellationToken;
use watchdeck_client::{Cause, Dialect, Link, LinkIo, Profile, State, Status};
use watchdeck_events::{Channel, Millis};
use watchdeck_store::Store;

/// Steps kept per timeline.
const TIMELINE: usize = 100;
/// Among how many of the newest events a source's own newest is looked for.
const NEWEST_WITHIN: u64 = 100_000;
/// How much of a channel's newest history a first look brings.
const FIRST_LOOK: u64 = 20_000;

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
    record: Arc<Record>,
}

/// What the follower of a link writes down.
#[derive(Debug, Default)]
struct Record {
    timeline: Mutex<VecDeque<LinkStep>>,
    /// Since when events come as they happen; 0 while they do not. What happened earlier is history, not a measure of the present.
    live_since: AtomicI64,
}

/// All running sources.
pub(crate) struct Sources {
    store: Store,
    seams: Seams,
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
    stats: Arc<SourceStats>,
    committed: Arc<Committed>,
    record: Arc<Record>,
}

impl Sources {
    pub(crate) fn new(store: Store, seams: Seams) -> Self {
        Self { store, seams, running: Default::default(), known: Mutex::default(), views: Mutex::default(), changed: watch::Sender::new(0) }
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
                    stats: Arc::clone(&runs.stats),
                    committed: Arc::clone(&runs.committed),
                    record: Arc::clone(&runs.record),
                };
                self.views.lock().expect("no code panics while holding the views").insert(source.id.clone(), view);
                running.insert(source.id.clone(), runs);
            }
        }
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
        let stats = Arc::new(SourceStats::default());
        let stop = CancellationToken::new();
        let (sender, deliveries) = tokio::sync::mpsc::channel(QUEUE);
        let inbox = Inbox { source: id, store: self.store.clone(), committed: Arc::clone(&committed), stats: Arc::clone(&stats) };
        let inbox = tokio::spawn(inbox.run(deliveries, stop.clone()));
        let listened_until = self.newest(&source.id).await;
        let profile = Profile { listened_until, timing: self.seams.timing, ..profile(&source) };
        let io = LinkIo { deliveries: sender, positions: Arc::clone(&committed) as _ };
        let link = Link::start_on(profile, io, Arc::clone(&self.seams.clock));
        let status = link.status();
        let record = Arc::new(Record::default());
        let follower = tokio::spawn(follow(status.clone(), Arc::clone(&record), self.changed.clone()));
        Running { source, link, status, inbox, follower, stop, stats, committed, record }
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
        })
    }

    /// Every source's record.
    pub(crate) fn health(&self) -> Vec<SourceHealth> {
        self.each(|source, view| {
            let status = view.map(|view| view.status.borrow().clone()).unwrap_or_default();
            let count = |counter: fn(&SourceStats) -> &AtomicU64| view.map_or(0, |view| counter(&view.stats).load(Ordering::Relaxed));
            SourceHealth {
                id: source.id.clone(),
                name: source.name.clone(),
                url: without_secrets(&source.url),
                state: state(source, view),
                reconnects: status.reconnects,
                timeline: view
                    .map(|view| view.record.timeline.lock().expect("no code panics while holding a timeline").iter().cloned().collect())
                    .unwrap_or_default(),
                received: count(|stats| &stats.received),
                duplicates: count(|stats| &stats.duplicates),
                malformed: count(|stats| &stats.malformed),
                bytes: status.bytes,
                positions: view
                    .map(|view| {
                        view.committed
                            .all()
                            .into_iter()
                            .map(|(channel, at)| (channel.to_string(), format!("{}:{}", at.epoch, at.offset)))
                            .collect()
                    })
                    .unwrap_or_default(),
            }
        })
    }

    /// Since when each source's events come as they happen.
    pub(crate) fn live_since(&self) -> HashMap<String, Millis> {
        let views = self.views.lock().expect("no code panics while holding the views");
        let since = views.iter().map(|(id, view)| (id.clone(), view.record.live_since.load(Ordering::Relaxed)));
        since.filter(|(_, since)| *since > 0).map(|(id, since)| (id, Millis(since))).collect()
    }

    /// Receipt to commit, all sources together.
    pub(crate) fn commit_latency(&self) -> Percentiles {
        let mut all = Latency::default();
        for view in self.views.lock().expect("no code panics while holding the views").values() {
            all.add(&view.stats.commit.lock().expect("no code panics while holding the latencies"));
        }
        all.percentiles()
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
    }
}

/// The profile that the client is given.
pub(crate) fn profile(source: &Source) -> Profile {
    let dialect = match source.dialect {
        DialectName::Native => Dialect::Native,
        DialectName::Erp => Dialect::Erp,
    };
    Profile {
        channels: source.channels.iter().map(|name| Channel::from(name.as_str())).collect(),
        token: source.token.clone().filter(|token| !token.is_empty()).map(Into::into),
        first_look: FIRST_LOOK,
        ..Profile::new(source.id.as_str(), source.url.clone(), dialect)
    }
}

/// Keeps the timeline: a step per change of kind, not per tick of a counter.
async fn follow(mut status: watch::Receiver<Status>, record: Arc<Record>, changed: watch::Sender<u64>) {
    let mut last = None;
    loop {
        let state = link_state(&status.borrow_and_update().state);
        let kind = std::mem::discriminant(&state);
        if last.replace(kind) != Some(kind) {
            let cause = match &state {
                LinkState::Offline { cause, .. } => Some(*cause),
                _ => None,
            };
            let live = matches!(state, LinkState::Live | LinkState::Unconfirmed);
            record.live_since.store(if live { now().0 } else { 0 }, Ordering::Relaxed);
            let mut timeline = record.timeline.lock().expect("no code panics while holding a timeline");
            timeline.push_back(LinkStep { at: now(), state, cause });
            if timeline.len() > TIMELINE {
                timeline.pop_front();
            }
        }
        changed.send_modify(|n| *n += 1);
        if status.changed().await.is_err() {
            return;
        }
    }
}

fn state(source: &Source, view: Option<&View>) -> LinkState {
    match view {
        Some(view) if !source.paused => link_state(&view.status.borrow().state),
        _ => LinkState::Paused,
    }
}

fn link_state(state: &State) -> LinkState {
    match state.clone() {
        State::Connecting { attempt } => LinkState::Connecting { attempt },
        State::Unconfirmed => LinkState::Unconfirmed,
        State::CatchingUp { done, total } => LinkState::CatchingUp { done, total },
        State::Live => LinkState::Live,
        State::NeedsLogin { detail } => LinkState::NeedsLogin { detail },
        State::Refused { detail } => LinkState::Refused { detail },
        State::Offline { attempt, next_try_at, cause, detail } => {
            LinkState::Offline { attempt, next_try_at, cause: link_cause(cause), detail }
        }
    }
}

fn link_cause(cause: Cause) -> LinkCause {
    match cause {
        Cause::ConnectionRefused => LinkCause::ConnectionRefused,
        Cause::Unreachable => LinkCause::Unreachable,
        Cause::TimedOut => LinkCause::TimedOut,
        Cause::Tls => LinkCause::Tls,
        Cause::NotWebSocket => LinkCause::NotWebSocket,
        Cause::Closed => LinkCause::Closed,
        Cause::Broken => LinkCause::Broken,
        Cause::Silent => LinkCause::Silent,
        Cause::Protocol => LinkCause::Protocol,
        Cause::StoreUnavailable => LinkCause::StoreUnavailable,
        Cause::Woke => LinkCause::Woke,
    }
}

/// A URL as it may be shown: no user, no password, no query.
fn without_secrets(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let host = authority.rsplit('@').next().unwrap_or_default();
    let slash = if path.is_empty() { "" } else { "/" };
    if scheme.is_empty() { format!("{host}{slash}{path}") } else { format!("{scheme}://{host}{slash}{path}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_in_addresses_are_not_shown() {
        assert_eq!(without_secrets("wss://me:pw@erp.example:3002/ws?token=abc#x"), "wss://erp.example:3002/ws");
        assert_eq!(without_secrets("ws://h:1"), "ws://h:1");
    }
}
