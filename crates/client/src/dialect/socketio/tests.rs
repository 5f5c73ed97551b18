mod topics;

use super::*;
use crate::profile;
use proptest::prelude::*;
use watchdeck_events::GapReason;

fn at(millis: u64) -> Now {
    Now { up: Duration::from_millis(millis), wall: Millis(millis as i64) }
}

/// Times on the wire; small numbers would be seconds.
const EPOCH: i64 = 1_795_223_788_000;
const OPENING: &str = r#"0{"sid":"s","upgrades":[],"pingInterval":25000,"pingTimeout":60000,"maxPayload":1000000}"#;
const CONNECTED: &str = r#"42["connected",{"connectionId":"c","timestamp":1,"user":{"id":7,"role":"ROLE_ADMIN"}}]"#;
const ACK: &str = r#"[{"id":"x","type":"ack","status":"success","topic":"a","subscriberCount":1}]"#;

struct Talk {
    wire: SocketIo,
    out: Out,
    now: Now,
}

impl Talk {
    fn new(profile: Profile) -> Self {
        Self { wire: SocketIo::new(&profile), out: Out::default(), now: at(0) }
    }

    fn with(topics: &[&str]) -> Self {
        Self::new(Profile {
            channels: topics.iter().copied().map(Channel::from).collect(),
            token: Some("x".into()),
            ..Profile::new("p", "ws://h/", profile::Dialect::SOCKET_IO)
        })
    }

    /// A connection on which everything asked for is subscribed.
    fn live(topics: &[&str]) -> Self {
        let mut talk = Self::with(topics);
        talk.join();
        (0..topics.len()).for_each(|number| talk.hear(&format!("43{number}{ACK}")));
        talk.out.notes.clear();
        talk
    }

