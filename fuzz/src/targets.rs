//! What is fed, and what must hold whatever it is.
//!
//! Every target answers a fingerprint of how the decoder behaved, for the engine to tell a new way from an old one.

use crate::whole;
use std::{
    hash::{DefaultHasher, Hash as _, Hasher as _},
    sync::Arc,
    time::Duration,
};
use watchdeck_client::{
    Delivery, Dialect, Profile, SAMPLE, User,
    bench::{Decoder, history},
};
use watchdeck_events::{Catalogue, Channel, Conventions, Event, Incoming, Millis, Payload, erp::View, fields::Fields, identity};
use watchdeck_protocol::{Position, ServerFrame};

/// A decoder under fire.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// As typed.
    pub name: &'static str,
    /// Feeds it; answers a fingerprint. Panics when something does not hold.
    pub feed: fn(&[u8]) -> u64,
}

/// All of them.
pub const TARGETS: [Target; 9] = [
    Target { name: "native", feed: native },
    Target { name: "erp", feed: |bytes| frames(Dialect::ERP, bytes) },
    Target { name: "socketio", feed: |bytes| frames(Dialect::SOCKET_IO, bytes) },
    Target { name: "hub", feed: |bytes| frames(Dialect::HUB, bytes) },
    Target { name: "history", feed: history_answer },
    Target { name: "fields", feed: fields },
    Target { name: "time", feed: time },
    Target { name: "pack", feed: pack },
    Target { name: "whole", feed: |bytes| whole::feed(&String::from_utf8_lossy(bytes), FRAME) },
];

/// Ends a frame in an input, where frames may hold newlines.
const FRAME: char = '\u{1e}';
/// A line of an input that is a frame of nothing else: the connection is lost and opened again.
const REOPEN: &str = "@reopen";
/// The same: a minute passes.
const PASS: &str = "@pass";

fn native(bytes: &[u8]) -> u64 {
    let text = String::from_utf8_lossy(bytes);
    let frame = ServerFrame::parse(&text).map(|frame| std::mem::discriminant(&frame)).map_err(|error| error.to_string().len());
    let mut shape = DefaultHasher::new();
    frame.hash(&mut shape);
    frames(Dialect::NATIVE, bytes).hash(&mut shape);
    shape.finish()
}

/// A connection's frames, from its opening on.
fn frames(dialect: Dialect, bytes: &[u8]) -> u64 {
    let text = String::from_utf8_lossy(bytes);
    let mut profile = Profile::new("fuzz", "ws://localhost/", dialect);
    (profile.first_look, profile.token) = (100, Some("token".into()));
    profile.user = Some(User { id: "7".into(), role: "ROLE_ADMIN".into(), name: "zhang".into() });
    let mut decoder = Decoder::new(&profile);
    let mut shape = DefaultHasher::new();
    let mut channels: Vec<Channel> = Vec::new();
    for (place, frame) in text.split(FRAME).enumerate() {
        match frame.trim() {
            REOPEN => decoder.reopen(),
            PASS => decoder.pass(Duration::from_secs(60)),
            _ => decoder.text(frame),
        }
        if dialect == Dialect::NATIVE {
            // Whoever subscribes asks first what is committed.
            for name in ["inventory", "orders"] {
                decoder.committed(&Channel::from(name), (place % 2 == 1).then(|| Position::new("e", 3)));
            }
        }
        for delivery in decoder.deliveries() {
            delivered(&delivery, frame.len(), &mut channels, &mut shape);
        }
    }
    shape.finish()
}

/// What must hold of anything that a link hands on.
fn delivered(delivery: &Delivery, frame: usize, channels: &mut Vec<Channel>, shape: &mut DefaultHasher) {
    std::mem::discriminant(delivery).hash(shape);
    match delivery {
        Delivery::Events { channel, events, position, .. } => {
            assert!(!events.is_empty() || position.is_some(), "a delivery says something");
            if !channels.contains(channel) {
                channels.push(channel.clone());
            }
            channels.len().min(8).hash(shape);
            for event in events {
                assert_eq!(event.channel, *channel, "events of one delivery are of one channel");
                assert!(event.payload.as_str().len() <= frame, "nothing grows by being decoded");
                normalised(event, shape);
            }
        }
        Delivery::Gap { reason, .. } => std::mem::discriminant(reason).hash(shape),
        Delivery::Malformed { bytes, sample, reason, .. } => {
            assert!(sample.len() <= SAMPLE, "a sample is small");
            assert!(sample.len() as u64 <= *bytes, "and part of the frame");
            reason
                .split(" at line ")
                .next()
                .unwrap_or_default()
                .chars()
                .filter(|c| !c.is_ascii_digit())
                .take(24)
                .for_each(|c| c.hash(shape));
        }
    }
}

