//! What a person did and could not be stored is undone.

use super::AlertBook;
use crate::alert::Alert;
use watchdeck_wire::views::{AlertState, AlertView};

impl AlertBook {
    /// As these are now, for [`AlertBook::take_back`].
    #[must_use]
    pub fn views(&self, ids: &[String]) -> Vec<AlertView> {
        ids.iter().filter_map(|id| self.active.get(id)).map(|alert| alert.view.clone()).collect()
    }

    /// What a person did with these since could not be stored: it is undone. What happened to them otherwise stays.
    pub fn take_back(&mut self, before: Vec<AlertView>) {
        for before in before {
            let same_life = |alert: &&mut Alert| alert.view.first_at == before.first_at;
            let Some(Alert { view, .. }) = self.active.get_mut(&before.id).filter(same_life) else { continue };
            let unshelved = (before.state, view.state) == (AlertState::Snoozed, AlertState::Firing);
            if (unshelved || matches!(view.state, AlertState::Acknowledged | AlertState::Snoozed))
                && view.timeline.last() != before.timeline.last()
            {
                view.timeline.pop();
                (view.state, view.acknowledged_by, view.snoozed_until) = (before.state, before.acknowledged_by, before.snoozed_until);
                view.announcements = before.announcements;
                self.touch(&before.id);
            }
        }
    }
}
