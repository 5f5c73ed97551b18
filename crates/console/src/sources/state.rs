//! What a link says of itself, in the window's terms.

use super::View;
use crate::{
    api::{
        live::{LinkCause, LinkState},
        settings::Source,
    },
    skew::Reading,
    source_stats::SourceStats,
};
use std::sync::Arc;
use tokio::sync::watch;
use watchdeck_client::{Cause, Clock, State, Status};

/// Tells the source's record what the link says of itself.
pub(super) async fn follow(mut status: watch::Receiver<Status>, stats: Arc<SourceStats>, clock: Arc<dyn Clock>, changed: watch::Sender<u64>) {
    let mut told = None;
    loop {
        let seen = status.borrow_and_update().clone();
        let now = Reading::of(&*clock);
        if seen.clock != told {
            told = seen.clock;
            if let Some(server) = told {
                stats.handshake(server.ahead_ms, server.error_ms, now);
            }
        }
        stats.link(&seen, &link_state(&seen.state), now);
        changed.send_modify(|n| *n += 1);
        if status.changed().await.is_err() {
            return;
        }
    }
}

pub(super) fn state(source: &Source, view: Option<&View>) -> LinkState {
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
