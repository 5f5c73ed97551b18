//! Rules that are documents: compiled once, then asked of every event that may concern them, and of what is known when the clock moves or a rule changes.
//!
//! A rule is about a thing (`stock.on_hand < stock.threshold`: one alert for each, which ends when it does not hold any more), about a stream (`rate(…) > 5`: one alert
//! for each value that it is parted by), or about single events. One that fails or is slow is stopped, said, and harms nothing else.

mod at;
mod compiled;
mod concerned;
mod counts;
mod look;
mod outside;
mod per;
mod shipped;
mod state;
mod subject;
mod window;
mod words;

pub use compiled::RuleFault;
pub use outside::{Heard, Link, Outside};
pub use shipped::{SHIPPED, place, shipped};
pub(crate) use words::REQUEST;
pub use words::filled;

use crate::{book::AlertBook, judge::Judge};
use compiled::{Compiled, Sort};
use concerned::Concerned;
use counts::Counts;
use look::{Look, Why, key};
use state::State;
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
    time::{Duration, Instant},
};
use watchdeck_contain::attempt;
use watchdeck_events::{Channel, Event, Kind, Millis};
use watchdeck_filter::{Plan, Thing};
use watchdeck_store::Stored;
use watchdeck_wire::{
    settings::{RuleDocument, Settings},
    views::AlertView,
};
use watchdeck_world::{calendar::Day, entity::Entity, facts::Facts};

/// Between two looks at what changes by the clock alone, ms,
const LOOK_EVERY: i64 = 2_000;
/// and at all things that there are, where that takes no time;
const THINGS_EVERY: i64 = 5_000;
/// else so many times as long as it takes.
const REST: u32 = 100;
/// Whoever looks after so long looks late, ms.
const LATE: i64 = 60_000;
/// Kinds of events for which it is remembered which rules they concern.
const KINDS: usize = 2_000;
/// Every so many events it is looked at how long each rule takes.
const SAMPLE: u64 = 64;

/// See the [module docs](self).
#[derive(Debug, Default)]
pub struct Written {
    rules: Arc<[Compiled]>,
    states: Vec<State>,
    /// Documents that are no rules, by name.
    faults: BTreeMap<String, RuleFault>,
    /// Where each rule is.
    places: HashMap<Arc<str>, usize>,
    /// Rules of which something may wait.
    waiting: BTreeSet<usize>,
    concerned: HashMap<(Kind, Channel), Arc<Concerned>>,
    /// Those that are asked of an event: kept, so that no event needs a list of its own.
    asked: Vec<usize>,
    looked_at: Option<Millis>,
    /// The last look at all things, and how long it took.
    things: Option<(Millis, Duration)>,
    /// The ERPs that were heard then.
    heard: Vec<Arc<str>>,
    events: u64,
    outside: Outside,
}

/// An alert of which it has to be seen whether its rule still means it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubt {
    /// The rule.
    pub rule: String,
    /// The alert.
    pub alert: String,
    /// The event behind it.
    pub seq: u64,
}

/// What has to be read of the past before a rule knows what it counts.
#[derive(Debug, Clone, PartialEq)]
pub struct Cold {
    /// Its name.
    pub rule: String,
    /// The events that it is about,
    pub about: Plan,
    /// from then on,
    pub from: Millis,
    /// up to this place in the store.
    pub upto: u64,
}

/// Whether a document is a rule.
///
/// # Errors
/// Which of its fields is wrong, and what to write instead.
pub fn check(id: &str, document: &RuleDocument, now: Millis) -> Result<(), RuleFault> {
    Compiled::of(id, document, now).map(drop)
}

