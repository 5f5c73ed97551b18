//! Rules that are documents: compiled once, then asked of every event that may concern them, and of what is known when the clock moves or a rule changes.
//!
//! A rule is about a thing (`stock.on_hand < stock.threshold`: one alert for each, which ends when it does not hold any more), about a stream (`rate(…) > 5`: one alert
//! for each value that it is parted by), or about single events. One that fails or is slow is stopped, said, and harms nothing else.

mod at;
mod compiled;
mod counts;
mod hours;
mod shipped;
mod window;
mod words;

pub use compiled::RuleFault;
pub use shipped::{SHIPPED, shipped};

use crate::{
    alert::{Life, Raise},
    book::AlertBook,
    judge::Judge,
    rules,
};
use at::{At, By};
use compiled::{Compiled, Sort};
use counts::{Counts, said};
use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
    time::{Duration, Instant},
};
use watchdeck_contain::attempt;
use watchdeck_events::{Channel, Event, Kind, Millis, erp::View};
use watchdeck_filter::{Plan, Thing, Verdict};
use watchdeck_store::Stored;
use watchdeck_wire::settings::{RuleDocument, Settings};
use watchdeck_world::{calendar::Day, entity::Entity, facts::Facts};

/// Between two looks at what changes by the clock alone, ms.
const LOOK_EVERY: i64 = 2_000;
/// Alerts of one rule that wait for their hold-down.
const WAITING: usize = 5_000;
/// Kinds of events for which it is remembered which rules they concern.
const KINDS: usize = 2_000;
/// Every so many events it is looked at how long each rule takes,
const SAMPLE: u64 = 64;
/// and after so many of these
const SAMPLES: u32 = 32;
/// it must not be more than this, on the average.
const SLOW: Duration = Duration::from_millis(1);
/// Parts what a key of counts is made of: the realm, and the value.
const PART: char = '\u{1f}';

/// See the [module docs](self).
#[derive(Debug, Default)]
pub struct Written {
    rules: Arc<[Compiled]>,
    states: Vec<State>,
    /// Documents that are no rules, by name.
    faults: BTreeMap<String, RuleFault>,
    concerned: HashMap<(Kind, Channel), Arc<[usize]>>,
    looked_at: Option<Millis>,
    events: u64,
}

/// Of one rule.
#[derive(Debug, Default)]
struct State {
    counts: Counts,
    /// What holds and has to hold on for a while, since when.
    waiting: BTreeMap<String, (Millis, Raise)>,
    /// Why it is not asked any more.
    stopped: Option<String>,
    spent: (u32, Duration),
    /// What happened up to here is not counted yet.
    cold: Option<u64>,
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

/// Everything that a look at one rule needs beside the rule.
struct Look<'a, 'b> {
    rule: &'a Compiled,
    state: &'a mut State,
    judge: &'a mut Judge<'b>,
}

/// What one alert of a rule would be about.
struct Subject<'a> {
    about: String,
    realm: &'a str,
    subject: String,
    label: Cow<'a, str>,
    thing: Option<(Thing, &'a Entity)>,
    key: &'a str,
    event: Option<&'a Stored>,
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
    pub fn of(settings: &Settings, now: Millis, seen: u64, before: Self) -> Self {
        let (mut rules, mut states, mut faults) = (Vec::new(), Vec::new(), BTreeMap::new());
        let mut known: HashMap<Arc<str>, (Compiled, State)> =
            before.rules.iter().cloned().zip(before.states).map(|(rule, state)| (Arc::clone(&rule.id), (rule, state))).collect();
        for (id, document) in documents(settings) {
            match Compiled::of(id, document, now) {
                Ok(rule) => {
                    let same = known.remove(id).filter(|(before, _)| before.measures == rule.measures && before.per == rule.per);
                    let is_same = same.as_ref().is_some_and(|(before, _)| *before == rule);
                    let cold = (!rule.measures.is_empty()).then_some(seen);
                    let mut state = same.map_or_else(|| State { counts: Counts::of(&rule), cold, ..State::default() }, |(_, state)| state);
                    if !is_same {
                        (state.stopped, state.spent) = (None, (0, Duration::ZERO));
                        state.waiting.clear();
                    }
                    rules.push(rule);
                    states.push(state);
                }
                Err(fault) => drop(faults.insert(id.to_owned(), fault)),
            }
        }
        Self { rules: rules.into(), states, faults, ..Self::default() }
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
        self.rules.iter().position(|rule| &*rule.id == id)
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
            state.counts.count(rule, &stored.event, &key, facts.arrival.occurred_at(&stored.event));
        }
    }

