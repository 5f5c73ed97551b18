//! One alert, what raises it, and what becomes of it.

use std::{borrow::Cow, collections::BTreeMap};
use watchdeck_events::{Millis, Severity};
use watchdeck_wire::views::{AlertState, AlertStep, AlertView, Announcement, Cause, Means};

/// Steps kept per alert.
const STEPS: usize = 40;

/// What the words of an alert need, by name.
pub type Values = BTreeMap<String, String>;

/// The value that says how many steps of its rule hold of which people are told: one more, and they are told again.
pub(crate) const STEP: &str = "rule_step";

/// One alert.
#[derive(Debug, Clone, PartialEq)]
pub struct Alert {
    /// What the window shows.
    pub view: AlertView,
    /// What ends it.
    pub life: Life,
    /// By what it fired last: at first, or when it got worse.
    pub fired: Fired,
}

/// By what an alert fired: what tells one life of it from the next, and is the same at every console.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fired {
    /// When.
    pub at: Millis,
    /// The event, where there was one.
    pub seq: Option<u64>,
}

/// What a rule says.
#[derive(Debug, Clone)]
pub struct Raise {
    /// Rule's name.
    pub rule: Cow<'static, str>,
    /// What it is about beyond doubt, `source/type:id`; with the rule, the fingerprint.
    pub about: String,
    /// Whose; `None` for what is about Watchdeck itself.
    pub source: Option<String>,
    /// What it is about, as people and filters name it: `type:id`.
    pub subject: String,
    /// How bad.
    pub severity: Severity,
    /// As people read it.
    pub label: String,
    /// For the words.
    pub values: Values,
    /// Event behind it.
    pub seq: Option<u64>,
    /// What ends it.
    pub life: Life,
}

/// What ends an alert beside the word that its rule does not hold any more, and what becomes of it while nobody has it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Life {
    /// Raised by a single event that no later event takes back.
    pub point: bool,
    /// It stays until a person has seen it.
    pub latched: bool,
    /// One about a single event that nobody touches is over after so long, ms; 0: never.
    pub ends_after: i64,
    /// Whoever was told of it and does nothing is told again after so long, ms; 0: once is enough.
    pub remind: i64,
    /// While nobody has it: so long after it fired, ms, it is so bad.
    pub escalate: Vec<(i64, Severity)>,
}

impl Life {
    /// It lasts as long as its rule holds.
    pub const LASTING: Self = Self { point: false, latched: false, ends_after: 0, remind: 0, escalate: Vec::new() };

    /// It is about a single event, and over after so many days where nobody touches it.
    #[must_use]
    pub const fn point(days: i64) -> Self {
        Self { point: true, latched: false, ends_after: days * 86_400_000, remind: 0, escalate: Vec::new() }
    }
}

/// What became of an alert.
#[derive(Debug, Clone, PartialEq)]
pub enum Notice {
    /// It fires and nobody knows yet (or its snooze ran out).
    Fired(Box<AlertView>),
    /// It ended, or a person has it: whatever was shown for it can go.
    Quiet(String),
}

/// That people were told of an alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Which.
    pub alert: String,
    /// How.
    pub means: Vec<Means>,
}

impl Alert {
    /// Whether people were told everything that they are to be.
    pub(crate) fn is_told(&self) -> bool {
        self.view.announcements.iter().all(|announcement| announcement.done.is_some())
    }

    /// It fires anew, and people are to be told.
    pub(crate) fn fires(&mut self, cause: Cause, at: Millis) {
        self.view.timeline.push(AlertStep { at, state: AlertState::Firing, by: None, note: None, cause: Some(cause) });
        self.is_due(cause, at);
    }

    /// People are to be told. What they were to be told before and were not is said with it.
    pub(crate) fn is_due(&mut self, cause: Cause, at: Millis) {
        let view = &mut self.view;
        view.state = AlertState::Firing;
        view.announcements.retain(|announcement| announcement.done.is_some());
        view.announcements.push(Announcement { cause, due: at, done: None, means: Vec::new() });
        trim(&mut view.announcements);
        trim(&mut view.timeline);
    }

    /// What was to be told of it needs nobody to know any more.
    pub(crate) fn needs_nobody(&mut self) {
        self.view.announcements.retain(|announcement| announcement.done.is_some());
    }

    /// Since when nobody has it.
    pub(crate) fn unanswered_since(&self) -> Option<Millis> {
        self.view.timeline.iter().rev().take_while(|step| step.state == AlertState::Firing).last().map(|step| step.at)
    }

    /// How often it became worse since then because nobody had it.
    pub(crate) fn escalated(&self) -> usize {
        let firing = self.view.timeline.iter().rev().take_while(|step| step.state == AlertState::Firing);
        firing.filter(|step| step.cause == Some(Cause::Escalated)).count()
    }

    /// What it stands for is of an earlier version, which were about one world only: it has no source in its name.
    pub(crate) fn is_nameless(&self) -> bool {
        let of_a_link = self.view.subject.as_deref().is_some_and(|subject| subject.starts_with("source:"));
        self.view.source.is_none() && !of_a_link
    }
}

/// An alert goes on in another state.
pub(crate) fn step(view: &mut AlertView, at: Millis, state: AlertState, by: Option<&str>) {
    step_with(view, at, state, by, None);
}

/// The same, with what a person said.
pub(crate) fn step_with(view: &mut AlertView, at: Millis, state: AlertState, by: Option<&str>, note: Option<&str>) {
    view.state = state;
    view.timeline.push(AlertStep { at, state, by: by.map(str::to_owned), note: note.map(str::to_owned), cause: None });
    trim(&mut view.timeline);
}

/// Something that was done elsewhere, in its place by time. It is heard of later than it was done.
pub(crate) fn step_elsewhere(view: &mut AlertView, step: AlertStep) {
    let place = view.timeline.iter().rposition(|known| known.at <= step.at).map_or(0, |place| place + 1);
    view.timeline.insert(place, step);
    trim(&mut view.timeline);
}

fn trim<T>(steps: &mut Vec<T>) {
    if steps.len() > STEPS {
        steps.remove(0);
    }
}
