//! What servers do before and on a WebSocket that is not how ours would do it.

use futures_util::SinkExt as _;
use serde_json::json;
use tokio_tungstenite::tungstenite::{
    Message,
    protocol::frame::{
        Frame,
        coding::{Data, OpCode},
    },
};
use watchdeck_client::{Cause, Delivery, Dialect, State, probe};
use watchdeck_testkit::{
    front::{Front, Say, http, redirect},
    http::{is_upgrade, path},
    rig::{Rig, profile},
    server::Server,
};

fn message(n: u64) -> String {
    json!({"channel": "inventory", "data": {"n": n}, "ts": 1_795_223_788_150u64}).to_string()
}

#[tokio::test]
async fn a_redirect_on_the_same_host_is_followed_by_a_link_and_by_a_test() {
    let front = Front::start(|head| match path(head) {
        "/ws" => redirect("308 Permanent Redirect", "/v2/ws?x=1"),
        _ => Say::Open("", vec![Message::text(message(1))]),
    })
    .await;
    let mut rig = Rig::start(profile(front.url("/ws"), Dialect::ERP));
    rig.event().await;
    assert!(front.heads().iter().any(|head| path(head) == "/v2/ws?x=1" && head.contains("session-token=secret-token")));
    let steps = probe(profile(front.url("/ws"), Dialect::ERP)).await;
    assert!(steps.iter().all(|step| step.ok), "{steps:?}");
}

#[tokio::test]
async fn a_redirect_to_another_host_is_named_and_never_gets_the_token() {
    let front = Front::start(|_| redirect("301 Moved Permanently", "wss://erp.example.test/ws?key=s3cret")).await;
    for dialect in [Dialect::ERP, Dialect::NATIVE, Dialect::HUB, Dialect::SOCKET_IO, Dialect::DETECT] {
        let steps = probe(profile(front.url("/ws"), dialect)).await;
        let last = steps.last().unwrap();
        assert!(!last.ok && last.detail.contains("wss://erp.example.test/ws") && !last.detail.contains("s3cret"), "{dialect:?}: {steps:?}");
    }
    let rig = Rig::start(profile(front.url("/ws"), Dialect::ERP));
    rig.status("refused", |status| matches!(&status.state, State::Refused { detail } if detail.contains("erp.example.test"))).await;
}

#[tokio::test]
async fn a_redirect_to_a_page_to_sign_in_on_needs_a_login() {
    let front = Front::start(|_| redirect("302 Found", "/login?next=%2Fws")).await;
    let rig = Rig::start(profile(front.url("/ws"), Dialect::ERP));
    rig.status("needs login", |status| matches!(&status.state, State::NeedsLogin { detail } if detail.contains("/login"))).await;
    let circle = Front::start(|_| redirect("307 Temporary Redirect", "/ws")).await;
    let rig = Rig::start(profile(circle.url("/ws"), Dialect::ERP));
    let status = rig.offline(Cause::NotWebSocket).await;
    assert!(format!("{:?}", status.state).contains("circles"), "{status:?}");
}

#[tokio::test]
async fn what_a_server_says_instead_of_opening_is_told() {
    for (status, body, words) in [
        (
            "503 Service Unavailable",
            r#"{"error":{"message":"正在维护"}}"#,
            "HTTP 503 Service Unavailable: 正在维护, instead of a WebSocket",
        ),
        ("200 OK", "<html><title>Shop</title>", "HTTP 200 OK: Shop, instead of a WebSocket"),
    ] {
        let front = Front::start(move |_| http(status, body)).await;
        let rig = Rig::start(profile(front.url("/ws"), Dialect::ERP));
        let found = rig.offline(Cause::NotWebSocket).await;
        assert!(matches!(&found.state, State::Offline { detail, .. } if detail == words), "{found:?}");
    }
    let page = Front::start(|_| http("200 OK", "<form><input type=\"password\">")).await;
    let rig = Rig::start(profile(page.url("/ws"), Dialect::ERP));
    rig.status("needs login", |status| matches!(status.state, State::NeedsLogin { .. })).await;
}

#[tokio::test]
async fn json_is_read_from_binary_frames_and_one_that_cannot_be_read_ends_nothing() {
    let server = Server::start().await;
    let mut rig = Rig::start(profile(format!("ws://{}/", server.addr), Dialect::ERP));
    let mut peer = server.erp().await;
    peer.ws.send(Message::binary(message(1).into_bytes())).await.unwrap();
    assert_eq!(rig.event().await.payload.as_str(), r#"{"n":1}"#);
    let mut latin = message(2).into_bytes();
    let end = latin.len() - 1;
    latin.insert(end, 0xe9);
    for bad in [latin, b"\x1f\x8b\x08\0\0".to_vec()] {
        // As text and as binary: what a frame is called changes nothing.
        let frame = Frame::message(bad.clone(), OpCode::Data(Data::Text), true);
        peer.ws.send(Message::Frame(frame)).await.unwrap();
        peer.ws.send(Message::binary(bad.clone())).await.unwrap();
        for _ in 0..2 {
            let Delivery::Malformed { channel, bytes, sample, reason } = rig.delivery().await else { panic!("it must be said") };
            assert_eq!((bytes, &*sample), (bad.len() as u64, &bad[..]));
            let known = bad.starts_with(b"{");
            assert_eq!(channel.is_some(), known, "the channel is told where it can be read");
            assert!(reason.contains(if known { "not UTF-8" } else { "gzip" }), "{reason}");
        }
    }
    peer.say_text(&message(3)).await;
    assert_eq!(rig.event().await.payload.as_str(), r#"{"n":3}"#);
    assert_eq!(rig.live().await.reconnects, 0, "one bad message ends no link");
}

#[tokio::test]
async fn frames_in_every_legal_shape_make_one_message() {
    let server = Server::start().await;
    let mut rig = Rig::start(profile(format!("ws://{}/", server.addr), Dialect::ERP));
    let mut peer = server.erp().await;
    let text = json!({"channel": "system", "data": {"message": "库存 🍵"}}).to_string();
    for (n, byte) in text.bytes().enumerate() {
        let code = if n == 0 { Data::Text } else { Data::Continue };
        peer.ws.send(Message::Frame(Frame::message(vec![byte], OpCode::Data(code), false))).await.unwrap();
        if n % 7 == 0 {
            peer.ws.send(Message::Ping(vec![b'p'; 125].into())).await.unwrap();
        }
    }
    peer.ws.send(Message::Frame(Frame::message(Vec::<u8>::new(), OpCode::Data(Data::Continue), true))).await.unwrap();
    assert_eq!(rig.event().await.payload.as_str(), r#"{"message":"库存 🍵"}"#);
}

#[tokio::test]
async fn what_nobody_asked_for_in_an_answer_does_no_harm() {
    let front = Front::start(|_| {
        Say::Open(
            "X-Odd: yes\r\nSec-WebSocket-Protocol: chat\r\nSec-WebSocket-Extensions: permessage-deflate\r\n",
            vec![Message::text(message(1))],
        )
    })
    .await;
    let mut rig = Rig::start(profile(front.url("/"), Dialect::ERP));
    rig.event().await;
    assert_eq!(front.heads().iter().filter(|head| is_upgrade(head)).count(), 1);
}
