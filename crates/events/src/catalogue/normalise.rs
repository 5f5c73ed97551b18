//! From what a server sent to an event.

use super::known::Catalogue;
use crate::{
    conventions::Conventions,
    event::{Event, Incoming},
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
        self.event(incoming, intake, |incoming, kind, stated, envelope| {
            identity::named(&incoming.channel, kind, stated, envelope, incoming.payload.as_str())
        })
    }

    /// As [`Catalogue::normalise_as`], for a live source whose server gives no ids: a repeat of a message without a time of its own gets the
    /// id of its first copy wherever the window of its identity ends. One memory per source.
    #[must_use]
    pub fn normalise_with(&self, incoming: Incoming, intake: &Intake<'_>, doubles: &mut Doubles) -> Event {
        self.event(incoming, intake, |incoming, kind, stated, envelope| {
            doubles.id(&incoming.channel, kind, stated, envelope, incoming.payload.as_str())
        })
    }

    fn event<I>(&self, mut incoming: Incoming, intake: &Intake<'_>, id: I) -> Event
    where
        I: FnOnce(&Incoming, Option<&str>, Option<Millis>, Millis) -> Box<str>,
    {
        let fields = incoming.payload.fields();
        let (kind, info) = self.kind_of(&incoming, &fields);
        // What makes an event the same again is what was stated, believed or not.
        let stated = fields.stated();
        let envelope = incoming.server_at.unwrap_or(intake.received_at);
        let occurred_at = plausible::judge(&fields, incoming.server_at, intake.received_at, intake.skew, intake.conventions);
        let (subject, actor, severity) = match info {
            Some(info) => (info.subject_of(&fields), info.actor_of(&fields), info.severity_of(&fields)),
            None => (None, self.fallback.actor_of(&fields), self.fallback.severity_of(&fields)),
        };
        drop(fields);
        let id = match incoming.id.take() {
            Some(id) => id,
            None => id(&incoming, incoming.kind.as_deref(), stated, envelope),
        };
        Event {
            id,
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