    /// Everything of the past is counted.
    pub fn is_warm(&mut self, id: &str) {
        if let Some(place) = self.place(id) {
            self.states[place].cold = None;
        }
    }

    fn concerned(&mut self, event: &Event) -> Arc<[usize]> {
        let key = (event.kind.clone(), event.channel.clone());
        if let Some(known) = self.concerned.get(&key) {
            return Arc::clone(known);
        }
        let concerned = self.rules.iter().enumerate().filter(|(_, rule)| rule.concerns(&event.kind, &event.channel));
        let places: Arc<[usize]> = concerned.map(|(place, _)| place).collect();
        if self.concerned.len() >= KINDS {
            self.concerned.clear();
        }
        self.concerned.insert(key, Arc::clone(&places));
        places
    }

    /// What one event does. The world has already taken it in.
    pub(crate) fn event(&mut self, judge: &mut Judge<'_>, stored: &Stored, facts: &Facts<'_>) {
        if self.rules.is_empty() {
            return;
        }
        self.events += 1;
        let sampled = self.events.is_multiple_of(SAMPLE);
        let rules = Arc::clone(&self.rules);
        for place in &*self.concerned(&stored.event) {
            let (rule, state) = (&rules[*place], &mut self.states[*place]);
            if state.stopped.is_some() || !judge.wants(&rule.id) {
                continue;
            }
            let began = sampled.then(Instant::now);
            let looked = attempt(|| Look { rule, state, judge }.at_event(stored, facts));
            state.note(rule, looked, began);
        }
    }

    /// What is known, judged by rules that hold from now on. Alerts of rules that there are no more end.
    pub(crate) fn known(&mut self, judge: &mut Judge<'_>) {
        let gone: BTreeSet<String> = judge.rules().into_iter().filter(|id| rules::find(id).is_none() && self.place(id).is_none()).collect();
        for rule in gone {
            judge.end_others(&rule, |_| false);
        }
        self.look(judge, &|_| true, true);
    }

    /// The clock moved. `hears` says whether what an ERP publishes is heard at the moment: where it is not, nothing is missing of it.
    pub fn tick(&mut self, judge: &mut Judge<'_>, hears: &dyn Fn(&str) -> bool) {
        let now = judge.at;
        if self.looked_at.is_none_or(|at| now.since(at).abs() >= LOOK_EVERY) {
            self.looked_at = Some(now);
            self.look(judge, hears, false);
        }
        let rules = Arc::clone(&self.rules);
        for (rule, state) in rules.iter().zip(&mut self.states) {
            let hold = i64::from(rule.document.hold_seconds) * 1_000;
            let due: Vec<_> =
                state.waiting.iter().filter(|(_, (since, _))| now.since(*since) >= hold).map(|(about, _)| about.clone()).collect();
            for about in due {
                if let Some((_, raise)) = state.waiting.remove(&about) {
                    judge.raise(raise);
                }
            }
        }
    }

