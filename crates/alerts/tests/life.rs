//! The life of alerts, whatever happens to them in whatever order: nothing is lost, nothing is told twice, nothing is shown that nobody needs; over restarts at
//! any instant, and under clocks that jump. The same machine is run over two that are wrong, and finds it.

use proptest::{
    prelude::*,
    strategy::Union,
    test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner},
};
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest};
use std::{
    collections::{BTreeMap, BTreeSet},
    panic::{AssertUnwindSafe, catch_unwind},
};
use watchdeck_alerts::{
    AlertBook, Life, Notice, Raise,
    notifier::{Effect, Notifier},
    words::Words,
};
use watchdeck_events::{Millis, Severity};
use watchdeck_wire::{settings::Settings, views::AlertState};

const T: Millis = Millis(1_795_248_000_000);
const MINUTE: i64 = 60_000;
/// What comes and goes again and again is another test.
const STEP: i64 = 301_000;
/// Alerts; the last one stays until somebody has seen it.
const ALERTS: u8 = 3;
const CASES: u32 = 160;
const STEPS: usize = 40;

#[derive(Debug, Clone)]
enum Transition {
    /// An event: its rule holds, so bad; or it does not any more.
    Raise(u8, Severity),
    Resolve(u8),
    /// A person, stored before it is shown.
    Acknowledge(u8),
    Snooze(u8, i64),
    /// The clock, forwards or back.
    Pass(i64),
    /// What changed is stored, and then told.
    Tell,
    /// What changed is stored.
    Store,
    /// The program ends here, and begins again.
    Crash,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Alive {
    state: AlertState,
    severity: Severity,
    until: Option<Millis>,
    over: bool,
    /// People are to be told.
    due: bool,
}

/// What must be so: the alerts as they live, as they were stored, and the events since.
#[derive(Debug, Clone)]
struct Reference {
    now: Millis,
    alive: BTreeMap<u8, Alive>,
    stored: BTreeMap<u8, Alive>,
    since: Vec<Transition>,
    /// Whom the last step told of.
    told: BTreeSet<u8>,
}

impl Reference {
    fn event(&mut self, step: &Transition) {
        match step {
            Transition::Raise(n, severity) => {
                let new = Alive { state: AlertState::Firing, severity: *severity, until: None, over: false, due: true };
                let alive = self.alive.entry(*n).or_insert(new);
                alive.over = false;
                if *severity > alive.severity {
                    (alive.state, alive.severity, alive.due) = (AlertState::Firing, *severity, true);
                }
            }
            Transition::Resolve(n) => {
                let Some(alive) = self.alive.get_mut(n) else { return };
                if *n == ALERTS - 1 && alive.state != AlertState::Acknowledged {
                    alive.over = true;
                } else {
                    self.alive.remove(n);
                }
            }
            _ => {}
        }
    }
}

impl ReferenceStateMachine for Reference {
    type State = Self;
    type Transition = Transition;

    fn init_state() -> BoxedStrategy<Self> {
        Just(Self { now: T, alive: BTreeMap::new(), stored: BTreeMap::new(), since: Vec::new(), told: BTreeSet::new() }).boxed()
    }

    fn transitions(_: &Self) -> BoxedStrategy<Transition> {
        let (n, severity) = (0..ALERTS, prop_oneof![Just(Severity::Info), Just(Severity::Warning), Just(Severity::Critical)]);
        Union::new_weighted(vec![
            (6, (n.clone(), severity).prop_map(|(n, severity)| Transition::Raise(n, severity)).boxed()),
            (3, n.clone().prop_map(Transition::Resolve).boxed()),
            (2, n.clone().prop_map(Transition::Acknowledge).boxed()),
            (2, (n, 1..20i64).prop_map(|(n, minutes)| Transition::Snooze(n, minutes)).boxed()),
            (3, prop_oneof![3 => 1..30i64, 1 => -600..-100i64, 1 => 100..3_000i64].prop_map(Transition::Pass).boxed()),
            (4, Just(Transition::Tell).boxed()),
            (2, Just(Transition::Store).boxed()),
            (2, Just(Transition::Crash).boxed()),
        ])
        .boxed()
    }

