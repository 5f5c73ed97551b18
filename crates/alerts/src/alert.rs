//! One alert, what raises it, and what becomes of it.

use std::{borrow::Cow, collections::BTreeMap};
use watchdeck_events::{Millis, Severity};
use watchdeck_wire::views::{AlertState, AlertStep, AlertView};

/// Steps kept per alert.
const STEPS: usize = 40;

/// What the words of an alert need, by name.
pub type Values = BTreeMap<String, String>;

/// One alert.
#[derive(Debug, Clone, PartialEq)]
pub struct Alert {
    /// What the window shows.
    pub view: AlertView,
    /// What ends it.
    pub life: Life,
    /// People were told, as far as they want to be. Stored with it, so that neither a crash before the telling loses it nor a restart repeats it.
    pub told: bool,
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

/// What ends an alert beside the word that its rule does not hold any more.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Life {
    /// Raised by a single event that no later event takes back.
    pub point: bool,
    /// It stays until a person has seen it.
    pub latched: bool,
    /// One about a single event that nobody touches is over after so long, ms; 0: never.
    pub ends_after: i64,
    /// Whoever was told of it and does nothing is told again after so long, ms; 0: once is enough.
    pub remind: i64,
}

impl Life {
    /// It lasts as long as its rule holds.
    pub const LASTING: Self = Self { point: false, latched: false, ends_after: 0, remind: 0 };

    /// It is about a single event, and over after so many days where nobody touches it.
    #[must_use]
    pub const fn point(days: i64) -> Self {
        Self { point: true, latched: false, ends_after: days * 86_400_000, remind: 0 }
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

impl Alert {
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
    view.timeline.push(AlertStep { at, state, by: by.map(str::to_owned), note: note.map(str::to_owned) });
    shorten(view);
}

/// Something that was done elsewhere, in its place by time. It is heard of later than it was done.
pub(crate) fn step_elsewhere(view: &mut AlertView, step: AlertStep) {
    let place = view.timeline.iter().rposition(|known| known.at <= step.at).map_or(0, |place| place + 1);
    view.timeline.insert(place, step);
    shorten(view);
}

fn shorten(view: &mut AlertView) {
    if view.timeline.len() > STEPS {
        view.timeline.remove(0);
    }
}
