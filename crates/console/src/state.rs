//! Everything that is computed, and what a look at it answers.

mod requests;
mod telling;
mod told;
mod turn;

use crate::{
    aside::{Asides, COLLECTION as SET_ASIDE},
    decisions::{COLLECTION as DECISIONS, Outbox, needed, version},
    delegations::DecidesForBySource,
    host::{Badge, Overall},
    notices::Notices,
    relay::{COLLECTION as ALERT_ORDERS, Relay},
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};
use turn::is_of_others;
use watchdeck_alerts::{
    AlertBook, COLLECTION as ALERTS, Notice,
    load::{COLLECTION as LOAD, Load, MONTHS},
    notifier::{Effect, Notifier},
    rules,
    toast::Toast,
    written::Written,
};
use watchdeck_events::Millis;
use watchdeck_feed::latency::Latency;
use watchdeck_store::{Batch, Document, NewEvent, Store, Stored};
use watchdeck_wire::{
    link::{LinkState, SourceStatus},
    live::{DesktopQuiet, Hint, NoticeAction, NoticeRequest, NoticeView},
    settings::Settings,
    views::{AlertView, ApprovalView, BannerView},
};
use watchdeck_world::{
    World,
    arrival::{Arrival, LATE_MS},
    calendar::Calendar,
    conventions::BySource,
    entity::Entity,
    realms::Realms,
    snapshot,
};

/// Name of the alert engine among the subscribers.
const ALERT_CHECKPOINT: &str = "alerts";

/// Who looks at a request, and when.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Look<'a> {
    pub(crate) can_decide: bool,
    /// As whom the request's source knows our user, where that is somebody in particular.
    pub(crate) user: Option<&'a str>,
    pub(crate) at: Millis,
}

/// Everything that is computed, behind one lock that is never held across a wait.
pub(crate) struct State {
    pub(crate) world: World,
    pub(crate) book: AlertBook,
    /// How much was asked of people.
    pub(crate) load: Load,
    /// The rules that are documents, and what they have counted.
    pub(crate) written: Written,
    pub(crate) outbox: Outbox,
    /// What the user did with alerts, for their gateways.
    pub(crate) relay: Relay,
    /// By what alerts fired that others did something with: places in the store, by the place of what was said of them.
    pub(crate) fired_by: HashMap<u64, u64>,
    /// For whom we decide, as far as their gateways have said, and how often that has changed.
    pub(crate) decides_for: DecidesForBySource,
    pub(crate) decides_for_version: u64,
    pub(crate) calendar: Calendar,
    pub(crate) settings: Settings,
    pub(crate) settings_version: u64,
    pub(crate) hints: BTreeSet<Hint>,
    pub(crate) arrival: Latency,
    pub(crate) painted: Latency,
    pub(crate) recent: HashMap<String, Recent>,
    pub(crate) notifier: Notifier,
    /// Whether the desktop asks for quiet.
    pub(crate) desktop_quiet: DesktopQuiet,
    /// What people are to be told once what it is about is stored.
    pub(crate) to_say: Vec<Effect>,
    /// What they were told, which the store did not take.
    pub(crate) untold_events: Vec<NewEvent>,
    /// What the window shows where nothing outside of it can.
    pub(crate) notices: Notices,
    /// The request whose rejection was begun on a notification, which has no room to ask why: the window does.
    pub(crate) to_reject: Option<Entity>,
    /// The alert engine has dealt with everything up to here.
    pub(crate) alerts_done: u64,
    /// Events that brought something down.
    pub(crate) asides: Asides,
    /// Urgent events that people were told of before the store took them.
    pub(crate) told_unstored: Told,
    /// The world was left in the middle of a change and is being rebuilt.
    pub(crate) torn: bool,
    /// How long each source has been without a current feed.
    stale_since: HashMap<String, Millis>,
    badge: Option<Badge>,
}

/// Ids of events, the newest ten thousand.
#[derive(Debug, Default)]
pub(crate) struct Told {
    ids: HashSet<Box<str>>,
    order: VecDeque<Box<str>>,
}

impl Told {
    /// Ids kept.
    const KEPT: usize = 10_000;

    /// Whether it is new.
    pub(crate) fn insert(&mut self, id: &str) -> bool {
        if !self.ids.insert(id.into()) {
            return false;
        }
        self.order.push_back(id.into());
        if self.order.len() > Self::KEPT
            && let Some(oldest) = self.order.pop_front()
        {
            self.ids.remove(&oldest);
        }
        true
    }