    /// Rules whose answer changes by the clock alone; `all`: every rule about what is known.
    fn look(&mut self, judge: &mut Judge<'_>, hears: &dyn Fn(&str) -> bool, all: bool) {
        let rules = Arc::clone(&self.rules);
        for (rule, state) in rules.iter().zip(&mut self.states) {
            let asks = rule.sort != Sort::Event && (all || rule.moves());
            if !asks || state.stopped.is_some() || state.cold.is_some() || !judge.wants(&rule.id) {
                continue;
            }
            let began = Instant::now();
            let looked = attempt(|| Look { rule, state, judge }.at_all(hears));
            // One look is at everything that there is.
            state.note(rule, looked, None);
            if began.elapsed() > SLOW * 2_000 {
                state.stop(rule, "a look at everything that it is about takes seconds".to_owned());
            }
        }
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

/// Under which an event is counted; `None` where it does not say what the rule parts by.
fn key<'k>(rule: &Compiled, event: &Event, realm: &'k str) -> Option<Cow<'k, str>> {
    match &rule.per {
        None => Some(realm.into()),
        Some(name) => said(event, name).map(|value| format!("{realm}{PART}{value}").into()),
    }
}

impl State {
    fn note(&mut self, rule: &Compiled, looked: Result<(), String>, began: Option<Instant>) {
        if let Err(why) = looked {
            self.stop(rule, why);
        }
        let Some(began) = began else { return };
        self.spent = (self.spent.0 + 1, self.spent.1 + began.elapsed());
        if self.spent.0 >= SAMPLES {
            if self.spent.1 / SAMPLES > SLOW {
                self.stop(rule, format!("it takes {} µs for an event", (self.spent.1 / SAMPLES).as_micros()));
            }
            self.spent = (0, Duration::ZERO);
        }
    }

    fn stop(&mut self, rule: &Compiled, why: String) {
        tracing::warn!(rule = &*rule.id, why, "A rule is stopped until it is changed.");
        self.stopped = Some(why);
        self.waiting.clear();
    }
}

impl Look<'_, '_> {
    fn at_event(&mut self, stored: &Stored, facts: &Facts<'_>) {
        let event = &stored.event;
        let (rule, at) = (self.rule, self.judge.at);
        let realm = Arc::clone(self.judge.realm(stored));
        let counted = key(rule, event, &realm);
        if let Some(key) = counted.as_deref().filter(|_| !rule.measures.is_empty()) {
            self.state.counts.count(rule, event, key, at);
        }
        if self.state.cold.is_some() {
            return;
        }
        let Some(key) = counted.as_deref() else { return };
        match rule.sort {
            Sort::Of(thing) => {
                let Some(entity) = about_thing(thing, facts) else { return };
                self.thing(thing, entity, key, Some(stored));
            }
            Sort::Stream => self.stream(key, Some(stored)),
            Sort::Event => self.single(stored, facts, key),
        }
    }

    fn at_all(&mut self, hears: &dyn Fn(&str) -> bool) {
        match self.rule.sort {
            Sort::Of(thing) => {
                let known: Vec<Entity> = self.by().things(thing);
                for entity in &known {
                    self.thing(thing, entity, &entity.realm, None);
                }
                self.judge.end_others(&self.rule.id, |about| known.contains(about));
            }
            Sort::Stream => {
                let mut keys = self.state.counts.keys();
                if self.rule.per.is_none() {
                    keys.extend(self.judge.realms().iter().filter(|realm| self.is_asked_of(realm)).map(|realm| Box::from(&**realm)));
                    keys.sort_unstable();
                    keys.dedup();
                }
                for key in keys {
                    if hears(key.split(PART).next().unwrap_or_default()) {
                        self.stream(&key, None);
                    }
                }
            }
            Sort::Event => {}
        }
    }

    /// Whether what is counted may be of this ERP.
    fn is_asked_of(&self, realm: &str) -> bool {
        let mut of = |leaf: &Plan| match leaf {
            Plan::Is(watchdeck_filter::Name::Source, pattern) => pattern.matches(realm).into(),
            _ => Verdict::Maybe,
        };
        self.rule.measures.iter().any(|measured| measured.measure.of.judge(&mut of) != Verdict::No)
    }

