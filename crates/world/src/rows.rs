//! From stored events to what a row of the window shows.

use crate::arrival::Arrival;
use watchdeck_events::{Catalogue, Conventions, GapReason, Kind, Millis, erp::View};
use watchdeck_store::Stored;
use watchdeck_wire::row::{EventRow, GapView};

/// What a row shows of an event that came as `arrival` says, from a source of these conventions.
#[must_use]
pub fn row(stored: &Stored, arrival: Arrival, conventions: &Conventions) -> EventRow {
    let event = &stored.event;
    let parts = Catalogue::current().row(event, conventions);
    EventRow {
        seq: stored.seq,
        id: event.id.to_string(),
        kind: event.kind.to_string(),
        channel: event.channel.to_string(),
        domain: parts.domain.as_str().to_owned(),
        severity: event.severity,
        occurred_at: event.occurred_at,
        received_at: event.received_at,
        source: event.source.to_string(),
        subject: parts.subject,
        label: parts.label,
        detail: parts.detail,
        action: parts.action,
        record_type: parts.record_type,
        old: parts.old,
        new: parts.new,
        change: parts.change,
        amount: parts.amount,
        currency: parts.currency,
        unread: parts.unread,
        doubted_time: parts.doubted_time,
        actor: parts.actor,
        latency_ms: Some(arrival.lateness(event)).filter(|_| ![Kind::GAP, Kind::GAP_FILLED].contains(&event.kind.as_str())),
        gap: gap(stored).or_else(|| filled_gap(stored)),
    }
}

/// A row of an event whose payload cannot be put into words: what is known of every event.
#[must_use]
pub fn bare(stored: &Stored) -> EventRow {
    let event = &stored.event;
    EventRow {
        seq: stored.seq,
        id: event.id.to_string(),
        kind: event.kind.to_string(),
        channel: event.channel.to_string(),
        domain: watchdeck_events::Domain::Other.as_str().to_owned(),
        severity: event.severity,
        occurred_at: event.occurred_at,
        received_at: event.received_at,
        source: event.source.to_string(),
        subject: event.subject.as_deref().map(str::to_owned),
        label: event.kind.to_string(),
        detail: None,
        action: None,
        record_type: None,
        old: None,
        new: None,
        change: None,
        amount: None,
        currency: None,
        unread: None,
        doubted_time: None,
        actor: None,
        latency_ms: None,
        gap: None,
    }
}

/// The stretch that a gap marker marks; `None` for every other event.
#[must_use]
pub fn gap(stored: &Stored) -> Option<GapView> {
    let event = &stored.event;
    if event.kind.as_str() != Kind::GAP {
        return None;
    }
    let Some(View::Gap(gap)) = View::of(event) else { return None };
    Some(GapView {
        seq: stored.seq,
        source: event.source.to_string(),
        channel: gap.channel.map(Into::into),
        from: gap.from,
        to: gap.to,
        reason: gap.reason,
        filled: None,
    })
}

/// The stretch that was filled, of the event that says so: the window finds the marker on screen by it.
fn filled_gap(stored: &Stored) -> Option<GapView> {
    let event = &stored.event;
    if event.kind.as_str() != Kind::GAP_FILLED {
        return None;
    }
    let Some(View::GapFilled(filled)) = View::of(event) else { return None };
    Some(GapView {
        seq: stored.seq,
        source: event.source.to_string(),
        channel: filled.channel.map(Into::into),
        from: filled.from,
        to: filled.to,
        // Why it was there stands on its marker.
        reason: GapReason::Other,
        filled: Some(filled.events),
    })
}

/// The payload of a gap marker made here.
#[must_use]
pub fn gap_payload(channel: Option<&str>, from: Millis, to: Millis, reason: GapReason) -> String {
    serde_json::json!({ "type": Kind::GAP, "channel": channel, "from": from, "to": to, "reason": reason }).to_string()
}
