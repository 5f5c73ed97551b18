//! What changed is stored, and only then told.
//!
//! Whoever changes something leaves what is to be said of it in the state and goes on; one task stores what changed and says it. Changing and handing over to the
//! store are one turn, and the store commits in the order of turns: so whoever takes what is to be said knows that all it is about is stored once
//! its own turn is. It decides nothing of what is said.

use super::Core;
use crate::{
    decisions::{asks, needed},
    error::CommandError,
    state::State,
};
use std::sync::Arc;
use watchdeck_alerts::{
    Notice,
    notifier::Effect,
    toast::{Toast, ToastAction},
};
use watchdeck_events::Millis;
use watchdeck_feed::seams::Point;
use watchdeck_store::{Batch, Document, StoreError};
use watchdeck_wire::{live::Hint, settings::Settings};
use watchdeck_world::snapshot;

/// Reasons that are buttons of a notification.
const REASONS: usize = 2;

impl Core {
    /// Stores and tells for as long as the core lives.
    pub(super) async fn announce(self: Arc<Self>) {
        loop {
            self.seams.pass(Point::Part("announcer"));
            tokio::select! {
                biased;
                () = self.stop.cancelled() => return self.store_then_tell().await,
                () = self.announced.notified() => self.store_then_tell().await,
            }
        }
    }

    /// People are to be told; what it is about was changed before.
    pub(super) fn say(&self, effects: impl IntoIterator<Item = Effect>) {
        self.state().to_say.extend(effects);
        self.announced.notify_one();
    }

    async fn store_then_tell(&self) {
        let take = |state: &mut State| {
            let effects = std::mem::take(&mut state.to_say);
            let mut batch = state.changes();
            let words = self.words(&state.settings);
            let announced = effects.iter().filter_map(|effect| if let Effect::Announce(alert) = effect { Some(&**alert) } else { None });
            batch.events.extend(state.told_events(announced, words, self.now()));
            // What they are about may be in a turn before this one: the commit of an empty batch comes after it.
            let needed = !effects.is_empty() || !batch.documents.is_empty();
            (effects, needed.then_some(batch))
        };
        let (effects, stored) = self.turn(take).await;
        if let Err(error) = stored {
            // People are told all the same: an alert that may ring twice is better than one that never rings.
            tracing::warn!(%error, "Alerts could not be stored.");
        }
        for effect in effects {
            match effect {
                Effect::Notify(toast) => {
                    self.state().note_told(Some(&toast.id), toast.severity, self.now());
                    self.tell(toast);
                }
                Effect::Retract(id) => {
                    self.host.retract(&id);
                    if self.state().notices.remove(&id) {
                        self.pulse();
                    }
                }
                Effect::Play(tone) => {
                    self.state().note_told(None, tone, self.now());
                    self.host.play(tone);
                }
                // It was stored with the rest.
                Effect::Announce(_) => {}
                Effect::Told(alerts) => {
                    let now = self.now();
                    self.state().book.told(&alerts, now);
                }
            }
        }
    }

    /// Change something and store what changed, with the documents that `act` adds.
    pub(crate) async fn record<T>(&self, act: impl FnOnce(&mut State) -> (T, Vec<Document>)) -> (T, Result<(), StoreError>) {
        let change = |state: &mut State| {
            let (done, documents) = act(state);
            let mut batch = state.changes();
            batch.documents.extend(documents);
            (done, Some(batch).filter(|batch| !batch.documents.is_empty()))
        };
        self.turn(change).await
    }

    /// One turn. What the store refuses stays to be stored, and goes with the next one.
    async fn turn<T>(&self, change: impl FnOnce(&mut State) -> (T, Option<Batch>)) -> (T, Result<(), StoreError>) {
        let turn = self.turn.lock().await;
        let (done, batch) = change(&mut self.state());
        let Some(batch) = batch else { return (done, Ok(())) };
        let pending = self.store.enqueue(batch).await;
        drop(turn);
        let outcome = match pending {
            Ok(pending) => pending.outcome().await.map(drop),
            Err(error) => return (done, Err(error)),
        };
        let stored = outcome.map_err(|refused| {
            let documents = &refused.batch.documents;
            self.sources.records.put_back(documents);
            let mut state = self.state();
            state.book.put_back(documents);
            state.outbox.put_back(documents);
            state.relay.put_back(documents);
            state.asides.put_back(documents);
            state.load.put_back(documents);
            state.untold_events.extend(refused.batch.events);
            refused.error
        });
        (done, stored)
    }