    const fn by(&self) -> By<'_> {
        By { world: self.judge.world, settings: self.judge.settings, today: self.judge.today, now: self.judge.at }
    }

    fn thing(&mut self, thing: Thing, entity: &Entity, key: &str, event: Option<&Stored>) {
        let called = self.by().called(thing, entity);
        let label = called.label.into_owned();
        let subject = Subject {
            about: entity.to_string(),
            realm: &entity.realm,
            subject: subject_of(thing, entity),
            label: label.into(),
            thing: Some((thing, entity)),
            key,
            event,
        };
        let seq = event.map(|stored| stored.seq).or(called.seq);
        self.lasting(&subject, seq);
    }

    fn stream(&mut self, key: &str, event: Option<&Stored>) {
        let (realm, value) = key.split_once(PART).unwrap_or((key, ""));
        let of: Arc<str> = realm.into();
        let (kind, id) = if value.is_empty() { ("stream", "all") } else { (self.rule.document.per.trim(), value) };
        let subject = Subject {
            about: Entity::new(&of, kind, id).to_string(),
            realm,
            subject: format!("{kind}:{id}"),
            label: value.into(),
            thing: None,
            key,
            event,
        };
        self.lasting(&subject, event.map(|stored| stored.seq));
    }

    /// What holds for a time.
    fn lasting(&mut self, subject: &Subject<'_>, seq: Option<u64>) {
        let rule = self.rule;
        let event = subject.event.map(|stored| &stored.event);
        let lives = self.judge.is_active(&rule.id, &subject.about);
        if self.holds(&rule.when, subject) {
            if lives || self.watches() {
                let raise = self.raise(subject, seq, false);
                self.raise_or_wait(raise, lives);
            }
            return;
        }
        let ends = lives && self.ends(subject);
        self.state.waiting.remove(&subject.about);
        if ends {
            self.judge.resolve(&rule.id, &subject.about);
        } else if lives {
            let values = words::values(rule, self.at(subject), &subject.label, event);
            self.judge.refresh(&rule.id, &subject.about, values);
        }
    }

    fn holds(&self, part: &compiled::Part, subject: &Subject<'_>) -> bool {
        let at = self.at(subject).part(part);
        match subject.event {
            Some(stored) => part.condition.holds(&stored.event, &at),
            None => part.condition.stands(&at) == Verdict::Yes,
        }
    }

    fn ends(&self, subject: &Subject<'_>) -> bool {
        match &self.rule.clear {
            Some(clear) => self.holds(clear, subject),
            // What the last event happened to say does not count any more.
            None => self.rule.when.condition.stands(&self.at(subject).part(&self.rule.when)) == Verdict::No,
        }
    }

    /// What happens once.
    fn single(&mut self, stored: &Stored, facts: &Facts<'_>, key: &str) {
        let (rule, event) = (self.rule, &stored.event);
        let realm = Arc::clone(self.judge.realm(stored));
        let value = key.split_once(PART).map(|(_, value)| value);
        let about = match (value, &facts.about, &event.subject) {
            (Some(value), ..) => Entity::new(&realm, rule.document.per.trim(), value),
            (None, Some(about), _) => about.clone(),
            (None, None, Some(subject)) => Entity::new(&realm, "subject", subject),
            (None, None, None) => Entity::new(&realm, "kind", event.kind.as_str()),
        };
        let label = value.map_or_else(|| label(event), |value| value.to_owned());
        let subject = Subject {
            about: about.to_string(),
            realm: &realm,
            subject: format!("{}:{}", about.kind, about.id),
            label: label.into(),
            thing: None,
            key,
            event: Some(stored),
        };
        let lives = self.judge.is_active(&rule.id, &subject.about);
        if self.holds(&rule.when, &subject) {
            let enough = rule.counted.is_none_or(|place| {
                let measure = &rule.measures[place].measure;
                self.state.counts.value(place, measure, key, self.judge.at) >= f64::from(rule.document.at_least)
            });
            if lives || (enough && self.watches()) {
                let raise = self.raise(&subject, Some(stored.seq), rule.clear.is_none());
                if lives { self.judge.raise(raise) } else { self.raise_or_wait(raise, false) }
            }
        } else if lives && rule.clear.as_ref().is_some_and(|clear| self.holds(clear, &subject)) {
            self.judge.resolve(&rule.id, &subject.about);
        }
    }

    fn watches(&self) -> bool {
        self.rule.hours.as_ref().is_none_or(|hours| hours.hold(self.judge.at, self.judge.today))
    }

    fn at<'s>(&'s self, subject: &'s Subject<'_>) -> At<'s> {
        At { by: self.by(), thing: subject.thing, counts: &self.state.counts, key: subject.key, first: 0 }
    }

    fn raise(&self, subject: &Subject<'_>, seq: Option<u64>, point: bool) -> Raise {
        let (rule, at) = (self.rule, self.at(subject));
        let event = subject.event.map(|stored| &stored.event);
        let step = rule.steps.iter().rev().find(|(part, _)| self.holds(part, subject));
        Raise {
            rule: rule.id.to_string().into(),
            about: subject.about.clone(),
            source: Some(subject.realm.to_owned()),
            subject: subject.subject.clone(),
            severity: step.map_or(rule.document.severity, |(_, severity)| *severity),
            label: subject.label.clone().into_owned(),
            values: words::values(rule, at, &subject.label, event),
            seq,
            life: Life { point, latched: rule.document.latched, ends_after: i64::from(rule.document.ends_after_minutes) * 60_000 },
        }
    }

    fn raise_or_wait(&mut self, raise: Raise, lives: bool) {
        if lives {
            self.judge.go_on(raise);
            return;
        }
        if self.rule.document.hold_seconds == 0 {
            self.judge.raise(raise);
            return;
        }
        let at = self.judge.at;
        if let Some((_, waiting)) = self.state.waiting.get_mut(&raise.about) {
            *waiting = raise;
        } else if self.state.waiting.len() < WAITING {
            self.state.waiting.insert(raise.about.clone(), (at, raise));
        }
    }
}