/// From an event as it came to everything that is made of it.
fn normalised(incoming: &Incoming, shape: &mut DefaultHasher) {
    let payload = incoming.payload.as_str();
    assert!(serde_json::from_str::<&serde_json::value::RawValue>(payload).is_ok(), "what is stored is JSON: {payload:?}");
    let source: Arc<str> = "fuzz".into();
    let catalogue = Catalogue::builtin();
    let event = catalogue.normalise(incoming.clone(), &source, Millis(1));
    let again = catalogue.normalise(incoming.clone(), &source, Millis(2));
    assert_eq!(event.id, again.id, "the same event is known again whenever it comes");
    assert_eq!(event.payload.as_str(), payload, "the payload is kept byte for byte");
    catalogue.get(&event.kind, &event.channel).is_some().hash(shape);
    event.severity.code().hash(shape);
    (event.subject.is_some(), event.actor.is_some()).hash(shape);
    shown(&event, shape);
}

fn shown(event: &Event, shape: &mut DefaultHasher) {
    let catalogue = Catalogue::builtin();
    let row = catalogue.row(event, Conventions::plain());
    (row.old.is_some(), row.new.is_some(), row.amount.is_some(), row.action.is_some()).hash(shape);
    let masked = catalogue.masked(event);
    assert!(serde_json::from_str::<&serde_json::value::RawValue>(&masked).is_ok(), "what is shown masked is JSON still: {masked:?}");
    View::of(event).is_some().hash(shape);
}

fn history_answer(bytes: &[u8]) -> u64 {
    let mut shape = DefaultHasher::new();
    for dialect in [Dialect::ERP, Dialect::HUB] {
        match history(dialect, bytes) {
            Ok(events) => {
                events.len().min(8).hash(&mut shape);
                events.iter().for_each(|event| normalised(event, &mut shape));
            }
            Err(error) => error.to_string().chars().filter(|c| !c.is_ascii_digit()).take(60).for_each(|c| c.hash(&mut shape)),
        }
    }
    shape.finish()
}

fn fields(bytes: &[u8]) -> u64 {
    let text = String::from_utf8_lossy(bytes);
    let mut shape = DefaultHasher::new();
    let fields = Fields::of(&text);
    assert_eq!(fields.is_empty(), fields.iter().next().is_none(), "empty is empty");
    for (key, token) in fields.iter().take(64) {
        assert!(text.contains(token), "a token is a part of the text");
        let key = key.to_owned();
        let found =
            (fields.token(&key).is_some(), fields.text(&key).is_some(), fields.number(&key).is_some(), fields.money(&key).is_some());
        (found, fields.millis(&key).is_some(), fields.bool(&key).is_some()).hash(&mut shape);
    }
    (fields.kind().is_some(), fields.stated().is_some()).hash(&mut shape);
    let identity = |at: i64| identity::of(&Channel::from("c"), fields.millis("timestamp"), Millis(at), &text);
    if fields.millis("timestamp").is_some() {
        assert_eq!(identity(1), identity(2), "the envelope's time does not tell events apart that state their own");
    }
    if serde_json::from_str::<&serde_json::value::RawValue>(&text).is_ok() {
        normalised(
            &Incoming {
                channel: "inventory".into(),
                offset: None,
                id: None,
                server_at: None,
                kind: None,
                payload: Payload::from_json(text.trim()),
            },
            &mut shape,
        );
    }
    shape.finish()
}

fn time(bytes: &[u8]) -> u64 {
    let text = String::from_utf8_lossy(bytes);
    let mut shape = DefaultHasher::new();
    for line in text.lines() {
        let quoted = serde_json::Value::from(line).to_string();
        for form in [line, quoted.as_str()] {
            let at = Millis::from_json(form);
            if let Some(at) = at {
                // Far from the ends of what a number of milliseconds can say, so that sums with it are safe.
                assert!(at.0.unsigned_abs() < 1 << 62, "{form:?} is {at:?}");
            }
            at.map(|at| at.0.unsigned_abs().checked_ilog10()).hash(&mut shape);
        }
        line.len().min(32).hash(&mut shape);
    }
    shape.finish()
}

fn pack(bytes: &[u8]) -> u64 {
    let mut shape = DefaultHasher::new();
    let mut catalogue = Catalogue::builtin().clone();
    let before = catalogue.kinds().len();
    match catalogue.add_pack(&String::from_utf8_lossy(bytes)) {
        Ok(_) => {
            (catalogue.kinds().len() - before.min(catalogue.kinds().len())).min(16).hash(&mut shape);
            let json = r#"{"type":"shop:sale","amount":12.5,"account":"6222","timestamp":1795223788150,"total":"x"}"#;
            let incoming =
                Incoming { channel: "shop".into(), offset: None, id: None, server_at: None, kind: None, payload: Payload::from_json(json) };
            let event = catalogue.normalise(incoming, &"fuzz".into(), Millis(1));
            catalogue.row(&event, Conventions::plain()).label.len().min(32).hash(&mut shape);
            assert!(serde_json::from_str::<&serde_json::value::RawValue>(&catalogue.masked(&event)).is_ok(), "masked is JSON still");
            assert!(serde_json::from_str::<&serde_json::value::RawValue>(&catalogue.shown(&event)).is_ok(), "and so is what it is read as");
        }
        Err(error) => {
            assert_eq!(catalogue.kinds().len(), before, "a pack that is refused leaves nothing behind");
            error
                .to_string()
                .lines()
                .last()
                .unwrap_or_default()
                .chars()
                .filter(|c| !c.is_ascii_digit())
                .take(48)
                .for_each(|c| c.hash(&mut shape));
        }
    }
    shape.finish()
}
