//! Finding out what a server speaks, against scripted ones.

use std::time::Duration;
use tokio_tungstenite::tungstenite::{
    Message,
    protocol::{CloseFrame, frame::coding::CloseCode},
};
use watchdeck_client::{Cause, Dialect, Profile, State, Timing, detect, probe};
use watchdeck_testkit::{
    front::{Front, Say, http, redirect},
    http::{is_upgrade, path},
    patience::soon,
    rig::{Rig, profile, timing},
    server::Server,
};

const GATEWAY: &str = "Sec-WebSocket-Protocol: watchdeck.v1\r\n";
const ENGINE: &str = r#"0{"sid":"lv_VI97HAXpY6yYWAAAC","upgrades":[],"pingInterval":25000,"pingTimeout":20000}"#;

fn unknown(front: &Front, path: &str) -> Profile {
    profile(front.url(path), Dialect::DETECT)
}

/// What is found out about a server, and that nobody signed in for it.
async fn found(front: &Front, path: &str) -> Result<Dialect, String> {
    let found = soon("an answer", detect(&unknown(front, path))).await;
    for head in front.heads() {
        let lower = head.to_lowercase();
        assert!(!lower.contains("secret-token") && !lower.contains("authorization") && !lower.contains("cookie"), "{head}");
    }
    found.map_err(|error| error.to_string())
}

/// A plain WebSocket that says this first.
async fn saying(first: impl Into<Option<Message>>) -> Front {
    let first = first.into();
    Front::start(move |_| Say::Open("", first.clone().into_iter().collect())).await
}

fn farewell(code: u16, reason: &'static str) -> Message {
    Message::Close(Some(CloseFrame { code: CloseCode::from(code), reason: reason.into() }))
}

#[tokio::test]
async fn a_gateway_chooses_our_subprotocol_however_it_spells_it() {
    for header in [GATEWAY, "sec-websocket-protocol:  WatchDeck.v1\r\n"] {
        let front = Front::start(move |_| Say::Open(header, vec![])).await;
        assert_eq!(found(&front, "/ws").await, Ok(Dialect::NATIVE));
    }
    let decoy = Front::start(|_| Say::Open("Sec-WebSocket-Protocol: watchdeck.detect\r\n", vec![])).await;
    assert_eq!(found(&decoy, "/").await, Ok(Dialect::ERP), "it says yes to whatever comes first");
}

