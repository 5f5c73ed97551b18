//! The follower of the store: what is committed goes into the projections, then to the rules, then to people.
//!
//! Each event is dealt with by itself. One that brings the numbers down is set aside by number, the world is rebuilt without it from the last snapshot,
//! and the rules still look at it: a critical alert is not lost for a sum that cannot be made.

use super::{Core, tasks::TICK};
use crate::state::State;
use std::{sync::Arc, time::Duration};
use watchdeck_alerts::rules;
use watchdeck_contain::attempt;
use watchdeck_events::{Catalogue, Conventions, Event, Millis, erp::View, fields::Fields, unread};
use watchdeck_feed::{records::Clocks, seams::Point};
use watchdeck_store::Stored;
use watchdeck_wire::{link::LinkState, views::SetAsideBy};
use watchdeck_world::{
    World,
    arrival::LATE_MS,
    calendar::{Calendar, Day},
    conventions::BySource,
    facts::Facts,
    realms::Realms,
    snapshot,
};

/// How often projections are written down, so that a start does not replay everything.
const SNAPSHOT_EVERY: Duration = Duration::from_secs(60);
/// Events taken in before whoever asks for a page gets a look.
const AT_ONCE: usize = 512;
/// Events read at once when the world is rebuilt.
const PAGE: usize = 2_000;

/// What came of a stretch of events.
struct Taken {
    /// How many were dealt with.
    events: usize,
    /// The last of them tore the world.
    torn: bool,
}

/// By what a stretch of events is looked at.
pub(super) struct Looks {
    clocks: Clocks,
    conventions: BySource,
    realms: Realms,
    today: Day,
}

impl Looks {
    pub(super) fn of(clocks: Clocks, state: &mut State, at: Millis) -> Self {
        Self { clocks, conventions: state.conventions(), realms: state.world.realms.clone(), today: state.calendar.day(at).clone() }
    }

    pub(super) const fn realms(&self) -> &Realms {
        &self.realms
    }

    pub(super) fn realm<'a>(&'a self, source: &'a Arc<str>) -> &'a Arc<str> {
        self.realms.realm(source)
    }

    pub(super) fn facts<'a>(&self, event: &'a Event) -> Facts<'a> {
        Facts::of(event, self.conventions.get(&event.source), self.clocks.arrival(event), self.realms.realm(&event.source))
    }
}

