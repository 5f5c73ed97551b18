//! One object a line: what is known of every event, and the publisher's JSON as it came, byte for byte where nothing in it is masked.

use serde::Serialize;
use serde_json::value::RawValue;
use std::borrow::Cow;
use watchdeck_events::{Catalogue, Severity};
use watchdeck_store::Stored;

#[derive(Serialize)]
struct Line<'a> {
    seq: u64,
    id: &'a str,
    kind: &'a str,
    channel: &'a str,
    offset: u64,
    source: &'a str,
    occurred_at: i64,
    received_at: i64,
    severity: Severity,
    subject: Option<&'a str>,
    actor: Option<&'a str>,
    payload: &'a RawValue,
}

/// One event.
pub(super) fn line(out: &mut Vec<u8>, Stored { seq, offset, event }: &Stored) {
    let shown = Catalogue::current().masked(event);
    let payload = raw(&shown);
    let line = Line {
        seq: *seq,
        id: &event.id,
        kind: event.kind.as_str(),
        channel: event.channel.as_str(),
        offset: *offset,
        source: &event.source,
        occurred_at: event.occurred_at.0,
        received_at: event.received_at.0,
        severity: event.severity,
        subject: event.subject.as_deref(),
        actor: event.actor.as_deref(),
        payload: &payload,
    };
    // Nothing in it can fail to be JSON, and nothing fails to be written into memory.
    if serde_json::to_writer(&mut *out, &line).is_ok() {
        out.push(b'\n');
    }
}

/// The JSON on one line: outside of strings a new line is a space, and inside of one it is not allowed. What is no JSON after all becomes a string.
fn raw(payload: &str) -> Box<RawValue> {
    let line: Cow<'_, str> = if payload.contains(['\n', '\r']) { payload.replace(['\n', '\r'], " ").into() } else { payload.into() };
    let is_json = serde_json::from_str::<&RawValue>(payload).is_ok();
    let text = if is_json { line.trim().to_owned() } else { serde_json::Value::from(payload).to_string() };
    RawValue::from_string(text).expect("it is JSON")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_publisher_wrote_stays_as_it_is_and_on_one_line() {
        for (payload, kept) in [
            (r#"{"price":1.10,"n":12345678901234567890,"b":1,"b":2}"#, r#"{"price":1.10,"n":12345678901234567890,"b":1,"b":2}"#),
            ("{\r\n  \"a\": \"瓷砖\\n\"\n}", "{    \"a\": \"瓷砖\\n\" }"),
            ("no \"JSON\"\n", r#""no \"JSON\"\n""#),
        ] {
            assert_eq!(raw(payload).get(), kept);
        }
    }
}