    /// Whether it was there.
    pub(crate) fn remove(&mut self, id: &str) -> bool {
        // Empty but for the days on which a disk was full.
        !self.ids.is_empty() && self.ids.remove(id)
    }
}

/// Collection of [`Recent`], keyed by source.
const RECENT: &str = "recent";

/// The newest of one source. Written down with the projections: the events after them are replayed at a start.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Recent {
    pub(crate) last_event_at: Option<Millis>,
    /// Arrival times of events that came as they happened, smoothed. Of another run it says nothing.
    #[serde(skip)]
    pub(crate) latency_ms: Option<f64>,
}

impl State {
    /// As it was when it was last written down.
    pub(crate) async fn load(store: &Store, settings: Settings, at: Millis, calendar: Calendar) -> anyhow::Result<Self> {
        let realms = Realms::of(&settings.sources);
        let mut book = AlertBook::load(store.documents(ALERTS).await?);
        name_alerts(store, &realms, &mut book, at).await?;
        let mut notifier = Notifier::default();
        for alert in book.untold() {
            // It was stored, and the program ended before anybody was told: they are told now, once.
            let late = at.since(alert.last_at) > LATE_MS;
            notifier.is_of_others(&alert.id, is_of_others(&settings, &calendar, &alert, at));
            notifier.take(vec![Notice::Fired(Box::new(alert))], late, &settings, at);
        }
        for alert in book.firing().filter(|alert| !is_of_others(&settings, &calendar, alert, at)) {
            notifier.sounds_on(alert, &settings);
        }
        let outbox = Outbox::load(store.documents(DECISIONS).await?, &realms);
        let alerts_done = store.checkpoint(ALERT_CHECKPOINT).await?;
        Ok(Self {
            world: snapshot::load(store, realms).await?,
            book,
            load: Load::of(store.documents(LOAD).await?, store.documents(MONTHS).await?),
            written: Written::of(&settings, at, alerts_done, Written::default()),
            outbox,
            relay: Relay::load(store.documents(ALERT_ORDERS).await?),
            fired_by: HashMap::new(),
            decides_for: DecidesForBySource::default(),
            decides_for_version: 0,
            calendar,
            settings,
            settings_version: 0,
            hints: BTreeSet::new(),
            arrival: Latency::default(),
            painted: Latency::default(),
            recent: recent(store.documents(RECENT).await?),
            notifier,
            desktop_quiet: DesktopQuiet::default(),
            to_say: Vec::new(),
            untold_events: Vec::new(),
            notices: Notices::default(),
            to_reject: None,
            alerts_done,
            asides: Asides::load(store.documents(SET_ASIDE).await?),
            told_unstored: Told::default(),
            torn: false,
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
        documents.extend(self.relay.take_dirty());
        documents.extend(self.asides.take_dirty());
        for ended in self.book.take_ended() {
            let day = self.calendar.day(ended.at).name.clone();
            self.load.ended(&day, &ended);
        }
        documents.extend(self.load.take_dirty());
        let events = std::mem::take(&mut self.untold_events);
        Batch { events, documents, checkpoints: vec![(ALERT_CHECKPOINT.to_owned(), self.alerts_done)], ..Batch::default() }
    }

    /// What is known of every source, to be stored with the projections.
    pub(crate) fn recent_documents(&self) -> impl Iterator<Item = Document> {
        let one =
            |(id, recent): (&String, &Recent)| Document { collection: RECENT, key: id.clone(), body: serde_json::to_string(recent).ok() };
        self.recent.iter().map(one)
    }

    pub(crate) fn note_arrival(&mut self, stored: &Stored, arrival: Arrival) {
        let event = &stored.event;
        if event.kind.as_str().starts_with("watchdeck:") {
            // Our own markers say nothing of when the ERP was last heard.
            return;
        }
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

    /// The badge, when it is another than before.
    pub(crate) fn new_badge(&mut self, statuses: &[SourceStatus]) -> Option<Badge> {
        let badge = Badge {
            approvals: self.world.approvals.pending_count(),
            alerts: self.counted().count() as u32,
            worst: self.counted().map(|alert| alert.severity).max(),
            link: statuses.iter().map(|source| overall(&source.state)).max().unwrap_or(Overall::Live),
        };
        (self.badge.replace(badge) != Some(badge)).then_some(badge)
    }

    fn notice_request(&self, key: &Entity, at: Millis) -> Option<NoticeRequest> {
        let request = self.world.approvals.get(key)?;
        let ApprovalView { number, amount, unread, currency, requester, .. } = request.view.clone();
        let (open_url, needs, version) = (self.erp_page(request), needed(&request.view), version(&request.view));
        let for_whom = self.for_whom(request, at);
        Some(NoticeRequest { key: key.to_string(), number, amount, unread, currency, requester, open_url, needs, for_whom, version })
    }

    /// The request whose rejection was begun on a notification, while it waits.
    pub(crate) fn to_reject(&self, at: Millis) -> Option<NoticeRequest> {
        let key = self.to_reject.as_ref()?;
        self.world.approvals.get(key).filter(|request| request.is_pending())?;
        self.notice_request(key, at)
    }

    /// The alerts that take the window.
    pub(crate) fn banner(&self) -> Option<BannerView> {
        self.book.banner(&self.settings.delivery)
    }

    /// The entity that a key of the window names. A key without its source (`order:7`, as scripts have it) is understood where only one has it.
    pub(crate) fn request_named(&self, key: &str) -> Option<Entity> {
        let full = key.parse().ok().filter(|entity| self.world.approvals.get(entity).is_some());
        let short = || {
            let mut named = self.world.approvals.named(key);
            named.next().filter(|_| named.next().is_none())
        };
        full.or_else(short)
    }

    /// The alerts that fire. A request for approval is counted where requests are, and is none of them.
    pub(crate) fn alerts(&self) -> impl Iterator<Item = &AlertView> {
        self.book.firing().filter(|alert| !rules::is_of_a_request(&alert.rule))
    }

    /// Those of them that count in the tray.
    fn counted(&self) -> impl Iterator<Item = &AlertView> {
        self.alerts().filter(|alert| self.settings.delivery.of(alert.severity).tray)
    }

    /// How many alerts of a rule fire.
    pub(crate) fn firing(&self, rule: &str) -> u32 {
        self.book.firing().filter(|alert| alert.rule == rule).count() as u32
    }

    /// What a notification says is to be drawn in the window.
    pub(crate) fn notice(&mut self, toast: &Toast, at: Millis) {
        let request = self.written.request_of(&toast.id).and_then(|key| self.notice_request(&key, at));
        let actions = toast.actions.iter().map(|action| NoticeAction { id: action.id.clone(), label: action.label.clone() });
        let notice = NoticeView {
            id: toast.id.clone(),
            severity: toast.severity,
            title: toast.title.clone(),
            body: toast.body.clone(),
            actions: actions.collect(),
            request,
            seq: self.book.seq_of(&toast.id),
        };
        self.notices.put(notice);
    }

    /// The user has seen the summary notification.
    pub(crate) fn summary_seen(&mut self) {
        self.notifier.summary_seen();
    }
}

fn recent(documents: Vec<(String, String)>) -> HashMap<String, Recent> {
    documents.into_iter().filter_map(|(id, body)| Some((id, serde_json::from_str(&body).ok()?))).collect()
}

/// Give alerts of an earlier version, which were about one world only, the names that they would have now: by the event behind them.
async fn name_alerts(store: &Store, realms: &Realms, book: &mut AlertBook, at: Millis) -> anyhow::Result<()> {
    let old = book.nameless();
    if old.is_empty() {
        return Ok(());
    }
    let events = store.get_many(old).await?;
    let named = |alert: &AlertView| {
        let stored = events.iter().find(|stored| Some(stored.seq) == alert.seq)?;
        let realm = realms.realm(&stored.event.source);
        Some((rules::name_anew(alert, stored, realm)?, realm.to_string()))
    };
    book.name_anew(named, at);
    Ok(())
}

fn overall(state: &LinkState) -> Overall {
    match state {
        LinkState::Live | LinkState::Paused => Overall::Live,
        LinkState::Connecting { .. }
        | LinkState::Unconfirmed
        | LinkState::Partly { .. }
        | LinkState::CatchingUp { .. }
        | LinkState::Stale { .. }
        | LinkState::Silent { .. }
        | LinkState::Polling { .. } => Overall::Degraded,
        LinkState::Offline { .. } | LinkState::UpstreamDown { .. } => Overall::Offline,
        LinkState::NeedsLogin { .. } | LinkState::Refused { .. } => Overall::NeedsAction,
    }
}
