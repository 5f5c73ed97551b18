//! Commands that only look: the pages, and history.

use super::{
    decided, handlers,
    rows::{ROWS, fill_in, row, row_list},
};
use crate::{
    core::Core,
    error::CommandError,
    keeping, needs, settings,
    state::{Look, State},
};
use std::collections::BTreeMap;
use watchdeck_alerts::{silence, written};
use watchdeck_events::{
    Catalogue, Event, Severity,
    catalogue::{Edition, FieldInfo},
    fields::Fields,
};
use watchdeck_filter::{Filter, Name, Plan, Verdict};
use watchdeck_store::{Edge, Query};
use watchdeck_wire::{
    settings::{Hello, RuleDocument, Settings},
    views::{
        AlertView, AlertsView, ApprovalsView, CatalogueView, DecisionState, DecisionsView, EditionView, EventDetail, EventPage, FieldLine,
        FinanceHour, FinanceView, FoundView, HealthView, InventoryView, KindView, LoadView, OrdersView, OverviewView, RuleLimit, RuleView,
        SilencePreview, StockRows, StoreHealth, VersionView,
    },
};

/// Events that one page of history looks at, at most; the window asks on.
const SCAN: u64 = 200_000;
/// Events about the same thing, shown beside one.
const RELATED: usize = 50;
/// Events that were set aside, shown.
const SET_ASIDE: usize = 50;
/// Most things of one kind that are found at once.
const FOUND: u32 = 50;
/// Needs shown on the Overview.
const NEEDS: usize = 30;

pub(crate) fn hello(core: &Core) -> Hello {
    let state = core.state();
    Hello {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        host: core.config.host_name.to_owned(),
        system_language: core.config.system_language.clone(),
        first_start: state.settings.sources.is_empty(),
        now: core.now(),
        settings: settings::without_secrets(&state.settings),
        login_window: core.host.has_login_window(),
        opens_pages: core.host.opens_pages(),
    }
}

pub(crate) fn overview(core: &Core) -> OverviewView {
    let covered = core.source_statuses().into_iter().filter_map(|source| source.covers_since).max();
    let mut guard = core.state();
    let state = &mut *guard;
    let at = core.now();
    let (today, midnight) = (state.calendar.day(at).name.clone(), state.calendar.day(at).start);
    let world = &state.world;
    let day = world.finance.day(&today);
    let (orders_open, orders_stuck) = world.orders.open(at, stuck_after(state));
    let overdue = world.finance.overdue();
    let deciders = core.sources.deciders();
    let waiting = state.pending(&deciders, at).into_iter();
    let mut needs = needs::by_urgency(state.alerts().cloned(), waiting, at);
    let needs_omitted = needs.len().saturating_sub(NEEDS) as u32;
    needs.truncate(NEEDS);
    let hours = world.finance.hours(&today);
    let received_spark = shape(&hours[..=(state.calendar.hour(at) as usize).min(hours.len() - 1)]);
    OverviewView {
        at,
        rate: world.rates.per_second(at, 60),
        moves_today: world.stock.moves_on(&today),
        moves_spark: world.stock.moves_per_minute(at),
        orders_open,
        orders_stuck,
        orders_spark: world.orders.per_minute(at),
        approvals_pending: world.approvals.pending_count(),
        approvals_oldest_at: world.approvals.open().map(|(_, request)| request.view.requested_at).min(),
        approvals_spark: world.approvals.per_minute(at),
        approvals_sums: world.approvals.pending_sums(),
        received_today: day.received,
        received_count: day.received_count,
        received_spark,
        refunded_today: day.refunded,
        refunded_count: day.refunded_count,
        money_today: day,
        overdue: overdue.single,
        overdue_sums: overdue.sums,
        overdue_count: overdue.count,
        alerts_firing: state.alerts().count() as u32,
        alerts_critical: state.alerts().filter(|alert| alert.severity == Severity::Critical).count() as u32,
        last_event_at: world.rates.last_at.clone(),
        histogram: world.rates.histogram(at),
        needs,
        needs_omitted,
        covers_since: covered.filter(|since| *since > midnight),
    }
}

