//! The link against a scripted plain ERP server on a real socket.

use serde_json::json;
use std::time::Duration;
use watchdeck_client::{Cause, Delivery, Dialect, Profile, State, Timing, probe};
use watchdeck_events::{Channel, GapReason};
use watchdeck_testkit::{
    faults::{self, Script},
    rig::{Rig, profile, timing},
    server::{Peer, Server},
};

fn erp(server: &Server) -> Profile {
    Profile { channels: vec![Channel::from("inventory")], ..profile(server.url(), Dialect::ERP) }
}

fn message(n: u64) -> serde_json::Value {
    json!({"channel": "inventory", "data": {"type": "inventory:change", "n": n}, "ts": 1_795_223_788_150u64 + n})
}

struct Erps;

impl Script for Erps {
    fn profile(&self, server: &Server) -> Profile {
        erp(server)
    }

    async fn live(&self, server: &Server) -> Peer {
        let mut peer = server.erp().await;
        peer.hear().await;
        peer
    }

    fn message(&self, n: u64) -> String {
        json!({"channel": "inventory", "data": {"n": n}, "ts": 1_795_223_788_150u64 + n}).to_string()
    }
}

#[tokio::test]
async fn it_signs_in_with_the_session_cookie_and_follows_every_channel() {
    let server = Server::start().await;
    let rig = Rig::start(Profile { channels: vec![], ..erp(&server) });
    let mut peer = server.erp().await;
    assert_eq!(peer.headers["cookie"], "next-auth.session-token=secret-token; __Secure-next-auth.session-token=secret-token");
    assert_eq!(peer.headers["origin"], format!("http://{}", server.addr));
    assert!(!peer.headers.contains_key("sec-websocket-protocol"));
    for channel in Channel::ERP.into_iter().chain(["data.products", "data.customers"]) {
        assert_eq!(peer.hear().await, json!({"type": "subscribe", "channel": channel}));
    }
    rig.status("unconfirmed", |status| status.state == State::Unconfirmed).await;
}

#[tokio::test]
async fn a_lost_early_subscribe_is_sent_again() {
    let server = Server::start().await;
    let mut rig = Rig::start(erp(&server));
    let mut peer = server.erp().await;
    // The server is still checking the session: the first two are lost.
    peer.hear().await;
    peer.hear().await;
    assert_eq!(peer.hear().await, json!({"type": "subscribe", "channel": "inventory"}));
    peer.say(message(1)).await;
    let Delivery::Events { events, position: None, .. } = rig.delivery().await else { panic!("an event without a position is expected") };
    assert_eq!(events[0].payload.as_str(), r#"{"n":1,"type":"inventory:change"}"#);
    rig.live().await;
}

#[tokio::test]
async fn a_refusal_after_open_is_not_retried_whatever_its_reason() {
    let expired = [
        "No cookies provided",
        "No session token found",
        "Authentication failed",
        "Token expired",
        "Invalid token payload",
        "Invalid token",
        "未授权",
    ];
    let one = |reason: &'static str| async move {
        let server = Server::start().await;
        let rig = Rig::start(erp(&server));
        server.erp().await.close(1008, reason).await;
        let status = rig.status(reason, |status| matches!(status.state, State::NeedsLogin { .. } | State::Refused { .. })).await;
        let words = match &status.state {
            State::NeedsLogin { detail } if reason != "禁止的来源" => detail,
            State::Refused { detail } if reason == "禁止的来源" => detail,
            other => panic!("{reason}: {other:?}"),
        };
        assert!(words.starts_with(reason), "the server's own words come first: {words}");
        faults::no_storm_after(reason, &server, &rig, &status.state).await;
    };
    futures_util::future::join_all(expired.into_iter().chain(["禁止的来源"]).map(one)).await;
}