impl Written {
    /// The rules that `settings` say, with what `before` has counted for those that are the same. `seen` is the place of the last event that rules were asked of.
    #[must_use]
    pub fn of(settings: &Settings, now: Millis, seen: u64, mut before: Self) -> Self {
        let at_a_start = before.rules.is_empty();
        let (mut rules, mut states, mut faults) = (Vec::new(), Vec::new(), BTreeMap::new());
        let mut known: HashMap<Arc<str>, (Compiled, State)> = before
            .rules
            .iter()
            .cloned()
            .zip(std::mem::take(&mut before.states))
            .map(|(rule, state)| (Arc::clone(&rule.id), (rule, state)))
            .collect();
        for (id, document) in documents(settings) {
            match Compiled::of(id, document, now) {
                Ok(rule) => {
                    let same = known.remove(id).filter(|(before, _)| before.measures == rule.measures && before.per == rule.per);
                    let is_same = same.as_ref().is_some_and(|(before, _)| *before == rule);
                    let cold = (!rule.measures.is_empty()).then_some(seen);
                    let mut state = same.map_or_else(|| State { counts: Counts::of(&rule), cold, ..State::default() }, |(_, state)| state);
                    if !is_same {
                        state.begin_anew(!at_a_start);
                    }
                    rules.push(rule);
                    states.push(state);
                }
                Err(fault) => drop(faults.insert(id.to_owned(), fault)),
            }
        }
        let Self { outside, looked_at, things, heard, .. } = before;
        Self { faults, outside, looked_at, things, heard, ..Self::with(rules, states) }
    }

    fn with(rules: Vec<Compiled>, states: Vec<State>) -> Self {
        let places = rules.iter().enumerate().map(|(place, rule)| (Arc::clone(&rule.id), place)).collect();
        let waiting = states.iter().enumerate().filter(|(_, state)| !state.waiting.is_empty()).map(|(place, _)| place).collect();
        Self { rules: rules.into(), states, places, waiting, ..Self::default() }
    }