/// Money per hour as plain numbers: of the currency with most payments, recorded money where none was received.
fn shape(hours: &[FinanceHour]) -> Vec<f64> {
    let received = hours.iter().any(|hour| !hour.received.is_empty());
    let sums = |hour: &FinanceHour| if received { hour.received.clone() } else { hour.recorded.clone() };
    let mut payments: BTreeMap<_, u32> = BTreeMap::new();
    for sum in hours.iter().flat_map(sums) {
        *payments.entry((sum.currency, sum.source)).or_default() += sum.count;
    }
    let most = payments.into_iter().max_by_key(|(_, count)| *count).map(|(purse, _)| purse);
    let of_most = |hour: &FinanceHour| sums(hour).into_iter().find(|sum| Some((sum.currency.clone(), sum.source.clone())) == most);
    hours.iter().map(|hour| of_most(hour).map_or(0.0, |sum| sum.amount.to_f64())).collect()
}

fn stuck_after(state: &State) -> u64 {
    u64::from(state.settings.stuck_after_minutes) * 60_000
}

pub(crate) async fn inventory(core: &Core) -> Result<InventoryView, CommandError> {
    let (stock, newest) = {
        let mut guard = core.state();
        let state = &mut *guard;
        let at = core.now();
        let today = state.calendar.day(at).name.clone();
        (state.world.stock.rows(&state.settings, &today, at), state.world.stock.movements())
    };
    let movements = core.store.get_many(newest).await?;
    let StockRows { rows, low, total, forgotten } = stock;
    Ok(InventoryView { products: rows, low, total, forgotten, movements: row_list(core, movements.iter()) })
}

pub(crate) fn orders(core: &Core) -> OrdersView {
    let state = core.state();
    state.world.orders.view(core.now(), stuck_after(&state))
}

pub(crate) fn approvals(core: &Core) -> ApprovalsView {
    let deciders = core.sources.deciders();
    let state = core.state();
    ApprovalsView {
        pending_count: state.world.approvals.pending_count(),
        pending_sums: state.world.approvals.pending_sums(),
        forgotten: state.world.approvals.forgotten(),
        pending: state.pending(&deciders, core.now()),
        history: state.world.approvals.history().map(|request| state.shown(request, Look::default())).collect(),
    }
}

pub(crate) fn decisions(core: &Core) -> DecisionsView {
    let state = core.state();
    state.outbox.view(&state.world.approvals)
}

pub(crate) fn finance(core: &Core) -> FinanceView {
    let mut guard = core.state();
    let state = &mut *guard;
    state.world.finance.view(state.settings.large_amount, core.now(), &mut state.calendar)
}

pub(crate) fn alerts(core: &Core) -> AlertsView {
    let state = core.state();
    let shipped = written::SHIPPED.iter().map(|(id, document)| (id, state.settings.rules.get(id).unwrap_or(document)));
    let own = state.settings.rules.iter().filter(|(id, _)| written::shipped(id).is_none());
    let rule = |(id, document): (&String, &RuleDocument)| RuleView {
        id: id.clone(),
        severity: document.steps.iter().map(|step| step.severity).fold(document.severity, Severity::max),
        enabled: !state.settings.rules_off.contains(id),
        limit: state.written.setting(id).and_then(|setting| limit(&state.settings, setting)),
        document: document.clone(),
        shipped: written::shipped(id).is_some(),
        changed: written::shipped(id).is_some() && state.settings.rules.contains_key(id),
        fault: state.written.fault(id),
        firing: state.firing(id),
    };
    let mut rules: Vec<_> = shipped.chain(own).map(rule).collect();
    rules.sort_by_key(|rule| written::place(&rule.id));
    let (active_count, let_go) = state.book.counts();
    AlertsView { active: state.book.active(), active_count, let_go, resolved: state.book.resolved(), rules, turns: state.turns(core.now()) }
}

/// What a setting that rules compare with is.
fn limit(settings: &Settings, setting: &str) -> Option<RuleLimit> {
    let value = match setting {
        "low_stock_threshold" => settings.low_stock_threshold.to_string(),
        "large_refund" => settings.large_refund.to_string(),
        "stale_after_seconds" => settings.stale_after_seconds.to_string(),
        _ => return None,
    };
    Some(RuleLimit { setting: setting.to_owned(), value })
}

