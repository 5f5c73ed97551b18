//! Requests as a handful of stored events tell them: the same projection that follows the store, over these events only.

use crate::core::Core;
use std::collections::HashSet;
use watchdeck_contain::attempt;
use watchdeck_events::{Catalogue, Event, fields::Fields};
use watchdeck_store::Stored;
use watchdeck_wire::views::{ApprovalView, RequestDetail};
use watchdeck_world::{World, approvals::Request, facts::Facts, lines};

/// Whether an event is counted as one about an approval.
fn is_approval(event: &Event) -> bool {
    Catalogue::current().counted_as(&event.kind, &event.channel).as_str().starts_with("approval:")
}

/// A world of these events and no others. What is set aside, or told by another source already, is in it no more than in the large one.
pub(super) fn world_of<'a>(core: &Core, events: impl Iterator<Item = &'a Stored>) -> World {
    let clocks = core.sources.records.clocks();
    let (conventions, mut world, events) = {
        let state = core.state();
        let mut events: Vec<&Stored> = events.collect();
        events.retain(|stored| {
            is_approval(&stored.event) && !state.asides.is_out(stored.seq) && state.world.through.original(stored.seq).is_none()
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
    ApprovalView { can_decide, ..core.state().outbox.decorate(&request.view) }
}

/// The request that an event asks for or decides, told by it and by `related`.
pub(super) fn detail(core: &Core, stored: &Stored, related: &[Stored]) -> Option<RequestDetail> {
    if !is_approval(&stored.event) {
        return None;
    }
    let world = world_of(core, related.iter().chain([stored]));
    let mut requests: Vec<&Request> = world.approvals.requests().collect();
    requests.sort_by_key(|request| request.view.seq);
    // A decision is the last word on its request: what comes before it belongs to it.
    let request = requests.iter().find(|request| request.view.seq >= stored.seq).or(requests.last())?;
    let catalogue = Catalogue::current();
    let asks = |event: &Event| catalogue.counted_as(&event.kind, &event.channel).as_str() == "approval:request";
    let asked = related.iter().chain([stored]).filter(|one| asks(&one.event) && one.seq <= request.view.seq);
    let asked = asked.max_by_key(|one| one.seq).unwrap_or(stored);
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