    /// The names of all rules that are carried out.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.rules.iter().map(|rule| &*rule.id)
    }

    /// Why a rule is not carried out, where it is not.
    #[must_use]
    pub fn fault(&self, id: &str) -> Option<String> {
        let stopped = || self.place(id).and_then(|place| self.states[place].stopped.clone());
        self.faults.get(id).map(ToString::to_string).or_else(stopped)
    }

    fn place(&self, id: &str) -> Option<usize> {
        self.places.get(id).copied()
    }

    /// What has to be read of the past.
    #[must_use]
    pub fn cold(&self, now: Millis) -> Vec<Cold> {
        let cold = self.rules.iter().zip(&self.states).filter_map(|(rule, state)| Some((rule, state.cold?)));
        let one = |(rule, upto): (&Compiled, u64)| Cold {
            rule: rule.id.to_string(),
            about: rule.about().clone(),
            from: now.plus(-reach(rule)),
            upto,
        };
        cold.map(one).collect()
    }

    /// Count what happened before a rule was one.
    pub fn warm(&mut self, id: &str, stored: &Stored, facts: &Facts<'_>, realm: &Arc<str>) {
        let Some(place) = self.place(id).filter(|place| self.states[*place].cold.is_some()) else { return };
        let (rule, state) = (&self.rules[place], &mut self.states[place]);
        if let Some(key) = key(rule, &stored.event, realm) {
            state.counts.count(rule, &stored.event, &facts.fields, &key, facts.arrival.occurred_at(&stored.event));
        }
    }

    /// Everything of the past is counted.
    pub fn is_warm(&mut self, id: &str) {
        if let Some(place) = self.place(id) {
            self.states[place].cold = None;
        }
    }

    /// Alerts of single events whose rule said something else when they fired: what they are about, and the event.
    #[must_use]
    pub fn doubtful(&self, book: &AlertBook) -> Vec<Doubt> {
        let events = self.rules.iter().filter(|rule| rule.sort == Sort::Event);
        let one = |rule: &Compiled| {
            let other = |alert: &&AlertView| alert.values.get(words::MARK).is_some_and(|mark| *mark != rule.mark);
            let doubt = |alert: &AlertView| Some(Doubt { rule: rule.id.to_string(), alert: alert.id.clone(), seq: alert.seq? });
            book.of_rule(&rule.id).filter(other).filter_map(doubt).collect::<Vec<_>>()
        };
        events.flat_map(one).collect()
    }

    /// Whether a rule, as it is now, would speak of this event.
    #[must_use]
    pub fn means(&self, rule: &str, event: &Event) -> bool {
        self.place(rule).is_none_or(|place| self.rules[place].when.condition.events().holds(event))
    }

    fn concerned(&mut self, event: &Event) -> Arc<Concerned> {
        let key = (event.kind.clone(), event.channel.clone());
        if let Some(known) = self.concerned.get(&key) {
            return Arc::clone(known);
        }
        let rules = self.rules.iter().enumerate().filter(|(_, rule)| rule.concerns(&event.kind, &event.channel));
        let concerned = Arc::new(Concerned::of(rules));
        if self.concerned.len() >= KINDS {
            self.concerned.clear();
        }
        self.concerned.insert(key, Arc::clone(&concerned));
        concerned
    }

    /// The places of all rules that have to be asked of an event, in their order.
    fn asked(&mut self, judge: &Judge<'_>, event: &Event, facts: &Facts<'_>) -> Vec<usize> {
        let mut places = std::mem::take(&mut self.asked);
        places.clear();
        let concerned = self.concerned(event);
        concerned.add(event, &facts.fields, &mut places);
        if concerned.asks_of_things() {
            for about in facts.about.iter().chain(facts.approval().map(|(_, about)| about)).map(ToString::to_string) {
                let living = judge.rules_about(&about).iter().filter_map(|rule| self.places.get(&**rule));
                let waiting = self.waiting.iter().filter(|place| self.states[**place].waiting.contains_key(&about));
                places.extend(living.chain(waiting).filter(|place| concerned.asks_of_thing(**place)));
            }
        }
        places.sort_unstable();
        places.dedup();
        places
    }

    /// What one event does. The world has already taken it in.
    pub(crate) fn event(&mut self, judge: &mut Judge<'_>, stored: &Stored, facts: &Facts<'_>) {
        // What rules make people be told of is nothing that a rule speaks of.
        if self.rules.is_empty() || stored.event.kind.as_str() == Kind::ALERT {
            return;
        }
        self.events += 1;
        let sampled = self.events.is_multiple_of(SAMPLE);
        let rules = Arc::clone(&self.rules);
        let asked = self.asked(judge, &stored.event, facts);
        for place in &asked {
            let (rule, state) = (&rules[*place], &mut self.states[*place]);
            if state.stopped.is_some() || !judge.wants(&rule.id) {
                continue;
            }
            let began = sampled.then(Instant::now);
            let looked =
                attempt(|| Look { rule, state, judge, outside: &self.outside, fields: Some(&facts.fields) }.at_event(stored, facts));
            state.note(rule, looked, began);
            if !state.waiting.is_empty() {
                self.waiting.insert(*place);
            }
        }
        self.asked = asked;
    }

    /// What is known, judged by rules and settings that hold from now on; `before` are those that did.
    pub(crate) fn known(&mut self, judge: &mut Judge<'_>, before: &Settings) {
        self.look(judge, &|_| Heard::Now, Why::Changed(before), &|_| true);
        self.states.iter_mut().for_each(|state| state.is_new = false);
    }

    /// How it is where no event tells: what rules say of the links.
    pub(crate) fn outside(&mut self, judge: &mut Judge<'_>, outside: Outside) {
        self.outside = outside;
        self.look(judge, &|_| Heard::Now, Why::Clock, &|rule| rule.sort == Sort::Of(Thing::Feed));
    }

    /// The clock moved. `hears` says whether what an ERP publishes is heard at the moment: where it is not, nothing is missing of it. Answers whether nobody
    /// has looked for so long that what holds now may have held for long.
    pub(crate) fn tick(&mut self, judge: &mut Judge<'_>, hears: &dyn Fn(&str) -> Heard) -> bool {
        let now = judge.at;
        let mut late = false;
        if self.looked_at.is_none_or(|at| now.since(at).abs() >= LOOK_EVERY) {
            // The first time, rules may be others than those that the living alerts are of: another version brought them. And what waited for its time before a
            // start is known again only once its ERP is heard: before that nobody looks at its things.
            let before = self.looked_at.replace(now);
            let heard: Vec<_> = judge.realms().into_iter().filter(|realm| hears(realm) == Heard::Now).collect();
            let all = before.is_none() || heard.iter().any(|realm| !self.heard.contains(realm));
            self.heard = heard;
            late = before.is_none_or(|at| now.since(at) > LATE);
            let rested = |(at, took): (Millis, Duration)| now.since(at).abs() >= THINGS_EVERY.max((took * REST).as_millis() as i64);
            let things = all || self.things.is_none_or(rested);
            let began = Instant::now();
            self.look(judge, hears, Why::Clock, &|rule| match rule.sort {
                Sort::Event => false,
                Sort::Stream => true,
                Sort::Of(Thing::Feed) => false,
                Sort::Of(_) => all || (things && rule.moves()),
            });
            if things {
                self.things = Some((now, began.elapsed()));
            }
        }
        let Self { rules, states, waiting, .. } = self;
        waiting.retain(|place| {
            let state = &mut states[*place];
            let hold = i64::from(rules[*place].document.hold_seconds) * 1_000;
            let due: Vec<_> =
                state.waiting.iter().filter(|(_, (since, _))| now.since(*since) >= hold).map(|(about, _)| about.clone()).collect();
            for about in due {
                if let Some((_, raise)) = state.waiting.remove(&about) {
                    judge.raise(raise);
                }
            }
            !state.waiting.is_empty()
        });
        late
    }

    /// What is known, by the rules for which `asks`.
    fn look(&mut self, judge: &mut Judge<'_>, hears: &dyn Fn(&str) -> Heard, why: Why<'_>, asks: &dyn Fn(&Compiled) -> bool) {
        let rules = Arc::clone(&self.rules);
        for (place, (rule, state)) in rules.iter().zip(&mut self.states).enumerate() {
            if !asks(rule) || state.stopped.is_some() || state.cold.is_some() || !judge.wants(&rule.id) {
                continue;
            }
            let began = Instant::now();
            let looked = attempt(|| Look { rule, state, judge, outside: &self.outside, fields: None }.at_all(hears, why));
            // One look is at everything that there is.
            state.note(rule, looked, None);
            state.note_look(rule, began.elapsed());
            if !state.waiting.is_empty() {
                self.waiting.insert(place);
            }
        }
    }

    /// The request for approval that an alert or a notification of this name is about.
    #[must_use]
    pub fn request_of(&self, id: &str) -> Option<Entity> {
        let (rule, about) = id.split_once(':')?;
        let is_of_requests = self.place(rule).is_some_and(|place| self.rules[place].sort == Sort::Of(Thing::Approval));
        is_of_requests.then(|| about.parse().ok()).flatten()
    }

    /// The setting that a rule compares with, by its name.
    #[must_use]
    pub fn setting(&self, id: &str) -> Option<&'static str> {
        self.place(id).and_then(|place| self.rules[place].setting())
    }
}