pub(crate) fn alert_load(core: &Core) -> LoadView {
    let state = core.state();
    state.load.view(state.book.living(), core.now())
}

/// Alerts of a preview.
const PREVIEWED: usize = 50;

pub(crate) fn preview_silence(core: &Core, filter: &str) -> Result<SilencePreview, CommandError> {
    let filter = Filter::parse(filter, core.now())?;
    let state = core.state();
    let means = |alert: &AlertView| silence::means(filter.plan(), alert);
    let now: Vec<_> = state.book.living().filter(|alert| means(alert)).cloned().collect();
    let before: Vec<_> = state.book.resolved().into_iter().filter(means).collect();
    let (live, ended) = (now.len() as u32, before.len() as u32);
    let mut alerts: Vec<_> = now.into_iter().chain(before).collect();
    alerts.sort_by_key(|alert| std::cmp::Reverse(alert.last_at));
    alerts.truncate(PREVIEWED);
    Ok(SilencePreview { now: live, before: ended, alerts })
}

pub(crate) async fn health(core: &Core) -> Result<HealthView, CommandError> {
    let stats = core.store.stats().await?;
    let reports = core.handlers.reports().await?;
    let at = core.now();
    let state = core.state();
    let head = core.store.head();
    // Read before what counts them: there is never a frame on the page that its source does not count.
    let malformed = core.sources.malformed();
    let mut sources = core.sources.health();
    let handlers = handlers::views(core, &state, reports);
    for source in &mut sources {
        (source.gaps, source.gaps_filled) = state.world.gap_counts.get(&source.id).copied().unwrap_or_default();
        source.copies = state.world.copies.get(&source.id).copied().unwrap_or_default();
        source.left_out = state.asides.of(&source.id);
        source.told_elsewhere = state.world.told_elsewhere.get(&source.id).copied().unwrap_or_default();
    }
    Ok(HealthView {
        at,
        sources,
        gaps: state.world.gaps.iter().cloned().collect(),
        arrival: state.arrival.percentiles(),
        commit: core.sources.commit_latency(),
        painted: state.painted.percentiles(),
        rate: state.world.rates.per_second(at, 300),
        store: StoreHealth {
            path: core.store.path().display().to_string(),
            events: stats.events,
            bytes: stats.bytes,
            oldest_at: stats.oldest_at,
            error: core.store.watch_failure().borrow().clone(),
        },
        decisions_queued: state.outbox.count(DecisionState::Queued),
        decisions_failed: state.outbox.count(DecisionState::Failed),
        lag: BTreeMap::from([("projections".to_owned(), head.saturating_sub(state.world.cursor))]),
        malformed,
        copies: state.world.copies.values().sum(),
        set_aside: state.asides.newest(SET_ASIDE),
        faults: core.faults.all(),
        unread: state.settings.sources.iter().filter_map(|source| state.world.unread.view(&source.id)).collect(),
        handlers,
    })
}

pub(crate) fn catalogue() -> CatalogueView {
    let catalogue = Catalogue::current();
    let kinds = catalogue.kinds().iter().map(|info| {
        let view = KindView {
            zh: info.title.zh.to_string(),
            en: info.title.en.to_string(),
            domain: info.domain.as_str().to_owned(),
            fields: info.fields.iter().map(|field| field.name.to_string()).collect(),
            own: info.titled,
        };
        (info.kind.to_string(), view)
    });
    CatalogueView { kinds: kinds.collect() }
}

/// What an event says in fields that a pack has a name for.
fn labelled(catalogue: &Catalogue, event: &Event) -> Vec<FieldLine> {
    let Some(info) = catalogue.get(&event.kind, &event.channel).filter(|info| info.fields.iter().any(|field| field.label.is_some())) else {
        return Vec::new();
    };
    let shown = catalogue.shown(event);
    let fields = Fields::of(&shown);
    let one = |field: &FieldInfo| {
        let label = field.label.as_ref()?;
        let value = fields.text(&field.name).or_else(|| fields.token(&field.name).filter(|token| *token != "null").map(Into::into))?;
        Some(FieldLine { name: field.name.to_string(), zh: label.zh.to_string(), en: label.en.to_string(), value: value.into_owned() })
    };
    info.fields.iter().filter_map(one).collect()
}