    /// Show a notification: outside of the window, and in it where nothing outside can.
    pub(crate) fn tell(&self, toast: Toast) {
        let in_window = self.state().hints.contains(&Hint::NoNotifications);
        let toast = self.answerable(toast, in_window);
        if in_window {
            self.state().notice(&toast, self.now());
        }
        self.host.notify(toast);
        if in_window {
            self.pulse();
        }
    }

    /// No button that could not do what it says, and none for what is asked back first: a notification has no room to ask.
    /// Reasons that lie ready are buttons of their own, but for the window: that asks with all of them.
    fn answerable(&self, mut toast: Toast, in_window: bool) -> Toast {
        let Some(request) = self.state().written.request_of(&toast.id) else { return toast };
        let (source, what, asks, page, words, reasons) = {
            let state = self.state();
            let Some(request) = state.world.approvals.get(&request) else { return toast };
            let asks = asks(&state.settings, &request.view);
            let ready = !in_window && !needed(&request.view).iter().any(|need| need.needed_to.is_for(false));
            let reasons: Vec<_> = state.settings.reject_reasons.iter().filter(|_| ready).take(REASONS).cloned().collect();
            let words = self.words(&state.settings);
            (Arc::clone(&request.source), request.view.resource_type.clone(), asks, state.erp_page(request), words, reasons)
        };
        let buttons: &[&str] = match (self.sources.can_decide(&source, &what), page) {
            (true, _) if !asks && reasons.is_empty() => return toast,
            (true, _) if !asks => &["approve"],
            (true, _) => &["open"],
            (false, Some(_)) => &["open_erp", "open"],
            (false, None) => {
                toast.body =
                    [&*toast.body, words.decided_elsewhere()].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" · ");
                &["open"]
            }
        };
        toast.actions = buttons.iter().map(|id| ToastAction { id: (*id).to_owned(), label: words.action(id).to_owned() }).collect();
        if self.sources.can_decide(&source, &what) {
            toast.actions.extend(reasons.iter().map(|reason| ToastAction::reject_with(reason, words)));
        }
        toast
    }

    /// A person did something with these alerts: stored at once, then shown. What cannot be stored was not done.
    pub(crate) async fn person(
        &self,
        ids: &[String],
        act: impl FnOnce(&mut State, Millis) -> Result<Vec<Notice>, CommandError>,
    ) -> Result<(), CommandError> {
        let acted = |state: &mut State| {
            let (before, first) = (state.book.views(ids), state.relay.made());
            (act(state, self.now()).map(|notices| (before, first..state.relay.made(), notices)), Vec::new())
        };
        let (acted, stored) = self.record(acted).await;
        let (before, orders, notices) = acted?;
        if let Err(error) = stored {
            self.state().relay.undo(&orders);
            self.state().book.take_back(before);
            self.pulse();
            return Err(error.into());
        }
        let effects = {
            let mut guard = self.state();
            let state = &mut *guard;
            state.notify(notices, false, self.now())
        };
        self.relayed.notify_one();
        self.say(effects);
        self.pulse();
        Ok(())
    }

    /// New settings take effect: what is known is judged by them at once, and people are told.
    pub(crate) fn adopt(&self, settings: &Settings) {
        let effects = {
            let mut guard = self.state();
            let state = &mut *guard;
            let before = std::mem::replace(&mut state.settings, settings.clone());
            state.settings_version += 1;
            let mut effects = state.judge_anew(&before, self.now());
            let words = self.words(&state.settings);
            effects.extend(state.settle(words, self.now(), true));
            effects
        };
        self.ruled.notify_one();
        self.say(effects);
    }

    /// Write down what is computed. Answers up to which event that was done, for the rules as well.
    pub(super) async fn save_projections(&self, last: bool) -> Option<u64> {
        let documents = |state: &mut State| {
            let (mut documents, mut upto) = (Vec::new(), None);
            // A world that was left half changed is rebuilt first, and never written down.
            if !state.torn {
                let world = snapshot::document(&state.world);
                upto = world.is_some().then(|| state.world.cursor.min(state.alerts_done));
                documents.extend(world);
                documents.extend(state.recent_documents());
            }
            documents.extend(self.sources.records.take_dirty(last));
            documents.extend(self.sources.listened());
            (upto, documents)
        };
        match self.record(documents).await {
            (upto, Ok(())) => upto,
            (_, Err(error)) => {
                tracing::warn!(%error, "The projections could not be written down.");
                None
            }
        }
    }
}
