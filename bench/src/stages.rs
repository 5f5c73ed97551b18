//! One event from the frame to the row, a stage at a time: everything that is done to it, by whoever does it in the console.
//!
//! The same 300-byte events throughout, all in memory before a stage is measured. What measures is the caller's: time, or allocations.

use crate::{CHANNEL, EPOCH, event, now};
use anyhow::{Result, ensure};
use std::sync::Arc;
use watchdeck_alerts::{AlertBook, rules, written::Written};
use watchdeck_client::{Delivery, Dialect, Profile, bench::Decoder};
use watchdeck_events::{Catalogue, Channel, Conventions, Incoming, Intake, identity::Doubles, unread};
use watchdeck_store::Stored;
use watchdeck_wire::settings::Settings;
use watchdeck_world::{World, arrival::Arrival, calendar::Calendar, facts::Facts, rows};

/// Frames that a link takes from its socket at once, at most.
const BURST: usize = 1_024;
/// Objects in one frame of the hub.
const PACKED: usize = 4;
const LIVE: Arrival = Arrival { live: true, skew: 0 };

/// What a native server says first.
pub const HELLO: &str = r#"{"type":"hello","session":"s","server":"0","user":{"id":"u","name":"u","roles":[]},"pingIntervalMs":25000,"channels":["inventory"]}"#;

/// Measures a stage.
pub trait Meter {
    /// Measure `run` over what `prepare` makes; what it answers is let go of outside of the measurement.
    ///
    /// # Errors
    /// As `prepare` and `run`.
    fn stage<T, O>(&mut self, name: &str, prepare: impl FnMut() -> Result<T>, run: impl FnMut(T) -> Result<O>) -> Result<()>;
}

/// Measure every stage, with so many events each.
///
/// # Errors
/// When a stage loses an event.
pub fn all(events: u64, meter: &mut impl Meter) -> Result<()> {
    let mut incoming = Vec::new();
    for (name, dialect) in [("native", Dialect::NATIVE), ("erp", Dialect::ERP), ("socketio", Dialect::SOCKET_IO), ("hub", Dialect::HUB)] {
        let frames = frames(dialect, events);
        meter.stage(name, || opened(dialect), |mut decoder| decode(&mut decoder, &frames, events, |_| ()))?;
        if dialect == Dialect::ERP {
            decode(&mut opened(dialect)?, &frames, events, |events| incoming.extend(events))?;
        }
    }
    meter.stage("normalise", || Ok(incoming.clone()), |incoming| Ok(normalise(incoming)))?;
    let stored = normalise(incoming);
    let conventions = Conventions::plain();
    // As the store hands them on: what was found in a payload at the door is still known.
    meter.stage(
        "facts",
        || Ok(()),
        |()| Ok(stored.iter().map(|one| Facts::of(&one.event, conventions, LIVE, &one.event.source)).collect::<Vec<_>>()),
    )?;
    let facts: Vec<_> = stored.iter().map(|one| Facts::of(&one.event, conventions, LIVE, &one.event.source)).collect();
    meter.stage(
        "unread",
        || Ok(()),
        |()| {
            Ok(stored
                .iter()
                .zip(&facts)
                .filter(|(one, facts)| !unread::in_fields(&one.event, &facts.fields, conventions).is_empty())
                .count())
        },
    )?;
    let mut calendar = Calendar::system();
    let mut project = |mut world: World| {
        stored.iter().zip(&facts).for_each(|(one, facts)| _ = world.apply(one, facts, &mut calendar));
        Ok(world)
    };
    meter.stage("project", || Ok(World::default()), &mut project)?;
    let world = project(World::default())?;
    let settings = Settings::default();
    let at = now();
    let today = Calendar::system().day(at).clone();
    let mut written = Written::of(&settings, at, 0, Written::default());
    for cold in written.cold(at) {
        written.is_warm(&cold.rule);
    }
    let mut judge = |mut book: AlertBook| {
        for (one, facts) in stored.iter().zip(&facts) {
            rules::evaluate(one, facts, at, &world, &settings, &today, &mut book, &mut written);
        }
        Ok(book)
    };
    meter.stage("judge", || Ok(AlertBook::default()), &mut judge)?;
    meter.stage("row", || Ok(()), |()| Ok(stored.iter().map(|one| rows::row(one, LIVE, conventions)).collect::<Vec<_>>()))
}

