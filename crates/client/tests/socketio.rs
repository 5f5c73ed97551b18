//! The link against a scripted Socket.IO server on a real socket.

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::json;
use std::time::Duration;
use tokio_tungstenite::tungstenite::Message;
use watchdeck_client::{Cause, Delivery, Denied, Dialect, Profile, State, Timing, User, probe};
use watchdeck_events::{Channel, GapReason, Millis};
use watchdeck_testkit::{
    faults::{self, Script},
    rig::{Rig, profile, timing},
    server::{Peer, Server},
    venue::{EPOCH, Venue, event},
};

fn venue(server: &Server, topics: &[&str]) -> Profile {
    let url = format!("ws://{}/", server.addr);
    let user = Some(User { id: "7".into(), role: "ROLE_ADMIN".into(), name: "zhang".into() });
    Profile { channels: topics.iter().copied().map(Channel::from).collect(), user, ..profile(url, Dialect::SOCKET_IO) }
}

struct Venues;

impl Script for Venues {
    fn profile(&self, server: &Server) -> Profile {
        venue(server, &["a"])
    }

    async fn live(&self, server: &Server) -> Peer {
        Venue::live(server, &["a"]).await.peer
    }

    fn message(&self, n: u64) -> String {
        format!("42{}", json!(["event", {"id": n.to_string(), "topic": "a", "payload": {"n": n}, "timestamp": EPOCH + n}]))
    }
}

