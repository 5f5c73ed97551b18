//! The link against a scripted gateway on a real socket.

use futures_util::SinkExt as _;
use serde_json::json;
use std::{sync::Arc, time::Duration};
use tokio::io::AsyncWriteExt as _;
use tokio_tungstenite::tungstenite::Message;
use watchdeck_client::{Cause, Delivery, Dialect, Profile, State, Timing};
use watchdeck_events::GapReason;
use watchdeck_testkit::{
    patience::soon,
    rig::{Committed, Rig, profile, timing},
    server::Server,
};

fn native(server: &Server) -> Profile {
    profile(server.url(), Dialect::NATIVE)
}

#[tokio::test]
async fn it_signs_in_subscribes_and_goes_live() {
    let server = Server::start().await;
    let mut rig = Rig::start(native(&server));
    let mut peer = server.greeted(&["inventory"]).await;
    assert_eq!(peer.headers["authorization"], "Bearer secret-token");
    assert_eq!(peer.headers["sec-websocket-protocol"], "watchdeck.v1");
    assert_eq!(peer.hear().await, json!({"type": "subscribe", "channel": "inventory", "rewind": {"count": 2000}}));
    peer.subscribed("inventory", "e", 3, true, None).await;
    peer.events("inventory", 1..=3).await;
    assert_eq!(rig.until(3, true).await, [1, 2, 3]);
    let status = rig.live().await;
    assert_eq!((status.user_name.as_deref(), status.server.as_deref(), status.reconnects), (Some("张敏"), Some("0.1.0"), 0));
    assert_eq!(status.frames, 5);
    rig.link.stop().await;
}

#[tokio::test]
async fn it_resumes_from_what_was_committed_not_from_what_was_delivered() {
    let server = Server::start().await;
    let mut rig = Rig::start(native(&server));
    let mut peer = server.greeted(&["inventory"]).await;
    peer.hear().await;
    peer.subscribed("inventory", "e", 0, true, None).await;
    peer.events("inventory", 1..=5).await;
    rig.until(5, false).await;
    rig.positions.set("inventory", "e", 2);
    drop(peer);

    let mut peer = server.greeted(&["inventory"]).await;
    let asked = peer.hear().await;
    assert_eq!(asked["position"], json!({"epoch": "e", "offset": 2}), "3 to 5 were delivered, but a crash would have lost them");
    peer.subscribed("inventory", "e", 5, true, None).await;
    peer.events("inventory", 3..=5).await;
    assert_eq!(rig.until(5, false).await, [3, 4, 5]);
    assert_eq!(rig.live().await.reconnects, 1);
}

#[tokio::test]
async fn an_idle_channel_resumes_too() {
    let server = Server::start().await;
    let mut rig = Rig::start(native(&server));
    let mut peer = server.greeted(&["approvals"]).await;
    peer.hear().await;
    peer.subscribed("approvals", "e", 0, true, None).await;
    let Delivery::Events { events, position: Some(position), .. } = rig.delivery().await else { panic!("a position is expected") };
    assert_eq!((events.len(), position.offset), (0, 0));
    rig.positions.set("approvals", &position.epoch, position.offset);
    drop(peer);

    let mut peer = server.greeted(&["approvals"]).await;
    assert_eq!(peer.hear().await["position"], json!({"epoch": "e", "offset": 0}), "what happens before the first event must not be lost");
    peer.subscribed("approvals", "e", 1, true, None).await;
    peer.events("approvals", [1]).await;
    assert_eq!(rig.until(1, true).await, [1]);
}

#[tokio::test]
async fn a_server_that_forgot_is_a_gap_and_a_rebuild() {
    let server = Server::start().await;
    let positions = Arc::new(Committed::default());
    positions.set("inventory", "old", 900);
    let mut rig = Rig::with(native(&server), positions, 256);
    let mut peer = server.greeted(&["inventory"]).await;
    peer.hear().await;
    peer.subscribed("inventory", "new", 2, false, Some("epoch_changed")).await;
    let Delivery::Gap { channel, from, to, reason, position, .. } = rig.delivery().await else { panic!("a gap is expected") };
    assert_eq!((channel.unwrap().as_str(), reason, position), ("inventory", GapReason::EpochChanged, None));
    assert!(from <= to);
    assert_eq!(peer.hear().await, json!({"type": "subscribe", "channel": "inventory", "rewind": {"count": 2000}}));
    peer.subscribed("inventory", "new", 2, true, None).await;
    peer.events("inventory", 1..=2).await;
    assert_eq!(rig.until(2, true).await, [1, 2]);
    assert_eq!(rig.positions.get("inventory").unwrap().epoch, "new");
    rig.live().await;
}

