//! Saying what the link is doing.

use super::Driver;
use crate::status::State;

impl Driver {
    /// Show the present state to whoever watches.
    pub(super) fn publish(&mut self) {
        let state = self.session.state(self.wire.standing());
        if state != self.status.state {
            log(&self.profile.id, &state);
            self.status.state = state;
        }
        self.status.waiting_bytes = self.outbox.bytes();
        self.controls.status.send_if_modified(|shown| {
            let changed = *shown != self.status;
            if changed {
                shown.clone_from(&self.status);
            }
            changed
        });
    }
}

fn log(link: &str, state: &State) {
    match state {
        State::NeedsLogin { detail } | State::Refused { detail } => tracing::warn!(link, detail, "The server turned us away."),
        State::Offline { attempt, cause, detail, .. } => tracing::info!(link, attempt, ?cause, detail, "Not connected."),
        State::Live => tracing::info!(link, "Live."),
        State::Connecting { .. } | State::Unconfirmed | State::CatchingUp { .. } => tracing::debug!(link, ?state, "State changed."),
    }
}