    fn join(&mut self) {
        self.wire.opened(self.now, &mut self.out);
        self.hear(OPENING);
        self.hear(r#"40{"sid":"s"}"#);
        self.hear(CONNECTED);
    }

    fn hear(&mut self, text: &str) {
        self.wire.text(text, self.now, &mut self.out);
    }

    /// An event that happened `millis` after [`EPOCH`].
    fn event(&mut self, topic: &str, seq: u64, id: &str, millis: i64) {
        let millis = EPOCH + millis;
        self.hear(&format!(
            r#"42["event",{{"id":"{id}","topic":"{topic}","type":"event","payload":{{"n":{seq}}},"timestamp":{millis},"from":"7","seq":{seq}}}]"#
        ));
    }

    fn until(&mut self, millis: u64) {
        while let Some(due) = self.wire.due().filter(|due| due.as_millis() <= u128::from(millis)) {
            self.now = at(due.as_millis() as u64);
            self.wire.tick(self.now, &mut self.out);
            if self.ended().is_some() {
                return;
            }
        }
        self.now = at(millis);
    }

    fn ended(&self) -> Option<Ending> {
        self.out.notes.iter().find_map(|note| if let Note::End(ending) = note { Some(ending.clone()) } else { None })
    }

    fn sent(&mut self) -> Vec<String> {
        std::mem::take(&mut self.out.notes)
            .into_iter()
            .filter_map(|note| if let Note::Send(text) = note { Some(text) } else { None })
            .collect()
    }

    fn gaps(&mut self) -> Vec<(Option<String>, i64, i64, GapReason)> {
        let gap = |delivery| match delivery {
            Delivery::Gap { channel, from, to, reason, .. } => Some((channel.map(|channel| channel.to_string()), from.0, to.0, reason)),
            _ => None,
        };
        self.out.burst.drain().filter_map(|(delivery, _)| gap(delivery)).collect()
    }

    fn events(&mut self) -> Vec<Incoming> {
        let events = |delivery| if let Delivery::Events { events, .. } = delivery { events } else { panic!("events only: {delivery:?}") };
        self.out.burst.drain().flat_map(|(delivery, _)| events(delivery)).collect()
    }
}

#[test]
fn the_handshake_is_spelled_as_the_server_wants_it() {
    let mut talk = Talk::with(&["venue_notice", "a\"b"]);
    talk.now = at(9);
    talk.wire.opened(talk.now, &mut talk.out);
    assert_eq!((talk.wire.standing(), talk.wire.is_recognised()), (Standing::Greeting, false));
    talk.hear(OPENING);
    assert!(talk.wire.is_recognised());
    let greeted = Note::Greeted { ping: Some(Duration::from_secs(25)), user_name: None, server: None };
    assert_eq!(std::mem::take(&mut talk.out.notes), [greeted, Note::Send(r#"40{"token":"Bearer x"}"#.into())]);
    talk.hear(r#"40{"sid":"s"}"#);
    assert_eq!(talk.out.notes, []);
    talk.hear(CONNECTED);
    let greeted = Note::Greeted { ping: None, user_name: Some("7 (ROLE_ADMIN)".into()), server: None };
    assert_eq!(talk.out.notes.remove(0), greeted);
    assert_eq!(
        talk.sent(),
        [
            r#"420["subscribe",{"topic":"venue_notice","messageId":"watchdeck-9-0","timestamp":9}]"#,
            r#"421["subscribe",{"topic":"a\"b","messageId":"watchdeck-9-1","timestamp":9}]"#
        ]
    );
    assert_eq!(talk.wire.standing(), Standing::Unconfirmed);
    talk.hear(&format!("430{ACK}"));
    assert_eq!((talk.wire.standing(), &talk.out.notes[..]), (Standing::Unconfirmed, &[][..]), "one is still open");
    talk.hear(&format!("431{ACK}"));
    assert_eq!(talk.wire.standing(), Standing::Live);
    talk.hear("2");
    assert_eq!(talk.out.notes.pop(), Some(Note::Send("3".into())), "the engine's ping wants an answer");
}

#[test]
fn a_server_without_a_greeting_is_asked_all_the_same() {
    let mut talk = Talk::with(&["a"]);
    talk.wire.opened(talk.now, &mut talk.out);
    talk.hear(OPENING);
    talk.hear("40");
    talk.sent();
    talk.until(1999);
    assert_eq!(talk.sent().len(), 0);
    talk.until(2000);
    assert_eq!(talk.sent().len(), 1);
}

#[test]
fn a_server_that_acknowledges_nothing_is_followed_and_whatever_it_sends_is_taken() {
    let mut talk = Talk::with(&["a"]);
    talk.join();
    talk.until(25_000);
    assert_eq!(talk.ended(), None, "an official server answers no question that its application does not answer");
    assert_eq!(talk.sent().iter().filter(|text| text.contains("subscribe")).count(), 2);
    assert_eq!(talk.wire.standing(), Standing::Unconfirmed, "and nothing has come yet");
    talk.hear(r#"42["order:update",{"id":7,"status":"paid","timestamp":1795223788150}]"#);
    talk.hear(r#"42["tick",1,{"b":2}]"#);
    talk.hear(r#"42["bare"]"#);
    talk.hear(r#"42["wrapped",{"topic":"a","payload":"x","id":"e1"}]"#);
    talk.hear(r#"42["pong"]"#);
    let found: Vec<_> =
        talk.events().into_iter().map(|event| (event.channel.to_string(), event.id, event.payload.as_str().to_owned())).collect();
    let bare = |name: &str, payload: &str| (name.to_owned(), None, payload.to_owned());
    assert_eq!(
        found,
        [
            bare("order:update", r#"{"id":7,"status":"paid","timestamp":1795223788150}"#),
            bare("tick", r#"[1,{"b":2}]"#),
            bare("bare", "null"),
            ("a".to_owned(), Some("e1".into()), "\"x\"".to_owned()),
        ],
        "its `id` is an order's, not an event's"
    );
    assert_eq!(talk.wire.standing(), Standing::Live);
    talk.wire.down(Millis(26_000), false);
    talk.now = at(30_000);
    talk.join();
    talk.hear(r#"42["tick",2]"#);
    assert_eq!(talk.gaps(), [(None, 26_000, 30_000, GapReason::NotReplayable)], "every redial leaves its marker");
    talk.wire.down(Millis(31_000), false);
    talk.now = at(40_000);
    talk.join();
    talk.until(65_000);
    assert_eq!(talk.gaps(), [(None, 31_000, 60_000, GapReason::NotReplayable)], "on a quiet server too");
}

#[test]
fn a_server_that_stops_answering_heartbeats_is_deaf_and_left() {
    let mut talk = Talk::live(&["a"]);
    let beat = |talk: &mut Talk, until: u64| {
        while talk.now.up < Duration::from_millis(until) && talk.ended().is_none() {
            talk.hear("2");
            let next = (talk.now.up.as_millis() as u64 + 10_000).min(until);
            talk.until(next);
        }
    };
    beat(&mut talk, 100_000);
    assert_eq!(talk.ended(), None, "one that never answered proves nothing by its silence");
    talk.hear(r#"42["heartbeat_ack",{"timestamp":1}]"#);
    beat(&mut talk, 175_000);
    let ended = talk.ended();
    assert!(
        matches!(&ended, Some(Ending::Retry { cause: Cause::Silent, .. })),
        "the engine's pings go on, but nothing else comes: {ended:?}"
    );
}

#[test]
fn an_event_keeps_the_payload_byte_for_byte_and_any_shape() {
    let mut talk = Talk::live(&["venue_notice"]);
    talk.hear(r#"42["event",{"id":"e1","topic":"venue_notice","type":"event","payload":"场馆 3 维护","timestamp":1795223788150,"from":"7","seq":1}]"#);
    let mut expected = Incoming {
        channel: "venue_notice".into(),
        offset: None,
        id: Some("e1".into()),
        server_at: Some(Millis(1_795_223_788_150)),
        kind: Some("venue_notice".into()),
        payload: Payload::from_json("\"场馆 3 维护\""),
    };
    assert_eq!(talk.events(), [expected.clone()]);
    // Escapes, spaces, another order, an acknowledgement wanted: the slow path gives the same.
    talk.hear(r#"4217[ "event", {"seq":"2","payload":[1.50,null],"topic":"venue\u005fnotice","id":"e2","timestamp":1795223788151}, 5]"#);
    (expected.id, expected.server_at) = (Some("e2".into()), Some(Millis(1_795_223_788_151)));
    expected.payload = Payload::from_json("[1.50,null]");
    assert_eq!(talk.events(), [expected]);
}

#[test]
fn a_broadcast_is_an_event_of_its_own_channel() {
    let mut talk = Talk::live(&["venue_notice"]);
    let object = r#"{"id":"n1","type":"notification","level":"warning","message":"今晚停机","timestamp":1795223788150}"#;
    talk.hear(&format!(r#"42["notification",{object}]"#));
    let [event] = &talk.events()[..] else { panic!("one event") };
    assert_eq!((event.channel.as_str(), event.kind.as_deref(), event.id.as_deref()), ("notification", Some("notification"), Some("n1")));
    assert_eq!(event.payload, Payload::from_json(object));
    assert_eq!(event.server_at, Some(Millis(1_795_223_788_150)));
}

#[test]
fn a_skipped_number_is_a_hole_and_a_fall_a_restart() {
    let mut talk = Talk::live(&["a", "b"]);
    talk.event("a", 5, "a5", 100);
    talk.event("b", 1, "b1", 110);
    talk.event("a", 6, "a6", 120);
    talk.event("a", 6, "a6", 120);
    assert_eq!(talk.events().len(), 4, "a copy is the store's affair");
    talk.event("a", 9, "a9", 200);
    talk.event("a", 1, "new", 300);
    talk.event("b", 2, "b2", 310);
    let a = || Some("a".to_owned());
    let (jump, restart) = (GapReason::SequenceJump, GapReason::Restarted);
    assert_eq!(talk.gaps(), [(a(), EPOCH + 120, EPOCH + 200, jump), (a(), EPOCH + 200, EPOCH + 300, restart)]);
}

#[test]
fn numbers_are_compared_across_connections() {
    let mut talk = Talk::live(&["a"]);
    talk.event("a", 5, "a5", 100);
    talk.gaps();
    talk.wire.down(Millis(150), true);
    talk.now = at(400);
    talk.join();
    assert_eq!(talk.gaps(), [], "not before we listen again");
    talk.now = at(450);
    talk.hear(&format!("430{ACK}"));
    talk.event("a", 1, "n1", 460);
    let reconnect = (None, 150, 450, GapReason::NotReplayable);
    assert_eq!(talk.gaps(), [reconnect, (Some("a".into()), EPOCH + 100, EPOCH + 460, GapReason::Restarted)]);
}

#[test]
fn a_connection_that_the_server_lost_is_made_anew() {
    let mut talk = Talk::live(&["a"]);
    talk.hear(r#"42["error",{"type":"error","code":"connection_not_found","message":"连接不存在"}]"#);
    assert_eq!(talk.ended(), Some(Ending::retry(Cause::Closed, "连接不存在")));
}

#[test]
fn the_applications_heart_beats_each_half_minute() {
    let mut talk = Talk::live(&["a"]);
    let mut beats = vec![];
    for n in 1..=18 {
        talk.hear("2");
        talk.until(n * 5000);
        beats.extend(talk.sent().into_iter().filter(|text| text.contains("heartbeat")));
    }
    let beat = |millis: u64| format!(r#"42["heartbeat",{{"timestamp":{millis}}}]"#);
    assert_eq!(beats, [beat(30_000), beat(60_000), beat(90_000)]);
    talk.hear(r#"42["heartbeat_ack",{"timestamp":30001}]"#);
    assert_eq!(talk.out.burst.drain().count(), 0);
}

#[test]
fn silence_beyond_the_servers_own_patience_ends_the_connection() {
    let mut talk = Talk::live(&["a"]);
    talk.until(84_999);
    assert_eq!(talk.ended(), None);
    talk.until(85_000);
    assert_eq!(talk.ended(), Some(Ending::retry(Cause::Silent, "no packet for 85 s")));
}

#[test]
fn a_patient_server_does_not_make_us_patient() {
    let mut talk = Talk::with(&[]);
    talk.wire.opened(talk.now, &mut talk.out);
    talk.hear(r#"0{"sid":"s","pingInterval":300000,"pingTimeout":200000}"#);
    assert!(matches!(talk.out.notes[0], Note::Greeted { ping: Some(ping), .. } if ping == Duration::from_secs(25)));
}

#[test]
fn a_server_that_does_not_go_on_is_given_up() {
    for heard in [&[][..], &[OPENING]] {
        let mut talk = Talk::with(&["a"]);
        talk.wire.opened(talk.now, &mut talk.out);
        heard.iter().for_each(|text| talk.hear(text));
        talk.until(10_000);
        assert!(matches!(talk.ended(), Some(Ending::Retry { cause: Cause::TimedOut, .. })), "{heard:?}");
    }
}

#[test]
fn being_sent_away_is_retried_and_being_refused_is_not() {
    for (text, ending) in [
        ("41", Ending::retry(Cause::Closed, "the server sent us away")),
        ("1", Ending::retry(Cause::Closed, "the server closed the transport")),
        (r#"44{"message":"Token expired"}"#, Ending::NeedsLogin("Token expired".into())),
        (r#"44{"message":"Invalid namespace"}"#, Ending::Refused("Invalid namespace".into())),
    ] {
        let mut talk = Talk::with(&["a"]);
        talk.wire.opened(talk.now, &mut talk.out);
        talk.hear(OPENING);
        talk.hear(text);
        assert_eq!(talk.ended(), Some(ending), "{text}");
    }
}

#[test]
fn damage_is_set_aside() {
    let mut talk = Talk::live(&["a"]);
    for damage in [
        "",
        "hello",
        r#"42["event",{"id":"e","topic":"a","pay"#,
        r#"42["event",{"id":"e"}]"#,
        r#"42["event"]"#,
        "42{}",
        r#"451-["event",{"_placeholder":true,"num":0}]"#,
    ] {
        talk.hear(damage);
        let found: Vec<_> = talk.out.burst.drain().map(|(delivery, _)| delivery).collect();
        assert!(matches!(&found[..], [Delivery::Malformed { sample, .. }] if **sample == *damage.as_bytes()), "{damage:?}: {found:?}");
    }
    talk.hear(r#"42/admin,["event",{}]"#);
    assert_eq!(talk.out.burst.drain().count(), 0, "of a namespace that we did not join");
}

proptest! {
    #[test]
    fn garbage_never_panics(texts in proptest::collection::vec(
        ".{0,60}|4[0-6][0-9]{0,3}\\[\"(event|notification|error|connected)\",\\{\"(topic|seq|id|code|user)\":[\"a-z0-9{}]{0,8}\\}\\]|0\\{.{0,20}\\}|43[0-9]\\[.{0,20}\\]", 0..30)
    ) {
        let mut talk = Talk::with(&["a", "b"]);
        talk.join();
        for (n, text) in texts.iter().enumerate() {
            talk.hear(text);
            talk.now = at(n as u64 * 7000);
            talk.wire.tick(talk.now, &mut talk.out);
        }
    }
}
