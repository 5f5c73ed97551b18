//! The link against a scripted message hub on a real socket.

use futures_util::StreamExt as _;
use serde_json::json;
use std::time::Duration;
use tokio_tungstenite::tungstenite::Message;
use watchdeck_client::{Beside, Cause, Delivery, Dialect, Profile, State, probe, probe_beside};
use watchdeck_events::{GapReason, Millis};
use watchdeck_testkit::{
    faults::{self, Script},
    front::{Front, Say, http},
    http::{is_upgrade, path},
    patience::soon,
    rig::{Rig, profile},
    server::{Peer, Server},
};

fn hub(server: &Server) -> Profile {
    profile(format!("ws://{}", server.addr), Dialect::HUB)
}

struct Hubs;

impl Script for Hubs {
    fn profile(&self, server: &Server) -> Profile {
        hub(server)
    }

    async fn live(&self, server: &Server) -> Peer {
        server.erp().await
    }

    fn message(&self, n: u64) -> String {
        json!({"type": "new_message", "data": {"n": n}, "timestamp": 1_795_223_788 + n}).to_string()
    }
}

#[tokio::test]
async fn it_signs_in_with_a_bearer_and_subscribes_to_nothing() {
    let server = Server::start().await;
    let mut rig = Rig::start(hub(&server));
    let mut peer = server.erp().await;
    assert_eq!((&*peer.path, &peer.headers["authorization"]), ("/ws/messages", &"Bearer secret-token".parse().unwrap()));
    rig.status("unconfirmed", |status| status.state == State::Unconfirmed).await;
    peer.say_text(&Hubs.message(1)).await;
    let event = rig.event().await;
    assert_eq!((event.channel.as_str(), event.kind.as_deref(), event.payload.as_str()), ("messages", Some("new_message"), r#"{"n":1}"#));
    assert_eq!(event.server_at, Some(Millis(1_795_223_789_000)), "the hub counts seconds");
    rig.live().await;
    rig.clock.sleep(Duration::from_secs(29));
    loop {
        match soon("a ping", peer.ws.next()).await.unwrap().unwrap() {
            Message::Ping(_) => break,
            Message::Text(text) => panic!("nothing is said to a hub, not even {text}"),
            _ => {}
        }
    }
}

#[tokio::test]
async fn several_objects_in_one_frame_are_several_events_and_a_broken_one_harms_no_other() {
    let server = Server::start().await;
    let mut rig = Rig::start(hub(&server));
    let mut peer = server.erp().await;
    let envelope = r#"{"id":"evt_1795223788150000001","event_type":"bank_card.created","event_data":{"userid":"u1"},"timestamp":"0001-01-01T00:00:00Z"}"#;
    let frame = [&Hubs.message(1), "{\"type\":\"new_message\",\"da", envelope, "", &Hubs.message(2)].join("\n");
    peer.say_text(&frame).await;
    let (events, others) = rig.until_payload(r#"{"n":2}"#).await;
    let found: Vec<_> = events.iter().map(|event| (event.channel.as_str(), event.kind.as_deref().unwrap(), event.id.as_deref())).collect();
    assert_eq!(
        found,
        [
            ("messages", "new_message", None),
            ("events", "bank_card.created", Some("evt_1795223788150000001")),
            ("messages", "new_message", None)
        ]
    );
    assert_eq!(events[1].server_at, None, "a zero time means none");
    assert!(matches!(&others[..], [Delivery::Malformed { sample, .. }] if **sample == *b"{\"type\":\"new_message\",\"da"), "{others:?}");
}

#[tokio::test]
async fn every_reconnect_leaves_a_visible_gap_on_a_quiet_hub_too() {
    let server = Server::start().await;
    let mut rig = Rig::start(hub(&server));
    let peer = server.erp().await;
    let before = rig.live().await.connected_since.unwrap();
    drop(peer);
    let peer = server.erp().await;
    let Delivery::Gap { channel: None, from, to, reason: GapReason::NotReplayable, .. } = rig.delivery().await else {
        panic!("what happened in between is unknown, and must be said");
    };
    assert!(before <= from && from <= to, "{from:?} to {to:?}");
    drop(peer);
}

#[tokio::test]
async fn a_refused_token_needs_a_login_and_raises_no_storm() {
    for (code, reason, refused) in [
        (1008, "token expired", State::NeedsLogin { detail: "1008 token expired".into() }),
        (4401, "", State::NeedsLogin { detail: "4401".into() }),
        (4403, "no", State::Refused { detail: "4403 no".into() }),
    ] {
        let server = Server::start().await;
        let rig = Rig::start(hub(&server));
        server.erp().await.close(code, reason).await;
        faults::no_storm_after(reason, &server, &rig, &refused).await;
    }
}

#[tokio::test]
async fn opening_and_closing_at_once_is_answered_ever_more_slowly() {
    let server = Server::start().await;
    let rig = Rig::start(hub(&server));
    for expected in 1..=4 {
        server.erp().await.close(1011, "").await;
        assert_eq!(rig.failed(expected).await, Cause::Closed);
    }
}

#[tokio::test]
async fn a_message_cut_in_pieces_arrives_once_and_a_torn_one_never() {
    faults::a_message_cut_in_pieces_arrives_once_and_a_torn_one_never(Hubs).await;
}

#[tokio::test]
async fn garbage_of_64_mib_is_counted_and_survived() {
    faults::garbage_of_64_mib_is_counted_and_survived(Hubs).await;
}

#[tokio::test]
async fn a_link_that_falls_silent_is_noticed() {
    faults::a_link_that_falls_silent_is_noticed(Hubs).await;
}

#[tokio::test]
async fn a_link_that_owes_an_answer_says_so() {
    faults::a_link_that_owes_an_answer_says_so(Hubs).await;
}

/// A hub as it was measured: the token first, then whether a WebSocket is wanted at all.
async fn measured() -> Front {
    Front::start(|head| {
        if path(head) != "/ws/messages" {
            return http("404 Not Found", "404 page not found");
        }
        match head.lines().find_map(|line| line.strip_prefix("Authorization: Bearer ")) {
            None => http("400 Bad Request", r#"{"code":400,"message":"缺少token参数"}"#),
            Some("secret-token") if is_upgrade(head) => Say::Open("", vec![]),
            Some("secret-token") => http("400 Bad Request", "Bad Request\n"),
            Some(_) => http("401 Unauthorized", r#"{"code":401,"message":"token已过期"}"#),
        }
    })
    .await
}

#[tokio::test]
async fn a_probe_never_opens_a_second_link_and_tells_good_tokens_from_bad_ones() {
    let front = measured().await;
    let hub = |token: Option<&str>| Profile { token: token.map(Into::into), ..profile(front.url(""), Dialect::HUB) };
    let steps = probe(hub(Some("secret-token"))).await;
    assert!(steps.iter().all(|step| step.ok) && steps.last().unwrap().detail.contains("nothing was opened"), "{steps:?}");
    for (token, words) in [(Some("old"), "HTTP 401 Unauthorized: token已过期"), (None, "缺少token参数")] {
        let steps = probe(hub(token)).await;
        let last = steps.last().unwrap();
        assert!(last.step == "sign_in" && !last.ok && last.detail.contains(words), "{steps:?}");
    }
    let unknown = Profile { dialect: Dialect::DETECT, ..hub(Some("secret-token")) };
    assert!(probe(unknown).await.iter().all(|step| step.ok));
    assert!(!front.heads().iter().any(|head| is_upgrade(head)), "a second link of a user deafens the first");
}

#[tokio::test]
async fn beside_a_running_link_a_hub_that_answers_no_question_is_not_opened_either() {
    let front = Front::start(|head| if is_upgrade(head) { Say::Open("", vec![]) } else { Say::HangUp }).await;
    let hub = || profile(front.url("/ws/messages"), Dialect::HUB);
    let rig = Rig::start(hub());
    let status = rig.live().await;
    for beside in [Beside::Somebody, Beside::Link(Box::new(status))] {
        let steps = probe_beside(hub(), beside).await;
        assert!(steps.iter().all(|step| step.ok), "{steps:?}");
    }
    assert_eq!(front.heads().iter().filter(|head| is_upgrade(head)).count(), 1, "the link's own");
    assert!(probe(hub()).await.iter().all(|step| step.ok));
    assert_eq!(front.heads().iter().filter(|head| is_upgrade(head)).count(), 2, "where nobody else is, it is tried for real");
}

#[tokio::test]
async fn a_missing_token_needs_a_login_in_the_hubs_own_words() {
    let front = measured().await;
    let rig = Rig::start(Profile { token: None, ..profile(front.url("/ws/messages"), Dialect::HUB) });
    let status = rig.status("needs login", |status| matches!(status.state, State::NeedsLogin { .. })).await;
    assert_eq!(status.state, State::NeedsLogin { detail: "HTTP 400 Bad Request: 缺少token参数".into() });
}
