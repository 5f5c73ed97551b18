//! What runs for as long as the core does, beside the follower of the store: the clock, the sender of decisions, and the ears on links, network and keychain.

use super::Core;
use crate::{
    decisions::{Answer, Decision, Sender},
    state::State,
};
use futures_util::StreamExt as _;
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use tokio::task::JoinSet;
use watchdeck_alerts::notifier::Effect;
use watchdeck_contain as contain;
use watchdeck_feed::{seams::Point, sources::News};
use watchdeck_wire::{link::LinkState, live::Hint};

/// How often the clock is looked at: snoozes, stale links, tones that wait.
pub(super) const TICK: Duration = Duration::from_millis(500);
/// How often the sources' records are, where they changed: several steps are one write.
const RECORDS_EVERY: Duration = Duration::from_secs(10);
/// How often a keychain that failed is asked again.
const ASK_AGAIN: Duration = Duration::from_secs(30);

/// Decisions that are on their way to one source at a time.
const AT_ONCE: usize = 16;

/// A decision that was sent, and what came of it.
struct Sent {
    key: String,
    decision: Decision,
    answer: Answer,
}

/// One more is on its way to a source, where there is room.
fn enter(busy: &mut BTreeMap<String, usize>, source: &str) -> bool {
    let under_way = busy.entry(source.to_owned()).or_default();
    let room = *under_way < AT_ONCE;
    *under_way += usize::from(room);
    room
}

fn leave(busy: &mut BTreeMap<String, usize>, source: &str) {
    if let Some(under_way) = busy.get_mut(source) {
        *under_way = under_way.saturating_sub(1);
    }
}

