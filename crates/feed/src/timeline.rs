//! What became of a source's connection, step by step, kept over restarts.

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

impl Timeline {
    /// As it was written down. What came after the last step of the run before is not known, only that it ended.
    pub fn load(steps: Vec<LinkStep>) -> Self {
        Self { steps: steps.into(), ended: true, dirty: false }
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
    pub fn take_dirty(&mut self) -> Option<Vec<LinkStep>> {
        std::mem::take(&mut self.dirty).then(|| self.steps())
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