    fn apply(mut state: Self, step: &Transition) -> Self {
        state.told.clear();
        let store = |state: &mut Self| {
            state.stored.clone_from(&state.alive);
            state.since.clear();
        };
        match step {
            Transition::Raise(..) | Transition::Resolve(_) => {
                state.now = state.now.plus(STEP);
                state.event(step);
                state.since.push(step.clone());
            }
            Transition::Acknowledge(n) => {
                state.now = state.now.plus(STEP);
                if let Some(alive) = state.alive.get_mut(n) {
                    (alive.state, alive.until, alive.due) = (AlertState::Acknowledged, None, false);
                    if alive.over {
                        state.alive.remove(n);
                    }
                }
                store(&mut state);
            }
            Transition::Snooze(n, minutes) => {
                state.now = state.now.plus(STEP);
                let until = state.now.plus(minutes * MINUTE);
                if let Some(alive) = state.alive.get_mut(n) {
                    (alive.state, alive.until, alive.due) = (AlertState::Snoozed, Some(until), false);
                }
                store(&mut state);
            }
            Transition::Pass(minutes) => {
                state.now = state.now.plus(minutes * MINUTE);
                let now = state.now;
                for alive in state.alive.values_mut() {
                    if alive.state == AlertState::Snoozed && alive.until.is_some_and(|until| until <= now) {
                        (alive.state, alive.until, alive.due) = (AlertState::Firing, None, true);
                    }
                }
            }
            Transition::Tell => {
                store(&mut state);
                for (n, alive) in &mut state.alive {
                    if std::mem::take(&mut alive.due) {
                        state.told.insert(*n);
                    }
                }
            }
            Transition::Store => store(&mut state),
            Transition::Crash => {
                state.alive.clone_from(&state.stored);
                for event in state.since.clone() {
                    state.event(&event);
                }
            }
        }
        state
    }
}

/// What is wrong with it.
const SOUND: u8 = 0;
const FORGETS_WHO_WAITS: u8 = 1;
const TELLS_AGAIN: u8 = 2;

/// The real book and the real notifier, and a disk.
struct Running<const FAULT: u8> {
    now: Millis,
    disk: BTreeMap<String, String>,
    book: AlertBook,
    notifier: Notifier,
    settings: Settings,
    /// With their times, by which they are taken in again.
    since: Vec<(Millis, Transition)>,
    told: Vec<String>,
    shown: BTreeSet<String>,
}

fn rule(n: u8) -> &'static str {
    if n == ALERTS - 1 { "latched" } else { "plain" }
}

fn id(n: u8) -> String {
    format!("{}:s/thing:{n}", rule(n))
}

impl<const FAULT: u8> Running<FAULT> {
    fn take(&mut self, notices: Vec<Notice>) {
        let effects = self.notifier.take(notices, false, &self.settings, self.now);
        self.show(effects);
    }

    fn show(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Notify(toast) => drop(self.shown.insert(toast.id)),
                Effect::Retract(id) => drop(self.shown.remove(&id)),
                Effect::Told(told) => {
                    self.told.extend(told.iter().map(|told| told.alert.clone()));
                    if FAULT != TELLS_AGAIN {
                        self.book.told(&told, self.now);
                    }
                }
                Effect::Play(_) | Effect::Announce(_) => {}
            }
        }
    }

    fn event(&mut self, step: &Transition, at: Millis) {
        let notice = match step {
            Transition::Raise(n, severity) => {
                let life = Life { latched: *n == ALERTS - 1, ..Life::LASTING };
                let raise = Raise {
                    rule: rule(*n).into(),
                    about: format!("s/thing:{n}"),
                    source: Some("s".into()),
                    subject: format!("thing:{n}"),
                    severity: *severity,
                    label: n.to_string(),
                    values: BTreeMap::new(),
                    seq: Some(u64::from(*n)),
                    life,
                };
                self.book.raise(raise, at)
            }
            Transition::Resolve(n) => self.book.resolve(rule(*n), &format!("s/thing:{n}"), at),
            _ => None,
        };
        self.take(notice.into_iter().collect());
    }

    fn store(&mut self) {
        for document in self.book.take_dirty() {
            match document.body {
                Some(body) => drop(self.disk.insert(document.key, body)),
                None => drop(self.disk.remove(&document.key)),
            }
        }
        self.since.clear();
    }
}