/// The wire of a dialect, frame by frame.
#[must_use]
pub fn frames(dialect: Dialect, count: u64) -> Vec<String> {
    let now = now().0;
    let each = (1..=count).map(|n| {
        let published = event(n, now);
        let (id, ts, data) = (published.id, published.ts, published.data);
        match dialect {
            Dialect::NATIVE => format!(r#"{{"type":"event","channel":"{CHANNEL}","offset":{n},"id":"{id}","ts":{ts},"data":{data}}}"#),
            Dialect::SOCKET_IO => {
                format!(r#"42["event",{{"id":"{id}","topic":"{CHANNEL}","type":"event","payload":{data},"timestamp":{ts},"from":"7","seq":{n}}}]"#)
            }
            Dialect::HUB => format!(r#"{{"type":"notification","data":{data},"timestamp":{}}}"#, ts / 1_000),
            _ => format!(r#"{{"channel":"{CHANNEL}","data":{data},"ts":{ts}}}"#),
        }
    });
    if dialect == Dialect::HUB { each.collect::<Vec<_>>().chunks(PACKED).map(|packed| packed.join("\n")).collect() } else { each.collect() }
}

/// A source of that dialect.
#[must_use]
pub fn profile(dialect: Dialect, url: &str) -> Profile {
    Profile { channels: vec![Channel::from(CHANNEL)], token: Some("bench".into()), ..Profile::new("bench", url, dialect) }
}

/// What a server says before the first event.
fn opening(dialect: Dialect) -> Vec<String> {
    match dialect {
        Dialect::NATIVE => vec![HELLO.into(), subscribed()],
        Dialect::SOCKET_IO => vec![
            r#"0{"sid":"e","upgrades":[],"pingInterval":25000,"pingTimeout":60000,"maxPayload":1000000}"#.into(),
            r#"40{"sid":"s"}"#.into(),
            r#"42["connected",{"connectionId":"c","timestamp":1,"user":{"id":"7","role":"r"}}]"#.into(),
            format!(r#"430[{{"id":"m","type":"ack","status":"success","topic":"{CHANNEL}","subscriberCount":1}}]"#),
        ],
        _ => Vec::new(),
    }
}

/// What it answers to the first subscribe.
#[must_use]
pub fn subscribed() -> String {
    format!(r#"{{"type":"subscribed","channel":"{CHANNEL}","position":{{"epoch":"{EPOCH}","offset":0}},"recovered":true,"reason":null}}"#)
}

/// A decoder on a connection on which everything was said that comes before the first event.
fn opened(dialect: Dialect) -> Result<Decoder> {
    let mut decoder = Decoder::new(&profile(dialect, "ws://localhost/"));
    for frame in opening(dialect) {
        decoder.text(&frame);
        decoder.committed(&Channel::from(CHANNEL), None);
    }
    drop(decoder.deliveries());
    Ok(decoder)
}

fn decode(decoder: &mut Decoder, frames: &[String], count: u64, mut take: impl FnMut(Vec<Incoming>)) -> Result<()> {
    let mut decoded = 0;
    for burst in frames.chunks(BURST) {
        burst.iter().for_each(|frame| decoder.text(frame));
        for delivery in decoder.deliveries() {
            if let Delivery::Events { events, .. } = delivery {
                decoded += events.len() as u64;
                take(events);
            }
        }
    }
    ensure!(decoded == count, "{decoded} of {count} events came out");
    Ok(())
}

/// What the inbox makes of them.
fn normalise(incoming: Vec<Incoming>) -> Vec<Stored> {
    let (catalogue, source, mut doubles) = (Catalogue::builtin(), Arc::from("bench"), Doubles::default());
    let intake = Intake { source: &source, received_at: now(), skew: 0, conventions: Conventions::plain() };
    let event = |(seq, incoming)| Stored { seq, offset: 0, event: catalogue.normalise_with(incoming, &intake, &mut doubles) };
    (1..).zip(incoming).map(event).collect()
}