#[tokio::test]
async fn it_joins_subscribes_and_beats() {
    let server = Server::start().await;
    let mut rig = Rig::start(venue(&server, &["venue_notice"]));
    let mut venue = Venue::open(&server).await;
    assert_eq!(venue.peer.path, "/socket.io/?EIO=4&transport=websocket&userId=7&userRole=ROLE_ADMIN");
    assert!(!venue.peer.headers.contains_key("authorization"), "the token belongs into the packet");
    assert_eq!(venue.join().await, r#"40{"token":"Bearer secret-token"}"#);
    let (number, topic) = venue.subscribe().await;
    assert_eq!((number, &*topic), (0, "venue_notice"));
    rig.status("unconfirmed", |status| status.state == State::Unconfirmed).await;
    venue.ack(number, &topic).await;
    let status = rig.live().await;
    assert_eq!(status.user_name.as_deref(), Some("7 (ROLE_ADMIN)"));

    venue.publish("venue_notice", json!("今晚停电")).await;
    let found = rig.event().await;
    assert_eq!(
        (found.channel.as_str(), found.kind.as_deref(), found.payload.as_str()),
        ("venue_notice", Some("venue_notice"), "\"今晚停电\"")
    );
    assert_eq!(found.server_at, Some(Millis(EPOCH as i64 + 1)));
    venue.emit("notification", json!({"id": "n1", "type": "notification", "level": "warning", "message": "m", "timestamp": EPOCH})).await;
    let found = rig.event().await;
    assert_eq!((found.channel.as_str(), found.id.as_deref()), ("notification", Some("n1")));

    venue.peer.say_text("2").await;
    assert_eq!(venue.peer.hear_text().await, "3", "the engine's ping is answered");
    rig.clock.sleep(Duration::from_secs(29));
    assert_eq!(event(&venue.peer.hear_text().await).1, "heartbeat", "the application's heart beats by itself");
}

#[tokio::test]
async fn a_copy_keeps_its_id_and_makes_no_gap() {
    let server = Server::start().await;
    let mut rig = Rig::start(venue(&server, &["a"]));
    let mut venue = Venue::live(&server, &["a"]).await;
    for number in [1, 1, 2, 2, 3, 2, 3] {
        venue.publish_as("a", number, json!(number)).await;
    }
    let mut ids = vec![];
    for _ in 0..7 {
        ids.extend(rig.event().await.id);
    }
    assert_eq!(ids.iter().map(|id| &**id).collect::<Vec<_>>(), ["a-1-1", "a-1-1", "a-2-2", "a-2-2", "a-3-3", "a-2-2", "a-3-3"]);
}

#[tokio::test]
async fn numbers_that_are_skipped_are_a_gap_of_their_topic() {
    let server = Server::start().await;
    let mut rig = Rig::start(venue(&server, &["a", "b"]));
    let mut venue = Venue::live(&server, &["a", "b"]).await;
    venue.publish("a", json!(1)).await;
    venue.publish("b", json!(1)).await;
    venue.skip("a", 3);
    venue.publish("b", json!(2)).await;
    venue.publish("a", json!("after")).await;
    let (events, others) = rig.until_payload("\"after\"").await;
    assert_eq!(events.len(), 4);
    let (from, to) = (Millis(EPOCH as i64 + 1), Millis(EPOCH as i64 + 5));
    let gap = Delivery::Gap { channel: Some("a".into()), from, to, reason: GapReason::SequenceJump, position: None, id: None };
    assert_eq!(others, [gap]);
}

#[tokio::test]
async fn a_server_that_restarts_is_subscribed_anew_and_its_fresh_count_is_told() {
    let server = Server::start().await;
    let (addr, mut rig) = (server.addr, Rig::start(venue(&server, &["a", "b"])));
    let mut old = Venue::live(&server, &["a", "b"]).await;
    for n in 1..=5 {
        old.publish("a", json!(n)).await;
    }
    rig.until_payload("5").await;
    drop((old, server));
    rig.offline(Cause::ConnectionRefused).await;

    let server = Server::on(addr).await;
    let mut fresh = Venue::live(&server, &["a", "b"]).await;
    fresh.publish("a", json!("fresh")).await;
    let (events, others) = rig.until_payload("\"fresh\"").await;
    assert_eq!(events.len(), 1);
    let reasons: Vec<_> = others
        .iter()
        .map(|other| match other {
            Delivery::Gap { channel, reason, .. } => (channel.as_ref().map(Channel::as_str), *reason),
            other => panic!("a gap is expected, not {other:?}"),
        })
        .collect();
    assert_eq!(reasons, [(None, GapReason::NotReplayable), (Some("a"), GapReason::Restarted)]);
}

#[tokio::test]
async fn a_topic_that_does_not_exist_is_said_and_left_alone() {
    let server = Server::start().await;
    let mut rig = Rig::start(venue(&server, &["a", "gone"]));
    let mut venue = Venue::open(&server).await;
    venue.join().await;
    for _ in 0..2 {
        let (number, topic) = venue.subscribe().await;
        if topic == "gone" {
            venue.nack(number, "channel_not_found", "频道不存在").await;
        } else {
            venue.ack(number, &topic).await;
        }
    }
    let status = rig.live().await;
    assert_eq!(status.denied, [Denied { channel: "gone".into(), detail: "频道不存在".into() }]);
    venue.publish("a", json!(1)).await;
    rig.event().await;
    let again = tokio::time::timeout(Duration::from_secs(1), venue.peer.hear_text()).await;
    assert!(again.is_err(), "it must not ask again at once: {again:?}");
}

#[tokio::test]
async fn a_failed_subscribe_is_tried_again() {
    let server = Server::start().await;
    let rig = Rig::start(venue(&server, &["a"]));
    let mut venue = Venue::open(&server).await;
    venue.join().await;
    let (number, _) = venue.subscribe().await;
    venue.nack(number, "subscribe_failed", "订阅失败").await;
    rig.status("it is said", |status| status.denied.len() == 1).await;
    rig.clock.sleep(Duration::from_secs(5));
    let (number, topic) = venue.subscribe().await;
    venue.ack(number, &topic).await;
    assert_eq!(rig.live().await.denied, []);
}

#[tokio::test]
async fn a_server_that_never_answers_a_subscription_is_followed_but_not_called_live_before_it_speaks() {
    let server = Server::start().await;
    let timing = Timing { subscribe: Duration::from_millis(150), ..timing() };
    let mut rig = Rig::start(Profile { timing, ..venue(&server, &["a"]) });
    let mut venue = Venue::open(&server).await;
    venue.join().await;
    assert_eq!((venue.subscribe().await.0, venue.subscribe().await.0), (0, 1), "it is repeated once");
    assert_eq!(rig.link.status().borrow().state, State::Unconfirmed);
    venue.emit("order:update", json!({"id": 1})).await;
    let event = rig.event().await;
    assert_eq!((event.channel.as_str(), event.kind.as_deref()), ("order:update", Some("order:update")));
    assert_eq!(rig.live().await.reconnects, 0);
}

#[tokio::test]
async fn topics_that_are_refused_are_named_in_the_state() {
    let server = Server::start().await;
    let rig = Rig::start(venue(&server, &["a", "b"]));
    let mut venue = Venue::open(&server).await;
    venue.join().await;
    for _ in 0..2 {
        let (number, _) = venue.subscribe().await;
        venue.nack(number, "forbidden", "无权订阅").await;
    }
    let status = rig.status("refused", |status| matches!(status.state, State::Refused { .. })).await;
    assert_eq!(status.state, State::Refused { detail: "refused: 2 of 2 channels (a, b): 无权订阅".into() });
    assert!(status.connected_since.is_some(), "the link stays: topics may come to be");
    assert_eq!(status.asked, 2);
}

#[tokio::test]
async fn a_refused_token_needs_a_login_and_raises_no_storm() {
    for (message, refused) in [
        ("Token expired", State::NeedsLogin { detail: "Token expired".into() }),
        ("Authentication failed", State::NeedsLogin { detail: "Authentication failed".into() }),
        ("Invalid namespace", State::Refused { detail: "Invalid namespace".into() }),
    ] {
        let server = Server::start().await;
        let rig = Rig::start(venue(&server, &["a"]));
        let mut venue = Venue::open(&server).await;
        venue.peer.hear_text().await;
        venue.peer.say_text(&format!("44{}", json!({ "message": message }))).await;
        faults::no_storm_after(message, &server, &rig, &refused).await;
    }
}

#[tokio::test]
async fn being_sent_away_again_and_again_is_answered_ever_more_slowly() {
    let server = Server::start().await;
    let rig = Rig::start(venue(&server, &["a"]));
    for expected in 1..=4 {
        let mut venue = Venue::open(&server).await;
        venue.join().await;
        venue.peer.say_text("41").await;
        rig.failed(expected).await;
    }
}

#[tokio::test]
async fn damaged_and_binary_frames_are_kept_for_inspection() {
    let server = Server::start().await;
    let mut rig = Rig::start(venue(&server, &["a"]));
    let mut venue = Venue::live(&server, &["a"]).await;
    venue.peer.say_text(r#"42["event",{"topic":"a","payl"#).await;
    venue.peer.ws.send(Message::binary(vec![0, 159])).await.unwrap();
    venue.publish("a", json!("fine")).await;
    let (_, others) = rig.until_payload("\"fine\"").await;
    let samples: Vec<_> = others
        .iter()
        .map(|other| if let Delivery::Malformed { sample, .. } = other { &sample[..] } else { panic!("damage, not {other:?}") })
        .collect();
    assert_eq!(samples, [&br#"42["event",{"topic":"a","payl"#[..], &[0, 159]]);
}

#[tokio::test]
async fn a_message_cut_in_pieces_arrives_once_and_a_torn_one_never() {
    faults::a_message_cut_in_pieces_arrives_once_and_a_torn_one_never(Venues).await;
}

#[tokio::test]
async fn garbage_of_64_mib_is_counted_and_survived() {
    faults::garbage_of_64_mib_is_counted_and_survived(Venues).await;
}

#[tokio::test]
async fn a_link_that_falls_silent_is_noticed() {
    faults::a_link_that_falls_silent_is_noticed(Venues).await;
}

#[tokio::test]
async fn a_link_that_owes_an_answer_says_so() {
    faults::a_link_that_owes_an_answer_says_so(Venues).await;
}

#[tokio::test]
async fn a_probe_names_what_is_denied() {
    let server = Server::start().await;
    let speak = async {
        let mut venue = Venue::open(&server).await;
        venue.join().await;
        for _ in 0..2 {
            let (number, topic) = venue.subscribe().await;
            if topic == "gone" {
                venue.nack(number, "channel_not_found", "频道不存在").await;
            } else {
                venue.ack(number, &topic).await;
            }
        }
        while let Some(Ok(_)) = venue.peer.ws.next().await {}
    };
    let (steps, ()) = tokio::join!(probe(venue(&server, &["a", "gone"])), speak);
    let last = steps.last().unwrap();
    assert!(last.step == "subscribe" && last.ok && last.detail.contains("gone: 频道不存在"), "{steps:?}");

    let speak = async {
        let mut venue = Venue::open(&server).await;
        venue.peer.hear_text().await;
        venue.peer.say_text(r#"44{"message":"Token expired"}"#).await;
        venue.peer.gone().await;
    };
    let (steps, ()) = tokio::join!(probe(venue(&server, &["a"])), speak);
    let last = steps.last().unwrap();
    assert_eq!((last.step, last.ok, last.detail.as_str()), ("sign_in", false, "Token expired"));
}