/// In which version an event was published and how it is read, where a pack says something of it.
fn version(catalogue: &Catalogue, event: &Event) -> Option<VersionView> {
    let read = catalogue.shown_as_read(event);
    let Some((edition, newest)) = catalogue.edition(event) else {
        return read.map(|read| VersionView { edition: EditionView::Derived, newest: 1, read: Some(read) });
    };
    let edition = match edition {
        Edition::Known(version) => EditionView::Known { version },
        Edition::Newer(version) => EditionView::Newer { version },
        Edition::Unread(written) => EditionView::Unread { written },
    };
    Some(VersionView { edition, newest, read })
}

pub(crate) fn find(core: &Core, text: &str, limit: u32) -> FoundView {
    core.state().world.find(text, limit.clamp(1, FOUND) as usize)
}

pub(crate) async fn events(core: &Core, before: Option<u64>, after: u64, limit: u32, filter: &str) -> Result<EventPage, CommandError> {
    let filter = Filter::parse(filter, core.now())?;
    // Read before the search: what is committed meanwhile is looked at once more rather than never.
    let newest = core.store.head();
    let limit = limit.clamp(1, ROWS) as usize;
    let page = core.store.page(Query { before, after, limit, max_read: SCAN, ..Query::of(filter.plan().clone()) }).await?;
    let mut edges = if page.next.is_none() && after == 0 { core.store.edges().await? } else { Vec::new() };
    // Of what the filter cannot mean nothing is missing.
    edges.retain(|edge| may_mean(filter.plan(), edge));
    let (events, let_go) = (row_list(core, page.events.iter()), keeping::note(edges.iter()));
    Ok(EventPage { events, next_before: page.next, let_go, scanned: page.scanned, newest })
}

/// Whether a plan may mean something of what was let go.
fn may_mean(plan: &Plan, edge: &Edge) -> bool {
    let judged = plan.judge(&mut |leaf| match leaf {
        Plan::Is(Name::Channel, pattern) => pattern.matches(edge.channel.as_str()).into(),
        Plan::Occurred { from: Some(from), .. } if *from > edge.received_at => Verdict::No,
        _ => Verdict::Maybe,
    });
    judged != Verdict::No
}

pub(crate) async fn event(core: &Core, seq: u64, reveal: bool) -> Result<EventDetail, CommandError> {
    let stored = core.store.get(seq).await?.ok_or_else(|| CommandError::not_found("this event is no longer in the store"))?;
    let related = match &stored.event.subject {
        Some(subject) => core.store.by_subject(subject, RELATED).await?,
        None => Vec::new(),
    };
    let is_all = related.len() < RELATED && stored.event.subject.is_some();
    let related = related.into_iter().filter(|other| other.seq != seq).collect::<Vec<_>>();
    let edges = if is_all { core.store.edges().await? } else { Vec::new() };
    // What is about one thing comes on the channels that it has come on.
    let came_on = |edge: &&Edge| edge.channel == stored.event.channel || related.iter().any(|other| other.event.channel == edge.channel);
    let let_go = keeping::note(edges.iter().filter(came_on));
    let conventions = core.state().conventions();
    let mut row = row(core, &stored, &core.sources.records.clocks(), &conventions);
    fill_in(core, row.gap.as_mut().into_iter());
    // Bank details leave the core only when a person asked for them.
    let raw = stored.event.payload.as_str();
    let catalogue = Catalogue::current();
    let shown = catalogue.masked(&stored.event);
    let masked = *shown != *raw;
    if reveal && masked {
        core.note_reveal(&stored.event).await;
    }
    let raw = if reveal { raw.to_owned() } else { shown.into_owned() };
    let request = decided::detail(core, &stored, &related).await?;
    let (fields, version) = (labelled(&catalogue, &stored.event), version(&catalogue, &stored.event));
    Ok(EventDetail { row, raw, masked, fields, version, related: row_list(core, related.iter()), let_go, request })
}
