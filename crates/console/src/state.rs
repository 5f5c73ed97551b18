//! Everything that is computed, and what a look at it answers.

use crate::{
    alerts::{AlertBook, COLLECTION as ALERTS, Notice, notifier::Notifier, rules},
    api::{
        live::{Hint, LinkState, SourceStatus},
        settings::Settings,
        views::{AlertView, ApprovalStatus, ApprovalView},
    },
    calendar::Calendar,
    conventions::BySource,
    decisions::{COLLECTION as DECISIONS, Outbox},
    host::{Badge, Overall},
    latency::Latency,
    projections::World,
    snapshot,
    source_clock::Arrival,
};
use std::collections::{BTreeSet, HashMap};
use watchdeck_events::Millis;
use watchdeck_store::{Batch, Store, Stored};

/// Name of the alert engine among the subscribers.
const ALERT_CHECKPOINT: &str = "alerts";

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
    pub(crate) notifier: Notifier,
    /// The alert engine has dealt with everything up to here.
    pub(crate) alerts_done: u64,
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

impl State {
    /// As it was when it was last written down.
    pub(crate) async fn load(store: &Store, settings: Settings) -> anyhow::Result<Self> {
        Ok(Self {
            world: snapshot::load(store).await?,
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
        })
    }

    /// How each source speaks.
    pub(crate) fn conventions(&self) -> BySource {
        BySource::of(&self.settings.sources)
    }

    /// What must be stored, with how far the alert engine is.
    pub(crate) fn changes(&mut self) -> Batch {
        let mut documents = self.book.take_dirty();
        documents.extend(self.outbox.take_dirty());
        Batch { documents, checkpoints: vec![(ALERT_CHECKPOINT.to_owned(), self.alerts_done)], ..Batch::default() }
    }

    pub(crate) fn note_arrival(&mut self, stored: &Stored, arrival: Arrival) {
        let event = &stored.event;
        let recent = match self.recent.get_mut(&*event.source) {
            Some(recent) => recent,
            None => self.recent.entry(event.source.to_string()).or_default(),
        };
        recent.last_event_at = recent.last_event_at.max(Some(arrival.occurred_at(event)));
        if arrival.live {
            let took = arrival.lateness(event).max(0) as f64;
            self.arrival.record(took, 1);
            recent.latency_ms = Some(recent.latency_ms.map_or(took, |before| before + (took - before) * 0.1));
        }
    }

    pub(crate) fn watch_feeds(&mut self, statuses: &[SourceStatus], at: Millis) -> Vec<Notice> {
        let mut notices = Vec::new();
        for source in statuses {
            let current =
                matches!(source.state, LinkState::Live | LinkState::CatchingUp { .. } | LinkState::Unconfirmed | LinkState::Paused);
            let stale_for = if current {
                self.stale_since.remove(&source.id);
                None
            } else {
                Some(at.since(*self.stale_since.entry(source.id.clone()).or_insert(at)))
            };
            notices.extend(rules::feed(&source.id, &source.name, stale_for, &self.settings, at, &mut self.book));
        }
        let known = |about: &str| statuses.iter().any(|source| about == format!("source:{}", source.id));
        let orphans: Vec<_> = self
            .book
            .active()
            .into_iter()
            .filter(|alert| alert.rule == rules::FEED_STALE)
            .filter_map(|alert| alert.subject)
            .filter(|about| !known(about))
            .collect();
        notices.extend(orphans.iter().filter_map(|about| self.book.resolve(rules::FEED_STALE, about, at)));
        notices
    }

    /// The badge, when it is another than before.
    pub(crate) fn new_badge(&mut self, statuses: &[SourceStatus]) -> Option<Badge> {
        let badge = Badge {
            approvals: self.world.approvals.pending_count(),
            alerts: self.book.firing().count() as u32,
            worst: self.book.firing().map(|alert| alert.severity).max(),
            link: statuses.iter().map(|source| overall(&source.state)).max().unwrap_or(Overall::Live),
        };
        (self.badge.replace(badge) != Some(badge)).then_some(badge)
    }

    /// Requests that wait, with our decisions on them.
    pub(crate) fn pending(&self) -> Vec<ApprovalView> {
        self.world.approvals.pending().into_iter().map(|request| self.outbox.decorate(&request.view)).collect()
    }

    /// The alert that takes the blocking banner.
    pub(crate) fn banner(&self) -> Option<AlertView> {
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
        self.book.firing().filter(|alert| alert.rule == rule).count() as u32
    }

    /// The user has seen the summary notification.
    pub(crate) fn summary_seen(&mut self) {
        self.notifier.summary_seen();
    }
}

fn overall(state: &LinkState) -> Overall {
    match state {
        LinkState::Live | LinkState::Paused => Overall::Live,
        LinkState::Connecting { .. }
        | LinkState::Unconfirmed
        | LinkState::CatchingUp { .. }
        | LinkState::Stale { .. }
        | LinkState::Polling { .. } => Overall::Degraded,
        LinkState::Offline { .. } => Overall::Offline,
        LinkState::NeedsLogin { .. } | LinkState::Refused { .. } => Overall::NeedsAction,
    }
}
