//! From what a source's server sent to an event, however it came: over the link, or out of a history. It stores nothing.

use super::marks;
use crate::{
    seams::{Point, Seams},
    skew::Reading,
    source_stats::SourceStats,
};
use std::sync::Arc;
use watchdeck_client::SAMPLE;
use watchdeck_contain::attempt;
use watchdeck_events::{Catalogue, Conventions, Event, Incoming, Intake, Kind, Millis, identity::Doubles};
use watchdeck_store::NewEvent;
use watchdeck_wire::settings::Source;

/// Reads for one source.
#[derive(Clone)]
pub struct Reader {
    pub source: Arc<str>,
    conventions: Conventions,
    pub stats: Arc<SourceStats>,
    seams: Seams,
}

impl Reader {
    /// Pass a place where something may go wrong.
    pub(super) fn pass(&self, point: Point<'_>) {
        self.seams.pass(point);
    }

    /// As the settings say that its publishers speak.
    pub fn new(source: &Source, stats: Arc<SourceStats>, seams: Seams) -> Self {
        Self { source: source.id.as_str().into(), conventions: source.conventions(), stats, seams }
    }

    /// How far the server's clock is ahead of ours, ms, as far as known.
    pub fn skew(&self) -> i64 {
        self.stats.clock().estimate().map_or(0, |known| known.skew.round() as i64)
    }

    /// The time, by the clock that its links live on.
    pub fn now(&self) -> Reading {
        Reading::of(&*self.seams.clock)
    }

    /// With `doubles`, repeats that differ only in the envelope get one id here, and the store keeps the first of them. A payload that brings its
    /// reader down is a marker in its place; then the second is `false`.
    pub fn event(&self, mut incoming: Incoming, received_at: Millis, doubles: Option<&mut Doubles>) -> (NewEvent, bool) {
        // SQLite counts to 2^63: a place beyond is none, and the event is kept without one.
        incoming.offset = incoming.offset.filter(|offset| i64::try_from(*offset).is_ok());
        let offset = incoming.offset;
        let intake = Intake { source: &self.source, received_at, skew: self.skew(), conventions: &self.conventions };
        let read = attempt(|| {
            self.seams.pass(Point::Read(incoming.payload.as_str()));
            Catalogue::current().read(&incoming, &intake, doubles)
        });
        match read {
            Ok(read) => {
                let mut event = read.event(incoming, &intake);
                // Only a gateway gives an event its place in a log, and it lets nobody else use these names.
                let is_told =
                    offset.is_some() && [Kind::DECISION, Kind::CLAIM, Kind::ALERT_HANDLED, Kind::SECURITY].contains(&event.kind.as_str());
                if !is_told && Kind::is_own(event.kind.as_str()) && attempt(|| self.unforge(&mut event)).is_err() {
                    event.kind = Kind::from(Kind::UNTYPED);
                }
                (NewEvent { event, offset }, true)
            }
            Err(why) => {
                let sample = marks::beginning(incoming.payload.as_str());
                self.stats.malformed(received_at, sample.len() as u64, &why, sample.as_bytes());
                let marker =
                    marks::set_aside(&self.source, &incoming.channel, None, "reader", &why, &sample, incoming.server_at, received_at);
                (NewEvent { offset, ..marker }, false)
            }
        }
    }

    /// The event, for whoever only looks: it comes again, and is counted then.
    pub(super) fn glance(&self, incoming: Incoming, received_at: Millis) -> Option<Event> {
        let intake = Intake { source: &self.source, received_at, skew: self.skew(), conventions: &self.conventions };
        attempt(|| Catalogue::current().normalise_as(incoming, &intake)).ok().filter(|event| !Kind::is_own(event.kind.as_str()))
    }

    /// The marker in the place of an event that the store can never take.
    pub fn instead_of(&self, event: &Event, reason: &str, at: Millis) -> NewEvent {
        let sample = marks::beginning(&Catalogue::current().masked(event));
        self.stats.malformed(at, event.payload.as_str().len() as u64, reason, sample.as_bytes());
        let kind = marks::beginning(event.kind.as_str());
        marks::set_aside(&self.source, &event.channel, Some(&kind), "store", reason, &sample, Some(event.occurred_at), at)
    }

    /// A gateway's report of a message that it could not read is counted like a frame that could not be read here; what it says of decisions, of alerts and of
    /// who does what is its own word. Whoever else calls an event
    /// by one of our own names would forge a marker: the event stays, the name does not.
    fn unforge(&self, event: &mut Event) {
        let payload = event.payload.as_str();
        let fields = event.payload.fields();
        let sample = fields.text("sample").unwrap_or_else(|| payload.into());
        if event.kind.as_str() == Kind::MALFORMED {
            let bytes = fields.token("bytes").and_then(|token| token.parse().ok()).unwrap_or(0);
            let why = fields.text("detail").or_else(|| fields.text("reason")).unwrap_or_default();
            self.stats.malformed(event.received_at, bytes, &why, &sample.as_bytes()[..sample.floor_char_boundary(SAMPLE)]);
        } else {
            let why = format!("it calls itself {}, which only Watchdeck itself may", event.kind);
            self.stats.malformed(event.received_at, payload.len() as u64, &why, &sample.as_bytes()[..sample.floor_char_boundary(SAMPLE)]);
            event.kind = Kind::from(Kind::UNTYPED);
        }
    }
}
