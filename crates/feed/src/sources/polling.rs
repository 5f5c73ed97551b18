//! Asking over HTTP what happened, while no WebSocket can be had: behind a proxy that lets none through, at a server whose socket is down.
//!
//! Events come late, but they come, and the window says so. The link goes on trying; as soon as it is open again polling ends, and the gap that
//! the link then records is filled like any other, so nothing depends on two polls meeting exactly. Repeats are recognised by their identity.

use super::profile::{first_since, profile};
use crate::{
    history::{self, Fetched},
    inbox::Reader,
    keys::Keys,
    seams::Seams,
    source_stats::SourceStats,
};
use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};
use tokio::sync::watch;
use watchdeck_client::{Cause, Profile, State, Status};
use watchdeck_events::Millis;
use watchdeck_store::Store;
use watchdeck_wire::settings::Source;

/// A link that failed so often in a row is not going to come back at once.
const ATTEMPTS: u32 = 3;
/// Each poll asks again for this long before the last one, ms: an endpoint may show an event a little after it happened.
const OVERLAP: i64 = 30_000;
/// The longest pause between polls that fail, as a multiple of the chosen one.
const SLOWEST: u32 = 8;

/// What polling is at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Polling {
    /// It works.
    Asking {
        /// How often.
        every: Duration,
        /// The last answer.
        last_at: Millis,
        /// Why there is no WebSocket,
        cause: Cause,
        /// in the error's own words.
        detail: String,
    },
    /// The endpoint wants a (new) token, in its own words. It is not asked again until there is one.
    NeedsLogin {
        /// Them.
        detail: String,
    },
}

/// The stand-in of one link.
pub(super) struct Poller {
    pub(super) store: Store,
    pub(super) source: watch::Receiver<Source>,
    pub(super) keys: Keys,
    pub(super) seams: Seams,
    pub(super) status: watch::Receiver<Status>,
    /// Until when an earlier run listened.
    pub(super) listened_until: Option<Millis>,
    pub(super) stats: Arc<SourceStats>,
    pub(super) shown: watch::Sender<Option<Polling>>,
}

impl Poller {
    /// Runs until the link ends.
    pub(super) async fn run(mut self) {
        let started = self.seams.now();
        // Everything up to here was asked for.
        let mut asked = None;
        loop {
            let Ok(sign) = self.status.wait_for(|status| calls_for(&status.state)).await.map(|status| status.last_frame_at) else { return };
            if self.source.borrow_and_update().history_path.is_empty() {
                // Until the settings or the link change.
                tokio::select! {
                    seen = self.source.changed() => if seen.is_err() { return },
                    seen = self.status.changed() => if seen.is_err() { return },
                }
                continue;
            }
            let from = asked.max(sign).or(self.listened_until).unwrap_or(started);
            asked = Some(self.ask(from).await);
            self.shown.send_replace(None);
        }
    }

    /// Ask until the link does without it. Answers up to when everything was asked for.
    async fn ask(&mut self, mut from: Millis) -> Millis {
        let mut failures = 0;
        let mut why = (Cause::NotWebSocket, String::new());
        loop {
            let source = self.source.borrow_and_update().clone();
            let every = Duration::from_secs(u64::from(source.poll_seconds.max(1)));
            let profile = self.profile(&source);
            let (to, reader) = (self.seams.now(), Reader::new(&source, Arc::clone(&self.stats), self.seams.clone()));
            let fetched = tokio::select! {
                fetched = history::fetch(&profile, None, reader.skew(), from.plus(-OVERLAP), to) => fetched,
                () = over(&mut self.status) => return from,
            };
            let pause = match fetched {
                Fetched::Events(events) => {
                    // Stored before it counts as asked for; what is refused is asked for again.
                    if let Some(stored) = history::store_fetched(&self.store, &reader, events, Vec::new(), Vec::new()).await {
                        self.stats.received.fetch_add(stored.events, Ordering::Relaxed);
                        self.stats.add_duplicates(stored.duplicates);
                        (0..stored.set_aside).for_each(|_| self.stats.set_aside());
                        self.stats.stored(stored.events.saturating_sub(stored.duplicates + stored.set_aside));
                        (from, failures) = (to, 0);
                        if let State::Offline { cause, detail, .. } = &self.status.borrow().state {
                            why = (*cause, detail.clone());
                        }
                        let (cause, detail) = why.clone();
                        self.shown.send_replace(Some(Polling::Asking { every, last_at: to, cause, detail }));
                    }
                    every
                }
                Fetched::NeedsLogin(detail) => {
                    tracing::info!(source = source.id, detail, "The history wants a sign-in; it is not asked again before.");
                    self.shown.send_replace(Some(Polling::NeedsLogin { detail }));
                    // A new token comes with a new link, and a new stand-in.
                    Duration::MAX
                }
                Fetched::Failed(error) => {
                    failures += 1;
                    tracing::info!(source = source.id, error, failures, "The history did not answer.");
                    self.shown.send_replace(None);
                    every * failures.min(SLOWEST)
                }
            };
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = over(&mut self.status) => return from,
                seen = self.source.changed() => if seen.is_err() || self.source.borrow().history_path.is_empty() { return from },
            }
        }
    }

    fn profile(&self, source: &Source) -> Profile {
        let profile = profile(source, &self.keys, Some(first_since(&self.seams)));
        let dialect = self.status.borrow().dialect.unwrap_or(profile.dialect);
        Profile { dialect, timing: self.seams.timing, ..profile }
    }
}

/// Whether a link in this state needs a stand-in.
fn calls_for(state: &State) -> bool {
    match state {
        State::Offline { cause: Cause::NotWebSocket, .. } => true,
        State::Offline { attempt, cause, .. } => {
            // A certificate that is not trusted is no reason to go another way, and a store that takes nothing takes nothing polled either.
            let never = matches!(cause, Cause::Tls | Cause::StoreUnavailable | Cause::Woke);
            *attempt >= ATTEMPTS && !never
        }
        _ => false,
    }
}

/// Until the link needs no stand-in: it is open, or waits for a person. While it dials, its fate is open.
async fn over(status: &mut watch::Receiver<Status>) {
    let over = |status: &Status| !calls_for(&status.state) && !matches!(status.state, State::Connecting { .. });
    // A link that has ended needs none.
    drop(status.wait_for(over).await);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn polling_begins_where_there_is_no_websocket_or_three_tries_failed() {
        let offline = |attempt, cause| State::Offline { attempt, next_try_at: Millis(0), cause, detail: String::new() };
        for (state, wanted) in [
            (offline(1, Cause::NotWebSocket), true),
            (offline(2, Cause::ConnectionRefused), false),
            (offline(3, Cause::ConnectionRefused), true),
            (offline(3, Cause::Closed), true),
            (offline(9, Cause::Tls), false),
            (offline(9, Cause::StoreUnavailable), false),
            (State::NeedsLogin { detail: String::new() }, false),
            (State::Live, false),
        ] {
            assert_eq!(calls_for(&state), wanted, "{state:?}");
        }
    }
}
