//! Which rules an event may concern: by its kind and channel, and of those that ask for one of a few texts in a field, by what stands there.

use super::compiled::{Compiled, Sort};
use std::collections::HashMap;
use watchdeck_events::{Event, fields::Fields};
use watchdeck_filter::{Name, Needed};

/// Rules that ask for a text in one field.
type ByText = HashMap<Box<str>, Vec<usize>>;

/// Of the events of one kind on one channel. Rules are told by their places, which ascend.
#[derive(Debug, Default)]
pub(super) struct Concerned {
    /// Asked of every event.
    always: Vec<usize>,
    /// Asked where the field has one of the texts.
    by: Vec<(Name, ByText)>,
    /// Rules about things that are among `by`: an event about a thing that an alert of theirs is about may end it, whatever it says.
    things: Vec<usize>,
}

impl Concerned {
    pub(super) fn of<'r>(rules: impl Iterator<Item = (usize, &'r Compiled)>) -> Self {
        let mut concerned = Self::default();
        for (place, rule) in rules {
            let Some(Needed { name, texts }) = rule.needed() else {
                concerned.always.push(place);
                continue;
            };
            if matches!(rule.sort, Sort::Of(_)) {
                concerned.things.push(place);
            }
            let at = concerned.by.iter().position(|(known, _)| *known == name).unwrap_or_else(|| {
                concerned.by.push((name, HashMap::new()));
                concerned.by.len() - 1
            });
            for text in texts {
                concerned.by[at].1.entry(text.into()).or_default().push(place);
            }
        }
        concerned
    }

    /// Rules that are not looked up.
    #[cfg(test)]
    pub(super) fn asked_always(places: Vec<usize>) -> Self {
        Self { always: places, ..Self::default() }
    }

    /// Adds the places of those that this event may concern by what it says: in no order, and some of them twice.
    pub(super) fn add(&self, event: &Event, fields: &Fields<'_>, places: &mut Vec<usize>) {
        places.extend_from_slice(&self.always);
        for (name, rules) in &self.by {
            name.texts(event, fields, |text| places.extend(rules.get(text).into_iter().flatten()));
        }
    }

    /// Whether any of them has to be asked of a thing that an alert is about.
    pub(super) const fn asks_of_things(&self) -> bool {
        !self.things.is_empty()
    }

    /// Whether this one has.
    pub(super) fn asks_of_thing(&self, place: usize) -> bool {
        self.things.binary_search(&place).is_ok()
    }
}
