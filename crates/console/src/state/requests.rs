//! Requests as the window shows them.

use super::{Look, State};
use crate::{
    decisions::{needed, version},
    erp_page,
    person::person,
};
use watchdeck_events::Millis;
use watchdeck_feed::sources::Deciders;
use watchdeck_wire::views::{ApprovalView, ClaimView, Deputy};
use watchdeck_world::{
    approvals::{Request, times},
    entity::Entity,
};

/// Waiting requests in a view.
const PENDING: usize = 1_000;

impl State {
    /// Requests that wait, with our decisions on them. `deciders` says whether a source takes any.
    pub(crate) fn pending(&self, deciders: &Deciders, at: Millis) -> Vec<ApprovalView> {
        let one = |request: &Request| {
            let look =
                Look { can_decide: deciders.take(&request.source, &request.view.resource_type), user: deciders.user(&request.source), at };
            self.shown(request, look)
        };
        self.world.approvals.pending(&self.settings).into_iter().take(PENDING).map(one).collect()
    }

    /// A request as the window shows it: with our decision on it, what a decision needs, and where the ERP shows it.
    pub(crate) fn shown(&self, request: &Request, Look { can_decide, user, at }: Look<'_>) -> ApprovalView {
        let mut view = self.outbox.decorate(&request.view);
        if request.is_pending() {
            view.needs = needed(&view);
            view.deadline_is_own = view.deadline.is_none();
            view.deadline = times::due(&self.settings, &view);
            view.deadline_is_own &= view.deadline.is_some();
        }
        let claimed = view.claimed.take().filter(|claim| claim.until.is_none_or(|until| at < until)).map(|claim| {
            // Whom its gateway does not know is called as they call themselves.
            let mine = user.map_or_else(|| claim.id == person(&self.settings), |user| claim.id == user);
            ClaimView { mine, ..claim }
        });
        let for_whom = if can_decide { self.for_whom(request, at) } else { Vec::new() };
        ApprovalView { can_decide, for_whom, claimed, open_url: self.erp_page(request), version: version(&request.view), ..view }
    }

    /// Where the ERP shows what a request is about.
    pub(crate) fn erp_page(&self, request: &Request) -> Option<String> {
        let sources = || self.settings.sources.iter();
        let own = sources().filter(|source| *source.id == *request.source);
        let same = sources().filter(|source| **self.world.realms.realm(&source.id.as_str().into()) == *request.view.source);
        erp_page::of(own.chain(same), &request.view)
    }

    /// In whose name a request is decided here, where we may not in our own.
    pub(crate) fn for_whom(&self, request: &Request, at: Millis) -> Vec<Deputy> {
        let known = self.decides_for.get(&*request.source).filter(|_| request.is_pending());
        known.map(|known| known.whom(&request.view.resource_type, at)).unwrap_or_default()
    }

    /// The same of the request of this name.
    pub(crate) fn whom(&self, request: &Entity, at: Millis) -> Vec<Deputy> {
        self.world.approvals.get(request).map(|request| self.for_whom(request, at)).unwrap_or_default()
    }
}