impl<const FAULT: u8> StateMachineTest for Running<FAULT> {
    type SystemUnderTest = Self;
    type Reference = Reference;

    fn init_test(reference: &Reference) -> Self {
        Self {
            now: reference.now,
            disk: BTreeMap::new(),
            book: AlertBook::default(),
            notifier: Notifier::default(),
            settings: Settings::default(),
            since: Vec::new(),
            told: Vec::new(),
            shown: BTreeSet::new(),
        }
    }

    fn apply(mut running: Self, reference: &Reference, step: Transition) -> Self {
        running.now = reference.now;
        running.told.clear();
        let now = running.now;
        match &step {
            Transition::Raise(..) | Transition::Resolve(_) => {
                running.event(&step, now);
                running.since.push((now, step));
            }
            Transition::Acknowledge(n) => {
                let notices = running.book.acknowledge(&[id(*n)], "张敏", None, now).unwrap_or_default();
                running.store();
                running.take(notices);
            }
            Transition::Snooze(n, minutes) => {
                let notice = running.book.snooze(&id(*n), now.plus(minutes * MINUTE), "张敏", now).ok();
                running.store();
                running.take(notice.into_iter().collect());
            }
            Transition::Pass(_) => {
                let notices = running.book.tick(now);
                running.take(notices);
            }
            Transition::Tell => {
                running.store();
                let effects = running.notifier.settle(&running.settings, Words::ENGLISH, now, true);
                running.show(effects);
            }
            Transition::Store => running.store(),
            Transition::Crash => {
                running.book = AlertBook::load(running.disk.clone().into_iter().collect());
                running.notifier = Notifier::default();
                running.shown.clear();
                let untold = if FAULT == FORGETS_WHO_WAITS { Vec::new() } else { running.book.untold() };
                running.take(untold.into_iter().map(|alert| Notice::Fired(Box::new(alert))).collect());
                for (at, event) in running.since.clone() {
                    running.event(&event, at);
                }
            }
        }
        running
    }

    fn check_invariants(running: &Self, reference: &Reference) {
        let lives = running.book.living().map(|view| (view.id.clone(), (view.state, view.severity, view.over_since.is_some())));
        let meant = reference.alive.iter().map(|(n, alive)| (id(*n), (alive.state, alive.severity, alive.over)));
        assert_eq!(lives.collect::<BTreeMap<_, _>>(), meant.collect::<BTreeMap<_, _>>(), "what lives");
        let told: BTreeSet<_> = running.told.iter().cloned().collect();
        assert_eq!(told.len(), running.told.len(), "nobody is told twice at once");
        assert_eq!(told, reference.told.iter().map(|n| id(*n)).collect(), "whom people are told of");
        let firing: BTreeSet<_> = running.book.firing().map(|view| view.id.clone()).collect();
        let left: Vec<_> = running.shown.iter().filter(|id| id.starts_with(char::is_alphabetic) && id.contains("/thing:")).collect();
        assert!(left.iter().all(|id| firing.contains(*id)), "what is shown needs somebody: {left:?}, {firing:?}");
    }
}

/// Histories, the same each time, until one does not go as it should.
fn look_for<const FAULT: u8>(cases: u32) -> Option<String> {
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 400, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config.clone(), TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let outcome = runner.run(&Reference::sequential_strategy(1..STEPS), |(state, steps, seen)| {
        let run = || Running::<FAULT>::test_sequential(config.clone(), state, steps, seen);
        catch_unwind(AssertUnwindSafe(run)).map_err(|panic| {
            let words = panic.downcast_ref::<String>().cloned();
            TestCaseError::fail(words.or_else(|| panic.downcast_ref::<&str>().map(|words| (*words).to_owned())).unwrap_or_default())
        })
    });
    outcome.err().map(|error| error.to_string())
}

#[test]
fn whatever_happens_nothing_is_lost_and_nothing_is_told_twice() {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(CASES);
    if let Some(found) = look_for::<SOUND>(cases) {
        panic!("{found}");
    }
}

#[test]
fn one_that_forgets_who_waits_or_tells_again_is_found() {
    assert!(look_for::<FORGETS_WHO_WAITS>(CASES).is_some_and(|found| found.contains("whom people are told of")));
    assert!(look_for::<TELLS_AGAIN>(CASES).is_some_and(|found| found.contains("whom people are told of")));
}
