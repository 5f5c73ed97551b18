//! Finding out what a server speaks, against scripted ones.

mod net;
mod support;

use net::{answer, head};
use std::time::Duration;
use support::{Peer, Rig, Server, profile, soon, timing};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    accept_hdr_async,
    tungstenite::{
        handshake::server::{ErrorResponse, Request, Response},
        http::{HeaderMap, HeaderValue, StatusCode},
    },
};
use watchdeck_client::{Cause, Dialect, Profile, State, Timing, detect, probe};

fn unknown(server: &Server, path: &str) -> Profile {
    profile(format!("ws://{}{path}", server.addr), Dialect::Detect)
}

/// A WebSocket without our subprotocol, or whatever else `choose` makes of those offered.
async fn websocket(tcp: TcpStream, choose: impl FnOnce(&[&str]) -> Option<String> + Unpin) -> HeaderMap {
    let mut headers = HeaderMap::new();
    #[allow(clippy::result_large_err, reason = "the library's signature")]
    let shake = |request: &Request, mut response: Response| {
        headers = request.headers().clone();
        let offered = request.headers()["sec-websocket-protocol"].to_str().unwrap().to_owned();
        let offered: Vec<&str> = offered.split(", ").collect();
        if let Some(chosen) = choose(&offered) {
            response.headers_mut().insert("sec-websocket-protocol", HeaderValue::from_str(&chosen).unwrap());
        }
        Ok(response)
    };
    drop(accept_hdr_async(tcp, shake).await);
    headers
}

/// A gateway on a connection that is there already.
async fn gateway(tcp: TcpStream) -> Peer {
    let (mut headers, mut path) = (HeaderMap::new(), String::new());
    #[allow(clippy::result_large_err, reason = "the library's signature")]
    let shake = |request: &Request, mut response: Response| {
        headers = request.headers().clone();
        path = request.uri().to_string();
        response.headers_mut().insert("sec-websocket-protocol", HeaderValue::from_static("watchdeck.v1"));
        Ok(response)
    };
    let ws = accept_hdr_async(tcp, shake).await.unwrap();
    Peer { ws, headers, path }
}

async fn locked(tcp: TcpStream, challenge: Option<&'static str>) {
    #[allow(clippy::result_large_err, reason = "the library's signature")]
    let shake = |_: &Request, _: Response| -> Result<Response, ErrorResponse> {
        let mut refusal = ErrorResponse::new(None);
        *refusal.status_mut() = StatusCode::UNAUTHORIZED;
        if let Some(challenge) = challenge {
            refusal.headers_mut().insert("www-authenticate", HeaderValue::from_static(challenge));
        }
        Err(refusal)
    };
    drop(accept_hdr_async(tcp, shake).await);
}

async fn engine_io(server: &Server, status: &str, body: &str) {
    let mut tcp = server.tcp().await;
    let asked = head(&mut tcp).await;
    assert!(asked.starts_with("GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\n"), "{asked}");
    answer(tcp, status, body).await;
}

#[tokio::test]
async fn a_gateway_chooses_our_subprotocol() {
    let server = Server::start().await;
    let profile = unknown(&server, "/ws");
    let speak = async {
        websocket(server.tcp().await, |offered| offered.contains(&"watchdeck.v1").then(|| "watchdeck.v1".into())).await;
    };
    let (found, ()) = soon("an answer", async { tokio::join!(detect(&profile), speak) }).await;
    assert_eq!(found.unwrap(), Dialect::Native);
}

#[tokio::test]
async fn a_server_that_says_yes_to_whatever_comes_first_is_no_gateway() {
    let server = Server::start().await;
    let profile = Profile { token: None, ..unknown(&server, "/") };
    let speak = async {
        websocket(server.tcp().await, |offered| Some(offered[0].to_owned())).await;
        engine_io(&server, "404 Not Found", "").await;
    };
    let (found, ()) = soon("an answer", async { tokio::join!(detect(&profile), speak) }).await;
    assert_eq!(found.unwrap(), Dialect::Erp);
}

