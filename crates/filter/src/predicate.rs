//! Whether a term holds of an event. The payload's fields are read when a term asks for one: most events are turned away before.

use crate::{
    pattern::matches,
    term::{Term, Test},
};
use std::{borrow::Cow, cell::OnceCell};
use watchdeck_events::{Catalogue, Event, fields::Fields, fold};

/// An event that is asked about.
pub(crate) struct Asked<'a> {
    event: &'a Event,
    fields: OnceCell<Fields<'a>>,
}

impl<'a> Asked<'a> {
    pub(crate) const fn about(event: &'a Event) -> Self {
        Self { event, fields: OnceCell::new() }
    }

    pub(crate) fn holds_all(&self, terms: &[Term]) -> bool {
        terms.iter().all(|term| self.holds(&term.test) != term.negated)
    }

    fn holds(&self, test: &Test) -> bool {
        let event = self.event;
        match test {
            Test::Any(alternatives) => alternatives.iter().any(|terms| self.holds_all(terms)),
            Test::Text(text, shown) => self.says(text) || (!shown.is_nothing() && shown.is_on(event, self.fields())),
            Test::Is(name, pattern) => self.text(name).is_some_and(|value| matches(pattern, &fold(&value))),
            Test::Number(name, op, number) => self.fields().number(name).is_some_and(|value| op.holds(&value, number)),
            Test::Severity(op, severity) => op.holds(&event.severity, severity),
            Test::After(at) => event.occurred_at >= *at,
            Test::Before(at) => event.occurred_at < *at,
        }
    }

    fn fields(&self) -> &Fields<'a> {
        self.fields.get_or_init(|| self.event.fields())
    }

    /// Whether a folded text stands anywhere in the event.
    fn says(&self, text: &str) -> bool {
        let event = self.event;
        let within = |value: &str| fold(value).contains(text);
        let payload = event.payload.as_str();
        let own = [Some(payload), Some(event.kind.as_str()), event.actor.as_deref(), event.subject.as_deref()];
        // Without escapes a field's text stands in the payload as it is.
        let escaped = || {
            let fields = self.fields();
            payload.contains('\\') && fields.iter().any(|(name, _)| fields.text(name).is_some_and(|value| within(&value)))
        };
        own.into_iter().flatten().any(within) || escaped()
    }

    /// The text of a field: the event's own, else the payload's.
    fn text(&self, name: &str) -> Option<Cow<'_, str>> {
        let event = self.event;
        Some(match name {
            "kind" => event.kind.as_str().into(),
            "channel" => event.channel.as_str().into(),
            "source" => (&*event.source).into(),
            "id" => (&*event.id).into(),
            "domain" => Catalogue::current().domain(&event.kind, &event.channel).as_str().into(),
            "actor" if event.actor.is_some() => event.actor.as_deref()?.into(),
            "subject" if event.subject.is_some() => event.subject.as_deref()?.into(),
            _ => self.fields().text(name)?,
        })
    }
}
