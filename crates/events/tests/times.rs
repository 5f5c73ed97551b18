//! Times that cannot be true: the event is taken to have happened when it was received, says so, and stays the same event.

use watchdeck_events::{Catalogue, Conventions, Event, Incoming, Intake, Millis, Payload};

const AT: Millis = Millis(1_795_223_788_150);

fn incoming(channel: &str, json: &str) -> Incoming {
    Incoming { channel: channel.into(), offset: None, id: None, server_at: None, kind: None, payload: Payload::from_json(json) }
}

fn event(channel: &str, json: &str) -> Event {
    Catalogue::builtin().normalise(incoming(channel, json), &"test".into(), AT)
}

#[test]
fn a_time_that_cannot_be_true_is_the_receipts_and_says_so() {
    let shanghai = Conventions::of("Asia/Shanghai", "");
    let source = "s".into();
    let received = |stamp: &str, server_at: Option<Millis>, skew: i64| {
        let json = format!(r#"{{"type":"order:status","orderId":"o","timestamp":{stamp}}}"#);
        let incoming = Incoming { server_at, ..incoming("orders", &json) };
        let event = Catalogue::builtin().normalise_as(incoming, &Intake { source: &source, received_at: AT, skew, conventions: &shanghai });
        let doubted = event.doubted_time(&shanghai).map(|text| text.into_owned());
        assert_eq!(Catalogue::builtin().row(&event, &shanghai).doubted_time, doubted, "a row says the same");
        (event.occurred_at.since(AT), doubted)
    };
    let minute = 60_000;
    for (stamp, expected) in [
        (AT.0.to_string(), 0),
        ((AT.0 * 1_000).to_string(), 0),
        ((AT.0 * 1_000_000).to_string(), 0),
        ((AT.0 / 1_000).to_string(), -150),
        ("20261121091628".to_owned(), -150),
        ("\"2026-11-21 09:16:28\"".to_owned(), -150),
        ("\"Sat, 21 Nov 2026 01:16:28 GMT\"".to_owned(), -150),
        ((AT.0 + 4 * minute).to_string(), 4 * minute),
        ((AT.0 - 400 * 24 * 60 * minute).to_string(), -400 * 24 * 60 * minute),
        ("null".to_owned(), 0),
        ("0".to_owned(), 0),
        ("\"0001-01-01T00:00:00Z\"".to_owned(), 0),
    ] {
        assert_eq!(received(&stamp, None, 0), (expected, None), "{stamp}");
    }
    for stamp in
        ["17952237881500", "9.2e18", "-1", "946684799", "\"soon\"", "\"2026-11-21T17:16:28+08:00\"", "1e300", "\"2126-11-21T01:16:28Z\""]
    {
        let text = stamp.trim_matches('"').to_owned();
        assert_eq!(received(stamp, None, 0), (0, Some(text)), "{stamp}");
    }
    let ahead = (AT.0 + 120 * minute).to_string();
    assert_eq!(
        received(&ahead, None, 120 * minute),
        (120 * minute, None),
        "a server whose clock is known to be two hours ahead is believed"
    );
    assert_eq!(received(&ahead, None, 0).0, 0);
    let yesterday = AT.plus(-24 * 60 * minute);
    assert_eq!(received(&ahead, Some(yesterday), 0).0, yesterday.since(AT), "an event that waited at the server is of when that got it");
    let tomorrow = AT.plus(26 * 60 * minute);
    assert_eq!(
        received(&tomorrow.0.to_string(), Some(tomorrow), 0),
        (26 * 60 * minute, None),
        "where publisher and server agree, the server's clock is ahead"
    );
    assert_eq!(received("null", Some(Millis(AT.0 * 1_000)), 0).0, 0, "but no server is years ahead");
    let stored = Event {
        occurred_at: AT.plus(-8 * 60 * minute),
        ..event("orders", r#"{"type":"order:status","orderId":"o","timestamp":"2026-11-21 09:16:28.150"}"#)
    };
    assert_eq!(stored.doubted_time(&Conventions::of("UTC", "")), None, "a zone that was set anew since is no lie of the publisher");
}

#[test]
fn an_events_identity_does_not_depend_on_what_was_believed() {
    let json = r#"{"type":"outbound","productId":"p","quantity":1,"timestamp":"2026-11-21 09:16:28"}"#;
    let source = "s".into();
    let id = |zone: &str, received_at: Millis| {
        let conventions = Conventions::of(zone, "");
        Catalogue::builtin()
            .normalise_as(incoming("inventory", json), &Intake { source: &source, received_at, skew: 0, conventions: &conventions })
            .id
    };
    assert_eq!(id("Asia/Shanghai", AT), id("America/New_York", AT.plus(-900_000_000)));
}