#[tokio::test]
async fn the_erp_opens_to_anybody() {
    let server = Server::start().await;
    let profile = unknown(&server, "/");
    let speak = async {
        websocket(server.tcp().await, |_| None).await;
        engine_io(&server, "426 Upgrade Required", "Upgrade Required").await;
        let asked = websocket(server.tcp().await, |_| None).await;
        assert!(!asked.contains_key("authorization"), "would it let in anybody?");
    };
    let (found, ()) = soon("an answer", async { tokio::join!(detect(&profile), speak) }).await;
    assert_eq!(found.unwrap(), Dialect::Erp);
}

#[tokio::test]
async fn engine_io_answers_as_engine_io() {
    let server = Server::start().await;
    for (status, body) in [
        ("200 OK", r#"0{"sid":"lv_VI97HAXpY6yYWAAAC","upgrades":["websocket"],"pingInterval":25000,"pingTimeout":20000}"#),
        ("400 Bad Request", r#"{"code":0,"message":"Transport unknown"}"#),
    ] {
        let profile = unknown(&server, "/");
        let speak = async {
            // It does not want a WebSocket there, and says nothing.
            drop(server.tcp().await);
            engine_io(&server, status, body).await;
        };
        let (found, ()) = soon("an answer", async { tokio::join!(detect(&profile), speak) }).await;
        assert_eq!(found.unwrap(), Dialect::SocketIo, "{body}");
    }
}

#[tokio::test]
async fn engine_io_that_knows_websockets_only_is_known_by_how_it_opens() {
    let server = Server::start().await;
    let profile = unknown(&server, "/");
    let speak = async {
        drop(server.tcp().await);
        engine_io(&server, "400 Bad Request", "").await;
        let mut peer = server.erp().await;
        assert!(peer.path.starts_with("/socket.io/?EIO=4&transport=websocket"), "{}", peer.path);
        peer.say_text(r#"0{"sid":"x","upgrades":[],"pingInterval":25000,"pingTimeout":60000,"maxPayload":1000000}"#).await;
        peer.gone().await;
    };
    let (found, ()) = soon("an answer", async { tokio::join!(detect(&profile), speak) }).await;
    assert_eq!(found.unwrap(), Dialect::SocketIo);
}

#[tokio::test]
async fn the_hub_is_known_by_its_path_or_by_what_it_asks_for() {
    let server = Server::start().await;
    let profile = unknown(&server, "/ws/messages/");
    let (found, ()) = tokio::join!(detect(&profile), async { drop(websocket(server.tcp().await, |_| None).await) });
    assert_eq!(found.unwrap(), Dialect::Hub, "by its path");
    let (found, ()) = tokio::join!(detect(&profile), async { locked(server.tcp().await, None).await });
    assert_eq!(found.unwrap(), Dialect::Hub, "even when it turns us away");

    let profile = unknown(&server, "/events");
    let (found, ()) = tokio::join!(detect(&profile), async { locked(server.tcp().await, Some("bearer realm=\"hub\"")).await });
    assert_eq!(found.unwrap(), Dialect::Hub, "by its question");
    let speak = async {
        websocket(server.tcp().await, |_| None).await;
        engine_io(&server, "404 Not Found", "").await;
        locked(server.tcp().await, None).await;
    };
    let (found, ()) = tokio::join!(detect(&profile), speak);
    assert_eq!(found.unwrap(), Dialect::Hub, "by not letting in whoever comes without a token");
}

#[tokio::test]
async fn what_is_not_known_is_told_with_each_try() {
    let server = Server::start().await;
    let profile = unknown(&server, "/");
    let speak = async {
        let mut tcp = server.tcp().await;
        head(&mut tcp).await;
        answer(tcp, "200 OK", "<html>").await;
        engine_io(&server, "200 OK", "<html>").await;
        let mut tcp = server.tcp().await;
        assert!(head(&mut tcp).await.starts_with("GET /socket.io/?EIO=4&transport=websocket"));
        answer(tcp, "200 OK", "<html>").await;
        let mut tcp = server.tcp().await;
        assert!(head(&mut tcp).await.starts_with("GET /ws/messages"));
        answer(tcp, "404 Not Found", "").await;
    };
    let (found, ()) = soon("an answer", async { tokio::join!(detect(&profile), speak) }).await;
    let error = found.unwrap_err();
    assert_eq!(
        error.tries.iter().map(|tried| tried.dialect).collect::<Vec<_>>(),
        [Dialect::Native, Dialect::SocketIo, Dialect::SocketIo, Dialect::Hub]
    );
    assert!(error.to_string().contains("HTTP 200"), "{error}");

    let speak = async {
        locked(server.tcp().await, None).await;
        engine_io(&server, "401 Unauthorized", "").await;
    };
    let (found, ()) = soon("an answer", async { tokio::join!(detect(&profile), speak) }).await;
    assert!(found.unwrap_err().to_string().contains("HTTP 401"));
}

#[tokio::test]
async fn a_link_finds_out_speaks_it_and_stays_with_it() {
    let server = Server::start().await;
    let rig = Rig::start(unknown(&server, "/"));
    assert_eq!(rig.link.status().borrow().dialect, None, "nothing is claimed before it is known");
    websocket(server.tcp().await, |_| Some("watchdeck.v1".into())).await;
    for _ in 0..2 {
        let mut peer = server.greeted(&["inventory"]).await;
        assert_eq!(peer.hear().await["type"], "subscribe");
        peer.subscribed("inventory", "e", 0, true, None).await;
        let status = rig.live().await;
        assert_eq!(status.dialect, Some(Dialect::Native));
        drop(peer);
        rig.status("down", |status| status.connected_since.is_none()).await;
    }
}

#[tokio::test]
async fn a_server_that_changes_its_mind_is_asked_again() {
    let server = Server::start().await;
    let rig = Rig::start(Profile { token: None, ..unknown(&server, "/") });
    websocket(server.tcp().await, |_| Some("watchdeck.v1".into())).await;
    drop(server.greeted(&["inventory"]).await);
    rig.status("native", |status| status.dialect == Some(Dialect::Native)).await;
    // The gateway is gone and the ERP itself is there: no subprotocol.
    drop(server.erp().await);
    websocket(server.tcp().await, |_| None).await;
    engine_io(&server, "404 Not Found", "").await;
    let mut peer = server.erp().await;
    assert_eq!(peer.hear().await["type"], "subscribe");
    rig.status("erp", |status| status.dialect == Some(Dialect::Erp)).await;
}

#[tokio::test]
async fn a_link_to_nobody_waits_like_any_other() {
    let server = Server::start().await;
    let profile = unknown(&server, "/");
    drop(server);
    let rig = Rig::start(profile.clone());
    rig.status("a third try", |status| matches!(status.state, State::Offline { attempt: 3.., cause: Cause::ConnectionRefused, .. })).await;
    let error = detect(&profile).await.unwrap_err();
    assert_eq!(error.tries.len(), 1, "whoever cannot be reached is not asked further: {error}");
}

#[tokio::test]
async fn a_server_that_says_nothing_is_given_up_in_time() {
    let server = Server::start().await;
    let timing = Timing { connect: Duration::from_millis(600), ..timing() };
    let rig = Rig::start(Profile { timing, ..unknown(&server, "/") });
    let mute = [server.tcp().await, server.tcp().await];
    rig.status("offline", |status| matches!(status.state, State::Offline { .. })).await;
    drop(mute);
}

#[tokio::test]
async fn a_probe_finds_out_after_the_line_is_there() {
    let server = Server::start().await;
    let speak = async {
        let line = server.tcp().await;
        websocket(server.tcp().await, |_| Some("watchdeck.v1".into())).await;
        let mut peer = gateway(line).await;
        peer.hello(&["inventory"], 25_000).await;
        peer.hear().await;
        peer.subscribed("inventory", "e", 0, true, None).await;
        peer.gone().await;
    };
    let (steps, ()) = soon("an answer", async { tokio::join!(probe(unknown(&server, "/")), speak) }).await;
    let summary: Vec<_> = steps.iter().map(|step| (step.step, step.ok)).collect();
    assert_eq!(summary, ["address", "connect", "detect", "sign_in", "subscribe"].map(|step| (step, true)), "{steps:?}");
    assert_eq!(steps[2].detail, "Native");
}
