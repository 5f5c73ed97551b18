//! Saying what the link is doing.

use super::{Driver, Line};
use crate::{
    dialect::Standing,
    status::{State, Status},
};

/// Names of channels that are told in a state; the rest is counted.
const NAMED: usize = 3;

impl Driver {
    /// Show the present state to whoever watches.
    pub(super) fn publish(&mut self) {
        let standing = self.wire.standing();
        let mut state = self.session.state(standing);
        self.status.asked = self.wire.asked();
        if let (State::Refused { detail }, Standing::Denied, true) = (&mut state, standing, detail_is_ours(&self.line)) {
            *detail = refused(&self.status);
        }
        if state != self.status.state {
            log(&self.profile.id, &state);
            if let State::Offline { .. } = state {
                self.status.lost = Some(state.clone());
            }
            self.status.state = state;
        }
        let silent = self.session.is_silent(self.now());
        self.status.silent_since = self.status.last_frame_at.filter(|_| silent);
        self.status.waiting_bytes = self.deliveries.bytes();
        self.controls.status.send_if_modified(|shown| {
            let changed = *shown != self.status;
            if changed {
                shown.clone_from(&self.status);
            }
            changed
        });
    }
}

/// A refusal on an open connection has no words of the server's; those are in the list.
fn detail_is_ours(line: &Line) -> bool {
    matches!(line, Line::Open(_))
}

/// `refused: 3 of 5 channels (a, b, c): the first one's words`.
fn refused(status: &Status) -> String {
    let denied = &status.denied;
    let names: Vec<_> = denied.iter().take(NAMED).map(|denied| denied.channel.as_str()).collect();
    let more = if denied.len() > NAMED { ", …" } else { "" };
    let words = denied.first().map_or("", |denied| denied.detail.as_str());
    format!("refused: {} of {} channels ({}{more}): {words}", denied.len(), status.asked, names.join(", "))
}

fn log(link: &str, state: &State) {
    match state {
        State::NeedsLogin { detail } | State::Refused { detail } => tracing::warn!(link, detail, "The server turned us away."),
        State::Offline { attempt, cause, detail, .. } => tracing::info!(link, attempt, ?cause, detail, "Not connected."),
        State::Live => tracing::info!(link, "Live."),
        State::Connecting { .. } | State::Unconfirmed | State::CatchingUp { .. } => tracing::debug!(link, ?state, "State changed."),
    }
}