#[tokio::test]
async fn a_restarted_server_that_forgot_its_subscriptions_is_asked_again() {
    let server = Server::start().await;
    let mut rig = Rig::start(native(&server));
    for round in 0..3 {
        let mut peer = server.greeted(&["inventory", "orders"]).await;
        let mut asked = [peer.hear().await["channel"].clone(), peer.hear().await["channel"].clone()];
        asked.sort_by_key(ToString::to_string);
        assert_eq!(asked, ["inventory", "orders"], "round {round}");
        for channel in ["inventory", "orders"] {
            peer.subscribed(channel, "e", round, true, None).await;
        }
        peer.events("inventory", [round + 1]).await;
        rig.until(round + 1, true).await;
        peer.close(4001, r#"{"retryAfterMs":1}"#).await;
        rig.status("not live", |status| status.state != State::Live).await;
    }
}

#[tokio::test]
async fn a_link_gone_silent_without_closing_is_noticed() {
    let server = Server::start().await;
    let rig = Rig::start(Profile { timing: Timing { grace: Duration::from_millis(200), ..timing() }, ..native(&server) });
    // The connection stays open, and nobody reads it: not even a pong comes back.
    let mut silent = server.native().await;
    silent.hello(&["inventory"], 300).await;
    silent.hear().await;
    silent.subscribed("inventory", "e", 0, true, None).await;
    rig.live().await;
    rig.offline(Cause::Silent).await;
    let again = server.greeted(&["inventory"]).await;
    drop((silent, again));
}

#[tokio::test]
async fn a_quiet_link_that_answers_pings_lives_on() {
    let server = Server::start().await;
    let rig = Rig::start(Profile { timing: Timing { grace: Duration::from_secs(15), ..timing() }, ..native(&server) });
    let mut peer = server.native().await;
    peer.hello(&["inventory"], 100).await;
    peer.hear().await;
    peer.subscribed("inventory", "e", 0, true, None).await;
    let mut pings = 0;
    while pings < 5 {
        // Reading answers the ping.
        match soon("a ping", futures_util::StreamExt::next(&mut peer.ws)).await {
            Some(Ok(Message::Ping(_))) => pings += 1,
            other => panic!("only pings are expected, not {other:?}"),
        }
    }
    assert_eq!(rig.live().await.reconnects, 0);
}

#[tokio::test]
async fn waking_from_sleep_reconnects_at_once() {
    let server = Server::start().await;
    let rig = Rig::start(Profile { timing: Timing { tick: Duration::from_millis(50), ..timing() }, ..native(&server) });
    let mut peer = server.greeted(&["inventory"]).await;
    peer.hear().await;
    peer.subscribed("inventory", "e", 0, true, None).await;
    rig.live().await;
    rig.clock.sleep(Duration::from_secs(8 * 3600));
    let mut again = server.greeted(&["inventory"]).await;
    again.hear().await;
    peer.gone().await;
    let state = rig.link.status().borrow().state.clone();
    assert!(!matches!(state, State::Offline { .. }), "no back-off after a sleep, but {state:?}");
}

#[tokio::test]
async fn wake_cuts_a_backoff_short_and_undoes_a_refusal() {
    let server = Server::start().await;
    let rig = Rig::start(native(&server));
    // Far beyond the patience of this test.
    server.greeted(&["inventory"]).await.close(4001, r#"{"retryAfterMs":240000}"#).await;
    rig.offline(Cause::Closed).await;
    rig.link.wake();
    server.native().await.close(4503, "revoked by the administrator").await;
    let needs_login = State::NeedsLogin { detail: "4503 revoked by the administrator".into() };
    rig.status("needs login", |status| status.state == needs_login).await;
    rig.link.wake();
    let mut peer = server.greeted(&["inventory"]).await;
    peer.hear().await;
    rig.link.wake();
    server.greeted(&["inventory"]).await.hear().await;
    peer.gone().await;
}

#[tokio::test]
async fn a_frame_cut_in_half_is_a_broken_line_and_loses_nothing() {
    let server = Server::start().await;
    let mut rig = Rig::start(native(&server));
    let mut peer = server.greeted(&["inventory"]).await;
    peer.hear().await;
    peer.subscribed("inventory", "e", 0, true, None).await;
    peer.events("inventory", [1]).await;
    rig.until(1, true).await;
    // The head of a text frame of 100 bytes, ten of them, and the end of the line.
    let tcp = peer.ws.get_mut();
    tcp.write_all(&[0x81, 100]).await.unwrap();
    tcp.write_all(b"{\"type\":\"e").await.unwrap();
    tcp.shutdown().await.unwrap();
    drop(peer);
    rig.offline(Cause::Broken).await;
    let mut peer = server.greeted(&["inventory"]).await;
    assert_eq!(peer.hear().await["position"]["offset"], 1);
    peer.subscribed("inventory", "e", 2, true, None).await;
    peer.events("inventory", [2]).await;
    assert_eq!(rig.until(2, true).await, [2]);
}

#[tokio::test]
async fn sixty_four_mebibytes_of_garbage_cost_the_connection_not_the_memory() {
    let server = Server::start().await;
    let rig = Rig::start(native(&server));
    let mut peer = server.greeted(&["inventory"]).await;
    peer.hear().await;
    let tcp = peer.ws.get_mut();
    let mut head = vec![0x81, 127];
    head.extend((64u64 << 20).to_be_bytes());
    tcp.write_all(&head).await.unwrap();
    let garbage = vec![b'x'; 1 << 20];
    // The client leaves in the middle of it; from then on writing fails, and that is the point.
    let written = async {
        let mut written = 0;
        while written < 64 && tcp.write_all(&garbage).await.is_ok() {
            written += 1;
        }
        written
    };
    assert!(soon("the client hangs up", written).await < 64, "the client read it all");
    rig.offline(Cause::Protocol).await;
    server.greeted(&["inventory"]).await.hear().await;
}

#[tokio::test]
async fn unknown_and_unreadable_frames_do_not_end_a_connection() {
    let server = Server::start().await;
    let mut rig = Rig::start(native(&server));
    let mut peer = server.greeted(&["inventory"]).await;
    peer.hear().await;
    peer.subscribed("inventory", "e", 0, true, None).await;
    rig.delivery().await;
    peer.say(json!({"type": "weather", "sun": true})).await;
    peer.ws.send(Message::text("{\"type\":")).await.unwrap();
    peer.events("inventory", [1]).await;
    assert!(matches!(rig.delivery().await, Delivery::Malformed { bytes: 8, .. }));
    assert_eq!(rig.until(1, true).await, [1]);
    assert_eq!(rig.live().await.reconnects, 0);
}

#[tokio::test]
async fn a_full_queue_drops_the_link_and_loses_nothing() {
    let server = Server::start().await;
    let timing = Timing { stall: Duration::from_millis(300), ..timing() };
    let mut rig = Rig::with(Profile { timing, ..native(&server) }, Arc::default(), 1);
    let mut peer = server.greeted(&["inventory", "orders"]).await;
    peer.hear().await;
    peer.hear().await;
    peer.subscribed("inventory", "e", 0, true, None).await;
    peer.subscribed("orders", "e", 0, true, None).await;
    for offset in 1..=50 {
        peer.events("inventory", [offset]).await;
        peer.events("orders", [offset]).await;
    }
    // Nobody takes anything.
    let status = rig.offline(Cause::StoreUnavailable).await;
    assert_eq!(status.connected_since, None);
    peer.gone().await;
    // The store is back.
    let mut seen = Vec::new();
    while seen.last() != Some(&("orders".to_owned(), 50)) {
        if let Delivery::Events { channel, events, position, .. } = rig.delivery().await {
            seen.extend(events.iter().map(|event| (channel.to_string(), event.offset.unwrap())));
            let position = position.unwrap();
            rig.positions.set(channel.as_str(), &position.epoch, position.offset);
        }
    }
    let expected: Vec<_> = (1..=50).flat_map(|offset| [("inventory".to_owned(), offset), ("orders".to_owned(), offset)]).collect();
    assert_eq!(seen, expected);
    let mut peer = server.greeted(&["inventory"]).await;
    let asked = peer.hear().await["position"]["offset"].as_u64().unwrap();
    assert!(asked <= 50, "resumed from {asked}");
}

#[tokio::test]
async fn what_arrives_together_is_handed_on_together_and_in_order() {
    let server = Server::start().await;
    let mut rig = Rig::with(native(&server), Arc::default(), 4);
    let mut peer = server.greeted(&["inventory"]).await;
    peer.hear().await;
    peer.subscribed("inventory", "e", 0, true, None).await;
    let speak = async { peer.events("inventory", 1..=20_000).await };
    let (offsets, ()) = tokio::join!(rig.until(20_000, true), speak);
    assert_eq!(offsets, (1..=20_000).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_plain_erp_server_is_recognised() {
    let server = Server::start().await;
    let rig = Rig::start(native(&server));
    let (peer, status) = tokio::join!(server.erp(), rig.status("refused", |status| matches!(status.state, State::Refused { .. })));
    let detail = "this server speaks the plain ERP protocol; choose dialect erp".to_owned();
    assert_eq!(status.state, State::Refused { detail });
    drop(peer);
}
