use super::*;
use crate::profile;
use proptest::prelude::*;
use watchdeck_events::GapReason;

fn at(millis: u64) -> Now {
    Now { up: Duration::from_millis(millis), wall: Millis(millis as i64) }
}

fn hub() -> Hub {
    Hub::new(&Profile::new("p", "ws://h/", profile::Dialect::HUB))
}

/// What one frame becomes: channel, kind, id, time and payload of its events, or the sample of what is damaged.
fn read(text: &str) -> Vec<String> {
    let (mut hub, mut out) = (hub(), Out::default());
    hub.opened(at(0), &mut out);
    hub.text(text, at(5), &mut out);
    shown(&mut out)
}

fn shown(out: &mut Out) -> Vec<String> {
    let show = |event: &Incoming| {
        let (kind, id) = (event.kind.as_deref().unwrap_or("-"), event.id.as_deref().unwrap_or("-"));
        let at = event.server_at.map_or(0, |at| at.0);
        format!("{} {kind} {id} {at} {}", event.channel, event.payload.as_str())
    };
    let mut lines = vec![];
    for (delivery, _) in out.burst.drain() {
        match delivery {
            Delivery::Events { events, position: None, received_at: Millis(5), .. } => lines.extend(events.iter().map(show)),
            Delivery::Malformed { sample, .. } => lines.push(format!("malformed {}", String::from_utf8_lossy(&sample))),
            other => panic!("neither an event nor damage: {other:?}"),
        }
    }
    lines
}

