//! Requests as a handful of stored events tell them: the same projection that follows the store, over these events only.

use crate::{core::Core, error::CommandError, state::Look};
use std::collections::{BTreeSet, HashSet};
use watchdeck_contain::attempt;
use watchdeck_events::{
    Catalogue, Event,
    erp::{Approval, ApprovalStage, Origin},
    fields::Fields,
};
use watchdeck_store::Stored;
use watchdeck_wire::views::{ApprovalView, RequestDetail};
use watchdeck_world::{World, approvals::Request, facts::Facts, lines};

/// Events of one subject that are asked for.
const OF_ONE: usize = 50;

/// What an event says of a request, published as one or derived; `None` for one that is about no approval.
fn told(event: &Event) -> Option<Approval<'_>> {
    attempt(|| Approval::told_by(event)).ok().flatten()
}

/// Whether an event says what became of a request.
pub(super) fn is_decision(event: &Event) -> bool {
    told(event).is_some_and(|approval| approval.stage != ApprovalStage::Request)
}

/// What events are about that tell of the same requests as these.
fn subjects<'a>(events: impl Iterator<Item = &'a Event>) -> BTreeSet<String> {
    let catalogue = Catalogue::current();
    let of_one = |event: &'a Event| {
        let approval = told(event)?;
        let named = approval.resource_type.as_deref().map(|named| catalogue.subjects_of_request(named, &approval.resource_id));
        Some(named.unwrap_or_default().into_iter().chain(event.subject.as_deref().map(str::to_owned)))
    };
    events.filter_map(of_one).flatten().collect()
}

/// What else is stored of the requests that these events tell of.
pub(super) async fn told_with(core: &Core, events: &[Stored]) -> Result<Vec<Stored>, CommandError> {
    let mut found = Vec::new();
    for subject in subjects(events.iter().map(|stored| &stored.event)) {
        found.extend(core.store.by_subject(&subject, OF_ONE).await?);
    }
    Ok(found)
}

/// A world of these events and no others. What is set aside, or told by another source already, is in it no more than in the large one.
pub(super) fn world_of<'a>(core: &Core, events: impl Iterator<Item = &'a Stored>) -> World {
    let clocks = core.sources.records.clocks();
    let (conventions, mut world, events) = {
        let state = core.state();
        let mut events: Vec<&Stored> = events.collect();
        events.retain(|stored| {
            told(&stored.event).is_some() && !state.asides.is_out(stored.seq) && state.world.through.original(stored.seq).is_none()
        });
        events.sort_unstable_by_key(|stored| stored.seq);
        events.dedup_by_key(|stored| stored.seq);
        (state.conventions(), World::of(state.world.realms.clone()), events)
    };
    let mut calendar = core.seams.calendar();
    let realms = world.realms.clone();
    for stored in events {
        let event = &stored.event;
        let taken = attempt(|| {
            let facts = Facts::of(event, conventions.get(&event.source), clocks.arrival(event), realms.realm(&event.source));
            world.apply(stored, &facts, &mut calendar)
        });
        if let Err(why) = taken {
            tracing::warn!(why, seq = stored.seq, "An approval is left out of its history.");
        }
    }
    world
}

/// As the window sees it.
pub(super) fn shown(core: &Core, request: &Request) -> ApprovalView {
    let can_decide = request.is_pending() && core.sources.can_decide(&request.source, &request.view.resource_type);
    let user = core.sources.user_id(&request.source);
    core.state().shown(request, Look { can_decide, user: user.as_deref(), at: core.now() })
}

/// The request that an event asks for or decides, told by it, by `related`, and by whatever else tells of it.
pub(super) async fn detail(core: &Core, stored: &Stored, related: &[Stored]) -> Result<Option<RequestDetail>, CommandError> {
    if told(&stored.event).is_none() {
        return Ok(None);
    }
    let others = told_with(core, std::slice::from_ref(stored)).await?;
    Ok(detail_of(core, stored, related.iter().chain(&others).chain([stored])))
}

fn detail_of<'a>(core: &Core, stored: &'a Stored, all: impl Iterator<Item = &'a Stored> + Clone) -> Option<RequestDetail> {
    let world = world_of(core, all.clone());
    let mut requests: Vec<&Request> = world.approvals.requests().collect();
    requests.sort_by_key(|request| request.view.seq);
    // A decision is the last word on its request: what comes before it belongs to it.
    let request = requests.iter().find(|request| request.view.seq >= stored.seq).or(requests.last())?;
    let catalogue = Catalogue::current();
    // What was published as a request says more of it than the state of the thing.
    let asks = |one: &&Stored| {
        let approval = told(&one.event).filter(|approval| approval.stage == ApprovalStage::Request && one.seq <= request.view.seq)?;
        Some((approval.origin == Origin::Published, one.seq))
    };
    let asked = all.filter(|one| asks(one).is_some()).max_by_key(asks).unwrap_or(stored);
    let (lines, lines_omitted) = lines::of(&Fields::of(&catalogue.shown(&asked.event)));
    Some(RequestDetail { request: shown(core, request), lines, lines_omitted })
}

/// The decided among them, by the place of their decision.
pub(super) fn decided<'a>(core: &Core, events: impl Iterator<Item = &'a Stored>, decisions: &HashSet<u64>) -> Vec<ApprovalView> {
    let world = world_of(core, events);
    let mut decided: Vec<_> =
        world.approvals.requests().filter(|request| !request.is_pending() && decisions.contains(&request.view.seq)).collect();
    decided.sort_by_key(|request| std::cmp::Reverse(request.view.seq));
    decided.into_iter().map(|request| shown(core, request)).collect()
}
