use super::*;
use crate::profile;
use proptest::prelude::*;
use watchdeck_events::GapReason;

fn at(millis: u64) -> Now {
    Now { up: Duration::from_millis(millis), wall: Millis(millis as i64) }
}

fn erp(channels: &[&str]) -> Erp {
    Erp::new(&Profile {
        channels: channels.iter().copied().map(Channel::from).collect(),
        ..Profile::new("p", "ws://h/", profile::Dialect::ERP)
    })
}

fn sent(out: &mut Out) -> Vec<String> {
    std::mem::take(&mut out.notes).into_iter().filter_map(|note| if let Note::Send(text) = note { Some(text) } else { None }).collect()
}

fn deliveries(out: &mut Out) -> Vec<Delivery> {
    out.burst.drain().map(|(delivery, _)| delivery).collect()
}

const MESSAGE: &str = r#"{"channel":"inventory","data":{"type":"inventory:change","n":1},"ts":1795223788150}"#;

#[test]
fn a_subscribe_is_repeated_until_a_message_confirms_it() {
    let (mut erp, mut out) = (erp(&["inventory", "orders"]), Out::default());
    erp.opened(at(0), &mut out);
    assert_eq!(sent(&mut out), [r#"{"type":"subscribe","channel":"inventory"}"#, r#"{"type":"subscribe","channel":"orders"}"#]);
    let mut times = vec![];
    for _ in 0..4 {
        let due = erp.due().expect("nothing is confirmed yet");
        times.push(due.as_millis());
        erp.tick(at(due.as_millis() as u64), &mut out);
        assert_eq!(sent(&mut out).len(), 2);
    }
    assert_eq!(times, [250, 1000, 61_000, 121_000]);

    erp.text(MESSAGE, at(122_000), &mut out);
    sent(&mut out);
    erp.tick(at(181_000), &mut out);
    assert_eq!(sent(&mut out), [r#"{"type":"subscribe","channel":"orders"}"#], "inventory is confirmed, orders is not");
}

#[test]
fn a_message_becomes_an_event_with_the_servers_time_and_the_publishers_bytes() {
    let (mut erp, mut out) = (erp(&[]), Out::default());
    erp.opened(at(0), &mut out);
    assert_eq!(erp.standing(), Standing::Unconfirmed);
    out.notes.clear();
    erp.text(MESSAGE, at(5), &mut out);
    assert_eq!(out.notes, []);
    assert_eq!(erp.standing(), Standing::Live);
    let channel = Channel::from("inventory");
    let event = Incoming {
        channel: channel.clone(),
        offset: None,
        id: None,
        server_at: Some(Millis(1_795_223_788_150)),
        kind: None,
        payload: Payload::from_json(r#"{"type":"inventory:change","n":1}"#),
    };
    let expected = Delivery::Events { channel, events: vec![event], position: None, received_at: Millis(5) };
    assert_eq!(deliveries(&mut out), [expected]);
}

#[test]
fn a_reconnect_leaves_a_gap_from_the_last_sign_to_the_first_message() {
    let (mut erp, mut out) = (erp(&[]), Out::default());
    erp.opened(at(0), &mut out);
    erp.text(MESSAGE, at(5), &mut out);
    assert_eq!(deliveries(&mut out).len(), 1, "a first connection has no gap");
    erp.down(Millis(700), true);
    // A connection that never got as far as listening neither ends nor shortens the gap.
    erp.opened(at(800), &mut out);
    erp.down(Millis(900), true);
    erp.opened(at(1000), &mut out);
    erp.text(MESSAGE, at(1100), &mut out);
    let found = deliveries(&mut out);
    let gap =
        Delivery::Gap { channel: None, from: Millis(700), to: Millis(1100), reason: GapReason::NotReplayable, position: None, id: None };
    assert_eq!(found[0], gap);
    assert_eq!(found.len(), 2);
}

#[test]
fn a_gap_is_closed_on_a_quiet_feed_too() {
    let (mut erp, mut out) = (erp(&["system"]), Out::default());
    erp.opened(at(0), &mut out);
    erp.tick(at(250), &mut out);
    erp.tick(at(1000), &mut out);
    erp.down(Millis(5000), true);
    erp.opened(at(6000), &mut out);
    erp.tick(at(6250), &mut out);
    assert_eq!(deliveries(&mut out), []);
    erp.tick(at(7000), &mut out);
    let found = deliveries(&mut out);
    assert!(matches!(found[..], [Delivery::Gap { from: Millis(5000), to: Millis(7000), .. }]), "{found:?}");
}

#[test]
fn refusals_are_told_from_losses() {
    let erp = erp(&[]);
    for reason in ["No cookies provided", "No session token found", "Token expired", "Invalid token", "未授权"] {
        assert_eq!(erp.closed(1008, reason), Ending::NeedsLogin(reason.into()));
    }
    // The same words for two causes that need two remedies.
    let Ending::NeedsLogin(both) = erp.closed(1008, "Authentication failed") else { panic!("it needs a login") };
    assert!(both.starts_with("Authentication failed") && both.contains("expired") && both.contains("another secret"), "{both}");
    assert!(matches!(erp.closed(1008, "Invalid token payload"), Ending::NeedsLogin(detail) if detail.contains("user id")));
    assert_eq!(erp.closed(1008, ""), Ending::NeedsLogin("1008".into()));
    let Ending::Refused(detail) = erp.closed(1008, "禁止的来源") else { panic!("a token does not help") };
    assert!(detail.starts_with("禁止的来源") && detail.contains("http://h"), "it must say which origin we named: {detail}");
    assert_eq!(erp.closed(1001, "restart"), Ending::retry(Cause::Closed, "1001 restart"));
}

#[test]
fn shapes_of_a_newer_server_are_ignored_and_damage_is_counted() {
    let (mut erp, mut out) = (erp(&[]), Out::default());
    erp.opened(at(0), &mut out);
    erp.text(r#"{"type":"welcome"}"#, at(1), &mut out);
    assert_eq!(deliveries(&mut out), []);
    for damage in [
        r#"{"channel":"inventory","data":{"a"#,
        "hello",
        "",
        "[1]",
        r#"["inventory",{},1]"#,
        r#"{"channel":"inventory"}"#,
        r#"{"channel":7,"data":{}}"#,
    ] {
        erp.text(damage, at(1), &mut out);
        assert!(
            matches!(&deliveries(&mut out)[..], [Delivery::Malformed { bytes, sample, .. }] if *bytes == damage.len() as u64 && **sample == *damage.as_bytes()),
            "{damage:?}"
        );
    }
    assert_eq!(erp.standing(), Standing::Unconfirmed, "none of this confirms a subscription");
}

#[test]
fn a_message_on_one_channel_does_not_vouch_for_another() {
    let (mut erp, mut out) = (erp(&["inventory", "data.products"]), Out::default());
    erp.opened(at(0), &mut out);
    sent(&mut out);
    erp.text(MESSAGE, at(100), &mut out);
    sent(&mut out);
    erp.tick(at(250), &mut out);
    assert_eq!(sent(&mut out), [r#"{"type":"subscribe","channel":"data.products"}"#], "it may have been lost before the handler was there");
    erp.text(r#"{"channel":"data.products","data":{"type":"data:update"},"ts":1}"#, at(300), &mut out);
    erp.tick(at(1000), &mut out);
    assert_eq!((sent(&mut out), erp.due()), (vec![], None), "all are confirmed");
}

#[test]
fn who_chooses_nothing_follows_all_that_is_known_and_his_own_notifications() {
    let user = Some(profile::User { id: "u7".into(), ..profile::User::default() });
    let (mut erp, mut out) = (Erp::new(&Profile { user, ..Profile::new("p", "ws://h/", profile::Dialect::ERP) }), Out::default());
    erp.opened(at(0), &mut out);
    let sent = sent(&mut out);
    for channel in Channel::ERP.into_iter().chain(["user:u7:notifications", "data.products"]) {
        assert!(sent.contains(&format!(r#"{{"type":"subscribe","channel":"{channel}"}}"#)), "{channel}");
    }
}

proptest! {
    #[test]
    fn garbage_never_panics(texts in proptest::collection::vec(".{0,80}|\\{\"channel\":\"[a-z]{0,3}\",\"data\":.{0,20}\\}", 0..20)) {
        let (mut erp, mut out) = (erp(&[]), Out::default());
        erp.opened(at(0), &mut out);
        for (n, text) in texts.iter().enumerate() {
            erp.text(text, at(n as u64 * 300), &mut out);
            erp.tick(at(n as u64 * 300), &mut out);
        }
    }
}
