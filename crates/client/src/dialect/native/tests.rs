use super::*;
use crate::profile;
use proptest::prelude::*;

fn at(millis: u64) -> Now {
    Now { up: Duration::from_millis(millis), wall: Millis(millis as i64) }
}

struct Talk {
    native: Native,
    out: Out,
}

impl Talk {
    /// A connection on which the hello of a server with one channel has been read.
    fn greeted(first_look: u64) -> Self {
        let profile = Profile { first_look, listened_until: Some(Millis(42)), ..Profile::new("p", "ws://h/", profile::Dialect::NATIVE) };
        let mut talk = Self { native: Native::new(&profile), out: Out::default() };
        talk.open();
        talk
    }

    fn open(&mut self) {
        self.native.opened(at(0), &mut self.out);
        self.hear(r#"{"type":"hello","session":"s","server":"0.1.0","user":{"id":"u","name":"张敏","roles":[]},"pingIntervalMs":25000,"channels":["inventory"]}"#);
        self.out.notes.clear();
    }

    fn hear(&mut self, text: &str) {
        self.native.text(text, at(100), &mut self.out);
    }

    fn event(&mut self, offset: u64) {
        self.hear(&format!(r#"{{"type":"event","channel":"inventory","offset":{offset},"id":"i{offset}","ts":{offset},"data":{{}}}}"#));
    }

    fn committed(&mut self, position: Option<Position>) {
        self.native.committed(&"inventory".into(), position, at(50), &mut self.out);
    }

    fn subscribed(&mut self, epoch: &str, offset: u64, recovered: bool, reason: &str) {
        self.hear(&format!(
            r#"{{"type":"subscribed","channel":"inventory","position":{{"epoch":"{epoch}","offset":{offset}}},"recovered":{recovered},"reason":{reason}}}"#
        ));
    }

    fn sent(&mut self) -> Vec<String> {
        std::mem::take(&mut self.out.notes)
            .into_iter()
            .filter_map(|note| if let Note::Send(text) = note { Some(text) } else { None })
            .collect()
    }

    /// Offsets of the events and the position of each delivery.
    fn handed_on(&mut self) -> Vec<(Vec<u64>, Option<Position>)> {
        let events = |delivery| match delivery {
            Delivery::Events { events, position, .. } => (events.iter().filter_map(|event| event.offset).collect(), position),
            other => panic!("expected events, not {other:?}"),
        };
        self.out.burst.drain().map(|(delivery, _)| events(delivery)).collect()
    }
}

fn pos(epoch: &str, offset: u64) -> Option<Position> {
    Some(Position::new(epoch, offset))
}

#[test]
fn it_resumes_from_what_is_committed() {
    let mut talk = Talk::greeted(2000);
    talk.committed(pos("e", 7));
    assert_eq!(talk.sent(), [r#"{"type":"subscribe","channel":"inventory","position":{"epoch":"e","offset":7}}"#]);
    assert_eq!(talk.native.standing(), Standing::Unconfirmed);
    talk.subscribed("e", 9, true, "null");
    assert_eq!(talk.handed_on(), [], "the end of the backlog is not a position before the backlog is here");
    assert_eq!(talk.native.standing(), Standing::CatchingUp { done: 0, total: 2 });
    talk.event(8);
    assert_eq!(talk.native.standing(), Standing::CatchingUp { done: 1, total: 2 });
    talk.event(9);
    assert_eq!(talk.native.standing(), Standing::Live);
    assert_eq!(talk.handed_on(), [(vec![8, 9], pos("e", 9))]);
}

#[test]
fn whoever_follows_everything_follows_a_channel_that_is_heard_of_later() {
    let mut talk = Talk::greeted(2000);
    talk.hear(r#"{"type":"channels","channels":["inventory","user:u7:notifications"]}"#);
    let asked: Vec<_> = std::mem::take(&mut talk.out.notes)
        .into_iter()
        .filter_map(|note| if let Note::Ask(channel) = note { Some(channel) } else { None })
        .collect();
    assert_eq!(asked, [Channel::from("user:u7:notifications")], "and nothing that it follows already");
}

#[test]
fn a_channel_that_was_followed_is_asked_for_where_a_new_log_has_not_heard_of_it() {
    let profile = Profile { followed: vec!["audit".into()], ..Profile::new("p", "ws://h/", profile::Dialect::NATIVE) };
    let mut talk = Talk { native: Native::new(&profile), out: Out::default() };
    for connection in 0..2 {
        talk.native.opened(at(0), &mut talk.out);
        talk.hear(r#"{"type":"hello","session":"s","server":"0.1.0","user":{"id":"u","name":"u","roles":[]},"pingIntervalMs":25000,"channels":["inventory"]}"#);
        let asked: Vec<_> =
            talk.out.notes.drain(..).filter_map(|note| if let Note::Ask(channel) = note { Some(channel) } else { None }).collect();
        assert_eq!(
            asked,
            ["inventory", "audit"].map(Channel::from),
            "connection {connection}: what was lost with the old log is told then"
        );
        talk.native.down(Millis(1), false);
    }
}

#[test]
fn an_idle_channel_hands_on_its_position() {
    let mut talk = Talk::greeted(2000);
    talk.committed(None);
    assert_eq!(talk.sent(), [r#"{"type":"subscribe","channel":"inventory","rewind":{"count":2000}}"#]);
    talk.subscribed("e", 0, true, "null");
    assert_eq!(talk.handed_on(), [(vec![], pos("e", 0))]);
    assert_eq!(talk.native.standing(), Standing::Live);
}

#[test]
fn without_a_first_look_it_follows_from_now() {
    let mut talk = Talk::greeted(0);
    talk.committed(None);
    assert_eq!(talk.sent(), [r#"{"type":"subscribe","channel":"inventory"}"#]);
    talk.subscribed("e", 500, false, "null");
    assert_eq!(talk.handed_on(), [(vec![], pos("e", 500))], "nothing was asked for, so nothing is missing");
    talk.event(501);
    assert_eq!(talk.handed_on(), [(vec![501], pos("e", 501))]);
}

#[test]
fn a_first_look_moves_the_position_with_what_arrived_only() {
    let mut talk = Talk::greeted(3);
    talk.committed(None);
    talk.subscribed("e", 500, false, "null");
    assert_eq!(talk.handed_on(), []);
    talk.event(498);
    assert_eq!(talk.native.standing(), Standing::CatchingUp { done: 1, total: 3 });
    assert_eq!(talk.handed_on(), [(vec![498], pos("e", 498))]);
    talk.event(499);
    talk.event(500);
    assert_eq!(talk.native.standing(), Standing::Live);
}

#[test]
fn a_first_look_that_finds_nothing_does_not_catch_up_for_ever() {
    let mut talk = Talk::greeted(3);
    talk.committed(None);
    talk.subscribed("e", 500, true, "null");
    let due = talk.native.due().expect("it settles");
    talk.native.tick(Now { up: due, wall: Millis(0) }, &mut talk.out);
    assert_eq!(talk.native.standing(), Standing::Live);
    assert_eq!(talk.handed_on(), [], "what has not arrived is not committed");
}

#[test]
fn what_cannot_be_recovered_is_a_gap_and_is_rebuilt() {
    for (reason, expected) in
        [("\"epoch_changed\"", GapReason::EpochChanged), ("\"position_expired\"", GapReason::PositionExpired), ("null", GapReason::Other)]
    {
        let mut talk = Talk::greeted(2000);
        talk.committed(pos("old", 7));
        talk.sent();
        talk.subscribed("new", 3, false, reason);
        assert_eq!(talk.sent(), [r#"{"type":"subscribe","channel":"inventory","rewind":{"count":2000}}"#]);
        let found: Vec<_> = talk.out.burst.drain().map(|(delivery, _)| delivery).collect();
        let channel = Some("inventory".into());
        let gap = Delivery::Gap { channel, from: Millis(42), to: Millis(100), reason: expected, position: None, id: None };
        assert_eq!(found, [gap]);
        talk.event(4);
        assert_eq!(talk.handed_on(), [(vec![4], None)], "a crash now must start over, not skip what comes before it");
        talk.subscribed("new", 4, true, "null");
        (1..=4).for_each(|offset| talk.event(offset));
        assert_eq!(talk.handed_on(), [(vec![1, 2, 3, 4], pos("new", 4))]);
        assert_eq!(talk.native.standing(), Standing::Live);
    }
}

#[test]
fn a_gap_begins_at_the_last_sign_of_the_lost_connection() {
    let mut talk = Talk::greeted(0);
    talk.committed(None);
    talk.subscribed("old", 5, true, "null");
    talk.native.down(Millis(77), true);
    talk.open();
    talk.committed(pos("old", 5));
    talk.handed_on();
    talk.subscribed("new", 1, false, "\"epoch_changed\"");
    let found: Vec<_> = talk.out.burst.drain().map(|(delivery, _)| delivery).collect();
    assert!(matches!(found[0], Delivery::Gap { from: Millis(77), to: Millis(100), .. }), "{found:?}");
}

#[test]
fn skipped_numbers_are_admitted_and_repeats_do_not_move_back() {
    let mut talk = Talk::greeted(0);
    talk.committed(pos("e", 7));
    talk.subscribed("e", 7, true, "null");
    assert_eq!(talk.handed_on(), [(vec![], pos("e", 7))]);
    talk.event(8);
    talk.event(8);
    assert_eq!(talk.handed_on(), [(vec![8, 8], pos("e", 8))]);
    talk.event(11);
    let found: Vec<_> = talk.out.burst.drain().map(|(delivery, _)| delivery).collect();
    assert!(matches!(found[0], Delivery::Gap { from: Millis(8), to: Millis(11), reason: GapReason::SequenceJump, .. }), "{found:?}");
}

#[test]
fn a_gap_of_the_log_itself_takes_a_place_in_it() {
    let mut talk = Talk::greeted(0);
    talk.committed(pos("e", 7));
    talk.subscribed("e", 7, true, "null");
    talk.handed_on();
    talk.hear(r#"{"type":"gap","channel":"inventory","offset":8,"id":"g8","from":1,"to":2,"reason":"bridge_down"}"#);
    let found: Vec<_> = talk.out.burst.drain().map(|(delivery, _)| delivery).collect();
    let (channel, position, id) = (Some("inventory".into()), pos("e", 8), Some("g8".into()));
    assert_eq!(found, [Delivery::Gap { channel, from: Millis(1), to: Millis(2), reason: GapReason::BridgeDown, position, id }]);
    talk.event(9);
    assert_eq!(talk.handed_on(), [(vec![9], pos("e", 9))]);
}

#[test]
fn unknown_frames_are_ignored_and_damage_is_counted() {
    let mut talk = Talk::greeted(0);
    talk.hear(r#"{"type":"weather","sun":true}"#);
    assert_eq!(talk.handed_on(), []);
    for damage in [r#"{"type":"event","channel":"inventory","off"#, r#"{"type":"event","channel":"inventory"}"#, "", "7"] {
        talk.hear(damage);
        let found: Vec<_> = talk.out.burst.drain().map(|(delivery, _)| delivery).collect();
        assert!(
            matches!(&found[..], [Delivery::Malformed { bytes, sample, .. }] if *bytes == damage.len() as u64 && **sample == *damage.as_bytes()),
            "{damage:?}"
        );
    }
}

#[test]
fn a_frame_with_escapes_or_in_another_order_is_the_same_event() {
    let mut talk = Talk::greeted(0);
    talk.committed(pos("e", 7));
    talk.subscribed("e", 7, true, "null");
    talk.handed_on();
    talk.hear(r#"{"type":"event","channel":"inv\u0065ntory","offset":8,"id":"a\"b","ts":1,"data":{}}"#);
    talk.hear(r#"{"data":{"x":1},"ts":1,"id":"n","offset":9,"channel":"inventory","type":"event"}"#);
    talk.hear(r#"{"type":"events","channel":"inventory","items":[{"offset":10,"id":"a","ts":1,"data":[]},{"offset":11,"id":"b","ts":1,"data":1}]}"#);
    assert_eq!(talk.handed_on(), [(vec![8, 9, 10, 11], pos("e", 11))]);
}

#[test]
fn a_forbidden_channel_leaves_the_others_alone() {
    let mut talk = Talk::greeted(0);
    talk.committed(None);
    talk.sent();
    talk.hear(r#"{"type":"error","code":"rate_limited","message":"wait","channel":"inventory"}"#);
    let due = talk.native.due().expect("it asks again");
    talk.native.tick(Now { up: due, wall: Millis(0) }, &mut talk.out);
    let denied = Note::Denied { channel: "inventory".into(), detail: "wait".into() };
    assert_eq!(
        std::mem::take(&mut talk.out.notes),
        [denied, Note::Ask("inventory".into())],
        "it is said, and asked again from the position committed by then"
    );
    talk.hear(r#"{"type":"error","code":"forbidden","message":"finance only","channel":"inventory"}"#);
    let denied = Note::Denied { channel: "inventory".into(), detail: "finance only".into() };
    assert_eq!(talk.out.notes, [denied, Note::End(Ending::Refused("finance only".into()))], "nothing is left to follow");
}

#[test]
fn close_codes_have_their_remedies() {
    let native = Talk::greeted(0).native;
    assert_eq!(native.closed(4500, "bad token"), Ending::NeedsLogin("4500 bad token".into()));
    assert_eq!(native.closed(4503, ""), Ending::NeedsLogin("4503".into()));
    assert_eq!(native.closed(4504, "limit"), Ending::Refused("4504 limit".into()));
    assert_eq!(native.closed(4012, "no pong"), Ending::retry(Cause::Closed, "4012 no pong"));
    let Ending::Retry { after, .. } = native.closed(4001, r#"{"retryAfterMs":1500}"#) else { panic!("4001 is retried") };
    assert_eq!(after, Some(Duration::from_millis(1500)));
    assert!(matches!(native.closed(4001, "bye"), Ending::Retry { after: None, .. }));
}

#[test]
fn a_server_that_says_nothing_is_left() {
    let mut talk = Talk::greeted(0);
    talk.native.opened(at(0), &mut talk.out);
    talk.native.tick(at(10_000), &mut talk.out);
    assert!(matches!(talk.out.notes[..], [Note::End(Ending::Retry { cause: Cause::TimedOut, .. })]), "{:?}", talk.out.notes);
}

fn frame() -> impl Strategy<Value = String> {
    let offset = 0..12u64;
    prop_oneof![
        ".{0,80}",
        (offset.clone(), any::<i64>())
            .prop_map(|(n, ts)| format!(r#"{{"type":"event","channel":"inventory","offset":{n},"id":"{n}","ts":{ts},"data":{{}}}}"#)),
        (offset.clone(), any::<bool>()).prop_map(|(n, recovered)| format!(
            r#"{{"type":"subscribed","channel":"inventory","position":{{"epoch":"e","offset":{n}}},"recovered":{recovered},"reason":null}}"#
        )),
        (offset, any::<i64>())
            .prop_map(|(n, t)| format!(r#"{{"type":"gap","channel":"inventory","offset":{n},"from":{t},"to":{t},"reason":"x"}}"#)),
        Just(r#"{"type":"error","code":"internal","message":"","channel":"inventory"}"#.to_owned()),
    ]
}

proptest! {
    #[test]
    fn garbage_and_nonsense_never_panic(frames in proptest::collection::vec(frame(), 0..40)) {
        let mut talk = Talk::greeted(5);
        talk.committed(pos("e", 3));
        for (n, text) in frames.iter().enumerate() {
            talk.hear(text);
            talk.native.tick(at(n as u64 * 2000), &mut talk.out);
            talk.native.standing();
        }
    }

    /// Whatever the server does, no position is handed on beyond the newest offset that was.
    #[test]
    fn a_position_never_runs_ahead_of_the_events(frames in proptest::collection::vec(frame(), 0..40)) {
        let mut talk = Talk::greeted(5);
        talk.committed(pos("e", 3));
        let mut newest = 3;
        let mut nothing_to_fetch = 0;
        for text in &frames {
            talk.hear(text);
            for (delivery, _) in talk.out.burst.drain() {
                match delivery {
                    Delivery::Events { events, position: Some(position), .. } => {
                        if events.is_empty() {
                            nothing_to_fetch = nothing_to_fetch.max(position.offset);
                        }
                        newest = events.iter().filter_map(|event| event.offset).fold(newest, u64::max);
                        prop_assert!(position.offset <= newest.max(nothing_to_fetch), "{position:?} after {newest}");
                    }
                    Delivery::Gap { position: Some(position), .. } => newest = newest.max(position.offset),
                    _ => {}
                }
            }
        }
    }
}

#[test]
fn a_gateway_that_is_deaf_to_its_erp_says_so_and_says_when_it_hears_again() {
    let mut talk = Talk::greeted(0);
    talk.hear(r#"{"type":"status","upstream":"down","since":7,"reason":"Redis: connection refused"}"#);
    talk.hear(r#"{"type":"status","upstream":"up","since":9,"reason":null}"#);
    let down = UpstreamDown { since: Millis(7), reason: "Redis: connection refused".into() };
    assert_eq!(std::mem::take(&mut talk.out.notes), [Note::Upstream(Some(down)), Note::Upstream(None)]);
}

#[test]
fn a_first_look_reaches_back_to_a_time_where_one_is_given() {
    let profile = Profile { first_look: 5, first_since: Some(Millis(1_000)), ..Profile::new("p", "ws://h/", profile::Dialect::NATIVE) };
    let mut talk = Talk { native: Native::new(&profile), out: Out::default() };
    talk.open();
    talk.committed(None);
    assert_eq!(talk.sent(), [r#"{"type":"subscribe","channel":"inventory","rewind":{"since":1000}}"#]);
}

#[test]
fn of_thousands_of_channels_none_is_left_out_in_silence() {
    const ALL: usize = 3000;
    let names: Vec<String> = (0..ALL).map(|n| format!("user:{n}:notifications")).collect();
    let mut native = Native::new(&Profile { first_look: 10, ..Profile::new("p", "ws://h/", crate::profile::Dialect::NATIVE) });
    let (mut out, now) = (Out::default(), Now { up: Duration::ZERO, wall: Millis(0) });
    native.opened(now, &mut out);
    let hello = serde_json::json!({"type": "hello", "session": "s", "server": "0", "user": {"id": "u", "name": "n", "roles": []}, "pingIntervalMs": 25_000, "channels": names});
    native.text(&hello.to_string(), now, &mut out);
    let asked = out.notes.drain(..).filter(|note| matches!(note, Note::Ask(_))).count();
    assert_eq!((asked, native.asked()), (ALL, ALL));
    for name in &names {
        native.committed(&name.as_str().into(), None, now, &mut out);
    }
    let sent = out.notes.drain(..).filter(|note| matches!(note, Note::Send(_))).count();
    assert_eq!(sent, ALL);
    // The gateway has room for two thirds.
    for (n, name) in names.iter().enumerate() {
        let answer = if n % 3 == 2 {
            format!(r#"{{"type":"error","code":"rate_limited","message":"full","channel":"{name}"}}"#)
        } else {
            format!(r#"{{"type":"subscribed","channel":"{name}","position":{{"epoch":"e","offset":0}},"recovered":true,"reason":null}}"#)
        };
        native.text(&answer, now, &mut out);
    }
    let said = out.notes.drain(..).filter(|note| matches!(note, Note::Denied { detail, .. } if detail == "full")).count();
    assert_eq!(said, ALL / 3, "whoever is not followed is named");
    assert_eq!(native.standing(), Standing::Unconfirmed);
    // They are asked for again, and said to be served once they are; later and later while they are not.
    let later = Now { up: native.due().expect("asked again"), wall: Millis(0) };
    native.tick(later, &mut out);
    assert_eq!(out.notes.drain(..).filter(|note| matches!(note, Note::Ask(_))).count(), ALL / 3);
    let name = &names[2];
    native.committed(&name.as_str().into(), None, later, &mut out);
    native.text(&format!(r#"{{"type":"error","code":"rate_limited","message":"full","channel":"{name}"}}"#), later, &mut out);
    assert!(!out.notes.iter().any(|note| matches!(note, Note::Denied { .. })), "once is enough");
    out.notes.clear();
    native.tick(Now { up: later.up + PAUSE, wall: Millis(0) }, &mut out);
    native.tick(Now { up: later.up + PAUSE * 2, wall: Millis(0) }, &mut out);
    native.committed(&name.as_str().into(), None, later, &mut out);
    native.text(
        &format!(r#"{{"type":"subscribed","channel":"{name}","position":{{"epoch":"e","offset":0}},"recovered":true,"reason":null}}"#),
        later,
        &mut out,
    );
    assert!(out.notes.contains(&Note::Served(name.as_str().into())), "{:?}", out.notes);
}

#[test]
fn what_is_not_for_this_user_moves_the_position_and_is_no_gap() {
    let mut talk = Talk::greeted(2000);
    talk.committed(pos("e", 7));
    talk.subscribed("e", 12, true, "null");
    talk.hear(r#"{"type":"passed","channel":"inventory","offset":9}"#);
    talk.event(10);
    talk.hear(r#"{"type":"passed","channel":"inventory","offset":12}"#);
    assert_eq!(talk.handed_on(), [(vec![10], pos("e", 10)), (vec![], pos("e", 12))]);
    assert_eq!(talk.native.standing(), Standing::Live, "there is nothing more to catch up with");
    talk.hear(r#"{"type":"passed","channel":"inventory","offset":11}"#);
    talk.event(13);
    assert_eq!(talk.handed_on(), [(vec![13], pos("e", 13))], "a position never goes back");
}

#[test]
fn a_look_back_that_finds_nothing_for_this_user_begins_all_the_same() {
    let mut talk = Talk::greeted(5);
    talk.committed(None);
    talk.subscribed("e", 20, false, "null");
    talk.hear(r#"{"type":"passed","channel":"inventory","offset":20}"#);
    talk.event(21);
    assert_eq!(talk.handed_on(), [(vec![21], pos("e", 21))]);
    assert_eq!(talk.native.standing(), Standing::Live);
}

#[test]
fn a_channel_is_asked_for_again_when_the_gateway_says() {
    let mut talk = Talk::greeted(0);
    talk.committed(None);
    talk.hear(r#"{"type":"error","code":"rate_limited","message":"slower","channel":"inventory","retryAfterMs":1500}"#);
    assert_eq!(talk.native.due(), Some(Duration::from_millis(1_600)));
}

#[test]
fn a_channel_that_may_be_read_again_is_asked_for_again() {
    let mut talk = Talk::greeted(0);
    talk.committed(None);
    talk.subscribed("e", 3, false, "null");
    talk.hear(r#"{"type":"channels","channels":["orders"]}"#);
    talk.hear(r#"{"type":"error","code":"forbidden","message":"no more","channel":"inventory"}"#);
    talk.out.notes.clear();
    talk.hear(r#"{"type":"channels","channels":["inventory","orders"]}"#);
    assert!(matches!(&talk.out.notes[..], [Note::Ask(channel)] if channel.as_str() == "inventory"), "{} notes", talk.out.notes.len());
}
