//! What a rule would have done over some of the past, before anybody is disturbed by it. Pure: events come in the order in which they were stored.

use crate::{
    alert::Notice,
    book::AlertBook,
    words::Words,
    written::{self, Heard, RuleFault, Written},
};
use std::collections::HashMap;
use watchdeck_events::{Millis, Severity};
use watchdeck_filter::{Plan, Thing};
use watchdeck_store::Stored;
use watchdeck_wire::{
    settings::{RuleDocument, Settings, Worded},
    views::{AlertView, BacktestAlert},
};
use watchdeck_world::{World, calendar::Calendar, facts::Facts};

/// Alerts that are listed.
const LISTED: usize = 200;
/// What comes within so long is one interruption, ms.
const TOGETHER: i64 = 10_000;
/// What fires again within so long is one situation, ms.
const ONE_SITUATION: i64 = 86_400_000;
/// Between two looks at what changes by the clock alone, ms;
const STEP: i64 = 60_000;
/// at most so many looks at what is counted,
const LOOKS: i64 = 50_000;
/// and so many at all things that there are.
const LOOKS_AT_THINGS: i64 = 2_000;

/// One rule on its way through the past.
pub struct Backtest {
    rule: Written,
    book: AlertBook,
    world: World,
    settings: Settings,
    calendar: Calendar,
    /// Only what happened from here on counts; what is before fills what is counted.
    from: Millis,
    /// Between two looks, ms.
    step: i64,
    listened: Option<Millis>,
    looked_at: Option<Millis>,
    fired: u32,
    at_night: u32,
    situations: HashMap<String, Millis>,
    situations_count: u32,
    interruptions: u32,
    last: Option<Millis>,
    listed: Vec<(String, BacktestAlert)>,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// How often it would have fired.
    pub fired: u32,
    /// For how many situations.
    pub situations: u32,
    /// How many of them between 22:00 and 06:00.
    pub at_night: u32,
    /// How often people would have been interrupted.
    pub interruptions: u32,
    /// The newest, newest first.
    pub alerts: Vec<BacktestAlert>,
}

impl Backtest {
    /// Of a document, over what happened from `from` on.
    ///
    /// # Errors
    /// Which of its fields is wrong.
    pub fn of(
        id: &str,
        document: &RuleDocument,
        settings: &Settings,
        world: World,
        calendar: Calendar,
        from: Millis,
    ) -> Result<Self, RuleFault> {
        let settings = Settings { rules_off: Vec::new(), ..settings.clone() };
        Ok(Self {
            rule: written::alone(id, document, from)?,
            book: AlertBook::default(),
            world,
            settings,
            calendar,
            from,
            step: STEP,
            listened: None,
            looked_at: None,
            fired: 0,
            at_night: 0,
            situations: HashMap::new(),
            situations_count: 0,
            interruptions: 0,
            last: None,
            listed: Vec::new(),
        })
    }

    /// Events that it has to be shown, and how long before `from` it has to begin, ms.
    #[must_use]
    pub fn needs(&self) -> (Plan, Option<Thing>, i64) {
        written::needs(&self.rule).unwrap_or_default()
    }

    /// It will be shown so much, ms: the longer that is, the seldomer it looks at what changes by the clock alone. `listened` is since when somebody has
    /// listened at the latest: from then on it is seen too where nothing came.
    pub fn spans(&mut self, span: i64, listened: Millis) {
        let looks = if self.needs_world() { LOOKS_AT_THINGS } else { LOOKS };
        self.step = STEP.max(span / looks);
        self.listened = Some(listened);
    }

    /// The next event.
    pub fn event(&mut self, stored: &Stored, facts: &Facts<'_>) {
        let at = facts.arrival.occurred_at(&stored.event);
        self.clock_to(at);
        if self.needs_world() {
            self.world.apply(stored, facts, &mut self.calendar);
        }
        let today = self.calendar.day(at).clone();
        let mut judge = written::judged(&self.world, &self.settings, &today, at, &mut self.book);
        self.rule.event(&mut judge, stored, facts);
        let notices = judge.into_notices();
        self.note(notices, at);
    }

    fn needs_world(&self) -> bool {
        written::needs(&self.rule).is_some_and(|(_, thing, _)| thing.is_some())
    }

    /// Time passes up to `until`.
    pub fn clock_to(&mut self, until: Millis) {
        let first = self.listened.map_or(until, |listened| listened.min(until));
        let mut at = *self.looked_at.get_or_insert(first);
        while at.plus(self.step) <= until {
            at = at.plus(self.step);
            self.tick(at);
        }
        self.looked_at = Some(at);
    }

    fn tick(&mut self, at: Millis) {
        let today = self.calendar.day(at).clone();
        let mut judge = written::judged(&self.world, &self.settings, &today, at, &mut self.book);
        self.rule.tick(&mut judge, &|_| Heard::Now);
        let mut notices = judge.into_notices();
        notices.extend(self.book.tick(at));
        self.note(notices, at);
    }

    fn note(&mut self, notices: Vec<Notice>, at: Millis) {
        for notice in notices {
            match notice {
                Notice::Fired(alert) if at >= self.from => self.fired(&alert, at),
                Notice::Fired(_) => {}
                Notice::Quiet(id) => {
                    if let Some((_, listed)) = self.listed.iter_mut().rev().find(|(known, _)| *known == id) {
                        listed.until.get_or_insert(at);
                    }
                }
            }
        }
    }

    fn fired(&mut self, alert: &AlertView, at: Millis) {
        self.fired += 1;
        let hour = self.calendar.hour(at);
        self.at_night += u32::from(!(6..22).contains(&hour));
        let before = self.situations.insert(alert.id.clone(), at);
        self.situations_count += u32::from(before.is_none_or(|before| at.since(before) > ONE_SITUATION));
        let loud = self.settings.delivery.of(alert.severity);
        if loud.toast || loud.sound {
            self.interruptions += u32::from(self.last.is_none_or(|last| at.since(last) > TOGETHER));
            self.last = Some(at);
        }
        let said = |words: fn(Words, &AlertView) -> String| Worded { zh: words(Words::CHINESE, alert), en: words(Words::ENGLISH, alert) };
        let (title, body) = (said(crate::rules::title), said(crate::rules::body));
        let severity: Severity = alert.severity;
        self.listed.push((alert.id.clone(), BacktestAlert { at, until: None, severity, title, body, seq: alert.seq }));
        if self.listed.len() > 2 * LISTED {
            self.listed.drain(..LISTED);
        }
    }

    /// Everything that came of it up to `until`.
    #[must_use]
    pub fn end(mut self, until: Millis) -> Outcome {
        self.clock_to(until);
        let alerts = self.listed.into_iter().rev().take(LISTED).map(|(_, alert)| alert).collect();
        Outcome { fired: self.fired, situations: self.situations_count, at_night: self.at_night, interruptions: self.interruptions, alerts }
    }
}
