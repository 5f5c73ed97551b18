//! What a link says of itself, in the window's terms, told to the record of its source.

use super::polling::Polling;
use crate::{skew::Reading, source_stats::SourceStats};
use std::sync::Arc;
use tokio::sync::watch;
use watchdeck_client::{Cause, Clock, State, Status};
use watchdeck_events::Millis;
use watchdeck_wire::link::{LinkCause, LinkState};

/// Tells the source's record what the link and its stand-in say of themselves.
pub(super) async fn follow(
    mut status: watch::Receiver<Status>,
    mut polling: watch::Receiver<Option<Polling>>,
    stats: Arc<SourceStats>,
    clock: Arc<dyn Clock>,
    changed: watch::Sender<u64>,
) {
    let (mut told, mut lost) = (None, None);
    loop {
        let seen = status.borrow_and_update().clone();
        let now = Reading::of(&*clock);
        if seen.clock != told {
            told = seen.clock;
            if let Some(server) = told {
                stats.handshake(server.ahead_ms, server.error_ms, now);
            }
        }
        if seen.lost != lost {
            lost.clone_from(&seen.lost);
            // It was over before anybody looked: the record has it all the same.
            if let Some(state) = lost.clone().filter(|state| *state != seen.state) {
                let shown = bare(&state);
                stats.link(&Status { state, ..seen.clone() }, &shown, now);
            }
        }
        let shown = link_state(&seen, polling.borrow_and_update().as_ref(), now.wall);
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

/// A link's state, or what stands in for it while no WebSocket can be had.
pub(super) fn link_state(status: &Status, polling: Option<&Polling>, now: Millis) -> LinkState {
    let state = &status.state;
    if let State::Live | State::CatchingUp { .. } | State::Unconfirmed = state {
        // Who is not heard at all may know better by now.
        if let Some(since) = status.silent_since {
            return LinkState::Silent { since };
        }
        if let Some(down) = &status.upstream_down {
            return LinkState::UpstreamDown { since: down.since, detail: down.reason.clone() };
        }
    }
    match (state, polling) {
        (State::Live | State::Unconfirmed, _) if !status.denied.is_empty() => {
            let refused = u32::try_from(status.denied.len()).unwrap_or(u32::MAX);
            LinkState::Partly { refused, asked: u32::try_from(status.asked).unwrap_or(u32::MAX).max(refused) }
        }
        (State::Offline { .. } | State::Connecting { .. }, Some(Polling::Asking { every, last_at, cause, detail })) => LinkState::Polling {
            every_ms: every.as_millis() as u64,
            last_at: Some(*last_at),
            // A try that is under way is one now.
            next_try_at: if let State::Offline { next_try_at, .. } = state { *next_try_at } else { now },
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

#[cfg(test)]
mod tests {
    use super::*;
    use watchdeck_client::{Denied, UpstreamDown};
    use watchdeck_events::Channel;

    fn connected(state: State) -> Status {
        Status { state, asked: 5, last_frame_at: Some(Millis(9)), ..Status::default() }
    }

    fn denied(n: usize) -> Vec<Denied> {
        (0..n).map(|n| Denied { channel: Channel::from(format!("topic-{n}").as_str()), detail: "no".into() }).collect()
    }

    #[test]
    fn what_is_refused_of_what_was_asked_for_is_the_state_at_once() {
        for state in [State::Live, State::Unconfirmed] {
            let status = Status { denied: denied(3), ..connected(state) };
            assert_eq!(link_state(&status, None, Millis(0)), LinkState::Partly { refused: 3, asked: 5 });
        }
        assert_eq!(link_state(&connected(State::Live), None, Millis(0)), LinkState::Live);
    }

    #[test]
    fn who_owes_a_sign_of_life_is_not_live() {
        for state in [State::Live, State::Unconfirmed, State::CatchingUp { done: 1, total: 2 }] {
            let down = Some(UpstreamDown { since: Millis(3), reason: "Redis".into() });
            let status = Status { silent_since: Some(Millis(9)), upstream_down: down, denied: denied(1), ..connected(state) };
            assert_eq!(link_state(&status, None, Millis(0)), LinkState::Silent { since: Millis(9) });
            let heard = Status { silent_since: None, ..status };
            assert_eq!(link_state(&heard, None, Millis(0)), LinkState::UpstreamDown { since: Millis(3), detail: "Redis".into() });
        }
    }
}