/// Every document that is in force: shipped ones, unless the user has one of that name.
fn documents(settings: &Settings) -> impl Iterator<Item = (&str, &RuleDocument)> {
    let shipped = SHIPPED.iter().filter(|(id, _)| !settings.rules.contains_key(*id)).map(|(id, document)| (id.as_str(), document));
    shipped.chain(settings.rules.iter().map(|(id, document)| (id.as_str(), document)))
}

/// How far back a rule looks, ms.
fn reach(rule: &Compiled) -> i64 {
    let one = |measured: &compiled::Measured| if measured.keeps_usual { 14 * 86_400_000 } else { measured.measure.over };
    rule.measures.iter().map(one).max().unwrap_or_default()
}

/// Everything that a rule's alerts would be over some events of the past. See [`crate::backtest`].
pub(crate) fn alone(id: &str, document: &RuleDocument, now: Millis) -> Result<Written, RuleFault> {
    let rule = Compiled::of(id, document, now)?;
    let state = State { counts: Counts::of(&rule), ..State::default() };
    Ok(Written::with(vec![rule], vec![state]))
}

/// What a rule has to be shown of the past: its events, and whether it asks what is known of things.
pub(crate) fn needs(written: &Written) -> Option<(Plan, Option<Thing>, i64)> {
    let rule = written.rules.first()?;
    let thing = if let Sort::Of(thing) = rule.sort { Some(thing) } else { None };
    Some((rule.about().clone(), thing, reach(rule)))
}

/// Judges what `day` and `at` say, for a clock that stands where it is put.
pub(crate) fn judged<'a>(
    world: &'a watchdeck_world::World,
    settings: &'a Settings,
    today: &'a Day,
    at: Millis,
    book: &'a mut AlertBook,
) -> Judge<'a> {
    Judge::new(world, settings, today, at, book)
}

#[cfg(test)]
mod tests;
