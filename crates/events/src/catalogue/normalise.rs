//! From what a server sent to an event.

use super::known::Catalogue;
use crate::{
    conventions::Conventions,
    event::{Event, Incoming, Kind, Severity},
    identity::{self, Doubles},
    plausible,
    time::Millis,
};
use std::sync::Arc;

/// How an event came, and what is known of who sent it.
#[derive(Debug, Clone, Copy)]
pub struct Intake<'a> {
    /// Which connection profile it came through.
    pub source: &'a Arc<str>,
    /// When, by our clock.
    pub received_at: Millis,
    /// The server's clock less ours, ms; 0 while unknown.
    pub skew: i64,
    /// What the source leaves unsaid.
    pub conventions: &'a Conventions,
}

impl Catalogue {
    /// Make the event of what a server sent: one pass over the payload's top level, the payload itself is not touched. For whoever knows no more of the
    /// source than its name.
    #[must_use]
    pub fn normalise(&self, incoming: Incoming, source: &Arc<str>, received_at: Millis) -> Event {
        self.normalise_as(incoming, &Intake { source, received_at, skew: 0, conventions: Conventions::plain() })
    }

    /// As [`Catalogue::normalise`], with what is known of the source.
    #[must_use]
    pub fn normalise_as(&self, incoming: Incoming, intake: &Intake<'_>) -> Event {
        self.read(&incoming, intake, None).event(incoming, intake)
    }

    /// As [`Catalogue::normalise_as`], for a live source whose server gives no ids: a repeat of a message without a time of its own gets the
    /// id of its first copy wherever the window of its identity ends. One memory per source.
    #[must_use]
    pub fn normalise_with(&self, incoming: Incoming, intake: &Intake<'_>, doubles: &mut Doubles) -> Event {
        self.read(&incoming, intake, Some(doubles)).event(incoming, intake)
    }

    /// All of [`Catalogue::normalise_with`] that has to be read: what came stays with the caller, who may need it when this fails.
    #[must_use]
    pub fn read(&self, incoming: &Incoming, intake: &Intake<'_>, doubles: Option<&mut Doubles>) -> Normalised {
        let fields = incoming.payload.fields();
        let (kind, info) = self.kind_of(incoming, &fields);
        // What makes an event the same again is what was stated, believed or not, and by its publisher and nobody's pack.
        let stated = fields.stated();
        let fields = if info.is_some_and(|info| info.recipe.is_some()) { self.fields_of(&incoming.payload, info) } else { fields };
        let envelope = incoming.server_at.unwrap_or(intake.received_at);
        let occurred_at = plausible::judge(&fields, incoming.server_at, intake.received_at, intake.skew, intake.conventions);
        let (subject, actor, severity) = match info {
            Some(info) => (info.subject_of(&fields), info.actor_of(&fields), info.severity_of(&fields)),
            None => (None, self.fallback.actor_of(&fields), self.fallback.severity_of(&fields)),
        };
        let (channel, named, payload) = (&incoming.channel, incoming.kind.as_deref(), incoming.payload.as_str());
        let id = incoming.id.is_none().then(|| match doubles {
            Some(doubles) => doubles.id(channel, named, stated, envelope, payload),
            None => identity::named(channel, named, stated, envelope, payload),
        });
        Normalised { id, kind, occurred_at, subject, actor, severity }
    }
}

/// What of an event had to be read.
#[derive(Debug)]
pub struct Normalised {
    /// Where the server gave none.
    id: Option<Box<str>>,
    kind: Kind,
    occurred_at: Millis,
    subject: Option<Box<str>>,
    actor: Option<Box<str>>,
    severity: Severity,
}

impl Normalised {
    /// The event: what was read of it, and what came.
    #[must_use]
    pub fn event(self, incoming: Incoming, intake: &Intake<'_>) -> Event {
        let Self { id, kind, occurred_at, subject, actor, severity } = self;
        Event {
            id: incoming.id.or(id).unwrap_or_default(),
            kind,
            occurred_at,
            received_at: intake.received_at,
            source: Arc::clone(intake.source),
            subject,
            actor,
            severity,
            channel: incoming.channel,
            payload: incoming.payload,
        }
    }
}
