//! Whether a plan holds of an event at hand. The payload's fields are read when a term asks for one: most events are turned away before.

use crate::{
    nested,
    plan::{Comparison, Name, Plan, Text},
};
use std::{borrow::Cow, cell::OnceCell};
use watchdeck_events::{Catalogue, Event, Quantity, fields::Fields, fold};

impl Plan {
    /// Whether it holds of an event.
    #[must_use]
    pub fn holds(&self, event: &Event) -> bool {
        Asked::about(event).holds(self, &|_| false)
    }

    /// The same, where the event's fields are read already.
    #[must_use]
    pub fn holds_in(&self, event: &Event, fields: &Fields<'_>) -> bool {
        self.holds_with(event, Some(fields), &|_| false)
    }

    /// Whether it holds of an event, where `known` says which comparisons hold of what is known beyond it.
    pub(crate) fn holds_with(&self, event: &Event, fields: Option<&Fields<'_>>, known: &dyn Fn(&Comparison) -> bool) -> bool {
        let asked = fields.map_or_else(|| Asked::about(event), |fields| Asked::with(event, fields));
        asked.holds(self, known)
    }
}

/// An event that is asked about.
pub(crate) struct Asked<'a> {
    event: &'a Event,
    fields: OnceCell<Fields<'a>>,
}

impl<'a> Asked<'a> {
    const fn about(event: &'a Event) -> Self {
        Self { event, fields: OnceCell::new() }
    }

    /// One whose fields somebody has read.
    pub(crate) fn with(event: &'a Event, fields: &Fields<'a>) -> Self {
        Self { event, fields: OnceCell::from(fields.clone()) }
    }

    fn holds(&self, plan: &Plan, known: &dyn Fn(&Comparison) -> bool) -> bool {
        let event = self.event;
        match plan {
            Plan::All(plans) => plans.iter().all(|plan| self.holds(plan, known)),
            Plan::Any(plans) => plans.iter().any(|plan| self.holds(plan, known)),
            Plan::Not(plan) => !self.holds(plan, known),
            Plan::Known(comparison) => known(comparison),
            Plan::Text(text) => self.says(text) || (!text.shown.is_nothing() && text.shown.is_on(event, self.fields())),
            Plan::Is(name, pattern) => self.texts(name, &mut |text| pattern.matches(text)),
            Plan::Number(name, span) => self.numbers(name, &mut |number| span.holds(number)),
            Plan::Severity(severities) => severities.has(event.severity),
            Plan::Occurred { from, before } => {
                from.is_none_or(|from| event.occurred_at >= from) && before.is_none_or(|before| event.occurred_at < before)
            }
        }
    }

    fn fields(&self) -> &Fields<'a> {
        self.fields.get_or_init(|| self.event.fields())
    }

    /// Whether a text stands anywhere in the event.
    fn says(&self, text: &Text) -> bool {
        let event = self.event;
        let within = |value: &str| fold(value).contains(text.folded());
        let payload = event.payload.as_str();
        let own = [Some(payload), Some(event.kind.as_str()), event.actor.as_deref(), event.subject.as_deref()];
        // Without escapes a field's text stands in the payload as it is.
        let escaped = || {
            let fields = self.fields();
            payload.contains('\\') && fields.iter().any(|(name, _)| fields.text(name).is_some_and(|value| within(&value)))
        };
        own.into_iter().flatten().any(within) || escaped()
    }

    /// Whether `holds` of a text that a field has: the event's own, else the payload's.
    pub(crate) fn texts(&self, name: &Name, holds: &mut dyn FnMut(&str) -> bool) -> bool {
        let event = self.event;
        match name {
            Name::Kind => holds(event.kind.as_str()),
            Name::Channel => holds(event.channel.as_str()),
            Name::Source => holds(&event.source),
            Name::Id => holds(&event.id),
            Name::Domain => holds(Catalogue::current().domain(&event.kind, &event.channel).as_str()),
            Name::Actor => event.actor.as_deref().map(Cow::from).or_else(|| self.fields().text("actor")).is_some_and(|text| holds(&text)),
            Name::Subject => {
                event.subject.as_deref().map(Cow::from).or_else(|| self.fields().text("subject")).is_some_and(|text| holds(&text))
            }
            Name::Field(name) => match self.fields().text(name) {
                Some(text) => holds(&text),
                None => nested::any(self.fields(), name, &mut |fields, name| fields.text(name).is_some_and(|text| holds(&text))),
            },
        }
    }

    /// Whether `holds` of a number that a field of the payload has.
    fn numbers(&self, name: &str, holds: &mut dyn FnMut(Quantity) -> bool) -> bool {
        match self.fields().number(name) {
            Some(number) => holds(number),
            None => nested::any(self.fields(), name, &mut |fields, name| fields.number(name).is_some_and(&mut *holds)),
        }
    }
}