#[test]
fn a_message_carries_its_type_and_the_hubs_seconds() {
    assert_eq!(
        read(r#"{"type":"new_message","data":{"content":"你好"},"timestamp":1795223788}"#),
        [r#"messages new_message - 1795223788000 {"content":"你好"}"#]
    );
}

#[test]
fn several_objects_in_a_frame_are_several_events() {
    let frame = "{\"type\":\"new_message\",\"data\":1,\"timestamp\":1795223788}\n{\"type\":\"notification\",\"data\":\"a\\nb\",\"timestamp\":1795223789}\r\n\n{\"type\":\"notification\",\"data\":[2],\"timestamp\":1795223790}\n";
    assert_eq!(
        read(frame),
        [
            "messages new_message - 1795223788000 1",
            r#"messages notification - 1795223789000 "a\nb""#,
            "messages notification - 1795223790000 [2]"
        ]
    );
}

#[test]
fn a_broken_object_is_set_aside_and_its_neighbours_live() {
    let frame = "{\"type\":\"notification\",\"data\":1}\n{\"type\":\"notification\",\"da\n{\"type\":\"notification\",\"data\":3}";
    assert_eq!(read(frame), ["messages notification - 0 1", "malformed {\"type\":\"notification\",\"da", "messages notification - 0 3"]);
    for damage in ["", "\n", "hello", "[1]", "7", r#"{"data":1}"#, r#"{"type":null,"data":1}"#] {
        assert_eq!(read(damage), [format!("malformed {damage}")], "{damage:?}");
    }
}

#[test]
fn the_stores_envelope_is_known_by_itself_and_inside_a_message() {
    let envelope = r#"{"id":"evt_1795223788150000001","event_type":"user.created","event_data":[{"Key":"userid","Value":"u1"}],"timestamp":"2026-11-21T01:16:28.150Z","processed":false,"expires_at":"0001-01-01T00:00:00Z"}"#;
    let sorted = Payload::from_json(envelope);
    let head = "events user.created evt_1795223788150000001";
    assert_eq!(read(envelope), [format!("{head} 1795223788150 {}", sorted.as_str())]);
    let framed = format!(r#"{{"type":"notification","data":{envelope},"timestamp":1795223790}}"#);
    assert_eq!(read(&framed), [format!("{head} 1795223790000 {}", sorted.as_str())]);
    let untimed = format!(r#"{{"type":"notification","data":{envelope},"timestamp":0}}"#);
    assert_eq!(read(&untimed), [format!("{head} 1795223788150 {}", sorted.as_str())], "a zero time means none");
}

#[test]
fn a_word_that_looks_like_an_envelope_is_a_message() {
    let found = read(r#"{"type":"new_message","data":{"text":"\"event_type\""}}"#);
    assert_eq!(found, [r#"messages new_message - 0 {"text":"\"event_type\""}"#]);
    let nested = read(r#"{"type":"new_message","data":{"inner":{"event_type":"x","id":"1"}}}"#);
    assert!(nested[0].starts_with("messages new_message"), "{nested:?}");
}

#[test]
fn an_object_without_data_is_kept_whole() {
    assert_eq!(read(r#"{"type":"ping","n":1}"#), [r#"messages ping - 0 {"type":"ping","n":1}"#]);
}

#[test]
fn it_pings_each_half_minute_whatever_arrives() {
    let (mut hub, mut out) = (hub(), Out::default());
    hub.opened(at(0), &mut out);
    let mut pings = vec![];
    while pings.len() < 3 {
        let due = hub.due().expect("an open connection is pinged").as_millis() as u64;
        hub.text(r#"{"type":"notification","data":1}"#, at(due), &mut out);
        out.notes.clear();
        hub.tick(at(due), &mut out);
        pings.extend(out.notes.drain(..).filter(|note| *note == Note::Ping).map(|_| due));
    }
    assert_eq!(pings, [30_000, 60_000, 90_000]);
}

#[test]
fn a_reconnect_leaves_a_gap_whether_anything_comes_or_not() {
    let (mut hub, mut out) = (hub(), Out::default());
    hub.opened(at(0), &mut out);
    assert_eq!(hub.standing(), Standing::Unconfirmed);
    hub.tick(at(1000), &mut out);
    assert_eq!(hub.standing(), Standing::Live);
    assert!(out.burst.drain().next().is_none(), "a first connection has no gap");
    hub.down(Millis(5000), true);
    // Refused right after it opened: it never listened.
    hub.opened(at(6000), &mut out);
    hub.down(Millis(6100), true);
    hub.opened(at(9000), &mut out);
    hub.tick(at(10_000), &mut out);
    let found: Vec<_> = out.burst.drain().map(|(delivery, _)| delivery).collect();
    let (from, to) = (Millis(5000), Millis(9000));
    assert_eq!(found, [Delivery::Gap { channel: None, from, to, reason: GapReason::NotReplayable, position: None, id: None }]);
}

#[test]
fn a_link_made_after_a_loss_without_a_farewell_is_made_anew_once_the_hub_has_forgotten_the_old_one() {
    let (mut hub, mut out) = (hub(), Out::default());
    let drain = |out: &mut Out| out.burst.drain().map(|(delivery, _)| delivery).collect::<Vec<_>>();
    hub.opened(at(0), &mut out);
    hub.tick(at(1000), &mut out);
    hub.down(Millis(5000), false);
    hub.opened(at(6000), &mut out);
    hub.tick(at(7000), &mut out);
    assert_eq!(hub.standing(), Standing::Unconfirmed, "the hub may turn deaf on it at any moment");
    hub.text(r#"{"type":"new_message","data":1,"timestamp":1795223788}"#, at(20_000), &mut out);
    assert_eq!(hub.standing(), Standing::Unconfirmed, "one message says nothing about the next");
    drain(&mut out);
    out.notes.clear();
    hub.tick(at(70_999), &mut out);
    assert!(!out.notes.iter().any(|note| matches!(note, Note::End(_))), "{:?}", out.notes);
    assert_eq!(hub.due(), Some(Duration::from_secs(71)));
    hub.tick(at(71_000), &mut out);
    let ended = out.notes.drain(..).any(|note| matches!(note, Note::End(Ending::Retry { after: Some(PART), .. })));
    assert!(ended, "the old link's read deadline has passed, and took the entry with it");
    hub.down(Millis(70_900), false);
    hub.opened(at(73_000), &mut out);
    hub.tick(at(74_000), &mut out);
    let found = drain(&mut out);
    let (from, to) = (Millis(20_000), Millis(73_000));
    assert_eq!(
        found,
        [Delivery::Gap { channel: None, from, to, reason: GapReason::NotReplayable, position: None, id: None }],
        "from what was heard last, not from the last pong"
    );
    assert_eq!(hub.standing(), Standing::Live, "we parted from that one ourselves");
    hub.tick(at(300_000), &mut out);
    assert!(!out.notes.iter().any(|note| matches!(note, Note::End(_))), "once is enough");
}

#[test]
fn a_link_made_after_a_farewell_or_long_after_a_loss_is_trusted() {
    for (lost_at, parted, opened_at) in [(5000, true, 6000), (5000, false, 200_000)] {
        let (mut hub, mut out) = (hub(), Out::default());
        hub.opened(at(0), &mut out);
        hub.tick(at(1000), &mut out);
        hub.down(Millis(lost_at), parted);
        hub.opened(at(opened_at), &mut out);
        hub.tick(at(opened_at + 1000), &mut out);
        assert_eq!(hub.standing(), Standing::Live);
    }
}

#[test]
fn refusals_are_told_from_losses() {
    let hub = hub();
    assert_eq!(hub.closed(1008, "token expired"), Ending::NeedsLogin("1008 token expired".into()));
    assert_eq!(hub.closed(4403, "no"), Ending::Refused("4403 no".into()));
    assert_eq!(hub.closed(1001, ""), Ending::retry(Cause::Closed, "1001"));
}

proptest! {
    #[test]
    fn every_line_becomes_an_event_or_a_sample(lines in proptest::collection::vec("[^\n\r]{1,40}|\\{\"type\":\"[a-z]{0,3}\",\"data\":[0-9]{1,3}\\}", 1..20)) {
        let wanted = lines.iter().filter(|line| !line.trim().is_empty()).count().max(1);
        prop_assert_eq!(read(&lines.join("\n")).len(), wanted);
    }
}