#[tokio::test]
async fn the_erp_opens_to_anybody_and_says_nothing_or_turns_strangers_away() {
    assert_eq!(found(&saying(None).await, "/").await, Ok(Dialect::ERP));
    assert_eq!(found(&saying(farewell(1008, "No cookies provided")).await, "/").await, Ok(Dialect::ERP));
    assert_eq!(found(&saying(Message::text(r#"{"channel":"system","data":{},"ts":1}"#)).await, "/").await, Ok(Dialect::ERP));
}

#[tokio::test]
async fn engine_io_answers_as_engine_io_under_every_path() {
    for (given, asked) in [("/", "/socket.io/"), ("/realtime/socket.io/", "/realtime/socket.io/"), ("/realtime/?EIO=4", "/realtime/")] {
        for (status, body) in [("200 OK", ENGINE), ("400 Bad Request", r#"{"code":0,"message":"Transport unknown"}"#)] {
            let front = Front::start(move |head| {
                let engine = path(head).starts_with(asked) && path(head).contains("transport=polling");
                if engine { http(status, body) } else { http("404 Not Found", "") }
            })
            .await;
            assert_eq!(found(&front, given).await, Ok(Dialect::SOCKET_IO), "{given} {body}");
        }
    }
}

#[tokio::test]
async fn engine_io_that_knows_websockets_only_is_known_by_how_it_opens() {
    let front = Front::start(|head| {
        let there = is_upgrade(head) && path(head).starts_with("/socket.io/?EIO=4&transport=websocket");
        if there { Say::Open("", vec![Message::text(ENGINE)]) } else { Say::HangUp }
    })
    .await;
    assert_eq!(found(&front, "/").await, Ok(Dialect::SOCKET_IO));
}

#[tokio::test]
async fn a_hub_is_known_without_any_websocket() {
    let words = r#"{"code":400,"message":"缺少token参数"}"#;
    for given in ["/ws/messages", "/ws/messages/", "/"] {
        for (status, body) in [("400 Bad Request", words), ("401 Unauthorized", "")] {
            let front = Front::start(move |head| {
                if path(head).starts_with("/ws/messages") { http(status, body) } else { http("404 Not Found", "404 page not found") }
            })
            .await;
            assert_eq!(found(&front, given).await, Ok(Dialect::HUB), "{given} {status}");
            assert!(!front.heads().iter().any(|head| is_upgrade(head)), "a second link of a user would deafen the first");
        }
    }
    let elsewhere =
        Front::start(|_| Say::Http("HTTP/1.1 401 x\r\nWWW-Authenticate: bearer realm=\"hub\"\r\nContent-Length: 0\r\n\r\n".into())).await;
    assert_eq!(found(&elsewhere, "/events").await, Ok(Dialect::HUB), "by its question");
}

#[tokio::test]
async fn a_websocket_that_speaks_none_of_them_is_unknown_with_its_first_frame() {
    for (first, said) in [
        (Message::text("{\"welcome\":\n\"to the chat\"}"), "{\"welcome\": \"to the chat\"}"),
        (Message::text("x".repeat(5000)), "xxx…"),
        (Message::binary(vec![0xff, 0xfe, 0x00]), "3 bytes that are no text"),
        (farewell(1013, "later"), "code 1013"),
    ] {
        let why = found(&saying(first).await, "/").await.unwrap_err();
        assert!(why.contains("unknown") && why.contains(said) && why.len() < 1500 && !why.contains('\n'), "{why}");
    }
}

#[tokio::test]
async fn what_is_not_known_is_told_with_each_try() {
    let page = Front::start(|_| http("200 OK", "<html><title>Shop</title>")).await;
    let why = found(&page, "/").await.unwrap_err();
    assert!(why.contains("HTTP 200 OK: Shop") && why.contains("socket_io") && why.contains("hub"), "{why}");
    let locked = Front::start(|_| http("401 Unauthorized", "")).await;
    assert!(found(&locked, "/").await.unwrap_err().contains("choose the protocol"));
}

#[tokio::test]
async fn a_redirect_is_followed_on_the_same_host_and_a_page_to_sign_in_on_is_no_server() {
    let moved = Front::start(|head| match path(head) {
        "/ws" => redirect("307 Temporary Redirect", "/v2/ws"),
        _ => Say::Open(GATEWAY, vec![]),
    })
    .await;
    assert_eq!(found(&moved, "/ws").await, Ok(Dialect::NATIVE));
    let page = Front::start(|_| redirect("302 Found", "/login?next=%2Fws")).await;
    let rig = Rig::start(unknown(&page, "/ws"));
    let status = rig.status("needs login", |status| matches!(status.state, State::NeedsLogin { .. })).await;
    assert!(format!("{:?}", status.state).contains("/login"), "{status:?}");
}

#[tokio::test]
async fn a_link_finds_out_speaks_it_and_stays_with_it() {
    let front = Front::start(|_| Say::Open(GATEWAY, vec![])).await;
    let rig = Rig::start(unknown(&front, "/"));
    assert_eq!(rig.link.status().borrow().dialect, None, "nothing is claimed before it is known");
    let status = rig.status("native", |status| status.dialect.is_some()).await;
    assert_eq!(status.dialect, Some(Dialect::NATIVE));
}

#[tokio::test]
async fn a_server_that_changes_its_mind_is_asked_again() {
    let gateway = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(true));
    let now = gateway.clone();
    let front = Front::start(move |_| {
        let native = now.load(std::sync::atomic::Ordering::SeqCst);
        // The gateway hangs up; the ERP says nothing.
        let first = native.then(|| farewell(1001, "restart"));
        Say::Open(if native { GATEWAY } else { "" }, first.into_iter().collect())
    })
    .await;
    let rig = Rig::start(Profile { token: None, ..unknown(&front, "/") });
    rig.status("native", |status| status.dialect == Some(Dialect::NATIVE)).await;
    // The gateway is gone and the ERP itself is there: no subprotocol.
    gateway.store(false, std::sync::atomic::Ordering::SeqCst);
    rig.status("erp", |status| status.dialect == Some(Dialect::ERP)).await;
}

#[tokio::test]
async fn one_that_this_version_does_not_know_is_neither_dialled_nor_taken_for_another() {
    let front = Front::start(|_| Say::Open(GATEWAY, vec![])).await;
    let newer = || profile(front.url("/"), Dialect::named("mqtt"));
    let rig = Rig::start(newer());
    let status = rig.status("refused", |status| matches!(status.state, State::Refused { .. })).await;
    assert!(format!("{:?}", status.state).contains("this version of Watchdeck does not know") && status.dialect.is_none(), "{status:?}");
    let steps = soon("an answer", probe(newer())).await;
    assert!(matches!(steps.as_slice(), [step] if step.step == "detect" && !step.ok), "{steps:?}");
    assert!(front.heads().is_empty(), "nothing is said to its server");
}

#[tokio::test]
async fn a_link_to_nobody_waits_like_any_other() {
    let server = Server::start().await;
    let profile = profile(format!("ws://{}/", server.addr), Dialect::DETECT);
    drop(server);
    let rig = Rig::start(profile.clone());
    rig.status("a third try", |status| matches!(status.state, State::Offline { attempt: 3.., cause: Cause::ConnectionRefused, .. })).await;
    let error = detect(&profile).await.unwrap_err();
    assert_eq!(error.tries.len(), 1, "whoever cannot be reached is not asked further: {error}");
}

#[tokio::test]
async fn a_server_that_says_nothing_is_given_up_in_time() {
    let front = Front::start(|_| Say::Nothing).await;
    let timing = Timing { connect: Duration::from_millis(600), ..timing() };
    let rig = Rig::start(Profile { timing, ..unknown(&front, "/") });
    rig.status("offline", |status| matches!(status.state, State::Offline { .. })).await;
}

#[tokio::test]
async fn a_probe_finds_out_after_the_line_is_there() {
    let front = Front::start(|_| Say::Open("", vec![])).await;
    let steps = soon("an answer", probe(unknown(&front, "/"))).await;
    let summary: Vec<_> = steps.iter().map(|step| (step.step, step.ok)).collect();
    assert_eq!(summary, ["address", "connect", "detect", "sign_in", "subscribe"].map(|step| (step, true)), "{steps:?}");
    assert_eq!(steps[2].detail, "erp");
}
