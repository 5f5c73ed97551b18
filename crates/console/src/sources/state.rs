//! What a link says of itself, in the window's terms, and its history.

use super::View;
use crate::{
    api::{
        live::{LinkCause, LinkState},
        settings::Source,
        views::LinkStep,
    },
    calendar::now,
};
use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, Ordering},
    },
};
use tokio::sync::watch;
use watchdeck_client::{Cause, State, Status};

/// Steps kept per timeline.
const TIMELINE: usize = 100;

/// What the follower of a link writes down.
#[derive(Debug, Default)]
pub(super) struct Record {
    pub(super) timeline: Mutex<VecDeque<LinkStep>>,
    /// Since when events come as they happen; 0 while they do not. What happened earlier is history, not a measure of the present.
    pub(super) live_since: AtomicI64,
}

/// Keeps the timeline: a step per change of kind, not per tick of a counter.
pub(super) async fn follow(mut status: watch::Receiver<Status>, record: Arc<Record>, changed: watch::Sender<u64>) {
    let mut last = None;
    loop {
        let state = link_state(&status.borrow_and_update().state);
        let kind = std::mem::discriminant(&state);
        if last.replace(kind) != Some(kind) {
            let cause = match &state {
                LinkState::Offline { cause, .. } => Some(*cause),
                _ => None,
            };
            let live = matches!(state, LinkState::Live | LinkState::Unconfirmed);
            record.live_since.store(if live { now().0 } else { 0 }, Ordering::Relaxed);
            let mut timeline = record.timeline.lock().expect("no code panics while holding a timeline");
            timeline.push_back(LinkStep { at: now(), state, cause });
            if timeline.len() > TIMELINE {
                timeline.pop_front();
            }
        }
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
