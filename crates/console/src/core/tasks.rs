//! What runs for as long as the core does: the follower of the store, the clock, the sender of decisions, and the ears on links, network and keychain.

use super::Core;
use crate::{
    alerts::{notifier::LATE, rules},
    api::live::{Hint, LinkState},
    calendar::now,
    decisions::{Answer, Sender},
    projections::approvals::Approvals,
};
use futures_util::StreamExt as _;
use std::{sync::Arc, time::Duration};
use watchdeck_events::erp::View;
use watchdeck_store::{Batch, Chunk};

/// How often the clock is looked at: snoozes, stale links, tones that wait.
const TICK: Duration = Duration::from_millis(500);
/// How often projections are written down, so that a start does not replay everything.
const SNAPSHOT_EVERY: Duration = Duration::from_secs(60);
/// How often the sources' records are, where they changed: several steps are one write.
const RECORDS_EVERY: Duration = Duration::from_secs(10);
/// How often a keychain that failed is asked again.
const ASK_AGAIN: Duration = Duration::from_secs(30);

impl Core {
    pub(super) async fn follow_store(self: Arc<Self>) {
        let mut subscription = self.store.subscribe(self.state().world.cursor);
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut snapshot = tokio::time::interval(SNAPSHOT_EVERY);
        snapshot.tick().await;
        let mut records = tokio::time::interval(RECORDS_EVERY);
        records.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                biased;
                () = self.stop.cancelled() => return,
                _ = tick.tick() => self.tick(subscription.lag() == 0).await,
                _ = snapshot.tick() => self.save_projections(false).await,
                _ = records.tick() => self.save_records().await,
                chunk = subscription.next() => match chunk {
                    Ok(chunk) => self.take_in(&chunk).await,
                    Err(error) => {
                        tracing::warn!(%error, "Events could not be read back; trying again.");
                        tokio::time::sleep(TICK).await;
                    }
                },
            }
        }
    }

    async fn take_in(&self, chunk: &Chunk) {
        let mut effects = Vec::new();
        // The clocks are read once more: what came since they were read last is judged by what is true now.
        self.sources.ledger.tick();
        let clocks = self.sources.ledger.clocks();
        let batch = {
            let mut guard = self.state();
            let state = &mut *guard;
            let words = self.words(&state.settings);
            let at = now();
            let today = state.calendar.day(at).name.clone();
            let conventions = state.conventions();
            for stored in chunk.iter() {
                let view = View::read(&stored.event, conventions.get(&stored.event.source));
                let event = &stored.event;
                let arrival = clocks.arrival(event);
                state.world.apply(stored, view.as_ref(), arrival, &mut state.calendar);
                state.note_arrival(stored, arrival);
                if stored.seq <= state.alerts_done {
                    continue;
                }
                state.alerts_done = stored.seq;
                let Some(view) = view else { continue };
                let occurred_at = arrival.occurred_at(event);
                let notices = rules::evaluate(stored, &view, occurred_at, &state.world, &state.settings, &today, &mut state.book);
                let late = arrival.lateness(event) > LATE;
                effects.extend(state.notifier.take(notices, late, &state.settings, words, at));
                if let View::Approval(approval) = &view {
                    state.outbox.erp_says(&Approvals::key(approval), &state.world.approvals);
                }
            }
            state.changes()
        };
        self.store_then_tell(batch, effects).await;
    }

    async fn tick(&self, caught_up: bool) {
        let at = now();
        self.sources.ledger.tick();
        let statuses = self.source_statuses();
        let (batch, effects, badge) = {
            let mut guard = self.state();
            let state = &mut *guard;
            let words = self.words(&state.settings);
            let mut notices = state.book.tick(at);
            notices.extend(state.watch_feeds(&statuses, at));
            let mut effects = state.notifier.take(notices, false, &state.settings, words, at);
            if caught_up && !statuses.iter().any(|source| matches!(source.state, LinkState::CatchingUp { .. })) {
                effects.extend(state.notifier.settle(&state.settings, words, at));
            }
            (state.changes(), effects, state.new_badge(&statuses))
        };
        let store_failed = self.store.watch_failure().borrow().is_some();
        self.hint(Hint::StoreReadOnly, store_failed);
        if let Some(badge) = badge {
            self.host.badge(badge);
        }
        self.store_then_tell(batch, effects).await;
    }

    pub(super) async fn send_decisions(self: Arc<Self>) {
        let sender = match Sender::new() {
            Ok(sender) => sender,
            Err(error) => {
                tracing::error!(%error, "Decisions cannot be sent: no HTTP client.");
                return;
            }
        };
        let mut tick = tokio::time::interval(TICK);
        loop {
            tokio::select! {
                () = self.stop.cancelled() => return,
                () = self.decided.notified() => {}
                _ = tick.tick() => {}
            }
            let due = self.state().outbox.due(now());
            for (key, decision) in due {
                let source = self.sources.address(&decision.source);
                let answer = match self.secrets.of(&decision.source) {
                    // It goes out once there is something to sign in with.
                    Err(why) => Answer::Unreachable(why),
                    Ok(keys) => tokio::select! {
                        answer = sender.send(&decision, source.as_ref(), keys.token.as_ref()) => answer,
                        () = self.stop.cancelled() => return,
                    },
                };
                let batch = {
                    let mut guard = self.state();
                    let state = &mut *guard;
                    state.outbox.answered(&key, &decision.idempotency_key, answer, now());
                    state.outbox.erp_says(&key, &state.world.approvals);
                    state.changes()
                };
                self.store_then_tell(batch, Vec::new()).await;
                self.pulse();
            }
        }
    }

    /// Connects what waited for the keychain, and asks it again now and then while it does not answer.
    pub(super) async fn follow_secrets(self: Arc<Self>) {
        let mut arrived = self.secrets.arrived.subscribe();
        let mut again = tokio::time::interval(ASK_AGAIN);
        again.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = self.stop.cancelled() => return,
                _ = again.tick() => if self.secrets.worth_another_try() { self.secrets.load().await },
                Ok(()) = arrived.changed() => {
                    let _turn = self.retired.lock().await;
                    let sources = self.state().settings.sources.clone();
                    if let Err(error) = self.connect(&sources).await {
                        tracing::warn!(%error, "The sources could not be connected.");
                    }
                }
            }
        }
    }

    /// Wakes every link when the machine's addresses change.
    pub(super) async fn follow_network(self: Arc<Self>) {
        let mut changes = std::pin::pin!(watchdeck_client::network::changes());
        loop {
            tokio::select! {
                () = self.stop.cancelled() => return,
                change = changes.next() => match change {
                    Some(()) => self.sources.network_changed().await,
                    None => return,
                },
            }
        }
    }

    pub(super) async fn follow_links(self: Arc<Self>) {
        let mut changed = self.sources.changed.subscribe();
        loop {
            tokio::select! {
                () = self.stop.cancelled() => return,
                seen = changed.changed() => if seen.is_err() { return },
            }
            self.pulse();
        }
    }

    async fn save_records(&self) {
        let mut documents = self.sources.ledger.take_dirty(false);
        documents.extend(self.sources.listened());
        if documents.is_empty() {
            return;
        }
        if let Err(error) = self.keep(Batch { documents, ..Batch::default() }).await {
            tracing::warn!(%error, "The sources' records could not be written down.");
        }
    }
}
