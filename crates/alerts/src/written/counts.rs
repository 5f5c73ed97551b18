//! What the rules have counted, each measure by itself and for each value that its rule parts by.

use super::{compiled::Compiled, per::said, window::Window};
use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash as _, Hasher as _},
};
use watchdeck_events::{Event, Millis, fields::Fields};
use watchdeck_filter::{Counted, Measure};

/// Values that one measure is parted by. Of more, those are not counted that come last.
const KEYS: usize = 10_000;

/// Of one rule.
#[derive(Debug, Default)]
pub(super) struct Counts {
    /// By the measure's place in its rule; in each by realm and value.
    windows: Vec<HashMap<Box<str>, Window>>,
}

impl Counts {
    /// Nothing yet.
    pub(super) fn of(rule: &Compiled) -> Self {
        Self { windows: rule.measures.iter().map(|_| HashMap::new()).collect() }
    }

    /// One event, for all measures that it is of. Answers whether it was of any.
    pub(super) fn count(&mut self, rule: &Compiled, event: &Event, fields: &Fields<'_>, key: &str, at: Millis) -> bool {
        let mut any = false;
        for (measured, windows) in rule.measures.iter().zip(&mut self.windows) {
            let measure = &measured.measure;
            if !measure.of.holds_in(event, fields) {
                continue;
            }
            any = true;
            if !windows.contains_key(key) {
                if windows.len() >= KEYS {
                    windows.retain(|_, window| !window.is_over(at, measure.over));
                }
                if windows.len() >= KEYS {
                    continue;
                }
                windows.insert(key.into(), Window::default());
            }
            let Some(window) = windows.get_mut(key) else { continue };
            match &measure.counted {
                Counted::Events => window.add(at, 1.0, measure.over, measured.keeps_usual),
                Counted::Sum(field) => {
                    if let Some(number) = fields.number(field) {
                        window.add(at, number.to_f64(), measure.over, measured.keeps_usual);
                    }
                }
                Counted::Distinct(name) => {
                    if let Some(text) = said(event, name) {
                        let mut hasher = DefaultHasher::new();
                        text.hash(&mut hasher);
                        window.see(at, hasher.finish(), measure.over);
                    }
                }
            }
        }
        any
    }

    /// What there was; nothing, where nothing was counted.
    pub(super) fn value(&self, place: usize, measure: &Measure, key: &str, now: Millis) -> f64 {
        self.windows.get(place).and_then(|windows| windows.get(key)).map_or(0.0, |window| window.value(now, measure))
    }

    /// What there usually is, where that is known.
    pub(super) fn usual(&self, place: usize, measure: &Measure, key: &str, now: Millis) -> Option<f64> {
        self.windows.get(place)?.get(key)?.usual(now, measure.over)
    }

    /// Everything that anything is counted for.
    pub(super) fn keys(&self) -> Vec<Box<str>> {
        let mut keys: Vec<_> = self.windows.iter().flat_map(HashMap::keys).cloned().collect();
        keys.sort_unstable();
        keys.dedup();
        keys
    }
}
