//! What became of a source's connection, step by step, kept over restarts.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::VecDeque;
use watchdeck_events::Millis;
use watchdeck_wire::{
    link::{LinkCause, LinkState},
    views::LinkStep,
};

/// Steps kept per source.
const KEPT: usize = 100;

/// The last steps of one source, oldest first.
#[derive(Debug, Default)]
pub struct Timeline {
    steps: VecDeque<LinkStep>,
    /// A link ended: whatever the next one says first is a step.
    ended: bool,
    dirty: bool,
}

/// A step as it is stored, apart from what the window is told: each is read by itself, and one of a state that this version does not know is left out alone.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Kept {
    at: Millis,
    state: Value,
}

impl Kept {
    fn of(step: &LinkStep) -> Option<Self> {
        Some(Self { at: step.at, state: serde_json::to_value(&step.state).ok()? })
    }

    fn read(self) -> Option<LinkStep> {
        let state =
            serde_json::from_value(self.state).inspect_err(|error| tracing::debug!(%error, "A step of a timeline is passed over.")).ok()?;
        Some(LinkStep { at: self.at, cause: cause(&state), state })
    }
}

impl Timeline {
    /// As it was written down. What came after the last step of the run before is not known, only that it ended.
    pub fn load(steps: Vec<Kept>) -> Self {
        Self { steps: steps.into_iter().filter_map(Kept::read).collect(), ended: true, dirty: false }
    }

    /// The link is in this state now. The same kind of state again is no step: a counter that ticks is no news.
    pub fn step(&mut self, at: Millis, state: LinkState) -> bool {
        if !std::mem::take(&mut self.ended) && self.steps.back().is_some_and(|last| same_kind(&last.state, &state)) {
            return false;
        }
        let cause = cause(&state);
        self.steps.push_back(LinkStep { at, state, cause });
        if self.steps.len() > KEPT {
            self.steps.pop_front();
        }
        self.dirty = true;
        true
    }

    /// There is no link any more; the next one begins anew.
    pub fn link_ended(&mut self) {
        self.ended = true;
    }

    /// Oldest first.
    pub fn steps(&self) -> Vec<LinkStep> {
        self.steps.iter().cloned().collect()
    }

    /// The last thing that went wrong, in its own words.
    pub fn last_error(&self) -> Option<String> {
        self.steps.iter().rev().find_map(|step| match &step.state {
            LinkState::Offline { detail, .. }
            | LinkState::NeedsLogin { detail }
            | LinkState::Refused { detail }
            | LinkState::UpstreamDown { detail, .. }
            | LinkState::Polling { detail, .. } => Some(detail.clone()),
            _ => None,
        })
    }

    /// What is to be written down, when it changed.
    pub fn take_dirty(&mut self) -> Option<Vec<Kept>> {
        std::mem::take(&mut self.dirty).then(|| self.steps.iter().filter_map(Kept::of).collect())
    }

    /// It was not written down.
    pub fn put_back(&mut self) {
        self.dirty = true;
    }
}

fn same_kind(a: &LinkState, b: &LinkState) -> bool {
    // Another cause is another story, even between two failures in a row.
    std::mem::discriminant(a) == std::mem::discriminant(b) && cause(a) == cause(b)
}

fn cause(state: &LinkState) -> Option<LinkCause> {
    match state {
        LinkState::Offline { cause, .. } | LinkState::Polling { cause, .. } => Some(*cause),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offline(attempt: u32, cause: LinkCause) -> LinkState {
        LinkState::Offline { attempt, next_try_at: Millis(9), cause, detail: format!("{cause:?} {attempt}") }
    }

    #[test]
    fn a_step_is_a_change_of_kind_or_of_cause() {
        let mut timeline = Timeline::default();
        let mut n = 0;
        let mut step = |state| {
            n += 1;
            timeline.step(Millis(n), state)
        };
        assert!(step(LinkState::Connecting { attempt: 0 }));
        assert!(step(LinkState::Live));
        assert!(!step(LinkState::Live), "nothing changed");
        assert!(step(offline(1, LinkCause::Broken)));
        assert!(!step(offline(2, LinkCause::Broken)), "the same again");
        assert!(step(offline(3, LinkCause::ConnectionRefused)));
        let causes: Vec<_> = timeline.steps().iter().map(|step| step.cause).collect();
        assert_eq!(causes, [None, None, Some(LinkCause::Broken), Some(LinkCause::ConnectionRefused)]);
        assert_eq!(timeline.last_error().as_deref(), Some("ConnectionRefused 3"));
    }

    #[test]
    fn a_state_that_is_not_known_costs_its_own_step_and_no_other() {
        let kept = r#"[{"at":1,"state":{"kind":"live"},"cause":null},{"at":2,"state":{"kind":"dreaming","of":"sheep"}},{"at":3,"state":{"kind":"paused"},"more":1}]"#;
        let loaded = Timeline::load(serde_json::from_str(kept).unwrap());
        assert_eq!(loaded.steps().iter().map(|step| step.at.0).collect::<Vec<_>>(), [1, 3]);
    }

    #[test]
    fn a_hundred_steps_outlive_a_restart() {
        let mut timeline = Timeline::default();
        for n in 0..150 {
            timeline.step(Millis(n), if n % 2 == 0 { LinkState::Live } else { offline(1, LinkCause::Closed) });
        }
        let kept = serde_json::to_string(&timeline.take_dirty().unwrap()).unwrap();
        let loaded = Timeline::load(serde_json::from_str(&kept).unwrap());
        assert_eq!(loaded.steps().iter().map(|step| step.at.0).collect::<Vec<_>>(), (50..150).collect::<Vec<_>>());
        let mut loaded = loaded;
        assert!(loaded.step(Millis(200), offline(1, LinkCause::Closed)), "the same state in a new run is news");
        assert!(!loaded.step(Millis(201), offline(2, LinkCause::Closed)));
    }
}