/// What an event is about, where that is such a thing.
fn about_thing<'a>(thing: Thing, facts: &'a Facts<'_>) -> Option<&'a Entity> {
    let of_view = facts.about.as_ref();
    match (thing, &facts.view) {
        (Thing::Approval, _) => facts.approval().map(|(_, about)| about),
        (Thing::Stock, Some(View::InventoryChange(_) | View::LegacyMove(_)))
        | (Thing::Order, Some(View::OrderStatus(_)))
        | (Thing::Finance, Some(View::Finance(_))) => of_view,
        _ => None,
    }
}

fn subject_of(thing: Thing, entity: &Entity) -> String {
    match thing {
        Thing::Approval => format!("approval:{}:{}", entity.kind, entity.id),
        Thing::Finance => format!("record:{}", entity.id),
        Thing::Stock | Thing::Order => format!("{}:{}", entity.kind, entity.id),
    }
}

/// As people call what an event is about.
fn label(event: &Event) -> String {
    const NAMES: [&str; 12] = [
        "productName",
        "orderNumber",
        "recordNumber",
        "resourceNumber",
        "customerName",
        "partyName",
        "title",
        "name",
        "username",
        "user",
        "ip_address",
        "venueName",
    ];
    let fields = event.fields();
    let named = fields.first_text(&NAMES).map(Cow::into_owned);
    let subject = || event.subject.as_deref().map(|subject| subject.split_once(':').map_or(subject, |(_, id)| id).to_owned());
    named.or_else(subject).unwrap_or_default()
}

/// Everything that a rule's alerts would be over some events of the past. See [`crate::backtest`].
pub(crate) fn alone(id: &str, document: &RuleDocument, now: Millis) -> Result<Written, RuleFault> {
    let rule = Compiled::of(id, document, now)?;
    let state = State { counts: Counts::of(&rule), ..State::default() };
    Ok(Written { rules: vec![rule].into(), states: vec![state], ..Written::default() })
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