impl Core {
    /// The clock goes on whatever the follower of the store is at: it says when something is stale.
    pub(super) async fn follow_clock(self: Arc<Self>) {
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut records = tokio::time::interval(RECORDS_EVERY);
        records.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            self.seams.pass(Point::Part("clock"));
            tokio::select! {
                biased;
                () = self.stop.cancelled() => return,
                _ = tick.tick() => self.tick(),
                _ = records.tick() => self.save_records().await,
            }
        }
    }

    fn tick(&self) {
        let at = self.now();
        if self.sources.records.tick() {
            self.pulse();
        }
        let statuses = self.source_statuses();
        let quiet = self.host.do_not_disturb();
        let (badge, another_quiet) = {
            let mut guard = self.state();
            let state = &mut *guard;
            let another_quiet = state.desktop_asks(quiet, at);
            let caught_up = state.world.cursor >= self.store.head();
            let words = self.words(&state.settings);
            let mut notices = state.book.tick(at);
            notices.extend(state.watch_outside(&statuses, at));
            let mut late = Vec::new();
            // Before everything is read, what seems to be missing may only not have been read, and what seems to wait may have been decided.
            if caught_up {
                let [now, long] = state.watch_rules(&statuses, at);
                notices.extend(now);
                late = long;
            }
            let catching_up = statuses.iter().any(|source| matches!(source.state, LinkState::CatchingUp { .. }));
            let caught_up = caught_up && !catching_up;
            let mut effects = state.notify(notices, false, at);
            effects.extend(state.notify(late, true, at));
            effects.extend(state.watch_silences(at));
            effects.extend(state.settle(words, at, caught_up));
            state.to_say.extend(effects);
            (state.new_badge(&statuses), another_quiet)
        };
        if another_quiet {
            self.pulse();
        }
        let store_failed = self.store.watch_failure().borrow().is_some();
        self.hint(Hint::StoreReadOnly, store_failed);
        self.hint(Hint::PartFailed, self.faults.are_recent(at));
        if let Some(badge) = badge {
            self.host.badge(badge);
        }
        self.announced.notify_one();
    }

    /// Sends what was decided: some at a time to each source, so that a slow one keeps nobody waiting but itself.
    pub(super) async fn send_decisions(self: Arc<Self>) {
        let mut tick = tokio::time::interval(TICK);
        let mut sending: JoinSet<Sent> = JoinSet::new();
        let mut busy: BTreeMap<String, usize> = BTreeMap::new();
        loop {
            self.seams.pass(Point::Part("decisions"));
            tokio::select! {
                () = self.stop.cancelled() => return,
                () = self.decided.notified() => {}
                _ = tick.tick() => {}
                Some(Ok(sent)) = sending.join_next() => {
                    leave(&mut busy, &sent.decision.source);
                    self.decision_answered(sent);
                }
            }
            for (key, decision) in self.hand_on(&mut busy).await {
                let profile = self.sources.profile(&decision.source);
                sending.spawn(async move {
                    let answer = match &profile {
                        // It goes out once there is something to sign in with.
                        Some(Err(why)) => Ok(Answer::kept_back(why.clone())),
                        Some(Ok(profile)) => contain::outcome(Sender::send(&decision, Some(profile))).await,
                        None => contain::outcome(Sender::send(&decision, None)).await,
                    };
                    Sent { key, decision, answer: answer.unwrap_or_else(Answer::unheard) }
                });
            }
        }
    }

    /// Decisions whose time has come, to sources that have room for them in `busy`. That they go is stored first: they cannot be taken back then.
    async fn hand_on(&self, busy: &mut BTreeMap<String, usize>) -> Vec<(String, Decision)> {
        let now = self.now();
        if !self.state().outbox.any_due(now) {
            return Vec::new();
        }
        let hand_on = |state: &mut State| {
            let sources = &state.settings.sources;
            let going = state.outbox.hand_on(now, |decision| {
                // Its source is about to be set up: a start comes to the decisions before it comes to the links.
                let waits = self.sources.profile(&decision.source).is_none() && sources.iter().any(|source| source.id == decision.source);
                !waits && enter(busy, &decision.source)
            });
            (going, Vec::new())
        };
        let (going, stored) = self.record(hand_on).await;
        if let Err(error) = stored {
            tracing::warn!(%error, "Decisions are not handed on while the store takes nothing.");
            self.state().outbox.stays(&going);
            for (_, decision) in &going {
                leave(busy, &decision.source);
            }
            return Vec::new();
        }
        if !going.is_empty() {
            self.pulse();
        }
        going
    }

    fn decision_answered(&self, Sent { key, decision, answer }: Sent) {
        match &answer {
            Answer::Unsupported(_) => self.sources.takes_no_decisions(&decision.source),
            // Who decides for whom may be another by now.
            Answer::Refused(_) => self.delegated.notify_one(),
            _ => {}
        }
        let effects = {
            let mut guard = self.state();
            let state = &mut *guard;
            let lost = state.outbox.answered(&key, &decision.idempotency_key, answer, self.now());
            state.outbox.erp_says(&key, &state.world.approvals);
            lost.map(|lost| self.decision_lost(state, &key, lost))
        };
        self.say(effects);
        self.pulse();
    }

    /// A decision that was made on a notification came to nothing, which is told there.
    pub(super) fn decision_lost(&self, state: &State, key: &str, lost: Decision) -> Effect {
        let request = state.request_named(key).and_then(|entity| state.world.approvals.get(&entity));
        let number = request.map_or(key, |request| request.view.number.as_str());
        let words = self.words(&state.settings);
        let title = words.decision_lost(number, lost.view.approve);
        Effect::Notify(crate::answer::answer(title, lost.view.error.unwrap_or_default(), words))
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
                Ok(()) = arrived.changed() => self.connect_anew().await,
            }
        }
    }

    /// The same sources, by what is known now.
    async fn connect_anew(&self) {
        let _turn = self.kept.lock().await;
        let sources = self.state().settings.sources.clone();
        if let Err(error) = self.connect(&sources).await {
            tracing::warn!(%error, "The sources could not be connected.");
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

    /// Starts again what failed of a source, and says so.
    pub(super) async fn mend_sources(self: Arc<Self>) {
        loop {
            self.seams.pass(Point::Part("sources"));
            let due = self.sources.next_mending();
            let wait = async {
                match due {
                    Some(due) => tokio::time::sleep_until(due.into()).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = self.stop.cancelled() => return,
                () = self.sources.broken.notified() => {}
                () = wait => {}
            }
            for News { source, why } in self.sources.news() {
                self.part_failed(&format!("source:{source}"), &why);
            }
            self.sources.mend().await;
        }
    }

    pub(super) async fn follow_links(self: Arc<Self>) {
        let mut changed = self.sources.changed.subscribe();
        loop {
            tokio::select! {
                () = self.stop.cancelled() => return,
                seen = changed.changed() => if seen.is_err() { return },
            }
            if self.sources.waits_no_more() {
                self.connect_anew().await;
            }
            self.pulse();
        }
    }

    async fn save_records(&self) {
        let mut documents = self.sources.records.take_dirty(false);
        documents.extend(self.sources.listened());
        if documents.is_empty() {
            return;
        }
        if let ((), Err(error)) = self.record(|_| ((), documents)).await {
            tracing::warn!(%error, "The sources' records could not be written down.");
        }
    }
}
