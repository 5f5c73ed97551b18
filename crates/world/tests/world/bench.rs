//! A world under test: events as sources tell them, and what they come to.

use jiff::tz::TimeZone;
use serde_json::{Value, json};
use watchdeck_events::{Catalogue, Channel, Conventions, Incoming, Millis, Payload};
use watchdeck_store::Stored;
use watchdeck_wire::{settings::Settings, views::StockRow};
use watchdeck_world::{
    World,
    arrival::Arrival,
    calendar::{Calendar, Day},
    entity::Entity,
    facts::Facts,
};

/// 2026-11-21T08:00:00Z.
pub(crate) const NOW: Millis = Millis(1_795_248_000_000);
pub(crate) const HOUR: i64 = 3_600_000;

/// A world under test, with its own clock and sequence.
pub(crate) struct Bench {
    pub(crate) world: World,
    pub(crate) calendar: Calendar,
    pub(crate) seq: u64,
}

impl Bench {
    pub(crate) fn new() -> Self {
        Self { world: World::default(), calendar: Calendar::new(TimeZone::UTC), seq: 0 }
    }

    pub(crate) fn take(&mut self, channel: &str, at: Millis, mut event: Value) {
        // The old messages state no time; the envelope's is all there is.
        let old = ["adjust", "inbound", "outbound"].iter().any(|old| event["type"] == *old);
        if !old {
            event["timestamp"] = json!(at.0);
        }
        self.tell("s", channel, at.max(NOW), at, &event);
    }

    /// An event as a source tells it: when it was received, and the envelope's time.
    pub(crate) fn tell(&mut self, source: &str, channel: &str, received: Millis, sent: Millis, event: &Value) {
        self.tell_stored(source, channel, received, sent, event);
    }

    /// As [`Bench::tell`]; answers how it is stored.
    pub(crate) fn tell_stored(&mut self, source: &str, channel: &str, received: Millis, sent: Millis, event: &Value) -> Stored {
        self.seq += 1;
        let incoming = Incoming {
            channel: Channel::from(channel),
            offset: None,
            id: Some(self.seq.to_string().into()),
            server_at: Some(sent),
            kind: None,
            payload: Payload::from_json(event.to_string()),
        };
        let event = Catalogue::builtin().normalise(incoming, &source.into(), received);
        let stored = Stored { seq: self.seq, offset: 0, event };
        self.world.apply(&stored, &facts(&stored), &mut self.calendar);
        stored
    }

    /// A product of the source `s` as its page shows it.
    pub(crate) fn product(&self, id: &str, settings: &Settings) -> Option<StockRow> {
        self.world.stock.row(&thing("s", "product", id), settings, "2026-11-21", NOW)
    }

    pub(crate) fn stock(&mut self, at: Millis, product: &str, old: f64, new: f64) {
        self.take("inventory", at, json!({ "type": "inventory:change", "action": "outbound", "productId": product, "productName": "砖", "oldQuantity": old, "newQuantity": new, "changeAmount": new - old, "operator": "张敏" }));
    }

    pub(crate) fn order(&mut self, at: Millis, id: &str, old: &str, new: &str) {
        self.take("orders", at, json!({ "type": "order:status", "orderType": "sales", "orderId": id, "orderNumber": format!("SO-{id}"), "oldStatus": old, "newStatus": new }));
    }

    pub(crate) fn money(&mut self, at: Millis, action: &str, kind: &str, id: &str, amount: Value) {
        self.take("finance", at, json!({ "type": "finance:payment", "action": action, "recordType": kind, "recordId": id, "recordNumber": id, "amount": amount }));
    }

    pub(crate) fn approval(&mut self, at: Millis, step: &str, id: &str, approver: Option<&str>) {
        self.take("approvals", at, json!({ "type": format!("approval:{step}"), "resourceType": "order", "resourceId": id, "resourceNumber": id, "requesterId": "u1", "requesterName": "陈晨", "approverName": approver }));
    }
}

/// What is asked of an event that came live, from a source that is an ERP of its own.
pub(crate) fn facts(stored: &Stored) -> Facts<'_> {
    Facts::of(&stored.event, Conventions::plain(), Arrival { live: true, skew: 0 }, &stored.event.source)
}

/// The day of [`NOW`].
pub(crate) fn today() -> Day {
    Calendar::new(TimeZone::UTC).day(NOW).clone()
}

pub(crate) fn stored(seq: u64, channel: &str, sent: Millis, payload: &str) -> Stored {
    let incoming = Incoming {
        channel: Channel::from(channel),
        offset: None,
        id: Some(seq.to_string().into()),
        server_at: Some(sent),
        kind: None,
        payload: Payload::from_json(payload),
    };
    Stored { seq, offset: 0, event: Catalogue::builtin().normalise(incoming, &"s".into(), NOW) }
}

pub(crate) fn thing(realm: &str, kind: &str, id: &str) -> Entity {
    Entity::new(&realm.into(), kind, id)
}

/// One sale as the plain ERP tells it: typed, and twice in its old words.
pub(crate) fn sale(product: &str, at: Millis, old: f64, by: f64) -> [(Millis, Value); 3] {
    let legacy = json!({ "type": "outbound", "productId": product, "quantity": by, "inventoryId": "i1" });
    [
        (
            at,
            json!({ "type": "inventory:change", "action": "outbound", "productId": product, "oldQuantity": old, "newQuantity": old - by, "changeAmount": -by }),
        ),
        (at.plus(3), legacy.clone()),
        (at.plus(5), legacy),
    ]
}
