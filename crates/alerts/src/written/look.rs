//! One rule before an event, or before everything that is known: what it says, and what becomes of its alerts.

use super::{
    at::{At, By},
    compiled::{Compiled, Part, Sort},
    outside::{Heard, Outside},
    state::State,
    subject::{about_thing, label, subject_of},
    words,
};
use crate::{
    alert::{Life, Raise, STEP},
    judge::{Judge, is_on},
};
use std::{borrow::Cow, collections::HashSet, sync::Arc};
use watchdeck_events::{Event, fields::Fields};
use watchdeck_filter::{Name, Plan, Thing, Verdict};
use watchdeck_store::Stored;
use watchdeck_wire::settings::Settings;
use watchdeck_world::{entity::Entity, facts::Facts};

/// Alerts of one rule that wait for their hold-down.
const WAITING: usize = 5_000;
/// Parts what a key of counts is made of: the realm, and the value.
const PART: char = '\u{1f}';

/// Everything that a look at one rule needs beside the rule.
pub(super) struct Look<'a, 'b> {
    pub(super) rule: &'a Compiled,
    pub(super) state: &'a mut State,
    pub(super) judge: &'a mut Judge<'b>,
    pub(super) outside: &'a Outside,
    /// The event's, where there is one.
    pub(super) fields: Option<&'a Fields<'a>>,
}

/// Why a rule looks at everything that there is.
#[derive(Clone, Copy)]
pub(super) enum Why<'a> {
    /// The clock moved.
    Clock,
    /// The settings are others than these.
    Changed(&'a Settings),
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
    /// What lives is asked for anew.
    anew: bool,
}

/// Under which an event is counted; `None` where it does not say what the rule parts by.
pub(super) fn key<'k>(rule: &Compiled, event: &Event, realm: &'k str) -> Option<Cow<'k, str>> {
    match &rule.per {
        None => Some(realm.into()),
        Some(per) => per.of(event).map(|value| format!("{realm}{PART}{value}").into()),
    }
}

impl Look<'_, '_> {
    pub(super) fn at_event(&mut self, stored: &Stored, facts: &Facts<'_>) {
        let event = &stored.event;
        let (rule, at) = (self.rule, self.judge.at);
        if self.is_nothing_to_it(stored, facts) {
            return;
        }
        let realm = Arc::clone(self.judge.realm(stored));
        let counted = key(rule, event, &realm);
        let Some(key) = counted.as_deref() else { return };
        let is_counted = !rule.measures.is_empty() && self.state.counts.count(rule, event, &facts.fields, key, at);
        // What is not counted changes nothing about how much there was.
        if self.state.cold.is_some() || (rule.sort == Sort::Stream && !is_counted && !rule.asks_event) {
            return;
        }
        match rule.sort {
            Sort::Of(thing) => {
                let Some(entity) = about_thing(thing, stored, facts, self.judge.world) else { return };
                self.thing(thing, entity, key, Some(stored));
            }
            Sort::Stream => self.stream(key, Some(stored)),
            Sort::Event => self.single(stored, facts, key),
        }
    }

    /// Most rules have nothing to say of most events, which is seen before anything is made for them.
    fn is_nothing_to_it(&self, stored: &Stored, facts: &Facts<'_>) -> bool {
        let rule = self.rule;
        if !rule.measures.is_empty() {
            return false;
        }
        match rule.sort {
            Sort::Event => rule.clear.is_none() && !self.met(&rule.when, None, "", Some(stored)),
            Sort::Of(thing) => about_thing(thing, stored, facts, self.judge.world).is_none_or(|entity| {
                !self.met(&rule.when, Some((thing, entity)), "", Some(stored))
                    && (self.is_calm() || self.is_calm_about(&entity.to_string()))
            }),
            Sort::Stream => false,
        }
    }

