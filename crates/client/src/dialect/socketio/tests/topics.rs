//! What becomes of the topics that are asked for.

use super::*;
use crate::profile::User as Me;

#[test]
fn who_chooses_nothing_gets_the_shared_topics_and_his_own() {
    let user = Some(Me { id: "7".into(), role: "ROLE_USER".into(), name: "alice".into() });
    let mut talk = Talk::new(Profile { user, ..Profile::new("p", "ws://h/", profile::Dialect::SOCKET_IO) });
    talk.wire.opened(talk.now, &mut talk.out);
    talk.hear(OPENING);
    assert_eq!(talk.sent(), ["40"], "no token, none said");
    talk.hear("40");
    talk.hear(CONNECTED);
    let sent = talk.sent();
    for topic in ["venue_notice", "booking.status.change", "post_like_to_alice", "post_comment_to_alice"] {
        assert_eq!(sent.iter().filter(|text| text.contains(&format!("\"topic\":\"{topic}\""))).count(), 1, "{topic}: {sent:?}");
    }
    // Planned topics do not exist yet; nobody asked for them by name, so nobody is told.
    talk.hear(r#"431[{"type":"error","code":"channel_not_found","message":"频道不存在"}]"#);
    assert_eq!(talk.out.notes, []);
}

#[test]
fn refused_topics_are_said_at_once_and_all_refused_is_no_waiting() {
    let mut talk = Talk::with(&["a", "b"]);
    talk.join();
    talk.sent();
    talk.hear(r#"430[{"type":"error","code":"forbidden","message":"无权订阅"}]"#);
    assert_eq!(talk.out.notes, [Note::Denied { channel: "a".into(), detail: "无权订阅".into() }]);
    assert_eq!((talk.wire.standing(), talk.wire.asked()), (Standing::Unconfirmed, 2), "the other is not answered yet");
    talk.hear(r#"431[{"type":"error","code":"forbidden","message":"无权订阅"}]"#);
    assert_eq!(talk.wire.standing(), Standing::Denied);
}

#[test]
fn a_server_that_serves_none_of_the_usual_topics_is_reported() {
    let mut talk = Talk::new(Profile::new("p", "ws://h/", profile::Dialect::SOCKET_IO));
    talk.join();
    let asked = talk.sent().iter().filter(|text| text.contains("subscribe")).count();
    for number in 0..asked {
        assert_eq!(talk.out.notes, [], "not before all have been answered");
        talk.hear(&format!(r#"43{number}[{{"type":"error","code":"channel_not_found","message":"频道不存在"}}]"#));
    }
    assert_eq!(talk.out.notes.len(), asked);
    assert!(talk.out.notes.contains(&Note::Denied { channel: "venue_notice".into(), detail: "频道不存在".into() }));
}

#[test]
fn a_topic_that_does_not_exist_is_said_and_not_asked_for_at_once() {
    let mut talk = Talk::with(&["a", "b"]);
    talk.join();
    talk.sent();
    talk.hear(r#"431[{"type":"error","code":"channel_not_found","message":"频道不存在"}]"#);
    assert_eq!(talk.out.notes, [Note::Denied { channel: "b".into(), detail: "频道不存在".into() }]);
    talk.hear(&format!("430{ACK}"));
    assert_eq!(talk.wire.standing(), Standing::Live, "the other topic is followed");
    talk.out.notes.clear();
    while talk.now.up < Duration::from_secs(299) {
        talk.hear("2");
        let next = talk.now.up.as_millis() as u64 + 20_000;
        talk.until(next.min(299_000));
    }
    assert_eq!(talk.sent().iter().filter(|text| text.contains("subscribe")).count(), 0);
    talk.hear("2");
    talk.until(301_000);
    let asked = talk.sent();
    assert!(asked.iter().any(|text| text.starts_with(r#"422["subscribe",{"topic":"b""#)), "it may have come to be: {asked:?}");
    assert_eq!(talk.wire.standing(), Standing::Live);
    talk.hear(&format!("432{ACK}"));
    assert_eq!(talk.out.notes, [Note::Served("b".into())]);
}

#[test]
fn with_nothing_subscribed_it_never_claims_to_be_live() {
    let mut talk = Talk::with(&["a"]);
    talk.join();
    talk.hear(r#"430[{"type":"error","code":"channel_not_found","message":"no"}]"#);
    assert_eq!(talk.wire.standing(), Standing::Denied);
}

#[test]
fn a_failed_subscribe_is_repeated_ever_more_slowly() {
    let mut talk = Talk::with(&["a"]);
    talk.join();
    talk.sent();
    let mut times = vec![];
    for number in 0..5 {
        talk.hear(&format!(r#"43{number}[{{"type":"error","code":"subscribe_failed","message":"订阅失败"}}]"#));
        talk.sent();
        let from = talk.now.up;
        while talk.sent().iter().all(|text| !text.contains("subscribe")) {
            talk.hear("2");
            talk.sent();
            let next = talk.wire.due().expect("it asks again").as_millis() as u64;
            talk.until(next);
            assert_eq!(talk.ended(), None);
        }
        times.push((talk.now.up - from).as_secs());
    }
    assert_eq!(times, [5, 10, 20, 40, 80]);
}

#[test]
fn one_silent_topic_does_not_take_the_others_down() {
    let mut talk = Talk::with(&["a", "b"]);
    talk.join();
    talk.hear(&format!("430{ACK}"));
    talk.until(20_000);
    assert_eq!((talk.ended(), talk.wire.standing()), (None, Standing::Live));
    let denied = Note::Denied { channel: "b".into(), detail: "no answer to the subscription".into() };
    assert!(talk.out.notes.contains(&denied), "{:?}", talk.out.notes);
}