impl Core {
    pub(super) async fn follow_store(self: Arc<Self>) {
        if self.state().torn {
            self.rebuild().await;
        }
        let mut subscription = self.store.subscribe(self.state().world.cursor);
        let mut snapshot = tokio::time::interval(SNAPSHOT_EVERY);
        snapshot.tick().await;
        loop {
            self.seams.pass(Point::Part("follower"));
            tokio::select! {
                biased;
                () = self.stop.cancelled() => return,
                () = self.read_anew.notified() => self.rebuild().await,
                _ = snapshot.tick() => {
                    self.save_projections(false).await;
                }
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

    async fn take_in(&self, mut stored: &[Stored]) {
        self.look_up(stored).await;
        while !stored.is_empty() && !self.stop.is_cancelled() {
            let taken = self.take_some(stored.get(..AT_ONCE).unwrap_or(stored));
            self.announced.notify_one();
            // Whoever waits for the lock is let in.
            tokio::task::yield_now().await;
            stored = &stored[taken.events..];
            if taken.torn {
                self.rebuild().await;
            }
        }
    }

    /// Take events in, at most up to one that tears the world.
    fn take_some(&self, stored: &[Stored]) -> Taken {
        // The clocks are read once more: what came since they were read last is judged by what is true now.
        self.sources.records.tick();
        let clocks = self.sources.records.clocks();
        let catching_up = self.source_statuses().iter().any(|source| matches!(source.state, LinkState::CatchingUp { .. }));
        let mut events = 0;
        let mut guard = self.state();
        let state = &mut *guard;
        let looks = Looks::of(clocks, state, self.now());
        for one in stored {
            events += 1;
            let facts = attempt(|| looks.facts(&one.event));
            // What another source of the same ERP told before is news to nobody.
            let news = self.count(state, one, &looks, &facts);
            self.judge(state, one, &looks, facts.ok().as_ref(), news);
            if state.torn {
                break;
            }
        }
        // The tone leaves with the commit, not with the next look at the clock.
        let caught_up = state.world.cursor >= self.store.head() && !catching_up;
        let said = state.settle(self.words(&state.settings), self.now(), caught_up);
        state.to_say.extend(said);
        Taken { events, torn: state.torn }
    }

    /// What the store does not take at the moment: whatever is urgent in it is told all the same, once.
    pub(super) async fn tell_unstored(self: Arc<Self>) {
        let mut unstored = self.unstored.lock().await;
        loop {
            let events = tokio::select! {
                () = self.stop.cancelled() => return,
                Some(events) = unstored.recv() => events,
            };
            self.sources.records.tick();
            let clocks = self.sources.records.clocks();
            {
                let mut guard = self.state();
                let state = &mut *guard;
                let looks = Looks::of(clocks, state, self.now());
                for event in events {
                    if state.told_unstored.insert(&event.id) {
                        self.judged(state, &Stored { seq: 0, offset: 0, event }, &looks, None);
                    }
                }
                let said = state.settle(self.words(&state.settings), self.now(), true);
                state.to_say.extend(said);
            }
            self.announced.notify_one();
        }
    }

    /// One event into the numbers. Whether it is news: the rules look at what the numbers cannot take.
    fn count(&self, state: &mut State, stored: &Stored, looks: &Looks, facts: &Result<Facts<'_>, String>) -> bool {
        if state.asides.is_out(stored.seq) {
            state.world.cursor = state.world.cursor.max(stored.seq);
            return true;
        }
        let counted = facts.as_ref().map_err(String::clone).and_then(|facts| {
            attempt(|| {
                state.note_arrival(stored, facts.arrival);
                self.apply(&mut state.world, stored, facts, looks, &mut state.calendar)
            })
        });
        counted.unwrap_or_else(|why| {
            self.set_aside(state, stored, SetAsideBy::Numbers, &why);
            state.world.cursor = state.world.cursor.max(stored.seq);
            state.torn = true;
            true
        })
    }

    /// One event into a world.
    pub(super) fn apply(&self, world: &mut World, stored: &Stored, facts: &Facts<'_>, looks: &Looks, calendar: &mut Calendar) -> bool {
        self.seams.pass(Point::Numbers(&stored.event));
        if stored.seq > world.cursor {
            self.count_unread(world, stored, &facts.fields, looks.conventions.get(&stored.event.source));
        }
        world.apply(stored, facts, calendar)
    }

    /// What of an event could not be read. That this cannot be told of one is said, and is no reason to leave the event out of anything.
    fn count_unread(&self, world: &mut World, stored: &Stored, fields: &Fields<'_>, conventions: &Conventions) {
        let counted = attempt(|| {
            self.seams.pass(Point::Unread(&stored.event));
            world.unread.count(stored, unread::in_fields(&stored.event, fields, conventions));
        });
        if let Err(why) = counted {
            self.faults.note("unread", &why, self.now());
        }
    }

    /// One event before the rules, and what they say to people.
    fn judge(&self, state: &mut State, stored: &Stored, looks: &Looks, facts: Option<&Facts<'_>>, news: bool) {
        if stored.seq <= state.alerts_done {
            return;
        }
        state.alerts_done = stored.seq;
        // Of what is known from another run only the numbers are to be made without it, and that was said then.
        if state.asides.is_known(stored.seq) && !state.torn {
            return;
        }
        if news && !state.told_unstored.remove(&stored.event.id) {
            self.judged(state, stored, looks, facts);
        }
    }

    /// What the rules say. `facts` where they are known already.
    pub(super) fn judged(&self, state: &mut State, stored: &Stored, looks: &Looks, facts: Option<&Facts<'_>>) {
        let at = self.now();
        let judged = attempt(|| {
            self.seams.pass(Point::Alerts(&stored.event));
            let event = &stored.event;
            let read;
            let facts = match facts {
                Some(facts) => facts,
                None => {
                    read = looks.facts(event);
                    &read
                }
            };
            let (request, arrival) = (facts.approval().map(|(_, request)| request.to_string()), facts.arrival);
            let State { world, settings, book, written, .. } = &mut *state;
            let mut notices = rules::evaluate(stored, facts, arrival.occurred_at(event), world, settings, &looks.today, book, written);
            if let Some(View::AlertHandled(told)) = &facts.view {
                notices.extend(state.handled_elsewhere(stored, facts, told, at));
            }
            let late = arrival.lateness(event) > LATE_MS;
            let said = state.notify(notices, late, at);
            state.to_say.extend(said);
            if let Some(request) = request {
                state.outbox.erp_says(&request, &state.world.approvals);
            }
            if let (Some(View::Deciding(step)), Some(about)) = (&facts.view, &facts.about) {
                let key = about.to_string();
                let lost = state.outbox.told(&key, step, at);
                state.to_say.extend(lost.map(|lost| self.decision_lost(state, &key, lost)));
            }
        });
        if let Err(why) = judged {
            self.set_aside(state, stored, SetAsideBy::Alerts, &why);
        }
    }

    pub(super) fn set_aside(&self, state: &mut State, stored: &Stored, by: SetAsideBy, why: &str) {
        state.asides.add(stored.seq, &stored.event, by, why, &sample(&stored.event), self.now());
        self.faults.note("event", why, self.now());
        state.hints.insert(watchdeck_wire::live::Hint::PartFailed);
    }

    /// The world anew, from the last snapshot to where it was, without what was set aside. Goes on until it is done: each try leaves out one event more.
    async fn rebuild(&self) {
        while !self.stop.is_cancelled() {
            match self.replayed().await {
                Ok(true) => {
                    self.save_projections(false).await;
                    return;
                }
                Ok(false) => {}
                Err(error) => {
                    tracing::warn!(%error, "The projections could not be rebuilt yet; trying again.");
                    tokio::time::sleep(TICK).await;
                }
            }
        }
    }

    /// One try. `false` when one more event had to be set aside.
    async fn replayed(&self) -> anyhow::Result<bool> {
        let (upto, realms) = {
            let world = &self.state().world;
            (world.cursor, world.realms.clone())
        };
        let mut world = snapshot::load(&self.store, realms.clone()).await?;
        if world.cursor > upto {
            world = snapshot::begin(&self.store, realms).await?;
        }
        let looks = Looks::of(self.sources.records.clocks(), &mut self.state(), self.now());
        let mut calendar = self.seams.calendar();
        while world.cursor < upto {
            let mut page = self.store.read_after(world.cursor, PAGE).await?;
            page.retain(|stored| stored.seq <= upto);
            if page.is_empty() {
                // What is left of the way cannot be read any more.
                world.cursor = upto;
            }
            for stored in &page {
                if self.state().asides.is_out(stored.seq) {
                    world.cursor = stored.seq;
                    continue;
                }
                let counted = attempt(|| self.apply(&mut world, stored, &looks.facts(&stored.event), &looks, &mut calendar));
                if let Err(why) = counted {
                    self.set_aside(&mut self.state(), stored, SetAsideBy::Numbers, &why);
                    return Ok(false);
                }
            }
        }
        let mut state = self.state();
        // Whatever is on screen is fetched anew.
        world.changed = state.world.changed.and_all();
        (state.world, state.torn) = (world, false);
        Ok(true)
    }
}

/// How an event begins, masked; nothing where that fails too.
fn sample(event: &Event) -> String {
    attempt(|| Catalogue::current().masked(event).into_owned()).unwrap_or_default()
}