#[tokio::test]
async fn a_server_that_restarts_is_subscribed_anew() {
    let server = Server::start().await;
    let (addr, mut rig) = (server.addr, Rig::start(erp(&server)));
    let mut peer = server.erp().await;
    peer.say(message(1)).await;
    rig.event().await;
    drop((peer, server));
    rig.offline(Cause::ConnectionRefused).await;
    let server = Server::on(addr).await;
    let mut peer = server.erp().await;
    for _ in 0..2 {
        assert_eq!(peer.hear().await, json!({"type": "subscribe", "channel": "inventory"}), "until a message confirms it");
    }
    peer.say(message(2)).await;
    let (events, others) = rig.until_payload(r#"{"n":2,"type":"inventory:change"}"#).await;
    assert_eq!(events.len(), 1);
    assert!(matches!(others[..], [Delivery::Gap { .. }]), "{others:?}");
}

#[tokio::test]
async fn a_message_that_comes_twice_is_handed_on_twice_with_the_same_content() {
    let server = Server::start().await;
    let mut rig = Rig::start(erp(&server));
    let mut peer = server.erp().await;
    let once = json!({"channel": "inventory", "data": {"type": "inventory:change", "n": 1}, "ts": 1_795_223_788_150u64});
    let again = json!({"channel": "inventory", "data": {"type": "inventory:change", "n": 1}, "ts": 1_795_223_788_151u64});
    peer.say(once).await;
    peer.say(again).await;
    let (first, second) = (rig.event().await, rig.event().await);
    assert_eq!((&first.payload, &first.id), (&second.payload, &second.id), "the store keeps one: it goes by the content");
    assert_ne!(first.server_at, second.server_at, "and never by the time of forwarding");
}

#[tokio::test]
async fn a_message_cut_in_pieces_arrives_once_and_a_torn_one_never() {
    faults::a_message_cut_in_pieces_arrives_once_and_a_torn_one_never(Erps).await;
}

#[tokio::test]
async fn garbage_of_64_mib_is_counted_and_survived() {
    faults::garbage_of_64_mib_is_counted_and_survived(Erps).await;
}

#[tokio::test]
async fn a_link_that_falls_silent_is_noticed() {
    faults::a_link_that_falls_silent_is_noticed(Erps).await;
}

#[tokio::test]
async fn a_link_that_owes_an_answer_says_so() {
    faults::a_link_that_owes_an_answer_says_so(Erps).await;
}

#[tokio::test]
async fn opening_and_closing_at_once_is_not_dialled_at_full_speed() {
    let server = Server::start().await;
    let rig = Rig::start(erp(&server));
    for expected in 1..=4 {
        server.erp().await.close(1011, "").await;
        rig.failed(expected).await;
    }
    let mut peer = server.erp().await;
    peer.say(message(1)).await;
    rig.live().await;
    peer.close(1013, "try again later").await;
    // One word is no success.
    rig.failed(5).await;
}

#[tokio::test]
async fn every_reconnect_leaves_a_visible_gap() {
    let server = Server::start().await;
    let mut rig = Rig::start(erp(&server));
    let mut peer = server.erp().await;
    peer.say(message(1)).await;
    assert!(matches!(rig.delivery().await, Delivery::Events { .. }), "a first connection has no gap");
    let left_at = rig.live().await.last_frame_at.unwrap();
    drop(peer);
    let mut peer = server.erp().await;
    peer.say(message(2)).await;
    let Delivery::Gap { channel: None, from, to, reason, position: None, id: None } = rig.delivery().await else {
        panic!("what happened in between is unknown, and must be said");
    };
    assert_eq!(reason, GapReason::NotReplayable);
    assert!(from >= left_at && from <= to, "{from:?} to {to:?}");
    assert!(matches!(rig.delivery().await, Delivery::Events { .. }));
}

#[tokio::test]
async fn a_full_queue_drops_the_link_but_not_what_cannot_come_again() {
    let server = Server::start().await;
    let timing = Timing { stall: Duration::from_millis(200), ..timing() };
    let mut rig = Rig::with(Profile { timing, ..erp(&server) }, Default::default(), 1);
    let mut peer = server.erp().await;
    for n in 1..=30 {
        peer.say(message(n)).await;
        if n == 1 {
            rig.live().await;
        }
    }
    rig.offline(Cause::StoreUnavailable).await;
    peer.gone().await;
    let mut seen = 0;
    while seen < 30 {
        if let Delivery::Events { events, .. } = rig.delivery().await {
            seen += events.len();
        }
    }
    let mut peer = server.erp().await;
    peer.say(message(31)).await;
    assert!(matches!(rig.delivery().await, Delivery::Gap { .. }));
}

#[tokio::test]
async fn a_probe_does_not_promise_more_than_the_server_says() {
    let server = Server::start().await;
    let (steps, ()) = tokio::join!(probe(erp(&server)), async { server.erp().await.close(1008, "No session token found").await });
    let last = steps.last().unwrap();
    assert_eq!((last.step, last.ok, last.detail.as_str()), ("sign_in", false, "No session token found"));

    let (steps, ()) = tokio::join!(probe(erp(&server)), async { server.erp().await.gone().await });
    assert_eq!(steps.iter().map(|step| step.ok).collect::<Vec<_>>(), [true; 4]);
    assert!(steps[3].detail.contains("confirms nothing"), "{steps:?}");
}