    pub(super) fn at_all(&mut self, hears: &dyn Fn(&str) -> Heard, why: Why<'_>) {
        match self.rule.sort {
            Sort::Of(thing) => {
                let known: HashSet<Entity> = self.by().things(thing).into_iter().collect();
                // Of an ERP that is not heard nobody knows whether a thing still is as it was.
                let is_known = |entity: &&Entity| match thing {
                    Thing::Feed => true,
                    // A deadline passes whether anybody listens or not.
                    Thing::Approval | Thing::Maintenance => hears(&entity.realm) != Heard::Late,
                    _ => hears(&entity.realm) == Heard::Now,
                };
                for entity in known.iter().filter(is_known) {
                    if !self.rule.is_once() || self.judge.is_active(&self.rule.id, &entity.to_string()) || self.is_new(entity, why) {
                        self.thing(thing, entity, &entity.realm, None);
                    }
                }
                // Only the newest records of money are known: one that is not may be as it was.
                if thing != Thing::Finance {
                    self.judge.end_others(&self.rule.id, |about| known.contains(about));
                }
            }
            Sort::Stream => {
                let mut keys = self.state.counts.keys();
                if self.rule.per.is_none() {
                    keys.extend(self.judge.realms().iter().filter(|realm| self.is_asked_of(realm)).map(|realm| Box::from(&**realm)));
                    keys.sort_unstable();
                    keys.dedup();
                }
                for key in keys {
                    if hears(key.split(PART).next().unwrap_or_default()) == Heard::Now {
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
            Plan::Is(Name::Source, pattern) => pattern.matches(realm).into(),
            _ => Verdict::Maybe,
        };
        self.rule.measures.iter().any(|measured| measured.measure.of.judge(&mut of) != Verdict::No)
    }

    const fn by(&self) -> By<'_> {
        By { world: self.judge.world, settings: self.judge.settings, today: self.judge.today, now: self.judge.at, outside: self.outside }
    }

    /// Whether what happened to a record is news to a rule that speaks of it once: of today, and not meant by the rule before.
    fn is_new(&self, entity: &Entity, why: Why<'_>) -> bool {
        let Why::Changed(before) = why else { return false };
        let by = By { settings: before, ..self.by() };
        let thing = Some((Thing::Finance, entity));
        let at = At { by, thing, counts: &self.state.counts, key: &entity.realm, first: self.rule.when.first };
        let was_meant = !self.state.is_new && is_on(&self.rule.id, before) && self.rule.when.condition.stands(&at) == Verdict::Yes;
        !was_meant && self.judge.world.finance.row(entity).is_some_and(|row| self.judge.today.holds(row.at))
    }

    /// Whether a condition of the rule holds.
    fn met(&self, part: &Part, thing: Option<(Thing, &Entity)>, key: &str, event: Option<&Stored>) -> bool {
        let at = At { by: self.by(), thing, counts: &self.state.counts, key, first: part.first };
        match event {
            Some(stored) => part.condition.holds(&stored.event, self.fields, &at),
            None => part.condition.stands(&at) == Verdict::Yes,
        }
    }

    /// Whether nothing of the rule lives or waits: then nothing can end, and what does not hold needs no second look.
    fn is_calm(&self) -> bool {
        self.state.waiting.is_empty() && !self.judge.any_lives(&self.rule.id)
    }

    /// Whether nothing of the rule lives or waits that is about this.
    fn is_calm_about(&self, about: &str) -> bool {
        !self.state.waiting.contains_key(about) && !self.judge.is_active(&self.rule.id, about)
    }

    fn thing(&mut self, thing: Thing, entity: &Entity, key: &str, event: Option<&Stored>) {
        let holds = self.met(&self.rule.when, Some((thing, entity)), key, event);
        if !holds && (self.is_calm() || self.is_calm_about(&entity.to_string())) {
            return;
        }
        let called = self.by().called(thing, entity);
        let label = called.label.into_owned();
        // A request that is asked for anew while it waits counts, and a maintenance that is announced again; what tells of it otherwise does not.
        let anew = matches!(thing, Thing::Approval | Thing::Maintenance) && event.is_some_and(|stored| called.seq == Some(stored.seq));
        let subject = Subject {
            anew,
            about: entity.to_string(),
            realm: &entity.realm,
            subject: subject_of(thing, entity),
            label: label.into(),
            thing: Some((thing, entity)),
            key,
            event,
        };
        let seq = event.map(|stored| stored.seq).or(called.seq);
        self.lasting(&subject, seq, holds);
    }

    fn stream(&mut self, key: &str, event: Option<&Stored>) {
        let holds = self.met(&self.rule.when, None, key, event);
        if !holds && self.is_calm() {
            return;
        }
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
            anew: false,
        };
        self.lasting(&subject, event.map(|stored| stored.seq), holds);
    }

    /// What holds for a time.
    fn lasting(&mut self, subject: &Subject<'_>, seq: Option<u64>, holds: bool) {
        let rule = self.rule;
        let event = subject.event.map(|stored| &stored.event);
        let lives = self.judge.is_active(&rule.id, &subject.about);
        if holds {
            if lives || self.watches() {
                let raise = self.raise(subject, seq, rule.is_once());
                if lives && subject.anew { self.judge.raise(raise) } else { self.raise_or_wait(raise, lives) }
            }
            return;
        }
        let ends = lives && self.ends(subject);
        self.state.waiting.remove(&subject.about);
        if ends {
            self.judge.resolve(&rule.id, &subject.about);
        } else if lives && words::all_known(rule, self.at(subject)) {
            // What is not known any more is said as it was known last.
            let values = words::values(rule, self.at(subject), &subject.label, event, None);
            self.judge.refresh(&rule.id, &subject.about, values);
        }
    }

    fn holds(&self, part: &Part, subject: &Subject<'_>) -> bool {
        self.met(part, subject.thing, subject.key, subject.event)
    }

    fn ends(&self, subject: &Subject<'_>) -> bool {
        match &self.rule.clear {
            // What a rule said that is another by now ends where the new one does not hold.
            Some(clear) if self.judge.value(&self.rule.id, &subject.about, words::MARK).is_none_or(|mark| mark == self.rule.mark) => {
                self.holds(clear, subject)
            }
            Some(_) if subject.event.is_some() => !self.holds(&self.rule.when, subject),
            // What the last event happened to say does not count any more.
            _ => self.rule.when.condition.stands(&self.at(subject).part(&self.rule.when)) == Verdict::No,
        }
    }

    /// What happens once.
    fn single(&mut self, stored: &Stored, facts: &Facts<'_>, key: &str) {
        let (rule, event) = (self.rule, &stored.event);
        let holds = self.met(&rule.when, None, key, Some(stored));
        // Only what it says itself can end one.
        if !holds && (rule.clear.is_none() || self.is_calm()) {
            return;
        }
        let realm = Arc::clone(self.judge.realm(stored));
        let value = key.split_once(PART).map(|(_, value)| value);
        let about = match (value, &facts.about, &event.subject) {
            (Some(value), ..) => Entity::new(&realm, &rule.per_kind(event), value),
            (None, Some(about), _) => about.clone(),
            (None, None, Some(subject)) => Entity::new(&realm, "subject", subject),
            (None, None, None) => Entity::new(&realm, "kind", event.kind.as_str()),
        };
        let label = rule.per.as_ref().and_then(|per| per.label(event)).unwrap_or_else(|| label(event));
        let subject = Subject {
            anew: false,
            about: about.to_string(),
            realm: &realm,
            subject: if &*about.kind == "subject" { about.id.to_string() } else { format!("{}:{}", about.kind, about.id) },
            label: label.into(),
            thing: None,
            key,
            event: Some(stored),
        };
        let lives = self.judge.is_active(&rule.id, &subject.about);
        if holds {
            let enough = rule.counted.is_none_or(|place| {
                let measure = &rule.measures[place].measure;
                self.state.counts.value(place, measure, key, self.judge.at) >= f64::from(rule.document.at_least)
            });
            if lives || (enough && self.watches()) {
                let raise = self.raise(&subject, Some(stored.seq), rule.is_once());
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
        let holding: Vec<usize> = (0..rule.steps.len()).filter(|place| self.holds(&rule.steps[*place].0, subject)).collect();
        let step = holding.last().map(|place| (&rule.document.steps[*place], rule.steps[*place].1));
        let mut values = words::values(rule, at, &subject.label, event, step.map(|(step, _)| &step.say));
        let tells = holding.iter().filter(|place| rule.document.steps[**place].tells).count();
        if tells > 0 {
            values.insert(STEP.to_owned(), tells.to_string());
        }
        Raise {
            rule: rule.id.to_string().into(),
            about: subject.about.clone(),
            source: (rule.sort != Sort::Of(Thing::Feed)).then(|| subject.realm.to_owned()),
            subject: subject.subject.clone(),
            severity: step.map_or(rule.document.severity, |(_, severity)| severity),
            label: subject.label.clone().into_owned(),
            values,
            seq,
            life: Life {
                point,
                latched: rule.document.latched,
                ends_after: i64::from(rule.document.ends_after_minutes) * 60_000,
                remind: i64::from(rule.document.remind_minutes) * 60_000,
                escalate: rule.document.escalate.iter().map(|step| (i64::from(step.after_minutes) * 60_000, step.severity)).collect(),
            },
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
