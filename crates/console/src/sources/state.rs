//! What a link says of itself, in the window's terms.

use super::{Known, Polling, View};
use crate::{
    api::live::{LinkCause, LinkState},
    calendar::now,
    skew::Reading,
    source_stats::SourceStats,
};
use std::sync::Arc;
use tokio::sync::watch;
use watchdeck_client::{Cause, Clock, State, Status};

/// Tells the source's record what the link and its stand-in say of themselves.
pub(super) async fn follow(
    mut status: watch::Receiver<Status>,
    mut polling: watch::Receiver<Option<Polling>>,
    stats: Arc<SourceStats>,
    clock: Arc<dyn Clock>,
    changed: watch::Sender<u64>,
) {
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
        let shown = link_state(&seen.state, polling.borrow_and_update().as_ref());
        stats.link(&seen, &shown, now);
        changed.send_modify(|n| *n += 1);
        let lives = tokio::select! {
            seen = status.changed() => seen.is_ok(),
            seen = polling.changed() => seen.is_ok(),
        };
        if !lives {
            return;
        }
    }
}

/// What is shown of a source.
pub(super) fn state(known: &Known, view: Option<&View>) -> LinkState {
    match (view, &known.keys) {
        _ if known.paused => LinkState::Paused,
        (Some(view), _) => link_state(&view.status.borrow().state, view.polling.borrow().as_ref()),
        (None, Err(why)) => LinkState::NeedsLogin { detail: why.clone() },
        (None, Ok(_)) => LinkState::Paused,
    }
}

/// A link's state, or what stands in for it while no WebSocket can be had.
fn link_state(state: &State, polling: Option<&Polling>) -> LinkState {
    match (state, polling) {
        (State::Offline { .. } | State::Connecting { .. }, Some(Polling::Asking { every, last_at, cause, detail })) => LinkState::Polling {
            every_ms: every.as_millis() as u64,
            last_at: Some(*last_at),
            // A try that is under way is one now.
            next_try_at: if let State::Offline { next_try_at, .. } = state { *next_try_at } else { now() },
            cause: link_cause(*cause),
            detail: detail.clone(),
        },
        (State::Offline { .. }, Some(Polling::NeedsLogin { detail })) => LinkState::NeedsLogin { detail: detail.clone() },
        (state, _) => bare(state),
    }
}

fn bare(state: &State) -> LinkState {
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
